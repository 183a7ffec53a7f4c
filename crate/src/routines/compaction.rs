//! `mm/compaction.c`: picking the pages of a range to migrate, and taking its free pages.
use std::ops::Deref;

use super::page_alloc::{account_unless_isolated, zone_lock};
use super::swap;
use super::try_grab::no_reference;
use super::vmscan::{join_list, test_and_clear_lru_fails};
use crate::machine::routine::{errno, line};
use crate::machine::{At, Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Memory, Migratetype, OwnList, OwnListKind, Pfn, Place, free_list};
use crate::properties::event;

/// `isolate_migratepages_block`; the pages go on the lane's `migratepages` list.
pub const ISOLATE_MIGRATEPAGES_BLOCK: Function = Function("isolate_migratepages_block");
/// `isolate_freepages_range`
pub const ISOLATE_FREEPAGES_RANGE: Function = Function("isolate_freepages_range");

const FIRST: Line = line("first", "low_pfn = start", Op::Let(first_page));
const END: Line = line("end", "if (low_pfn >= end_pfn)", Op::If(past_end, "out"));
const BUDDY: Line = line("buddy", "if (PageBuddy(page))", Op::Branch(is_buddy, "next"));
const LRU: Line = line("lru", "if (!PageLRU(page))", Op::Branch(is_not_lru, "next"));
const COUNT: Line = line("count", "count = page_count(page)", Op::Do(read_count));
const PINNED: Line =
    line("pinned", "if (count > page_mapcount(page))", Op::Branch(is_referenced, "next"));
const LIST: Line = line("list", "list_add(&page->lru, &cc->migratepages)", Op::Let(join_list));
const NEXT: Line = line("next", "low_pfn++", Op::Let(next_page));
const LOOP: Line = line("loop", "for (..)", Op::Goto("end"));
const OUT: Line = line("out", "return", Op::Return(|_| 0));

const fn isolate_migratepages(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ISOLATE_MIGRATEPAGES_BLOCK,
        source,
        omits: "swap cache, compound and movable non-LRU pages; the LRU lists and their lock",
        params: &[Local::Start, Local::End],
        locals: &[Local::Page, Local::Refs],
        returns: Returns::Nothing,
        body,
    }
}

/// The two counts are read one after the other, without a lock and without a reference: a page
/// that looks referenced by more than its mappings is passed over. Reference and `PG_lru` change
/// together under `lru_lock`.
pub static ISOLATE_MIGRATEPAGES_BLOCK_V3_16: Routine = isolate_migratepages(
    "mm/compaction.c, v3.16 to v5.10 (__isolate_lru_page)",
    &[
        FIRST,
        END,
        BUDDY,
        LRU,
        COUNT,
        PINNED,
        line("get", "if (__isolate_lru_page(page))", Op::Branch(isolate_lru_fails, "next")),
        LIST,
        NEXT,
        LOOP,
        OUT,
    ],
);

/// As before, but reference and `PG_lru` change one after the other, without `lru_lock`.
pub static ISOLATE_MIGRATEPAGES_BLOCK_V5_17: Routine = isolate_migratepages(
    "mm/compaction.c, v5.11 to v6.1-rc7, for alloc_contig_range",
    &[
        FIRST,
        END,
        BUDDY,
        LRU,
        COUNT,
        PINNED,
        line("get", "if (!get_page_unless_zero(page))", Op::Branch(no_reference, "next")),
        line("clear", "if (!TestClearPageLRU(page))", Op::Branch(test_and_clear_lru_fails, "put")),
        LIST,
        NEXT,
        LOOP,
        line("put", "put_page(page)", Op::Call(swap::PUT_PAGE, &[])),
        line("fail", "continue", Op::Goto("next")),
        OUT,
    ],
);

const TAKE_LOCK: Line = line("lock", "spin_lock_irqsave(&cc->zone->lock)", Op::Acquire(zone_lock));
const TAKE: Line =
    line("take", "isolate_freepages_block(.., true)", Op::Branch(take_fails, "failed"));
const TAKE_UNLOCK: Line =
    line("unlock", "spin_unlock_irqrestore(&cc->zone->lock)", Op::Release(zone_lock));
const DONE: Line = line("out", "return pfn", Op::Return(|_| 0));
const FAILED: Line =
    line("failed", "spin_unlock_irqrestore(&cc->zone->lock)", Op::Release(zone_lock));
const NOTHING: Line = line("nothing", "return 0", Op::Return(|_| errno::EBUSY));

const fn isolate_freepages_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ISOLATE_FREEPAGES_RANGE,
        source,
        omits: "dropping zone->lock at every 32nd page; taking a part and giving it back where the \
                range is not free as a whole",
        params: &[Local::Start, Local::End],
        locals: &[],
        returns: Returns::Errno,
        body,
    }
}

/// Free pages of the isolated range leave the lists and get their count under the lock.
pub static ISOLATE_FREEPAGES_RANGE_V3_16: Routine = isolate_freepages_range(
    "mm/compaction.c, v3.16 to v4.7",
    &[
        TAKE_LOCK,
        TAKE,
        line("split", "split_free_page(page): set_page_refcounted", Op::Do(split_map_pages)),
        TAKE_UNLOCK,
        DONE,
        FAILED,
        NOTHING,
    ],
);

/// Their count is set behind the lock.
pub static ISOLATE_FREEPAGES_RANGE_V5_9: Routine = isolate_freepages_range(
    "mm/compaction.c, v5.9 to v6.12",
    &[
        TAKE_LOCK,
        TAKE,
        TAKE_UNLOCK,
        line("split", "split_map_pages(&freelist)", Op::Do(split_map_pages)),
        DONE,
        FAILED,
        NOTHING,
    ],
);

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
    let referenced = ctx.get::<u16>(Local::Refs) > ctx.load(mapcount);
    if referenced {
        ctx.find(event::SKIP_AT_ISOLATE);
    }
    referenced
}

/// `__isolate_lru_page` under `lru_lock`: inverted, whether the page was not on the LRU any more.
fn isolate_lru_fails(ctx: &mut Ctx) -> bool {
    let page = ctx.page(Local::Page);
    if !ctx.load(page.lru()) || no_reference(ctx) {
        return true;
    }
    ctx.update(page.lru(), |_| false);
    false
}

/// The blocks of the range's free pages leave the lists that they are on for the lane's own. Only
/// those of a block that is not isolated were counted. What stands before or behind the range in
/// such a block is the caller's to free.
fn take_fails(ctx: &mut Ctx) -> bool {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    let owner = own_list(ctx, OwnListKind::Freelist);
    let (memory, layout) = ctx.parts();
    let free = |pfn: u16| memory.peek(layout.page(Pfn(pfn)).place());
    let is_free = |pfn| matches!(free(pfn), Place::Buddy | Place::BuddyTail | Place::Parked);
    if !(start.0..end.0).all(is_free) {
        return true;
    }
    for pfn in layout.pfns() {
        let page = layout.page(pfn);
        let place = memory.peek(page.place());
        let order = memory.peek(page.order()) as u8;
        let in_range = pfn < end && pfn.0 + (1 << order) > start.0;
        if !in_range || !matches!(place, Place::Buddy | Place::Parked) {
            continue;
        }
        if place == Place::Buddy {
            let list = free_list::list_with(memory, layout, pfn);
            free_list::remove(memory, layout, pfn, list);
            let mt: Migratetype = memory.load(layout.migratetype_of(pfn));
            account_unless_isolated(memory, layout, -(1 << order), mt);
        } else {
            free_list::set_in_flight(memory, layout, pfn);
        }
        for taken in pfn.0..pfn.0 + (1 << order) {
            memory.store(layout.page(Pfn(taken)).isolated_by(), owner);
        }
    }
    false
}

/// Every page taken gets its first reference, which the lane holds.
fn split_map_pages(ctx: &mut Ctx) {
    let mut from = Pfn(0);
    while let Some(pfn) = first_on_list(ctx, OwnListKind::Freelist, from) {
        let page = ctx.layout().page(pfn);
        ctx.store(page.refcount(), 1);
        ctx.store(page.place(), Place::Allocated);
        ctx.hold(pfn, 1);
        from = Pfn(pfn.0 + 1);
    }
}

fn own_list<M: Deref<Target = Memory>>(at: &At<'_, M>, kind: OwnListKind) -> Option<OwnList> {
    Some(OwnList { cpu: at.cpu(), kind })
}

/// Whether the lane's list of pages to migrate is empty.
pub fn list_is_empty(look: &Look) -> bool {
    first_on_list(look, OwnListKind::Migratepages, Pfn(0)).is_none()
}

/// The first page from `from` on that is on a list of the lane's own.
pub fn first_on_list<M: Deref<Target = Memory>>(
    at: &At<'_, M>,
    kind: OwnListKind,
    from: Pfn,
) -> Option<Pfn> {
    let owner = own_list(at, kind);
    let on_list = |pfn: &Pfn| at.peek(at.layout().page(*pfn).isolated_by()) == owner;
    at.layout().pfns().skip(usize::from(from.0)).find(on_list)
}
