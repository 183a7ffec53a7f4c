//! `mm/hugetlb.c`: a gigantic page is made of a range of pages that have a reference each.
//!
//! The tails must end up with none. Whoever works without locks may have taken a reference of what
//! is going to be a tail: of a page that was something else when it looked.
use super::page_alloc::{EACH, HEAD, LOOP, MAPCOUNT, ORDER, PINCOUNT, REST, TAIL, clear_count};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{GARBAGE, Pfn, Place, dtor};
use crate::properties::event;
use crate::routines::alloc_contig::{ALLOC_CONTIG_RANGE, FREE_CONTIG_RANGE};
use crate::routines::at_hand::{returned_nonzero, returned_zero, want_movable};
use crate::routines::compound::counts::second;
use crate::routines::kernels::Chosen;

/// `alloc_fresh_huge_page`, of a gigantic page.
pub const ALLOC_FRESH_HUGE_PAGE: Function = Function("alloc_fresh_huge_page");
/// `prep_compound_gigantic_page`: whether the pages could be made one.
pub const PREP_COMPOUND_GIGANTIC_PAGE: Function = Function("prep_compound_gigantic_page");

const fn prep(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: PREP_COMPOUND_GIGANTIC_PAGE,
        source,
        omits: "PG_reserved; set_page_count(p, 0) behind page_ref_freeze, which left it at that; \
                v5.14 waits for a grace period and tries once more before it fails",
        params: &[Local::Page, Local::Order],
        locals: &[Local::Tail, Local::Last],
        returns: Returns::Bool,
        body,
    }
}

const COUNT: Line = line("count", "set_page_count(p, 0)", Op::Do(forget_count));
const FROZEN: Line = line("freeze", "if (!page_ref_freeze(p, 1))", Op::Branch(is_inflated, "undo"));
const TRUE: Line = line("true", "return true", Op::Return(|_| 1));
const WHOLE: &[Line] = &[REST, MAPCOUNT, PINCOUNT];
const UNDO: &[Line] = &[
    line("undo", "for (j = 1; j < i; j++)", Op::Let(to_first_tail)),
    line("undone", "  (no tail is left)", Op::If(all_undone, "order0")),
    line("untail", "clear_compound_head(p)", Op::Do(clear_compound_head)),
    line("recount", "set_page_refcounted(p)", Op::Do(count_again)),
    line("undonext", "  (the next)", Op::Goto("undone")),
    line("order0", "set_compound_order(page, 0)", Op::Do(clear_order)),
    line("unhead", "__ClearPageHead(page)", Op::Do(clear_head)),
    line("false", "return false", Op::Return(|_| 0)),
];

/// The count of a tail is written over, whatever it is.
static PREP_V3_16: Routine = prep(
    "mm/hugetlb.c, v3.16 to v5.13",
    joined!(&[ORDER, HEAD, EACH, COUNT, TAIL, LOOP], WHOLE, &[TRUE]),
);
/// It is taken away only if it is the one that the allocation made (7118fc2906e2).
static PREP_V5_14: Routine = prep(
    "mm/hugetlb.c, v5.14 to v6.11",
    joined!(&[ORDER, HEAD, EACH, FROZEN, TAIL, LOOP], WHOLE, &[TRUE], UNDO),
);

const fn alloc_fresh(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ALLOC_FRESH_HUGE_PAGE,
        source,
        omits: "looking for a range (alloc_contig_pages) and the CMA area of hugetlb: the range is \
                given; the pool of hugetlb and its destructor, memory cgroups",
        params: &[Local::Start, Local::End],
        locals: &[Local::Wanted, Local::Page, Local::Order, Local::Count, Local::Tries, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const GFP: Line = line("gfp", "gfp_mask = htlb_alloc_mask(h)", Op::Let(want_movable));
const RANGE: Line =
    line("contig", "alloc_gigantic_page(h, gfp_mask, ..)", Op::Call(ALLOC_CONTIG_RANGE, &[]));
const NONE: Line = line("none", "if (!page)", Op::If(returned_nonzero, "null"));
const TAKE: Line = line("page", "page = pfn_to_page(start_pfn)", Op::Let(take_first));
const PREP: Line = line(
    "prep",
    "prep_compound_gigantic_page(page, order)",
    Op::Call(PREP_COMPOUND_GIGANTIC_PAGE, &[]),
);
const NEW: Line = line("new", "prep_new_huge_page(h, page, nid)", Op::Do(become_hugetlb));
const OUT: Line = line("out", "return page", Op::Return(|look| look.get::<u16>(Local::Page) + 1));
const NULL: Line = line("null", "return NULL", Op::Return(|_| 0));

/// It cannot fail behind the allocation.
static ALLOC_FRESH_V3_16: Routine =
    alloc_fresh("mm/hugetlb.c, v3.16 to v5.13", &[GFP, RANGE, NONE, TAKE, PREP, NEW, OUT, NULL]);
/// Pages that somebody has go back, and it tries once more.
static ALLOC_FRESH_V5_14: Routine = alloc_fresh(
    "mm/hugetlb.c, v5.14 to v6.11",
    &[
        GFP,
        RANGE,
        NONE,
        TAKE,
        PREP,
        line("bad", "if (!prep_compound_gigantic_page(..))", Op::If(returned_zero, "free")),
        NEW,
        OUT,
        line("free", "free_gigantic_page(page, order)", Op::Call(FREE_CONTIG_RANGE, &[])),
        line("retry", "if (!retry) { retry = true; goto retry }", Op::If(has_not_retried, "once")),
        NULL,
        line("once", "  (once)", Op::Let(count_try)),
        line("again", "goto retry", Op::Goto("gfp")),
    ],
);

/// The forms of a kernel.
pub(super) fn routines(chosen: &Chosen) -> [&'static Routine; 2] {
    match chosen.get("gigantic_page_init") {
        "freeze" => [&PREP_V5_14, &ALLOC_FRESH_V5_14],
        _ => [&PREP_V3_16, &ALLOC_FRESH_V3_16],
    }
}

fn take_first(ctx: &mut Ctx) {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    ctx.set(Local::Page, start);
    ctx.set(Local::Count, end.0 - start.0);
    ctx.set(Local::Order, (end.0 - start.0).ilog2() as u16);
}

/// Ghost: the allocation's reference of the tail is nobody's from here on.
fn disown(ctx: &mut Ctx, refs: u16) {
    let owned = ctx.layout().page(ctx.get(Local::Tail)).owned();
    let (memory, _) = ctx.ghosts();
    memory.store(owned, refs);
}

/// A plain store: who has taken a reference meanwhile has none.
fn forget_count(ctx: &mut Ctx) {
    let refcount = ctx.layout().page(ctx.get(Local::Tail)).refcount();
    if ctx.peek(refcount) != 1 {
        ctx.find(event::REFERENCE_ERASED);
    }
    clear_count(ctx);
    disown(ctx, 0);
}

/// `page_ref_freeze(p, 1)`, inverted.
fn is_inflated(ctx: &mut Ctx) -> bool {
    let refcount = ctx.layout().page(ctx.get(Local::Tail)).refcount();
    let before = ctx.update(refcount, |count: u16| if count == 1 { 0 } else { count });
    if before == 1 {
        disown(ctx, 0);
    }
    before != 1
}

/// The tail that would not freeze stays as it is, and those behind it.
fn to_first_tail(ctx: &mut Ctx) {
    let (page, tail): (Pfn, Pfn) = (ctx.get(Local::Page), ctx.get(Local::Tail));
    ctx.set(Local::Last, tail);
    ctx.set(Local::Tail, Pfn(page.0 + 1));
}

fn all_undone(look: &Look) -> bool {
    look.get::<Pfn>(Local::Tail) >= look.get(Local::Last)
}

fn clear_compound_head(ctx: &mut Ctx) {
    let head = ctx.layout().compound(ctx.get(Local::Tail)).compound_head();
    ctx.store(head, None);
}

fn count_again(ctx: &mut Ctx) {
    let tail: Pfn = ctx.get(Local::Tail);
    ctx.store(ctx.layout().page(tail).refcount(), 1);
    disown(ctx, 1);
    ctx.set(Local::Tail, Pfn(tail.0 + 1));
}

/// The word is that of a page by itself again.
fn clear_order(ctx: &mut Ctx) {
    ctx.store(second(ctx).order(), GARBAGE);
}

fn clear_head(ctx: &mut Ctx) {
    let head = ctx.layout().compound(ctx.get(Local::Page)).head();
    ctx.store(head, false);
}

/// `HUGETLB_PAGE_DTOR`. Ghost: it is one block, whose only reference is its owner's.
fn become_hugetlb(ctx: &mut Ctx) {
    ctx.store(second(ctx).dtor(), dtor::HUGETLB);
    let (page, order): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Order));
    let (memory, layout) = ctx.ghosts();
    if memory.peek(layout.page(page).place()) != Place::Contig {
        return;
    }
    memory.store(layout.page(page).order(), order);
    for pfn in (page.0..page.0 + (1 << order)).map(Pfn) {
        memory.store(layout.page(pfn).place(), Place::Allocated);
    }
}

fn has_not_retried(look: &Look) -> bool {
    look.get::<u16>(Local::Tries) == 0
}

fn count_try(ctx: &mut Ctx) {
    ctx.set(Local::Tries, 1u16);
}
