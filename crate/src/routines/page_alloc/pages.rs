//! The calls of owners: `__free_pages`, `get_page`, `put_page`.
use super::free::{FREE_PAGES_OK, FREE_UNREF_PAGE};
use super::{block_at_hand, is_in_a_block};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Place};
use crate::properties::event;
use crate::routines::at_hand::{nothing_given, take_page_given};
use crate::routines::swap::{PUT, PUT_PAGE, has_references, take_over};
use crate::routines::try_grab::no_reference;

/// `__free_pages`, of a block that its owner gives back.
pub const FREE_PAGES: Function = Function("__free_pages");
/// `put_page`, of an owner's reference.
pub const PUT_OWNED_PAGE: Function = Function("put_page (owner)");
/// `get_page_unless_zero`, of an owner's reference.
pub const GET_PAGE_UNLESS_ZERO: Function = Function("get_page_unless_zero");

const NO_PAGE: Line = line("none", "if (!page)", Op::If(nothing_given, "out"));
const OURS: Line = line("ours", "page", Op::Let(take_given));
const GONE: Line = line("gone", "the owner has let go", Op::Let(dissolve));
const KEPT: Line = line("kept", "if (it is not zero)", Op::If(has_references, "out"));
const SINGLE: Line = line("order", "if (order == 0)", Op::If(|look| order(look) == 0, "single"));
const OK: Line = line("ok", "__free_pages_ok(page, order)", Op::Call(FREE_PAGES_OK, &[]));
const OUT: Line = line("out", "return", Op::Return(|_| 0));
const FREE: Line = line("single", "free_unref_page(page)", Op::Call(FREE_UNREF_PAGE, &[]));
const DONE: Line = line("done", "return", Op::Return(|_| 0));
const HEAD: Line = line("head", "head = PageHead(page)", Op::Do(read_head));
const IS_HEAD: Line = line("ishead", "if (head)", Op::If(|look| look.get(Local::Head), "out"));
const SKIP: Line = line("skip", "if (put_page_testzero(page))", Op::If(was_last, "order"));
const SPLIT: Line = line("split", "while (order-- > 0)", Op::If(|look| order(look) == 0, "out"));
const UPPER: Line = line("upper", "page + (1 << order)", Op::Let(upper_half));
const UPPER_OK: Line = line(
    "tails",
    "free_the_page(page + (1 << order), order)",
    Op::Call(FREE_UPPER_HALF, &[(Local::Page, Local::Tail)]),
);
const SPLIT_LOOP: Line = line("again", "while (order-- > 0)", Op::Goto("split"));

/// `free_the_page`
const FREE_UPPER_HALF: Function = Function("free_the_page");

const fn free_pages(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FREE_PAGES,
        source,
        omits: "",
        params: &[Local::Given, Local::Order],
        locals: &[Local::Page, Local::Tail, Local::Head, Local::Ret],
        returns: Returns::Nothing,
        body,
    }
}

/// Only the last reference frees; who holds another one frees the first page alone, and the others
/// are lost if the block is not compound.
pub static FREE_PAGES_V3_16: Routine = free_pages(
    "mm/page_alloc.c, v3.16 to v5.9",
    &[NO_PAGE, OURS, PUT, GONE, KEPT, SINGLE, OK, OUT, FREE, DONE],
);
/// If somebody else holds the first page, the others are freed here (e320d3012d25). Whether it is
/// compound is read behind the put, when it may be somebody else's.
pub static FREE_PAGES_V5_10: Routine = free_pages(
    "mm/page_alloc.c, v5.10 to v6.1",
    &[
        NO_PAGE, OURS, PUT, GONE, SKIP, HEAD, IS_HEAD, SPLIT, UPPER, UPPER_OK, SPLIT_LOOP, SINGLE,
        OK, OUT, FREE, DONE,
    ],
);
/// Whether it is compound is read before the put (462a8e08e0e6).
pub static FREE_PAGES_V6_2: Routine = free_pages(
    "mm/page_alloc.c, v6.2 to v6.12",
    &[
        NO_PAGE, OURS, HEAD, PUT, GONE, SKIP, IS_HEAD, SPLIT, UPPER, UPPER_OK, SPLIT_LOOP, SINGLE,
        OK, OUT, FREE, DONE,
    ],
);

/// To the pcplist or to the buddy lists, by the order.
pub static FREE_THE_PAGE_V5_10: Routine = Routine {
    function: FREE_UPPER_HALF,
    source: "mm/page_alloc.c, v5.10 to v6.12",
    omits: "",
    params: &[Local::Page, Local::Order],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("check", "if (!free_pages_check(page)) BUG", Op::BugOn(is_not_its_own)),
        SINGLE,
        OK,
        OUT,
        FREE,
        DONE,
    ],
};

/// The owner's reference becomes the lane's, which drops it.
pub static PUT_OWNED_PAGE_V3_16: Routine = Routine {
    function: PUT_OWNED_PAGE,
    source: "include/linux/mm.h, v3.16 to v6.12",
    omits: "compound pages: the block of a head is freed by __free_pages only",
    params: &[Local::Given],
    locals: &[Local::Page],
    returns: Returns::Nothing,
    body: &[NO_PAGE, OURS, line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])), OUT],
};

/// The reference is the caller's until it puts the page. Here the page stands for `true`, so that
/// a timeline puts what it has got.
pub static GET_PAGE_UNLESS_ZERO_V3_16: Routine = Routine {
    function: GET_PAGE_UNLESS_ZERO,
    source: "include/linux/mm.h, v3.16 to v6.12",
    omits: "",
    params: &[Local::Given],
    locals: &[Local::Page],
    returns: Returns::Page,
    body: &[
        line("none", "if (!page)", Op::If(nothing_given, "false")),
        line("page", "page", Op::Let(take_page_given)),
        line("get", "if (!page_ref_add_unless(page, 1, 0))", Op::Branch(no_reference, "false")),
        line("ours", "the reference is the caller's", Op::Let(give)),
        line("true", "return true", Op::Return(|look| look.get(Local::Given))),
        line("false", "return false", Op::Return(|_| 0)),
    ],
};

fn order(look: &Look) -> u16 {
    look.get(Local::Order)
}

fn take_given(ctx: &mut Ctx) {
    take_page_given(ctx);
    take_over(ctx, ctx.get(Local::Page));
}

fn give(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let owned = ctx.layout().page(pfn).owned();
    ctx.update(owned, |refs| refs + 1);
    ctx.let_go(pfn, 1);
}

/// Ghost: a block that is not compound is one no more if somebody holds its first page alone.
fn dissolve(ctx: &mut Ctx) {
    let page = ctx.page(Local::Page);
    if !ctx.get::<bool>(Local::Ret) && ctx.peek(page.compound()) == 0 {
        ctx.store(page.order(), 0);
    }
}

/// The pages have no reference of their own. The kernel frees them all the same if they are
/// somebody else's by now; what follows would be undefined, so it ends here.
fn is_not_its_own(ctx: &mut Ctx) -> bool {
    let (pfn, order) = block_at_hand(ctx);
    let theirs = (pfn.0..pfn.0.wrapping_add(1 << order)).map(Pfn).any(|pfn| {
        ctx.peek(ctx.layout().page(pfn).place()) != Place::Allocated || is_in_a_block(ctx, pfn)
    });
    if theirs {
        ctx.find(event::DOUBLE_FREE);
    }
    theirs
}

fn was_last(look: &Look) -> bool {
    !has_references(look)
}

fn read_head(ctx: &mut Ctx) {
    let compound = ctx.page(Local::Page).compound();
    let head = ctx.load(compound) > 0;
    ctx.set(Local::Head, head);
}

fn upper_half(ctx: &mut Ctx) {
    let (page, order): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Order));
    let half = order.wrapping_sub(1);
    ctx.set(Local::Order, half);
    ctx.set(Local::Tail, Pfn(page.0.wrapping_add(1u16.wrapping_shl(half.into()))));
}
