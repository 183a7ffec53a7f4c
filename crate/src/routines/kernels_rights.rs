//! The forms of those who take rights from mappings, and of the pin that counts on them.
use super::kernels::Chosen;
use super::{ksm, mprotect, numa, soft_dirty, umcg};
use crate::machine::Routine;

/// Who takes rights from entries, or makes hints of them.
pub(super) fn rights(chosen: &Chosen) -> Vec<&'static Routine> {
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
    let moves = usize::from(chosen.is("numa_fault", "migrate"));
    let fault = if chosen.is("numa_hint", "restored_first") {
        &numa::DO_NUMA_PAGE_V5_8[moves]
    } else {
        &numa::DO_NUMA_PAGE_V5_14[moves]
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
    vec![change, skip, fault, refs, soft_dirty, ksm]
}

/// How the page of a task's state is pinned and tried.
pub(super) fn umcg_pin(value: &str) -> &'static Routine {
    match value {
        "rmw" => &umcg::UMCG_PIN_RMW,
        "foll_write" => &umcg::UMCG_PIN_FOLL_WRITE,
        _ => &umcg::UMCG_PIN_LOAD,
    }
}
