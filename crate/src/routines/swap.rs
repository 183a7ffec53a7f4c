//! `mm/swap.c`: dropping references.
use super::page_alloc::FREE_UNREF_PAGE;
use super::page_alloc::free::FREE_PAGES_OK;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Place};
use crate::properties::event;

/// `put_page`, of a reference that the lane holds for the length of its work.
pub const PUT_PAGE: Function = Function("put_page");
/// `__put_page`, behind the last reference.
pub const PUT_LAST: Function = Function("__put_page");

/// The drop is one atomic operation; whoever takes the count to zero frees the page.
pub static PUT_PAGE_V5_17: Routine = Routine {
    function: PUT_PAGE,
    source: "include/linux/mm.h, v3.16 to v6.12",
    omits: "device pages",
    params: &[Local::Page],
    locals: &[Local::Ret],
    returns: Returns::Nothing,
    body: &[
        PUT,
        line("kept", "if (it is not zero)", Op::If(has_references, "out")),
        line("last", "__put_page(page)", Op::Call(PUT_LAST, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// A count that is zero already is a `BUG` of `CONFIG_DEBUG_VM`.
pub(in crate::routines) const PUT: Line =
    line("put", "put_page_testzero(page)", Op::BugOn(put_of_nothing));

/// Nobody has a reference any more. A compound page is freed as a whole.
pub static PUT_LAST_V5_17: Routine = Routine {
    function: PUT_LAST,
    source: "mm/swap.c, v3.16 to v6.12",
    omits: "device pages",
    params: &[Local::Page],
    locals: &[Local::Order],
    returns: Returns::Nothing,
    body: &[
        line("release", "__page_cache_release(page)", Op::Do(leave_the_lru)),
        line("compound", "if (PageCompound(page))", Op::If(is_compound, "whole")),
        line("free", "free_unref_page(page, 0)", Op::Call(FREE_UNREF_PAGE, &[])),
        line("out", "return", Op::Return(|_| 0)),
        line("whole", "__free_pages_ok(page, compound_order)", Op::Call(FREE_PAGES_OK, &[])),
        line("done", "return", Op::Return(|_| 0)),
    ],
};

/// The drop is one atomic operation; `ret` is whether the count came to zero.
fn put_of_nothing(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let refcount = ctx.layout().page(pfn).refcount();
    if ctx.peek(refcount) == 0 {
        ctx.load(refcount);
        ctx.find(event::DOUBLE_FREE);
        return true;
    }
    let zero = drop_references(ctx, pfn, 1);
    ctx.set(Local::Ret, zero);
    false
}

pub(in crate::routines) fn has_references(look: &Look) -> bool {
    !look.get::<bool>(Local::Ret)
}

/// Ghost: the reference of an owner outside the lanes is this lane's from here on. There may be
/// none: the timeline frees what nobody has.
pub(super) fn take_over(ctx: &mut Ctx, pfn: Pfn) {
    let owned = ctx.layout().page(pfn).owned();
    let refs: u16 = ctx.peek(owned);
    if refs > 0 {
        ctx.store(owned, refs - 1);
        ctx.hold(pfn, 1);
    }
}

/// Drops references that the lane holds; a page whose count comes to zero is in flight to the
/// allocator from that moment. Whether it did.
pub fn drop_references(ctx: &mut Ctx, pfn: Pfn, refs: u16) -> bool {
    let zero = ctx.put_page(pfn, refs);
    if zero {
        let place = ctx.layout().page(pfn).place();
        ctx.store(place, Place::InFlight);
    }
    zero
}

/// The page is the lane's alone by now.
fn leave_the_lru(ctx: &mut Ctx) {
    let page = ctx.page(Local::Page);
    ctx.store(page.lru(), false);
    let order = ctx.load(page.compound()).saturating_sub(1);
    ctx.set(Local::Order, order);
}

fn is_compound(look: &Look) -> bool {
    look.get::<u16>(Local::Order) > 0
}
