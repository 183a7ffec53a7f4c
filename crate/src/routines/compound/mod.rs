//! The tables of machines with huge pages: of each function the form that knows compound pages.
//!
//! Machines without huge pages run the tables of the folder above, where every page is one by
//! itself. What stands here goes the way through `compound_head` and the second page, and the rest
//! of the kernel that such a machine has is what never meets a page that may be compound.
pub mod activate;
pub mod alloc_contig;
pub mod balloon;
pub mod balloon_migrate;
pub mod compact_zone;
pub mod compaction;
pub mod counts;
pub mod debug;
pub mod fork;
pub mod gup;
pub mod huge_copy;
pub mod huge_memory;
pub mod hugetlb;
mod kernels_migration;
pub mod mapcount;
pub mod memory;
pub mod memory_hotplug;
pub mod migrate;
pub mod migrate_batch;
pub mod mm_h;
pub mod move_mapping;
pub mod move_pages;
pub mod page_alloc;
pub mod page_ext;
pub mod pagevec;
pub mod reclaim;
pub mod remove_migration;
pub mod rmap;
pub mod slub;
pub mod sparse;
pub mod split;
pub mod split_pmd;
pub mod swap;
pub mod swap_state;
pub mod swapfile;
pub mod try_grab;
pub mod try_to_unmap;
pub mod unmovable;
mod verdict;
pub mod wait;
mod walk;

use super::alloc_contig as contig;
use super::kernels::Chosen;
use super::page_alloc::{alloc, buddy, drain, free, pages};
use super::{
    copy_pte, dma, follow_page, fork as plain_fork, gup as plain_gup, gup_put, gup_slow,
    memory as plain_memory, mm_h as plain_mm_h, mprotect, page_isolation, pagevec as plain_pagevec,
    signal, swap_state as plain_swap_state, swapfile as plain_swapfile, tlb, uaccess, vmscan, wp,
    wp_copy,
};
use crate::machine::{Function, Routine};

/// What is the same with huge pages: it has to do with free pages, blocks and CPUs alone.
const SAME: &[Function] = &[
    alloc::RMQUEUE,
    alloc::RMQUEUE_BULK,
    buddy::RMQUEUE_BUDDY,
    buddy::FREE_ONE_BUDDY,
    free::FREE_UNREF_PAGE,
    free::FREE_ONE_PAGE,
    free::FREE_PCPPAGES_BULK,
    free::FREE_PAGES_OK,
    pages::GET_PAGE_UNLESS_ZERO,
    pages::PUT_OWNED_PAGE,
    drain::DRAIN_ALL_PAGES,
    drain::DRAIN_ALL_PAGES_FORCED,
    drain::DRAIN_LOCAL_PAGES,
    drain::ON_EACH_CPU_DRAIN,
    drain::KICK_ALL_CPUS_SYNC,
    drain::DO_NOTHING,
    drain::ZONE_PCP_DISABLE,
    drain::ZONE_PCP_ENABLE,
    page_isolation::SET_MIGRATETYPE_ISOLATE,
    page_isolation::UNSET_MIGRATETYPE_ISOLATE,
    page_isolation::START_ISOLATE_PAGE_RANGE,
    page_isolation::range::ISOLATE_SINGLE_PAGEBLOCK,
    page_isolation::UNDO_ISOLATE_PAGE_RANGE,
    page_isolation::TEST_PAGES_ISOLATED,
    contig::ALLOC_CONTIG_RANGE,
    contig::FREE_REST,
    contig::FREE_CONTIG_RANGE,
    super::compaction::ISOLATE_FREEPAGES_RANGE,
    tlb::FLUSH_TLB_PAGE,
    tlb::FLUSH_TLB_RANGE,
    tlb::FLUSH_TLB_FUNC,
    signal::SEND_SIG,
    super::migrate::PUTBACK_MOVABLE_PAGES,
    vmscan::ISOLATE_LRU_PAGE,
    vmscan::PUTBACK_LRU_PAGE,
];

/// What goes through `compound_head` by itself, with the locks or references that keep it as it is.
const THROUGH_HEAD: &[Function] = &[
    uaccess::LOAD,
    uaccess::STORE,
    uaccess::DO_USER_ADDR_FAULT,
    dma::DMA_WRITE,
    dma::DMA_READ,
    wp::DO_WP_PAGE,
    plain_gup::PIN_USER_PAGES_FAST,
    plain_gup::GET_USER_PAGES_FAST,
    plain_gup::INTERNAL_GET_USER_PAGES_FAST,
    gup_slow::GUP_LONGTERM_UNLOCKED,
    gup_slow::GUP_LONGTERM_LOCKED,
    gup_slow::CHECK_AND_MIGRATE,
    follow_page::GET_USER_PAGES,
    follow_page::FOLLOW_PAGE_PTE,
    follow_page::FAULTIN_PAGE,
    plain_mm_h::IS_PINNABLE_PAGE,
    gup_put::UNPIN_USER_PAGES,
    gup_put::UNPIN_USER_PAGE,
    gup_put::RELEASE_PAGES,
    gup_put::KVM_RELEASE_PAGE_DIRTY,
    gup_put::PUT_PAGE_OF_PIN,
    wp_copy::WP_PAGE_COPY,
    plain_fork::FORK,
    plain_fork::RET_FROM_FORK,
    copy_pte::COPY_PTE_RANGE,
    copy_pte::COPY_ONE_PTE,
    copy_pte::COPY_PRESENT_PTE,
    copy_pte::COPY_PRESENT_PAGE,
    copy_pte::COPY_NONPRESENT_PTE,
    plain_memory::ZAP_PTE_RANGE,
    plain_memory::TLB_FLUSH_MMU,
    mprotect::CHANGE_PTE_RANGE,
    mprotect::PROT_NUMA_SKIP,
    plain_pagevec::LRU_ADD_DRAIN,
    plain_pagevec::LRU_ADD_DRAIN_ALL,
    plain_pagevec::LRU_CACHE_DISABLE,
    plain_pagevec::LRU_CACHE_ENABLE,
    plain_swapfile::FREE_SWAP_AND_CACHE,
    plain_swapfile::TRY_TO_FREE_SWAP,
    plain_swap_state::FREE_SWAP_CACHE,
    plain_swap_state::SWAPIN_READAHEAD,
];

/// The routines of a kernel on a machine with huge pages, made of those that it has without.
pub(super) fn routines(chosen: &Chosen, plain: Vec<&'static Routine>) -> Vec<&'static Routine> {
    let mut routines: Vec<&'static Routine> = vec![
        &swap::PUT_PAGE_V5_7,
        &swap::PUT_LAST_V5_7,
        &page_alloc::ALLOC_PAGES_V5_8,
        &memory::HANDLE_MM_FAULT_V5_8,
        &memory::HANDLE_PTE_FAULT_V5_8,
        &memory::DO_ANONYMOUS_PAGE_WITH_TABLE,
        &memory::ZAP_PMD_RANGE_V5_8,
        &memory::MUNMAP_V5_8,
        &memory::MADVISE_V5_8,
        &memory::EXIT_MMAP_V5_8,
        &memory::MPROTECT_V5_8,
        &huge_memory::DO_HUGE_PMD_ANONYMOUS_PAGE_V5_8,
        &huge_memory::LRU_CACHE_ADD_V5_8,
        &huge_memory::PAGE_ADD_NEW_COMPOUND_RMAP_V5_7,
        &huge_memory::ZAP_HUGE_PMD_V5_8,
        &swapfile::REUSE_SWAP_PAGE_V5_8,
        &huge_memory::PUTBACK_LRU_PAGE_V5_8,
        &fork::COPY_PMD_RANGE_V5_7,
    ];
    routines.extend(huge_entries(chosen));
    routines.extend(forking(chosen));
    routines.extend(kernels_migration::migration(chosen));
    routines.extend(kernels_migration::swapping(chosen));
    routines.extend(kernels_migration::splitting(chosen));
    routines.extend(mm_h::routines(chosen));
    routines.extend(mapcount::routines(chosen));
    routines.extend([compaction::routine(chosen), compact_zone::routine(chosen)]);
    routines.extend(alloc_contig::routines(chosen));
    routines.extend(pagevec::filling(chosen));
    routines.extend(slub::ROUTINES);
    routines.extend(hotplug(chosen));
    routines.extend(unmovable::routines(chosen));
    routines.extend(balloon_migrate::routines(chosen));
    routines.extend(hugetlb::routines(chosen));
    routines.extend(page_ext::routines(chosen));
    if !chosen.is("gup", "none") {
        routines.extend(gup::walk(chosen));
        routines.extend(try_grab::routines(chosen));
    }
    routines.push(match chosen.get("lru") {
        "lru_lock" => &activate::ACTIVATE_PAGE_V5_8,
        _ => &activate::ACTIVATE_PAGE_V5_11,
    });
    let own: Vec<Function> = routines.iter().map(|routine| routine.function).collect();
    routines.extend(plain.into_iter().filter(|routine| {
        let function = routine.function;
        !own.contains(&function) && (SAME.contains(&function) || THROUGH_HEAD.contains(&function))
    }));
    routines
}

/// What becomes a compound page, and what becomes of its huge entries.
fn huge_entries(chosen: &Chosen) -> Vec<&'static Routine> {
    let prep: &Routine = match chosen.get("prep_compound") {
        "order_first" => &page_alloc::PREP_COMPOUND_PAGE_V5_8,
        "head_first" => &page_alloc::PREP_COMPOUND_PAGE_V5_9,
        _ => &page_alloc::PREP_COMPOUND_PAGE_V5_14,
    };
    let split: &Routine = match chosen.get("split_pmd") {
        "page_lock" => &split_pmd::SPLIT_HUGE_PMD_V5_8,
        _ => &split_pmd::SPLIT_HUGE_PMD_V5_7,
    };
    let mut routines = vec![prep, split, split_pmd::locked(chosen), split_pmd::of_folio(chosen)];
    let splits: &Routine = match chosen.get("cow") {
        "mapcount" | "refcount" => &huge_memory::DO_HUGE_PMD_WP_PAGE_V5_8,
        "refcount_swap" => &huge_memory::DO_HUGE_PMD_WP_PAGE_V5_18,
        _ => &huge_memory::DO_HUGE_PMD_WP_PAGE_V5_19,
    };
    routines.push(match chosen.get("huge_cow") {
        "copy" => &huge_copy::DO_HUGE_PMD_WP_PAGE_V5_7,
        _ => splits,
    });
    if chosen.is("cow", "mapcount") {
        routines.push(&wp::DO_WP_PAGE_V5_8_COMPOUND);
    }
    routines
}

fn forking(chosen: &Chosen) -> [&'static Routine; 2] {
    match chosen.get("fork") {
        "protect_first" => [&fork::COPY_PAGE_RANGE_V5_7, &fork::COPY_HUGE_PMD_V5_7],
        "seq" => [&fork::COPY_PAGE_RANGE_V5_11, &fork::COPY_HUGE_PMD_V5_9],
        "v5.19" | "copy_protected" => [&fork::COPY_PAGE_RANGE_V5_11, &fork::COPY_HUGE_PMD_V5_19],
        _ => [&fork::COPY_PAGE_RANGE_V5_7, &fork::COPY_HUGE_PMD_V5_9],
    }
}

/// Taking memory out, and asking whether it is there.
fn hotplug(chosen: &Chosen) -> [&'static Routine; 8] {
    let offline = memory_hotplug::offlining(chosen);
    let migrate = match chosen.get("offline_isolate") {
        "folio" => &memory_hotplug::DO_MIGRATE_RANGE_V6_12,
        _ => &memory_hotplug::DO_MIGRATE_RANGE_V5_8,
    };
    let scan = &memory_hotplug::SCAN_MOVABLE_PAGES_V5_8;
    let [valid, online, deactivate] = match chosen.get("section_usage") {
        "rcu_null_checked" => [
            &sparse::PFN_VALID_V6_10,
            &sparse::PFN_TO_ONLINE_PAGE_V6_10,
            &sparse::SECTION_DEACTIVATE_V6_8,
        ],
        "rcu" => [
            &sparse::PFN_VALID_V6_8,
            &sparse::PFN_TO_ONLINE_PAGE_V6_8,
            &sparse::SECTION_DEACTIVATE_V6_8,
        ],
        _ => [
            &sparse::PFN_VALID_V5_3,
            &sparse::PFN_TO_ONLINE_PAGE_V5_3,
            &sparse::SECTION_DEACTIVATE_V5_3,
        ],
    };
    let walk = &sparse::PAGEBLOCK_PFN_TO_PAGE_V4_6;
    let remove = &sparse::REMOVE_MEMORY_V4_18;
    [offline, migrate, scan, valid, online, deactivate, walk, remove]
}
