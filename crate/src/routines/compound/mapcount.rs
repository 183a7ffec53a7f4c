//! `mm/util.c`, `mm/huge_memory.c`: how often a page, or a compound page, is mapped.
//!
//! These sum up words that others change meanwhile. Who has no reference may find that the page
//! begins another life between two of the reads; what the kernel asserts about that is a line
//! of its own, and asserts nothing without `CONFIG_DEBUG_VM`.
use super::super::kernels::Chosen;
use super::mm_h::{
    ASSERT_NO_TAIL, asserts_no_tail, find_head, has_double_map, is_head, is_no_head, is_no_tail,
    is_slab, is_tail, mapcount_of, page_huge, word_of_second,
};
use super::swap::to_head;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Compound, GARBAGE, Pfn};
use crate::properties::event;

/// `page_mapcount`: how often this page is mapped, by itself or with all of its compound page.
pub const PAGE_MAPCOUNT: Function = Function("page_mapcount");
/// `total_mapcount`: how many entries map any of a compound page.
pub const TOTAL_MAPCOUNT: Function = Function("total_mapcount");

const ASSERT_HEAD: &str = "VM_BUG_ON_PGFLAGS(!PageHead(page), page)";

const fn mapcount(function: Function, source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function,
        source,
        omits: "what hugetlbfs counts",
        params: &[Local::Page],
        locals: &[Local::Folio, Local::Mapcount, Local::Count, Local::Left, Local::Index],
        returns: Returns::Value,
        body,
    }
}

const NO_SLAB: &[Line] =
    &[line("noslab", "VM_BUG_ON_PAGE(PageSlab(page), page)", Op::BugOn(asserts_no_slab))];
const OWN: &[Line] = &[
    line("ishead", "if (PageHead(page))", Op::Branch(is_head, "slow")),
    line("istail", "if (PageTail(page))", Op::Branch(is_tail, "slow")),
    line("small", "ret = page->_mapcount + 1", Op::Do(read_mapcount)),
    line("one", "return ret", Op::Return(mapcount_so_far)),
    line("slow", "ret = page->_mapcount + 1", Op::Do(read_mapcount)),
    line("anonhead", "head = compound_head(page)", Op::Do(find_head)),
    line("anon", "if (PageAnon(head))", Op::Branch(is_anon_folio, "pagehead")),
];
const HUGE: &[Line] = &page_huge("out");
const ENTIRE: &[Line] = &[
    line("pagehead", "page = compound_head(page)", Op::Do(to_head)),
    line("entire", "ret += page[1].compound_mapcount + 1", Op::Do(add_entire)),
];
const HEAD_OR_OUT: &[Line] =
    &[line("dmhead", "if (!PageHead(page))", Op::Branch(is_no_head, "out"))];
const ASSERTED_HEAD: &[Line] = &[line("dmhead", ASSERT_HEAD, Op::BugOn(asserts_head))];
const LESS_ONE: &[Line] = &[
    line("double", "if (!PageDoubleMap(page))", Op::Branch(is_not_double_mapped, "out")),
    line("less", "ret--", Op::Let(|ctx| add(ctx, -1))),
    line("out", "return ret", Op::Return(mapcount_so_far)),
];

/// Not one assertion stands on this way since that of a slab page has gone (6988f31d558a); in the
/// first form it is there.
pub static PAGE_MAPCOUNT_V5_8: [Routine; 2] = [
    mapcount(
        PAGE_MAPCOUNT,
        "mm/util.c (__page_mapcount), up to v5.6",
        joined!(NO_SLAB, OWN, HUGE, ENTIRE, HEAD_OR_OUT, LESS_ONE),
    ),
    mapcount(
        PAGE_MAPCOUNT,
        "mm/util.c (__page_mapcount), v5.7 to v5.9",
        joined!(OWN, HUGE, ENTIRE, HEAD_OR_OUT, LESS_ONE),
    ),
];
/// The flag of the second page asserts that the first is a head.
pub static PAGE_MAPCOUNT_V5_10: Routine = mapcount(
    PAGE_MAPCOUNT,
    "mm/util.c (__page_mapcount), v5.10 to v6.1",
    joined!(OWN, HUGE, ENTIRE, ASSERTED_HEAD, LESS_ONE),
);
/// Nothing is counted twice, so that there is nothing to ask.
pub static PAGE_MAPCOUNT_V6_2: Routine = mapcount(
    PAGE_MAPCOUNT,
    "include/linux/mm.h, v6.2 to v6.9",
    joined!(
        &[
            line("slow", "mapcount = page->_mapcount + 1", Op::Do(read_mapcount)),
            line("ishead", "if (PageHead(page))", Op::Branch(is_head, "pagehead")),
            line("istail", "if (!PageTail(page))", Op::Branch(is_no_tail, "out")),
        ],
        ENTIRE,
        &[TOTAL]
    ),
);

const NO_HUGETLB: &[Line] = &page_huge("first");
const EACH: &[Line] = &[
    line("each", "for (i = 0; i < nr; i++)", Op::If(no_page_left, "anonhead")),
    line("sub", "ret += page[i]._mapcount + 1", Op::Do(add_sub)),
    line("next", "  (the next)", Op::Goto("each")),
];
const FILE: Line =
    line("file", "return ret - compound * nr", Op::Return(|look| less(look, compound(look))));
const DOUBLE: Line =
    line("double", "if (!PageDoubleMap(page))", Op::Branch(is_not_double_mapped, "out"));
const LESS_ALL: Line = line("less", "return ret - nr", Op::Return(|look| less(look, 1)));
const TOTAL: Line = line("out", "return ret", Op::Return(mapcount_so_far));
const HUGETLB: Line = line("hugetlb", "return compound", Op::Return(mapcount_so_far));

/// What is compound, and of what, is asked again and again.
const NO_TAIL: &[Line] = &[
    line("notail", "VM_BUG_ON_PAGE(PageTail(page), page)", Op::BugOn(asserts_no_tail)),
    line("ishead", "if (PageHead(page))", Op::Branch(is_head, "whole")),
    line("istail", "if (PageTail(page))", Op::Branch(is_tail, "whole")),
    line("small", "ret = page->_mapcount + 1", Op::Do(read_mapcount)),
    line("one", "return ret", Op::Return(mapcount_so_far)),
    line("whole", "if (PageHead(page))", Op::Branch(is_head, "pagehead")),
    line("still", "VM_BUG_ON_PAGE(!PageTail(page), page)", Op::BugOn(asserts_tail)),
    line("pagehead", "head = compound_head(page)", Op::Do(find_head)),
    line("entire", "ret = compound = head[1].compound_mapcount + 1", Op::Do(read_entire)),
];
const ANON: &[Line] = &[
    line("anonhead", "head = compound_head(page)", Op::Do(find_head)),
    line("anon", "if (PageAnon(head))", Op::Branch(is_anon_folio, "dmhead")),
    FILE,
];
const LESS_DOUBLE: &[Line] = &[DOUBLE, LESS_ALL, TOTAL];

/// A tail is refused. As many pages as any huge page has are summed up.
pub static TOTAL_MAPCOUNT_V5_8: Routine = mapcount(
    TOTAL_MAPCOUNT,
    "mm/huge_memory.c, v5.8 and v5.9",
    joined!(
        NO_TAIL,
        NO_HUGETLB,
        &[HUGETLB, line("first", "nr = HPAGE_PMD_NR", Op::Let(all_of_a_huge_page))],
        EACH,
        ANON,
        HEAD_OR_OUT,
        LESS_DOUBLE
    ),
);
/// As many as this one says that it has; `PageDoubleMap` asserts that it is asked of a head.
pub static TOTAL_MAPCOUNT_V5_10: Routine = mapcount(
    TOTAL_MAPCOUNT,
    "mm/huge_memory.c, v5.10 to v5.17",
    joined!(
        NO_TAIL,
        &[
            line("ofhead", "if (PageHead(page))", Op::Branch(is_head, "nr")),
            line("single", "nr = 1", Op::Let(|ctx| ctx.set(Local::Left, 1u16))),
            line("counted", "  (it is)", Op::Goto("hugehead")),
            line("nr", "nr = page[1].compound_nr", Op::Do(read_nr)),
        ],
        &page_huge("each"),
        &[HUGETLB],
        EACH,
        ANON,
        ASSERTED_HEAD,
        LESS_DOUBLE
    ),
);

const OF_FOLIO: &[Line] = &[
    line("folio", "page = &page_folio(page)->page", Op::Do(to_head)),
    line("notail", ASSERT_NO_TAIL, Op::BugOn(asserts_no_tail)),
    line("large", "if (folio_test_large(folio))", Op::Branch(is_head, "entire1")),
    line("small", "ret = folio->_mapcount + 1", Op::Do(read_mapcount)),
    line("one", "return ret", Op::Return(mapcount_so_far)),
    line("entire1", ASSERT_NO_TAIL, Op::BugOn(asserts_no_tail)),
    line("entire2", "VM_BUG_ON_FOLIO(!folio_test_large(folio))", Op::BugOn(asserts_head)),
    line("head", "folio", Op::Let(folio_of_page)),
    line("entire", "ret = compound = entire_mapcount + 1", Op::Do(read_entire)),
];
const NR_OF_FOLIO: &[Line] = &[
    line("first", ASSERT_NO_TAIL, Op::BugOn(asserts_no_tail)),
    line("stilllarge", "if (folio_test_large(folio))", Op::Branch(is_head, "nr")),
    line("single", "nr = 1", Op::Let(|ctx| ctx.set(Local::Left, 1u16))),
    line("counted", "  (it is)", Op::Goto("each")),
    line("nr", "nr = folio->_folio_nr_pages", Op::Do(read_nr)),
];

/// The head is found once and for all; each flag of it asserts that it is one.
pub static TOTAL_MAPCOUNT_V6_1: Routine = mapcount(
    TOTAL_MAPCOUNT,
    "mm/util.c (folio_mapcount), v5.18 to v6.1",
    joined!(
        OF_FOLIO,
        NO_HUGETLB,
        &[HUGETLB],
        NR_OF_FOLIO,
        EACH,
        &[
            line("anonhead", "if (folio_test_anon(folio))", Op::Branch(is_anon_page, "dmtail")),
            FILE,
            line("dmtail", ASSERT_NO_TAIL, Op::BugOn(asserts_no_tail)),
            line("dmhead", ASSERT_HEAD, Op::BugOn(asserts_head)),
            DOUBLE,
            LESS_ALL,
            TOTAL,
        ]
    ),
);
/// Without `PageDoubleMap` nothing is counted twice, nor taken off again.
pub static TOTAL_MAPCOUNT_V6_2: Routine = mapcount(
    TOTAL_MAPCOUNT,
    "mm/rmap.c (total_compound_mapcount), v6.2 to v6.9",
    joined!(
        OF_FOLIO,
        NR_OF_FOLIO,
        EACH,
        &[line("anonhead", "return mapcount", Op::Return(mapcount_so_far))]
    ),
);

/// One read: it may be old, but never torn.
/// The head is found once and for all; each flag of it asserts that it is one.
pub static TOTAL_MAPCOUNT_V6_10: Routine = mapcount(
    TOTAL_MAPCOUNT,
    "include/linux/mm.h (folio_mapcount), v6.10 to v6.12",
    &[
        line("folio", "page = &page_folio(page)->page", Op::Do(to_head)),
        line("notail", ASSERT_NO_TAIL, Op::BugOn(asserts_no_tail)),
        line("large", "if (folio_test_large(folio))", Op::Branch(is_head, "all")),
        line("small", "ret = folio->_mapcount + 1", Op::Do(read_mapcount)),
        line("one", "return ret", Op::Return(mapcount_so_far)),
        line("all", "ret = folio->_large_mapcount + 1", Op::Do(read_large)),
        TOTAL,
    ],
);

fn asserts_no_slab(ctx: &mut Ctx) -> bool {
    ctx.geometry().debug_vm && is_slab(ctx)
}

fn asserts_head(ctx: &mut Ctx) -> bool {
    ctx.geometry().debug_vm && is_no_head(ctx)
}

fn asserts_tail(ctx: &mut Ctx) -> bool {
    ctx.geometry().debug_vm && is_no_tail(ctx)
}

fn mapcount_so_far(look: &Look) -> u16 {
    look.get(Local::Mapcount)
}

fn compound(look: &Look) -> u16 {
    look.get(Local::Count)
}

fn less(look: &Look, of_each: u16) -> u16 {
    let nr: u16 = look.get(Local::Left);
    mapcount_so_far(look).wrapping_sub(of_each.wrapping_mul(nr))
}

fn add(ctx: &mut Ctx, count: i16) {
    let mapcount: u16 = ctx.get(Local::Mapcount);
    ctx.set(Local::Mapcount, mapcount.wrapping_add_signed(count));
}

fn read_mapcount(ctx: &mut Ctx) {
    let mapcount = mapcount_of(ctx, ctx.get(Local::Page));
    ctx.set(Local::Mapcount, mapcount);
}

fn is_anon(ctx: &mut Ctx, local: Local) -> bool {
    let anon = ctx.page(local).anon();
    ctx.load(anon)
}

fn is_anon_folio(ctx: &mut Ctx) -> bool {
    is_anon(ctx, Local::Folio)
}

fn is_anon_page(ctx: &mut Ctx) -> bool {
    is_anon(ctx, Local::Page)
}

fn add_entire(ctx: &mut Ctx) {
    let entire = word_of_second(ctx, Local::Page, Compound::entire_mapcount);
    add(ctx, entire as i16);
}

fn folio_of_page(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    ctx.set(Local::Folio, page);
}

fn read_entire(ctx: &mut Ctx) {
    let entire = word_of_second(ctx, Local::Folio, Compound::entire_mapcount);
    ctx.set(Local::Mapcount, entire);
    ctx.set(Local::Count, entire);
}

fn read_large(ctx: &mut Ctx) {
    let large = word_of_second(ctx, Local::Page, Compound::large_mapcount);
    ctx.set(Local::Mapcount, large);
}

fn all_of_a_huge_page(ctx: &mut Ctx) {
    ctx.set(Local::Left, ctx.geometry().hpage_pages());
}

/// While it was never written it reads as the upper half of a poisoned pointer on x86-64: as a
/// negative number.
fn read_nr(ctx: &mut Ctx) {
    let order = word_of_second(ctx, Local::Page, Compound::order);
    if order == GARBAGE {
        ctx.find(event::GARBAGE_VERDICT);
    }
    ctx.set(Local::Left, if order == GARBAGE { 0 } else { 1u16 << order });
}

fn no_page_left(look: &Look) -> bool {
    look.get::<u16>(Local::Index) >= look.get(Local::Left)
}

/// Behind the end of memory there is nothing to add.
fn add_sub(ctx: &mut Ctx) {
    let (page, index): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Index));
    let sub = Pfn(page.0 + index);
    if usize::from(sub.0) < ctx.geometry().pages() {
        let mapcount = mapcount_of(ctx, sub);
        add(ctx, mapcount as i16);
    }
    ctx.set(Local::Index, index + 1);
}

fn is_not_double_mapped(ctx: &mut Ctx) -> bool {
    !has_double_map(ctx, Local::Page)
}

/// The forms that a kernel has of these.
pub(super) fn routines(chosen: &Chosen) -> [&'static Routine; 2] {
    let (one, all) = match chosen.get("total_mapcount") {
        "v5.8" => (&PAGE_MAPCOUNT_V5_8[1], &TOTAL_MAPCOUNT_V5_8),
        "v5.10" | "v5.16" => (&PAGE_MAPCOUNT_V5_10, &TOTAL_MAPCOUNT_V5_10),
        "v6.1" => (&PAGE_MAPCOUNT_V5_10, &TOTAL_MAPCOUNT_V6_1),
        "v6.2" => (&PAGE_MAPCOUNT_V6_2, &TOTAL_MAPCOUNT_V6_2),
        _ => (&PAGE_MAPCOUNT_V6_2, &TOTAL_MAPCOUNT_V6_10),
    };
    let asserts = chosen.is("mapcount_slab", "asserted");
    [if asserts { &PAGE_MAPCOUNT_V5_8[0] } else { one }, all]
}
