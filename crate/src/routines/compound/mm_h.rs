//! `include/linux/mm.h`, `mm/util.c`, `mm/huge_memory.c`: what anybody may ask of a page without a
//! lock and, as `isolate_migratepages_block` does, without a reference.
//!
//! Each line is one read, and between two of them the page may begin another life: as a page by
//! itself, as the head of a compound page or as a tail of one.
use super::super::kernels::Chosen;
use super::swap::to_head;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::{Cell, Compound, GARBAGE, Pfn, Place};
use crate::properties::event;

/// `page_count`
pub const PAGE_COUNT: Function = Function("page_count");
/// `page_mapping`; `NULL`, or what is behind it of `mapping`.
pub const PAGE_MAPPING: Function = Function("page_mapping");

/// What `page_mapping` returns a pointer to, as `page->mapping` does.
pub(super) mod mapping {
    /// `struct address_space`, of a file or of the swap cache.
    pub const ADDRESS_SPACE: u16 = 1;
    /// `struct anon_vma`, taken for one.
    pub const ANON_VMA: u16 = 2;
}

const fn page_count(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: PAGE_COUNT,
        source,
        omits: "",
        params: &[Local::Page],
        locals: &[Local::Given, Local::Refs],
        returns: Returns::Value,
        body,
    }
}

const COUNT: Line = line("count", "count = page->_count", Op::Do(read_count));
const OUT: Line = line("out", "return count", Op::Return(|look| look.get(Local::Refs)));
const IS_ALONE: Line = line("tail", "if (!PageTail(page))", Op::Branch(is_no_tail, "count"));
const FIRST_PAGE: Line = line("first", "head = page->first_page", Op::Do(read_first_page));
const OOPS: Line = line("null", "page = head, which is NULL", Op::BugOn(is_null));
const TO_FIRST: Line = line("page", "page = head", Op::Let(to_first_page));

/// The flag and the pointer are two words: a page that is no tail any more has no head.
pub static PAGE_COUNT_V3_13: Routine = page_count(
    "include/linux/mm.h, up to v3.13",
    &[IS_ALONE, FIRST_PAGE, OOPS, TO_FIRST, COUNT, OUT],
);
/// The flag is looked at again: it may be that of another life (668f9abbd433).
pub static PAGE_COUNT_V3_14: Routine = page_count(
    "include/linux/mm.h, v3.14 to v4.3",
    &[
        IS_ALONE,
        FIRST_PAGE,
        line("again", "if (!PageTail(page))", Op::Branch(is_no_tail, "count")),
        OOPS,
        TO_FIRST,
        COUNT,
        OUT,
    ],
);
/// One word says whether it is a tail, and of which head (1d798ca3f164).
pub static PAGE_COUNT_V4_4: Routine = page_count(
    "include/linux/mm.h, v4.4 to v6.12",
    &[line("head", "page = compound_head(page)", Op::Do(to_head)), COUNT, OUT],
);

const NO_MAPPING: Line = line("null", "return NULL", Op::Return(|_| 0));
const SWAP_CACHE: Line =
    line("cache", "return swap_address_space()", Op::Return(|_| mapping::ADDRESS_SPACE));
const A_MAPPING: Line =
    line("mapping", "return mapping", Op::Return(|look| look.get(Local::Mapping)));
const SLAB: &str = "if (PageSlab(page))";

const fn page_mapping(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: PAGE_MAPPING,
        source,
        omits: "movable pages that are not on the LRU; which file it is",
        params: &[Local::Page],
        locals: &[Local::Mapping],
        returns: Returns::Bool,
        body,
    }
}

/// An anonymous page has none, unless it is in the swap cache.
pub static PAGE_MAPPING_V5_8: Routine = page_mapping(
    "mm/util.c, v5.8 to v5.15",
    &[
        line("head", "page = compound_head(page)", Op::Do(to_head)),
        line("slab", SLAB, Op::Branch(is_slab, "null")),
        line("swap", "if (PageSwapCache(page))", Op::Branch(is_swap_cache, "cache")),
        line("file", "if (page->mapping is a file's)", Op::Branch(is_of_a_file, "mapping")),
        NO_MAPPING,
        A_MAPPING,
        SWAP_CACHE,
    ],
);
/// Each flag of a folio asserts that the folio is no tail.
pub static PAGE_MAPPING_V5_16: Routine = page_mapping(
    "mm/util.c (folio_mapping), v5.16 to v6.12",
    &[
        line("head", "folio = page_folio(page)", Op::Do(to_head)),
        line("assert", ASSERT_NO_TAIL, Op::BugOn(asserts_no_tail)),
        line("slab", "if (folio_test_slab(folio))", Op::Branch(is_slab, "null")),
        line("assert2", ASSERT_NO_TAIL, Op::BugOn(asserts_no_tail)),
        line("swap", "if (folio_test_swapcache(folio))", Op::Branch(is_swap_cache, "cache")),
        line("file", "if (folio->mapping is a file's)", Op::Branch(is_of_a_file, "mapping")),
        NO_MAPPING,
        A_MAPPING,
        SWAP_CACHE,
    ],
);

pub(super) const ASSERT_NO_TAIL: &str = "VM_BUG_ON_PGFLAGS(PageTail(page), page)";

/// `PageHuge(page)` of what is no page of hugetlbfs: the lines go to the label behind them, or to
/// `no` at once where the page is not compound. It reads the second page of whatever is there.
pub(super) const fn page_huge(no: &'static str) -> [Line; 4] {
    [
        line("hugehead", "if (PageHead(page))", Op::Branch(is_head, "dtorhead")),
        line("hugetail", "if (!PageTail(page))", Op::Branch(is_no_tail, no)),
        line("dtorhead", "head = compound_head(page)", Op::Do(find_head)),
        line("dtor", "if (head[1].compound_dtor != HUGETLB)", Op::Branch(is_not_hugetlb, no)),
    ]
}

/// The words of the second page of what `local` takes for the head of a compound page.
fn second(ctx: &Ctx, local: Local) -> Option<Compound> {
    ctx.layout().second_page(ctx.get(local))
}

/// A word of the second page; behind the end of memory there is none.
pub(super) fn word_of_second(ctx: &mut Ctx, local: Local, word: fn(Compound) -> Cell<u16>) -> u16 {
    second(ctx, local).map_or(GARBAGE, |second| ctx.load(word(second)))
}

/// `PageDoubleMap`, which is a flag of the second page.
pub(super) fn has_double_map(ctx: &mut Ctx, head: Local) -> bool {
    second(ctx, head).is_some_and(|second| ctx.load(second.double_map()))
}

/// `PageHead`
pub(super) fn is_head(ctx: &mut Ctx) -> bool {
    let head = ctx.layout().compound(ctx.get(Local::Page)).head();
    ctx.load(head)
}

/// `PageHead`, inverted.
pub(super) fn is_no_head(ctx: &mut Ctx) -> bool {
    !is_head(ctx)
}

/// `PageTail`
pub(super) fn is_tail(ctx: &mut Ctx) -> bool {
    let head = ctx.layout().compound(ctx.get(Local::Page)).compound_head();
    ctx.load(head).is_some()
}

/// `PageTail`, inverted.
pub(super) fn is_no_tail(ctx: &mut Ctx) -> bool {
    !is_tail(ctx)
}

/// What every test of a folio's flag asserts.
pub(super) fn asserts_no_tail(ctx: &mut Ctx) -> bool {
    ctx.geometry().debug_vm && is_tail(ctx)
}

/// `compound_head(page)`, with the page kept.
pub(super) fn find_head(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    let head = ctx.load(ctx.layout().compound(page).compound_head());
    ctx.set(Local::Folio, head.unwrap_or(page));
}

/// No page of the model is one of hugetlbfs, and a word that was never written names nobody.
fn is_not_hugetlb(ctx: &mut Ctx) -> bool {
    if word_of_second(ctx, Local::Folio, Compound::dtor) == GARBAGE {
        ctx.find(event::GARBAGE_VERDICT);
    }
    true
}

/// `PageSlab`
pub(super) fn is_slab(ctx: &mut Ctx) -> bool {
    let slab = ctx.layout().compound(ctx.get(Local::Page)).slab();
    ctx.load(slab)
}

/// `PageSwapCache`
pub(super) fn is_swap_cache(ctx: &mut Ctx) -> bool {
    let swap = ctx.page(Local::Page).swap();
    ctx.load(swap).is_some()
}

/// `page->mapping`, which is one word: neither `NULL` nor marked as of anonymous memory.
fn is_of_a_file(ctx: &mut Ctx) -> bool {
    let page = ctx.page(Local::Page);
    let bare = ctx.layout().compound(ctx.get(Local::Page)).bare_anon_vma();
    let found = if ctx.load(bare) {
        mapping::ANON_VMA
    } else if !ctx.load(page.anon()) && ctx.load(page.rmap()).is_some() {
        mapping::ADDRESS_SPACE
    } else {
        0
    };
    ctx.set(Local::Mapping, found);
    found != 0
}

/// `_mapcount + 1`. The type of a free block stands in the same word: it reads as far below zero.
pub(super) fn mapcount_of(ctx: &mut Ctx, pfn: Pfn) -> u16 {
    let page = ctx.layout().page(pfn);
    let mapcount = ctx.load(page.mapcount());
    if ctx.peek(page.place()) == Place::Buddy { PAGE_BUDDY_MAPCOUNT } else { mapcount }
}

/// `PAGE_BUDDY_MAPCOUNT_VALUE` of old, plus one.
const PAGE_BUDDY_MAPCOUNT: u16 = -127i16 as u16;

fn read_count(ctx: &mut Ctx) {
    let refcount = ctx.page(Local::Page).refcount();
    let count = ctx.load(refcount);
    ctx.set(Local::Refs, count);
}

fn read_first_page(ctx: &mut Ctx) {
    let head = ctx.layout().compound(ctx.get(Local::Page)).compound_head();
    let head = ctx.load(head);
    ctx.set(Local::Given, head);
}

/// An access to `NULL`, no assertion.
fn is_null(ctx: &mut Ctx) -> bool {
    ctx.get::<Option<Pfn>>(Local::Given).is_none()
}

fn to_first_page(ctx: &mut Ctx) {
    let head = ctx.must(ctx.get::<Option<Pfn>>(Local::Given));
    ctx.set(Local::Page, head);
}

/// The forms that a kernel has of these.
pub(super) fn routines(chosen: &Chosen) -> [&'static Routine; 2] {
    let count = match chosen.get("compound_head") {
        "first_page" => &PAGE_COUNT_V3_13,
        "rechecked" => &PAGE_COUNT_V3_14,
        _ => &PAGE_COUNT_V4_4,
    };
    let old = ["v5.8", "v5.10"].contains(&chosen.get("total_mapcount"));
    [count, if old { &PAGE_MAPPING_V5_8 } else { &PAGE_MAPPING_V5_16 }]
}
