//! `mm/slub.c`: pages that are neither free nor anybody's memory.
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Local, Op, Returns, Routine};
use crate::mm::Pfn;
use crate::routines::at_hand::{nothing_given, returned_zero, take_page_given};
use crate::routines::page_alloc::RMQUEUE;
use crate::routines::swap::{PUT_PAGE, take_over};

/// `allocate_slab`, of one page.
pub const ALLOCATE_SLAB: Function = Function("allocate_slab");
/// `discard_slab`
pub const DISCARD_SLAB: Function = Function("discard_slab");

/// The flag is written once the page is there, with nobody kept from looking at it.
pub static ALLOCATE_SLAB_V5_8: Routine = Routine {
    function: ALLOCATE_SLAB,
    source: "mm/slub.c, v3.16 to v6.12",
    omits: "the objects, orders above 0",
    params: &[],
    locals: &[Local::Page, Local::Order, Local::Wanted, Local::Ret],
    returns: Returns::Page,
    body: &[
        line("alloc", "page = alloc_slab_page(flags, order)", Op::Call(RMQUEUE, &[])),
        line("none", "if (!page)", Op::If(returned_zero, "out")),
        line("page", "page", Op::Let(take_page)),
        line("slab", "__SetPageSlab(page)", Op::Do(|ctx| set_slab(ctx, true))),
        line("ours", "the page is the cache's", Op::Let(give_to_cache)),
        line("out", "return page", Op::Return(|look| look.get(Local::Ret))),
    ],
};

/// The flag goes before the page does.
pub static DISCARD_SLAB_V5_8: Routine = Routine {
    function: DISCARD_SLAB,
    source: "mm/slub.c (__free_slab), v3.16 to v6.12",
    omits: "the objects, orders above 0",
    params: &[Local::Given],
    locals: &[Local::Page],
    returns: Returns::Nothing,
    body: &[
        line("none", "if (!page)", Op::If(nothing_given, "out")),
        line("page", "page", Op::Let(take_given)),
        line("slab", "__ClearPageSlab(page)", Op::Do(|ctx| set_slab(ctx, false))),
        line("free", "__free_pages(page, order)", Op::Call(PUT_PAGE, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// All of these.
pub(super) static ROUTINES: [&Routine; 2] = [&ALLOCATE_SLAB_V5_8, &DISCARD_SLAB_V5_8];

fn take_page(ctx: &mut Ctx) {
    let page: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::Page, ctx.must(page));
}

fn set_slab(ctx: &mut Ctx, value: bool) {
    let slab = ctx.layout().compound(ctx.get(Local::Page)).slab();
    ctx.store(slab, value);
}

fn give_to_cache(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    let owned = ctx.layout().page(page).owned();
    ctx.store(owned, 1);
    ctx.let_go(page, 1);
}

fn take_given(ctx: &mut Ctx) {
    take_page_given(ctx);
    take_over(ctx, ctx.get(Local::Page));
}
