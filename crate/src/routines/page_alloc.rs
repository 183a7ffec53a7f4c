//! `mm/page_alloc.c`: the buddy allocator, one page at a time.
use super::mm_h::read_migratetype;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Local, Look, Op, Returns, Routine};
use crate::mm::{Layout, Lock, Memory, Migratetype, Pfn, Place, free_list};

/// `rmqueue`, of one page of the type `migratetype`.
pub const RMQUEUE: Function = Function("rmqueue");
/// `free_unref_page`
pub const FREE_UNREF_PAGE: Function = Function("free_unref_page");

/// The count is set behind the lock, when nobody else knows the page any more or yet.
pub static RMQUEUE_V5_17: Routine = Routine {
    function: RMQUEUE,
    source: "mm/page_alloc.c, v5.17",
    omits: "pcplists, watermarks, reclaim, retyping a pageblock that is stolen from",
    params: &[Local::Wanted],
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Page,
    body: &[
        line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock)),
        line("take", "page = __rmqueue(zone, 0, migratetype)", Op::Do(rmqueue)),
        line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        line("none", "if (!page)", Op::If(|look| look.get::<u16>(Local::Ret) == 0, "out")),
        line("prep", "prep_new_page(page): set_page_count(page, 1)", Op::Do(prep_new_page)),
        line("out", "return page", Op::Return(|look| look.get(Local::Ret))),
    ],
};

/// The type is read before the lock, and again under it where isolation is about
/// (ad53f92eb416, v3.18): a block may have been isolated or restored in between.
pub static FREE_UNREF_PAGE_V5_17: Routine = Routine {
    function: FREE_UNREF_PAGE,
    source: "mm/page_alloc.c, v5.17",
    omits: "pcplists: the page goes to the buddy list at once",
    params: &[Local::Page],
    locals: &[Local::Mt],
    returns: Returns::Nothing,
    body: &[
        line("prepare", "free_pages_prepare(page)", Op::Do(free_pages_prepare)),
        line("read", "mt = get_pfnblock_migratetype(page, pfn)", Op::Do(read_migratetype)),
        line("lock", "spin_lock_irqsave(&zone->lock)", Op::Acquire(zone_lock)),
        line("reread", "if (has_isolate_pageblock(zone)) mt = ..", Op::Do(reread_migratetype)),
        line("free", "__free_one_page(page, pfn, zone, 0, mt)", Op::Do(free_page)),
        line("unlock", "spin_unlock_irqrestore(&zone->lock)", Op::Release(zone_lock)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// `zone->lock`
pub fn zone_lock(look: &Look) -> Lock {
    look.layout().zone().lock()
}

fn rmqueue(ctx: &mut Ctx) {
    let wanted = ctx.get(Local::Wanted);
    let (memory, layout) = ctx.parts();
    let page = take_page(memory, layout, wanted);
    ctx.set(Local::Ret, page);
    if let Some(pfn) = page {
        ctx.set(Local::Page, pfn);
    }
}

fn prep_new_page(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let page = ctx.layout().page(pfn);
    ctx.store(page.refcount(), 1);
    ctx.store(page.place(), Place::Allocated);
    ctx.hold(pfn, 1);
}

fn free_pages_prepare(ctx: &mut Ctx) {
    let page = ctx.page(Local::Page);
    ctx.store(page.anon(), false);
    ctx.store(page.anon_exclusive(), false);
    ctx.store(page.rmap(), None);
}

fn reread_migratetype(ctx: &mut Ctx) {
    let isolated = ctx.layout().zone().nr_isolate_pageblock();
    if ctx.load(isolated) > 0 || ctx.get::<Migratetype>(Local::Mt) == Migratetype::Isolate {
        read_migratetype(ctx);
    }
}

fn free_page(ctx: &mut Ctx) {
    let (pfn, mt) = (ctx.get(Local::Page), ctx.get(Local::Mt));
    let (memory, layout) = ctx.parts();
    free_one_page(memory, layout, pfn, 0, mt);
}

/// The types that an allocation may steal from, in order (`fallbacks[]`, v5.17).
fn fallbacks(wanted: Migratetype) -> &'static [Migratetype] {
    match wanted {
        Migratetype::Unmovable => &[Migratetype::Reclaimable, Migratetype::Movable],
        Migratetype::Movable => &[Migratetype::Reclaimable, Migratetype::Unmovable],
        Migratetype::Reclaimable => &[Migratetype::Unmovable, Migratetype::Movable],
        Migratetype::Highatomic | Migratetype::Cma | Migratetype::Isolate => &[],
    }
}

/// `__rmqueue` of one page: CMA first where half of the free memory is CMA, then the type's own
/// lists, then CMA, then what can be stolen. Under `zone->lock`.
fn take_page(memory: &mut Memory, layout: &Layout, wanted: Migratetype) -> Option<Pfn> {
    let movable = wanted == Migratetype::Movable;
    let zone = layout.zone();
    if movable && memory.load(zone.nr_free_cma()) > memory.load(zone.nr_free()) / 2 {
        let page = rmqueue_smallest(memory, layout, Migratetype::Cma);
        if page.is_some() {
            return page;
        }
    }
    let own = rmqueue_smallest(memory, layout, wanted);
    let own =
        own.or_else(|| movable.then(|| rmqueue_smallest(memory, layout, Migratetype::Cma))?);
    own.or_else(|| {
        let mut from = fallbacks(wanted).iter();
        from.find_map(|mt| rmqueue_smallest(memory, layout, *mt))
    })
}

/// `__rmqueue_smallest` with `expand`: the halves that are not needed go back to the lists.
fn rmqueue_smallest(memory: &mut Memory, layout: &Layout, mt: Migratetype) -> Option<Pfn> {
    let zone = layout.zone();
    let orders = 0..=layout.geometry.max_order;
    let (order, pfn) = orders
        .into_iter()
        .find_map(|order| memory.load(zone.first(order, mt)).map(|pfn| (order, pfn)))?;
    free_list::remove(memory, layout, pfn, mt);
    for half in (0..order).rev() {
        free_list::add(memory, layout, Pfn(pfn.0 + (1 << half)), half, mt);
    }
    account(memory, layout, -1, mt);
    Some(pfn)
}

/// `__free_one_page`: merges with free buddies and puts the block on a list. Under `zone->lock`.
///
/// From the size of a pageblock up, a block merges only while neither type is ISOLATE or both are
/// (d9dddbf55667, v4.6).
pub fn free_one_page(memory: &mut Memory, layout: &Layout, pfn: Pfn, order: u8, mt: Migratetype) {
    if mt != Migratetype::Isolate {
        account(memory, layout, 1 << order, mt);
    }
    let (mut pfn, mut order) = (pfn, order);
    while order < layout.geometry.max_order {
        let buddy = Pfn(pfn.0 ^ 1 << order);
        if !is_free_buddy(memory, layout, buddy, order) {
            break;
        }
        if order >= layout.geometry.pageblock_order {
            let other = memory.load(layout.migratetype_of(buddy));
            if other != mt && (other == Migratetype::Isolate || mt == Migratetype::Isolate) {
                break;
            }
        }
        let list = free_list::list_of(memory, layout, buddy).expect("a buddy is on a list");
        free_list::remove(memory, layout, buddy, list);
        pfn = Pfn(pfn.0.min(buddy.0));
        order += 1;
    }
    free_list::add(memory, layout, pfn, order, mt);
}

fn is_free_buddy(memory: &mut Memory, layout: &Layout, buddy: Pfn, order: u8) -> bool {
    usize::from(buddy.0) < layout.geometry.pages()
        && memory.load(layout.page(buddy).place()) == Place::Buddy
        && memory.load(layout.page(buddy).order()) == u16::from(order)
}

/// `__mod_zone_freepage_state`, under `zone->lock`.
pub fn account(memory: &mut Memory, layout: &Layout, pages: i16, mt: Migratetype) {
    memory.update(layout.zone().nr_free(), |free: i16| free.wrapping_add(pages));
    if mt == Migratetype::Cma {
        memory.update(layout.zone().nr_free_cma(), |free: i16| free.wrapping_add(pages));
    }
}
