//! `pcp->lock`, v6.0 and later: freeing to a pcplist that somebody else may be draining.
use super::alloc::{this_pcp_lock, try_pcp};
use super::free::{
    CACHE, FREE_ONE_PAGE, FREE_PCPPAGES_BULK, FREE_UNREF_PAGE, ISOLATED, PREPARE, READ,
    is_below_high, push_on_pcp,
};
use crate::machine::routine::line;
use crate::machine::{Ctx, Line, Local, Op, Returns, Routine};
use crate::mm::Migratetype;

const PCP_TYPE: Line =
    line("pcptype", "if (mt >= MIGRATE_PCPTYPES) mt = MOVABLE", Op::Let(use_pcp_type));
const TRYLOCK: Line = line(
    "trylock",
    "pcp = pcp_spin_trylock(zone->per_cpu_pageset)",
    Op::Branch(|ctx| !try_pcp(ctx), "direct"),
);
const COMMIT: Line = line("push", "free_unref_page_commit(zone, pcp, page)", Op::Do(push_on_pcp));
const HIGH: Line = line("high", "if (pcp->count < high)", Op::Branch(is_below_high, "unlock"));
const BULK: Line =
    line("bulk", "free_pcppages_bulk(zone, batch, pcp)", Op::Call(FREE_PCPPAGES_BULK, &[]));
const UNLOCK: Line = line("unlock", "pcp_spin_unlock(pcp)", Op::Release(this_pcp_lock));
const IRQ_OFF: Line = line("irqoff", "local_irq_save(flags)", Op::IrqOff);
const IRQ_ON: Line = line("irqon", "local_irq_restore(flags)", Op::IrqOn);
const OUT: Line = line("out", "return", Op::Return(|_| 0));
const DIRECT: Line =
    line("direct", "free_one_page(zone, page, pfn, 0, mt)", Op::Call(FREE_ONE_PAGE, &[]));
const DIRECT_OUT: Line = line("freed", "return", Op::Return(|_| 0));

const fn free_unref_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FREE_UNREF_PAGE,
        source,
        omits: "poisoned pages; pcplists of orders 1 to 3",
        params: &[Local::Page],
        locals: &[Local::Order, Local::Mt, Local::Old, Local::Left, Local::Cpu],
        returns: Returns::Nothing,
        body,
    }
}

/// If the lock is taken the page is freed directly, as one of the type of the pcplist that it
/// was meant for: a CMA page as a movable one.
pub static FREE_UNREF_PAGE_V6_0: Routine = free_unref_page(
    "mm/page_alloc.c, v6.0 and v6.1",
    &[
        PREPARE,
        READ,
        CACHE,
        ISOLATED,
        PCP_TYPE,
        IRQ_OFF,
        line("trylock", "pcp_spin_trylock(..)", Op::Branch(|ctx| !try_pcp(ctx), "busy")),
        COMMIT,
        HIGH,
        BULK,
        UNLOCK,
        IRQ_ON,
        OUT,
        line("busy", "local_irq_restore(flags)", Op::IrqOn),
        DIRECT,
        DIRECT_OUT,
    ],
);

/// As before, with interrupts on while the pcplist is locked (574907741599): an interrupt on the
/// same CPU finds it taken.
pub static FREE_UNREF_PAGE_V6_2: Routine = free_unref_page(
    "mm/page_alloc.c, v6.2 to v6.5",
    &[
        PREPARE, READ, CACHE, ISOLATED, PCP_TYPE, TRYLOCK, COMMIT, HIGH, BULK, UNLOCK, OUT, DIRECT,
        DIRECT_OUT,
    ],
);

/// The page is freed directly as what it is (7b086755fb8c).
pub static FREE_UNREF_PAGE_V6_6: Routine = free_unref_page(
    "mm/page_alloc.c, v6.6 to v6.12",
    &[PREPARE, READ, CACHE, ISOLATED, TRYLOCK, COMMIT, HIGH, BULK, UNLOCK, OUT, DIRECT, DIRECT_OUT],
);

fn use_pcp_type(ctx: &mut Ctx) {
    if ctx.get::<Migratetype>(Local::Mt) > Migratetype::Reclaimable {
        ctx.set(Local::Mt, Migratetype::Movable);
    }
}
