//! `mm/swap.c` and `include/linux/mm.h`: dropping references of pages that may be compound.
use crate::machine::routine::line;
use crate::machine::{Ctx, Local, Look, Op, Returns, Routine};
use crate::mm::{GARBAGE, Pfn};
use crate::routines::page_alloc::FREE_UNREF_PAGE;
use crate::routines::page_alloc::free::FREE_PAGES_OK;
use crate::routines::swap::{PUT, PUT_LAST, PUT_PAGE, has_references};

/// The reference is the head's, whichever page it was taken by.
pub static PUT_PAGE_V5_7: Routine = Routine {
    function: PUT_PAGE,
    source: "include/linux/mm.h, v5.7 to v6.12",
    omits: "device pages",
    params: &[Local::Page],
    locals: &[Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("head", "page = compound_head(page)", Op::Do(to_head)),
        PUT,
        line("kept", "if (it is not zero)", Op::If(has_references, "out")),
        line("last", "__put_page(page)", Op::Call(PUT_LAST, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// Nobody has a reference any more, but whoever looks without one still finds a compound page,
/// until it is taken apart: the tails one by one, then the head.
pub static PUT_LAST_V5_7: Routine = Routine {
    function: PUT_LAST,
    source: "mm/swap.c, mm/page_alloc.c (free_pages_prepare), v5.7 to v6.1",
    omits: "device pages, the deferred split queue, memory cgroups",
    params: &[Local::Page],
    locals: &[Local::Order, Local::Tail],
    returns: Returns::Nothing,
    body: &[
        line("lru", "if (PageLRU(page)) del_page_from_lru_list", Op::Do(leave_the_lru)),
        line("compound", "if (PageCompound(page))", Op::Branch(is_head, "order")),
        line("free", "free_unref_page(page, 0)", Op::Call(FREE_UNREF_PAGE, &[])),
        line("out", "return", Op::Return(|_| 0)),
        line("order", "order = compound_order(page)", Op::Do(read_order)),
        line("double", "ClearPageDoubleMap(page)", Op::Do(clear_double_map)),
        line("tail", "for (i = 1; i < (1 << order); i++)", Op::If(no_tail_left, "whole")),
        line("clear", "clear_compound_head(page + i)", Op::Do(clear_compound_head)),
        line("next", "  (the next)", Op::Goto("tail")),
        line("whole", "__free_pages_ok(page, order)", Op::Call(FREE_PAGES_OK, &[])),
        line("done", "return", Op::Return(|_| 0)),
    ],
};

/// `compound_head`: one word that is read at once.
pub(super) fn to_head(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    let head = ctx.load(ctx.layout().compound(page).compound_head());
    ctx.set(Local::Page, head.unwrap_or(page));
}

/// The mark of movable pages goes with the mapping, which `free_pages_prepare` clears.
fn leave_the_lru(ctx: &mut Ctx) {
    let lru = ctx.page(Local::Page).lru();
    if ctx.load(lru) {
        ctx.update(lru, |_| false);
    }
    let movable = ctx.layout().compound(ctx.get(Local::Page)).movable();
    if ctx.peek(movable) {
        ctx.store(movable, false);
    }
}

fn is_head(ctx: &mut Ctx) -> bool {
    let head = ctx.layout().compound(ctx.get(Local::Page)).head();
    ctx.load(head)
}

/// The first tail is looked at next. An order that was not written yet, because somebody drops
/// what is not theirs, is none.
fn read_order(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::Page);
    let second = ctx.second_page(head);
    let order = ctx.load(second.order());
    ctx.set(Local::Order, if order == GARBAGE { 0 } else { order });
    ctx.set(Local::Tail, Pfn(head.0 + 1));
}

/// The words of the second page are those of a page by itself from here on.
fn clear_double_map(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::Page);
    let second = ctx.second_page(head);
    ctx.update(second.double_map(), |_| false);
}

fn no_tail_left(look: &Look) -> bool {
    let (head, tail): (Pfn, Pfn) = (look.get(Local::Page), look.get(Local::Tail));
    tail.0 >= head.0.wrapping_add(1u16.wrapping_shl(look.get::<u16>(Local::Order).into()))
}

/// `mapping` goes with it, and what the second page held of the whole.
fn clear_compound_head(ctx: &mut Ctx) {
    let tail: Pfn = ctx.get(Local::Tail);
    let compound = ctx.layout().compound(tail);
    ctx.store(compound.compound_head(), None);
    for word in [compound.order(), compound.dtor(), compound.entire_mapcount()] {
        ctx.store(word, GARBAGE);
    }
    for word in [compound.large_mapcount(), compound.pincount()] {
        ctx.store(word, GARBAGE);
    }
    ctx.set(Local::Tail, Pfn(tail.0 + 1));
}
