//! `mm/memory_hotplug.c`: taking a range of pages out of use, whatever they are part of.
use super::page_ext::OFFLINE_PAGE_EXT;
use super::sparse::mem_hotplug_write;
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Migratetype, Pfn, Place, Section, free_list};
use crate::routines::at_hand::{returned_nonzero, returned_zero, want_movable};
use crate::routines::compaction::list_is_empty;
use crate::routines::kernels::Chosen;
use crate::routines::memory_hotplug::OFFLINE_PAGES;
use crate::routines::migrate::{MIGRATE_PAGES, PUTBACK_MOVABLE_PAGES};
use crate::routines::page_alloc::drain::{DRAIN_ALL_PAGES, ZONE_PCP_DISABLE, ZONE_PCP_ENABLE};
use crate::routines::page_alloc::zone_lock;
use crate::routines::page_isolation::{START_ISOLATE_PAGE_RANGE, TEST_PAGES_ISOLATED};
use crate::routines::pagevec::{LRU_ADD_DRAIN_ALL, LRU_CACHE_DISABLE, LRU_CACHE_ENABLE};
use crate::routines::swap::PUT_PAGE;
use crate::routines::try_grab::no_reference;
use crate::routines::vmscan::ISOLATE_LRU_PAGE;

/// `scan_movable_pages`; the page found, or none.
pub const SCAN_MOVABLE_PAGES: Function = Function("scan_movable_pages");
/// `do_migrate_range`
pub const DO_MIGRATE_RANGE: Function = Function("do_migrate_range");

const LOCK: Line = line("hotplug", "mem_hotplug_begin()", Op::Acquire(mem_hotplug_write));
const PCP_OFF: Line = line("pcpoff", "zone_pcp_disable(zone)", Op::Call(ZONE_PCP_DISABLE, &[]));
const LRU_OFF: Line = line("lruoff", "lru_cache_disable()", Op::Call(LRU_CACHE_DISABLE, &[]));
/// Up to the scan.
const BEGIN: &[Line] = &[
    line("type", "migratetype = MIGRATE_MOVABLE", Op::Let(want_movable)),
    line(
        "isolate",
        "ret = start_isolate_page_range(start_pfn, end_pfn)",
        Op::Call(START_ISOLATE_PAGE_RANGE, &[]),
    ),
    line("failed", "if (ret)", Op::If(returned_nonzero, "busy")),
    line("from", "pfn = start_pfn", Op::Let(to_start)),
];
const SCAN: &str = "ret = scan_movable_pages(pfn, end_pfn, &pfn)";
const SCANNING: Op = Op::Call(SCAN_MOVABLE_PAGES, &[(Local::Start, Local::First)]);
const SCANS: &[Line] = &[line("scan", SCAN, SCANNING)];
/// Each time.
const DRAINS_AND_SCANS: &[Line] = &[
    line("scan", "lru_add_drain_all()", Op::Call(LRU_ADD_DRAIN_ALL, &[])),
    line("look", SCAN, SCANNING),
];
const MIGRATES: &[Line] = &[
    line("none", "if (ret == -ENOENT)", Op::If(returned_zero, "test")),
    line("found", "  pfn is the one found", Op::Let(to_found)),
    line(
        "migrate",
        "do_migrate_range(pfn, end_pfn)",
        Op::Call(DO_MIGRATE_RANGE, &[(Local::Start, Local::First)]),
    ),
    line("again", "} while (!ret)", Op::Goto("scan")),
    line("test", "ret = test_pages_isolated(start_pfn, ..)", Op::Call(TEST_PAGES_ISOLATED, &[])),
    line("passed", "if (!ret)", Op::If(returned_zero, "offline")),
];
const DRAIN: Line = line("drain", "drain_all_pages(zone)", Op::Call(DRAIN_ALL_PAGES, &[]));
/// The sections are offline before their free blocks leave the lists, and their `struct page`s are
/// poisoned behind both.
const OFFLINE: &[Line] = &[
    line("retry", "} while (ret)", Op::Goto("from")),
    line("offline", "offline_mem_sections(pfn, end_pfn)", Op::Do(sections_go_offline)),
    line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock)),
    line("isfree", "BUG_ON(!PageBuddy(page))", Op::BugOn(some_are_not_free)),
    line("buddy", "del_page_from_free_list(page, zone, order)", Op::Do(leave_free_lists)),
    line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
];
const LRU_ON: Line = line("lruon", "lru_cache_enable()", Op::Call(LRU_CACHE_ENABLE, &[]));
const PCP_ON: Line = line("pcpon", "zone_pcp_enable(zone)", Op::Call(ZONE_PCP_ENABLE, &[]));
const REMOVE: &[Line] = &[
    line("poison", "page_init_poison(pfn_to_page(pfn), ..)", Op::Do(poison)),
    line("hole", "clear_zone_contiguous(zone)", Op::Do(clear_contiguous)),
    line("span", "shrink_zone_span(zone, start_pfn, ..)", Op::Do(shrink_span)),
    line("whole", "set_zone_contiguous(zone)", Op::Do(set_contiguous)),
    line("done", "mem_hotplug_done()", Op::Release(mem_hotplug_write)),
    line("zero", "return 0", Op::Return(|_| 0)),
];
const BUSY: &[Line] = &[
    line("busy", "mem_hotplug_done()", Op::Release(mem_hotplug_write)),
    line("ebusy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
];
const PCP_BUSY: &[Line] = &[
    line("busy", "zone_pcp_enable(zone)", Op::Call(ZONE_PCP_ENABLE, &[])),
    line("undone", "mem_hotplug_done()", Op::Release(mem_hotplug_write)),
    line("ebusy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
];

const LRU_BUSY: &[Line] = &[
    line("busy", "lru_cache_enable()", Op::Call(LRU_CACHE_ENABLE, &[])),
    line("pcpbusy", "zone_pcp_enable(zone)", Op::Call(ZONE_PCP_ENABLE, &[])),
    line("undone", "mem_hotplug_done()", Op::Release(mem_hotplug_write)),
    line("ebusy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
];

const fn offline_pages(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: OFFLINE_PAGES,
        source,
        omits: "notifiers but that of page_ext, fatal signals, hugetlb pages, memory holes; the \
                counters of managed and present pages; the second section of zone->lock, which \
                counts the isolated blocks (the first does)",
        params: &[Local::Start, Local::End],
        locals: &[Local::Wanted, Local::First, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The notifiers of `MEM_OFFLINE` come before the sections leave their zone.
const NOTIFY: Line =
    line("notify", "memory_notify(MEM_OFFLINE, &arg)", Op::Call(OFFLINE_PAGE_EXT, &[]));

/// The pcplists are drained once, by the isolation; in the second form there are pagevecs.
pub static OFFLINE_PAGES_V5_8: [Routine; 2] = [
    offline_pages(
        "mm/memory_hotplug.c, v4.18 to v5.8",
        joined!(&[LOCK], BEGIN, SCANS, MIGRATES, OFFLINE, &[NOTIFY], REMOVE, BUSY),
    ),
    offline_pages(
        "mm/memory_hotplug.c, v4.18 to v5.8, with pagevecs",
        joined!(&[LOCK], BEGIN, DRAINS_AND_SCANS, MIGRATES, OFFLINE, &[NOTIFY], REMOVE, BUSY),
    ),
];
/// And drained again each time the test fails (968318261221).
pub static OFFLINE_PAGES_V5_9: [Routine; 2] = [
    offline_pages(
        "mm/memory_hotplug.c, v5.9 and v5.10",
        joined!(&[LOCK], BEGIN, SCANS, MIGRATES, &[DRAIN], OFFLINE, &[NOTIFY], REMOVE, BUSY),
    ),
    offline_pages(
        "mm/memory_hotplug.c, v5.9 and v5.10, with pagevecs",
        joined!(
            &[LOCK],
            BEGIN,
            DRAINS_AND_SCANS,
            MIGRATES,
            &[DRAIN],
            OFFLINE,
            &[NOTIFY],
            REMOVE,
            BUSY
        ),
    ),
];
/// No pcplists for as long as it takes (ec6e8c7e0314); in the third form no pagevecs either.
pub static OFFLINE_PAGES_V5_11: [Routine; 3] = [
    offline_pages(
        "mm/memory_hotplug.c, v5.11 to v6.12",
        joined!(
            &[LOCK, PCP_OFF],
            BEGIN,
            SCANS,
            MIGRATES,
            OFFLINE,
            &[PCP_ON, NOTIFY],
            REMOVE,
            PCP_BUSY
        ),
    ),
    offline_pages(
        "mm/memory_hotplug.c, v5.11 and v5.12, with pagevecs",
        joined!(
            &[LOCK, PCP_OFF],
            BEGIN,
            DRAINS_AND_SCANS,
            MIGRATES,
            OFFLINE,
            &[PCP_ON, NOTIFY],
            REMOVE,
            PCP_BUSY
        ),
    ),
    offline_pages(
        "mm/memory_hotplug.c, v5.13 to v6.12, with pagevecs",
        joined!(
            &[LOCK, PCP_OFF, LRU_OFF],
            BEGIN,
            SCANS,
            MIGRATES,
            OFFLINE,
            &[LRU_ON, PCP_ON, NOTIFY],
            REMOVE,
            LRU_BUSY
        ),
    ),
];

/// The form that a kernel has: pagevecs are disabled only where pcplists are, too.
pub(super) fn offlining(chosen: &Chosen) -> &'static Routine {
    let pagevecs = usize::from(!chosen.is("lru_pagevec", "none"));
    match chosen.get("offline") {
        "drain_again" => &OFFLINE_PAGES_V5_9[pagevecs],
        "pcp_disabled" if chosen.is("lru_pagevec", "disabled") => &OFFLINE_PAGES_V5_11[2],
        "pcp_disabled" => &OFFLINE_PAGES_V5_11[pagevecs],
        _ => &OFFLINE_PAGES_V5_8[pagevecs],
    }
}

/// It has no reference, and `PageLRU` of a tail is that of its head: a page that is isolated for a
/// moment is passed over, and the tail behind it is found.
pub static SCAN_MOVABLE_PAGES_V5_8: Routine = Routine {
    function: SCAN_MOVABLE_PAGES,
    source: "mm/memory_hotplug.c, v4.18 to v6.12",
    omits: "movable pages that are not on the LRU, offline pages, hugetlb pages",
    params: &[Local::Start, Local::End],
    locals: &[Local::Page, Local::Folio],
    returns: Returns::Page,
    body: &[
        line("first", "pfn = start", Op::Let(to_first)),
        line("end", "for (; pfn < end; pfn++)", Op::If(past_end, "none")),
        line("head", "head = compound_head(pfn_to_page(pfn))", Op::Do(read_head)),
        line("lru", "if (PageLRU(page))", Op::Branch(head_is_lru, "found")),
        line("next", "pfn++", Op::Let(next_page)),
        line("loop", "for (..)", Op::Goto("end")),
        line("found", "*movable_pfn = pfn", Op::Return(|look| look.get::<u16>(Local::Page) + 1)),
        line("none", "return -ENOENT", Op::Return(|_| 0)),
    ],
};

const EACH: &[Line] = &[
    line("first", "pfn = start_pfn", Op::Let(to_first)),
    line("end", "for (; pfn < end_pfn; pfn++)", Op::If(past_end, "migrate")),
    line("folio", "folio = page_folio(pfn_to_page(pfn))", Op::Do(read_folio)),
];
/// By page, up to v6.11: the reference is taken of the page that was found, though the rest is
/// about its head.
const BY_PAGE: &[Line] = &[
    line("tail", "VM_BUG_ON_PAGE(PageTail(page), page)", Op::BugOn(is_tail)),
    line("huge", "if (!PageTransHuge(page))", Op::Branch(is_no_head, "get")),
    line("skip", "pfn = head + thp_nr_pages(page) - 1", Op::Do(skip_rest)),
    line("get", "if (!get_page_unless_zero(page))", Op::Branch(no_reference, "next")),
    line("lru", "if (!PageLRU(page))", Op::Branch(page_is_not_lru, "put")),
    line("isolate", "ret = isolate_lru_page(page)", Op::Call(ISOLATE_LRU_PAGE, &[])),
];
/// By folio (v6.12), which is looked at again behind the reference.
const BY_FOLIO: &[Line] = &[
    line("huge", "if (!folio_test_large(folio))", Op::Branch(folio_is_small, "get")),
    line("skip", "pfn = folio_pfn(folio) + folio_nr_pages(folio) - 1", Op::Do(skip_rest)),
    line("get", "if (!folio_try_get(folio))", Op::Branch(no_reference_of_folio, "next")),
    line("recheck", "if (page_folio(page) != folio)", Op::Branch(folio_has_changed, "put")),
    line("lru", "if (!folio_test_lru(folio))", Op::Branch(folio_is_not_lru, "put")),
    line(
        "isolate",
        "folio_isolate_lru(folio)",
        Op::Call(ISOLATE_LRU_PAGE, &[(Local::Page, Local::Folio)]),
    ),
];
const PUT: Line = line("put", "put_page(page)", Op::Call(PUT_PAGE, &[]));
const PUT_FOLIO: Line =
    line("put", "folio_put(folio)", Op::Call(PUT_PAGE, &[(Local::Page, Local::Folio)]));
const MIGRATE: &[Line] = &[
    line("next", "pfn++", Op::Let(to_next)),
    line("loop", "for (..)", Op::Goto("end")),
    line("migrate", "if (list_empty(&source))", Op::If(list_is_empty, "out")),
    line("gfp", "gfp_mask = GFP_USER | __GFP_MOVABLE", Op::Let(want_movable)),
    line("move", "ret = migrate_pages(&source, ..)", Op::Call(MIGRATE_PAGES, &[])),
    line("moved", "if (!ret)", Op::If(returned_zero, "out")),
    line("back", "putback_movable_pages(&source)", Op::Call(PUTBACK_MOVABLE_PAGES, &[])),
    line("out", "return", Op::Return(|_| 0)),
];

const fn do_migrate_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: DO_MIGRATE_RANGE,
        source,
        omits: "movable pages that are not on the LRU, hugetlb pages, hardware poison",
        params: &[Local::Start, Local::End],
        locals: &[Local::Page, Local::Folio, Local::Last, Local::Order, Local::Wanted, Local::Ret],
        returns: Returns::Nothing,
        body,
    }
}

/// Of a tail no reference can be had, and with it nothing of its compound page is isolated.
pub static DO_MIGRATE_RANGE_V5_8: Routine = do_migrate_range(
    "mm/memory_hotplug.c, v4.18 to v6.11",
    joined!(EACH, BY_PAGE, &[PUT], MIGRATE),
);
/// A tail stands for its folio.
pub static DO_MIGRATE_RANGE_V6_12: Routine =
    do_migrate_range("mm/memory_hotplug.c, v6.12", joined!(EACH, BY_FOLIO, &[PUT_FOLIO], MIGRATE));

fn to_start(ctx: &mut Ctx) {
    let start: Pfn = ctx.get(Local::Start);
    ctx.set(Local::First, start);
}

fn to_found(ctx: &mut Ctx) {
    let found: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::First, ctx.must(found));
}

fn to_first(ctx: &mut Ctx) {
    let start: Pfn = ctx.get(Local::Start);
    ctx.set(Local::Page, start);
}

fn past_end(look: &Look) -> bool {
    look.get::<Pfn>(Local::Page) >= look.get(Local::End)
}

fn next_page(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    ctx.set(Local::Page, Pfn(page.0 + 1));
}

/// `compound_head`
fn read_head(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    let head = ctx.load(ctx.layout().compound(page).compound_head());
    ctx.set(Local::Folio, head.unwrap_or(page));
}

/// And so far the page is by itself.
fn read_folio(ctx: &mut Ctx) {
    read_head(ctx);
    let page: Pfn = ctx.get(Local::Page);
    ctx.set(Local::Last, page);
}

fn head_is_lru(ctx: &mut Ctx) -> bool {
    let lru = ctx.page(Local::Folio).lru();
    ctx.load(lru)
}

fn folio_is_not_lru(ctx: &mut Ctx) -> bool {
    !head_is_lru(ctx)
}

/// Behind a reference of its own the page is no tail.
fn page_is_not_lru(ctx: &mut Ctx) -> bool {
    let lru = ctx.page(Local::Page).lru();
    !ctx.load(lru)
}

fn is_tail(ctx: &mut Ctx) -> bool {
    let head = ctx.layout().compound(ctx.get(Local::Page)).compound_head();
    ctx.geometry().debug_vm && ctx.load(head).is_some()
}

fn is_head(ctx: &mut Ctx, local: Local) -> bool {
    let head = ctx.layout().compound(ctx.get(local)).head();
    ctx.load(head)
}

fn is_no_head(ctx: &mut Ctx) -> bool {
    !is_head(ctx, Local::Page)
}

fn folio_is_small(ctx: &mut Ctx) -> bool {
    !is_head(ctx, Local::Folio)
}

/// Nobody keeps the compound page as it is: what is read may be no order at all.
fn skip_rest(ctx: &mut Ctx) {
    let folio: Pfn = ctx.get(Local::Folio);
    let pages = ctx.layout().second_page(folio).map(|second| ctx.load(second.order()));
    let order = pages.filter(|order| *order <= u16::from(ctx.geometry().max_order));
    ctx.set(Local::Last, Pfn(folio.0 + (1 << order.unwrap_or(0)) - 1));
}

fn no_reference_of_folio(ctx: &mut Ctx) -> bool {
    let folio: Pfn = ctx.get(Local::Folio);
    let refcount = ctx.layout().page(folio).refcount();
    let before = ctx.update(refcount, |count| if count == 0 { 0 } else { count + 1 });
    if before != 0 {
        ctx.hold(folio, 1);
    }
    before == 0
}

fn folio_has_changed(ctx: &mut Ctx) -> bool {
    let page: Pfn = ctx.get(Local::Page);
    let head = ctx.load(ctx.layout().compound(page).compound_head());
    head.unwrap_or(page) != ctx.get(Local::Folio)
}

fn to_next(ctx: &mut Ctx) {
    let last: Pfn = ctx.get(Local::Last);
    ctx.set(Local::Page, Pfn(last.0 + 1));
}

fn sections(ctx: &Ctx) -> Vec<Section> {
    ctx.layout().sections_in(ctx.get(Local::Start), ctx.get(Local::End)).collect()
}

fn sections_go_offline(ctx: &mut Ctx) {
    for section in sections(ctx) {
        ctx.store(section.online(), false);
    }
}

fn some_are_not_free(ctx: &mut Ctx) -> bool {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    (start.0..end.0).any(|pfn| {
        let place = ctx.layout().page(Pfn(pfn)).place();
        !matches!(ctx.load(place), Place::Buddy | Place::BuddyTail)
    })
}

/// Nobody counted them, since their blocks are isolated. In a machine without sections they stay
/// where they are.
fn leave_free_lists(ctx: &mut Ctx) {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    if sections(ctx).is_empty() {
        return;
    }
    let (memory, layout) = ctx.parts();
    for pfn in (start.0..end.0).map(Pfn) {
        if memory.peek(layout.page(pfn).place()) == Place::Buddy {
            let list = free_list::list_of(memory, layout, pfn).unwrap_or(Migratetype::Isolate);
            free_list::remove(memory, layout, pfn, list);
        }
    }
    for pfn in (start.0..end.0).map(Pfn) {
        memory.store(layout.page(pfn).place(), Place::Offline);
    }
    let blocks = (end.0 - start.0) >> layout.geometry.pageblock_order;
    memory.update(layout.zone().nr_isolate_pageblock(), |count: i16| count - blocks as i16);
}

/// Without `CONFIG_DEBUG_VM` nothing is written: what stands there is what was left.
fn poison(ctx: &mut Ctx) {
    if ctx.geometry().debug_vm {
        for section in sections(ctx) {
            ctx.store(section.poisoned(), true);
        }
    }
}

fn clear_contiguous(ctx: &mut Ctx) {
    if let Some(contiguous) = ctx.layout().contiguous() {
        ctx.store(contiguous, false);
    }
}

/// Sections that are offline at either end are not of the zone any more; only those between others
/// are holes.
fn shrink_span(ctx: &mut Ctx) {
    let Some(span) = ctx.layout().zone_span() else { return };
    let pages = ctx.geometry().section_pages();
    let online = online_sections(ctx);
    let first = online.iter().position(|online| *online).unwrap_or(0);
    let end = online.iter().rposition(|online| *online).map_or(first, |last| last + 1);
    for (cell, section) in span.into_iter().zip([first, end]) {
        ctx.store(cell, Pfn(section as u16 * pages));
    }
}

fn set_contiguous(ctx: &mut Ctx) {
    let cells = ctx.layout().contiguous().zip(ctx.layout().zone_span());
    let Some((contiguous, span)) = cells else { return };
    let pages = ctx.geometry().section_pages();
    let [first, end] = span.map(|cell| usize::from(ctx.load(cell).0 / pages));
    if !online_sections(ctx)[first..end].contains(&false) {
        ctx.store(contiguous, true);
    }
}

fn online_sections(ctx: &mut Ctx) -> Vec<bool> {
    let end = Pfn(ctx.geometry().pages() as u16);
    let all: Vec<Section> = ctx.layout().sections_in(Pfn(0), end).collect();
    all.into_iter().map(|section| ctx.load(section.online())).collect()
}
