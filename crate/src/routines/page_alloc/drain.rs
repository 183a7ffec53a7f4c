//! Draining the pcplists of all CPUs, and doing without them.
use super::free::FREE_PCPPAGES_BULK;
use crate::machine::routine::line;
use crate::machine::{CpuMask, Ctx, Delivery, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, LockKind};

/// `drain_all_pages`
pub const DRAIN_ALL_PAGES: Function = Function("drain_all_pages");
/// `__drain_all_pages` with `force_all_cpus`: whatever the counts say.
pub const DRAIN_ALL_PAGES_FORCED: Function = Function("__drain_all_pages");
/// `drain_local_pages`
pub const DRAIN_LOCAL_PAGES: Function = Function("drain_local_pages");
/// `on_each_cpu(drain_local_pages)`
pub const ON_EACH_CPU_DRAIN: Function = Function("on_each_cpu");
/// `kick_all_cpus_sync`
pub const KICK_ALL_CPUS_SYNC: Function = Function("kick_all_cpus_sync");
/// What `kick_all_cpus_sync` has the other CPUs run.
pub const DO_NOTHING: Function = Function("do_nothing");
/// `zone_pcp_disable`
pub const ZONE_PCP_DISABLE: Function = Function("zone_pcp_disable");
/// `zone_pcp_enable`
pub const ZONE_PCP_ENABLE: Function = Function("zone_pcp_enable");

pub(in crate::routines) const FIRST_CPU: Line =
    line("first", "for_each_online_cpu(cpu)", Op::Let(|ctx| set_cpu(ctx, 0)));
pub(in crate::routines) const EACH_CPU: Line =
    line("each", "while (cpu < nr_cpu_ids)", Op::If(past_last_cpu, "send"));
const TEST: Line =
    line("test", "if (pcp->count) cpumask_set_cpu(cpu, &mask)", Op::Do(add_if_not_empty));
pub(in crate::routines) const EVERY_CPU: Line =
    line("all", "cpumask_set_cpu(cpu, &mask)", Op::Let(add_cpu));
pub(in crate::routines) const NEXT_CPU: Line = line("next", "next cpu", Op::Let(next_cpu));
pub(in crate::routines) const NEXT_CPU_LOOP: Line =
    line("loop", "for_each_online_cpu(cpu)", Op::Goto("each"));
const WAITS: &str = "every CPU of the mask to run it";
pub(in crate::routines) const WAIT: Line =
    line("wait", "wait until all of them have run it", Op::Await(|look| look.calls_done(), WAITS));
const IRQ_OFF: Line = line("irqoff", "local_irq_save(flags)", Op::IrqOff);
const IRQ_ON: Line = line("irqon", "local_irq_restore(flags)", Op::IrqOn);
const OUT: Line = line("out", "return", Op::Return(|_| 0));
const MUTEX: Line = line("mutex", "mutex_lock(&pcpu_drain_mutex)", Op::Acquire(drain_mutex));
const MUTEX_OUT: Line =
    line("mutexout", "mutex_unlock(&pcpu_drain_mutex)", Op::Release(drain_mutex));
const LOCAL: Line =
    line("local", "drain_local_pages() on this CPU too", Op::Call(DRAIN_LOCAL_PAGES, &[]));

const fn drain(function: Function, source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function,
        source,
        omits: "other zones; CPUs that come and go",
        params: &[],
        locals: &[Local::Cpu, Local::Cpus, Local::Left],
        returns: Returns::Nothing,
        body,
    }
}

/// CPUs whose count reads zero are not asked. Each of the others runs it in an IPI.
pub static DRAIN_ALL_PAGES_V3_16: Routine = drain(
    DRAIN_ALL_PAGES,
    "mm/page_alloc.c, v3.16 to v4.10",
    &[
        FIRST_CPU,
        EACH_CPU,
        TEST,
        NEXT_CPU,
        NEXT_CPU_LOOP,
        line(
            "send",
            "on_each_cpu_mask(&mask, drain_local_pages, NULL, 1)",
            Op::Send(others_of_mask, DRAIN_LOCAL_PAGES, Delivery::Ipi),
        ),
        WAIT,
        line("self", "if (!cpumask_test_cpu(this_cpu, &mask))", Op::If(is_not_in_mask, "out")),
        IRQ_OFF,
        LOCAL,
        IRQ_ON,
        OUT,
    ],
);

/// As before, but each CPU of the mask runs a work item (0ccce3b92421): where its task can be
/// preempted.
pub static DRAIN_ALL_PAGES_V4_11: Routine = drain(
    DRAIN_ALL_PAGES,
    "mm/page_alloc.c, v4.11 to v5.19",
    &[
        MUTEX,
        FIRST_CPU,
        EACH_CPU,
        TEST,
        NEXT_CPU,
        NEXT_CPU_LOOP,
        line(
            "send",
            "queue_work_on(cpu, mm_percpu_wq, &drain->work)",
            Op::Send(mask, DRAIN_LOCAL_PAGES, Delivery::Work),
        ),
        WAIT,
        MUTEX_OUT,
        OUT,
    ],
);

/// All CPUs, whatever their counts say (ec6e8c7e0314).
pub static DRAIN_ALL_PAGES_FORCED_V5_11: Routine = drain(
    DRAIN_ALL_PAGES_FORCED,
    "mm/page_alloc.c, v5.11 to v5.19",
    &[
        MUTEX,
        FIRST_CPU,
        EACH_CPU,
        EVERY_CPU,
        NEXT_CPU,
        NEXT_CPU_LOOP,
        line(
            "send",
            "queue_work_on(cpu, mm_percpu_wq, &drain->work)",
            Op::Send(mask, DRAIN_LOCAL_PAGES, Delivery::Work),
        ),
        WAIT,
        MUTEX_OUT,
        OUT,
    ],
);

const REMOTE: Line = line("send", "for_each_cpu(cpu, &mask)", Op::Let(|ctx| set_cpu(ctx, 0)));
const REMOTE_EACH: Line =
    line("drain", "while (cpu < nr_cpu_ids)", Op::If(past_last_cpu, "mutexout"));
const SKIP: Line = line("skip", "if (!cpumask_test_cpu(cpu, &mask))", Op::If(is_skipped, "after"));
const DRAINED: Line = line("after", "next cpu", Op::Let(next_cpu));
const REMOTE_LOOP: Line = line("again", "for_each_cpu(cpu, &mask)", Op::Goto("drain"));
const PCP_LOCK: Line = line("lock", "spin_lock(&pcp->lock)", Op::Acquire(pcp_lock));
const BULK: Line =
    line("bulk", "free_pcppages_bulk(zone, count, pcp)", Op::Call(FREE_PCPPAGES_BULK, &[]));
const PCP_UNLOCK: Line = line("unlock", "spin_unlock(&pcp->lock)", Op::Release(pcp_lock));
const ASK: Line = line("ask", "if (!pcp->count)", Op::Branch(reads_empty, "after"));
const COUNT: Line = line("count", "count = pcp->count", Op::Branch(reads_empty, "unlock"));

const REMOTE_SOURCE: &str = "mm/page_alloc.c, v6.0 to v6.10";

/// The caller drains the other CPUs' lists itself, each under its lock (443c2accd1b6): nobody is
/// interrupted. Whether there is something to drain is asked before the lock.
pub static DRAIN_ALL_PAGES_V6_0: Routine = drain(
    DRAIN_ALL_PAGES,
    REMOTE_SOURCE,
    &[
        MUTEX,
        FIRST_CPU,
        EACH_CPU,
        TEST,
        NEXT_CPU,
        NEXT_CPU_LOOP,
        REMOTE,
        REMOTE_EACH,
        SKIP,
        ASK,
        PCP_LOCK,
        COUNT,
        BULK,
        PCP_UNLOCK,
        DRAINED,
        REMOTE_LOOP,
        MUTEX_OUT,
        OUT,
    ],
);
/// As before, for all CPUs. One that is just filling its list has not counted it yet, and keeps it.
pub static DRAIN_ALL_PAGES_FORCED_V6_0: Routine = drain(
    DRAIN_ALL_PAGES_FORCED,
    REMOTE_SOURCE,
    &[
        MUTEX,
        FIRST_CPU,
        EACH_CPU,
        EVERY_CPU,
        NEXT_CPU,
        NEXT_CPU_LOOP,
        REMOTE,
        REMOTE_EACH,
        SKIP,
        ASK,
        PCP_LOCK,
        COUNT,
        BULK,
        PCP_UNLOCK,
        DRAINED,
        REMOTE_LOOP,
        MUTEX_OUT,
        OUT,
    ],
);

/// The count is read under the lock alone (66eca1021a42).
pub static DRAIN_ALL_PAGES_V6_11: Routine = drain(
    DRAIN_ALL_PAGES,
    "mm/page_alloc.c, v6.11 and v6.12",
    &[
        MUTEX,
        FIRST_CPU,
        EACH_CPU,
        TEST,
        NEXT_CPU,
        NEXT_CPU_LOOP,
        REMOTE,
        REMOTE_EACH,
        SKIP,
        PCP_LOCK,
        COUNT,
        BULK,
        PCP_UNLOCK,
        DRAINED,
        REMOTE_LOOP,
        MUTEX_OUT,
        OUT,
    ],
);
/// As before, for all CPUs.
pub static DRAIN_ALL_PAGES_FORCED_V6_11: Routine = drain(
    DRAIN_ALL_PAGES_FORCED,
    "mm/page_alloc.c, v6.11 and v6.12",
    &[
        MUTEX,
        FIRST_CPU,
        EACH_CPU,
        EVERY_CPU,
        NEXT_CPU,
        NEXT_CPU_LOOP,
        REMOTE,
        REMOTE_EACH,
        SKIP,
        PCP_LOCK,
        COUNT,
        BULK,
        PCP_UNLOCK,
        DRAINED,
        REMOTE_LOOP,
        MUTEX_OUT,
        OUT,
    ],
);

/// This CPU's pcplist goes back to the buddy lists, with interrupts off.
pub static DRAIN_LOCAL_PAGES_V3_16: Routine = Routine {
    function: DRAIN_LOCAL_PAGES,
    source: "mm/page_alloc.c, v3.16 to v5.19",
    omits: "other zones",
    params: &[],
    locals: &[Local::Cpu, Local::Left],
    returns: Returns::Nothing,
    body: &[
        IRQ_OFF,
        line("count", "if (!pcp->count)", Op::Branch(is_empty_here, "irqon")),
        line("bulk", "free_pcppages_bulk(zone, count, pcp)", Op::Call(FREE_PCPPAGES_BULK, &[])),
        IRQ_ON,
        OUT,
    ],
};

/// Every CPU, whatever its count says; it returns when all have run it.
pub static ON_EACH_CPU_DRAIN_V3_16: Routine = drain(
    ON_EACH_CPU_DRAIN,
    "kernel/up.c and kernel/smp.c, v3.16, of drain_local_pages",
    &[
        line(
            "send",
            "smp_call_function(drain_local_pages, NULL, 1)",
            Op::Send(|ctx| ctx.other_cpus(), DRAIN_LOCAL_PAGES, Delivery::Ipi),
        ),
        WAIT,
        IRQ_OFF,
        LOCAL,
        IRQ_ON,
        OUT,
    ],
);

/// An IPI to every other CPU, which does nothing there: it comes where interrupts are on.
pub static KICK_ALL_CPUS_SYNC_V3_16: Routine = drain(
    KICK_ALL_CPUS_SYNC,
    "kernel/smp.c, v3.16",
    &[
        line(
            "send",
            "smp_call_function(do_nothing, NULL, 1)",
            Op::Send(|ctx| ctx.other_cpus(), DO_NOTHING, Delivery::Ipi),
        ),
        WAIT,
        OUT,
    ],
);

/// The IPI itself is what it is for.
pub static DO_NOTHING_V3_16: Routine = Routine {
    function: DO_NOTHING,
    source: "kernel/smp.c, v3.16",
    omits: "",
    params: &[],
    locals: &[],
    returns: Returns::Nothing,
    body: &[OUT],
};

const fn pcps(function: Function, source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function,
        source,
        omits: "the CPUs' high and batch are written one after the other",
        params: &[],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

const HIGH_LOCK: Line =
    line("mutex", "mutex_lock(&pcp_batch_high_lock)", Op::Acquire(pcp_batch_high_lock));
const HIGH_UNLOCK: Line =
    line("mutexout", "mutex_unlock(&pcp_batch_high_lock)", Op::Release(pcp_batch_high_lock));
const BATCH_1: Line = line("batch", "pcp->batch = 1 on all CPUs", Op::Do(|ctx| set_batch(ctx, 1)));
const HIGH_1: Line = line("high", "pcp->high = 1 on all CPUs", Op::Do(|ctx| set_high(ctx, 1)));
const HIGH_BACK: Line = line("high", "pcp->high = high on all CPUs", Op::Do(restore_high));
const BATCH_BACK: Line = line("batch2", "pcp->batch = batch on all CPUs", Op::Do(restore_batch));
const KICK: Line = line("kick", "kick_all_cpus_sync()", Op::Call(KICK_ALL_CPUS_SYNC, &[]));
const KICK_2: Line = line("kick2", "kick_all_cpus_sync()", Op::Call(KICK_ALL_CPUS_SYNC, &[]));

const SERIES: &str = "patch 3/8 of 2014 on v3.16";

/// `pageset_update(zone, 1, 1)`: a page that is freed pushes and flushes with interrupts off, so
/// the lists are empty wherever they are on. Two rendezvous with all CPUs on the way.
pub static ZONE_PCP_DISABLE_2014: Routine =
    pcps(ZONE_PCP_DISABLE, SERIES, &[HIGH_LOCK, BATCH_1, KICK, HIGH_1, KICK_2, OUT]);
/// As before, without the two rendezvous.
pub static ZONE_PCP_DISABLE_2014_NO_KICKS: Routine =
    pcps(ZONE_PCP_DISABLE, SERIES, &[HIGH_LOCK, BATCH_1, HIGH_1, OUT]);
/// The values of before, in the same way.
pub static ZONE_PCP_ENABLE_2014: Routine = pcps(
    ZONE_PCP_ENABLE,
    SERIES,
    &[BATCH_1, KICK, HIGH_BACK, KICK_2, BATCH_BACK, HIGH_UNLOCK, OUT],
);
/// As before, without the two rendezvous.
pub static ZONE_PCP_ENABLE_2014_NO_KICKS: Routine =
    pcps(ZONE_PCP_ENABLE, SERIES, &[BATCH_1, HIGH_BACK, BATCH_BACK, HIGH_UNLOCK, OUT]);

/// A free that comes later sees `high` 0 and flushes itself; one that came before is drained, since
/// no CPU is left out (ec6e8c7e0314).
pub static ZONE_PCP_DISABLE_V5_11: Routine = pcps(
    ZONE_PCP_DISABLE,
    "mm/page_alloc.c, v5.11 to v6.12",
    &[
        HIGH_LOCK,
        line("high", "__zone_set_pageset_high_and_batch(zone, 0, 1)", Op::Do(disable)),
        line("drain", "__drain_all_pages(zone, true)", Op::Call(DRAIN_ALL_PAGES_FORCED, &[])),
        OUT,
    ],
);
/// The values of before.
pub static ZONE_PCP_ENABLE_V5_11: Routine = pcps(
    ZONE_PCP_ENABLE,
    "mm/page_alloc.c, v5.11 to v6.12",
    &[line("high", "__zone_set_pageset_high_and_batch(..)", Op::Do(enable)), HIGH_UNLOCK, OUT],
);

fn drain_mutex(look: &Look) -> Lock {
    look.layout().zone().pcpu_drain_mutex()
}

fn pcp_batch_high_lock(look: &Look) -> Lock {
    look.layout().zone().pcp_batch_high_lock()
}

fn set_cpu(ctx: &mut Ctx, cpu: u16) {
    ctx.set(Local::Cpu, cpu);
}

pub(in crate::routines) fn cpu<M: std::ops::Deref<Target = crate::mm::Memory>>(
    at: &crate::machine::At<'_, M>,
) -> usize {
    usize::from(at.get::<u16>(Local::Cpu))
}

fn past_last_cpu(look: &Look) -> bool {
    cpu(look) >= look.cpus()
}

fn next_cpu(ctx: &mut Ctx) {
    let next = cpu(ctx) as u16 + 1;
    set_cpu(ctx, next);
}

pub(in crate::routines) fn add_cpu(ctx: &mut Ctx) {
    let mask = ctx.get::<CpuMask>(Local::Cpus) | 1 << cpu(ctx);
    ctx.set(Local::Cpus, mask);
}

fn add_if_not_empty(ctx: &mut Ctx) {
    let count = ctx.layout().pcp(cpu(ctx)).count();
    if ctx.load(count) > 0 {
        add_cpu(ctx);
    }
}

pub(in crate::routines) fn mask(ctx: &mut Ctx) -> CpuMask {
    ctx.get(Local::Cpus)
}

fn others_of_mask(ctx: &mut Ctx) -> CpuMask {
    mask(ctx) & ctx.other_cpus()
}

fn is_not_in_mask(look: &Look) -> bool {
    look.get::<CpuMask>(Local::Cpus) & 1 << look.this_cpu() == 0
}

fn is_skipped(look: &Look) -> bool {
    look.get::<CpuMask>(Local::Cpus) & 1u16.wrapping_shl(cpu(look) as u32) == 0
}

fn pcp_lock(look: &Look) -> Lock {
    look.layout().pcp(cpu(look)).lock(LockKind::Spin)
}

fn reads_empty(ctx: &mut Ctx) -> bool {
    let count = ctx.layout().pcp(cpu(ctx)).count();
    let count = ctx.load(count);
    ctx.set(Local::Left, count);
    count == 0
}

fn is_empty_here(ctx: &mut Ctx) -> bool {
    let this = ctx.this_cpu() as u16;
    set_cpu(ctx, this);
    reads_empty(ctx)
}

fn set_batch(ctx: &mut Ctx, batch: u16) {
    for cpu in 0..ctx.cpus() {
        let cell = ctx.layout().pcp(cpu).batch();
        ctx.store(cell, batch);
    }
}

fn set_high(ctx: &mut Ctx, high: u16) {
    for cpu in 0..ctx.cpus() {
        let cell = ctx.layout().pcp(cpu).high();
        ctx.store(cell, high);
    }
}

fn restore_high(ctx: &mut Ctx) {
    set_high(ctx, ctx.geometry().pcp_high);
}

fn restore_batch(ctx: &mut Ctx) {
    set_batch(ctx, ctx.geometry().pcp_batch);
}

fn disable(ctx: &mut Ctx) {
    set_high(ctx, 0);
    set_batch(ctx, 1);
}

fn enable(ctx: &mut Ctx) {
    restore_high(ctx);
    restore_batch(ctx);
}
