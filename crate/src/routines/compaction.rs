//! `mm/compaction.c`: picking the pages of a range to migrate, and taking its free pages.
use std::ops::Deref;

use super::gup::no_reference;
use super::page_alloc::zone_lock;
use super::swap;
use super::vmscan::{join_list, test_and_clear_lru_fails};
use crate::machine::routine::line;
use crate::machine::{At, Ctx, Function, Local, Look, Op, Returns, Routine};
use crate::mm::{Memory, Pfn, Place, free_list};

/// `isolate_migratepages_block`; the pages go on the lane's `migratepages` list.
pub const ISOLATE_MIGRATEPAGES_BLOCK: Function = Function("isolate_migratepages_block");
/// `isolate_freepages_range`
pub const ISOLATE_FREEPAGES_RANGE: Function = Function("isolate_freepages_range");

/// The two counts are read one after the other, without a lock and without a reference: a page
/// that looks referenced by more than its mappings is passed over.
pub static ISOLATE_MIGRATEPAGES_BLOCK_V5_17: Routine = Routine {
    function: ISOLATE_MIGRATEPAGES_BLOCK,
    source: "mm/compaction.c, v5.11 to v6.1-rc7, for alloc_contig_range",
    omits: "lruvec->lru_lock, swap cache, compound and movable non-LRU pages",
    params: &[Local::Start, Local::End],
    locals: &[Local::Page, Local::Refs],
    returns: Returns::Nothing,
    body: &[
        line("first", "low_pfn = start", Op::Let(first_page)),
        line("end", "if (low_pfn >= end_pfn)", Op::If(past_end, "out")),
        line("buddy", "if (PageBuddy(page))", Op::Branch(is_buddy, "next")),
        line("lru", "if (!PageLRU(page))", Op::Branch(is_not_lru, "next")),
        line("count", "count = page_count(page)", Op::Do(read_count)),
        line("pinned", "if (count > page_mapcount(page))", Op::Branch(is_referenced, "next")),
        line("get", "if (!get_page_unless_zero(page))", Op::Branch(no_reference, "next")),
        line("clear", "if (!TestClearPageLRU(page))", Op::Branch(test_and_clear_lru_fails, "put")),
        line("list", "list_add(&page->lru, &cc->migratepages)", Op::Let(join_list)),
        line("next", "low_pfn++", Op::Let(next_page)),
        line("loop", "for (..)", Op::Goto("end")),
        line("put", "put_page(page)", Op::Call(swap::PUT_PAGE, &[])),
        line("fail", "continue", Op::Goto("next")),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// Free pages of the isolated range leave the lists; their count is set behind the lock.
pub static ISOLATE_FREEPAGES_RANGE_V5_17: Routine = Routine {
    function: ISOLATE_FREEPAGES_RANGE,
    source: "mm/compaction.c, v5.17",
    omits: "dropping zone->lock at every 32nd page; the failure of a range that was tested before",
    params: &[Local::Start, Local::End],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("lock", "spin_lock_irqsave(&cc->zone->lock)", Op::Acquire(zone_lock)),
        line("take", "isolate_freepages_block(.., true)", Op::Do(take_free_pages)),
        line("unlock", "spin_unlock_irqrestore(&cc->zone->lock)", Op::Release(zone_lock)),
        line("split", "split_map_pages(&freelist)", Op::Do(split_map_pages)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

fn first_page(ctx: &mut Ctx) {
    let start: Pfn = ctx.get(Local::Start);
    ctx.set(Local::Page, start);
}

fn past_end(look: &Look) -> bool {
    look.get::<Pfn>(Local::Page) >= look.get(Local::End)
}

fn next_page(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    ctx.set(Local::Page, Pfn(page.0 + 1));
    ctx.set(Local::Refs, 0u16);
}

fn is_buddy(ctx: &mut Ctx) -> bool {
    let place = ctx.page(Local::Page).place();
    matches!(ctx.load(place), Place::Buddy | Place::BuddyTail)
}

fn is_not_lru(ctx: &mut Ctx) -> bool {
    let lru = ctx.page(Local::Page).lru();
    !ctx.load(lru)
}

fn read_count(ctx: &mut Ctx) {
    let refcount = ctx.page(Local::Page).refcount();
    let count = ctx.load(refcount);
    ctx.set(Local::Refs, count);
}

fn is_referenced(ctx: &mut Ctx) -> bool {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.get::<u16>(Local::Refs) > ctx.load(mapcount)
}

/// The blocks of the range's free pages leave the ISOLATE lists, which nobody counts, for the
/// lane's own list. What stands before or behind the range in such a block is the caller's to
/// free.
fn take_free_pages(ctx: &mut Ctx) {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    let owner = ctx.cpu() as u16 + 1;
    let (memory, layout) = ctx.parts();
    for pfn in layout.pfns() {
        let page = layout.page(pfn);
        if memory.peek(page.place()) != Place::Buddy {
            continue;
        }
        let order = memory.load(page.order()) as u8;
        if pfn < end && pfn.0 + (1 << order) > start.0 {
            let list = free_list::list_of(memory, layout, pfn).expect("a buddy is on a list");
            free_list::remove(memory, layout, pfn, list);
            for taken in pfn.0..pfn.0 + (1 << order) {
                memory.store(layout.page(Pfn(taken)).isolated_by(), owner);
            }
        }
    }
}

/// Every page taken gets its first reference, which the lane holds.
fn split_map_pages(ctx: &mut Ctx) {
    let mut from = Pfn(0);
    while let Some(pfn) = first_on_list(ctx, from) {
        let page = ctx.layout().page(pfn);
        ctx.store(page.refcount(), 1);
        ctx.store(page.place(), Place::Allocated);
        ctx.hold(pfn, 1);
        from = Pfn(pfn.0 + 1);
    }
}

/// Whether the lane's list is empty.
pub fn list_is_empty(look: &Look) -> bool {
    first_on_list(look, Pfn(0)).is_none()
}

/// The first page from `from` on that is on the lane's list: of pages to migrate, or of free
/// pages taken.
pub fn first_on_list<M: Deref<Target = Memory>>(at: &At<'_, M>, from: Pfn) -> Option<Pfn> {
    let owner = at.cpu() as u16 + 1;
    let on_list = |pfn: &Pfn| at.peek(at.layout().page(*pfn).isolated_by()) == owner;
    at.layout().pfns().skip(usize::from(from.0)).find(on_list)
}
