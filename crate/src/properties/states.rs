//! Properties that are looked at in every state.
use super::{allocator, execution, hotplug, migration, references, sharing};
use crate::machine::{Property, Scope};
use crate::mm::touched;

/// What a look at a state tells.
pub(super) const STATES: &[Property] = &[
    Property {
        name: "lost-sync",
        sentence: "A pin and the page table that it was taken through name the same page.",
        when_broken: "a pin and its page table name different pages",
        invariant: false,
        scope: Scope::State,
        holds: references::pins_and_page_tables_agree,
    },
    Property {
        name: "refcount-ledger",
        sentence: "page_count is the sum of what mappings, pins, lanes and owners hold.",
        when_broken: "page_count differs from the sum of its holders",
        invariant: true,
        scope: Scope::State,
        holds: references::refcounts_add_up,
    },
    Property {
        name: "mapcount-ledger",
        sentence: "page_mapcount is the number of page table entries, with the page table \
                   unlocked, and a mapped page has a reverse map.",
        when_broken: "page_mapcount differs from the number of entries",
        invariant: true,
        scope: Scope::State,
        holds: references::mapcounts_add_up,
    },
    Property {
        name: "anon-exclusive",
        sentence: "Since v5.19 a writable entry maps a PageAnonExclusive page, with the page \
                   table unlocked.",
        when_broken: "a writable entry maps a page that is not exclusive",
        invariant: true,
        scope: Scope::State,
        holds: sharing::writable_pages_are_exclusive,
    },
    Property {
        name: "free-page-in-use",
        sentence: "A free page has no reference, no mapping and no pin, and on a list no trace of \
                   its last owner.",
        when_broken: "a free page is referenced, mapped or pinned",
        invariant: true,
        scope: Scope::State,
        holds: references::free_pages_are_unused,
    },
    Property {
        name: "cma-block-type",
        sentence: "A pageblock of a CMA area is MIGRATE_CMA or MIGRATE_ISOLATE.",
        when_broken: "a pageblock of a CMA area has another type",
        invariant: false,
        scope: Scope::State,
        holds: allocator::cma_blocks_keep_their_type,
    },
    Property {
        name: "cma-bitmap",
        sentence: "A page that cma_alloc has given to a caller has its bit set; when all is done, \
                   no other page has.",
        when_broken: "the bitmap does not say which pages callers have",
        invariant: true,
        scope: Scope::State,
        holds: allocator::cma_pages_are_reserved,
    },
    Property {
        name: "free-list-type",
        sentence: "A free block is on an ISOLATE list exactly if its pageblock is isolated.",
        when_broken: "a free block is on the wrong list",
        invariant: false,
        scope: Scope::State,
        holds: allocator::free_lists_match_types,
    },
    Property {
        name: "free-pages-drift",
        sentence: "NR_FREE_PAGES and NR_FREE_CMA_PAGES count the pages on the lists.",
        when_broken: "the free counters have drifted",
        invariant: false,
        scope: Scope::State,
        holds: allocator::counters_match_lists,
    },
    Property {
        name: "isolate-count",
        sentence: "nr_isolate_pageblock is the number of isolated pageblocks.",
        when_broken: "nr_isolate_pageblock is wrong",
        invariant: false,
        scope: Scope::State,
        holds: allocator::isolate_count_is_right,
    },
    Property {
        name: "free-on-isolate-list",
        sentence: "When all is done, no free page is on the isolate list of a pageblock that is \
                   not isolated: it is lost until the next isolation.",
        when_broken: "free pages are lost on an isolate list",
        invariant: false,
        scope: Scope::State,
        holds: allocator::no_page_is_lost_to_isolation,
    },
    Property {
        name: "isolated-on-free-list",
        sentence: "A pageblock whose isolation has returned has no free page on a list that is \
                   allocated from.",
        when_broken: "an isolated pageblock has free pages on a normal list",
        invariant: false,
        scope: Scope::State,
        holds: allocator::isolated_blocks_are_off_the_lists,
    },
    Property {
        name: "parked-in-isolated-block",
        sentence: "When all is done, an isolated pageblock that is free is not kept from its \
                   caller by pages on pcplists.",
        when_broken: "an isolated block is free but for pages on pcplists",
        invariant: false,
        scope: Scope::State,
        holds: allocator::no_page_is_parked_in_isolation,
    },
    Property {
        name: "free-list-strict",
        sentence: "Since v6.10 a free block is on the list of its pageblock's type.",
        when_broken: "a free block is on the list of another type than its pageblock's",
        invariant: true,
        scope: Scope::State,
        holds: allocator::free_lists_name_their_types,
    },
    Property {
        name: "sane-counters",
        sentence: "0 <= NR_FREE_CMA_PAGES <= NR_FREE_PAGES <= the pages of the zone.",
        when_broken: "a free counter is below zero or too large",
        invariant: false,
        scope: Scope::State,
        holds: allocator::counters_are_sane,
    },
    Property {
        name: "pcp-while-disabled",
        sentence: "While pcplists are disabled they are empty, wherever nobody is at work on one.",
        when_broken: "a disabled pcplist keeps pages",
        invariant: false,
        scope: Scope::State,
        holds: allocator::disabled_pcplists_are_empty,
    },
    Property {
        name: "one-place",
        sentence: "Every page is in one place: a buddy block, a pcplist, in flight, allocated, \
                   parked or given to a caller.",
        when_broken: "a page is on a list that it does not know of",
        invariant: true,
        scope: Scope::State,
        holds: allocator::pages_are_in_one_place,
    },
    Property {
        name: "buddy-shape",
        sentence: "A free block is aligned to its size and inside the zone, and not free beside \
                   its buddy on the same list of a pageblock.",
        when_broken: "a free block has a wrong shape",
        invariant: true,
        scope: Scope::State,
        holds: allocator::free_blocks_are_whole,
    },
    Property {
        name: "contig-result",
        sentence: "A page that alloc_contig_range has given to a caller has that one reference and \
                   no mapping.",
        when_broken: "a page of a caller is referenced or mapped by somebody else",
        invariant: false,
        scope: Scope::State,
        holds: references::given_pages_are_unused,
    },
    Property {
        name: "stale-data",
        sentence: "What a process reads is what was last written there, by itself or by a device \
                   through a pin of it.",
        when_broken: "a process reads what is no longer so",
        invariant: false,
        scope: Scope::State,
        holds: references::what_is_read_was_written,
    },
    Property {
        name: "lock-discipline",
        sentence: "zone->lock is held with interrupts off; nobody waits for an IPI or sleeps with \
                   interrupts off or a spinlock held.",
        when_broken: "a lock is held or waited for where it must not be",
        invariant: true,
        scope: Scope::Lane,
        holds: execution::locks_are_in_order,
    },
    Property {
        name: "lost-page",
        sentence: "When all is done, every page is free, or in a block that somebody has.",
        when_broken: "a page belongs to nobody and is not free",
        invariant: false,
        scope: Scope::State,
        holds: references::no_page_is_lost,
    },
    Property {
        name: "left-references",
        sentence: "When all is done, no lane and no mmu_gather holds a reference.",
        when_broken: "a lane that is through still holds a reference",
        invariant: true,
        scope: Scope::State,
        holds: references::nobody_keeps_a_reference,
    },
    Property {
        name: "file-written",
        sentence: "Through a private mapping no file is written to.",
        when_broken: "a read-only file is written to (CVE-2016-5195)",
        invariant: false,
        scope: Scope::State,
        holds: references::files_are_not_written,
    },
    Property {
        name: "exclusive-shared",
        sentence: "Since v5.19 a PageAnonExclusive page has one mapping at most, and no swap entry \
                   names its slot, with the page table unlocked.",
        when_broken: "an exclusive page is shared",
        invariant: true,
        scope: Scope::State,
        holds: sharing::exclusive_pages_are_not_shared,
    },
    Property {
        name: "two-writers",
        sentence: "No anonymous page is writable for two processes.",
        when_broken: "two processes may write to one anonymous page",
        invariant: true,
        scope: Scope::State,
        holds: sharing::one_process_writes,
    },
    Property {
        name: "write-protect-seq",
        sentence: "While write_protect_seq is odd, mmap_lock is held for writing.",
        when_broken: "write_protect_seq is odd and nobody forks",
        invariant: true,
        scope: Scope::State,
        holds: sharing::only_fork_makes_the_sequence_odd,
    },
    Property {
        name: "offline-page-in-use",
        sentence: "No entry, no slot, no list and no reference leads to a page whose section is \
                   offline.",
        when_broken: "a page is in use whose section is offline",
        invariant: false,
        scope: Scope::State,
        holds: hotplug::offline_pages_are_unused,
    },
    Property {
        name: "migration-entry-unlocked",
        sentence: "What a migration entry names is locked, and referenced or frozen.",
        when_broken: "a migration entry names a page that nobody migrates",
        invariant: true,
        scope: Scope::State,
        holds: migration::migrated_pages_are_locked,
    },
    Property {
        name: "stale-swap-slot",
        sentence: "The swap cache has for each slot the page that the slot belongs to.",
        when_broken: "a slot of the swap cache names another page than its own",
        invariant: false,
        scope: Scope::State,
        holds: migration::slots_name_their_pages,
    },
    Property {
        name: "freed-page-ext-touched",
        sentence: "What is kept of a page beside its struct page is not read once it was freed.",
        when_broken: "the page_ext of a section was read behind its vfree",
        invariant: false,
        scope: Scope::State,
        holds: |state| hotplug::untouched(state, touched::PAGE_EXT),
    },
    Property {
        name: "mapping-lost",
        sentence: "What a process finds in its memory stays mapped, in swap or on its way to \
                   another page until it unmaps it, with the page table unlocked.",
        when_broken: "an entry is gone that nobody has unmapped",
        invariant: false,
        scope: Scope::State,
        holds: migration::nothing_is_unmapped_for_good,
    },
];
