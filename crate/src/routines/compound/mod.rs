//! The tables of machines with huge pages: of each function the form that knows compound pages.
//!
//! Machines without huge pages run the tables of the folder above, where every page is one by
//! itself. What stands here goes the way through `compound_head` and the second page, and the rest
//! of the kernel that such a machine has is what never meets a page that may be compound.
pub mod alloc_contig;
pub mod compaction;
pub mod mapcount;
pub mod memory_hotplug;
pub mod migrate;
pub mod mm_h;
pub mod move_mapping;
pub mod move_pages;
pub mod prep;
pub mod reclaim;
pub mod remove_migration;
pub mod rmap;
pub mod slub;
pub mod sparse;
pub mod split;
pub mod swap;
pub mod swap_state;
pub mod try_to_unmap;
pub mod wait;
mod walk;

use super::alloc_contig as contig;
use super::kernels::Chosen;
use super::page_alloc::{alloc, buddy, drain, free};
use super::{page_isolation, signal, tlb, vmscan};
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
    super::migrate::MIGRATE_PAGES,
    super::migrate::PUTBACK_MOVABLE_PAGES,
    vmscan::ISOLATE_LRU_PAGE,
    vmscan::PUTBACK_LRU_PAGE,
];

/// The routines of a kernel on a machine with huge pages, made of those that it has without.
pub(super) fn routines(chosen: &Chosen, plain: Vec<&'static Routine>) -> Vec<&'static Routine> {
    let mut routines: Vec<_> =
        plain.into_iter().filter(|routine| SAME.contains(&routine.function)).collect();
    routines.extend([&swap::PUT_PAGE_V5_7, &swap::PUT_LAST_V5_7, &prep::PREP_COMPOUND_PAGE_V5_17]);
    routines.extend(migration(chosen));
    routines.extend(mm_h::routines(chosen));
    routines.extend(mapcount::routines(chosen));
    routines.extend([compaction::routine(chosen), &compaction::COMPACT_ZONE_V5_8]);
    routines.extend(alloc_contig::ROUTINES);
    routines.extend(slub::ROUTINES);
    routines.extend(hotplug(chosen));
    routines
}

/// As those of pages by themselves, by the same toggles.
fn migration(chosen: &Chosen) -> Vec<&'static Routine> {
    let version = chosen.get("migration");
    let waits = usize::from(chosen.is("target_memory", "waits"));
    let early = usize::from(chosen.is("migrate_pinned", "early"));
    let sync = usize::from(chosen.is("pvmw_sync", "on"));
    let (page, locked): (&Routine, &Routine) = match version {
        "v5.9" | "v5.17" => {
            (&migrate::UNMAP_AND_MOVE_V5_7[early][waits], &migrate::UNMAP_AND_MOVE_LOCKED_V5_7)
        }
        _ => (&migrate::UNMAP_AND_MOVE_V5_18[early][waits], &migrate::UNMAP_AND_MOVE_LOCKED_V5_18),
    };
    let entries: [&Routine; 4] = match version {
        "v5.19" => [
            &rmap::TRY_TO_MIGRATE_V5_19[sync],
            &rmap::SET_PMD_MIGRATION_ENTRY_V5_19,
            &remove_migration::REMOVE_MIGRATION_PTES_V5_19,
            &remove_migration::REMOVE_MIGRATION_PMD_V5_19,
        ],
        old => [
            &rmap::TRY_TO_MIGRATE_V5_7[sync],
            &rmap::SET_PMD_MIGRATION_ENTRY_V5_7,
            match old {
                "v5.9" => &remove_migration::REMOVE_MIGRATION_PTES_V5_7,
                _ => &remove_migration::REMOVE_MIGRATION_PTES_V5_17,
            },
            &remove_migration::REMOVE_MIGRATION_PMD_V5_7,
        ],
    };
    let share = match chosen.get("share_barrier") {
        "on" => &rmap::PAGE_TRY_SHARE_V6_1,
        _ => &rmap::PAGE_TRY_SHARE_V5_19,
    };
    let mut routines = entries.to_vec();
    routines.extend([
        page,
        locked,
        share,
        &rmap::PAGE_MAPPED_V5_7,
        &rmap::REMOVE_COMPOUND_RMAP_V5_7,
    ]);
    routines.push(match chosen.get("migrate_swap_cache") {
        "head_private" => &move_mapping::MOVE_MAPPING_V5_7,
        "one_slot" => &move_mapping::MOVE_MAPPING_V5_16,
        _ => &move_mapping::MOVE_MAPPING_V6_7,
    });
    routines.extend([
        &move_pages::MOVE_PAGES_V5_8,
        &swap_state::ADD_TO_SWAP_V5_7,
        &swap_state::DELETE_FROM_SWAP_CACHE_V5_7,
    ]);
    routines
}

/// Taking memory out, and asking whether it is there.
fn hotplug(chosen: &Chosen) -> [&'static Routine; 8] {
    let offline = match chosen.get("offline") {
        "drain_again" => &memory_hotplug::OFFLINE_PAGES_V5_9,
        "pcp_disabled" => &memory_hotplug::OFFLINE_PAGES_V5_11,
        _ => &memory_hotplug::OFFLINE_PAGES_V5_8,
    };
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
            &sparse::PFN_TO_ONLINE_PAGE_V5_3,
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
