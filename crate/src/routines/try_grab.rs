//! `mm/gup.c`: the references that a walk without locks takes of a page that it has found.
use super::gup::{got_no_page, got_page, is_get, is_not_longterm, page_word};
use super::gup_put::refs_of;
use super::mm_h::IS_PINNABLE_PAGE;
use super::swap::{PUT_LAST, drop_references};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::Pfn;
use crate::properties::event;

/// `try_grab_compound_head`, up to v5.17.
pub const TRY_GRAB_COMPOUND_HEAD: Function = Function("try_grab_compound_head");
/// `try_grab_folio`, since v5.18.
pub const TRY_GRAB_FOLIO: Function = Function("try_grab_folio");

const LONG: Line = line("long", "if (!(flags & FOLL_LONGTERM))", Op::If(is_not_longterm, "ref"));
pub(super) const CHECK: Line =
    line("check", "ok = is_pinnable_page(page)", Op::Call(IS_PINNABLE_PAGE, &[]));
pub(super) const PINNABLE: Line = line("pinnable", "if (!ok)", Op::If(got_no_page, "none"));
const ADD_ONE: Line =
    line("ref", "if (!page_ref_add_unless(page, 1, 0))", Op::Branch(no_reference, "none"));
const IS_GET: Line = line("get", "if (flags & FOLL_GET)", Op::If(is_get, "out"));
const ADD_BIAS: Line =
    line("bias", "page_ref_add(page, GUP_PIN_COUNTING_BIAS - 1)", Op::Do(add_bias));
const GRABBED_OUT: Line = line("out", "return page", Op::Return(page_word));
pub(super) const NO_GRAB: Line = line("none", "return NULL", Op::Return(|_| 0));
const TWO_ADDITIONS: &[Line] =
    &[LONG, CHECK, PINNABLE, ADD_ONE, IS_GET, ADD_BIAS, GRABBED_OUT, NO_GRAB];

pub(super) const fn try_grab(
    function: Function,
    source: &'static str,
    omits: &'static str,
    body: &'static [Line],
) -> Routine {
    Routine {
        function,
        source,
        omits,
        params: &[Local::Page, Local::Flags],
        locals: &[Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const HEADS: &str = "compound pages, hpage_pincount";

/// The check comes before the reference, which is one atomic addition.
pub static TRY_GRAB_COMPOUND_HEAD_V5_8: Routine = try_grab(
    TRY_GRAB_COMPOUND_HEAD,
    "mm/gup.c, v5.8 to v5.13",
    HEADS,
    &[
        LONG,
        CHECK,
        PINNABLE,
        line("ref", "if (!page_ref_add_unless(page, refs, 0))", Op::Branch(takes_none, "none")),
        GRABBED_OUT,
        NO_GRAB,
    ],
);

/// The check comes before the reference. The reference comes in two atomic additions: between
/// them the page is referenced and does not look pinned.
pub static TRY_GRAB_COMPOUND_HEAD_V5_14: Routine =
    try_grab(TRY_GRAB_COMPOUND_HEAD, "mm/gup.c, v5.14 to v5.17", HEADS, TWO_ADDITIONS);
/// The same steps under a new name.
pub static TRY_GRAB_FOLIO_V5_18: Routine =
    try_grab(TRY_GRAB_FOLIO, "mm/gup.c, v5.18 to v6.4", "large folios", TWO_ADDITIONS);

const TRY_GET: Line =
    line("ref", "folio = try_get_folio(page, 1)", Op::Branch(no_reference, "none"));
const SHORT: Line = line("long", "if (!(flags & FOLL_LONGTERM))", Op::If(is_not_longterm, "bias"));
const ALLOWED: Line = line("pinnable", "if (ok)", Op::If(got_page, "bias"));
const GIVE_BACK: Line =
    line("put", "if (!folio_ref_sub_and_test(folio, 1))", Op::Branch(others_remain, "none"));
const RELEASE: Line = line("release", "__put_page(page)", Op::Call(PUT_LAST, &[]));
const REFUSED: Line = line("refused", "return NULL", Op::Return(|_| 0));

/// The check comes behind the reference, and before the rest of the pin: of a page that may not be
/// pinned others see one reference for a moment. Whoever drops it last frees the page.
pub static TRY_GRAB_FOLIO_V6_5: Routine = try_grab(
    TRY_GRAB_FOLIO,
    "mm/gup.c, v6.5 and later",
    "large folios; the zero page, whose entry no walk without locks takes",
    &[
        TRY_GET,
        IS_GET,
        SHORT,
        CHECK,
        ALLOWED,
        GIVE_BACK,
        RELEASE,
        REFUSED,
        ADD_BIAS,
        GRABBED_OUT,
        NO_GRAB,
    ],
);

/// `page_ref_add_unless(page, 1, 0)`, inverted: whether the count was zero and stays so.
pub fn no_reference(ctx: &mut Ctx) -> bool {
    takes_nothing(ctx, 1)
}

fn takes_none(ctx: &mut Ctx) -> bool {
    let refs = refs_of(ctx, ctx.get(Local::Page), ctx.get(Local::Flags));
    takes_nothing(ctx, refs)
}

fn takes_nothing(ctx: &mut Ctx, refs: u16) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let refcount = ctx.layout().page(pfn).refcount();
    let before: u16 =
        ctx.update(refcount, |count| if count == 0 { 0 } else { count.wrapping_add(refs) });
    if before != 0 {
        ctx.hold(pfn, refs);
    }
    before == 0
}

fn add_bias(ctx: &mut Ctx) {
    let bias = ctx.geometry().pin_bias;
    ctx.get_page(ctx.get(Local::Page), bias - 1);
}

/// Ghost: the walk gives up.
fn others_remain(ctx: &mut Ctx) -> bool {
    ctx.find(event::FAST_FALLBACK);
    !drop_references(ctx, ctx.get(Local::Page), 1)
}
