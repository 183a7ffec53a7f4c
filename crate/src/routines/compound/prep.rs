//! `prep_compound_page` of `mm/page_alloc.c`: a block of pages becomes one compound page.
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, dtor};

/// `prep_compound_page`, of a block that the caller has allocated.
pub const PREP_COMPOUND_PAGE: Function = Function("prep_compound_page");

/// The head is one before its tails know it, and the words of the second page come last: who looks
/// without a reference finds what was there before.
pub static PREP_COMPOUND_PAGE_V5_17: Routine = Routine {
    function: PREP_COMPOUND_PAGE,
    source: "mm/page_alloc.c, v5.17 to v6.1",
    omits: "page->private; the deferred split list of prep_transhuge_page",
    params: &[Local::Page, Local::Order],
    locals: &[Local::Index],
    returns: Returns::Nothing,
    body: &[
        line("head", "__SetPageHead(page)", Op::Do(set_head)),
        line("first", "i = 1", Op::Let(|ctx| ctx.set(Local::Index, 1u16))),
        line("each", "for (i = 1; i < nr_pages; i++)", Op::If(no_tail_left, "second")),
        line("tail", "set_compound_head(page + i, page)", Op::Do(set_compound_head)),
        line("loop", "next page", Op::Goto("each")),
        line("second", "set_compound_order(page, order)", Op::Do(set_order)),
        line("dtor", "set_compound_page_dtor(page, ..)", Op::Do(set_dtor)),
        line("mapcount", "compound_mapcount = pincount = 0", Op::Do(clear_counts)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

fn set_head(ctx: &mut Ctx) {
    let head = ctx.layout().compound(ctx.get(Local::Page)).head();
    ctx.store(head, true);
}

fn no_tail_left(look: &Look) -> bool {
    look.get::<u16>(Local::Index) >= 1 << look.get::<u16>(Local::Order)
}

fn set_compound_head(ctx: &mut Ctx) {
    let (head, index): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Index));
    let tail = ctx.layout().compound(Pfn(head.0 + index));
    ctx.store(tail.compound_head(), Some(head));
    ctx.set(Local::Index, index + 1);
}

fn set_order(ctx: &mut Ctx) {
    let second = ctx.layout().second_page(ctx.get(Local::Page)).expect("a block has one");
    let order: u16 = ctx.get(Local::Order);
    ctx.store(second.order(), order);
}

fn set_dtor(ctx: &mut Ctx) {
    let second = ctx.layout().second_page(ctx.get(Local::Page)).expect("a block has one");
    let huge = ctx.get::<u16>(Local::Order) == u16::from(ctx.geometry().hpage_order);
    ctx.store(second.dtor(), if huge { dtor::TRANSHUGE } else { dtor::COMPOUND });
}

fn clear_counts(ctx: &mut Ctx) {
    let second = ctx.layout().second_page(ctx.get(Local::Page)).expect("a block has one");
    ctx.store(second.double_map(), false);
    for count in [second.entire_mapcount(), second.large_mapcount(), second.pincount()] {
        ctx.store(count, 0);
    }
}
