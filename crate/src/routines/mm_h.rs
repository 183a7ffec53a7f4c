//! `include/linux/mm.h`: may a page be pinned for long, and is it pinned already?
use super::at_hand::{head, is_zero_page};
use super::compound::counts::{counts_pins, second_page};
use super::entry::foll;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Cell, Migratetype, Pfn, Word};
use crate::properties::event;

/// `is_pinnable_page`; `is_longterm_pinnable_page` since v6.0.
pub const IS_PINNABLE_PAGE: Function = Function("is_pinnable_page");

/// A form of the check: with the zero page allowed, and with it refused.
pub type Form = [Routine; 2];

/// Reads of the pageblock's migratetype happen here without any lock, while
/// `set_migratetype_isolate` writes it under `zone->lock`.
const fn is_pinnable_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: IS_PINNABLE_PAGE,
        source,
        omits: "ZONE_MOVABLE (the one zone is ZONE_NORMAL), device and hugetlb pages",
        params: &[Local::Page],
        locals: &[Local::Mt],
        returns: Returns::Bool,
        body,
    }
}

const READ: Line = line("read", "mt = get_pageblock_migratetype(page)", Op::Do(read_migratetype));
const READ_ONCE: Line =
    line("read", "mt = READ_ONCE(bitmap word of page)", Op::Do(read_migratetype));
const READ_VOLATILE: Line =
    line("read", "volatile mt = get_pageblock_migratetype(page)", Op::Do(read_migratetype));
const READ_ONCE_LOCAL: Line =
    line("read", "mt = get_pageblock_..(page); READ_ONCE(mt)", Op::Do(read_migratetype));
const READ_TO_MASK: Line =
    line("read", "mt = get_pageblock_migratetype(page)", Op::Do(read_migratetype_to_mask));
const CMA: Line = line("test", "if (mt == MIGRATE_CMA)", Op::If(is_cma, "no"));
const EITHER: Line = line(
    "test",
    "if (mt == MIGRATE_CMA || mt == MIGRATE_ISOLATE)",
    Op::If(is_cma_or_isolate, "no"),
);
const MASK: Line =
    line("test", "if (mt & (MIGRATE_CMA | MIGRATE_ISOLATE))", Op::If(has_bits, "no"));
const READ_CMA: Line =
    line("cma", "if (get_pageblock_..(page) == MIGRATE_CMA)", Op::Branch(reads_cma, "no"));
const READ_ISOLATE: Line = line(
    "isolate",
    "if (get_pageblock_..(page) == MIGRATE_ISOLATE)",
    Op::Branch(reads_isolate, "no"),
);
/// The zero page test inside the negation: the zero page is refused.
const OR_ZERO: Line =
    line("zero", "if (is_zero_pfn(page_to_pfn(page)))", Op::If(is_zero_page, "no"));
const YES: Line = line("yes", "return true", Op::Return(|_| 1));
const NO: Line = line("no", "return false", Op::Return(|_| 0));
/// The zero page test outside the negation: the zero page may be pinned.
const NO_BUT_ZERO: Line = line(
    "no",
    "return is_zero_pfn(page_to_pfn(page))",
    Op::Return(|look| u16::from(is_zero_page(look))),
);

/// Until v5.18: MIGRATE_ISOLATE is not MIGRATE_CMA, so a CMA page looks pinnable while its block
/// is isolated.
pub static CMA_ONLY: Form = [
    is_pinnable_page("include/linux/mm.h, v5.13 to v5.18", &[READ, CMA, YES, NO_BUT_ZERO]),
    is_pinnable_page("as v5.18, zero page refused", &[READ, CMA, OR_ZERO, YES, NO]),
];

/// Two tests in the source are two reads: the block may change between them.
pub static TWO_READS_CMA_FIRST: Form = [
    is_pinnable_page("the mail's patch, v1", &[READ_CMA, READ_ISOLATE, YES, NO_BUT_ZERO]),
    is_pinnable_page("v1, zero page refused", &[READ_CMA, READ_ISOLATE, OR_ZERO, YES, NO]),
];

/// The same two reads in the other order, which a compiler may choose.
pub static TWO_READS_ISO_FIRST: Form = [
    is_pinnable_page("v1, reads reordered", &[READ_ISOLATE, READ_CMA, YES, NO_BUT_ZERO]),
    is_pinnable_page(
        "v1, reads reordered, zero page refused",
        &[READ_ISOLATE, READ_CMA, OR_ZERO, YES, NO],
    ),
];

/// v2 of the patch: a volatile local, one read.
pub static VOLATILE_LOCAL: Form = [
    is_pinnable_page("the mail's patch, v2", &[READ_VOLATILE, EITHER, YES, NO_BUT_ZERO]),
    is_pinnable_page("v2, zero page refused", &[READ_VOLATILE, EITHER, OR_ZERO, YES, NO]),
];

/// v3 and v4 of the patch: READ_ONCE of a local, one read.
pub static READ_ONCE_OF_LOCAL: Form = [
    is_pinnable_page("the mail's patch, v3", &[READ_ONCE_LOCAL, EITHER, YES, NO_BUT_ZERO]),
    is_pinnable_page("the mail's patch, v4", &[READ_ONCE_LOCAL, EITHER, OR_ZERO, YES, NO]),
];

/// v5 of the patch, the mail itself: migratetypes are numbers, not bits, and 1 (MOVABLE) and
/// 3 (HIGHATOMIC) share a bit with 5 (ISOLATE).
pub static BITMASK: Form = [
    is_pinnable_page("v5, zero page allowed", &[READ_TO_MASK, MASK, YES, NO_BUT_ZERO]),
    is_pinnable_page("the mail's patch, v5", &[READ_TO_MASK, MASK, OR_ZERO, YES, NO]),
];

/// The merged fix 1c563432588d: a block of a CMA area is CMA or ISOLATE at any time, so one read
/// sees one of the two. The zero page was refused until 034e5afad921 (v5.19-rc4).
pub static SINGLE_READ: Form = [
    is_pinnable_page("include/linux/mm.h, v5.19 and later", &[READ_ONCE, EITHER, YES, NO]),
    is_pinnable_page(
        "include/linux/mm.h, v5.19-rc1 to v5.19-rc3",
        &[READ_ONCE, EITHER, OR_ZERO, YES, NO],
    ),
];

fn migratetype(ctx: &Ctx) -> Cell<Migratetype> {
    ctx.layout().migratetype_of(ctx.get(Local::Page))
}

/// One read of the type of the page's pageblock, without a lock of its own.
pub(super) fn read_migratetype(ctx: &mut Ctx) {
    let cell = migratetype(ctx);
    let mt = ctx.load(cell);
    ctx.set(Local::Mt, mt);
}

fn reads_cma(ctx: &mut Ctx) -> bool {
    let cell = migratetype(ctx);
    ctx.load(cell) == Migratetype::Cma
}

fn reads_isolate(ctx: &mut Ctx) -> bool {
    let cell = migratetype(ctx);
    ctx.load(cell) == Migratetype::Isolate
}

fn is_cma(look: &Look) -> bool {
    look.get::<Migratetype>(Local::Mt) == Migratetype::Cma
}

fn is_cma_or_isolate(look: &Look) -> bool {
    matches!(look.get(Local::Mt), Migratetype::Cma | Migratetype::Isolate)
}

/// The numbers of the two types, taken for bits.
const MASK_BITS: u16 = Migratetype::Cma as u16 | Migratetype::Isolate as u16;

fn has_bits(look: &Look) -> bool {
    look.get::<u16>(Local::Mt) & MASK_BITS != 0
}

/// Reads as [`read_migratetype`] does. Ghost: remembers when the mask will refuse a page whose
/// type is neither CMA nor ISOLATE.
fn read_migratetype_to_mask(ctx: &mut Ctx) {
    read_migratetype(ctx);
    let mt: Migratetype = ctx.get(Local::Mt);
    let wanted = matches!(mt, Migratetype::Cma | Migratetype::Isolate);
    if !wanted && mt.to_word() & MASK_BITS != 0 {
        ctx.find(event::OVER_REJECTION);
    }
}

/// `page_maybe_dma_pinned`: one read of the count. `false` is exact at that moment, `true` may
/// be a false positive of many ordinary references, but where pins are counted by themselves.
/// Ghost: remembers when it is.
pub fn page_maybe_dma_pinned(ctx: &mut Ctx, pfn: Pfn) -> bool {
    let bias = ctx.geometry().pin_bias;
    let head = head(ctx, pfn);
    if let Some(second) = second_page(ctx, pfn).filter(|_| counts_pins(ctx, pfn)) {
        return ctx.load(second.pincount()) > 0;
    }
    let page = ctx.layout().page(head);
    let looks_pinned = ctx.load(page.refcount()) >= bias;
    if looks_pinned && !is_pinned(ctx, pfn) {
        ctx.find(crate::properties::event::FALSE_POSITIVE_PIN);
    }
    looks_pinned
}

/// Ghost: somebody has a pin of the page, or a lane holds the references of one on its way.
fn is_pinned(ctx: &Ctx, pfn: Pfn) -> bool {
    let (layout, bias) = (ctx.layout(), ctx.geometry().pin_bias);
    let page = layout.page(pfn);
    let is_pin = |pin: usize| ctx.peek(layout.pin(pin).flags()) & foll::PIN != 0;
    layout.pins_on(ctx.memory(), pfn).any(is_pin)
        || (0..ctx.geometry().cpus).any(|cpu| ctx.peek(page.held_by(cpu)) >= bias)
}

/// Ghost: a check has found that the page is not pinned, with pinning locked out: because the entry
/// is gone, or because `write_protect_seq` is odd. Whoever began to walk before this must not come
/// out with a pin of the page, and nobody has one.
pub fn promise_not_pinned(ctx: &mut Ctx, pfn: Pfn) {
    if !ctx.watches(event::PINNED_BEHIND_CHECK) {
        return;
    }
    let layout = ctx.layout();
    let is_pin = |pin: usize| ctx.peek(layout.pin(pin).flags()) & foll::PIN != 0;
    if layout.pins_on(ctx.memory(), pfn).any(is_pin) {
        ctx.find(event::PINNED_BEHIND_CHECK);
    }
    let lanes = (1u16 << ctx.geometry().cpus) - 1;
    let (memory, layout) = ctx.ghosts();
    memory.store(layout.page(pfn).not_pinned(), lanes);
}

/// Ghost: a walk by this lane begins: no promise about the page was made since.
pub(super) fn begin_walk(ctx: &mut Ctx, pfn: Pfn) {
    if ctx.watches(event::PINNED_BEHIND_CHECK) {
        let own = 1u16 << ctx.cpu();
        let (memory, layout) = ctx.ghosts();
        let promised = layout.page(pfn).not_pinned();
        let lanes: u16 = memory.peek(promised);
        memory.store(promised, lanes & !own);
    }
}

/// Ghost: a walk by this lane comes out with a pin of the page.
pub(super) fn end_walk(ctx: &mut Ctx, pfn: Pfn) {
    if ctx.peek(ctx.layout().page(pfn).not_pinned()) & 1 << ctx.cpu() != 0 {
        ctx.find(event::PINNED_BEHIND_CHECK);
    }
}

/// Ghost: since v5.19 nobody has a pin of an anonymous page that is not exclusive
/// (`sanity_check_pinned_pages`): the page, or all of the compound page that it is of.
pub(super) fn check_exclusive(ctx: &mut Ctx, pfn: Pfn) {
    let whole = ctx.layout().page(head(ctx, pfn));
    let exclusive = [whole, ctx.layout().page(pfn)].map(|page| ctx.peek(page.anon_exclusive()));
    if ctx.peek(whole.anon()) && !exclusive.contains(&true) {
        ctx.find(event::PIN_NOT_EXCLUSIVE);
    }
}
