//! One pageblock: `set_migratetype_isolate` and `unset_migratetype_isolate`.
use super::{block, is_isolated, not_isolated, note};
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::{Isolation, Layout, Memory, Migratetype, Pfn, Place, free_list};
use crate::routines::page_alloc::buddy::{FREE_ONE_BUDDY, move_freepages_block};
use crate::routines::page_alloc::drain::{
    DRAIN_ALL_PAGES, KICK_ALL_CPUS_SYNC, ON_EACH_CPU_DRAIN, ZONE_PCP_DISABLE, ZONE_PCP_ENABLE,
};
use crate::routines::page_alloc::free::FREE_PAGES_OK;
use crate::routines::page_alloc::{account, account_unless_isolated, zone_lock};

/// `set_migratetype_isolate`
pub const SET_MIGRATETYPE_ISOLATE: Function = Function("set_migratetype_isolate");
/// `unset_migratetype_isolate`
pub const UNSET_MIGRATETYPE_ISOLATE: Function = Function("unset_migratetype_isolate");

pub(in crate::routines) const LOCK: Line =
    line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock));
pub(in crate::routines) const UNLOCK: Line =
    line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock));
pub(in crate::routines) const BUSY_CHECK: Line =
    line("isolated", "if (is_migrate_isolate_page(page))", Op::Branch(is_isolated, "busy"));
pub(in crate::routines) const TYPE: Line =
    line("type", "set_pageblock_migratetype(page, MIGRATE_ISOLATE)", Op::Do(set_type_isolate));
pub(in crate::routines) const COUNT: Line =
    line("count", "zone->nr_isolate_pageblock++", Op::Do(|ctx| count(ctx, 1)));
pub(in crate::routines) const MOVE: Line =
    line("move", "move_freepages_block(zone, page, ISOLATE)", Op::Do(move_to_isolate));
pub(in crate::routines) const DRAIN: Line =
    line("drain", "drain_all_pages()", Op::Call(DRAIN_ALL_PAGES, &[]));
pub(in crate::routines) const SUCCESS: Line = line("success", "return 0", Op::Return(|_| 0));
pub(in crate::routines) const BUSY: Line =
    line("busy", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock));
pub(in crate::routines) const EBUSY: Line =
    line("out", "return -EBUSY", Op::Return(|_| errno::EBUSY));

const SET_OMITS: &str =
    "has_unmovable_pages, which approves a CMA block to CMA without looking at a page";

const fn set(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SET_MIGRATETYPE_ISOLATE,
        source,
        omits: SET_OMITS,
        params: &[Local::Block],
        locals: &[Local::Mt],
        returns: Returns::Errno,
        body,
    }
}

/// Type, lists and accounting change in one section of `zone->lock`. Nobody asks whether the block
/// is isolated already. The drain is behind the lock.
pub static SET_V3_16: Routine =
    set("mm/page_isolation.c, v3.16", &[LOCK, TYPE, MOVE, UNLOCK, DRAIN, SUCCESS]);
/// And `nr_isolate_pageblock` says that isolation is about.
pub static SET_V3_18: Routine =
    set("mm/page_isolation.c, v3.18 to v4.16", &[LOCK, TYPE, COUNT, MOVE, UNLOCK, DRAIN, SUCCESS]);
/// A block that somebody else has isolated is refused (2c7452a075d4).
pub static SET_V4_17: Routine = set(
    "mm/page_isolation.c, v4.17 to v5.10",
    &[LOCK, BUSY_CHECK, TYPE, COUNT, MOVE, UNLOCK, DRAIN, SUCCESS, BUSY, EBUSY],
);
/// The drain is the caller's (7612921f2376).
pub static SET_V5_11: Routine = set(
    "mm/page_isolation.c, v5.11 to v6.9",
    &[LOCK, BUSY_CHECK, TYPE, COUNT, MOVE, UNLOCK, SUCCESS, BUSY, EBUSY],
);
/// A free block that is larger than the pageblock is split first; counters follow each list that a
/// block leaves or joins.
pub static SET_V6_10: Routine = set(
    "mm/page_isolation.c, v6.10 to v6.12 (move_freepages_block_isolate)",
    &[LOCK, BUSY_CHECK, SPLIT, TYPE, MOVE, COUNT, UNLOCK, SUCCESS, BUSY, EBUSY],
);

const GAP_TYPE: Line =
    line("type", "set_pageblock_migratetype(page, MIGRATE_ISOLATE)", Op::Do(open_gap));
const DISABLE: Line = line("disable", "zone_pcp_disable(zone)", Op::Call(ZONE_PCP_DISABLE, &[]));
const EACH_CPU: Line =
    line("drain", "on_each_cpu(drain_local_pages, NULL, 1)", Op::Call(ON_EACH_CPU_DRAIN, &[]));
const LOCK_2: Line = line("lock2", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock));
const MOVE_GAP: Line = line("move", "move_freepages_block(zone, page, ISOLATE)", Op::Do(close_gap));
const UNLOCK_2: Line =
    line("unlock2", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock));
const ENABLE: Line = line("enable", "zone_pcp_enable(zone)", Op::Call(ZONE_PCP_ENABLE, &[]));

/// The type first; then three rendezvous with all CPUs, after which every free sees it; then the
/// lists. A page that is freed between the two sections is on the isolate list and not counted,
/// and is subtracted all the same.
pub static SET_2014: Routine = set(
    "patch 4/8 of 2014 on v3.16",
    &[LOCK, GAP_TYPE, UNLOCK, DISABLE, EACH_CPU, LOCK_2, MOVE_GAP, UNLOCK_2, ENABLE, SUCCESS],
);
/// As before, but CPUs whose pcplists read empty are not asked to drain.
pub static SET_2014_MASKED: Routine = set(
    "patch 4/8 of 2014 with drain_all_pages, as its reviewer asked",
    &[LOCK, GAP_TYPE, UNLOCK, DISABLE, DRAIN, LOCK_2, MOVE_GAP, UNLOCK_2, ENABLE, SUCCESS],
);

const PARK: Line = line("move", "SetPageIsolated of the free pages", Op::Do(park_block));

/// Free blocks of the pageblock leave the lists; what is freed meanwhile never gets there.
pub static SET_2014_PARKED: Routine = set(
    "patch 5/8 of 2014 on v3.16",
    &[LOCK, GAP_TYPE, UNLOCK, DISABLE, EACH_CPU, LOCK_2, PARK, UNLOCK_2, ENABLE, SUCCESS],
);

const CHECK: Line =
    line("isolated", "if (!is_migrate_isolate_page(page))", Op::Branch(not_isolated, "unlock"));
const BACK: Line = line("move", "move_freepages_block(zone, page, mt)", Op::Do(move_back));
const RESTORE: Line = line(
    "type",
    "set_pageblock_migratetype(page, mt)",
    Op::Do(|ctx| restore(ctx, Isolation::None)),
);
const LESS: Line = line("count", "zone->nr_isolate_pageblock--", Op::Do(|ctx| count(ctx, -1)));
const RETURN: Line = line("out", "return", Op::Return(|_| 0));

const fn unset(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: UNSET_MIGRATETYPE_ISOLATE,
        source,
        omits: "",
        params: &[Local::Block, Local::Wanted],
        locals: &[Local::Page, Local::Order, Local::Mt, Local::Ret],
        returns: Returns::Nothing,
        body,
    }
}

/// Lists and accounting come first here, the type after them, in one section.
pub static UNSET_V3_16: Routine =
    unset("mm/page_isolation.c, v3.16", &[LOCK, CHECK, BACK, RESTORE, UNLOCK, RETURN]);

const LARGE: Line =
    line("large", "if (order >= pageblock_order && ..)", Op::Branch(is_large, "take"));
const TAKE: Line = line("take", "__isolate_free_page(page, order)", Op::Do(take_large));
const RESTORE_LARGE: Line = line(
    "type2",
    "set_pageblock_migratetype(page, mt)",
    Op::Do(|ctx| restore(ctx, Isolation::None)),
);
const LESS_LARGE: Line =
    line("count2", "zone->nr_isolate_pageblock--", Op::Do(|ctx| count(ctx, -1)));

/// A free block of a whole pageblock, whose neighbour is not isolated, is freed again behind the
/// lock, so that the two can merge.
pub static UNSET_V3_18: Routine = unset(
    "mm/page_isolation.c, v3.18 to v4.20",
    &[
        LOCK,
        CHECK,
        LARGE,
        BACK,
        RESTORE,
        LESS,
        UNLOCK,
        RETURN,
        TAKE,
        RESTORE_LARGE,
        LESS_LARGE,
        UNLOCK_LARGE,
        line("free", "__free_pages(isolated_page, order)", Op::Call(FREE_PAGES_OK, &[])),
        line("freed", "return", Op::Return(|_| 0)),
    ],
);

const AS_WANTED: Line = line("as", "__putback_isolated_page(page, order, mt)", Op::Let(as_wanted));
const FREE_LARGE: Line =
    line("free", "__free_one_page(page, pfn, zone, order, mt)", Op::Call(FREE_ONE_BUDDY, &[]));
const COUNT_LARGE: Line =
    line("account", "__mod_zone_freepage_state(zone, nr, mt)", Op::Do(count_large));
const UNLOCK_LARGE: Line =
    line("unlock2", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock));
const FREED: Line = line("freed", "return", Op::Return(|_| 0));
pub(in crate::routines) const SPLIT: Line =
    line("split", "split_large_buddy(zone, buddy, pfn, order)", Op::Do(split_straddling));

/// The large block goes back under the lock (`__putback_isolated_page`).
pub static UNSET_V5_8: Routine = unset(
    "mm/page_isolation.c, v5.8 to v6.9",
    &[
        LOCK,
        CHECK,
        LARGE,
        BACK,
        RESTORE,
        LESS,
        UNLOCK,
        RETURN,
        TAKE,
        RESTORE_LARGE,
        AS_WANTED,
        FREE_LARGE,
        COUNT_LARGE,
        LESS_LARGE,
        UNLOCK_LARGE,
        FREED,
    ],
);

/// A free block that is larger than the pageblock is split first (`move_freepages_block_isolate`).
pub static UNSET_V6_10: Routine = unset(
    "mm/page_isolation.c, v6.10 to v6.12",
    &[
        LOCK,
        CHECK,
        LARGE,
        SPLIT,
        BACK,
        RESTORE,
        LESS,
        UNLOCK,
        RETURN,
        TAKE,
        RESTORE_LARGE,
        AS_WANTED,
        FREE_LARGE,
        COUNT_LARGE,
        LESS_LARGE,
        UNLOCK_LARGE,
        FREED,
    ],
);

const TYPE_BACK: Line =
    line("type", "set_pageblock_migratetype(page, mt)", Op::Do(|ctx| restore(ctx, Isolation::Gap)));
const KICK: Line = line("kick", "kick_all_cpus_sync()", Op::Call(KICK_ALL_CPUS_SYNC, &[]));

/// The type first, the lists in a second section: a page freed between the two is counted twice.
pub static UNSET_2014: Routine = unset(
    "patch 4/8 of 2014 on v3.16",
    &[
        LOCK,
        CHECK,
        TYPE_BACK,
        line("typed", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        KICK,
        LOCK_2,
        line("move", "move_freepages_block(zone, page, mt)", Op::Do(move_back_gap)),
        UNLOCK,
        RETURN,
    ],
);

/// What was kept off the lists is freed as of the new type.
pub static UNSET_2014_PARKED: Routine = unset(
    "patch 5/8 of 2014 on v3.16",
    &[
        LOCK,
        CHECK,
        TYPE_BACK,
        line("typed", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        KICK,
        LOCK_2,
        line("next", "for each PageIsolated of the block", Op::Branch(none_is_parked, "closed")),
        line("free", "__free_one_page(page, pfn, zone, order, mt)", Op::Call(FREE_ONE_BUDDY, &[])),
        line("account", "__mod_zone_freepage_state(zone, nr, mt)", Op::Do(count_large)),
        line("loop", "next page", Op::Goto("next")),
        line("closed", "end", Op::Let(|ctx| note(ctx, Isolation::None))),
        UNLOCK,
        RETURN,
    ],
);

fn set_type(ctx: &mut Ctx, now: Isolation) {
    let cell = ctx.layout().migratetype(block(ctx));
    let old = ctx.update(cell, |_| Migratetype::Isolate);
    ctx.set(Local::Mt, old);
    note(ctx, now);
}

fn set_type_isolate(ctx: &mut Ctx) {
    set_type(ctx, Isolation::Started);
}

fn open_gap(ctx: &mut Ctx) {
    set_type(ctx, Isolation::Gap);
}

fn restore(ctx: &mut Ctx, now: Isolation) {
    let (cell, mt) = (ctx.layout().migratetype(block(ctx)), ctx.get(Local::Wanted));
    ctx.update(cell, |_| mt);
    note(ctx, now);
}

fn count(ctx: &mut Ctx, by: i16) {
    let count = ctx.layout().zone().nr_isolate_pageblock();
    ctx.update(count, |count| count.wrapping_add(by));
}

fn move_to_isolate(ctx: &mut Ctx) {
    let (block, old) = (block(ctx), ctx.get(Local::Mt));
    let (memory, layout) = ctx.parts();
    let moved = move_freepages_block(memory, layout, block, Migratetype::Isolate);
    account(memory, layout, -moved, old);
}

fn close_gap(ctx: &mut Ctx) {
    move_to_isolate(ctx);
    note(ctx, Isolation::Started);
}

fn move_back(ctx: &mut Ctx) {
    let (block, mt) = (block(ctx), ctx.get(Local::Wanted));
    let (memory, layout) = ctx.parts();
    let moved = move_freepages_block(memory, layout, block, mt);
    account(memory, layout, moved, mt);
}

fn move_back_gap(ctx: &mut Ctx) {
    move_back(ctx);
    note(ctx, Isolation::None);
}

/// The heads of the block leave the lists that they are on, counted no more.
fn park_block(ctx: &mut Ctx) {
    let (block, old) = (block(ctx), ctx.get(Local::Mt));
    let (memory, layout) = ctx.parts();
    for pfn in layout.pfns_of_block(block) {
        if memory.load(layout.page(pfn).place()) != Place::Buddy {
            continue;
        }
        let order = memory.load(layout.page(pfn).order()) as u8;
        let list = free_list::list_with(memory, layout, pfn);
        free_list::remove(memory, layout, pfn, list);
        free_list::mark(memory, layout, pfn, order, Place::Parked);
        account(memory, layout, -(1 << order), old);
    }
    note(ctx, Isolation::Started);
}

fn none_is_parked(ctx: &mut Ctx) -> bool {
    let block = block(ctx);
    let (memory, layout) = ctx.parts();
    let mut pages = layout.pfns_of_block(block);
    let Some(pfn) = pages.find(|pfn| memory.load(layout.page(*pfn).place()) == Place::Parked)
    else {
        return true;
    };
    let order = memory.load(layout.page(pfn).order());
    free_list::set_in_flight(memory, layout, pfn);
    ctx.set(Local::Page, pfn);
    ctx.set(Local::Order, order);
    as_wanted(ctx);
    false
}

fn as_wanted(ctx: &mut Ctx) {
    let mt: Migratetype = ctx.get(Local::Wanted);
    ctx.set(Local::Mt, mt);
}

fn count_large(ctx: &mut Ctx) {
    let (order, mt): (u16, Migratetype) = (ctx.get(Local::Order), ctx.get(Local::Mt));
    let (memory, layout) = ctx.parts();
    account(memory, layout, 1 << order, mt);
}

fn first_page(ctx: &Ctx) -> Pfn {
    ctx.must(ctx.layout().pfns_of_block(block(ctx)).next())
}

/// The block starts with a free block of a pageblock or more, below the largest order, whose
/// neighbour is not isolated.
fn is_large(ctx: &mut Ctx) -> bool {
    let pfn = first_page(ctx);
    let page = ctx.layout().page(pfn);
    let order = ctx.load(page.order());
    let geometry = ctx.geometry();
    let (least, most) = (u16::from(geometry.pageblock_order), u16::from(geometry.max_order));
    if ctx.load(page.place()) != Place::Buddy || order < least || order >= most {
        return false;
    }
    let buddy = Pfn(pfn.0 ^ 1 << order);
    if usize::from(buddy.0) >= ctx.geometry().pages() {
        return false;
    }
    ctx.set(Local::Page, pfn);
    ctx.set(Local::Order, order);
    ctx.load(ctx.layout().migratetype_of(buddy)) != Migratetype::Isolate
}

fn take_large(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let (memory, layout) = ctx.parts();
    let list = free_list::list_with(memory, layout, pfn);
    free_list::remove(memory, layout, pfn, list);
}

/// The free block over the boundary of the pageblock, if there is one, becomes two of a pageblock
/// each, on the lists of their blocks' types.
fn split_straddling(ctx: &mut Ctx) {
    let block = block(ctx);
    let (memory, layout) = ctx.parts();
    split_around(memory, layout, block);
}

/// Splits the free block that holds this pageblock and others, down to pageblocks.
pub(super) fn split_around(memory: &mut Memory, layout: &Layout, block: usize) {
    let pageblock_order = layout.geometry.pageblock_order;
    for order in pageblock_order + 1..=layout.geometry.max_order {
        let first = layout.pfns_of_block(block).next().expect("a pageblock has pages");
        let head = Pfn(first.0 >> order << order);
        let page = layout.page(head);
        let is_head = memory.load(page.place()) == Place::Buddy;
        if !is_head || memory.load(page.order()) != u16::from(order) {
            continue;
        }
        let list = free_list::list_with(memory, layout, head);
        free_list::remove(memory, layout, head, list);
        account_unless_isolated(memory, layout, -(1 << order), list);
        for part in (head.0..head.0 + (1 << order)).step_by(1 << pageblock_order) {
            let mt = memory.load(layout.migratetype_of(Pfn(part)));
            free_list::add(memory, layout, Pfn(part), pageblock_order, mt);
            account_unless_isolated(memory, layout, 1 << pageblock_order, mt);
        }
    }
}
