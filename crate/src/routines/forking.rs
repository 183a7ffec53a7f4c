//! Which forms of fork and of copy on write the toggles `fork`, `fork_preempt`, `cow` and
//! `cow_swap_cache` pick.
use super::{copy_nonpresent, copy_page, copy_pte, fork, wp, wp_copy};
use crate::machine::Routine;

/// The routines of fork below `dup_mmap`, with the two forms of preemption.
pub fn of_fork(version: &str, preempt: usize) -> Vec<&'static Routine> {
    let seq = ["seq", "v5.19", "copy_protected"].contains(&version);
    let range: &Routine =
        if seq { &fork::COPY_PAGE_RANGE_V5_11 } else { &fork::COPY_PAGE_RANGE_V3_16 };
    let mut routines: Vec<&'static Routine> = vec![range, &fork::RET_FROM_FORK_V3_16];
    if version == "protect_first" {
        routines.extend([
            &copy_pte::COPY_PTE_RANGE_V3_16,
            &copy_pte::COPY_ONE_PTE_V3_16[preempt],
            &copy_nonpresent::COPY_NONPRESENT_PTE_V3_16,
        ]);
        return routines;
    }
    routines.push(&copy_pte::COPY_PTE_RANGE_V5_9);
    if ["v5.19", "copy_protected"].contains(&version) {
        routines.extend([
            &copy_pte::COPY_PRESENT_PTE_V5_19[preempt],
            match version {
                "copy_protected" => &copy_page::COPY_PRESENT_PAGE_PROTECTED,
                _ => &copy_page::COPY_PRESENT_PAGE_V5_19,
            },
            &copy_nonpresent::COPY_NONPRESENT_PTE_V5_19,
        ]);
        return routines;
    }
    routines.extend([
        &copy_pte::COPY_PRESENT_PTE_V5_9[preempt],
        match version {
            "wp_then_check" => &copy_page::COPY_PRESENT_PAGE_V5_9_RC7,
            _ => &copy_page::COPY_PRESENT_PAGE_V5_9,
        },
        &copy_nonpresent::COPY_NONPRESENT_PTE_V3_16,
    ]);
    routines
}

/// Those of a fault on an entry that is write-protected.
pub fn of_faults(cow: &str, swap_cache: &str) -> [&'static Routine; 2] {
    let fault: &Routine = match cow {
        "mapcount" => &wp::DO_WP_PAGE_V5_8,
        "refcount" => &wp::DO_WP_PAGE_V5_9,
        "refcount_swap" => &wp::DO_WP_PAGE_V5_18,
        "exclusive_any" => &wp::DO_WP_PAGE_V6_2,
        _ => &wp::DO_WP_PAGE_V5_19,
    };
    let copy: &Routine = match swap_cache {
        "kept" => &wp_copy::WP_PAGE_COPY_V5_8,
        _ => &wp_copy::WP_PAGE_COPY_V5_13,
    };
    [fault, copy]
}
