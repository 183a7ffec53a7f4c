//! The tables of machines with huge pages: of each function the form that knows compound pages.
//!
//! Machines without huge pages run the tables of the folder above, where every page is one by
//! itself. What stands here goes the way through `compound_head` and the second page, and the rest
//! of the kernel that such a machine has is what never meets a page that may be compound.
pub mod swap;

use super::kernels::Chosen;
use super::page_alloc::{alloc, buddy, drain, free};
use super::{alloc_contig, page_isolation, signal, tlb};
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
    alloc_contig::FREE_CONTIG_RANGE,
    tlb::FLUSH_TLB_PAGE,
    tlb::FLUSH_TLB_RANGE,
    tlb::FLUSH_TLB_FUNC,
    signal::SEND_SIG,
];

/// The routines of a kernel on a machine with huge pages, made of those that it has without.
pub(super) fn routines(_chosen: &Chosen, plain: Vec<&'static Routine>) -> Vec<&'static Routine> {
    let mut routines: Vec<_> =
        plain.into_iter().filter(|routine| SAME.contains(&routine.function)).collect();
    routines.extend([&swap::PUT_PAGE_V5_7, &swap::PUT_LAST_V5_7]);
    routines
}
