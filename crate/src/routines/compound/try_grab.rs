//! `mm/gup.c`: the references that a walk without locks takes of a page that may be one of a
//! compound page, and gives back: those of the head.
use super::counts::{count_pin, counts_pins};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::Pfn;
use crate::properties::event;
use crate::routines::entry::foll;
use crate::routines::gup::{got_page, is_get, is_not_longterm};
use crate::routines::gup_put::{
    self as plain, GUP_PUT_FOLIO, PUT_COMPOUND_HEAD, UNPIN_USER_PAGE, UNPIN_USER_PAGES, refs_of,
};
use crate::routines::kernels::Chosen;
use crate::routines::mm_h::IS_PINNABLE_PAGE;
use crate::routines::swap::{PUT_LAST, PUT_PAGE};
use crate::routines::try_grab::{CHECK, NO_GRAB, PINNABLE, TRY_GRAB_COMPOUND_HEAD, TRY_GRAB_FOLIO};

/// What a walk took its reference of.
pub(super) const TAKE_FOLIO: Line = line("folio", "head, of which it is", Op::Let(take_folio));
pub(super) const UNDO_HEAD: Line = line(
    "undo",
    "put_compound_head(head, 1, flags)",
    Op::Call(PUT_COMPOUND_HEAD, &[(Local::Page, Local::Folio)]),
);
pub(super) const UNDO_FOLIO: Line = line(
    "undo",
    "gup_put_folio(folio, 1, flags)",
    Op::Call(GUP_PUT_FOLIO, &[(Local::Page, Local::Folio)]),
);

const fn try_grab(function: Function, source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function,
        source,
        omits: "device pages; of an order-1 page pins are counted by the bias in every version",
        params: &[Local::Page, Local::Flags],
        locals: &[Local::Folio, Local::Refs, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const LONG: Line = line("long", "if (!(flags & FOLL_LONGTERM))", Op::If(is_not_longterm, "head"));
const HEAD: Line = line("head", "head = compound_head(page)", Op::Do(read_head));
const ADD_ONE: Line =
    line("ref", "if (!page_cache_add_speculative(head, 1))", Op::Branch(no_reference, "none"));
const IS_GET: Line = line("get", "if (flags & FOLL_GET)", Op::If(is_get, "out"));
const COUNTED: Line =
    line("large", "if (!hpage_pincount_available(head))", Op::Branch(is_small, "bias"));
const PIN: Line = line("pin", "hpage_pincount_add(head, 1)", Op::Do(add_pin));
const PINNED: Line = line("pinned", "return head", Op::Goto("out"));
const BIAS: Line = line("bias", "page_ref_add(head, GUP_PIN_COUNTING_BIAS - 1)", Op::Do(add_bias));
const OUT: Line = line("out", "return head", Op::Return(folio_word));

/// How much a pin takes is looked up before there is a reference, and so is the head.
static TRY_GRAB_COMPOUND_HEAD_V5_8: Routine = try_grab(
    TRY_GRAB_COMPOUND_HEAD,
    "mm/gup.c, v5.7 to v5.13",
    &[
        line("long", "if (!(flags & FOLL_LONGTERM))", Op::If(is_not_longterm, "refs")),
        CHECK,
        PINNABLE,
        line("refs", "refs = FOLL_GET or large ? 1 : BIAS", Op::Do(look_up_refs)),
        HEAD,
        line(
            "ref",
            "if (!page_cache_add_speculative(head, refs))",
            Op::Branch(no_references, "none"),
        ),
        IS_GET,
        line("large", "if (!hpage_pincount_available(head))", Op::Branch(is_small, "out")),
        PIN,
        OUT,
        NO_GRAB,
    ],
);

const AGAIN: Line =
    line("again", "if (compound_head(page) != head)", Op::Branch(has_another_head, "split"));
const PUT_SPLIT: Line =
    line("split", "put_page_refs(head, 1)", Op::Call(PUT_PAGE, &[(Local::Page, Local::Folio)]));
const TAKE: &[Line] = &[HEAD, ADD_ONE, AGAIN, IS_GET, COUNTED, PIN, PINNED, BIAS, OUT];

/// Whether the page is of that head is asked again with the reference (c24d37322548).
static TRY_GRAB_COMPOUND_HEAD_V5_14: Routine = try_grab(
    TRY_GRAB_COMPOUND_HEAD,
    "mm/gup.c, v5.14 to v5.17",
    joined!(
        &[LONG, CHECK, PINNABLE],
        TAKE,
        &[PUT_SPLIT, line("null", "return NULL", Op::Return(|_| 0)), NO_GRAB]
    ),
);
/// The same without that question.
static TRY_GRAB_COMPOUND_HEAD_V5_14_ONCE: Routine = try_grab(
    TRY_GRAB_COMPOUND_HEAD,
    "mm/gup.c, v5.14 without c24d37322548",
    joined!(&[LONG, CHECK, PINNABLE], TAKE_ONCE, &[NO_GRAB]),
);
const TAKE_ONCE: &[Line] = &[HEAD, ADD_ONE, IS_GET, COUNTED, PIN, PINNED, BIAS, OUT];
const RETRY: Line = line("retry", "goto retry", Op::Goto("head"));

/// A folio that has been split is looked up anew.
static TRY_GRAB_FOLIO_V5_18: Routine = try_grab(
    TRY_GRAB_FOLIO,
    "mm/gup.c, v5.18 to v6.4",
    joined!(&[LONG, CHECK, PINNABLE], TAKE, &[PUT_SPLIT, RETRY, NO_GRAB]),
);
/// The same without the question that finds it out.
static TRY_GRAB_FOLIO_V5_18_ONCE: Routine = try_grab(
    TRY_GRAB_FOLIO,
    "mm/gup.c, v5.18 without c24d37322548",
    joined!(&[LONG, CHECK, PINNABLE], TAKE_ONCE, &[NO_GRAB]),
);

const LATE: &[Line] = &[
    IS_GET,
    line("long", "if (!(flags & FOLL_LONGTERM))", Op::If(is_not_longterm, "large")),
    line("check", "ok = folio_is_longterm_pinnable(folio)", Op::Call(IS_PINNABLE_PAGE, &[])),
    line("pinnable", "if (ok)", Op::If(got_page, "large")),
    line("put", "folio_put_refs(folio, 1)", Op::Call(PUT_PAGE, &[(Local::Page, Local::Folio)])),
    line("refused", "return NULL", Op::Return(|_| 0)),
    COUNTED,
    PIN,
    PINNED,
    BIAS,
    OUT,
];

/// Whether it may be pinned is asked behind the reference.
static TRY_GRAB_FOLIO_V6_5: Routine = try_grab(
    TRY_GRAB_FOLIO,
    "mm/gup.c, v6.5 and later",
    joined!(&[HEAD, ADD_ONE, AGAIN], LATE, &[PUT_SPLIT, RETRY, NO_GRAB]),
);
/// The same without the look at the head.
static TRY_GRAB_FOLIO_V6_5_ONCE: Routine = try_grab(
    TRY_GRAB_FOLIO,
    "mm/gup.c, v6.5 without c24d37322548",
    joined!(&[HEAD, ADD_ONE], LATE, &[NO_GRAB]),
);

const TO_HEAD: Line = line("head", "page = compound_head(page)", Op::Do(super::swap::to_head));
const NO_PIN: Line = line("get", "if (flags & FOLL_GET)", Op::If(is_get, "put"));
const UNCOUNT: Line = line("pin", "hpage_pincount_sub(page, 1)", Op::Do(remove_pin));
const SUB: Line =
    line("sub", "page_ref_sub(page, GUP_PIN_COUNTING_BIAS - 1)", Op::Do(plain::drop_bias_less_one));

/// The count of pins first, and then the reference, in two operations where it is more than one.
static PUT_COMPOUND_HEAD_V5_8: Routine = plain::put(
    PUT_COMPOUND_HEAD,
    "mm/gup.c, v5.7 to v5.17",
    &[
        TO_HEAD,
        NO_PIN,
        line("large", "if (!hpage_pincount_available(page))", Op::Branch(page_is_small, "sub")),
        UNCOUNT,
        line("counted", "  (one reference)", Op::Goto("put")),
        SUB,
        plain::PUT,
        plain::OUT,
    ],
);

/// The count of pins first, and then all references in one operation.
const AT_ONCE: &[Line] = &[
    TO_HEAD,
    line("large", "if (!hpage_pincount_available(page))", Op::Branch(has_no_count, "sub")),
    UNCOUNT,
    line("sub", "if (!page_ref_sub_and_test(page, refs))", Op::Branch(plain::some_remain, "out")),
    line("release", "__put_page(page)", Op::Call(PUT_LAST, &[])),
    plain::OUT,
];
static GUP_PUT_FOLIO_V5_18: Routine =
    plain::put(GUP_PUT_FOLIO, "mm/gup.c, v5.18 and later", joined!(AT_ONCE, &[]));
static UNPIN_USER_PAGES_V5_8: Routine =
    plain::put(UNPIN_USER_PAGES, "mm/gup.c, v5.8 and v5.9", joined!(AT_ONCE, &[]));
static UNPIN_USER_PAGE_V5_8: Routine =
    plain::caller(UNPIN_USER_PAGE, "mm/gup.c, v5.8 and v5.9", joined!(&[plain::PAGE], AT_ONCE));

/// What a kernel takes references by, and drops pins by.
pub(super) fn routines(chosen: &Chosen) -> Vec<&'static Routine> {
    let again = chosen.is("head_recheck", "on");
    let value = chosen.get("gup");
    let pick =
        |with: &'static Routine, without: &'static Routine| if again { with } else { without };
    match value {
        "v5.8" | "v5.9" | "v5.11" | "v5.17" => {
            let early = value != "v5.17" && !again;
            let grab = if early {
                &TRY_GRAB_COMPOUND_HEAD_V5_8
            } else {
                pick(&TRY_GRAB_COMPOUND_HEAD_V5_14, &TRY_GRAB_COMPOUND_HEAD_V5_14_ONCE)
            };
            let mut routines = vec![grab, &PUT_COMPOUND_HEAD_V5_8];
            if ["v5.8", "v5.9"].contains(&value) {
                routines.extend([&UNPIN_USER_PAGES_V5_8, &UNPIN_USER_PAGE_V5_8]);
            }
            routines
        }
        "v6.6" | "v6.10" => {
            vec![pick(&TRY_GRAB_FOLIO_V6_5, &TRY_GRAB_FOLIO_V6_5_ONCE), &GUP_PUT_FOLIO_V5_18]
        }
        _ => vec![pick(&TRY_GRAB_FOLIO_V5_18, &TRY_GRAB_FOLIO_V5_18_ONCE), &GUP_PUT_FOLIO_V5_18],
    }
}

/// The walk goes on with what was returned.
fn take_folio(ctx: &mut Ctx) {
    let folio: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::Folio, ctx.must(folio));
}

fn folio_word(look: &Look) -> u16 {
    look.get::<Pfn>(Local::Folio).0 + 1
}

fn read_head(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    let head = ctx.load(ctx.layout().compound(page).compound_head());
    ctx.set(Local::Folio, head.unwrap_or(page));
}

/// The page that it is asked of has no reference yet.
fn look_up_refs(ctx: &mut Ctx) {
    let refs = refs_of(ctx, ctx.get(Local::Page), ctx.get(Local::Flags));
    ctx.set(Local::Refs, refs);
}

fn no_reference(ctx: &mut Ctx) -> bool {
    ctx.set(Local::Refs, 1u16);
    no_references(ctx)
}

/// `page_ref_add_unless(head, refs, 0)`, inverted.
fn no_references(ctx: &mut Ctx) -> bool {
    let (head, refs): (Pfn, u16) = (ctx.get(Local::Folio), ctx.get(Local::Refs));
    let refcount = ctx.layout().page(head).refcount();
    let before: u16 = ctx.update(refcount, |count| if count == 0 { 0 } else { count + refs });
    if before != 0 {
        ctx.hold(head, refs);
    }
    before == 0
}

/// Ghost: the walk may have to give up.
fn has_another_head(ctx: &mut Ctx) -> bool {
    let page: Pfn = ctx.get(Local::Page);
    let head = ctx.load(ctx.layout().compound(page).compound_head());
    let changed = head.unwrap_or(page) != ctx.get::<Pfn>(Local::Folio);
    if changed {
        ctx.find(event::FAST_FALLBACK);
    }
    changed
}

fn is_small(ctx: &mut Ctx) -> bool {
    !counts_pins(ctx, ctx.get(Local::Folio))
}

fn page_is_small(ctx: &mut Ctx) -> bool {
    !counts_pins(ctx, ctx.get(Local::Page))
}

fn has_no_count(ctx: &mut Ctx) -> bool {
    ctx.get::<u16>(Local::Flags) & foll::PIN == 0 || page_is_small(ctx)
}

fn add_pin(ctx: &mut Ctx) {
    count_pin(ctx, ctx.get(Local::Folio), 1);
}

fn remove_pin(ctx: &mut Ctx) {
    count_pin(ctx, ctx.get(Local::Page), -1);
}

fn add_bias(ctx: &mut Ctx) {
    let bias = ctx.geometry().pin_bias;
    ctx.get_page(ctx.get(Local::Folio), bias - 1);
}
