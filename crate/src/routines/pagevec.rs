//! `mm/swap.c`: the per-CPU pagevecs in which pages wait for their place on the LRU. Each entry
//! holds a reference.
use super::at_hand::{get_page, ptl, take_address};
use super::memory::{OUT, PTL};
use super::page_alloc::drain::{
    EACH_CPU, EVERY_CPU, FIRST_CPU, NEXT_CPU, NEXT_CPU_LOOP, WAIT, add_cpu, cpu, mask,
};
use super::swap::PUT_PAGE;
use crate::machine::routine::line;
use crate::machine::{Ctx, Delivery, Function, Line, Local, Op, Returns, Routine};
use crate::mm::Pfn;

/// `mark_page_accessed`, of the page behind an address.
pub const MARK_PAGE_ACCESSED: Function = Function("mark_page_accessed");
/// `lru_add_drain`, of this CPU.
pub const LRU_ADD_DRAIN: Function = Function("lru_add_drain");
/// `lru_add_drain_all`
pub const LRU_ADD_DRAIN_ALL: Function = Function("lru_add_drain_all");
/// `lru_cache_disable`; up to v5.12 `migrate_prep`, which only drains.
pub const LRU_CACHE_DISABLE: Function = Function("lru_cache_disable");
/// `lru_cache_enable`
pub const LRU_CACHE_ENABLE: Function = Function("lru_cache_enable");

const NOT_PRESENT: Line = line("pte", "if (!pte_present(*pte))", Op::Branch(has_no_page, "unlock"));
const GET: Line = line("get", "get_page(page)", Op::Do(get_page));
pub(super) const ADD: Line =
    line("add", "pagevec_add(this_cpu_ptr(activate_page), page)", Op::Do(add));
pub(super) const UNLOCK: Line = line("unlock", "pte_unmap_unlock(pte, ptl)", Op::Release(ptl));

pub(super) const fn mark_page_accessed(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: MARK_PAGE_ACCESSED,
        source,
        omits: "PG_referenced, PG_active: the page always joins the pagevec, unless it is on one; \
                a pagevec that is full is not drained",
        params: &[Local::Mm, Local::Given],
        locals: &[Local::Addr, Local::Page],
        returns: Returns::Nothing,
        body,
    }
}

pub(super) const ADDRESS: Line = line("addr", "addr", Op::Let(take_address));

/// The page stays on the pagevec until somebody drains it.
pub static MARK_PAGE_ACCESSED_V3_16: Routine = mark_page_accessed(
    "mm/swap.c, v3.16 to v5.12",
    &[ADDRESS, PTL, NOT_PRESENT, GET, ADD, UNLOCK, OUT],
);
/// With the LRU caches disabled it is drained at once (d479960e44f2).
pub static MARK_PAGE_ACCESSED_V5_13: Routine = mark_page_accessed(
    "mm/swap.c, v5.13 to v6.12",
    &[
        ADDRESS,
        PTL,
        NOT_PRESENT,
        GET,
        ADD,
        line("disabled", "if (!lru_cache_disabled())", Op::Branch(is_enabled, "unlock")),
        line("drain", "pagevec_lru_move_fn(pvec, ..)", Op::Call(LRU_ADD_DRAIN, &[])),
        UNLOCK,
        OUT,
    ],
);

/// Every page of this CPU's pagevec is on the LRU by now, and its reference is dropped.
pub static LRU_ADD_DRAIN_V3_16: Routine = Routine {
    function: LRU_ADD_DRAIN,
    source: "mm/swap.c, v3.16 to v6.12",
    omits: "lru_lock; the different kinds of pagevec",
    params: &[],
    locals: &[Local::Page],
    returns: Returns::Nothing,
    body: &[
        line("next", "for (i = 0; i < pagevec_count(pvec); i++)", Op::Branch(is_empty, "out")),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("loop", "next page", Op::Goto("next")),
        OUT,
    ],
};

const SEND: Line = line(
    "send",
    "queue_work_on(cpu, mm_percpu_wq, work)",
    Op::Send(mask, LRU_ADD_DRAIN, Delivery::Work),
);

const fn all_cpus(function: Function, source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function,
        source,
        omits: "the mutex and the generation that let callers share a drain",
        params: &[],
        locals: &[Local::Cpu, Local::Cpus],
        returns: Returns::Nothing,
        body,
    }
}

/// CPUs whose pagevecs look empty are not asked.
pub static LRU_ADD_DRAIN_ALL_V3_16: Routine = all_cpus(
    LRU_ADD_DRAIN_ALL,
    "mm/swap.c, v3.16 to v6.12",
    &[
        FIRST_CPU,
        EACH_CPU,
        line("test", "if (pagevec_count(pvec)) cpumask_set_cpu(..)", Op::Do(add_if_not_empty)),
        NEXT_CPU,
        NEXT_CPU_LOOP,
        SEND,
        WAIT,
        OUT,
    ],
);

/// Nothing is disabled yet: the pagevecs are drained once, and fill again.
pub static MIGRATE_PREP_V3_16: Routine = all_cpus(
    LRU_CACHE_DISABLE,
    "mm/migrate.c, v3.16 to v5.12 (migrate_prep)",
    &[line("drain", "lru_add_drain_all()", Op::Call(LRU_ADD_DRAIN_ALL, &[])), OUT],
);
/// From here on nobody fills a pagevec, and none is left out of the drain (d479960e44f2).
pub static LRU_CACHE_DISABLE_V5_13: Routine = all_cpus(
    LRU_CACHE_DISABLE,
    "mm/swap.c, v5.13 to v6.12",
    &[
        line("disable", "atomic_inc(&lru_disable_count)", Op::Do(|ctx| disable(ctx, 1))),
        FIRST_CPU,
        EACH_CPU,
        EVERY_CPU,
        NEXT_CPU,
        NEXT_CPU_LOOP,
        SEND,
        WAIT,
        OUT,
    ],
);
/// There is nothing to enable.
pub static MIGRATE_FINISH_V3_16: Routine =
    all_cpus(LRU_CACHE_ENABLE, "mm/migrate.c, v3.16 to v5.12", &[OUT]);
/// Pagevecs are filled again.
pub static LRU_CACHE_ENABLE_V5_13: Routine = all_cpus(
    LRU_CACHE_ENABLE,
    "include/linux/swap.h, v5.13 to v6.12",
    &[line("enable", "atomic_dec(&lru_disable_count)", Op::Do(|ctx| disable(ctx, u16::MAX))), OUT],
);

fn has_no_page(ctx: &mut Ctx) -> bool {
    let cell = ctx.pte();
    let Some(pfn) = ctx.load(cell).mapped() else { return true };
    ctx.set(Local::Page, pfn);
    is_waiting(ctx, pfn)
}

/// Whether the page is on a pagevec, or goes on none.
pub(super) fn is_waiting(ctx: &mut Ctx, pfn: Pfn) -> bool {
    let waits = ctx.layout().page(pfn).pagevec();
    ctx.geometry().is_zero_pfn(pfn) || ctx.load(waits) > 0
}

/// The reference is the pagevec's from here on.
fn add(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let waits = ctx.layout().page(pfn).pagevec();
    ctx.store(waits, ctx.this_cpu() as u16 + 1);
    ctx.let_go(pfn, 1);
}

pub(super) fn is_enabled(ctx: &mut Ctx) -> bool {
    let count = ctx.layout().zone().lru_disable_count();
    ctx.load(count) == 0
}

/// The first page of this CPU's pagevec; its reference is the lane's from here on.
fn is_empty(ctx: &mut Ctx) -> bool {
    let this = ctx.this_cpu() as u16 + 1;
    let mut pages = ctx.layout().pfns();
    let found = pages.find(|pfn| ctx.peek(ctx.layout().page(*pfn).pagevec()) == this);
    let Some(pfn) = found else { return true };
    let waits = ctx.layout().page(pfn).pagevec();
    ctx.store(waits, 0);
    ctx.set(Local::Page, pfn);
    ctx.hold(pfn, 1);
    false
}

fn add_if_not_empty(ctx: &mut Ctx) {
    let cpu = cpu(ctx) as u16 + 1;
    let mut pages = ctx.layout().pfns();
    if pages.any(|pfn| ctx.peek(ctx.layout().page(pfn).pagevec()) == cpu) {
        add_cpu(ctx);
    }
}

fn disable(ctx: &mut Ctx, by: u16) {
    let count = ctx.layout().zone().lru_disable_count();
    ctx.update(count, |count| count.wrapping_add(by));
}
