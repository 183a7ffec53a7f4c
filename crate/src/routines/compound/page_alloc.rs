//! `mm/page_alloc.c`: how a block becomes a compound page.
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Compound, Pfn, dtor};
use crate::routines::at_hand::returned_zero;
use crate::routines::compound::counts::second;
use crate::routines::page_alloc::alloc::{ALLOC_PAGES, RMQUEUE};

/// `prep_compound_page`, of a block that has a reference already.
pub const PREP_COMPOUND_PAGE: Function = Function("prep_compound_page");

const fn prep_compound_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: PREP_COMPOUND_PAGE,
        source,
        omits: "page->mapping and page->private of tails",
        params: &[Local::Page, Local::Order],
        locals: &[Local::Tail],
        returns: Returns::Nothing,
        body,
    }
}

const DTOR: Line =
    line("dtor", "set_compound_page_dtor(page, COMPOUND_PAGE_DTOR)", Op::Do(set_dtor));
pub(super) const ORDER: Line = line("order", "set_compound_order(page, order)", Op::Do(set_order));
pub(super) const HEAD: Line = line("head", "__SetPageHead(page)", Op::Do(set_head));
pub(super) const EACH: Line =
    line("each", "for (i = 1; i < nr_pages; i++)", Op::If(no_tail_left, "rest"));
const COUNT: Line = line("count", "set_page_count(page + i, 0)", Op::Do(clear_count));
pub(super) const TAIL: Line =
    line("tail", "set_compound_head(page + i, page)", Op::Do(set_compound_head));
pub(super) const LOOP: Line = line("loop", "  (the next)", Op::Goto("each"));
pub(super) const REST: Line = line("rest", "  (all tails)", Op::Let(|_| ()));
pub(super) const MAPCOUNT: Line =
    line("map", "atomic_set(compound_mapcount_ptr(page), -1)", Op::Do(clear_mapcount));
pub(super) const PINCOUNT: Line =
    line("pin", "atomic_set(compound_pincount_ptr(page), 0)", Op::Do(clear_pincount));
const OUT: Line = line("out", "return", Op::Return(|_| 0));

const TAILS: &[Line] = &[EACH, TAIL, LOOP, REST];
const COUNTED_TAILS: &[Line] = &[EACH, COUNT, TAIL, LOOP, REST];

/// The block has a reference by now, so who comes without a lock can get one too. What the second
/// page says of the whole is there before it is a whole, but for the count of mappings.
pub static PREP_COMPOUND_PAGE_V5_8: Routine = prep_compound_page(
    "mm/page_alloc.c, v5.7 and v5.8",
    joined!(&[DTOR, ORDER, HEAD], COUNTED_TAILS, &[MAPCOUNT, PINCOUNT, OUT]),
);
/// The head is one before the second page says anything of the whole.
pub static PREP_COMPOUND_PAGE_V5_9: Routine = prep_compound_page(
    "mm/page_alloc.c, v5.9 to v5.13",
    joined!(&[HEAD], COUNTED_TAILS, &[DTOR, ORDER, MAPCOUNT, PINCOUNT, OUT]),
);
/// The count of a tail is left alone: it is zero (7118fc2906e2).
pub static PREP_COMPOUND_PAGE_V5_14: Routine = prep_compound_page(
    "mm/page_alloc.c, v5.14 to v6.12",
    joined!(&[HEAD], TAILS, &[DTOR, ORDER, MAPCOUNT, PINCOUNT, OUT]),
);

/// The block is the caller's own, as a whole if it asks for that.
pub static ALLOC_PAGES_V5_8: Routine = Routine {
    function: ALLOC_PAGES,
    source: "mm/page_alloc.c, v5.7 to v6.12",
    omits: "zonelists, the slow path: with no block of the order it returns NULL",
    params: &[Local::Order, Local::Wanted, Local::Flags],
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Page,
    body: &[
        line("alloc", "page = rmqueue(zone, order, mt)", Op::Call(RMQUEUE, &[])),
        line("none", "if (!page)", Op::If(returned_zero, "null")),
        TOOK,
        line("comp", "if (!order || !(gfp & __GFP_COMP))", Op::If(is_not_compound, "ours")),
        line("prep", "prep_compound_page(page, order)", Op::Call(PREP_COMPOUND_PAGE, &[])),
        line("ours", "the block is the caller's", Op::Let(give_to_caller)),
        line("out", "return page", Op::Return(|look| look.get::<Pfn>(Local::Page).0 + 1)),
        line("null", "return NULL", Op::Return(|_| 0)),
    ],
};

/// The page that was allocated.
pub(super) const TOOK: Line = line("took", "page", Op::Let(take_page));

fn take_page(ctx: &mut Ctx) {
    let page: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::Page, ctx.must(page));
}

fn is_not_compound(look: &Look) -> bool {
    look.get::<u16>(Local::Order) == 0 || look.get::<u16>(Local::Flags) == 0
}

/// Ghost: the reference is that of the caller, who is outside the scenario, from here on.
fn give_to_caller(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let owned = ctx.layout().page(pfn).owned();
    let (memory, _) = ctx.ghosts();
    memory.store(owned, 1);
    ctx.let_go(pfn, 1);
}

fn set_dtor(ctx: &mut Ctx) {
    ctx.store(second(ctx).dtor(), dtor::COMPOUND);
    start(ctx);
}

fn set_order(ctx: &mut Ctx) {
    let order: u16 = ctx.get(Local::Order);
    ctx.store(second(ctx).order(), order);
}

/// No atomic operation: nobody else is to change a flag of the page meanwhile.
fn set_head(ctx: &mut Ctx) {
    let head = ctx.layout().compound(ctx.get(Local::Page)).head();
    ctx.store(head, true);
    start(ctx);
}

/// The first tail comes first.
fn start(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    ctx.set(Local::Tail, Pfn(page.0 + 1));
}

fn no_tail_left(look: &Look) -> bool {
    let (page, tail): (Pfn, Pfn) = (look.get(Local::Page), look.get(Local::Tail));
    tail.0 >= page.0 + (1 << look.get::<u16>(Local::Order))
}

fn tail(ctx: &Ctx) -> Compound {
    ctx.layout().compound(ctx.get(Local::Tail))
}

pub(super) fn clear_count(ctx: &mut Ctx) {
    let refcount = ctx.layout().page(ctx.get(Local::Tail)).refcount();
    ctx.store(refcount, 0);
}

fn set_compound_head(ctx: &mut Ctx) {
    let (head, at): (Pfn, Pfn) = (ctx.get(Local::Page), ctx.get(Local::Tail));
    ctx.store(tail(ctx).compound_head(), Some(head));
    ctx.set(Local::Tail, Pfn(at.0 + 1));
}

/// And `_large_mapcount`, since v6.10.
fn clear_mapcount(ctx: &mut Ctx) {
    let second = second(ctx);
    ctx.store(second.entire_mapcount(), 0);
    let (memory, _) = ctx.ghosts();
    memory.store(second.large_mapcount(), 0);
}

fn clear_pincount(ctx: &mut Ctx) {
    ctx.store(second(ctx).pincount(), 0);
}
