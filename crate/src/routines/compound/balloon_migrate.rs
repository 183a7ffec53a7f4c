//! `mm/balloon_compaction.c`, `mm/migrate.c`: moving a page of a balloon.
use super::super::kernels::Chosen;
use super::balloon::{self, delete, insert, is_isolated, trylock_fails};
use super::huge_memory::LRU_CACHE_ADD;
use super::migrate::target_lock;
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::Pfn;
use crate::properties::event;
use crate::routines::at_hand::{page_lock, returned_zero, want_movable};
use crate::routines::page_alloc::RMQUEUE;
use crate::routines::swap::PUT_PAGE;
use crate::routines::try_grab::no_reference;

/// Compaction, of one page that may be a balloon's.
pub const COMPACT_BALLOON_PAGE: Function = Function("compact_balloon_page");
/// `balloon_page_isolate`; whether it has the page.
pub const BALLOON_PAGE_ISOLATE: Function = Function("balloon_page_isolate");
/// `unmap_and_move`, of a page of a balloon.
pub const UNMAP_AND_MOVE_BALLOON: Function = Function("unmap_and_move (balloon)");
/// `balloon_page_putback`
pub const BALLOON_PAGE_PUTBACK: Function = Function("balloon_page_putback");

/// What `isolate_migratepages_block` does with a page that is not on the LRU, and what follows.
pub static COMPACT_BALLOON_PAGE_V3_18: Routine = Routine {
    function: COMPACT_BALLOON_PAGE,
    source: "mm/compaction.c, mm/migrate.c, v3.16 to v5.8",
    omits: "the walk of a range up to the page, and all passes but one",
    params: &[Local::Given],
    locals: &[Local::Page, Local::Wanted, Local::Ret, Local::Rc],
    returns: Returns::Errno,
    body: &[
        line("page", "page = pfn_to_page(low_pfn)", Op::Let(take_given)),
        line("isolate", "balloon_page_isolate(page)", Op::Call(BALLOON_PAGE_ISOLATE, &[])),
        line("none", "if (it is not isolated)", Op::If(returned_zero, "busy")),
        line("gfp", "compaction_alloc: MIGRATE_MOVABLE", Op::Let(want_movable)),
        line("move", "rc = unmap_and_move(.., page, ..)", Op::Call(UNMAP_AND_MOVE_BALLOON, &[])),
        line("moved", "if (!rc)", Op::If(returned_zero, "done")),
        line("putback", "balloon_page_putback(page)", Op::Call(BALLOON_PAGE_PUTBACK, &[])),
        line("nomem", "return -ENOMEM", Op::Return(|_| errno::ENOMEM)),
        line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
        line("done", "return 0", Op::Return(|_| 0)),
    ],
};

/// With the page lock, so that the driver does not take the page off its list meanwhile.
pub static BALLOON_PAGE_ISOLATE_V3_18: Routine = Routine {
    function: BALLOON_PAGE_ISOLATE,
    source: "mm/balloon_compaction.c, v3.16 to v4.7; mm/migrate.c (isolate_movable_page), v4.8 on",
    omits: "the looks before the lock; pages_lock",
    params: &[Local::Page],
    locals: &[],
    returns: Returns::Bool,
    body: &[
        line("get", "if (!get_page_unless_zero(page))", Op::Branch(no_reference, "no")),
        line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "put")),
        line("movable", "if (!balloon_page_movable(page))", Op::Branch(is_isolated, "unlock")),
        line("isolate", "__isolate_balloon_page(page)", Op::Do(|ctx| set_listed(ctx, false))),
        line("locked", "unlock_page(page)", Op::Release(page_lock)),
        line("yes", "return true", Op::Return(|_| 1)),
        line("unlock", "unlock_page(page)", Op::Release(page_lock)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("no", "return false", Op::Return(|_| 0)),
    ],
};

/// Back to the balloon, with the isolation's reference dropped.
pub static BALLOON_PAGE_PUTBACK_V3_18: Routine = Routine {
    function: BALLOON_PAGE_PUTBACK,
    source: "mm/balloon_compaction.c, v3.16 to v5.8",
    omits: "pages_lock",
    params: &[Local::Page],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("lock", "lock_page(page)", Op::Acquire(page_lock)),
        line("list", "__putback_balloon_page(page)", Op::Do(|ctx| set_listed(ctx, true))),
        line("unlock", "unlock_page(page)", Op::Release(page_lock)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// `newpage` is the balloon's from the moment that its lock is dropped.
const MOVE: &[Line] = &[
    line("target", "newpage = get_new_page(page)", Op::Call(RMQUEUE, &[])),
    line("none", "if (!newpage)", Op::If(returned_zero, "fail")),
    line("took", "newpage", Op::Let(take_target)),
    line("lock", "lock_page(page)", Op::Acquire(page_lock)),
    line("newlock", "trylock_page(newpage)", Op::Acquire(target_lock)),
    line("get", "get_page(newpage)", Op::Do(get_target)),
    line("insert", "balloon_page_insert(b_dev_info, newpage)", Op::Do(insert)),
    line("delete", "balloon_page_delete(page)", Op::Do(delete)),
    line("owner", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    line("unlock", "unlock_page(newpage)", Op::Release(target_lock)),
    line("unlockold", "unlock_page(page)", Op::Release(page_lock)),
];
const PUT_OLD: Line = line("old", "put_page(page)", Op::Call(PUT_PAGE, &[]));
const PUT_NEW: Line =
    line("put", "  put_page(newpage)", Op::Call(PUT_PAGE, &[(Local::Page, Local::NewPage)]));
const DONE: Line = line("done", "return 0", Op::Return(|_| 0));
const FAIL: Line = line("fail", "return -ENOMEM", Op::Return(|_| errno::ENOMEM));
/// The target of a page from the LRU, or so it looks.
const TO_LRU: &[Line] = &[
    line("putback", "else putback_lru_page(newpage)", Op::Let(report)),
    line(
        "lru",
        "  lru_cache_add(newpage)",
        Op::Call(LRU_CACHE_ADD, &[(Local::Page, Local::NewPage)]),
    ),
    line("lruput", "  put_page(newpage)", Op::Call(PUT_PAGE, &[(Local::Page, Local::NewPage)])),
    line("lrudone", "return 0", Op::Return(|_| 0)),
];

const fn unmap_and_move(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: UNMAP_AND_MOVE_BALLOON,
        source,
        omits: "whatever is of no concern to a page that nobody maps; balloon_lock; a page that \
                the driver has released. Up to v4.7 the old page is dropped by way of the LRU",
        params: &[Local::Page, Local::Wanted],
        locals: &[Local::NewPage, Local::Order, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The driver takes `PageBalloon` away when it dequeues the page, which it may have done by now.
pub static UNMAP_AND_MOVE_V3_18: Routine = unmap_and_move(
    "mm/migrate.c, v3.18 to v4.7",
    joined!(
        MOVE,
        &[
            PUT_OLD,
            line("look", "if (!PageBalloon(newpage))", Op::Branch(is_no_balloon, "putback")),
            PUT_NEW,
            DONE
        ],
        TO_LRU,
        &[FAIL]
    ),
);
/// That a mapping is one of movable pages stays, also of a page that is dequeued: the look is as
/// late, and sees what it should.
pub static UNMAP_AND_MOVE_V4_8: Routine = unmap_and_move(
    "mm/migrate.c, v4.8 to v4.20",
    joined!(
        MOVE,
        &[
            line("look", "if (!__PageMovable(newpage))", Op::Branch(is_not_movable, "putback")),
            PUT_NEW,
            PUT_OLD,
            DONE
        ],
        TO_LRU,
        &[FAIL]
    ),
);
/// What the old page was, looked at before anything was moved, decides.
pub static UNMAP_AND_MOVE_V5_0: Routine = unmap_and_move(
    "mm/migrate.c, v5.0 on; up to v3.17 what was returned decides",
    joined!(MOVE, &[line("look", "if (!is_lru)", Op::Goto("put")), PUT_NEW, PUT_OLD, DONE, FAIL]),
);

/// The balloon, and its pages on the move.
pub(super) fn routines(chosen: &Chosen) -> [&'static Routine; 7] {
    let moves = match chosen.get("migrate_putback") {
        "balloon_flag" => &UNMAP_AND_MOVE_V3_18,
        "movable_mapping" => &UNMAP_AND_MOVE_V4_8,
        _ => &UNMAP_AND_MOVE_V5_0,
    };
    [
        &balloon::FILL_BALLOON_V3_18,
        &balloon::BALLOON_PAGE_DEQUEUE_V3_18,
        balloon::leak_of(chosen),
        &COMPACT_BALLOON_PAGE_V3_18,
        &BALLOON_PAGE_ISOLATE_V3_18,
        &BALLOON_PAGE_PUTBACK_V3_18,
        moves,
    ]
}

fn take_given(ctx: &mut Ctx) {
    let page = ctx.get::<Option<Pfn>>(Local::Given).unwrap_or_default();
    ctx.set(Local::Page, page);
}

fn set_listed(ctx: &mut Ctx, value: bool) {
    let listed = ctx.layout().compound(ctx.get(Local::Page)).in_balloon();
    ctx.store(listed, value);
}

fn take_target(ctx: &mut Ctx) {
    let target: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::NewPage, ctx.must(target));
}

fn get_target(ctx: &mut Ctx) {
    let target: Pfn = ctx.get(Local::NewPage);
    ctx.get_page(target, 1);
}

fn is_no_balloon(ctx: &mut Ctx) -> bool {
    let balloon = ctx.layout().compound(ctx.get(Local::NewPage)).balloon();
    !ctx.load(balloon)
}

fn is_not_movable(ctx: &mut Ctx) -> bool {
    let movable = ctx.layout().compound(ctx.get(Local::NewPage)).movable();
    !ctx.load(movable)
}

/// Ghost: the page is a driver's.
fn report(ctx: &mut Ctx) {
    ctx.find(event::FOREIGN_PAGE_ON_LRU);
}
