//! The lines of machines without huge pages that nothing notices when they are gone, each group
//! with its reason. None of them is wrong to have: the kernel has them.

/// The reason, and the lines that it is true of: function, label, which form of the function; all
/// forms where that is left out.
pub const REASONS: &[(&str, &[&str])] = &[
    (
        "Of a form that no kernel has, which is there to show one line: the claims are about that \
         line. The form that a kernel has is tried.",
        &[
            "__get_user_pages area, mm/gup.c, v4.8, on v5.19",
            "__get_user_pages area, mm/gup.c, v4.8, on v5.8",
            "__get_user_pages area, mm/gup.c, v4.8, on v5.9",
            "__remove_mapping dirty, the order that a comment in mm/vmscan.c warns of",
            "copy_one_pte protect, preempt_disable, as proposed in August 2020, on mm/memory.c",
            "follow_page_pte emlink, mm/gup.c, v4.8, with gup_must_unshare",
            "follow_page_pte must, mm/gup.c, v4.8, with gup_must_unshare",
            "fork child, the sleeping lock that was floated in August 2020, on mm/memory.c",
            "fork gone, the sleeping lock that was floated in August 2020, on mm/memory.c",
            "fork wake, the sleeping lock that was floated in August 2020, on mm/memory.c",
            "ksm_write_protect anon, mm/ksm.c with the check before the flush, v5.19 to v6.1",
            "ksm_write_protect anon, mm/ksm.c with the check before the flush, v5.8 to v5.18",
            "ksm_write_protect check, mm/ksm.c with the check before the flush, v5.19 to v6.1",
            "ksm_write_protect check, mm/ksm.c with the check before the flush, v5.8 to v5.18",
            "ksm_write_protect count, mm/ksm.c with the check before the flush, v5.19 to v6.1",
            "ksm_write_protect count, mm/ksm.c with the check before the flush, v5.8 to v5.18",
            "ksm_write_protect dirty, mm/ksm.c with the check before the flush, v5.19 to v6.1",
            "ksm_write_protect dirty, mm/ksm.c with the check before the flush, v5.8 to v5.18",
            "ksm_write_protect lock, mm/ksm.c with the check before the flush, v5.19 to v6.1",
            "ksm_write_protect lock, mm/ksm.c with the check before the flush, v5.8 to v5.18",
            "ksm_write_protect nopage",
            "ksm_write_protect restore, mm/ksm.c with the check before the flush, v5.19 to v6.1",
            "ksm_write_protect trylock, mm/ksm.c with the check before the flush, v5.19 to v6.1",
            "ksm_write_protect trylock, mm/ksm.c with the check before the flush, v5.8 to v5.18",
            "try_to_unmap again, mm/rmap.c, v5.18 with its lazyfree tests swapped",
            "try_to_unmap again, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap check, mm/rmap.c, v5.18 with its lazyfree tests swapped",
            "try_to_unmap check, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap dirty, mm/rmap.c, v5.18 with its lazyfree tests swapped",
            "try_to_unmap dirty, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap done, mm/rmap.c, v5.18 with its lazyfree tests swapped",
            "try_to_unmap done, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap dup, mm/rmap.c, v5.18 with its lazyfree tests swapped",
            "try_to_unmap dup, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap entry, mm/rmap.c, v5.18 with its lazyfree tests swapped",
            "try_to_unmap entry, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap excl, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap held, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap keep, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap lazyfree, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap peek, mm/rmap.c, v5.18 with its lazyfree tests swapped",
            "try_to_unmap peek, mm/rmap.c, v5.19 with its lazyfree tests swapped",
            "try_to_unmap pinout, mm/rmap.c, v5.19 with its lazyfree tests swapped",
        ],
    ),
    (
        "It does nothing, and is a step at which others may run: the flush is the line behind it, \
         and who sleeps wakes up anyway.",
        &["cma_alloc sleep"],
    ),
    (
        "What it guards is the caller's own in the model: a drain's mask of CPUs and its work \
         items are static in the kernel.",
        &["__drain_all_pages mutex, mm/page_alloc.c, v6.0 to v6.10", "drain_all_pages mutex"],
    ),
    (
        "It keeps VMAs as they are, which are not modelled; the entries have the page table lock.",
        &[
            "__gup_longterm_locked lock, mm/gup.c, v6.5 and later",
            "access_remote_vm lock, mm/memory.c, v3.16 to v6.1 (__access_remote_vm)",
            "change_prot_numa mmap, kernel/sched/fair.c (task_numa_work) and mm/mempolicy.c, v5.8 \
             and later",
            "clear_refs mmap",
            "fork child, kernel/fork.c (dup_mmap), v3.16 to v6.12",
            "fork mmap, the sleeping lock that was floated in August 2020, on mm/memory.c",
            "madvise mmap, mm/madvise.c, v3.16 to v6.12, MADV_DONTNEED and MADV_FREE",
            "mcontinue_atomic_pte lock",
            "move_pages mmap, mm/migrate.c, v5.8 to v6.1 (do_pages_move, with MPOL_MF_MOVE_ALL)",
        ],
    ),
    (
        "It keeps page tables from being freed under the walk; here they stay, and no flush waits \
         for a CPU.",
        &[
            "lockless_pages_from_mm irqoff, mm/gup.c, v5.9 (within internal_get_user_pages_fast)",
            "lockless_pages_from_mm irqoff, mm/gup.c, v6.10 and later (gup_fast)",
        ],
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
        &["lockless_pages_from_mm seq"],
    ),
    (
        "It saves work: what it would have turned away fails behind it, with the same result.",
        &[
            "__unmap_and_move mapped",
            "alloc_contig_range outer, mm/page_alloc.c, v3.16 to v4.0",
            "change_pte_range writable, mm/mprotect.c, v6.0 and later",
            "clear_soft_dirty has, fs/proc/task_mmu.c, v5.11 and later",
            "do_swap_page two",
            "do_wp_page cached",
            "do_wp_page early",
            "do_wp_page many",
            "do_wp_page refs",
            "flush_tlb_range local, arch/x86/mm/tlb.c, v5.8 to v6.1 (flush_tlb_mm_range)",
            "free_swap_and_cache mapped, mm/swapfile.c, v5.8 to v6.5",
            "free_swap_cache cached, mm/swap_state.c, v5.8 to v6.5",
            "free_swap_cache mapped, mm/swap_state.c, v5.8 to v6.5",
            "internal_get_user_pages_fast has",
            "isolate_migratepages_block buddy",
            "isolate_migratepages_block lru",
            "madvise_free_pte_range cached, mm/madvise.c, v5.8 to v6.1",
            "madvise_free_pte_range flag, mm/madvise.c, v5.8 to v6.1",
            "mm_tlb_flush_pending pending, mm/memory.c, v5.12 to v6.1 (do_wp_page)",
            "mprotect same, mm/mprotect.c, v5.8 and later",
            "shrink_page_list dirtied",
            "shrink_page_list held, mm/vmscan.c, v5.11 to v6.3",
            "shrink_page_list held, mm/vmscan.c, v6.4 and v6.5 (shrink_folio_list)",
            "shrink_page_list mapping",
            "shrink_page_list orphan",
            "shrink_page_list redirtied",
            "shrink_page_list still",
            "swapin_readahead frozen, mm/swap_state.c, v5.8 to v6.5 (__read_swap_cache_async)",
            "try_to_migrate done",
            "try_to_unmap done, mm/rmap.c, v5.18 (try_to_unmap_one)",
            "try_to_unmap done, mm/rmap.c, v5.19 before 1493a1913e34",
            "try_to_unmap done, mm/rmap.c, v5.19 to v6.5 (try_to_unmap_one)",
            "try_to_unmap done, mm/rmap.c, v5.8 to v5.18 (try_to_unmap_one)",
            "try_to_unmap peek, mm/rmap.c, v5.18 (try_to_unmap_one)",
            "try_to_unmap peek, mm/rmap.c, v5.19 before 1493a1913e34",
            "try_to_unmap peek, mm/rmap.c, v5.19 to v6.5 (try_to_unmap_one)",
            "try_to_unmap peek, mm/rmap.c, v5.8 to v5.18 (try_to_unmap_one)",
            "unmap_and_move freed",
        ],
    ),
    (
        "Another line asks the same: unset_migratetype_isolate under the lock, the drain before it \
         or behind the lock.",
        &[
            "drain_all_pages ask, mm/page_alloc.c, v6.0 to v6.10",
            "undo_isolate_page_range isolated",
        ],
    ),
    (
        "What is pushed since the count was asked for may as well be pushed behind the drain.",
        &["__drain_all_pages count", "drain_all_pages count"],
    ),
    (
        "A caller whose range was busy tries again, and then has what the mutex would have let it \
         have at once.",
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
        "Nobody frees a block of order 1 or more that is in use under the kernel of this series.",
        &["__free_pages_ok prepare, patch 4/8 of 2014 on v3.16"],
    ),
    (
        "Never run: it takes somebody who gets hold of a page between the test of the range and \
         its taking.",
        &["isolate_freepages_range failed, mm/compaction.c, v5.9 to v6.12"],
    ),
    (
        "Another line asks the same, or the count of references answers it too: the page cache, \
         the swap cache and a second mapping each hold one.",
        &[
            "copy_present_pte anon, mm/memory.c, v5.19 to v6.12",
            "copy_present_pte excl, mm/memory.c, v5.19 to v6.12",
            "do_wp_page anon, mm/memory.c, v5.18",
            "do_wp_page anon, mm/memory.c, v5.19 to v6.1",
            "do_wp_page anon, mm/memory.c, v5.9 to v5.17",
            "do_wp_page anon, mm/memory.c, v6.2 to v6.12",
            "do_wp_page count, mm/memory.c, v5.9 to v5.17",
            "do_wp_page mapped, mm/memory.c, v5.9 to v5.17",
            "ksm_write_protect anon, mm/ksm.c, v5.19 to v6.1",
            "ksm_write_protect anon, mm/ksm.c, v5.8 to v5.18",
            "ksm_write_protect excl, mm/ksm.c, v5.19 to v6.1",
            "shrink_page_list late, mm/vmscan.c, v6.4 and v6.5 (shrink_folio_list)",
            "shrink_page_list pinned, mm/vmscan.c, v6.4 and v6.5 (shrink_folio_list)",
        ],
    ),
    (
        "There is no page of KSM here: its pages are only write-protected, and not merged.",
        &[
            "do_wp_page ksm",
            "do_wp_page ksm2",
            "prot_numa_skip ksm",
            "reuse_swap_page ksm, mm/swapfile.c, v5.8 to v5.17",
        ],
    ),
    (
        "It is dirty already: reclaim marks a page that gets a slot, the swap cache one that \
         leaves it, and one of the two would do.",
        &[
            "add_to_swap dirty, mm/swap_state.c, v5.8 to v6.5",
            "reuse_swap_page dirty, mm/swapfile.c, v5.8 to v5.17",
            "try_to_free_swap dirty, mm/swapfile.c, v5.8 to v6.5",
        ],
    ),
    (
        "The page lock keeps out who else would change the page; the lock of the page table or the \
         reference that such a one holds does so, too.",
        &[
            "__collapse_huge_page_isolate try, mm/khugepaged.c, v5.8 to v6.1",
            "access_remote_vm plock, mm/memory.c, v3.16 to v6.1 (__access_remote_vm)",
            "collapse_huge_page lock, mm/khugepaged.c, v5.8 to v6.1",
            "do_wp_page trylock, mm/memory.c, v5.9 to v5.17",
            "ksm_write_protect trylock, mm/ksm.c, v5.19 to v6.1",
            "ksm_write_protect trylock, mm/ksm.c, v5.8 to v5.18",
        ],
    ),
    (
        "It goes wrong only where an entry is again what it was, with another page behind it: the \
         page is swapped out a second time while a fault waits, or another one is mapped there. \
         That takes more pages and steps than a claim can search.",
        &[
            "do_swap_page cached",
            "ksm_write_protect check, mm/ksm.c, v5.19 to v6.1",
            "ksm_write_protect check, mm/ksm.c, v5.8 to v5.18",
        ],
    ),
    (
        "Who waits here would come back and wait again: the fault finds the entry unchanged.",
        &["do_swap_page wait"],
    ),
    (
        "Nobody looks at the page afterwards: on which LRU list it is, which process the reverse \
         map begins with, whether this CPU has pages on its pagevecs.",
        &[
            "collapse_huge_page lru, mm/khugepaged.c, v5.8 to v6.1",
            "do_wp_page lru",
            "do_wp_page move",
        ],
    ),
    (
        "A stale translation leads to a page that is clean and has not been used again: its \
         contents are what they were.",
        &["shrink_page_list tlb"],
    ),
    (
        "It is policy: a hint on a page that others map is slow, and not wrong.",
        &["prot_numa_skip map"],
    ),
    (
        "Nobody else has the translation of the page that this CPU stores to; it has looked its \
         own up again behind the fault.",
        &["flush_tlb_page local, arch/x86/mm/tlb.c, v5.8 to v6.1 (flush_tlb_mm_range)"],
    ),
    (
        "With store buffers a locked operation before it or behind it has emptied them.",
        &[
            "flush_tlb_range dsb, arch/arm64/include/asm/tlbflush.h, v5.8 to v6.1",
            "page_try_share_anon_rmap mbafter, include/linux/rmap.h, v6.1 to v6.12",
        ],
    ),
    (
        "It asserts what the lines before it have made so.",
        &["do_swap_page bug, mm/memory.c, v5.19 to v6.5"],
    ),
    (
        "A pin for writing is always of an anonymous page, and a read-modify-write of a page that \
         cannot be written to fails by itself.",
        &[
            "umcg_pin_and_load anon, as considered on 21 January 2022",
            "umcg_pin_and_load anon, as posted on 21 January 2022",
        ],
    ),
    (
        "It is about a table that is gone or processes that end meanwhile, which no scenario has: \
         other calls beside collapse_huge_page, a child whose fork fails.",
        &[
            "access_remote_vm fail, mm/memory.c, v3.16 to v6.1 (__access_remote_vm)",
            "collapse_huge_page find, mm/khugepaged.c, v5.8 to v6.1",
            "fork gone, kernel/fork.c (dup_mmap), v3.16 to v6.12",
        ],
    ),
    (
        "Never run: it takes a page that cannot be read back, a monitor that answers while the \
         lane waits in a fault, a second page that is isolated before the first one fails, or a \
         write between two tests that one kernel alone orders so.",
        &[
            "__remove_mapping unfreeze, mm/vmscan.c, v5.8 to v6.5",
            "do_swap_page unlockn",
            "do_wp_page nothing, mm/memory.c, v6.2 to v6.12",
            "handle_mm_fault handle, mm/memory.c, v5.8 to v6.1 (handle_pte_fault)",
            "handle_mm_fault userfault, mm/memory.c, v5.8 to v6.1 (handle_pte_fault)",
            "release_pte_pages pte, mm/khugepaged.c, v5.8 to v6.1",
            "shrink_page_list unfreeze, mm/vmscan.c, v6.4 and v6.5 (shrink_folio_list)",
            "try_to_unmap lazyfree, mm/rmap.c, v5.19 before 1493a1913e34",
        ],
    ),
];
