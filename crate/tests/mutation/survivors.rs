//! The lines that nothing notices when they are gone, each group with its reason. None of them is
//! wrong to have: the kernel has them.

/// The reason, and the lines that it is true of: function, label, which form of the function.
pub const REASONS: &[(&str, &[&str])] = &[
    (
        "It does nothing, and is a step at which others may run: the flush is the line behind it, \
         and who sleeps wakes up anyway.",
        &[
            "tlb_flush_mmu tlb, mm/mmu_gather.c and mm/swap.c (release_pages), v3.16 to v6.12",
            "cma_alloc sleep, patch v1 of 2020 (finite retries) on mm/cma.c",
            "cma_alloc sleep, patch v2 of 2020 (infinite retries) on mm/cma.c",
            "cma_alloc sleep, patches v3 to v5 of 2020 (__GFP_NOFAIL) on mm/cma.c",
        ],
    ),
    (
        "What it guards is the caller's own in the model: a drain's mask of CPUs and its \
         work items are static in the kernel.",
        &[
            "__drain_all_pages mutex, mm/page_alloc.c, v6.0 to v6.10",
            "drain_all_pages mutex, mm/page_alloc.c, v4.11 to v5.19",
            "drain_all_pages mutex, mm/page_alloc.c, v6.0 to v6.10",
            "drain_all_pages mutex, mm/page_alloc.c, v6.11 and v6.12",
        ],
    ),
    (
        "It keeps VMAs as they are, which are not modelled; the entries have the page \
         table lock.",
        &[
            "__gup_longterm_locked lock, mm/gup.c, v6.5 and later",
            "fork mmap, kernel/fork.c (dup_mmap), v3.16 to v6.12",
            "fork mmap, the sleeping lock that was floated in August 2020, on mm/memory.c",
            "munmap mmap, mm/mmap.c, v3.16 to v4.19",
            "munmap mmap, the sleeping lock that was floated in August 2020, on mm/memory.c",
        ],
    ),
    (
        "It keeps page tables from being freed under the walk; here they stay, and no \
         flush waits for a CPU.",
        &["lockless_pages_from_mm irqoff, mm/gup.c, v6.10 and later (gup_fast)"],
    ),
    (
        "The next atomic line turns interrupts off itself: zone->lock in the model, \
         drain_local_pages.",
        &[
            "__free_pages_ok irqoff, mm/page_alloc.c, v3.16 to v6.9",
            "drain_all_pages irqoff, mm/page_alloc.c, v3.16 to v4.10",
            "on_each_cpu irqoff, kernel/up.c and kernel/smp.c, v3.16, of drain_local_pages",
            "rmqueue buddy, mm/page_alloc.c, v6.2 to v6.12",
        ],
    ),
    (
        "Only a fork that looks for pins before it copies, which is not modelled, or a write \
         behind a fork, which no scenario has, would care.",
        &[
            "lockless_pages_from_mm seq, mm/gup.c, v5.11 to v6.9",
            "lockless_pages_from_mm seq, mm/gup.c, v6.10 and later (gup_fast)",
        ],
    ),
    (
        "It saves work: what it would have turned away fails behind it, with the same \
         result.",
        &[
            "__unmap_and_move mapped, mm/migrate.c, v5.17",
            "__unmap_and_move mapped, mm/migrate.c, v5.18 to v6.1",
            "alloc_contig_range outer, mm/page_alloc.c, v3.16 to v4.0",
            "follow_page_pte wait, mm/gup.c, v5.17",
            "isolate_migratepages_block buddy, mm/compaction.c, v3.16 to v5.10 \
             (__isolate_lru_page)",
            "isolate_migratepages_block buddy, mm/compaction.c, v5.11 to v6.1-rc7, for \
             alloc_contig_range",
            "isolate_migratepages_block lru, mm/compaction.c, v3.16 to v5.10 (__isolate_lru_page)",
            "isolate_migratepages_block lru, mm/compaction.c, v5.11 to v6.1-rc7, for \
             alloc_contig_range",
            "try_to_migrate done, mm/rmap.c, v5.15 to v5.18 (try_to_migrate_one)",
            "try_to_migrate done, mm/rmap.c, v5.19 to v6.1 (try_to_migrate_one)",
            "unmap_and_move freed, mm/migrate.c, v3.16 to v5.17",
            "unmap_and_move freed, mm/migrate.c, v3.16 to v5.17, without memory",
            "unmap_and_move freed, mm/migrate.c, v5.18 to v6.1",
        ],
    ),
    (
        "Another line asks the same: unset_migratetype_isolate under the lock, the drain \
         before it or behind the lock.",
        &[
            "undo_isolate_page_range isolated, mm/memory_hotplug.c and mm/page_isolation.c, v5.11",
            "undo_isolate_page_range isolated, mm/page_isolation.c, v3.16 to v6.12",
            "drain_all_pages ask, mm/page_alloc.c, v6.0 to v6.10",
        ],
    ),
    (
        "What is pushed since the count was asked for may as well be pushed behind the \
         drain.",
        &[
            "__drain_all_pages count, mm/page_alloc.c, v6.0 to v6.10",
            "drain_all_pages count, mm/page_alloc.c, v6.0 to v6.10",
        ],
    ),
    (
        "A caller whose range was busy tries again, and then has what the mutex would \
         have let it have at once.",
        &[
            "cma_alloc mutex, patch v1 of 2020 (finite retries) on mm/cma.c",
            "cma_alloc mutex, patch v2 of 2020 (infinite retries) on mm/cma.c",
        ],
    ),
    (
        "Everybody who minds a page's reference on a pagevec drains the pagevecs first, where \
         there are any.",
        &[
            "lru_cache_enable enable, include/linux/swap.h, v5.13 to v6.12",
            "mark_page_accessed disabled, mm/swap.c, v5.13 to v6.12",
        ],
    ),
    (
        "The value is there already: zone_pcp_disable has written it.",
        &["zone_pcp_enable batch, patch 3/8 of 2014 on v3.16"],
    ),
    (
        "Who comes second finds nothing parked, and no counter to change.",
        &["unset_migratetype_isolate isolated, patch 5/8 of 2014 on v3.16"],
    ),
    (
        "Nobody frees a block of order 1 or more that is in use under the kernel of this \
         series.",
        &["__free_pages_ok prepare, patch 4/8 of 2014 on v3.16"],
    ),
    (
        "Never run: it takes somebody who gets hold of a page between the test of the \
         range and its taking.",
        &["isolate_freepages_range failed, mm/compaction.c, v5.9 to v6.12"],
    ),
    (
        "The pin makes migration fail all the same; that fork may share the page meanwhile \
         breaks no property.",
        &["try_to_migrate pinned, mm/rmap.c, v5.19 to v6.1 (try_to_migrate_one)"],
    ),
    (
        "It saves work: what it would have passed over is turned away later, by its reference, by \
         the LRU or by being compound.",
        &[
            "isolate_migratepages_block buddy, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block buddy, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block buddy, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block buddy, mm/compaction.c, v5.7 to v5.10",
            "isolate_migratepages_block buddy, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block buddy, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "isolate_migratepages_block buddy, patch v1 of November 2022 on v5.7 to v5.10",
            "isolate_migratepages_block compound, a sketch of November 2022 on v6.1-rc7",
            "isolate_migratepages_block compound, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block compound, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block compound, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block compound, mm/compaction.c, v5.7 to v5.10",
            "isolate_migratepages_block compound, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block compound, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "isolate_migratepages_block compound, patch v1 of November 2022 on v5.7 to v5.10",
            "isolate_migratepages_block free, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block free, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block free, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block free, mm/compaction.c, v5.7 to v5.10",
            "isolate_migratepages_block free, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block free, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "isolate_migratepages_block free, patch v1 of November 2022 on v5.7 to v5.10",
            "isolate_migratepages_block lru, a sketch of November 2022 on v6.1-rc7",
            "isolate_migratepages_block lru, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block lru, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block lru, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block lru, mm/compaction.c, v5.7 to v5.10",
            "isolate_migratepages_block lru, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block lru, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "isolate_migratepages_block lru, patch v1 of November 2022 on v5.7 to v5.10",
            "isolate_migratepages_block nr, a sketch of November 2022 on v6.1-rc7",
            "isolate_migratepages_block nr, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block nr, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block nr, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block nr, mm/compaction.c, v5.7 to v5.10",
            "isolate_migratepages_block nr, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block nr, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "isolate_migratepages_block nr, patch v1 of November 2022 on v5.7 to v5.10",
            "isolate_migratepages_block order, a sketch of November 2022 on v6.1-rc7",
            "isolate_migratepages_block order, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block order, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block order, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block order, mm/compaction.c, v5.7 to v5.10",
            "isolate_migratepages_block order, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block order, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "isolate_migratepages_block order, patch v1 of November 2022 on v5.7 to v5.10",
            "isolate_migratepages_block tail, a sketch of November 2022 on v6.1-rc7",
            "isolate_migratepages_block tail, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block tail, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block tail, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block tail, mm/compaction.c, v5.7 to v5.10",
            "isolate_migratepages_block tail, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block tail, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "isolate_migratepages_block tail, patch v1 of November 2022 on v5.7 to v5.10",
        ],
    ),
    (
        "The page is asked the same again, by the next line or by the next assertion.",
        &[
            "isolate_migratepages_block relru, a sketch of November 2022 on v6.1-rc7",
            "isolate_migratepages_block relru, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block relru, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block relru, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block relru, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block relru, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "page_mapping assert, mm/util.c (folio_mapping), v5.16 to v6.12",
            "page_mapping assert2, mm/util.c (folio_mapping), v5.16 to v6.12",
            "total_mapcount dmhead, mm/huge_memory.c, v5.8 to v5.17",
            "total_mapcount dmhead, mm/util.c (folio_mapcount), v5.18 to v6.1",
            "total_mapcount dmtail, mm/util.c (folio_mapcount), v5.18 to v6.1",
            "total_mapcount entire1, mm/util.c (folio_mapcount), v5.18 to v6.1",
            "total_mapcount entire2, mm/util.c (folio_mapcount), v5.18 to v6.1",
            "total_mapcount first, mm/util.c (folio_mapcount), v5.18 to v6.1",
            "total_mapcount notail, include/linux/mm.h (folio_mapcount), v6.10 to v6.12",
            "total_mapcount notail, mm/util.c (folio_mapcount), v5.18 to v6.1",
            "total_mapcount still, mm/huge_memory.c, v5.8 to v5.17",
        ],
    ),
    (
        "Its scenario, compaction-page-becomes-huge, has more states than are tried here; and \
         nothing asks whether a page that was put back is on the LRU.",
        &[
            "isolate_migratepages_block became, a sketch of November 2022 on v6.1-rc7",
            "isolate_migratepages_block became, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block became, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block became, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block became, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block became, patch v1 of November 2022 on v5.11 to v6.1-rc7",
            "isolate_migratepages_block setlru, a sketch of November 2022 on v6.1-rc7",
            "isolate_migratepages_block setlru, an idea of November 2022 on v6.1-rc7",
            "isolate_migratepages_block setlru, half the fix (the reference first) on v6.1-rc7",
            "isolate_migratepages_block setlru, mm/compaction.c, v5.11 to v6.1-rc7",
            "isolate_migratepages_block setlru, mm/compaction.c, v6.1-rc8 to v6.12",
            "isolate_migratepages_block setlru, patch v1 of November 2022 on v5.11 to v6.1-rc7",
        ],
    ),
    (
        "It tells pages of hugetlbfs, of files or at the end of the zone apart, of which no \
         scenario with huge pages has any here.",
        &[
            "compact_zone zone, mm/compaction.c (and isolate_migratepages), v5.7 to v6.12",
            "isolate_migratepages_block isanon, an idea of November 2022 on v6.1-rc7",
            "page_mapcount dtor, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapcount dtor, mm/util.c (__page_mapcount), v5.16 to v6.1",
            "page_mapcount dtor, mm/util.c (__page_mapcount), v5.7 to v5.15",
            "page_mapcount dtorhead, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapcount dtorhead, mm/util.c (__page_mapcount), v5.16 to v6.1",
            "page_mapcount dtorhead, mm/util.c (__page_mapcount), v5.7 to v5.15",
            "page_mapcount hugehead, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapcount hugehead, mm/util.c (__page_mapcount), v5.7 to v5.15",
            "page_mapcount hugetail, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapcount hugetail, mm/util.c (__page_mapcount), v5.16 to v6.1",
            "page_mapcount hugetail, mm/util.c (__page_mapcount), v5.7 to v5.15",
            "page_mapping file, mm/util.c (folio_mapping), v5.16 to v6.12",
            "page_mapping file, mm/util.c, v5.8 to v5.15",
            "total_mapcount anon, mm/huge_memory.c, v5.8 to v5.17",
            "total_mapcount anonhead, mm/huge_memory.c, v5.8 to v5.17",
            "total_mapcount dtorhead, mm/huge_memory.c, v5.8 to v5.17",
            "total_mapcount dtorhead, mm/util.c (folio_mapcount), v5.18 to v6.1",
            "total_mapcount hugehead, mm/huge_memory.c, v5.8 to v5.17",
            "total_mapcount hugehead, mm/util.c (folio_mapcount), v5.18 to v6.1",
            "total_mapcount hugetail, mm/huge_memory.c, v5.8 to v5.17",
            "total_mapcount hugetail, mm/util.c (folio_mapcount), v5.18 to v6.1",
        ],
    ),
    (
        "Without it another number comes out and the same verdict: the references are far more, \
         or a tail has none to give.",
        &[
            "page_count head, include/linux/mm.h, v4.4 to v6.12",
            "page_mapcount dmhead, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapcount dmhead, mm/util.c (__page_mapcount), v5.7 to v5.15",
            "page_mapcount double, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapcount istail, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapcount istail, mm/util.c (__page_mapcount), v5.16 to v6.1",
            "page_mapcount istail, mm/util.c (__page_mapcount), v5.7 to v5.15",
            "page_mapcount pagehead, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapcount pagehead, mm/util.c (__page_mapcount), v5.7 to v5.15",
            "page_mapcount slow, mm/util.c (__page_mapcount), up to v5.6",
            "page_mapping head, mm/util.c, v5.8 to v5.15",
            "page_mapping slab, mm/util.c (folio_mapping), v5.16 to v6.12",
            "page_mapping slab, mm/util.c, v5.8 to v5.15",
            "total_mapcount folio, include/linux/mm.h (folio_mapcount), v6.10 to v6.12",
            "total_mapcount istail, mm/huge_memory.c, v5.8 to v5.17",
        ],
    ),
];
