//! `mm/balloon_compaction.c`, `drivers/virtio/virtio_balloon.c`: pages that a guest has given to
//! its host. They are on no LRU, and can be moved all the same.
use super::super::kernels::Chosen;
use super::migrate::target_lock;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{OwnList, OwnListKind, Pfn};
use crate::routines::at_hand::{page_lock, returned_zero, want_movable};
use crate::routines::page_alloc::RMQUEUE;
use crate::routines::swap::{PUT_PAGE, take_over};

/// `fill_balloon`, of one page.
pub const FILL_BALLOON: Function = Function("fill_balloon");
/// `leak_balloon`, of one page.
pub const LEAK_BALLOON: Function = Function("leak_balloon");
/// `balloon_page_dequeue`
pub const BALLOON_PAGE_DEQUEUE: Function = Function("balloon_page_dequeue");

/// Nobody knows the page yet but the migration that it may be the target of.
pub static FILL_BALLOON_V3_18: Routine = Routine {
    function: FILL_BALLOON,
    source: "drivers/virtio/virtio_balloon.c, mm/balloon_compaction.c, v3.16 to v5.8",
    omits: "the host; balloon_lock and pages_lock",
    params: &[],
    locals: &[Local::Page, Local::NewPage, Local::Order, Local::Wanted, Local::Ret],
    returns: Returns::Page,
    body: &[
        line("gfp", "GFP_HIGHUSER_MOVABLE", Op::Let(want_movable)),
        line("alloc", "page = balloon_page_alloc()", Op::Call(RMQUEUE, &[])),
        line("none", "if (!page)", Op::If(returned_zero, "out")),
        line("page", "page", Op::Let(take_page)),
        line("lock", "lock_page(page)", Op::Acquire(target_lock)),
        line("insert", "balloon_page_insert(b_dev_info, page)", Op::Do(insert)),
        line("unlock", "unlock_page(page)", Op::Release(target_lock)),
        line("out", "return page", Op::Return(|look| look.get(Local::Ret))),
    ],
};

/// A page that is being isolated or moved is locked, and one that is isolated is on no list of the
/// balloon's: both are passed over.
pub static BALLOON_PAGE_DEQUEUE_V3_18: Routine = Routine {
    function: BALLOON_PAGE_DEQUEUE,
    source: "mm/balloon_compaction.c, v3.18 to v5.8",
    omits: "pages_lock, under which the list changes in one step; a balloon that has lost pages",
    params: &[],
    locals: &[Local::Page],
    returns: Returns::Page,
    body: &[
        line("first", "list_for_each_entry_safe(page, .., pages)", Op::Do(first_of_balloon)),
        line("end", "if (no page is left)", Op::If(no_page_left, "null")),
        line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "next")),
        line("raced", "if (!PagePrivate(page))", Op::Branch(is_isolated, "skip")),
        line("delete", "balloon_page_delete(page)", Op::Do(delete)),
        line("unlock", "unlock_page(page)", Op::Release(page_lock)),
        line("out", "return page", Op::Return(|look| look.get::<u16>(Local::Page) + 1)),
        line("skip", "unlock_page(page)", Op::Release(page_lock)),
        line("next", "next page", Op::Do(next_of_balloon)),
        line("loop", "list_for_each_entry_safe(..)", Op::Goto("end")),
        line("null", "return NULL", Op::Return(|_| 0)),
    ],
};

const DEQUEUE: Line = line(
    "dequeue",
    "page = balloon_page_dequeue(vb_dev_info)",
    Op::Call(BALLOON_PAGE_DEQUEUE, &[]),
);
const NONE: Line = line("none", "if (!page)", Op::If(returned_zero, "out"));
const TOOK: Line = line("took", "  (page)", Op::Let(take_page_at_hand));
const PUT: Line = line("put", "put_page(page)", Op::Call(PUT_PAGE, &[]));
const DONE: Line = line("done", "return page", Op::Return(|look| look.get::<u16>(Local::Page) + 1));
const OUT: Line = line("out", "return NULL", Op::Return(|_| 0));

const fn leak(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: LEAK_BALLOON,
        source,
        omits: "the host, which is told before the page is free; balloon_lock: a migration that \
                does not get it tries again",
        params: &[],
        locals: &[Local::Page, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

/// What was taken is noted by its number.
pub static LEAK_BALLOON_V3_16: Routine =
    leak("drivers/virtio/virtio_balloon.c, v3.16 to v4.10", &[DEQUEUE, NONE, TOOK, PUT, DONE, OUT]);
/// It is put on a list, by the same links that the LRU has.
pub static LEAK_BALLOON_V4_15: Routine = leak(
    "drivers/virtio/virtio_balloon.c, v4.15 to v5.8",
    &[
        DEQUEUE,
        NONE,
        TOOK,
        line("list", "list_add(&page->lru, &pages)", Op::Do(join_pages)),
        line("unlink", "list_del(&page->lru)", Op::BugOn(list_is_corrupt)),
        PUT,
        DONE,
        OUT,
    ],
);

/// The form that a kernel has of `leak_balloon`.
pub(super) fn leak_of(chosen: &Chosen) -> &'static Routine {
    if chosen.is("balloon_deflate", "list") { &LEAK_BALLOON_V4_15 } else { &LEAK_BALLOON_V3_16 }
}

fn take_page(ctx: &mut Ctx) {
    let page: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::NewPage, ctx.must(page));
}

/// `__SetPageBalloon` and the list, under `pages_lock`: the balloon answers for the reference.
pub(super) fn insert(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::NewPage);
    let cells = ctx.layout().compound(page);
    for cell in [cells.balloon(), cells.movable(), cells.in_balloon()] {
        ctx.store(cell, true);
    }
    let owned = ctx.layout().page(page).owned();
    ctx.store(owned, 1);
    ctx.let_go(page, 1);
}

/// `__ClearPageBalloon`, `__ClearPageMovable` and the list, under `pages_lock`. That the mapping is
/// marked as of movable pages stays, until the page is free.
pub(super) fn delete(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    let cells = ctx.layout().compound(page);
    for cell in [cells.balloon(), cells.in_balloon()] {
        ctx.store(cell, false);
    }
    take_over(ctx, page);
}

fn next_from(ctx: &mut Ctx, from: u16) {
    let pfns = from..ctx.geometry().pages() as u16;
    let found = pfns.map(Pfn).find(|pfn| ctx.load(ctx.layout().compound(*pfn).in_balloon()));
    ctx.set(Local::Page, found.unwrap_or(Pfn(Pfn::LIMIT as u16)));
}

fn first_of_balloon(ctx: &mut Ctx) {
    next_from(ctx, 0);
}

fn next_of_balloon(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    next_from(ctx, page.0 + 1);
}

fn no_page_left(look: &Look) -> bool {
    usize::from(look.get::<u16>(Local::Page)) == Pfn::LIMIT
}

/// `trylock_page`, inverted.
pub(super) fn trylock_fails(ctx: &mut Ctx) -> bool {
    let lock = ctx.page(Local::Page).lock();
    !ctx.trylock(lock)
}

/// `PagePrivate` up to v4.7, `PageIsolated` inverted since v4.8.
pub(super) fn is_isolated(ctx: &mut Ctx) -> bool {
    let listed = ctx.layout().compound(ctx.get(Local::Page)).in_balloon();
    !ctx.load(listed)
}

fn take_page_at_hand(ctx: &mut Ctx) {
    let page: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::Page, ctx.must(page));
}

fn join_pages(ctx: &mut Ctx) {
    let list = OwnList { cpu: ctx.cpu(), kind: OwnListKind::Balloon };
    let own = ctx.page(Local::Page).isolated_by();
    ctx.store(own, Some(list));
}

/// Somebody else has put the page on another list meanwhile.
fn list_is_corrupt(ctx: &mut Ctx) -> bool {
    let page = ctx.page(Local::Page);
    if ctx.load(page.lru()) {
        return true;
    }
    ctx.store(page.isolated_by(), None);
    false
}
