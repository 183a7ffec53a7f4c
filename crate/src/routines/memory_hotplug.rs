//! `mm/memory_hotplug.c`: taking a range of pages out of use.
use super::alloc_contig::ALLOC_CONTIG_MIGRATE_RANGE;
use super::at_hand::{returned_zero, want_movable};
use super::page_alloc::drain::{DRAIN_ALL_PAGES, ZONE_PCP_DISABLE, ZONE_PCP_ENABLE};
use super::page_isolation::{START_ISOLATE_PAGE_RANGE, TEST_PAGES_ISOLATED};
use crate::machine::routine::{errno, line};
use crate::machine::{Function, Line, Local, Op, Returns, Routine};

/// `offline_pages`
pub const OFFLINE_PAGES: Function = Function("offline_pages");

const TYPE: Line = line("type", "migratetype = MIGRATE_MOVABLE", Op::Let(want_movable));
const ISOLATE: Line = line(
    "isolate",
    "ret = start_isolate_page_range(start_pfn, end_pfn)",
    Op::Call(START_ISOLATE_PAGE_RANGE, &[]),
);
const FAILED: Line = line("failed", "if (ret)", Op::If(|look| !returned_zero(look), "busy"));
const MIGRATE: Line =
    line("migrate", "do_migrate_range(pfn, end_pfn)", Op::Call(ALLOC_CONTIG_MIGRATE_RANGE, &[]));
const TEST: Line =
    line("test", "ret = test_pages_isolated(start_pfn, ..)", Op::Call(TEST_PAGES_ISOLATED, &[]));
const OFFLINE: Line =
    line("offline", "if (!ret) the range is offline", Op::If(returned_zero, "done"));
const AGAIN: Line = line("again", "} while (ret)", Op::Goto("migrate"));
const DONE: Line = line("done", "return 0", Op::Return(|_| 0));
const BUSY: Line = line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY));

const fn offline_pages(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: OFFLINE_PAGES,
        source,
        omits: "notifiers, fatal signals, the undo of a range that is given up; the page struct \
                and the sections (blocks stay isolated)",
        params: &[Local::Start, Local::End],
        locals: &[Local::Wanted, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The pcplists are drained once, by the isolation: a page that gets on one after that is waited
/// for for ever.
pub static OFFLINE_PAGES_V5_8: Routine = offline_pages(
    "mm/memory_hotplug.c, v4.18 to v5.8",
    &[TYPE, ISOLATE, FAILED, MIGRATE, TEST, OFFLINE, AGAIN, DONE, BUSY],
);
/// And drained again each time the test fails (968318261221).
pub static OFFLINE_PAGES_V5_9: Routine = offline_pages(
    "mm/memory_hotplug.c, v5.9 and v5.10",
    &[
        TYPE,
        ISOLATE,
        FAILED,
        MIGRATE,
        TEST,
        OFFLINE,
        line("drain", "drain_all_pages(zone)", Op::Call(DRAIN_ALL_PAGES, &[])),
        AGAIN,
        DONE,
        BUSY,
    ],
);
/// No pcplists for as long as it takes (ec6e8c7e0314).
pub static OFFLINE_PAGES_V5_11: Routine = offline_pages(
    "mm/memory_hotplug.c, v5.11 to v6.12",
    &[
        TYPE,
        line("pcpoff", "zone_pcp_disable(zone)", Op::Call(ZONE_PCP_DISABLE, &[])),
        ISOLATE,
        FAILED,
        MIGRATE,
        TEST,
        OFFLINE,
        AGAIN,
        line("done", "zone_pcp_enable(zone)", Op::Call(ZONE_PCP_ENABLE, &[])),
        line("out", "return 0", Op::Return(|_| 0)),
        line("busy", "zone_pcp_enable(zone)", Op::Call(ZONE_PCP_ENABLE, &[])),
        line("ebusy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
    ],
);
