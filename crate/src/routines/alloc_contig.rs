//! `mm/page_alloc.c`: a range of contiguous pages, by isolating it and migrating what is in the
//! way.
use super::compaction::{
    ISOLATE_FREEPAGES_RANGE, ISOLATE_MIGRATEPAGES_BLOCK, first_on_list, list_is_empty,
};
use super::gup_slow::returned_zero;
use super::migrate::{MIGRATE_PAGES, PUTBACK_MOVABLE_PAGES};
use super::page_isolation::{
    START_ISOLATE_PAGE_RANGE, TEST_PAGES_ISOLATED, UNDO_ISOLATE_PAGE_RANGE,
};
use super::swap::PUT_PAGE;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Local, Look, Op, Returns, Routine};
use crate::mm::{Migratetype, Pfn, Place};

/// `alloc_contig_range`
pub const ALLOC_CONTIG_RANGE: Function = Function("alloc_contig_range");
/// `__alloc_contig_migrate_range`
pub const ALLOC_CONTIG_MIGRATE_RANGE: Function = Function("__alloc_contig_migrate_range");
/// `free_contig_range`
pub const FREE_CONTIG_RANGE: Function = Function("free_contig_range");

const RANGE: &[Local] = &[Local::Start, Local::End];

/// A page that could not be migrated does not end it: the test of the isolated range decides.
pub static ALLOC_CONTIG_RANGE_V5_17: Routine = Routine {
    function: ALLOC_CONTIG_RANGE,
    source: "mm/page_alloc.c, v5.17 and v5.18",
    omits: "drain_all_pages (there are no pcplists), blocks of MAX_ORDER, fatal signals",
    params: RANGE,
    locals: &[Local::Ret, Local::Rc],
    returns: Returns::Errno,
    body: &[
        line(
            "isolate",
            "ret = start_isolate_page_range(start, end, ..)",
            Op::Call(START_ISOLATE_PAGE_RANGE, &[]),
        ),
        line("failed", "if (ret) return ret", Op::If(failed, "out")),
        line(
            "migrate",
            "ret = __alloc_contig_migrate_range(..)",
            Op::Call(ALLOC_CONTIG_MIGRATE_RANGE, &[]),
        ),
        line("error", "if (ret && ret != -EBUSY)", Op::If(failed_for_good, "undo")),
        line("test", "ret = test_pages_isolated(start, end)", Op::Call(TEST_PAGES_ISOLATED, &[])),
        line("busy", "if (ret)", Op::If(failed, "undo")),
        line(
            "take",
            "isolate_freepages_range(&cc, start, end)",
            Op::Call(ISOLATE_FREEPAGES_RANGE, &[]),
        ),
        line("ours", "pages of [start, end) are the caller's", Op::Let(give_to_caller)),
        line("rest", "free_contig_range(head and tail)", Op::Call(FREE_CONTIG_RANGE, &[])),
        line("success", "ret = 0", Op::Let(|ctx| ctx.set(Local::Ret, 0u16))),
        line("undo", "done: rc = ret", Op::Let(keep_ret)),
        line(
            "restore",
            "undo_isolate_page_range(start, end, ..)",
            Op::Call(UNDO_ISOLATE_PAGE_RANGE, &[]),
        ),
        line("done", "return rc", Op::Return(|look| look.get(Local::Rc))),
        line("out", "return ret", Op::Return(|look| look.get(Local::Ret))),
    ],
};

/// Pages that cannot be isolated are passed over without an error. A list that does not empty is
/// tried again as a whole.
pub static ALLOC_CONTIG_MIGRATE_RANGE_V5_17: Routine = Routine {
    function: ALLOC_CONTIG_MIGRATE_RANGE,
    source: "mm/page_alloc.c, v5.17 to v6.1",
    omits: "lru_cache_disable, fatal signals; the number of tries is a parameter (5 in the kernel)",
    params: RANGE,
    locals: &[Local::Tries, Local::Wanted, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line(
            "isolate",
            "isolate_migratepages_range(cc, pfn, end)",
            Op::Call(ISOLATE_MIGRATEPAGES_BLOCK, &[]),
        ),
        line("empty", "if (list_empty(&cc->migratepages))", Op::If(list_is_empty, "done")),
        line("tries", "if (++tries == 5) ret = -EBUSY", Op::If(tried_enough, "busy")),
        line("gfp", "gfp_mask = GFP_USER | __GFP_MOVABLE", Op::Let(want_movable)),
        line("migrate", "ret = migrate_pages(&cc->migratepages)", Op::Call(MIGRATE_PAGES, &[])),
        line("memory", "if (ret == -ENOMEM)", Op::If(no_memory, "nomem")),
        line("loop", "while (!list_empty(&cc->migratepages))", Op::Goto("empty")),
        line("done", "return 0", Op::Return(|_| 0)),
        line(
            "busy",
            "putback_movable_pages(&cc->migratepages)",
            Op::Call(PUTBACK_MOVABLE_PAGES, &[]),
        ),
        line("ebusy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
        line(
            "nomem",
            "putback_movable_pages(&cc->migratepages)",
            Op::Call(PUTBACK_MOVABLE_PAGES, &[]),
        ),
        line("enomem", "return -ENOMEM", Op::Return(|_| errno::ENOMEM)),
    ],
};

/// What was taken beside the range goes back, while its block is still isolated.
pub static FREE_CONTIG_RANGE_V5_17: Routine = Routine {
    function: FREE_CONTIG_RANGE,
    source: "mm/page_alloc.c, v5.17",
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

fn failed(look: &Look) -> bool {
    !returned_zero(look)
}

fn failed_for_good(look: &Look) -> bool {
    failed(look) && look.get::<u16>(Local::Ret) != errno::EBUSY
}

fn no_memory(look: &Look) -> bool {
    look.get::<u16>(Local::Ret) == errno::ENOMEM
}

fn tried_enough(look: &Look) -> bool {
    look.get::<u16>(Local::Tries) >= look.geometry().migrate_tries
}

fn want_movable(ctx: &mut Ctx) {
    let tries: u16 = ctx.get(Local::Tries);
    ctx.set(Local::Tries, tries + 1);
    ctx.set(Local::Wanted, Migratetype::Movable);
}

fn keep_ret(ctx: &mut Ctx) {
    let ret: u16 = ctx.get(Local::Ret);
    ctx.set(Local::Rc, ret);
}

/// Their references are the caller's from here on.
fn give_to_caller(ctx: &mut Ctx) {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    for pfn in (start.0..end.0).map(Pfn) {
        let page = ctx.layout().page(pfn);
        ctx.store(page.place(), Place::Contig);
        ctx.store(page.isolated_by(), 0);
        ctx.store(page.owned(), 1);
        ctx.let_go(pfn, 1);
    }
}

fn next_taken(ctx: &mut Ctx) {
    let next = first_on_list(ctx, Pfn(0));
    ctx.set(Local::Ret, next);
    if let Some(pfn) = next {
        ctx.set(Local::Page, pfn);
        let list = ctx.layout().page(pfn).isolated_by();
        ctx.store(list, 0);
    }
}
