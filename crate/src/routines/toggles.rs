//! The toggles: one decision each in which kernels differ.
use super::{help, toggles_huge, toggles_machine, toggles_reclaim};

/// One decision in which kernels differ.
pub struct Toggle {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it decides.
    pub sentence: &'static str,
    /// Its values, each with a sentence that says what it is and which kernels have it.
    pub values: &'static [(&'static str, &'static str)],
}

/// All toggles.
pub static TOGGLES: &[Toggle] = &help::of_toggles::<{ ALL.len() }>(ALL, &VALUES);

static VALUES: [(&str, &str); help::values_in(ALL)] = help::of_values(ALL);

const ALL: &[Toggle] = &[
    Toggle {
        name: "pincheck",
        sentence: "How is_pinnable_page tells that a page must not be pinned for long.",
        values: &[
            ("cma_only", "One read, refuses MIGRATE_CMA only: up to v5.18."),
            ("two_reads_cma_first", "Two reads, CMA then ISOLATE: v1 of the patch, or a re-fetch."),
            ("two_reads_iso_first", "Two reads, ISOLATE then CMA: the other order."),
            ("volatile_local", "One read into a volatile local: v2 of the patch."),
            ("read_once_local", "One read, READ_ONCE of the local: v3 and v4 of the patch."),
            ("bitmask", "Types tested as bits: v5 of the patch; refuses MOVABLE pages too."),
            ("single_read", "One READ_ONCE of the bitmap word: merged for v5.19 (1c563432588d)."),
        ],
    },
    Toggle {
        name: "zero_page",
        sentence: "Whether is_pinnable_page lets the zero page be pinned.",
        values: &[
            ("zero_ok", "The zero page may be pinned: up to v5.18."),
            ("zero_refused", "Refused by a slip of negation: v5.19-rc1 to rc3 (1c563432588d)."),
            ("zero_ok_again", "Allowed again: v5.19-rc4 (034e5afad921)."),
        ],
    },
    Toggle {
        name: "isolation_failure",
        sentence: "What a long-term pin does when its page cannot be isolated for migration.",
        values: &[
            ("retry", "Unpins and tries again: v5.13 on, but for v6.14 and v6.15."),
            (
                "treat_as_success",
                "Keeps the pin: up to v5.12, v6.14 and v6.15 (1aaf8c122918, reverted).",
            ),
        ],
    },
    Toggle {
        name: "gup",
        sentence: "The names and atomic operations of get_user_pages.",
        values: &[
            ("none", "No pin_user_pages: the forms before v5.8 are not modelled."),
            ("v5.8", "A pin is one addition; readers ask for the right to write (17839856fd58)."),
            ("v5.9", "has_pinned is set; readers take what they find (a308c71bf1e6)."),
            ("v5.11", "write_protect_seq is read (57efa1fe5957); unpinning takes two operations."),
            ("v5.17", "A pin is two additions (c24d37322548, v5.14); MMF_HAS_PINNED is a flag."),
            ("v5.18", "Folios; dropping a pin is one atomic operation."),
            ("v5.19", "And gup_must_unshare: read-only pins need PageAnonExclusive."),
            ("v6.2", "And a long-term one a page of its own, not a file's or the zero page."),
            (
                "v6.6",
                "The zero page is not counted (c8070b787519), the pin check comes behind the \
              reference, NUMA hints are followed (7acddcc1ae30).",
            ),
            ("v6.10", "The same; what walks without locks is called gup_fast."),
        ],
    },
    Toggle {
        name: "pmd_recheck",
        sentence: "What a walk without locks reads again behind its reference.",
        values: &[
            ("off", "The entry: up to v5.19."),
            ("on", "And the pmd, which khugepaged clears first: v6.0 (70cbc3cc78a9)."),
        ],
    },
    Toggle {
        name: "longterm_loop",
        sentence: "What makes __gup_longterm_locked go round again.",
        values: &[
            ("check_again", "Nothing: the check itself asks for the pages again: up to v5.12."),
            ("while_zero", "The check returned 0: v5.13 to v6.0."),
            ("while_eagain", "The check returned -EAGAIN: v6.1 (24a95998e9ba)."),
            ("unlocked", "The same; mmap_lock is not held by the check: v6.5, not yet v6.2."),
        ],
    },
    Toggle {
        name: "foll_force",
        sentence: "What tells FOLL_FORCE that COW is broken and it may write.",
        values: &[
            ("drops_write", "It stops asking for the right to write: up to v4.8 (Dirty COW)."),
            ("foll_cow", "FOLL_COW and a dirty entry: v4.9 to v5.19 (19be0eaffa3a)."),
            ("exclusive", "PageAnonExclusive: v6.0 (5535be309971)."),
        ],
    },
    Toggle {
        name: "uffd_continue",
        sentence: "What UFFDIO_CONTINUE maps into a private mapping of shared memory.",
        values: &[
            ("none", "There is no such operation: up to v5.13."),
            ("clean", "A read-only entry that is clean: v5.14 and v5.15."),
            ("dirty", "A read-only entry that is dirty: v5.16 on (9ae0f87d009c)."),
        ],
    },
    Toggle {
        name: "migration",
        sentence: "What migration does to the mapping of a page that looks pinned.",
        values: &[
            ("v5.9", "As v5.17; an entry is restored before its mapping is counted."),
            ("v5.17", "Replaces it by a migration entry all the same."),
            ("v5.18", "The same; the target is on the LRU before an entry points to it."),
            ("v5.19", "Keeps the mapping of an exclusive page that looks pinned (6c287605fd56)."),
        ],
    },
    Toggle {
        name: "migrate_pinned",
        sentence: "Whether migration asks for a pin before it unmaps a page.",
        values: &[
            ("plain", "No; what references it finds behind that decides: every kernel."),
            ("early", "page_maybe_dma_pinned first: the RFC of January 2022."),
        ],
    },
    Toggle {
        name: "numa_skip",
        sentence: "Which pages NUMA balancing makes no hints of.",
        values: &[
            ("map", "Those that several entries map: v5.16."),
            ("ref", "Those with more than one reference: v5.17 to v6.9 (80d47f5de5e3)."),
            ("maybe_pinned", "Those that look pinned, or as `map`: the RFC of 2022, and v6.12."),
        ],
    },
    Toggle {
        name: "numa_hint",
        sentence: "When a NUMA hint becomes an entry again.",
        values: &[
            ("restored_first", "Before the page is migrated: v5.13."),
            ("restored_last", "If it was not migrated: v5.14 (b99a342d4f11)."),
        ],
    },
    Toggle {
        name: "numa_fault",
        sentence: "Where a page belongs on that has a NUMA hint.",
        values: &[
            ("stay", "On the node where it is."),
            ("migrate", "On another one: the fault tries to migrate it."),
        ],
    },
    Toggle {
        name: "mprotect",
        sentence: "What mprotect does to entries that may be written through again.",
        values: &[
            ("write_protects", "Leaves them to a fault: v5.19."),
            ("try_writable", "Lets exclusive dirty pages be written: v6.0 (64fe24a3e05e)."),
        ],
    },
    Toggle {
        name: "clear_refs",
        sentence: "Which entries soft-dirty tracking write-protects.",
        values: &[
            ("always", "All, under mmap_lock for reading: v5.10."),
            ("maybe_pinned_skipped", "Not those of pinned pages: v5.11 (9348b73c2e1b)."),
        ],
    },
    Toggle {
        name: "ksm_flush",
        sentence: "When KSM compares the references of a page that it write-protects.",
        values: &[
            ("clear_first", "With the entry cleared and flushed: every kernel."),
            ("check_first", "Before that: wrong."),
        ],
    },
    Toggle {
        name: "umcg_pin",
        sentence: "How the RFC of January 2022 tries the page that it has pinned.",
        values: &[
            ("load", "A pin for reading, and a load: as posted."),
            ("rmw", "A pin for reading, and a read-modify-write: as considered."),
            ("foll_write", "FOLL_WRITE, and a store: as followed."),
        ],
    },
    Toggle {
        name: "cma_mutex",
        sentence: "Whether cma_alloc holds cma_mutex while it allocates the range.",
        values: &[
            ("off", "No mutex: v5.11 to v5.18 (a4efc174b382)."),
            ("on", "One mutex for all areas: v5.10, and v5.19 on (60a60e32cf91)."),
        ],
    },
    Toggle {
        name: "free_type",
        sentence: "Where the free path reads the type of the page's pageblock.",
        values: &[
            ("irqs_on", "With interrupts on: an IPI may come between the read and the list."),
            ("irqs_off", "With interrupts off: patch 4/8 of 2014."),
        ],
    },
    Toggle {
        name: "free_recheck",
        sentence: "Whether free_one_page reads the type again under zone->lock.",
        values: &[
            ("never", "It believes its caller: v3.16."),
            ("when_isolated", "Where isolation is about: v3.18 to v6.9 (ad53f92eb416)."),
            ("always", "Always: v6.10 (55612e80e722)."),
        ],
    },
    Toggle {
        name: "bulk_recheck",
        sentence: "By which type free_pcppages_bulk places and counts a page.",
        values: &[
            ("counts_only", "Placed by the noted type, counted by the block: v3.16."),
            ("by_noted_type", "Both by the noted type: patch 4/8 of 2014."),
            ("when_isolated", "Both by the block where isolation is about (51bb1a4093cc)."),
            ("when_isolated_unlinked", "The same, unlinked before the lock: v4.17 to v5.17."),
            ("always", "Both by the block: v6.10 (17edeb5d3f76)."),
        ],
    },
    Toggle {
        name: "merge_limit",
        sentence: "Up to where a freed block merges with its buddies.",
        values: &[
            ("none", "To the largest order, whatever the types: v3.16."),
            ("isolated_only", "A block freed as isolated within its pageblock (3c605096d315)."),
            ("both_sides", "Not across the border of isolation: v4.6 (d9dddbf55667)."),
            ("mergeable", "Only types that fall back to each other: v5.18 (1dd214b8f21c)."),
            ("retypes", "The same, and the buddy's block takes the type: v6.10."),
        ],
    },
    Toggle {
        name: "fallback",
        sentence: "Where a block comes from when its own lists are empty.",
        values: &[
            ("v3.16", "From the largest block of another type, CMA among them."),
            ("v3.18", "The same; the rest of a stolen block goes along."),
            ("v5.8", "CMA before stealing, and first where it is half of what is free."),
            ("v6.10", "The same; free pages move only if their whole pageblock is claimed."),
        ],
    },
    Toggle {
        name: "isolation",
        sentence: "How a pageblock is isolated and given back.",
        values: &[
            ("v3.16", "Type, lists and counters in one section; then a drain."),
            ("three_rendezvous", "Type; three rendezvous; lists: patch 4/8 of 2014."),
            ("parked", "The same; blocks freed meanwhile stay off the lists: patch 5/8."),
            ("v3.18", "As v3.16, with nr_isolate_pageblock."),
            ("v4.6", "As v3.18; what is not free fails the test (aa016d145d4c)."),
            ("v4.17", "A block that is isolated already is refused (2c7452a075d4)."),
            ("v5.8", "The same; a large block is given back under the lock."),
            ("v5.11", "The drain is the caller's (7612921f2376)."),
            ("v5.19-rc1", "The first and last block are typed without the lock (b2c9e2fbba32)."),
            ("v5.19", "The first and last block come first, under the lock (88ee134320b8)."),
            ("v6.10", "Larger blocks are split first; lists and counters move together."),
        ],
    },
    Toggle {
        name: "isolate_drain",
        sentence: "What patch 4/8 of 2014 drains with; the reviewer's question.",
        values: &[
            ("on_each_cpu", "on_each_cpu(drain_local_pages): every CPU, as posted."),
            ("drain_all_pages", "drain_all_pages: not the CPUs whose lists look empty."),
        ],
    },
    Toggle {
        name: "pageset_update",
        sentence: "Whether patch 3/8 of 2014 waits for all CPUs when it disables pcplists.",
        values: &[
            ("kicks", "Two kick_all_cpus_sync on the way, as posted."),
            ("no_kicks", "None."),
        ],
    },
    Toggle {
        name: "pcp_while_isolating",
        sentence: "What becomes of pcplists while blocks are isolated.",
        values: &[
            ("drained", "They are drained: CMA."),
            ("disabled", "They are disabled first: memory offlining, v5.11 (ec6e8c7e0314)."),
        ],
    },
    Toggle {
        name: "pcp",
        sentence: "What guards a pcplist, and what happens if it is taken.",
        values: &[
            ("irqs_off", "Interrupts off on its CPU; isolated pages are told apart inside."),
            ("v5.17", "The same; isolated pages are told apart before."),
            ("trylock", "pcp->lock, interrupts off; if taken, CMA is freed as movable: v6.0."),
            ("trylock_irqs_on", "The same with interrupts on: v6.2 (574907741599)."),
            ("trylock_own_type", "And if taken, freed as what it is: v6.6 (7b086755fb8c)."),
        ],
    },
    Toggle {
        name: "drain",
        sentence: "How drain_all_pages reaches other CPUs.",
        values: &[
            ("ipi_mask", "An IPI to those whose count is not zero: v3.16."),
            ("work_mask", "A work item on those: v4.11 (0ccce3b92421)."),
            ("remote_mask", "From afar, under pcp->lock: v6.0 (443c2accd1b6)."),
            ("remote_counted_inside", "The same; counted under the lock: v6.11 (66eca1021a42)."),
        ],
    },
    Toggle {
        name: "alloc_contig",
        sentence: "What alloc_contig_range does around isolation and migration.",
        values: &[
            ("v3.16", "Any error of migration ends it; drains before it tests."),
            ("v5.9", "A page that cannot be moved is left to the test."),
            ("v5.11", "Drains once behind the isolation; a failed start returns."),
            ("v5.19", "Pageblock aligned; a failed start undoes the whole range."),
        ],
    },
    Toggle {
        name: "free_pages",
        sentence: "What __free_pages does when somebody else still holds the first page.",
        values: &[
            ("last_only", "Nothing: v5.8."),
            (
                "frees_tails",
                "Frees the others unless PageHead, read behind the put (e320d3012d25).",
            ),
            ("reads_head_first", "PageHead is read before the put: v6.2 (462a8e08e0e6)."),
        ],
    },
    Toggle {
        name: "offline",
        sentence: "What offline_pages does about pages on pcplists.",
        values: &[
            ("drain_once", "The drain of the isolation is all: v5.8."),
            ("drain_again", "Drains again each time the test fails: v5.9 (968318261221)."),
            ("pcp_disabled", "Disables the pcplists before it isolates: v5.11 (ec6e8c7e0314)."),
        ],
    },
    Toggle {
        name: "cma_lock",
        sentence: "What guards the bitmap of a CMA area.",
        values: &[("mutex", "A mutex: v5.13."), ("spinlock", "A spinlock: v5.14 (0ef7dcac998f).")],
    },
    Toggle {
        name: "cma_retry",
        sentence: "What cma_alloc does when every range was busy: the patches of 2020.",
        values: &[
            ("none", "Returns NULL: every kernel."),
            ("finite", "Sweeps the bitmap five times more: v1 of the patch."),
            ("infinite", "Sweeps it until it succeeds: v2 of the patch."),
            ("nofail", "The same for callers with __GFP_NOFAIL, until killed: v3 to v5."),
        ],
    },
    Toggle {
        name: "unmap_sem",
        sentence: "A sleeping lock that keeps migration out while pages are unmapped; floated in \
                   August 2020, never built.",
        values: &[
            ("none", "No such lock: every kernel."),
            ("exit_mmap", "exit_mmap shares it."),
            ("every_zap", "munmap and madvise share it too."),
            ("and_fork", "And fork."),
        ],
    },
    Toggle {
        name: "fork",
        sentence: "In which order fork copies an entry, and what it does about pinned pages.",
        values: &[
            ("protect_first", "Write-protects, takes the reference, asks nobody: v5.8."),
            ("check_then_wp", "Copies what may be pinned, else write-protects: v5.9, v5.10.0."),
            ("wp_then_check", "Write-protects before it checks: v5.9-rc7 (70e806e4e645)."),
            ("seq", "Checks first; GUP-fast sees write_protect_seq: v5.11 (57efa1fe5957)."),
            ("v5.19", "The same, of exclusive pages only; they are so no more (6c287605fd56)."),
            (
                "copy_protected",
                "As v5.19, but what is copied is write-protected and flushed first: proposed in \
                 June 2025, for kernels with PageAnonExclusive.",
            ),
        ],
    },
    Toggle {
        name: "cow",
        sentence: "Which page do_wp_page lets a process keep when it stores.",
        values: &[
            ("mapcount", "One that nobody else maps (reuse_swap_page): up to v5.8."),
            ("refcount", "One that nobody else holds: v5.9 to v5.17 (09854ba94c6a)."),
            ("refcount_swap", "The same, but for the swap cache and pagevecs: v5.18."),
            ("exclusive", "One that is PageAnonExclusive, whoever holds it: v5.19."),
            ("exclusive_any", "And unsharing copies files and the zero page: v6.2 (8d6a0ac09a16)."),
        ],
    },
    Toggle {
        name: "cow_swap_cache",
        sentence: "What a copy on write does with a page that only the swap cache keeps.",
        values: &[
            ("kept", "It stays in the swap cache: up to v5.12."),
            ("freed", "It leaves the swap cache: v5.13 (f4c4a3f48480)."),
        ],
    },
    Toggle {
        name: "fork_preempt",
        sentence: "Whether fork can be preempted between the two counts of a page.",
        values: &[
            ("on", "Where spinlocks allow it: every kernel."),
            ("disabled", "preempt_disable around them; proposed in August 2020, never built."),
        ],
    },
    Toggle {
        name: "pvmw_sync",
        sentence: "Whether a reverse map walk takes the lock before it looks at an entry.",
        values: &[
            ("off", "Passes over an entry that looks empty: for migration, every kernel."),
            ("on", "Takes it: TTU_SYNC, as splitting huge pages does (732ed55823fc)."),
        ],
    },
    Toggle {
        name: "target_memory",
        sentence: "What migration does when no page is free for its target.",
        values: &[
            ("fails", "Gives up with -ENOMEM."),
            ("waits", "Waits until one is: the direst case of reclaim."),
        ],
    },
    Toggle {
        name: "lru",
        sentence: "How a page is taken off the LRU.",
        values: &[
            ("lru_lock", "Reference and PG_lru together under lru_lock: v5.10."),
            ("lockless", "One after the other, without a lock: v5.11."),
        ],
    },
    Toggle {
        name: "lru_pagevec",
        sentence: "Whether pages wait for the LRU in per-CPU pagevecs that hold references.",
        values: &[
            ("none", "They are on the LRU at once: a simplification."),
            ("drained", "lru_add_drain_all before migration: v5.12."),
            ("disabled", "lru_cache_disable around migration: v5.13 (d479960e44f2)."),
        ],
    },
    Toggle {
        name: "uffd_wp_flush",
        sentence: "Whether a write fault copies a page while a flush of userfaultfd is on its way.",
        values: &[
            ("late", "It copies: up to v5.11."),
            ("before_copy", "It flushes first: v5.12 (6ce64428d620)."),
        ],
    },
    toggles_machine::TLB_FLUSH,
    toggles_machine::MEMORY,
    toggles_machine::ATOMICS,
    toggles_machine::PTE_CLEAR,
    toggles_machine::BARRIERS,
    toggles_machine::SHARE_BARRIER,
    toggles_reclaim::VMSCAN,
    toggles_reclaim::SWAPIN,
    toggles_reclaim::LAZYFREE,
    toggles_reclaim::DIRTY_TEST,
    toggles_huge::PREP_COMPOUND,
    toggles_huge::SPLIT_PMD,
    toggles_huge::DOUBLE_MAP,
    toggles_huge::HUGE_COW,
    toggles_huge::HEAD_RECHECK,
    toggles_huge::OFFLINE_ISOLATE,
    toggles_huge::COMPACTION_LOCK,
    toggles_huge::SECTION_USAGE,
    toggles_machine::SMP,
    toggles_machine::PREEMPT_RT,
    toggles_machine::DEBUG_VM,
    toggles_huge::ISOLATE_CHECK,
    toggles_huge::TOTAL_MAPCOUNT,
    toggles_huge::COMPOUND_HEAD,
    toggles_huge::MAPCOUNT_SLAB,
    toggles_huge::MIGRATE_SWAP_CACHE,
    toggles_huge::MIGRATION_WAIT,
    toggles_huge::SPLIT_MIGRATION_PMD,
    toggles_huge::SPLIT_UNMAP,
    toggles_huge::MIGRATE_SCRATCH,
    toggles_huge::OFFLINE_ZONE,
    toggles_huge::MIGRATE_PUTBACK,
    toggles_huge::BALLOON_DEFLATE,
    toggles_huge::GIGANTIC_PAGE_INIT,
    toggles_huge::SPLIT_FOLIO_CHECK,
    toggles_huge::PMD_INVALIDATE,
    toggles_huge::PMD_ACCESS,
    toggles_huge::PAGE_EXT,
    toggles_huge::PAGE_EXTENSION,
];

/// The toggle of a name.
pub fn toggle(name: &str) -> Option<&'static Toggle> {
    TOGGLES.iter().find(|toggle| toggle.name == name)
}
