//! The buddy lists: finding a block, splitting it, stealing, and merging what is freed. All of it
//! runs under `zone->lock`.
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::{Layout, Memory, Migratetype, Pfn, Place, free_list};
use crate::properties::event;

/// `__rmqueue`, of a block of `order` for the type `migratetype`.
pub const RMQUEUE_BUDDY: Function = Function("__rmqueue");
/// `__free_one_page`, of a block of `order` as one of the type `mt`.
pub const FREE_ONE_BUDDY: Function = Function("__free_one_page");

/// Up to which order a freed block merges, and with whom.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merge {
    /// With every free buddy.
    Free,
    /// An isolated block stays within its pageblock.
    IsolatedWithinBlock,
    /// From a pageblock up, not if one of the two is isolated.
    NotAcrossIsolation,
    /// From a pageblock up, only types that fall back to each other.
    Mergeable,
    /// As before; the buddy's pageblock takes the type.
    Retyping,
}

const fn free_one_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FREE_ONE_BUDDY,
        source,
        omits: "placing likely-to-merge blocks at the tail; guard pages; the accounting that is \
                done in here since v3.18 is the caller's line",
        params: &[Local::Page, Local::Order, Local::Mt],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

const TEXT: &str = "merge with free buddies; add to free_list[mt]";
const OUT: Line = line("out", "return", Op::Return(|_| 0));

/// A block merges with every free buddy, whatever list that is on.
pub static FREE_ONE_PAGE_V3_16: Routine = free_one_page(
    "mm/page_alloc.c, v3.16",
    &[line("merge", TEXT, Op::Do(|ctx| merge(ctx, Merge::Free))), OUT],
);
/// A block freed as isolated does not grow beyond its pageblock (3c605096d315).
pub static FREE_ONE_PAGE_V3_18: Routine = free_one_page(
    "mm/page_alloc.c, v3.18 to v4.5",
    &[line("merge", TEXT, Op::Do(|ctx| merge(ctx, Merge::IsolatedWithinBlock))), OUT],
);
/// From a pageblock up, a block merges only while neither of the two is isolated or both are
/// (d9dddbf55667).
pub static FREE_ONE_PAGE_V4_6: Routine = free_one_page(
    "mm/page_alloc.c, v4.6 to v5.17",
    &[line("merge", TEXT, Op::Do(|ctx| merge(ctx, Merge::NotAcrossIsolation))), OUT],
);
/// From a pageblock up, a block merges with its own type, or if both types fall back to each
/// other (1dd214b8f21c).
pub static FREE_ONE_PAGE_V5_18: Routine = free_one_page(
    "mm/page_alloc.c, v5.18 to v6.9",
    &[line("merge", TEXT, Op::Do(|ctx| merge(ctx, Merge::Mergeable))), OUT],
);
/// As before, and the buddy's pageblock takes the type of the block that it merges with
/// (e6cf9e1c4cde).
pub static FREE_ONE_PAGE_V6_10: Routine = free_one_page(
    "mm/page_alloc.c, v6.10 to v6.12",
    &[line("merge", TEXT, Op::Do(|ctx| merge(ctx, Merge::Retyping))), OUT],
);

fn merge(ctx: &mut Ctx, rule: Merge) {
    let (pfn, order) = super::block_at_hand(ctx);
    let mt: Migratetype = ctx.get(Local::Mt);
    let own = ctx.peek(ctx.layout().migratetype_of(pfn));
    if mt != own && mt != Migratetype::Isolate && own != Migratetype::Isolate {
        ctx.find(event::FREED_TO_OTHER_TYPE);
    }
    let (memory, layout) = ctx.parts();
    merge_block(memory, layout, pfn, order, mt, rule);
}

/// Merges a block with its free buddies and puts it on the list of the type given.
fn merge_block(
    memory: &mut Memory,
    layout: &Layout,
    pfn: Pfn,
    order: u8,
    mt: Migratetype,
    rule: Merge,
) {
    let (mut pfn, mut order) = (pfn, order);
    let pageblock_order = layout.geometry.pageblock_order;
    let isolated = mt == Migratetype::Isolate;
    let limit = if rule == Merge::IsolatedWithinBlock && isolated {
        pageblock_order
    } else {
        layout.geometry.max_order
    };
    while order < limit {
        let buddy = Pfn(pfn.0 ^ 1 << order);
        if !is_free_buddy(memory, layout, buddy, order) {
            break;
        }
        if order >= pageblock_order && !may_merge(memory, layout, buddy, mt, rule) {
            break;
        }
        let list = free_list::list_with(memory, layout, buddy);
        free_list::remove(memory, layout, buddy, list);
        if rule == Merge::Retyping && order >= pageblock_order {
            memory.store(layout.migratetype_of(buddy), mt);
        }
        pfn = Pfn(pfn.0.min(buddy.0));
        order += 1;
    }
    free_list::add(memory, layout, pfn, order, mt);
}

fn may_merge(
    memory: &mut Memory,
    layout: &Layout,
    buddy: Pfn,
    mt: Migratetype,
    rule: Merge,
) -> bool {
    let other = memory.load(layout.migratetype_of(buddy));
    let falls_back = |mt: Migratetype| mt <= Migratetype::Reclaimable;
    match rule {
        Merge::Free | Merge::IsolatedWithinBlock => true,
        Merge::NotAcrossIsolation => {
            (other == Migratetype::Isolate) == (mt == Migratetype::Isolate)
        }
        Merge::Mergeable | Merge::Retyping => other == mt || falls_back(other) && falls_back(mt),
    }
}

fn is_free_buddy(memory: &mut Memory, layout: &Layout, buddy: Pfn, order: u8) -> bool {
    usize::from(buddy.0) < layout.geometry.pages()
        && memory.load(layout.page(buddy).place()) == Place::Buddy
        && memory.load(layout.page(buddy).order()) == u16::from(order)
}

const fn rmqueue(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: RMQUEUE_BUDDY,
        source,
        omits: "MIGRATE_RESERVE, MIGRATE_HIGHATOMIC reserves, watermark boosts, movable pages in \
                the count of a block that is stolen from, fragmentation avoidance",
        params: &[Local::Order, Local::Wanted],
        locals: &[Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const TAKE: &str = "own list, else CMA, else steal; expand(page, ..)";
const TAKEN: Line = line("out", "return page", Op::Return(|look| look.get(Local::Ret)));

/// What is not on the own list comes from the largest free block of another type, of CMA first for
/// movable pages.
pub static RMQUEUE_V3_16: Routine = rmqueue(
    "mm/page_alloc.c, v3.16",
    &[line("take", TAKE, Op::Do(|ctx| take(ctx, Steal::V3_16))), TAKEN],
);
/// As before; the rest of a block that was too small to claim goes to the new type too.
pub static RMQUEUE_V3_18: Routine = rmqueue(
    "mm/page_alloc.c, v3.18 to v4.0",
    &[line("take", TAKE, Op::Do(|ctx| take(ctx, Steal::V3_18))), TAKEN],
);
/// Movable pages come from CMA first while that is more than half of the free memory
/// (16867664936e, v5.8), else from CMA before anything is stolen.
pub static RMQUEUE_V5_8: Routine = rmqueue(
    "mm/page_alloc.c, v5.8 to v6.9",
    &[line("take", TAKE, Op::Do(|ctx| take(ctx, Steal::V5_8))), TAKEN],
);
/// As before; a pageblock that is not claimed keeps its free pages on its own lists.
pub static RMQUEUE_V6_10: Routine = rmqueue(
    "mm/page_alloc.c, v6.10 to v6.12",
    &[line("take", TAKE, Op::Do(|ctx| take(ctx, Steal::V6_10))), TAKEN],
);

/// How a block of another type is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Steal {
    V3_16,
    V3_18,
    V5_8,
    V6_10,
}

fn take(ctx: &mut Ctx, rule: Steal) {
    let (order, wanted) = (ctx.get::<u16>(Local::Order) as u8, ctx.get(Local::Wanted));
    let (memory, layout) = ctx.parts();
    let page = take_block(memory, layout, order, wanted, rule);
    if page.is_some_and(|pfn| super::is_isolated_for_good(ctx, pfn)) {
        ctx.find(event::ISOLATED_PAGE_ALLOCATED);
    }
    ctx.set(Local::Ret, page);
}

fn take_block(
    memory: &mut Memory,
    layout: &Layout,
    order: u8,
    wanted: Migratetype,
    rule: Steal,
) -> Option<Pfn> {
    let zone = layout.zone();
    let cma = rule >= Steal::V5_8 && wanted == Migratetype::Movable;
    if cma && memory.load(zone.nr_free_cma()) > memory.load(zone.nr_free()) / 2 {
        let page = rmqueue_smallest(memory, layout, order, Migratetype::Cma);
        if page.is_some() {
            return page;
        }
    }
    rmqueue_smallest(memory, layout, order, wanted)
        .or_else(|| cma.then(|| rmqueue_smallest(memory, layout, order, Migratetype::Cma))?)
        .or_else(|| rmqueue_fallback(memory, layout, order, wanted, rule))
}

/// `__rmqueue_smallest`
fn rmqueue_smallest(
    memory: &mut Memory,
    layout: &Layout,
    order: u8,
    mt: Migratetype,
) -> Option<Pfn> {
    let mut orders = order..=layout.geometry.max_order;
    let pfn = orders.find_map(|at| memory.load(layout.zone().free_list(at, mt).first()))?;
    take_from(memory, layout, pfn, order, mt, mt);
    Some(pfn)
}

/// Takes a block off its list and gives the halves that are not needed back (`expand`), as of the
/// type `to`.
fn take_from(
    memory: &mut Memory,
    layout: &Layout,
    pfn: Pfn,
    order: u8,
    from: Migratetype,
    to: Migratetype,
) {
    let high = memory.load(layout.page(pfn).order()) as u8;
    free_list::remove(memory, layout, pfn, from);
    for half in (order..high).rev() {
        free_list::add(memory, layout, Pfn(pfn.0 + (1 << half)), half, to);
    }
    memory.store(layout.page(pfn).cached_mt(), to);
}

/// The types that an allocation may take from, in order (`fallbacks[]`). Up to v4.0 CMA is one of
/// them.
fn fallbacks(wanted: Migratetype, rule: Steal) -> &'static [Migratetype] {
    use Migratetype::{Cma, Movable, Reclaimable, Unmovable};
    match wanted {
        Unmovable => &[Reclaimable, Movable],
        Movable if rule >= Steal::V5_8 => &[Reclaimable, Unmovable],
        Movable => &[Cma, Reclaimable, Unmovable],
        Reclaimable => &[Unmovable, Movable],
        Migratetype::Highatomic | Cma | Migratetype::Isolate => &[],
    }
}

/// `__rmqueue_fallback`: the largest block of another type, with what else is free around it.
fn rmqueue_fallback(
    memory: &mut Memory,
    layout: &Layout,
    order: u8,
    wanted: Migratetype,
    rule: Steal,
) -> Option<Pfn> {
    let (pfn, from) = (order..=layout.geometry.max_order).rev().find_map(|at| {
        let mut types = fallbacks(wanted, rule).iter();
        types.find_map(|mt| {
            memory.load(layout.zone().free_list(at, *mt).first()).map(|pfn| (pfn, *mt))
        })
    })?;
    let (from, to) = steal(memory, layout, pfn, from, wanted, rule);
    take_from(memory, layout, pfn, order, from, to);
    Some(pfn)
}

/// `try_to_steal_freepages`, later `steal_suitable_fallback`: a block that is large enough takes
/// the free pages of its whole pageblock along to the new type, and the pageblock's type too if
/// half of it is free. What the pageblock's type says is not asked: that is how a block on a wrong
/// list drags isolated pages along. The list that the block is on after, and the type that the
/// rest of it gets.
fn steal(
    memory: &mut Memory,
    layout: &Layout,
    pfn: Pfn,
    from: Migratetype,
    wanted: Migratetype,
    rule: Steal,
) -> (Migratetype, Migratetype) {
    if from == Migratetype::Cma {
        return (from, from);
    }
    let order = memory.load(layout.page(pfn).order()) as u8;
    let pageblock_order = layout.geometry.pageblock_order;
    let block = layout.geometry.block_of(pfn);
    if order >= pageblock_order {
        for block in block..block + (1 << (order - pageblock_order)) {
            memory.store(layout.migratetype(block), wanted);
        }
        return (from, wanted);
    }
    let eager = wanted == Migratetype::Reclaimable
        || rule >= Steal::V5_8 && wanted == Migratetype::Unmovable;
    if order < pageblock_order / 2 && !eager {
        return (from, if rule == Steal::V5_8 { wanted } else { from });
    }
    let half = 1 << (pageblock_order - 1);
    if rule == Steal::V6_10 && free_pages_of(memory, layout, block) < half {
        return (from, from);
    }
    let pages = move_freepages_block(memory, layout, block, wanted);
    let claims = pages >= half;
    if claims {
        memory.store(layout.migratetype(block), wanted);
    }
    (wanted, if claims || rule != Steal::V3_16 { wanted } else { from })
}

/// The pages of the free blocks whose heads are in the pageblock.
fn free_pages_of(memory: &mut Memory, layout: &Layout, block: usize) -> i16 {
    let mut pages = 0;
    for pfn in layout.pfns_of_block(block) {
        if memory.load(layout.page(pfn).place()) == Place::Buddy {
            pages += 1 << memory.load(layout.page(pfn).order());
        }
    }
    pages
}

/// `move_freepages_block`: relinks every free head in the block, whatever list it came from; the
/// pages of the heads seen.
pub fn move_freepages_block(
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
        let list = free_list::list_with(memory, layout, pfn);
        free_list::remove(memory, layout, pfn, list);
        free_list::add(memory, layout, pfn, order, mt);
        memory.store(page.cached_mt(), mt);
        moved += 1 << order;
    }
    moved
}
