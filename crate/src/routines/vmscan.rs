//! `mm/vmscan.c`: taking a page off its LRU list and putting it back.
use super::at_hand::{folio, get_page, join_lru};
use super::swap;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Local, Op, Returns, Routine};
use crate::mm::{OwnList, OwnListKind};

/// `isolate_lru_page`; the page goes on the lane's list of pages to migrate.
pub const ISOLATE_LRU_PAGE: Function = Function("isolate_lru_page");
/// `putback_lru_page`, of a page on the lane's list.
pub const PUTBACK_LRU_PAGE: Function = Function("putback_lru_page");

/// Who clears `PG_lru` owns the page's place on the list; the second to try fails.
pub static ISOLATE_LRU_PAGE_V5_17: Routine = Routine {
    function: ISOLATE_LRU_PAGE,
    source: "mm/vmscan.c, v5.11 to v5.19",
    omits: "the list itself and lruvec->lru_lock",
    params: &[Local::Page],
    locals: &[],
    returns: Returns::Errno,
    body: &[
        line("clear", "if (!TestClearPageLRU(page))", Op::Branch(test_and_clear_lru_fails, "busy")),
        line("get", "get_page(page)", Op::Do(get_page)),
        line("list", "list_add_tail(&page->lru, &movable_page_list)", Op::Let(join_list)),
        line("done", "return 0", Op::Return(|_| 0)),
        line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
    ],
};

/// The page goes back to the LRU before the reference of the isolation is dropped.
pub static PUTBACK_LRU_PAGE_V5_17: Routine = Routine {
    function: PUTBACK_LRU_PAGE,
    source: "mm/vmscan.c, v5.17",
    omits: "LRU pagevecs: the page is on the list at once",
    params: &[Local::Page],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("list", "list_del(&page->lru)", Op::Let(leave_list)),
        line("lru", "lru_cache_add(page)", Op::Do(join_lru)),
        line("put", "put_page(page)", Op::Call(swap::PUT_PAGE, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// `TestClearPageLRU`, inverted: whether somebody else was first.
pub fn test_and_clear_lru_fails(ctx: &mut Ctx) -> bool {
    let lru = folio(ctx).lru();
    !ctx.update(lru, |_| false)
}

/// The page joins the lane's list of pages to migrate.
pub fn join_list(ctx: &mut Ctx) {
    let list = folio(ctx).isolated_by();
    let owner = OwnList { cpu: ctx.cpu(), kind: OwnListKind::Migratepages };
    ctx.store(list, Some(owner));
}

/// The page leaves the list.
pub fn leave_list(ctx: &mut Ctx) {
    let list = ctx.page(Local::Page).isolated_by();
    ctx.store(list, None);
}
