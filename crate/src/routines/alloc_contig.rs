//! `mm/page_alloc.c`: a range of contiguous pages, by isolating it and migrating what is in the
//! way.
use super::at_hand::{keep_result, returned_enomem, returned_nonzero, returned_zero};
use super::compaction::{
    ISOLATE_FREEPAGES_RANGE, ISOLATE_MIGRATEPAGES_BLOCK, first_on_list, list_is_empty,
};
use super::migrate::{MIGRATE_PAGES, PUTBACK_MOVABLE_PAGES};
use super::page_alloc::drain::DRAIN_ALL_PAGES;
use super::page_isolation::{
    START_ISOLATE_PAGE_RANGE, TEST_PAGES_ISOLATED, UNDO_ISOLATE_PAGE_RANGE,
};
use super::pagevec::{LRU_CACHE_DISABLE, LRU_CACHE_ENABLE};
use super::swap::{PUT_PAGE, take_over};
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Migratetype, Mode, OwnListKind, Pfn, Place};

/// `alloc_contig_range`
pub const ALLOC_CONTIG_RANGE: Function = Function("alloc_contig_range");
/// `__alloc_contig_migrate_range`
pub const ALLOC_CONTIG_MIGRATE_RANGE: Function = Function("__alloc_contig_migrate_range");
/// `free_contig_range`
pub const FREE_CONTIG_RANGE: Function = Function("free_contig_range");
/// The `free_contig_range` calls of `alloc_contig_range`, for what it took beside its range.
pub const FREE_REST: Function = Function("free_contig_range (head and tail)");

const RETURN: Line = line("failed", "if (ret) return ret", Op::If(returned_nonzero, "out"));
const GOTO_DONE: Line = line("failed", "if (ret) goto done", Op::If(returned_nonzero, "undo"));
const DRAIN: Line = line("drain", "drain_all_pages(cc.zone)", Op::Call(DRAIN_ALL_PAGES, &[]));
const MIGRATE: Line = line(
    "migrate",
    "ret = __alloc_contig_migrate_range(..)",
    Op::Call(ALLOC_CONTIG_MIGRATE_RANGE, &[]),
);
const ERROR: Line = line("error", "if (ret && ret != -EBUSY)", Op::If(failed_for_good, "undo"));
const ANY_ERROR: Line = line("error", "if (ret)", Op::If(returned_nonzero, "undo"));
const TEST: Line =
    line("test", "ret = test_pages_isolated(start, end)", Op::Call(TEST_PAGES_ISOLATED, &[]));
const BUSY: Line = line("busy", "if (ret)", Op::If(returned_nonzero, "undo"));
const TAKE: Line = line(
    "take",
    "isolate_freepages_range(&cc, start, end)",
    Op::Call(ISOLATE_FREEPAGES_RANGE, &[]),
);
const TAKEN: Line = line("taken", "if (!outer_end) ret = -EBUSY", Op::If(returned_nonzero, "undo"));
const OURS: Line = line("ours", "pages of [start, end) are the caller's", Op::Let(give_to_caller));
const REST: Line = line("rest", "free_contig_range(head and tail)", Op::Call(FREE_REST, &[]));
const SUCCESS: Line = line("success", "ret = 0", Op::Let(|ctx| ctx.set(Local::Ret, 0u16)));
const DONE: Line = line("undo", "done: rc = ret", Op::Let(keep_result));
const UNDO: Line = line(
    "restore",
    "undo_isolate_page_range(start, end, ..)",
    Op::Call(UNDO_ISOLATE_PAGE_RANGE, &[(Local::Start, Local::First), (Local::End, Local::Last)]),
);
const RETURN_RC: Line = line("done", "return rc", Op::Return(|look| look.get(Local::Rc)));
const OUT: Line = line("out", "return ret", Op::Return(|look| look.get(Local::Ret)));

const ALIGN: Line = line("align", "pfn_max_align_down, _up", Op::Let(align_to_largest));
const ISOLATE_ALIGNED: Line = line(
    "isolate",
    "ret = start_isolate_page_range(start, end, ..)",
    Op::Call(START_ISOLATE_PAGE_RANGE, &[(Local::Start, Local::First), (Local::End, Local::Last)]),
);

const fn alloc_contig_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ALLOC_CONTIG_RANGE,
        source,
        omits: "fatal signals; lru_add_drain_all where pages do not wait in pagevecs",
        params: &[Local::Start, Local::End, Local::Wanted],
        locals: &[Local::First, Local::Last, Local::Ret, Local::Rc],
        returns: Returns::Errno,
        body,
    }
}

/// The pageblocks are drained one by one as they are isolated, and all once more. Any error of
/// migration ends it.
pub static ALLOC_CONTIG_RANGE_V3_16: Routine = alloc_contig_range(
    "mm/page_alloc.c, v3.16 to v4.0",
    &[
        ALIGN,
        ISOLATE_ALIGNED,
        RETURN,
        MIGRATE,
        ANY_ERROR,
        DRAIN,
        line("outer", "if (no PageBuddy covers start) -EBUSY", Op::Branch(no_buddy, "none")),
        TEST,
        BUSY,
        TAKE,
        TAKEN,
        OURS,
        REST,
        SUCCESS,
        DONE,
        UNDO,
        RETURN_RC,
        OUT,
        line("none", "ret = -EBUSY", Op::Let(|ctx| ctx.set(Local::Ret, errno::EBUSY))),
        line("give", "goto done", Op::Goto("undo")),
    ],
);

/// A page that could not be migrated does not end it: the test of the isolated range decides.
pub static ALLOC_CONTIG_RANGE_V5_9: Routine = alloc_contig_range(
    "mm/page_alloc.c, v4.7 to v5.10",
    &[
        ALIGN,
        ISOLATE_ALIGNED,
        RETURN,
        MIGRATE,
        ERROR,
        TEST,
        BUSY,
        TAKE,
        TAKEN,
        OURS,
        REST,
        SUCCESS,
        DONE,
        UNDO,
        RETURN_RC,
        OUT,
    ],
);

/// The pcplists are drained once, behind the isolation (7612921f2376).
pub static ALLOC_CONTIG_RANGE_V5_11: Routine = alloc_contig_range(
    "mm/page_alloc.c, v5.11 to v5.18",
    &[
        ALIGN,
        ISOLATE_ALIGNED,
        RETURN,
        DRAIN,
        MIGRATE,
        ERROR,
        TEST,
        BUSY,
        TAKE,
        TAKEN,
        OURS,
        REST,
        SUCCESS,
        DONE,
        UNDO,
        RETURN_RC,
        OUT,
    ],
);

/// The range is aligned to pageblocks only, and all of it is undone even if somebody else had
/// isolated it (b2c9e2fbba32).
pub static ALLOC_CONTIG_RANGE_V5_19: Routine = alloc_contig_range(
    "mm/page_alloc.c, v5.19 to v6.12",
    &[
        line("align", "ALIGN_DOWN, ALIGN(.., pageblock_nr_pages)", Op::Let(align_to_pageblock)),
        ISOLATE_ALIGNED,
        GOTO_DONE,
        DRAIN,
        MIGRATE,
        ERROR,
        TEST,
        BUSY,
        TAKE,
        TAKEN,
        OURS,
        REST,
        SUCCESS,
        DONE,
        UNDO,
        RETURN_RC,
    ],
);

const SCAN: Line = line(
    "isolate",
    "isolate_migratepages_range(cc, pfn, end)",
    Op::Call(ISOLATE_MIGRATEPAGES_BLOCK, &[]),
);
const EMPTY: Line =
    line("empty", "if (list_empty(&cc->migratepages))", Op::If(list_is_empty, "done"));
const TRIES: Line = line("tries", "if (++tries == 5) ret = -EBUSY", Op::If(tried_enough, "busy"));
const GFP: Line = line("gfp", "gfp_mask = GFP_USER | __GFP_MOVABLE", Op::Let(want_movable));
const MIGRATE_LIST: Line =
    line("migrate", "ret = migrate_pages(&cc->migratepages)", Op::Call(MIGRATE_PAGES, &[]));
const NO_MEMORY: Line = line("memory", "if (ret == -ENOMEM)", Op::If(returned_enomem, "nomem"));
const WHILE: Line = line("loop", "while (!list_empty(&cc->migratepages))", Op::Goto("empty"));
const PUTBACK: Line =
    line("busy", "putback_movable_pages(&cc->migratepages)", Op::Call(PUTBACK_MOVABLE_PAGES, &[]));
const PUTBACK_2: Line =
    line("nomem", "putback_movable_pages(&cc->migratepages)", Op::Call(PUTBACK_MOVABLE_PAGES, &[]));
const EBUSY: Line = line("ebusy", "return -EBUSY", Op::Return(|_| errno::EBUSY));
const ENOMEM: Line = line("enomem", "return -ENOMEM", Op::Return(|_| errno::ENOMEM));
const MIGRATED: Line = line("done", "return 0", Op::Return(|_| 0));

/// The walk, and migrating until nothing is left on the list.
const MIGRATING: &[Line] = &[SCAN, EMPTY, TRIES, GFP, MIGRATE_LIST, NO_MEMORY, WHILE];

/// And giving back what is left if that is in vain.
pub(in crate::routines) const MIGRATE_RANGE: &[Line] =
    joined!(MIGRATING, &[MIGRATED, PUTBACK, EBUSY, PUTBACK_2, ENOMEM]);

const fn alloc_contig_migrate_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ALLOC_CONTIG_MIGRATE_RANGE,
        source,
        omits: "fatal signals; isolating 32 pages at a time; the number of tries is a parameter \
                (5 in the kernel)",
        params: &[Local::Start, Local::End],
        locals: &[Local::Tries, Local::Order, Local::Wanted, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// Pages that cannot be isolated are passed over without an error. A list that does not empty is
/// tried again as a whole.
pub static ALLOC_CONTIG_MIGRATE_RANGE_V5_17: Routine =
    alloc_contig_migrate_range("mm/page_alloc.c, v3.16 to v6.12", MIGRATE_RANGE);

/// And the page lists that wait for the LRU are drained first.
pub(in crate::routines) const MIGRATE_RANGE_DRAINING: &[Line] = joined!(
    &[line("lru", "lru_cache_disable()", Op::Call(LRU_CACHE_DISABLE, &[]))],
    MIGRATING,
    &[
        line("done", "lru_cache_enable()", Op::Call(LRU_CACHE_ENABLE, &[])),
        line("zero", "return 0", Op::Return(|_| 0)),
        line("busy", "lru_cache_enable()", Op::Call(LRU_CACHE_ENABLE, &[])),
        line(
            "putback",
            "putback_movable_pages(&cc->migratepages)",
            Op::Call(PUTBACK_MOVABLE_PAGES, &[]),
        ),
        EBUSY,
        line("nomem", "lru_cache_enable()", Op::Call(LRU_CACHE_ENABLE, &[])),
        line(
            "putback2",
            "putback_movable_pages(&cc->migratepages)",
            Op::Call(PUTBACK_MOVABLE_PAGES, &[]),
        ),
        ENOMEM,
    ],
);

/// Pagevecs give their pages back first; since v5.13 they take none until migration is over.
pub static ALLOC_CONTIG_MIGRATE_RANGE_DRAINING: Routine = alloc_contig_migrate_range(
    "mm/page_alloc.c, v3.16 to v6.12, with pagevecs",
    MIGRATE_RANGE_DRAINING,
);

/// Nobody unmaps pages meanwhile.
pub static ALLOC_CONTIG_MIGRATE_RANGE_ALONE: Routine = alloc_contig_migrate_range(
    "the sleeping lock that was floated in August 2020, on mm/page_alloc.c",
    joined!(
        &[line("sem", "down_write(&unmap_sem)", Op::Acquire(unmap_sem))],
        MIGRATING,
        &[
            line("done", "up_write(&unmap_sem)", Op::Release(unmap_sem)),
            line("zero", "return 0", Op::Return(|_| 0)),
            PUTBACK,
            line("busysem", "up_write(&unmap_sem)", Op::Release(unmap_sem)),
            EBUSY,
            PUTBACK_2,
            line("nomemsem", "up_write(&unmap_sem)", Op::Release(unmap_sem)),
            ENOMEM,
        ],
    ),
);

/// What was taken beside the range goes back, while its block is still isolated.
pub static FREE_REST_V3_16: Routine = Routine {
    function: FREE_REST,
    source: "mm/page_alloc.c, v3.16 to v6.12 (free_contig_range of head and tail)",
    omits: "",
    params: &[],
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("next", "for (; nr_pages--; pfn++)", Op::Let(next_taken)),
        line("end", "no page is left", Op::If(returned_zero, "out")),
        line("free", "__free_page(page)", Op::Call(PUT_PAGE, &[])),
        line("loop", "next page", Op::Goto("next")),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// The caller gives a range back, page by page.
pub static FREE_CONTIG_RANGE_V3_16: Routine = Routine {
    function: FREE_CONTIG_RANGE,
    source: "mm/page_alloc.c, v3.16 to v6.12",
    omits: "the warning about pages that somebody else holds",
    params: &[Local::Start, Local::Count],
    locals: &[Local::Page, Local::Left],
    returns: Returns::Nothing,
    body: &[
        line("first", "pfn = start", Op::Let(first_given)),
        line("end", "for (; nr_pages--; pfn++)", Op::If(none_left, "out")),
        line("ours", "page", Op::Let(take_from_caller)),
        line("free", "__free_page(pfn_to_page(pfn))", Op::Call(PUT_PAGE, &[])),
        line("next", "pfn++", Op::Let(next_given)),
        line("loop", "for (..)", Op::Goto("end")),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

fn failed_for_good(look: &Look) -> bool {
    returned_nonzero(look) && look.get::<u16>(Local::Ret) != errno::EBUSY
}

fn tried_enough(look: &Look) -> bool {
    look.get::<u16>(Local::Tries) >= look.geometry().migrate_tries
}

fn want_movable(ctx: &mut Ctx) {
    let tries: u16 = ctx.get(Local::Tries);
    ctx.set(Local::Tries, tries + 1);
    ctx.set(Local::Wanted, Migratetype::Movable);
}

fn unmap_sem(look: &Look) -> Lock {
    look.layout().zone().unmap_sem(Mode::Exclusive)
}

/// Their references are the caller's from here on.
fn give_to_caller(ctx: &mut Ctx) {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    for pfn in (start.0..end.0).map(Pfn) {
        let page = ctx.layout().page(pfn);
        ctx.store(page.place(), Place::Contig);
        ctx.store(page.isolated_by(), None);
        ctx.store(page.owned(), 1);
        ctx.let_go(pfn, 1);
    }
}

fn next_taken(ctx: &mut Ctx) {
    let next = first_on_list(ctx, OwnListKind::Freelist, Pfn(0));
    ctx.set(Local::Ret, next);
    if let Some(pfn) = next {
        ctx.set(Local::Page, pfn);
        let list = ctx.layout().page(pfn).isolated_by();
        ctx.store(list, None);
    }
}

fn align(ctx: &mut Ctx, order: u8) {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    let pages = ctx.geometry().pages() as u16;
    let last = ((end.0.wrapping_sub(1) >> order) << order).wrapping_add(1 << order);
    ctx.set(Local::First, Pfn(start.0 >> order << order));
    ctx.set(Local::Last, Pfn(last.min(pages)));
}

fn align_to_pageblock(ctx: &mut Ctx) {
    align(ctx, ctx.geometry().pageblock_order);
}

fn align_to_largest(ctx: &mut Ctx) {
    align(ctx, ctx.geometry().max_order);
}

/// A lockless look for the free block that covers the first page.
fn no_buddy(ctx: &mut Ctx) -> bool {
    let page = ctx.layout().page(ctx.get(Local::Start)).place();
    !matches!(ctx.load(page), Place::Buddy | Place::BuddyTail | Place::Parked)
}

fn first_given(ctx: &mut Ctx) {
    let (start, count): (Pfn, u16) = (ctx.get(Local::Start), ctx.get(Local::Count));
    ctx.set(Local::Page, start);
    ctx.set(Local::Left, count);
}

fn none_left(look: &Look) -> bool {
    look.get::<u16>(Local::Left) == 0
}

fn next_given(ctx: &mut Ctx) {
    let (page, left): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Left));
    ctx.set(Local::Page, Pfn(page.0 + 1));
    ctx.set(Local::Left, left.wrapping_sub(1));
}

fn take_from_caller(ctx: &mut Ctx) {
    take_over(ctx, ctx.get(Local::Page));
}
