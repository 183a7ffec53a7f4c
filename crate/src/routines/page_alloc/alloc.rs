//! Allocating: from the pcplist, which is filled from the buddy lists, or from these.
use super::buddy::RMQUEUE_BUDDY;
use super::{account, block_at_hand, is_isolated_for_good, zone_lock};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, LockKind, Migratetype, Pcp, Pfn, Place, free_list};
use crate::properties::event;
use crate::routines::at_hand::returned_zero;

/// `rmqueue` (`buffered_rmqueue` up to v4.9), of a block of `order` for the type `migratetype`,
/// with `prep_new_page` behind it.
pub const RMQUEUE: Function = Function("rmqueue");
/// `rmqueue_bulk`, to this CPU's pcplist of the type.
pub const RMQUEUE_BULK: Function = Function("rmqueue_bulk");
/// `alloc_pages`
pub const ALLOC_PAGES: Function = Function("alloc_pages");

const HIGH_ORDER: Line = line("order", "if (order)", Op::If(|look| order(look) > 0, "buddy"));
const IRQ_OFF: Line = line("irqoff", "local_irq_save(flags)", Op::IrqOff);
const FILLED: Line = line("filled", "if (!list_empty(list))", Op::Branch(pcp_has_one, "pop"));
const BULK: Line = line("bulk", "rmqueue_bulk(zone, 0, batch, list)", Op::Call(RMQUEUE_BULK, &[]));
const REFILLED: Line = line("refilled", "pcp->count += alloced", Op::Do(count_refill));
const EMPTY: Line = line("empty", "if (list_empty(list))", Op::If(returned_zero, "irqon"));
const POP: Line = line("pop", "page = list_first; list_del; pcp->count--", Op::Do(pop_from_pcp));
const IRQ_ON: Line = line("irqon", "local_irq_restore(flags)", Op::IrqOn);
const NONE: Line = line("none", "if (!page)", Op::If(returned_zero, "out"));
const PREP: Line =
    line("prep", "prep_new_page(page): set_page_count(page, 1)", Op::Do(prep_new_page));
const OUT: Line = line("out", "return page", Op::Return(|look| look.get(Local::Ret)));
const BUDDY_IRQ_OFF: Line = line("buddy", "local_irq_save(flags)", Op::IrqOff);
const LOCK: Line = line("lock", "spin_lock(&zone->lock)", Op::Acquire(zone_lock));
const TAKE: Line = line("take", "page = __rmqueue(zone, order, mt)", Op::Call(RMQUEUE_BUDDY, &[]));
const TOOK: Line = line("took", "page", Op::Let(take_result));
const UNLOCK: Line = line("unlock", "spin_unlock(&zone->lock)", Op::Release(zone_lock));
const FAILED: Line = line("failed", "if (!page)", Op::If(returned_zero, "irqon"));
const ACCOUNT: Line =
    line("account", "__mod_zone_freepage_state(zone, -nr, mt)", Op::Do(count_block));
const JOIN: Line = line("join", "goto out", Op::Goto("irqon"));

const fn rmqueue(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: RMQUEUE,
        source,
        omits: "watermarks, reclaim, highatomic reserves; pcplists of orders 1 to 3 (v5.13 on)",
        params: &[Local::Order, Local::Wanted],
        locals: &[Local::Page, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

/// A page of a pcplist is handed out as it is: nobody asks what its pageblock says. A block of
/// order 1 or more leaves the lists under the lock and the counters behind it.
pub static RMQUEUE_V3_16: Routine = rmqueue(
    "mm/page_alloc.c, v3.16 to v5.11",
    &[
        HIGH_ORDER,
        IRQ_OFF,
        FILLED,
        BULK,
        REFILLED,
        EMPTY,
        POP,
        IRQ_ON,
        NONE,
        PREP,
        OUT,
        BUDDY_IRQ_OFF,
        LOCK,
        TAKE,
        TOOK,
        UNLOCK,
        FAILED,
        ACCOUNT,
        JOIN,
    ],
);

/// The counters change under the lock.
pub static RMQUEUE_V5_17: Routine = rmqueue(
    "mm/page_alloc.c, v5.17 to v5.19",
    &[
        HIGH_ORDER,
        IRQ_OFF,
        FILLED,
        BULK,
        REFILLED,
        EMPTY,
        POP,
        IRQ_ON,
        NONE,
        PREP,
        OUT,
        BUDDY_IRQ_OFF,
        LOCK,
        TAKE,
        TOOK,
        line("failed", "if (!page)", Op::If(returned_zero, "unlock")),
        ACCOUNT,
        UNLOCK,
        JOIN,
    ],
);

const TRYLOCK: &str = "pcp = pcp_spin_trylock(zone->per_cpu_pageset)";

const fn rmqueue_trylock(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: RMQUEUE,
        source,
        omits: "watermarks, reclaim, highatomic reserves; pcplists of orders 1 to 3",
        params: &[Local::Order, Local::Wanted],
        locals: &[Local::Page, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

/// The pcplist has a lock of its own, tried once: if somebody drains this CPU, the page comes from
/// the buddy lists.
pub static RMQUEUE_V6_0: Routine = rmqueue_trylock(
    "mm/page_alloc.c, v6.0 and v6.1",
    &[
        HIGH_ORDER,
        IRQ_OFF,
        line("trylock", TRYLOCK, Op::Branch(|ctx| !try_pcp(ctx), "busy")),
        FILLED,
        BULK,
        REFILLED,
        line("empty", "if (list_empty(list))", Op::If(returned_zero, "pcpout")),
        POP,
        line("pcpout", "pcp_spin_unlock(pcp)", Op::Release(this_pcp_lock)),
        IRQ_ON,
        NONE,
        PREP,
        OUT,
        line("busy", "local_irq_restore(flags)", Op::IrqOn),
        BUDDY_IRQ_OFF,
        LOCK,
        TAKE,
        TOOK,
        line("failed", "if (!page)", Op::If(returned_zero, "unlock")),
        ACCOUNT,
        UNLOCK,
        JOIN,
    ],
);

/// As before, with interrupts on while the pcplist is locked (574907741599).
pub static RMQUEUE_V6_2: Routine = rmqueue_trylock(
    "mm/page_alloc.c, v6.2 to v6.12",
    &[
        HIGH_ORDER,
        line("trylock", TRYLOCK, Op::Branch(|ctx| !try_pcp(ctx), "buddy")),
        FILLED,
        BULK,
        REFILLED,
        line("empty", "if (list_empty(list))", Op::If(returned_zero, "pcpout")),
        POP,
        line("pcpout", "pcp_spin_unlock(pcp)", Op::Release(this_pcp_lock)),
        NONE,
        PREP,
        OUT,
        BUDDY_IRQ_OFF,
        LOCK,
        TAKE,
        TOOK,
        line("failed", "if (!page)", Op::If(returned_zero, "unlock")),
        ACCOUNT,
        UNLOCK,
        IRQ_ON,
        line("join", "goto out", Op::Goto("none")),
    ],
);

/// As many pages as `pcp->batch` says go to the pcplist under the lock;
/// its count follows when they are there.
pub static RMQUEUE_BULK_V3_16: Routine = Routine {
    function: RMQUEUE_BULK,
    source: "mm/page_alloc.c, v3.16 to v6.12",
    omits: "cold pages at the other end",
    params: &[Local::Wanted],
    locals: &[Local::Order, Local::Left, Local::Count, Local::Ret],
    returns: Returns::Count,
    body: &[
        line("batch", "count = pcp->batch", Op::Do(read_batch)),
        LOCK,
        line("take", "page = __rmqueue(zone, 0, mt)", Op::Call(RMQUEUE_BUDDY, &[])),
        line("none", "if (!page) break", Op::If(returned_zero, "unlock")),
        line("add", "list_add_tail(&page->lru, list)", Op::Do(add_to_pcp)),
        line("more", "while (--count)", Op::If(|look| look.get::<u16>(Local::Left) > 0, "take")),
        UNLOCK,
        line("out", "return i", Op::Return(|look| look.get(Local::Count))),
    ],
};

/// The caller of the allocator: the block is its own from here on.
pub static ALLOC_PAGES_V3_16: Routine = Routine {
    function: ALLOC_PAGES,
    source: "mm/page_alloc.c, v3.16 to v6.12",
    omits: "zonelists, the slow path: with no block of the order it returns NULL",
    params: &[Local::Order, Local::Wanted, Local::Flags],
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Page,
    body: &[
        line("alloc", "page = rmqueue(zone, order, mt)", Op::Call(RMQUEUE, &[])),
        line("none", "if (!page)", Op::If(returned_zero, "out")),
        line("ours", "the block is the caller's", Op::Let(give_to_caller)),
        OUT,
    ],
};

fn order(look: &Look) -> u16 {
    look.get(Local::Order)
}

/// `pcp->lock` of this CPU, taken without changing what interrupts do.
pub(super) fn this_pcp_lock(look: &Look) -> Lock {
    look.this_pcp().lock(LockKind::Spin)
}

/// `pcp_spin_trylock`
pub(super) fn try_pcp(ctx: &mut Ctx) -> bool {
    let lock = ctx.this_pcp().lock(LockKind::Spin);
    ctx.trylock(lock)
}

fn first_of_pcp(ctx: &mut Ctx) -> (Pcp, Option<Pfn>) {
    let (pcp, wanted) = (ctx.this_pcp(), ctx.get(Local::Wanted));
    (pcp, ctx.load(pcp.list(wanted).first()))
}

fn pcp_has_one(ctx: &mut Ctx) -> bool {
    first_of_pcp(ctx).1.is_some()
}

fn pop_from_pcp(ctx: &mut Ctx) {
    let (pcp, page) = first_of_pcp(ctx);
    // Nobody takes it away where the pcplist is guarded as the kernel guards it.
    let Some(pfn) = page else { return ctx.set(Local::Ret, page) };
    let list = pcp.list(ctx.get(Local::Wanted));
    let (memory, layout) = ctx.parts();
    free_list::unlink(memory, layout, list, pfn);
    memory.store(layout.page(pfn).place(), Place::InFlight);
    memory.update(pcp.count(), |count| count.wrapping_sub(1));
    // A page that this very call has fetched was allocated before.
    let fetched = ctx.get::<u16>(Local::Ret) > 0;
    if !fetched && is_isolated_for_good(ctx, pfn) {
        ctx.find(event::ISOLATED_PCP_PAGE_ALLOCATED);
    }
    ctx.set(Local::Page, pfn);
    ctx.set(Local::Ret, page);
}

fn take_result(ctx: &mut Ctx) {
    if let Some(pfn) = ctx.get::<Option<Pfn>>(Local::Ret) {
        ctx.set(Local::Page, pfn);
    }
}

fn count_refill(ctx: &mut Ctx) {
    let (pcp, alloced): (Pcp, u16) = (ctx.this_pcp(), ctx.get(Local::Ret));
    ctx.update(pcp.count(), |count| count.wrapping_add(alloced));
}

/// The type of the list that the block came from.
fn count_block(ctx: &mut Ctx) {
    let (pfn, order) = block_at_hand(ctx);
    let mt = ctx.load(ctx.layout().page(pfn).cached_mt());
    let (memory, layout) = ctx.parts();
    account(memory, layout, -(1 << order), mt);
}

fn prep_new_page(ctx: &mut Ctx) {
    let (pfn, order) = block_at_hand(ctx);
    let page = ctx.layout().page(pfn);
    ctx.store(page.refcount(), 1);
    ctx.store(page.order(), u16::from(order));
    for pfn in pfn.0..pfn.0 + (1 << order) {
        let place = ctx.layout().page(Pfn(pfn)).place();
        ctx.store(place, Place::Allocated);
    }
    ctx.hold(pfn, 1);
}

fn read_batch(ctx: &mut Ctx) {
    let pcp = ctx.this_pcp();
    let batch = ctx.load(pcp.batch());
    ctx.set(Local::Left, batch);
}

fn add_to_pcp(ctx: &mut Ctx) {
    let pfn = ctx.must(ctx.get::<Option<Pfn>>(Local::Ret));
    let (pcp, wanted): (Pcp, Migratetype) = (ctx.this_pcp(), ctx.get(Local::Wanted));
    let (memory, layout) = ctx.parts();
    let mt = memory.load(layout.page(pfn).cached_mt());
    account(memory, layout, -1, mt);
    free_list::push_back(memory, layout, pcp.list(wanted), pfn);
    memory.store(layout.page(pfn).place(), Place::Pcp);
    let (left, count): (u16, u16) = (ctx.get(Local::Left), ctx.get(Local::Count));
    ctx.set(Local::Left, left.wrapping_sub(1));
    ctx.set(Local::Count, count.wrapping_add(1));
}

/// The reference is the caller's, who is outside the scenario, from here on.
fn give_to_caller(ctx: &mut Ctx) {
    let pfn = ctx.must(ctx.get::<Option<Pfn>>(Local::Ret));
    let page = ctx.layout().page(pfn);
    if ctx.get::<u16>(Local::Flags) != 0 {
        let order: u16 = ctx.get(Local::Order);
        ctx.store(page.compound(), order + 1);
    }
    ctx.store(page.owned(), 1);
    ctx.let_go(pfn, 1);
}
