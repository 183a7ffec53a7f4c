//! Ranges of pageblocks: isolating, undoing, testing.
use super::block::split_around;
use super::{SET_MIGRATETYPE_ISOLATE, UNSET_MIGRATETYPE_ISOLATE, block, not_isolated, note};
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Isolation, Layout, Memory, Migratetype, Pfn, Place, free_list};
use crate::properties::event;
use crate::routines::at_hand::{returned, returned_zero};
use crate::routines::page_alloc::drain::{ZONE_PCP_DISABLE, ZONE_PCP_ENABLE};
use crate::routines::page_alloc::zone_lock;

/// `start_isolate_page_range`
pub const START_ISOLATE_PAGE_RANGE: Function = Function("start_isolate_page_range");
/// `isolate_single_pageblock`
pub const ISOLATE_SINGLE_PAGEBLOCK: Function = Function("isolate_single_pageblock");
/// `undo_isolate_page_range`
pub const UNDO_ISOLATE_PAGE_RANGE: Function = Function("undo_isolate_page_range");
/// `test_pages_isolated`
pub const TEST_PAGES_ISOLATED: Function = Function("test_pages_isolated");

const RANGE: &[Local] = &[Local::Start, Local::End, Local::Wanted];

const FIRST: Line = line("first", "pfn = start_pfn", Op::Let(first_block));
const UNDO_FIRST: Line = line("first", "pfn = start_pfn", Op::Let(undo_begins));
const PCP_OFF: Line =
    line("pcpoff", "zone_pcp_disable(zone), in offline_pages", Op::Call(ZONE_PCP_DISABLE, &[]));
const PCP_ON: Line =
    line("pcpon", "zone_pcp_enable(zone), in offline_pages", Op::Call(ZONE_PCP_ENABLE, &[]));
const EACH: Line = line("end", "if (pfn >= end_pfn)", Op::If(past_last_block, "done"));
const SET: Line =
    line("set", "ret = set_migratetype_isolate(page, ..)", Op::Call(SET_MIGRATETYPE_ISOLATE, &[]));
const FAILED: Line = line("failed", "if (ret)", Op::If(|look| !returned_zero(look), "undo"));
const NEXT: Line = line("next", "pfn += pageblock_nr_pages", Op::Let(next_block));
const LOOP: Line = line("loop", "for (..)", Op::Goto("end"));
const DONE: Line = line("done", "the range is isolated", Op::Let(range_is_isolated));
const SUCCESS: Line = line("success", "return 0", Op::Return(|_| 0));
const UNDO: Line = line("undo", "if (pfn == start_pfn)", Op::If(at_first_block, "busy"));
const BACK: Line = line("back", "pfn -= pageblock_nr_pages", Op::Let(previous_block));
const UNSET: Line =
    line("unset", "unset_migratetype_isolate(page, ..)", Op::Call(UNSET_MIGRATETYPE_ISOLATE, &[]));
const MORE: Line = line("more", "for (..)", Op::Goto("undo"));
const BUSY: Line = line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY));

const fn start(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: START_ISOLATE_PAGE_RANGE,
        source,
        omits: "the flags; its caller aligns the range to the largest blocks",
        params: RANGE,
        locals: &[Local::Block, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// One lock section a pageblock. A block that somebody else has isolated ends it: what was
/// isolated so far is put back.
pub static START_V3_16: Routine = start(
    "mm/page_isolation.c, v3.16 to v5.18",
    &[FIRST, EACH, SET, FAILED, NEXT, LOOP, DONE, SUCCESS, UNDO, BACK, UNSET, MORE, BUSY],
);

/// Memory offlining does without pcplists for as long as blocks are isolated (ec6e8c7e0314).
pub static START_WITHOUT_PCPLISTS: Routine = start(
    "mm/memory_hotplug.c and mm/page_isolation.c, v5.11",
    &[
        PCP_OFF,
        FIRST,
        EACH,
        SET,
        FAILED,
        NEXT,
        LOOP,
        DONE,
        SUCCESS,
        UNDO,
        BACK,
        UNSET,
        MORE,
        line("busy", "zone_pcp_enable(zone), in offline_pages", Op::Call(ZONE_PCP_ENABLE, &[])),
        line("out", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
    ],
);

const SINGLE_FIRST: Line = line(
    "head",
    "ret = isolate_single_pageblock(start_pfn, ..)",
    Op::Call(ISOLATE_SINGLE_PAGEBLOCK, &[]),
);
const SINGLE_FAILED: Line = line("nohead", "if (ret)", Op::If(|look| !returned_zero(look), "busy"));
const ONE: Line = line("one", "if (there is one pageblock only)", Op::If(at_last_block, "done"));
const TO_LAST: Line = line("tolast", "pfn = end_pfn - pageblock_nr_pages", Op::Let(last_block));
const SINGLE_LAST: Line = line(
    "tail",
    "ret = isolate_single_pageblock(end_pfn, ..)",
    Op::Call(ISOLATE_SINGLE_PAGEBLOCK, &[]),
);
const TAIL_FAILED: Line = line("notail", "if (ret)", Op::If(|look| !returned_zero(look), "unhead"));
const SECOND: Line = line("second", "pfn = start_pfn + pageblock_nr_pages", Op::Let(second_block));
const MIDDLE: Line =
    line("end", "if (pfn >= end_pfn - pageblock_nr_pages)", Op::If(at_last_block, "done"));
const ENDS: Line = line("ends", "the first and the last pageblock", Op::Let(note_ends));
const UNHEAD: Line = line(
    "unhead",
    "unset_migratetype_isolate(first)",
    Op::Call(UNSET_MIGRATETYPE_ISOLATE, &[(Local::Block, Local::First)]),
);
const UNTAIL: Line = line(
    "untail",
    "unset_migratetype_isolate(last)",
    Op::Call(UNSET_MIGRATETYPE_ISOLATE, &[(Local::Block, Local::Last)]),
);

const UNTAILED: Line = line("untailed", "goto busy", Op::Goto("busy"));
const UNDO_PART: Line =
    line("undo", "undo_isolate_page_range(first, pfn)", Op::If(at_first_block, "untail"));

const fn start_by_blocks(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: START_ISOLATE_PAGE_RANGE,
        source,
        omits: "the flags; migrating a block in use that stands over a boundary",
        params: RANGE,
        locals: &[Local::Block, Local::First, Local::Last, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The first and the last pageblock come first, since a block may stand over the boundary
/// (b2c9e2fbba32, v5.19), then those between. What fails undoes what was done; the caller undoes
/// the whole range once more.
pub static START_V5_19: Routine = start_by_blocks(
    "mm/page_isolation.c, v5.19 to v6.12",
    &[
        FIRST,
        ENDS,
        SINGLE_FIRST,
        SINGLE_FAILED,
        ONE,
        TO_LAST,
        SINGLE_LAST,
        TAIL_FAILED,
        SECOND,
        MIDDLE,
        SET,
        FAILED,
        NEXT,
        LOOP,
        DONE,
        SUCCESS,
        UNDO_PART,
        BACK,
        UNSET,
        MORE,
        UNTAIL,
        UNTAILED,
        UNHEAD,
        BUSY,
    ],
);

/// With the pcplists disabled, as memory offlining does.
pub static START_V5_19_WITHOUT_PCPLISTS: Routine = start_by_blocks(
    "mm/memory_hotplug.c and mm/page_isolation.c, v5.19 to v6.12",
    &[
        PCP_OFF,
        FIRST,
        ENDS,
        SINGLE_FIRST,
        SINGLE_FAILED,
        ONE,
        TO_LAST,
        SINGLE_LAST,
        TAIL_FAILED,
        SECOND,
        MIDDLE,
        SET,
        FAILED,
        NEXT,
        LOOP,
        DONE,
        SUCCESS,
        UNDO_PART,
        BACK,
        UNSET,
        MORE,
        UNTAIL,
        UNTAILED,
        UNHEAD,
        line("busy", "zone_pcp_enable(zone), in offline_pages", Op::Call(ZONE_PCP_ENABLE, &[])),
        line("out", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
    ],
);

const fn single(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ISOLATE_SINGLE_PAGEBLOCK,
        source,
        omits: "migrating a block in use that stands over the boundary",
        params: &[Local::Block],
        locals: &[Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// A free block over the boundary is split, and its parts go to the lists of their blocks' types.
pub static SINGLE_V5_19: Routine = single(
    "mm/page_isolation.c, v5.19 (88ee134320b8) to v6.1",
    &[
        SET,
        line("failed", "if (ret)", Op::If(|look| !returned_zero(look), "busy")),
        line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock)),
        line("split", "split_free_page(page, order, boundary)", Op::Do(split)),
        line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        SUCCESS,
        BUSY,
    ],
);

/// The block was split when its type was written.
pub static SINGLE_V6_10: Routine = single(
    "mm/page_isolation.c, v6.10 to v6.12",
    &[SET, line("failed", "if (ret)", Op::If(|look| !returned_zero(look), "busy")), SUCCESS, BUSY],
);

/// The type is written without the lock, and neither the counter nor the lists follow.
pub static SINGLE_V5_19_RC1: Routine = single(
    "mm/page_isolation.c, v5.19-rc1 (b2c9e2fbba32)",
    &[
        line(
            "type",
            "set_pageblock_migratetype(page, MIGRATE_ISOLATE)",
            Op::Do(set_type_without_lock),
        ),
        SUCCESS,
    ],
);

const UNDO_EACH: Line = line("end", "if (pfn >= end_pfn)", Op::If(past_last_block, "out"));
const IS_ISOLATED: Line =
    line("isolated", "if (!is_migrate_isolate_page(page))", Op::Branch(not_isolated, "next"));
const OUT: Line = line("out", "return", Op::Return(|_| 0));

const fn undo(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: UNDO_ISOLATE_PAGE_RANGE,
        source,
        omits: "",
        params: RANGE,
        locals: &[Local::Block],
        returns: Returns::Nothing,
        body,
    }
}

/// It has no notion of who isolated a block.
pub static UNDO_V3_16: Routine = undo(
    "mm/page_isolation.c, v3.16 to v6.12",
    &[UNDO_FIRST, UNDO_EACH, IS_ISOLATED, UNSET, NEXT, LOOP, OUT],
);

/// And memory offlining enables the pcplists again.
pub static UNDO_WITH_PCPLISTS: Routine = undo(
    "mm/memory_hotplug.c and mm/page_isolation.c, v5.11",
    &[
        UNDO_FIRST,
        line("end", "if (pfn >= end_pfn)", Op::If(past_last_block, "pcpon")),
        IS_ISOLATED,
        UNSET,
        NEXT,
        LOOP,
        PCP_ON,
        OUT,
    ],
);

const TEST_EACH: Line = line("end", "if (pfn >= end_pfn)", Op::If(past_last_block, "lock"));
const TEST_TYPE: Line =
    line("isolated", "if (!is_migrate_isolate_page(page))", Op::Branch(not_isolated, "busy"));
const LOCK: Line = line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock));
const UNLOCK: Line = line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock));
const RESULT: Line = line("out", "return pfn < end_pfn ? -EBUSY : 0", Op::Return(returned));
const WALK: &str = "pfn = __test_page_isolated_in_pageblock(..)";

const fn test(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: TEST_PAGES_ISOLATED,
        source,
        omits: "hardware-poisoned and offline pages",
        params: &[Local::Start, Local::End],
        locals: &[Local::Block, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The types without the lock, the pages under it. A free block whose noted type is not ISOLATE is
/// put on the isolate list, and nobody counts it; a page in flight passes for a free one.
pub static TEST_V3_16: Routine = test(
    "mm/page_isolation.c, v3.16 to v3.19",
    &[
        FIRST,
        TEST_EACH,
        TEST_TYPE,
        NEXT,
        LOOP,
        LOCK,
        line("walk", WALK, Op::Do(walk_and_relink)),
        UNLOCK,
        RESULT,
        BUSY,
    ],
);

/// Only free pages are accepted (aa016d145d4c).
pub static TEST_V4_6: Routine = test(
    "mm/page_isolation.c, v4.6 to v6.12",
    &[
        FIRST,
        TEST_EACH,
        TEST_TYPE,
        NEXT,
        LOOP,
        LOCK,
        line("walk", WALK, Op::Do(all_are_free)),
        UNLOCK,
        RESULT,
        BUSY,
    ],
);

fn block_of(look: &Look, pfn: Pfn) -> u16 {
    look.geometry().block_of(pfn) as u16
}

fn set_block(ctx: &mut Ctx, block: usize) {
    ctx.set(Local::Block, block as u16);
}

fn first_block(ctx: &mut Ctx) {
    let first = ctx.geometry().block_of(ctx.get(Local::Start));
    set_block(ctx, first);
}

fn second_block(ctx: &mut Ctx) {
    let first = ctx.geometry().block_of(ctx.get(Local::Start));
    set_block(ctx, first + 1);
}

fn last_block(ctx: &mut Ctx) {
    let last = ctx.geometry().block_of(Pfn(ctx.get::<Pfn>(Local::End).0.wrapping_sub(1)));
    set_block(ctx, last);
}

fn note_ends(ctx: &mut Ctx) {
    let first = ctx.geometry().block_of(ctx.get(Local::Start)) as u16;
    let last = ctx.geometry().block_of(Pfn(ctx.get::<Pfn>(Local::End).0.wrapping_sub(1))) as u16;
    ctx.set(Local::First, first);
    ctx.set(Local::Last, last);
}

fn next_block(ctx: &mut Ctx) {
    let next = block(ctx) + 1;
    set_block(ctx, next);
}

fn previous_block(ctx: &mut Ctx) {
    let previous = block(ctx).wrapping_sub(1);
    set_block(ctx, previous);
}

fn at_first_block(look: &Look) -> bool {
    look.get::<u16>(Local::Block) == block_of(look, look.get(Local::Start))
}

/// The last block that the range reaches into.
fn last(look: &Look) -> u16 {
    block_of(look, Pfn(look.get::<Pfn>(Local::End).0.wrapping_sub(1)))
}

fn at_last_block(look: &Look) -> bool {
    look.get::<u16>(Local::Block) >= last(look)
}

fn past_last_block(look: &Look) -> bool {
    look.get::<u16>(Local::Block) > last(look)
}

fn set_type_without_lock(ctx: &mut Ctx) {
    let cell = ctx.layout().migratetype(block(ctx));
    ctx.store(cell, Migratetype::Isolate);
    note(ctx, Isolation::Started);
}

/// Ghost: from here on nobody should get a page of the range, until its undo begins.
fn range_is_isolated(ctx: &mut Ctx) {
    note_range(ctx, Isolation::Done);
}

fn undo_begins(ctx: &mut Ctx) {
    note_range(ctx, Isolation::Started);
    first_block(ctx);
}

fn note_range(ctx: &mut Ctx, now: Isolation) {
    let first = ctx.geometry().block_of(ctx.get(Local::Start));
    let last = ctx.geometry().block_of(Pfn(ctx.get::<Pfn>(Local::End).0.wrapping_sub(1)));
    for block in first..=last {
        let cell = ctx.layout().isolation(block);
        if ctx.peek(cell) != Isolation::None {
            ctx.store(cell, now);
        }
    }
}

fn split(ctx: &mut Ctx) {
    let block = block(ctx);
    let (memory, layout) = ctx.parts();
    split_around(memory, layout, block);
}

fn parked_or_listed(place: Place) -> bool {
    matches!(place, Place::Buddy | Place::BuddyTail | Place::Parked)
}

fn all_are_free(ctx: &mut Ctx) {
    finish_walk(ctx, |memory, layout, pfn| parked_or_listed(memory.load(layout.page(pfn).place())));
}

fn walk_and_relink(ctx: &mut Ctx) {
    finish_walk(ctx, |memory, layout, pfn| {
        let page = layout.page(pfn);
        let (place, noted) = (memory.load(page.place()), memory.load(page.cached_mt()));
        if place == Place::Buddy && noted != Migratetype::Isolate {
            let order = memory.load(page.order()) as u8;
            let list = free_list::list_with(memory, layout, pfn);
            free_list::remove(memory, layout, pfn, list);
            free_list::add(memory, layout, pfn, order, Migratetype::Isolate);
            memory.store(page.cached_mt(), Migratetype::Isolate);
        }
        let unused = place == Place::InFlight && noted == Migratetype::Isolate;
        parked_or_listed(place) || unused
    });
}

/// Whether each page of the range is accepted.
fn finish_walk(ctx: &mut Ctx, accepts: fn(&mut Memory, &Layout, Pfn) -> bool) {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    let (memory, layout) = ctx.parts();
    let mut pages = (start.0..end.0).map(Pfn);
    let refused = pages.find(|pfn| !accepts(memory, layout, *pfn));
    if refused.is_some() && only_pcplists_stand_in_the_way(ctx) {
        ctx.find(event::PARKED_PAGE_FAILS_TEST);
    }
    ctx.set(Local::Ret, if refused.is_some() { errno::EBUSY } else { 0 });
}

/// Ghost: nobody uses a page of the range, and nobody is at work on a pcplist.
fn only_pcplists_stand_in_the_way(ctx: &Ctx) -> bool {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    let others = (0..ctx.cpus()).filter(|cpu| *cpu != ctx.this_cpu());
    let mut places = (start.0..end.0).map(|pfn| ctx.peek(ctx.layout().page(Pfn(pfn)).place()));
    places.all(|place| parked_or_listed(place) || place == Place::Pcp)
        && !others.into_iter().any(|cpu| ctx.is_at_work(cpu))
}
