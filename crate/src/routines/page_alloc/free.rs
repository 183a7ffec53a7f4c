//! Freeing: to the pcplist, to the buddy lists, and from the one to the other.
use super::buddy::FREE_ONE_BUDDY;
use super::{account_unless_isolated, block_at_hand, is_in_a_block, zone_lock};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{
    GENERATIONS, Migratetype, OwnList, OwnListKind, PCPTYPES, Pcp, Pfn, Place, WORDS, free_list,
};
use crate::properties::event;
use crate::routines::mm_h::read_migratetype;
use crate::routines::page_isolation::IS_PARKING;

/// `free_unref_page`, `free_hot_cold_page` up to v4.14: one page.
pub const FREE_UNREF_PAGE: Function = Function("free_unref_page");
/// `free_one_page`, of a block of `order` as one of the type `mt`.
pub const FREE_ONE_PAGE: Function = Function("free_one_page");
/// `free_pcppages_bulk`, of `to_free` pages of this CPU.
pub const FREE_PCPPAGES_BULK: Function = Function("free_pcppages_bulk");
/// `__free_pages_ok`, of a block of order 1 or more.
pub const FREE_PAGES_OK: Function = Function("__free_pages_ok");

const IRQ_OFF: Line = line("irqoff", "local_irq_save(flags)", Op::IrqOff);
const IRQ_ON: Line = line("irqon", "local_irq_restore(flags)", Op::IrqOn);
pub(super) const PREPARE: Line =
    line("prepare", "if (!free_pages_prepare(page, order)) BUG", Op::BugOn(is_bad_to_free));
pub(super) const READ: Line =
    line("read", "mt = get_pfnblock_migratetype(page, pfn)", Op::Do(read_migratetype));
pub(super) const CACHE: Line =
    line("cache", "set_freepage_migratetype(page, mt)", Op::Let(note_type));
pub(super) const ISOLATED: Line =
    line("isolated", "if (is_migrate_isolate(mt))", Op::If(is_isolated, "direct"));
const PUSH: Line = line("push", "list_add(&page->lru, list); pcp->count++", Op::Do(push_on_pcp));
const HIGH: Line = line("high", "if (pcp->count < pcp->high)", Op::Branch(is_below_high, "irqon"));
const BULK: Line =
    line("bulk", "free_pcppages_bulk(zone, batch, pcp)", Op::Call(FREE_PCPPAGES_BULK, &[]));
const DIRECT: Line =
    line("direct", "free_one_page(zone, page, pfn, 0, mt)", Op::Call(FREE_ONE_PAGE, &[]));
const DONE: Line = line("done", "goto out", Op::Goto("irqon"));
const OUT: Line = line("out", "return", Op::Return(|_| 0));

const fn free_unref_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FREE_UNREF_PAGE,
        source,
        omits: "poisoned pages; pcplists of orders 1 to 3 (v5.13 and later)",
        params: &[Local::Page],
        locals: &[Local::Order, Local::Mt, Local::Left, Local::Cpu],
        returns: Returns::Nothing,
        body,
    }
}

/// The type is read with interrupts on: isolation, and the IPI of its drain, may come between the
/// read and the list.
pub static FREE_UNREF_PAGE_V3_16: Routine = free_unref_page(
    "mm/page_alloc.c, v3.16 to v5.11",
    &[PREPARE, READ, CACHE, IRQ_OFF, ISOLATED, PUSH, HIGH, BULK, IRQ_ON, OUT, DIRECT, DONE],
);
/// As before, but isolated pages are told apart with interrupts still on.
pub static FREE_UNREF_PAGE_V5_17: Routine = free_unref_page(
    "mm/page_alloc.c, v5.17 to v5.19",
    &[
        PREPARE,
        READ,
        CACHE,
        ISOLATED,
        IRQ_OFF,
        PUSH,
        HIGH,
        BULK,
        IRQ_ON,
        OUT,
        DIRECT,
        line("freed", "return", Op::Return(|_| 0)),
    ],
);
/// The type is read with interrupts off, so that an IPI comes before the read or after the list
/// (patch 4/8 of 2014).
pub static FREE_UNREF_PAGE_IRQS_OFF: Routine = free_unref_page(
    "patch 4/8 of 2014 on v3.16",
    &[PREPARE, IRQ_OFF, READ, CACHE, ISOLATED, PUSH, HIGH, BULK, IRQ_ON, OUT, DIRECT, DONE],
);

const ZONE_LOCK: Line = line("lock", "spin_lock(&zone->lock)", Op::Acquire(zone_lock));
const ZONE_UNLOCK: Line = line("unlock", "spin_unlock(&zone->lock)", Op::Release(zone_lock));
const FREE: Line =
    line("free", "__free_one_page(page, pfn, zone, order, mt)", Op::Call(FREE_ONE_BUDDY, &[]));
const ACCOUNT: Line =
    line("account", "__mod_zone_freepage_state(zone, 1 << order, mt)", Op::Do(count_block));

const fn free_one_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FREE_ONE_PAGE,
        source,
        omits: "pages_scanned",
        params: &[Local::Page, Local::Order, Local::Mt],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

/// The caller's type is believed.
pub static FREE_ONE_PAGE_TRUSTING: Routine =
    free_one_page("mm/page_alloc.c, v3.16", &[ZONE_LOCK, FREE, ACCOUNT, ZONE_UNLOCK, OUT]);

/// The type is read again where isolation is about (ad53f92eb416).
pub static FREE_ONE_PAGE_RECHECKING: Routine = free_one_page(
    "mm/page_alloc.c, v3.18 to v6.9",
    &[
        ZONE_LOCK,
        line("reread", "if (has_isolate_pageblock(zone)) mt = ..", Op::Do(reread_if_isolated)),
        FREE,
        ACCOUNT,
        ZONE_UNLOCK,
        OUT,
    ],
);

/// The type under the lock is the only one that counts (55612e80e722).
pub static FREE_ONE_PAGE_ALWAYS: Routine = free_one_page(
    "mm/page_alloc.c, v6.10 to v6.12",
    &[
        ZONE_LOCK,
        line("reread", "mt = get_pfnblock_migratetype(page, pfn)", Op::Do(read_migratetype)),
        FREE,
        ACCOUNT,
        ZONE_UNLOCK,
        OUT,
    ],
);

/// A block of an isolated pageblock stays off the lists until isolation is undone (patch 5/8).
pub static FREE_ONE_PAGE_PARKING: Routine = free_one_page(
    "patch 5/8 of 2014 on v3.16",
    &[
        ZONE_LOCK,
        line("parks", "if (is_migrate_isolate(mt))", Op::If(is_isolated, "park")),
        FREE,
        ACCOUNT,
        ZONE_UNLOCK,
        OUT,
        line("park", IS_PARKING, Op::Do(park)),
        line("unlock2", "spin_unlock(&zone->lock)", Op::Release(zone_lock)),
        line("parked", "return", Op::Return(|_| 0)),
    ],
);

const NEXT: Line = line(
    "next",
    "page = list_last_entry(list); list_del(page)",
    Op::Branch(none_is_left, "unlock"),
);
const COUNT: Line = line("more", "while (--count)", Op::If(some_are_left, "next"));
const CACHED: Line = line("cached", "mt = get_freepage_migratetype(page)", Op::Let(use_noted));

const fn free_pcppages_bulk(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FREE_PCPPAGES_BULK,
        source,
        omits: "taking the lists of the three types in turn",
        params: &[Local::Left, Local::Cpu],
        locals: &[Local::Page, Local::Order, Local::Mt],
        returns: Returns::Nothing,
        body,
    }
}

/// A page goes to the list of the type that was noted when it was freed, and is counted by what
/// its pageblock says now.
pub static FREE_PCPPAGES_BULK_V3_16: Routine = free_pcppages_bulk(
    "mm/page_alloc.c, v3.16",
    &[
        ZONE_LOCK,
        NEXT,
        CACHED,
        FREE,
        line("counts", "if (is_migrate_isolate_page(page))", Op::Branch(is_isolated_now, "more")),
        ACCOUNT,
        COUNT,
        ZONE_UNLOCK,
        OUT,
    ],
);

/// Placed and counted by the type that was noted (patch 4/8 of 2014).
pub static FREE_PCPPAGES_BULK_BY_TYPE: Routine = free_pcppages_bulk(
    "patch 4/8 of 2014 on v3.16",
    &[ZONE_LOCK, NEXT, CACHED, FREE, ACCOUNT, COUNT, ZONE_UNLOCK, OUT],
);

/// The type is read again where isolation is about (51bb1a4093cc).
pub static FREE_PCPPAGES_BULK_RECHECKING: Routine = free_pcppages_bulk(
    "mm/page_alloc.c, v3.18 to v4.14 and v5.18 to v6.9",
    &[
        ZONE_LOCK,
        NEXT,
        CACHED,
        line("reread", "if (has_isolate_pageblock(zone)) mt = ..", Op::Do(reread_if_any)),
        FREE,
        ACCOUNT,
        COUNT,
        ZONE_UNLOCK,
        OUT,
    ],
);

/// As before; the pages leave the pcplist before the lock is taken.
pub static FREE_PCPPAGES_BULK_UNLINKING: Routine = free_pcppages_bulk(
    "mm/page_alloc.c, v4.15 to v5.17",
    &[
        line("gather", "list_add_tail(&page->lru, &head)", Op::Do(gather_from_pcp)),
        ZONE_LOCK,
        line(
            "next",
            "list_for_each_entry_safe(page, tmp, &head, lru)",
            Op::Branch(none_is_gathered, "unlock"),
        ),
        CACHED,
        line("reread", "if (has_isolate_pageblock(zone)) mt = ..", Op::Do(reread_if_any)),
        FREE,
        ACCOUNT,
        COUNT,
        ZONE_UNLOCK,
        OUT,
    ],
);

/// The type under the lock is the only one that counts (17edeb5d3f76).
pub static FREE_PCPPAGES_BULK_ALWAYS: Routine = free_pcppages_bulk(
    "mm/page_alloc.c, v6.10 to v6.12",
    &[
        ZONE_LOCK,
        NEXT,
        line("read", "mt = get_pfnblock_migratetype(page, pfn)", Op::Do(read_migratetype)),
        FREE,
        ACCOUNT,
        COUNT,
        ZONE_UNLOCK,
        OUT,
    ],
);

const fn free_pages_ok(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FREE_PAGES_OK,
        source,
        omits: "",
        params: &[Local::Page, Local::Order],
        locals: &[Local::Mt],
        returns: Returns::Nothing,
        body,
    }
}

/// The type is read with interrupts on.
pub static FREE_PAGES_OK_V3_16: Routine = free_pages_ok(
    "mm/page_alloc.c, v3.16 to v6.9",
    &[PREPARE, READ, IRQ_OFF, CACHE, DIRECT, IRQ_ON, OUT],
);
/// The type is read with interrupts off (patch 4/8 of 2014).
pub static FREE_PAGES_OK_IRQS_OFF: Routine = free_pages_ok(
    "patch 4/8 of 2014 on v3.16",
    &[PREPARE, IRQ_OFF, READ, CACHE, DIRECT, IRQ_ON, OUT],
);

/// `free_pages_check`: a block that is referenced, mapped or free already is a "Bad page state".
/// Else its owner's traces are wiped off.
fn is_bad_to_free(ctx: &mut Ctx) -> bool {
    let (pfn, order) = block_at_hand(ctx);
    for pfn in (pfn.0..pfn.0.wrapping_add(1 << order)).map(Pfn) {
        let page = ctx.layout().page(pfn);
        let place = ctx.load(page.place());
        let used = ctx.load(page.refcount()) > 0 || ctx.load(page.mapcount()) > 0;
        // The kernel does not see this one: it gives away pages that somebody has.
        let used = used || is_in_a_block(ctx, pfn);
        if used || !matches!(place, Place::Allocated | Place::Contig | Place::InFlight) {
            ctx.find(event::DOUBLE_FREE);
            return true;
        }
        ctx.store(page.place(), Place::InFlight);
        ctx.store(page.anon(), false);
        ctx.store(page.anon_exclusive(), false);
        ctx.store(page.rmap(), None);
        ctx.store(page.compound(), 0);
        ctx.store(page.order(), 0);
        (0..WORDS).for_each(|word| ctx.store(page.content(word), 0));
        ctx.store(page.dirty(), false);
        ctx.store(page.swapbacked(), false);
        ctx.store(page.ksm(), false);
        ctx.store(page.not_pinned(), 0);
        if ctx.geometry().has_huge_pages() {
            let compound = ctx.layout().compound(pfn);
            ctx.store(compound.head(), false);
            ctx.update(compound.generation(), |freed| (freed + 1) % GENERATIONS);
        }
    }
    false
}

/// The page is this CPU's alone while it is in flight.
fn note_type(ctx: &mut Ctx) {
    let (cached, mt) = (ctx.page(Local::Page).cached_mt(), ctx.get::<Migratetype>(Local::Mt));
    ctx.store(cached, mt);
}

fn use_noted(ctx: &mut Ctx) {
    let mt = ctx.load(ctx.page(Local::Page).cached_mt());
    ctx.set(Local::Mt, mt);
}

fn is_isolated(look: &Look) -> bool {
    look.get::<Migratetype>(Local::Mt) == Migratetype::Isolate
}

fn is_isolated_now(ctx: &mut Ctx) -> bool {
    let mt = ctx.layout().migratetype_of(ctx.get(Local::Page));
    ctx.load(mt) == Migratetype::Isolate
}

fn reread_if_isolated(ctx: &mut Ctx) {
    if ctx.get::<Migratetype>(Local::Mt) == Migratetype::Isolate {
        read_migratetype(ctx);
    } else {
        reread_if_any(ctx);
    }
}

fn reread_if_any(ctx: &mut Ctx) {
    let isolated = ctx.layout().zone().nr_isolate_pageblock();
    if ctx.load(isolated) > 0 {
        read_migratetype(ctx);
    }
}

fn count_block(ctx: &mut Ctx) {
    let (mt, (_, order)) = (ctx.get(Local::Mt), block_at_hand(ctx));
    let (memory, layout) = ctx.parts();
    account_unless_isolated(memory, layout, 1 << order, mt);
}

fn park(ctx: &mut Ctx) {
    let (pfn, order) = block_at_hand(ctx);
    let (memory, layout) = ctx.parts();
    free_list::mark(memory, layout, pfn, order, Place::Parked);
}

/// CMA pages, and all others that have no list of their own, are on that of `MIGRATE_MOVABLE`.
pub(super) fn push_on_pcp(ctx: &mut Ctx) {
    let (pcp, cpu) = (ctx.this_pcp(), ctx.this_cpu() as u16);
    let (pfn, mt) = (ctx.get(Local::Page), ctx.get(Local::Mt));
    let (memory, layout) = ctx.parts();
    free_list::push_front(memory, layout, pcp.list(mt), pfn);
    memory.store(layout.page(pfn).place(), Place::Pcp);
    memory.update(pcp.count(), |count| count.wrapping_add(1));
    ctx.set(Local::Cpu, cpu);
}

pub(super) fn is_below_high(ctx: &mut Ctx) -> bool {
    let pcp = ctx.this_pcp();
    let (count, high) = (ctx.load(pcp.count()), ctx.load(pcp.high()));
    let batch = ctx.load(pcp.batch());
    ctx.set(Local::Left, batch.min(count));
    count < high
}

fn pcp(ctx: &Ctx) -> Pcp {
    ctx.layout().pcp(usize::from(ctx.get::<u16>(Local::Cpu)))
}

/// Takes the last page of the first list that has one; nothing is left to do where none has.
fn pop_last(ctx: &mut Ctx, pcp: Pcp) -> Option<Pfn> {
    let (memory, layout) = ctx.parts();
    let mut lists = PCPTYPES.into_iter().map(|mt| pcp.list(mt));
    let (list, pfn) = lists.find_map(|list| memory.load(list.last()).map(|pfn| (list, pfn)))?;
    free_list::unlink(memory, layout, list, pfn);
    memory.store(layout.page(pfn).place(), Place::InFlight);
    memory.update(pcp.count(), |count| count.wrapping_sub(1));
    Some(pfn)
}

/// A count that was read before the lock may be too high.
fn none_is_left(ctx: &mut Ctx) -> bool {
    let pcp = pcp(ctx);
    let Some(page) = pop_last(ctx, pcp) else { return true };
    ctx.set(Local::Page, page);
    one_less(ctx);
    false
}

fn one_less(ctx: &mut Ctx) {
    let left: u16 = ctx.get(Local::Left);
    ctx.set(Local::Left, left.wrapping_sub(1));
}

fn some_are_left(look: &Look) -> bool {
    look.get::<u16>(Local::Left) > 0
}

fn bulk_list(ctx: &Ctx) -> Option<OwnList> {
    Some(OwnList { cpu: ctx.cpu(), kind: OwnListKind::Bulk })
}

fn gather_from_pcp(ctx: &mut Ctx) {
    let (pcp, list) = (pcp(ctx), bulk_list(ctx));
    for _ in 0..ctx.get::<u16>(Local::Left) {
        let Some(page) = pop_last(ctx, pcp) else { break };
        let own = ctx.layout().page(page).isolated_by();
        ctx.store(own, list);
    }
}

fn none_is_gathered(ctx: &mut Ctx) -> bool {
    let list = bulk_list(ctx);
    let mut pages = ctx.layout().pfns();
    let page = pages.find(|pfn| ctx.peek(ctx.layout().page(*pfn).isolated_by()) == list);
    let Some(page) = page else { return true };
    let own = ctx.layout().page(page).isolated_by();
    ctx.store(own, None);
    ctx.set(Local::Page, page);
    one_less(ctx);
    false
}
