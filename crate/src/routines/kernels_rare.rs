//! What runs only where a timeline calls it, and nothing else of the kernel needs. The page starts
//! with a module without these: it loads one that has them when a scenario asks for more.
use super::kernels::Chosen;
use super::{
    access, khugepaged, ksm, memory_hotplug, move_pages, mprotect, reclaim, soft_dirty, swap_state,
    try_to_unmap, uffd_continue, umcg, userfaultfd,
};
use crate::machine::Routine;

/// The forms that do not differ.
static COMMON: &[&Routine] = &[
    &userfaultfd::MWRITEPROTECT_RANGE_V5_8,
    &mprotect::MPROTECT_V5_8,
    &mprotect::CHANGE_PROT_NUMA_V5_8,
    &move_pages::MOVE_PAGES_V5_8,
    &umcg::READ_MODIFY_WRITE_V5_8,
    &umcg::UMCG_UPDATE_RFC,
    &khugepaged::COLLAPSE_HUGE_PAGE_V5_8,
    &khugepaged::COLLAPSE_ISOLATE_V5_8,
    &khugepaged::COLLAPSE_COPY_V5_8,
    &khugepaged::RELEASE_PTE_PAGE_V5_8,
    &khugepaged::UNLOCK_ISOLATED_V5_8,
    &khugepaged::RELEASE_PTE_PAGES_V5_8,
    &swap_state::ADD_TO_SWAP_V5_8,
];

/// All of them, as a kernel has them.
pub(super) fn routines(chosen: &Chosen) -> Vec<&'static Routine> {
    let mut routines = COMMON.to_vec();
    routines.extend(rights(chosen));
    routines.extend(reclaiming(chosen));
    routines.push(match chosen.get("offline") {
        "drain_again" => &memory_hotplug::OFFLINE_PAGES_V5_9,
        "pcp_disabled" => &memory_hotplug::OFFLINE_PAGES_V5_11,
        _ => &memory_hotplug::OFFLINE_PAGES_V5_8,
    });
    if !chosen.is("gup", "none") {
        routines.extend([umcg_pin(chosen.get("umcg_pin")), &access::ACCESS_REMOTE_VM_V5_8]);
    }
    match chosen.get("uffd_continue") {
        "clean" => routines.push(&uffd_continue::MCONTINUE_ATOMIC_PTE_V5_14),
        "dirty" => routines.push(&uffd_continue::MCONTINUE_ATOMIC_PTE_V5_16),
        _ => {}
    }
    routines
}

/// Who takes rights from entries, or makes hints of them.
fn rights(chosen: &Chosen) -> Vec<&'static Routine> {
    let exclusive = usize::from(chosen.is("migration", "v5.19"));
    let change = if chosen.is("mprotect", "try_writable") {
        &mprotect::CHANGE_PTE_RANGE_V6_0[exclusive]
    } else {
        &mprotect::CHANGE_PTE_RANGE_V5_8[exclusive]
    };
    let skip: &Routine = match chosen.get("numa_skip") {
        "ref" => &mprotect::PROT_NUMA_SKIP_REF,
        "maybe_pinned" => &mprotect::PROT_NUMA_SKIP_PINNED,
        _ => &mprotect::PROT_NUMA_SKIP_MAP,
    };
    let (refs, soft_dirty): (&Routine, &Routine) = if chosen.is("clear_refs", "always") {
        (&soft_dirty::CLEAR_REFS_V5_8, &soft_dirty::CLEAR_SOFT_DIRTY_V5_8)
    } else {
        (&soft_dirty::CLEAR_REFS_V5_11, &soft_dirty::CLEAR_SOFT_DIRTY_V5_11)
    };
    let ksm = if chosen.is("ksm_flush", "check_first") {
        &ksm::CHECK_FIRST[exclusive]
    } else {
        &ksm::CLEAR_FIRST[exclusive]
    };
    vec![change, skip, refs, soft_dirty, ksm]
}

/// How the page of a task's state is pinned and tried.
fn umcg_pin(value: &str) -> &'static Routine {
    match value {
        "rmw" => &umcg::UMCG_PIN_RMW,
        "foll_write" => &umcg::UMCG_PIN_FOLL_WRITE,
        _ => &umcg::UMCG_PIN_LOAD,
    }
}

/// Who takes pages from processes.
fn reclaiming(chosen: &Chosen) -> [&'static Routine; 3] {
    let orders = ["dirty_only", "refs_then_dirty", "dirty_then_refs"];
    let order = orders.iter().position(|value| chosen.is("lazyfree", value)).unwrap_or_default();
    let (shrink, exclusive): (&Routine, bool) = match chosen.get("vmscan") {
        "chk" => (&reclaim::SHRINK_PAGE_LIST_V5_11, false),
        "exclusive" => (&reclaim::SHRINK_PAGE_LIST_V5_11, true),
        "exclusive_late" => (&reclaim::SHRINK_PAGE_LIST_V6_4, true),
        _ => (&reclaim::SHRINK_PAGE_LIST_V5_8, false),
    };
    let unmap = match (exclusive, chosen.is("swapin", "exclusive")) {
        (false, _) => &try_to_unmap::TRY_TO_UNMAP_V5_8[order],
        (true, true) => &try_to_unmap::TRY_TO_UNMAP_V5_19[order],
        (true, false) => &try_to_unmap::TRY_TO_UNMAP_V5_19_FORGETTING[order],
    };
    let remove = match chosen.get("dirty_test") {
        "before_freeze" => &reclaim::REMOVE_MAPPING_DIRTY_FIRST,
        _ => &reclaim::REMOVE_MAPPING_V5_8,
    };
    [shrink, unmap, remove]
}
