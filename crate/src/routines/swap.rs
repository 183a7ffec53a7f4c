//! `mm/swap.c`: dropping references.
use super::page_alloc;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Local, Op, Returns, Routine};
use crate::mm::{Pfn, Place};

/// `put_page`, of a reference that the lane holds for the length of its work.
pub const PUT_PAGE: Function = Function("put_page");
/// `__put_page`, behind the last reference.
pub const PUT_LAST: Function = Function("__put_page");

/// The drop is one atomic operation; whoever takes the count to zero frees the page.
pub static PUT_PAGE_V5_17: Routine = Routine {
    function: PUT_PAGE,
    source: "include/linux/mm.h and mm/swap.c, v5.17",
    omits: "device pages, compound pages",
    params: &[Local::Page],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("put", "if (!put_page_testzero(page))", Op::Branch(keeps_references, "out")),
        line("last", "__put_page(page)", Op::Call(PUT_LAST, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// Nobody has a reference any more.
pub static PUT_LAST_V5_17: Routine = Routine {
    function: PUT_LAST,
    source: "mm/swap.c, v5.17",
    omits: "device pages, compound pages",
    params: &[Local::Page],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("release", "__page_cache_release(page)", Op::Do(leave_the_lru)),
        line("free", "free_unref_page(page, 0)", Op::Call(page_alloc::FREE_UNREF_PAGE, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

fn keeps_references(ctx: &mut Ctx) -> bool {
    let pfn = ctx.get(Local::Page);
    !drop_references(ctx, pfn, 1)
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

fn leave_the_lru(ctx: &mut Ctx) {
    let lru = ctx.page(Local::Page).lru();
    ctx.store(lru, false);
}
