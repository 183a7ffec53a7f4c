//! `mm/compaction.c`: picking pages of a range to migrate, where some may be compound.
//!
//! Until it has a reference nothing that this walk looks at stays as it is: not whether a page is
//! compound, nor whose it is. The forms differ in what they count, and in where the reference is.
use super::super::kernels::Chosen;
use super::mapcount::{PAGE_MAPCOUNT, TOTAL_MAPCOUNT};
use super::mm_h::{PAGE_COUNT, PAGE_MAPPING, is_head, is_swap_cache, is_tail, word_of_second};
use super::verdict::{
    expect_cache, generation, has_an_owner, judge, judge_exactly, keep_count, keep_mapcount,
};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Compound, Pfn, Place};
use crate::properties::event;
use crate::routines::at_hand::{is_not_anon, returned_nonzero};
use crate::routines::compaction::ISOLATE_MIGRATEPAGES_BLOCK;
use crate::routines::swap::PUT_PAGE;
use crate::routines::try_grab::no_reference;
use crate::routines::vmscan::{join_list, test_and_clear_lru_fails};

const fn isolate_migratepages(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ISOLATE_MIGRATEPAGES_BLOCK,
        source,
        omits: "pages of hugetlbfs and movable ones that are not on the LRU; callers without \
                __GFP_FS; ISOLATE_ASYNC_MIGRATE and unevictable pages; the LRU lists; leaving off \
                after 32 pages; since v6.9 compaction takes compound pages below its own order",
        params: &[Local::Start, Local::End, Local::AllocContig],
        locals: &[
            Local::Page,
            Local::Ret,
            Local::Folio,
            Local::Refs,
            Local::Mapcount,
            Local::Count,
            Local::Life,
        ],
        returns: Returns::Nothing,
        body,
    }
}

const EACH: &[Line] = &[
    line("end", "for (; low_pfn < end_pfn; low_pfn++)", Op::If(past_end, "out")),
    line("page", "page = pfn_to_page(low_pfn)", Op::Let(set_page)),
];
const BUDDY: &[Line] = &[line("buddy", "if (PageBuddy(page))", Op::Branch(is_buddy, "free"))];

/// Whether it may be wanted at all.
const fn looks(fail: &'static str) -> [Line; 5] {
    [
        line("contig", "if (cc->alloc_contig)", Op::If(is_for_contig, "lruhead")),
        line("compound", "if (PageHead(page))", Op::Branch(is_head, "order")),
        line("tail", "if (PageTail(page))", Op::Branch(is_tail, fail)),
        line("lruhead", "head = compound_head(page)", Op::Do(look_at_head)),
        line("lru", "if (!PageLRU(head))", Op::Branch(head_is_not_lru, fail)),
    ]
}

/// A page with a mapping goes on to `go_on`; one that looks pinned to `fail`.
const fn check(
    counter: Function,
    read: &'static str,
    compare: Line,
    go_on: &'static str,
    fail: &'static str,
) -> [Line; 7] {
    [
        line("mapping", "mapping = page_mapping(page)", Op::Call(PAGE_MAPPING, &[])),
        line("mapped", "if (mapping)", Op::If(returned_nonzero, go_on)),
        COUNT,
        COUNTED,
        line("mapcount", read, Op::Call(counter, &[])),
        compare,
        line("pinned", "  it looks pinned", Op::If(returned_nonzero, fail)),
    ]
}

const COUNT: Line = line("count", "count = page_count(page)", Op::Call(PAGE_COUNT, &[]));
const COUNTED: Line = line("counted", "  (count)", Op::Let(keep_count));
const ONE: &str = "mapcount = page_mapcount(page)";
const ALL: &str = "mapcount = total_mapcount(page)";
const FOREIGN: Line =
    line("compare", "if (!mapping && count > mapcount)", Op::Let(|ctx| judge(ctx, 0)));
const BUT_OURS: Line =
    line("compare", "if (!mapping && count - 1 > mapcount)", Op::Let(|ctx| judge(ctx, 1)));

/// Whatever the page is, any count but the expected one will not do: `can_split_folio`, which reads
/// the mappings first.
const EXPECTED: &[Line] = &[
    line("isanon", "if (!PageAnon(page))", Op::Branch(is_not_anon, "extra")),
    line("swap", "if (PageSwapCache(page))", Op::Branch(is_swap_cache, "extra")),
    line("none", "extra = 0", Op::Goto("mapcount")),
    line("extra", "extra = compound_nr(page)", Op::Do(expect_cache)),
    line("mapcount", ALL, Op::Call(TOTAL_MAPCOUNT, &[])),
    line("mapped", "  (mapcount)", Op::Let(keep_mapcount)),
    COUNT,
    line("compare", "if (count != mapcount + extra + 1)", Op::Let(judge_exactly)),
    line("pinned", "  it looks pinned", Op::If(returned_nonzero, "put")),
];

const GET: &[Line] =
    &[line("get", "if (!get_page_unless_zero(page))", Op::Branch(no_reference, "next"))];
/// It is no tail: those have no reference of their own.
const CLEAR: &[Line] = &[
    line("relru", "if (!PageLRU(page))", Op::Branch(is_not_lru, "put")),
    line("clear", "if (!TestClearPageLRU(page))", Op::Branch(test_and_clear_lru_fails, "put")),
    line("ours", "if (cc->alloc_contig)", Op::If(is_for_contig, "list")),
    line("became", "if (PageCompound(page))", Op::Branch(is_head, "setlru")),
];
const UNDER_LOCK: &[Line] = &[line(
    "isolate",
    "if (__isolate_lru_page(page)) under lru_lock",
    Op::Branch(isolate_fails, "next"),
)];
const LIST: &[Line] = &[
    line("list", "list_add(&page->lru, &cc->migratepages)", Op::Let(isolate)),
    line("nr", "low_pfn += compound_nr(page) - 1", Op::Do(skip_compound)),
    line("next", "low_pfn++", Op::Let(next_page)),
    line("loop", "for (..)", Op::Goto("end")),
];
const PUT: &[Line] = &[
    line("setlru", "low_pfn += ..; SetPageLRU(page)", Op::Do(set_lru)),
    line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    line("fail", "continue", Op::Goto("next")),
];
const FREE: &[Line] = &[
    line("free", "low_pfn += (1 << buddy_order(page)) - 1", Op::Do(skip_buddy)),
    line("freed", "continue", Op::Goto("next")),
];
const fn order(fail: &'static str) -> [Line; 2] {
    [
        line("order", "low_pfn += (1 << compound_order(page)) - 1", Op::Do(skip_compound)),
        line("skipped", "continue", Op::Goto(fail)),
    ]
}
const OUT: &[Line] = &[line("out", "return low_pfn", Op::Return(|_| 0))];

/// Two counts of a page that is nobody's here, against each other; those of the page itself, or
/// those of all its compound page. A head that is passed over leaves the walk at its tails, whose
/// `PageLRU` is the head's.
pub static UNREFERENCED_V5_8: [Routine; 2] = [
    isolate_migratepages(
        "mm/compaction.c, v5.7 to v5.10",
        joined!(
            EACH,
            BUDDY,
            &looks("next"),
            &check(PAGE_MAPCOUNT, ONE, FOREIGN, "isolate", "next"),
            UNDER_LOCK,
            LIST,
            FREE,
            &order("next"),
            OUT
        ),
    ),
    isolate_migratepages(
        "patch v1 of November 2022 on v5.7 to v5.10",
        joined!(
            EACH,
            BUDDY,
            &looks("next"),
            &check(TOTAL_MAPCOUNT, ALL, FOREIGN, "isolate", "next"),
            UNDER_LOCK,
            LIST,
            FREE,
            &order("next"),
            OUT
        ),
    ),
];

/// As before, with reference and `PG_lru` one after the other (9df41314390b).
pub static UNREFERENCED_V5_11: [Routine; 2] = [
    isolate_migratepages(
        "mm/compaction.c, v5.11 to v6.1-rc7",
        joined!(
            EACH,
            BUDDY,
            &looks("next"),
            &check(PAGE_MAPCOUNT, ONE, FOREIGN, "get", "next"),
            GET,
            CLEAR,
            LIST,
            PUT,
            FREE,
            &order("next"),
            OUT
        ),
    ),
    isolate_migratepages(
        "patch v1 of November 2022 on v5.11 to v6.1-rc7",
        joined!(
            EACH,
            BUDDY,
            &looks("next"),
            &check(TOTAL_MAPCOUNT, ALL, FOREIGN, "get", "next"),
            GET,
            CLEAR,
            LIST,
            PUT,
            FREE,
            &order("next"),
            OUT
        ),
    ),
];

/// The reference comes first, so the page stays what it is: no tail has one, and what has one is
/// neither split nor freed. Is it on the LRU, too, its head was written to the end.
pub static REFERENCED: [Routine; 2] = [
    isolate_migratepages(
        "half the fix (the reference first) on v6.1-rc7",
        joined!(
            EACH,
            BUDDY,
            &looks("next"),
            GET,
            &check(PAGE_MAPCOUNT, ONE, BUT_OURS, "relru", "put"),
            CLEAR,
            LIST,
            PUT,
            FREE,
            &order("next"),
            OUT
        ),
    ),
    isolate_migratepages(
        "mm/compaction.c, v6.1-rc8 to v6.12",
        joined!(
            EACH,
            BUDDY,
            &looks("next"),
            GET,
            &check(TOTAL_MAPCOUNT, ALL, BUT_OURS, "relru", "put"),
            CLEAR,
            LIST,
            PUT,
            FREE,
            &order("next"),
            OUT
        ),
    ),
];

/// What the thread thought of: every reference is accounted for, or it is left alone.
pub static EXPECTED_REFERENCES: Routine = isolate_migratepages(
    "an idea of November 2022 on v6.1-rc7",
    joined!(
        EACH,
        BUDDY,
        &looks("next"),
        GET,
        EXPECTED,
        CLEAR,
        LIST,
        PUT,
        FREE,
        &order("next"),
        OUT
    ),
);

/// A free page has no reference to take, so nothing asks for one.
pub static REFERENCED_AT_TOP: Routine = isolate_migratepages(
    "a sketch of November 2022 on v6.1-rc7",
    joined!(
        EACH,
        GET,
        &looks("put"),
        &check(TOTAL_MAPCOUNT, ALL, BUT_OURS, "relru", "put"),
        CLEAR,
        LIST,
        PUT,
        &order("put"),
        OUT
    ),
);

fn past_end(look: &Look) -> bool {
    look.get::<Pfn>(Local::Start) >= look.get(Local::End)
}

fn set_page(ctx: &mut Ctx) {
    let low: Pfn = ctx.get(Local::Start);
    ctx.set(Local::Page, low);
}

/// What was read of one page, and is forgotten with it.
const OF_ONE_PAGE: [Local; 5] =
    [Local::Folio, Local::Refs, Local::Mapcount, Local::Count, Local::Life];

fn next_page(ctx: &mut Ctx) {
    skip(ctx, 1);
    for local in OF_ONE_PAGE {
        ctx.set(local, 0u16);
    }
}

fn skip(ctx: &mut Ctx, pages: u16) {
    let low: Pfn = ctx.get(Local::Start);
    ctx.set(Local::Start, Pfn(low.0 + pages));
}

/// An order that was read of anything but a block of pages is none; only what is in bounds counts.
fn skip_block(ctx: &mut Ctx, order: u16) {
    if order <= u16::from(ctx.geometry().max_order) {
        skip(ctx, (1 << order) - 1);
    }
}

fn is_for_contig(look: &Look) -> bool {
    look.get(Local::AllocContig)
}

fn is_buddy(ctx: &mut Ctx) -> bool {
    let place = ctx.page(Local::Page).place();
    ctx.load(place) == Place::Buddy
}

fn skip_buddy(ctx: &mut Ctx) {
    let order = ctx.page(Local::Page).order();
    let order = ctx.load(order);
    skip_block(ctx, order);
}

fn skip_compound(ctx: &mut Ctx) {
    if is_head(ctx) {
        let order = word_of_second(ctx, Local::Page, Compound::order);
        skip_block(ctx, order);
    }
}

/// `PageLRU` of any page is that of its head. Ghost: the verdict will be about this life of it.
fn look_at_head(ctx: &mut Ctx) {
    super::mm_h::find_head(ctx);
    if ctx.watches(event::STALE_VERDICT) {
        let generation = generation(ctx);
        ctx.set(Local::Life, generation);
    }
}

fn head_is_not_lru(ctx: &mut Ctx) -> bool {
    let lru = ctx.page(Local::Folio).lru();
    !ctx.load(lru)
}

fn is_not_lru(ctx: &mut Ctx) -> bool {
    let lru = ctx.page(Local::Page).lru();
    !ctx.load(lru)
}

/// Under `lru_lock` what is on the LRU stays what it is. Inverted: whether it is not taken off.
fn isolate_fails(ctx: &mut Ctx) -> bool {
    super::mm_h::find_head(ctx);
    if head_is_not_lru(ctx) {
        return true;
    }
    if !ctx.get::<bool>(Local::AllocContig) && (is_head(ctx) || is_tail(ctx)) {
        skip_compound(ctx);
        return true;
    }
    no_reference(ctx) || test_and_clear_lru_fails(ctx)
}

/// Ghost: whether somebody has it, whose reference the verdict should have seen.
fn isolate(ctx: &mut Ctx) {
    if has_an_owner(ctx) {
        ctx.find(event::PINNED_ISOLATED);
    }
    join_list(ctx);
}

fn set_lru(ctx: &mut Ctx) {
    skip_compound(ctx);
    let lru = ctx.page(Local::Page).lru();
    ctx.update(lru, |_| true);
}

/// The form that a kernel has.
pub(super) fn routine(chosen: &Chosen) -> &'static Routine {
    let locked = chosen.is("lru", "lru_lock");
    match (chosen.get("isolate_check"), locked) {
        ("mapcount", true) => &UNREFERENCED_V5_8[0],
        ("mapcount", false) => &UNREFERENCED_V5_11[0],
        ("total_mapcount", true) => &UNREFERENCED_V5_8[1],
        ("total_mapcount", false) => &UNREFERENCED_V5_11[1],
        ("mapcount_ref", _) => &REFERENCED[0],
        ("expected_ref", _) => &EXPECTED_REFERENCES,
        ("ref_at_top", _) => &REFERENCED_AT_TOP,
        _ => &REFERENCED[1],
    }
}
