//! `arch/x86/mm/tlb.c` and its like: forgetting translations that CPUs keep.
use crate::machine::routine::line;
use crate::machine::{CpuMask, Ctx, Delivery, Function, Line, Local, Op, Returns, Routine};
use crate::mm::{Cell, Pte};

/// `flush_tlb_page`, behind an entry that was cleared, as `ptep_clear_flush` does.
pub const FLUSH_TLB_PAGE: Function = Function("flush_tlb_page");
/// `flush_tlb_range`, some time behind the entries that were changed.
pub const FLUSH_TLB_RANGE: Function = Function("flush_tlb_range");
/// `flush_tlb_func`: what another CPU runs for them.
pub const FLUSH_TLB_FUNC: Function = Function("flush_tlb_func");

/// The line of who flushes at once. Where invalidations are broadcast it takes no step of its own.
pub const FLUSH_PAGE: Line =
    line("flush", "flush_tlb_page(vma, address)", Op::Call(FLUSH_TLB_PAGE, &[]));
/// The line of who flushes later.
pub const FLUSH_RANGE: Line =
    line("flush", "flush_tlb_range(vma, start, end)", Op::Call(FLUSH_TLB_RANGE, &[]));

const OUT: Line = line("out", "return", Op::Return(|_| 0));

const fn flush(function: Function, source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function,
        source,
        omits: "ranges: all translations of the process go; lazy TLB mode",
        params: &[Local::Mm],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

const ARM64: &str = "arch/arm64/include/asm/tlbflush.h, v5.8 to v6.1";
const X86: &str = "arch/x86/mm/tlb.c, v5.8 to v6.1 (flush_tlb_mm_range)";
/// The barrier orders the entry before what follows.
const DSB: Line = line("dsb", "dsb(ish)", Op::Fence);

/// The hardware tells all CPUs, and nobody waits for one that has interrupts off.
pub static BROADCAST: [Routine; 2] = [
    flush(
        FLUSH_TLB_PAGE,
        ARM64,
        &[line("tlbi", "tlbi vale1is, addr", Op::Let(forget_everywhere)), DSB, OUT],
    ),
    flush(
        FLUSH_TLB_RANGE,
        ARM64,
        &[line("tlbi", "tlbi vae1is, addr", Op::Do(forget_everywhere)), DSB, OUT],
    ),
];

const BY_IPI: &[Line] = &[
    line("local", "flush_tlb_func(info), here", Op::Do(forget_here)),
    line(
        "send",
        "on_each_cpu_cond_mask(flush_tlb_func, cpumask)",
        Op::Send(others_that_run, FLUSH_TLB_FUNC, Delivery::Ipi),
    ),
    line("wait", "csd_lock_wait(csd)", Op::Await(|look| look.calls_done(), "the CPUs to flush")),
    OUT,
];

/// The CPUs that run the process are interrupted, and waited for: one that has interrupts off is
/// waited for until it has them on.
pub static IPI: [Routine; 2] =
    [flush(FLUSH_TLB_PAGE, X86, BY_IPI), flush(FLUSH_TLB_RANGE, X86, BY_IPI)];

/// On the other CPU, with its interrupts off.
pub static FLUSH_TLB_FUNC_V5_8: Routine = Routine {
    function: FLUSH_TLB_FUNC,
    source: "arch/x86/mm/tlb.c, v5.8 to v6.1",
    omits: "ranges and generations: all translations of the CPU go",
    params: &[],
    locals: &[],
    returns: Returns::Nothing,
    body: &[line("flush", "flush_tlb_local()", Op::Do(forget_here)), OUT],
};

/// The translation that a CPU keeps of a virtual page of the process that it runs, in a machine
/// that has any.
pub(super) fn translation(ctx: &Ctx, cpu: usize, address: u16) -> Option<Cell<Pte>> {
    ctx.geometry().tlb.then(|| ctx.layout().tlb(cpu, address))
}

/// Stores that were made through a translation are done when it is forgotten.
fn forget(ctx: &mut Ctx, cpu: usize) {
    ctx.drain_of(cpu);
    let Some(process) = ctx.geometry().runs.get(cpu).copied().flatten() else { return };
    for address in 0..ctx.geometry().processes[process].mappings.len() as u16 {
        if let Some(cell) = translation(ctx, cpu, address) {
            let (memory, _) = ctx.ghosts();
            memory.store(cell, Pte::None);
        }
    }
}

fn forget_here(ctx: &mut Ctx) {
    forget(ctx, ctx.cpu());
}

fn forget_everywhere(ctx: &mut Ctx) {
    let process = usize::from(ctx.get::<u16>(Local::Mm));
    for cpu in 0..ctx.geometry().runs.len() {
        if ctx.geometry().runs[cpu] == Some(process) {
            forget(ctx, cpu);
        }
    }
}

/// What is left for later by who clears entries without a flush, of whatever process: all CPUs
/// forget all.
pub(super) fn flush_batched(ctx: &mut Ctx) {
    (0..ctx.geometry().runs.len()).for_each(|cpu| forget(ctx, cpu));
}

fn others_that_run(ctx: &mut Ctx) -> CpuMask {
    let process = usize::from(ctx.get::<u16>(Local::Mm));
    let runs = ctx.geometry().runs.iter().enumerate();
    let running = runs.filter(|(_, running)| **running == Some(process));
    let mask = running.fold(0, |mask, (cpu, _)| mask | 1 << cpu);
    mask & ctx.other_cpus()
}
