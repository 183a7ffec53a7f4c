//! `mm/page_isolation.c`: taking pageblocks out of the allocator and putting them back.
use super::gup::returned;
use super::gup_slow::returned_zero;
use super::page_alloc::{account, zone_lock};
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Local, Look, Op, Returns, Routine};
use crate::mm::{Layout, Memory, Migratetype, Pfn, Place, free_list};

/// `set_migratetype_isolate`
pub const SET_MIGRATETYPE_ISOLATE: Function = Function("set_migratetype_isolate");
/// `unset_migratetype_isolate`
pub const UNSET_MIGRATETYPE_ISOLATE: Function = Function("unset_migratetype_isolate");
/// `start_isolate_page_range`
pub const START_ISOLATE_PAGE_RANGE: Function = Function("start_isolate_page_range");
/// `undo_isolate_page_range`
pub const UNDO_ISOLATE_PAGE_RANGE: Function = Function("undo_isolate_page_range");
/// `test_pages_isolated`
pub const TEST_PAGES_ISOLATED: Function = Function("test_pages_isolated");

const RANGE: &[Local] = &[Local::Start, Local::End];

/// Type, counter, lists and accounting change in one section of `zone->lock`; who reads the type
/// without the lock sees the old or the new one.
pub static SET_MIGRATETYPE_ISOLATE_V5_11: Routine = Routine {
    function: SET_MIGRATETYPE_ISOLATE,
    source: "mm/page_isolation.c, v5.11 to v6.1",
    omits: "has_unmovable_pages, which approves a CMA block to CMA without looking at a page",
    params: &[Local::Block],
    locals: &[Local::Mt],
    returns: Returns::Errno,
    body: &[
        line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock)),
        line("isolated", "if (is_migrate_isolate_page(page))", Op::Branch(is_isolated, "busy")),
        line("type", "set_pageblock_migratetype(page, MIGRATE_ISOLATE)", Op::Do(set_type_isolate)),
        line("count", "zone->nr_isolate_pageblock++", Op::Do(count_up)),
        line("move", "move_freepages_block(zone, page, ISOLATE)", Op::Do(move_to_isolate)),
        line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        line("done", "return 0", Op::Return(|_| 0)),
        line("busy", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        line("out", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
    ],
};

/// Lists and accounting come first here, the type after them.
pub static UNSET_MIGRATETYPE_ISOLATE_V5_11: Routine = Routine {
    function: UNSET_MIGRATETYPE_ISOLATE,
    source: "mm/page_isolation.c, v5.11 to v6.1",
    omits: "merging with a free neighbour block of pageblock_order",
    params: &[Local::Block],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock)),
        line("isolated", "if (!is_migrate_isolate_page(page))", Op::Branch(not_isolated, "unlock")),
        line("move", "move_freepages_block(zone, page, MIGRATE_CMA)", Op::Do(move_to_cma)),
        line("type", "set_pageblock_migratetype(page, MIGRATE_CMA)", Op::Do(set_type_cma)),
        line("count", "zone->nr_isolate_pageblock--", Op::Do(count_down)),
        line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// One lock section a pageblock. A block that somebody else has isolated ends it: what was
/// isolated so far is put back.
pub static START_ISOLATE_PAGE_RANGE_V5_11: Routine = Routine {
    function: START_ISOLATE_PAGE_RANGE,
    source: "mm/page_isolation.c, v5.11 to v5.18",
    omits: "blocks of MAX_ORDER above pageblock_order",
    params: RANGE,
    locals: &[Local::Block, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("first", "pfn = start_pfn", Op::Let(first_block)),
        line("end", "if (pfn >= end_pfn)", Op::If(past_last_block, "done")),
        line(
            "set",
            "ret = set_migratetype_isolate(page, ..)",
            Op::Call(SET_MIGRATETYPE_ISOLATE, &[]),
        ),
        line("failed", "if (ret)", Op::If(|look| !returned_zero(look), "undo")),
        line("next", "pfn += pageblock_nr_pages", Op::Let(next_block)),
        line("loop", "for (..)", Op::Goto("end")),
        line("done", "return 0", Op::Return(|_| 0)),
        line("undo", "if (pfn == start_pfn)", Op::If(at_first_block, "busy")),
        line("back", "pfn -= pageblock_nr_pages", Op::Let(previous_block)),
        line(
            "unset",
            "unset_migratetype_isolate(page, ..)",
            Op::Call(UNSET_MIGRATETYPE_ISOLATE, &[]),
        ),
        line("more", "for (..)", Op::Goto("undo")),
        line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
    ],
};

/// It has no notion of who isolated a block.
pub static UNDO_ISOLATE_PAGE_RANGE_V5_11: Routine = Routine {
    function: UNDO_ISOLATE_PAGE_RANGE,
    source: "mm/page_isolation.c, v5.11 to v6.1",
    omits: "",
    params: RANGE,
    locals: &[Local::Block],
    returns: Returns::Nothing,
    body: &[
        line("first", "pfn = start_pfn", Op::Let(first_block)),
        line("end", "if (pfn >= end_pfn)", Op::If(past_last_block, "out")),
        line("isolated", "if (!is_migrate_isolate_page(page))", Op::Branch(not_isolated, "next")),
        line(
            "unset",
            "unset_migratetype_isolate(page, ..)",
            Op::Call(UNSET_MIGRATETYPE_ISOLATE, &[]),
        ),
        line("next", "pfn += pageblock_nr_pages", Op::Let(next_block)),
        line("loop", "for (..)", Op::Goto("end")),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// The types without the lock, the pages under it: only free pages are accepted.
pub static TEST_PAGES_ISOLATED_V5_11: Routine = Routine {
    function: TEST_PAGES_ISOLATED,
    source: "mm/page_isolation.c, v5.11 to v6.1",
    omits: "hardware-poisoned and offline pages",
    params: RANGE,
    locals: &[Local::Block, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("first", "pfn = start_pfn", Op::Let(first_block)),
        line("end", "if (pfn >= end_pfn)", Op::If(past_last_block, "lock")),
        line("isolated", "if (!is_migrate_isolate_page(page))", Op::Branch(not_isolated, "busy")),
        line("next", "pfn += pageblock_nr_pages", Op::Let(next_block)),
        line("loop", "for (..)", Op::Goto("end")),
        line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock)),
        line("walk", "pfn = __test_page_isolated_in_pageblock(..)", Op::Do(all_are_free)),
        line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        line("out", "return pfn < end_pfn ? -EBUSY : 0", Op::Return(returned)),
        line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
    ],
};

fn block(ctx: &Ctx) -> usize {
    usize::from(ctx.get::<u16>(Local::Block))
}

fn block_of(look: &Look, local: Local) -> u16 {
    look.geometry().block_of(look.get(local)) as u16
}

fn first_block(ctx: &mut Ctx) {
    let block = ctx.geometry().block_of(ctx.get(Local::Start)) as u16;
    ctx.set(Local::Block, block);
}

fn next_block(ctx: &mut Ctx) {
    let block: u16 = ctx.get(Local::Block);
    ctx.set(Local::Block, block + 1);
}

fn previous_block(ctx: &mut Ctx) {
    let block: u16 = ctx.get(Local::Block);
    ctx.set(Local::Block, block - 1);
}

fn at_first_block(look: &Look) -> bool {
    look.get::<u16>(Local::Block) == block_of(look, Local::Start)
}

/// The range is aligned to pageblocks: the block of its last page is the last.
fn past_last_block(look: &Look) -> bool {
    let last = Pfn(look.get::<Pfn>(Local::End).0 - 1);
    usize::from(look.get::<u16>(Local::Block)) > look.geometry().block_of(last)
}

fn is_isolated(ctx: &mut Ctx) -> bool {
    let cell = ctx.layout().migratetype(block(ctx));
    ctx.load(cell) == Migratetype::Isolate
}

fn not_isolated(ctx: &mut Ctx) -> bool {
    !is_isolated(ctx)
}

fn set_type_isolate(ctx: &mut Ctx) {
    let cell = ctx.layout().migratetype(block(ctx));
    let old = ctx.update(cell, |_| Migratetype::Isolate);
    ctx.set(Local::Mt, old);
}

fn set_type_cma(ctx: &mut Ctx) {
    let cell = ctx.layout().migratetype(block(ctx));
    ctx.update(cell, |_| Migratetype::Cma);
}

fn count_up(ctx: &mut Ctx) {
    let count = ctx.layout().zone().nr_isolate_pageblock();
    ctx.update(count, |count| count.wrapping_add(1));
}

fn count_down(ctx: &mut Ctx) {
    let count = ctx.layout().zone().nr_isolate_pageblock();
    ctx.update(count, |count| count.wrapping_sub(1));
}

fn move_to_isolate(ctx: &mut Ctx) {
    let (block, old) = (block(ctx), ctx.get(Local::Mt));
    let (memory, layout) = ctx.parts();
    let moved = move_freepages_block(memory, layout, block, Migratetype::Isolate);
    account(memory, layout, -moved, old);
}

fn move_to_cma(ctx: &mut Ctx) {
    let block = block(ctx);
    let (memory, layout) = ctx.parts();
    let moved = move_freepages_block(memory, layout, block, Migratetype::Cma);
    account(memory, layout, moved, Migratetype::Cma);
}

/// `move_freepages_block`: relinks every free head in the block, whatever list it came from; the
/// pages moved. Under `zone->lock`.
fn move_freepages_block(
    memory: &mut Memory,
    layout: &Layout,
    block: usize,
    mt: Migratetype,
) -> i16 {
    let mut moved = 0;
    for pfn in layout.pfns_of_block(block) {
        let page = layout.page(pfn);
        if memory.load(page.place()) != Place::Buddy {
            continue;
        }
        let order = memory.load(page.order()) as u8;
        let list = free_list::list_of(memory, layout, pfn).expect("a buddy is on a list");
        free_list::remove(memory, layout, pfn, list);
        free_list::add(memory, layout, pfn, order, mt);
        moved += 1 << order;
    }
    moved
}

fn all_are_free(ctx: &mut Ctx) {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    let free = (start.0..end.0).all(|pfn| {
        let place = ctx.layout().page(Pfn(pfn)).place();
        matches!(ctx.load(place), Place::Buddy | Place::BuddyTail)
    });
    ctx.set(Local::Ret, if free { 0 } else { errno::EBUSY });
}
