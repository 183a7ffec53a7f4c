//! Floor 2: named predicates on a state.
//!
//! A property with `invariant` set is about the model and the kernel's bookkeeping: when it breaks
//! the first suspect is the model. The others are what the races are about.
pub mod allocator;
pub mod event;
mod execution;
pub mod references;
pub mod sharing;

use crate::machine::{Property, Scope};

/// All properties; a finding's number is its place here.
pub static PROPERTIES: &[Property] = &[
    Property {
        name: "longterm-pin-on-cma",
        sentence: "No FOLL_LONGTERM pin is held on a page of a CMA area.",
        when_broken: "a FOLL_LONGTERM pin is held on a CMA page",
        invariant: false,
        scope: Scope::Machine,
        holds: references::no_longterm_pin_on_cma,
    },
    Property {
        name: "over-rejection",
        sentence: "A page whose pageblock is neither CMA nor ISOLATE is not refused a \
                   FOLL_LONGTERM pin.",
        when_broken: "a page that is neither CMA nor ISOLATE was refused",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "isolated-page-allocated",
        sentence: "No allocation is served from a buddy list with a page of a pageblock whose \
                   isolation has returned.",
        when_broken: "a page of an isolated pageblock was allocated from a buddy list",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "isolated-pcp-page-allocated",
        sentence: "No allocation is served from a pcplist with a page of a pageblock whose \
                   isolation has returned.",
        when_broken: "a page of an isolated pageblock was allocated from a pcplist",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "parked-page-fails-test",
        sentence: "test_pages_isolated does not fail for a page that nobody uses and a pcplist \
                   holds.",
        when_broken: "a page on a pcplist made test_pages_isolated fail",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "null-though-free",
        sentence: "cma_alloc does not return NULL while enough pages of the area are free.",
        when_broken: "cma_alloc returned NULL although the pages are free by now",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "skip-at-isolate",
        sentence: "isolate_migratepages_block passes over no page for having more references than \
                   mappings.",
        when_broken: "a page was passed over: more references than mappings (skip@isolate)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "still-mapped",
        sentence: "No page is still mapped when its reverse map was walked.",
        when_broken: "a page was still mapped behind the walk (still mapped)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "count-at-move-mapping",
        sentence: "migrate_page_move_mapping finds no reference that it does not expect.",
        when_broken: "migration found one reference too many (count@move_mapping)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "double-free",
        sentence: "No reference is dropped that nobody has, and nothing is freed that is in use or \
                   free.",
        when_broken: "something was freed that was not to be freed",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "freed-to-other-type",
        sentence: "No page is freed to the list of another type than its pageblock has by then; \
                   isolation is another matter.",
        when_broken: "a page was freed to the list of another type than its pageblock's",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "missed-cow",
        sentence: "What a process stores after a fork no other process sees, neither through a \
                   mapping nor through a pin.",
        when_broken: "a process sees what another one stores (MISSED_COW)",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "nofault-faulted",
        sentence: "An access that must not fault finds an entry that permits it, behind a pin \
                   that was taken and tried.",
        when_broken: "an access that must not fault has faulted (NOFAULT_FAULTED)",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "unnecessary-cow",
        sentence: "No page is copied that nobody else holds.",
        when_broken: "a page was copied that nobody else holds (UNNECESSARY_COW)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "fast-fallback",
        sentence: "A walk without locks takes what it finds.",
        when_broken: "a walk without locks gave up behind its reference (FAST_FALLBACK)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "false-positive-pin",
        sentence: "A page that looks pinned is pinned.",
        when_broken: "a page looks pinned and is not (FALSE_POSITIVE_PIN)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "pinned-behind-check",
        sentence: "Who is told that a page is not pinned, with pinning locked out, sees no pin \
                   of a walk that began before.",
        when_broken: "a page was pinned by a walk that a check should have kept out",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "pin-not-exclusive",
        sentence: "Since v5.19 a pinned anonymous page is PageAnonExclusive.",
        when_broken: "a pinned page is not exclusive",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "swap-not-settled",
        sentence: "What is mapped from a swap slot was written by a page that was frozen and \
                   freed.",
        when_broken: "contents of a swap slot were mapped that were not settled",
        invariant: true,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "zero-page-counted",
        sentence: "A pin takes no reference of the zero page, which everybody shares and which has \
                   room for two million pins.",
        when_broken: "a pin counts on the zero page (ZERO_PAGE_COUNTED)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "lost-sync",
        sentence: "A pin and the page table that it was taken through name the same page.",
        when_broken: "a pin and its page table name different pages",
        invariant: false,
        scope: Scope::Machine,
        holds: references::pins_and_page_tables_agree,
    },
    Property {
        name: "refcount-ledger",
        sentence: "page_count is the sum of what mappings, pins, lanes and owners hold.",
        when_broken: "page_count differs from the sum of its holders",
        invariant: true,
        scope: Scope::Machine,
        holds: references::refcounts_add_up,
    },
    Property {
        name: "mapcount-ledger",
        sentence: "page_mapcount is the number of page table entries, with the page table \
                   unlocked, and a mapped page has a reverse map.",
        when_broken: "page_mapcount differs from the number of entries",
        invariant: true,
        scope: Scope::Machine,
        holds: references::mapcounts_add_up,
    },
    Property {
        name: "anon-exclusive",
        sentence: "Since v5.19 a writable entry maps a PageAnonExclusive page, with the page \
                   table unlocked.",
        when_broken: "a writable entry maps a page that is not exclusive",
        invariant: true,
        scope: Scope::Machine,
        holds: sharing::writable_pages_are_exclusive,
    },
    Property {
        name: "free-page-in-use",
        sentence: "A free page has no reference, no mapping and no pin, and on a list no trace of \
                   its last owner.",
        when_broken: "a free page is referenced, mapped or pinned",
        invariant: true,
        scope: Scope::Machine,
        holds: references::free_pages_are_unused,
    },
    Property {
        name: "cma-block-type",
        sentence: "A pageblock of a CMA area is MIGRATE_CMA or MIGRATE_ISOLATE.",
        when_broken: "a pageblock of a CMA area has another type",
        invariant: false,
        scope: Scope::Allocator,
        holds: allocator::cma_blocks_keep_their_type,
    },
    Property {
        name: "cma-bitmap",
        sentence: "A page that cma_alloc has given to a caller has its bit set; when all is done, \
                   no other page has.",
        when_broken: "the bitmap does not say which pages callers have",
        invariant: true,
        scope: Scope::Lanes,
        holds: allocator::cma_pages_are_reserved,
    },
    Property {
        name: "free-list-type",
        sentence: "A free block is on an ISOLATE list exactly if its pageblock is isolated.",
        when_broken: "a free block is on the wrong list",
        invariant: false,
        scope: Scope::Allocator,
        holds: allocator::free_lists_match_types,
    },
    Property {
        name: "free-pages-drift",
        sentence: "NR_FREE_PAGES and NR_FREE_CMA_PAGES count the pages on the lists.",
        when_broken: "the free counters have drifted",
        invariant: false,
        scope: Scope::Allocator,
        holds: allocator::counters_match_lists,
    },
    Property {
        name: "isolate-count",
        sentence: "nr_isolate_pageblock is the number of isolated pageblocks.",
        when_broken: "nr_isolate_pageblock is wrong",
        invariant: false,
        scope: Scope::Allocator,
        holds: allocator::isolate_count_is_right,
    },
    Property {
        name: "free-on-isolate-list",
        sentence: "When all is done, no free page is on the isolate list of a pageblock that is \
                   not isolated: it is lost until the next isolation.",
        when_broken: "free pages are lost on an isolate list",
        invariant: false,
        scope: Scope::Lanes,
        holds: allocator::no_page_is_lost_to_isolation,
    },
    Property {
        name: "isolated-on-free-list",
        sentence: "A pageblock whose isolation has returned has no free page on a list that is \
                   allocated from.",
        when_broken: "an isolated pageblock has free pages on a normal list",
        invariant: false,
        scope: Scope::Allocator,
        holds: allocator::isolated_blocks_are_off_the_lists,
    },
    Property {
        name: "parked-in-isolated-block",
        sentence: "When all is done, an isolated pageblock that is free is not kept from its \
                   caller by pages on pcplists.",
        when_broken: "an isolated block is free but for pages on pcplists",
        invariant: false,
        scope: Scope::Lanes,
        holds: allocator::no_page_is_parked_in_isolation,
    },
    Property {
        name: "free-list-strict",
        sentence: "Since v6.10 a free block is on the list of its pageblock's type.",
        when_broken: "a free block is on the list of another type than its pageblock's",
        invariant: true,
        scope: Scope::Allocator,
        holds: allocator::free_lists_name_their_types,
    },
    Property {
        name: "sane-counters",
        sentence: "0 <= NR_FREE_CMA_PAGES <= NR_FREE_PAGES <= the pages of the zone.",
        when_broken: "a free counter is below zero or too large",
        invariant: false,
        scope: Scope::Allocator,
        holds: allocator::counters_are_sane,
    },
    Property {
        name: "pcp-while-disabled",
        sentence: "While pcplists are disabled they are empty, wherever nobody is at work on one.",
        when_broken: "a disabled pcplist keeps pages",
        invariant: false,
        scope: Scope::Lanes,
        holds: allocator::disabled_pcplists_are_empty,
    },
    Property {
        name: "one-place",
        sentence: "Every page is in one place: a buddy block, a pcplist, in flight, allocated, \
                   parked or given to a caller.",
        when_broken: "a page is on a list that it does not know of",
        invariant: true,
        scope: Scope::Allocator,
        holds: allocator::pages_are_in_one_place,
    },
    Property {
        name: "buddy-shape",
        sentence: "A free block is aligned to its size and inside the zone, and not free beside \
                   its buddy on the same list of a pageblock.",
        when_broken: "a free block has a wrong shape",
        invariant: true,
        scope: Scope::Allocator,
        holds: allocator::free_blocks_are_whole,
    },
    Property {
        name: "contig-result",
        sentence: "A page that alloc_contig_range has given to a caller has that one reference and \
                   no mapping.",
        when_broken: "a page of a caller is referenced or mapped by somebody else",
        invariant: false,
        scope: Scope::Machine,
        holds: references::given_pages_are_unused,
    },
    Property {
        name: "stale-data",
        sentence: "What a process reads is what was last written there, by itself or by a device \
                   through a pin of it.",
        when_broken: "a process reads what is no longer so",
        invariant: false,
        scope: Scope::Machine,
        holds: references::what_is_read_was_written,
    },
    Property {
        name: "lock-discipline",
        sentence: "zone->lock is held with interrupts off; nobody waits for an IPI or sleeps with \
                   interrupts off or a spinlock held.",
        when_broken: "a lock is held or waited for where it must not be",
        invariant: true,
        scope: Scope::Lanes,
        holds: execution::locks_are_in_order,
    },
    Property {
        name: "lost-page",
        sentence: "When all is done, every page is free, or in a block that somebody has.",
        when_broken: "a page belongs to nobody and is not free",
        invariant: false,
        scope: Scope::Lanes,
        holds: references::no_page_is_lost,
    },
    Property {
        name: "left-references",
        sentence: "When all is done, no lane and no mmu_gather holds a reference.",
        when_broken: "a lane that is through still holds a reference",
        invariant: true,
        scope: Scope::Lanes,
        holds: references::nobody_keeps_a_reference,
    },
    Property {
        name: "file-written",
        sentence: "Through a private mapping no file is written to.",
        when_broken: "a read-only file is written to (CVE-2016-5195)",
        invariant: false,
        scope: Scope::Machine,
        holds: references::files_are_not_written,
    },
    Property {
        name: "exclusive-shared",
        sentence: "Since v5.19 a PageAnonExclusive page has one mapping at most, and no swap entry \
                   names its slot, with the page table unlocked.",
        when_broken: "an exclusive page is shared",
        invariant: true,
        scope: Scope::Machine,
        holds: sharing::exclusive_pages_are_not_shared,
    },
    Property {
        name: "two-writers",
        sentence: "No anonymous page is writable for two processes.",
        when_broken: "two processes may write to one anonymous page",
        invariant: true,
        scope: Scope::Machine,
        holds: sharing::one_process_writes,
    },
    Property {
        name: "write-protect-seq",
        sentence: "While write_protect_seq is odd, mmap_lock is held for writing.",
        when_broken: "write_protect_seq is odd and nobody forks",
        invariant: true,
        scope: Scope::Machine,
        holds: sharing::only_fork_makes_the_sequence_odd,
    },
];

/// The property of a name.
pub fn find(name: &str) -> Option<&'static Property> {
    PROPERTIES.iter().find(|property| property.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_event_is_its_place() {
        let events = [
            (event::OVER_REJECTION, "over-rejection"),
            (event::ISOLATED_PAGE_ALLOCATED, "isolated-page-allocated"),
            (event::ISOLATED_PCP_PAGE_ALLOCATED, "isolated-pcp-page-allocated"),
            (event::PARKED_PAGE_FAILS_TEST, "parked-page-fails-test"),
            (event::NULL_THOUGH_FREE, "null-though-free"),
            (event::SKIP_AT_ISOLATE, "skip-at-isolate"),
            (event::STILL_MAPPED, "still-mapped"),
            (event::COUNT_AT_MOVE_MAPPING, "count-at-move-mapping"),
            (event::DOUBLE_FREE, "double-free"),
            (event::FREED_TO_OTHER_TYPE, "freed-to-other-type"),
            (event::MISSED_COW, "missed-cow"),
            (event::NOFAULT_FAULTED, "nofault-faulted"),
            (event::UNNECESSARY_COW, "unnecessary-cow"),
            (event::FAST_FALLBACK, "fast-fallback"),
            (event::FALSE_POSITIVE_PIN, "false-positive-pin"),
            (event::PINNED_BEHIND_CHECK, "pinned-behind-check"),
            (event::PIN_NOT_EXCLUSIVE, "pin-not-exclusive"),
            (event::SWAP_NOT_SETTLED, "swap-not-settled"),
            (event::ZERO_PAGE_COUNTED, "zero-page-counted"),
        ];
        for (number, name) in events {
            assert_eq!(PROPERTIES[number].name, name);
        }
    }
}
