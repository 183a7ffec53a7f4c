//! `mm/page_isolation.c`: whether what is in a pageblock can be moved away at all.
use super::debug::DUMP_PAGE;
use super::mm_h::{is_head, is_tail};
use super::sparse::mem_hotplug_write;
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Migratetype, Pfn, Place};
use crate::routines::at_hand::returned_nonzero;
use crate::routines::kernels::Chosen;
use crate::routines::page_isolation::{SET_MIGRATETYPE_ISOLATE, block as plain};

/// `has_unmovable_pages`; the first such page.
pub const HAS_UNMOVABLE_PAGES: Function = Function("has_unmovable_pages");

/// Under `zone->lock`, which keeps what is free, and nothing of what is in use. A page that is
/// neither free nor on the LRU is in nobody's way for long, or for ever: who looks cannot tell.
pub static HAS_UNMOVABLE_PAGES_V5_8: Routine = Routine {
    function: HAS_UNMOVABLE_PAGES,
    source: "mm/page_isolation.c, v5.8 to v6.12",
    omits: "reserved and offline pages, hugetlbfs, hardware poison, movable pages that are not on \
            the LRU; which type is to be isolated: a CMA block is approved to all but offlining",
    params: &[Local::Block],
    locals: &[Local::Page, Local::Folio],
    returns: Returns::Page,
    body: &[
        line("first", "pfn = start_pfn", Op::Let(first_page)),
        line("cma", "if (is_migrate_cma_page(page))", Op::Branch(is_cma, "forcma")),
        line("end", "for (; pfn < end_pfn; pfn++)", Op::If(past_block, "none")),
        line("head", "if (PageHead(page))", Op::Branch(is_head, "whole")),
        line("tail", "if (PageTail(page))", Op::Branch(is_tail, "whole")),
        line("count", "if (!page_ref_count(page))", Op::Branch(is_unreferenced, "free")),
        line("lru", "if (!PageLRU(page))", Op::Branch(is_not_lru, "found")),
        line("next", "pfn++", Op::Let(next_page)),
        line("loop", "for (..)", Op::Goto("end")),
        line("whole", "head = compound_head(page)", Op::Do(find_head)),
        line("headlru", "if (!PageLRU(head))", Op::Branch(head_is_not_lru, "found")),
        line("skip", "pfn = head + compound_nr(head) - 1", Op::Do(skip_compound)),
        line("skipped", "continue", Op::Goto("next")),
        line("free", "if (PageBuddy(page)) pfn += its pages - 1", Op::Do(skip_buddy)),
        line("gone", "continue", Op::Goto("next")),
        line("forcma", "if (is_migrate_cma(migratetype))", Op::If(is_not_offlining, "none")),
        line("found", "return page", Op::Return(|look| look.get::<u16>(Local::Page) + 1)),
        line("none", "return NULL", Op::Return(|_| 0)),
    ],
};

const ASK: Line =
    line("ask", "unmovable = has_unmovable_pages(..)", Op::Call(HAS_UNMOVABLE_PAGES, &[]));
const KEEP: Line = line("keep", "  (unmovable)", Op::Let(keep_page));
const UNMOVABLE: Line = line("unmovable", "if (unmovable)", Op::If(returned_nonzero, "refuse"));
const BEGIN: &[Line] = &[plain::LOCK, plain::BUSY_CHECK, ASK, KEEP, UNMOVABLE];
/// What is printed is printed behind the lock.
const REFUSE: &[Line] = &[
    plain::BUSY,
    plain::EBUSY,
    line("refuse", "spin_unlock_irqrestore(&zone->lock)", plain::UNLOCK.op),
    line("report", "if (isol_flags & REPORT_FAILURE)", Op::If(is_not_offlining, "refused")),
    line("dump", "  dump_page(unmovable)", Op::Call(DUMP_PAGE, &[])),
    line("refused", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
];

const fn set(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SET_MIGRATETYPE_ISOLATE,
        source,
        omits: "the flags: memory offlining alone has any, and is known by its lock",
        params: &[Local::Block],
        locals: &[Local::Mt, Local::Page, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The drain is the callee's.
pub static SET_V5_8: Routine = set(
    "mm/page_isolation.c, v5.8 to v5.10, of a zone that is not ZONE_MOVABLE",
    joined!(
        BEGIN,
        &[plain::TYPE, plain::COUNT, plain::MOVE, plain::UNLOCK, plain::DRAIN, plain::SUCCESS],
        REFUSE
    ),
);
/// The drain is the caller's.
pub static SET_V5_11: Routine = set(
    "mm/page_isolation.c, v5.11 to v6.9, of a zone that is not ZONE_MOVABLE",
    joined!(
        BEGIN,
        &[plain::TYPE, plain::COUNT, plain::MOVE, plain::UNLOCK, plain::SUCCESS],
        REFUSE
    ),
);
/// A larger free block is split first.
pub static SET_V6_10: Routine = set(
    "mm/page_isolation.c, v6.10 to v6.12, of a zone that is not ZONE_MOVABLE",
    joined!(
        BEGIN,
        &[plain::SPLIT, plain::TYPE, plain::MOVE, plain::COUNT, plain::UNLOCK, plain::SUCCESS],
        REFUSE
    ),
);

/// Nothing where all pages are taken for movable, or the pageblock is not looked at first.
pub(super) fn routines(chosen: &Chosen) -> Vec<&'static Routine> {
    if chosen.is("offline_zone", "movable") {
        return Vec::new();
    }
    let set = match chosen.get("isolation") {
        "v4.17" | "v5.8" => &SET_V5_8,
        "v5.11" | "v5.19-rc1" | "v5.19" => &SET_V5_11,
        "v6.10" => &SET_V6_10,
        _ => return Vec::new(),
    };
    vec![set, &HAS_UNMOVABLE_PAGES_V5_8, &super::debug::DUMP_PAGE_V5_8]
}

/// Whoever takes memory out has locked the others out.
fn is_not_offlining(look: &Look) -> bool {
    let word = look.peek(mem_hotplug_write(look).cell);
    !(word.exclusive() && word.held_by(look.cpu()))
}

fn keep_page(ctx: &mut Ctx) {
    let unmovable: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::Page, unmovable.unwrap_or_default());
}

fn block(look: &Look) -> usize {
    usize::from(look.get::<u16>(Local::Block))
}

fn first_page(ctx: &mut Ctx) {
    let block: u16 = ctx.get(Local::Block);
    ctx.set(Local::Page, Pfn(block * ctx.geometry().pageblock_pages() as u16));
}

fn is_cma(ctx: &mut Ctx) -> bool {
    let mt = ctx.layout().migratetype_of(ctx.get(Local::Page));
    ctx.load(mt) == Migratetype::Cma
}

fn past_block(look: &Look) -> bool {
    usize::from(look.get::<u16>(Local::Page))
        >= (block(look) + 1) * look.geometry().pageblock_pages()
}

fn is_unreferenced(ctx: &mut Ctx) -> bool {
    let refcount = ctx.page(Local::Page).refcount();
    ctx.load(refcount) == 0
}

fn is_not_lru(ctx: &mut Ctx) -> bool {
    let lru = ctx.page(Local::Page).lru();
    !ctx.load(lru)
}

fn next_page(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    ctx.set(Local::Page, Pfn(page.0 + 1));
}

fn find_head(ctx: &mut Ctx) {
    super::mm_h::find_head(ctx);
}

fn head_is_not_lru(ctx: &mut Ctx) -> bool {
    let lru = ctx.page(Local::Folio).lru();
    !ctx.load(lru)
}

/// Nobody keeps the compound page as it is: what is read may be no order at all.
fn skip_compound(ctx: &mut Ctx) {
    let (page, head): (Pfn, Pfn) = (ctx.get(Local::Page), ctx.get(Local::Folio));
    let order = ctx.layout().second_page(head).map(|second| ctx.load(second.order()));
    let order = order.filter(|order| *order <= u16::from(ctx.geometry().max_order));
    let last = head.0 + (1 << order.unwrap_or(0)) - 1;
    ctx.set(Local::Page, Pfn(last.max(page.0)));
}

fn skip_buddy(ctx: &mut Ctx) {
    let (pfn, page) = (ctx.get::<Pfn>(Local::Page), ctx.page(Local::Page));
    if ctx.load(page.place()) == Place::Buddy {
        let order = ctx.load(page.order());
        ctx.set(Local::Page, Pfn(pfn.0 + (1 << order) - 1));
    }
}
