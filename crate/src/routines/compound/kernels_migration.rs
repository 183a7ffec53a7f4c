//! What migrates, splits and swaps out compound pages: the routines that toggles pick.
use super::{
    migrate, migrate_batch, move_mapping, move_pages, reclaim, remove_migration, rmap, split,
    swap_state, try_to_unmap, wait,
};
use crate::machine::Routine;
use crate::routines::kernels::Chosen;
use crate::routines::{khugepaged, swapin};

/// As those of pages by themselves, by the same toggles.
pub(super) fn migration(chosen: &Chosen) -> Vec<&'static Routine> {
    let version = chosen.get("migration");
    let waits = usize::from(chosen.is("target_memory", "waits"));
    let early = usize::from(chosen.is("migrate_pinned", "early"));
    let sync = usize::from(chosen.is("pvmw_sync", "on"));
    let (page, locked): (&Routine, &Routine) = match version {
        "v5.9" | "v5.17" => {
            (&migrate::UNMAP_AND_MOVE_V5_7[early][waits], &migrate::UNMAP_AND_MOVE_LOCKED_V5_7)
        }
        _ => (
            &migrate::UNMAP_AND_MOVE_V5_18[early][waits],
            match chosen.get("migrate_scratch") {
                "mapping" => &migrate_batch::MIGRATE_FOLIO_V6_3,
                "private" => &migrate_batch::MIGRATE_FOLIO_V6_8,
                _ => &migrate::UNMAP_AND_MOVE_LOCKED_V5_18,
            },
        ),
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
        "anon_only" => &move_mapping::MOVE_MAPPING_V6_16,
        _ => &move_mapping::MOVE_MAPPING_V6_7,
    });
    routines.extend([&move_pages::MOVE_PAGES_V5_8, &migrate::MIGRATE_PAGES_V5_7]);
    routines
}

/// The swap cache, and what waits for a migration or for a page of a slot.
pub(super) fn swapping(chosen: &Chosen) -> Vec<&'static Routine> {
    let waits: [&Routine; 2] = match chosen.get("migration_wait") {
        "tail_ref" => [&wait::MIGRATION_ENTRY_WAIT_V5_7[0], &wait::MIGRATION_ENTRY_WAIT_V5_7[1]],
        "ref" => [&wait::MIGRATION_ENTRY_WAIT_V5_14, &wait::MIGRATION_ENTRY_WAIT_V5_7[1]],
        _ => [&wait::MIGRATION_ENTRY_WAIT_V5_17[0], &wait::MIGRATION_ENTRY_WAIT_V5_17[1]],
    };
    let exclusive = ["exclusive", "exclusive_late"].contains(&chosen.get("vmscan"));
    let mut routines = waits.to_vec();
    routines.push(match chosen.get("swapin") {
        "mapcount" => &swapin::DO_SWAP_PAGE_V5_8[1],
        "refcount" => &swapin::DO_SWAP_PAGE_V5_18[1],
        _ => &swapin::DO_SWAP_PAGE_V5_19[1],
    });
    routines.push(match (exclusive, chosen.is("swapin", "exclusive")) {
        (false, _) => &try_to_unmap::TRY_TO_UNMAP_V5_7,
        (true, true) => &try_to_unmap::TRY_TO_UNMAP_V5_19,
        (true, false) => &try_to_unmap::TRY_TO_UNMAP_V5_19_FORGETTING,
    });
    routines.extend([
        &swap_state::ADD_TO_SWAP_V5_7,
        &swap_state::DELETE_FROM_SWAP_CACHE_V5_7,
        &reclaim::SHRINK_PAGE_LIST_V5_7,
        &reclaim::REMOVE_MAPPING_V5_7,
    ]);
    routines
}

/// A compound page becomes pages by themselves.
pub(super) fn splitting(chosen: &Chosen) -> [&'static Routine; 6] {
    let exclusive = usize::from(chosen.is("migration", "v5.19"));
    let sync = chosen.is("split_unmap", "sync");
    let (split, unmap) = if sync {
        (&split::SPLIT_HUGE_PAGE_V5_13, &split::UNMAP_PAGE_V5_13[exclusive])
    } else {
        (&split::SPLIT_HUGE_PAGE_V5_7, &split::UNMAP_PAGE_V5_7[exclusive])
    };
    let [frozen, remap] = [&split::SPLIT_FROZEN_V5_7, &split::REMAP_PAGE_V5_7];
    let unlock = &khugepaged::UNLOCK_ISOLATED_V5_8;
    [split, unmap, frozen, remap, unlock, &split::SPLIT_HUGE_PAGES_V5_7]
}
