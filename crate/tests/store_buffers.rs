//! Store buffers against the litmus tests of the field: what x86-TSO allows and what it forbids
//! (Owens, Sarkar, Sewell, "A better x86 memory model: x86-TSO", 2009).
#[path = "common/config.rs"]
mod config;
#[path = "common/geometry.rs"]
mod geometry;
#[path = "common/search.rs"]
mod search;

use std::collections::BTreeSet;

use config::CONFIG;
use geometry::one_page;
use pagerace::machine::routine::line;
use pagerace::machine::{
    Config, Ctx, Function, Kernel, Line, Local, Look, Op, Operation, Order, Returns, Routine,
    System,
};
use pagerace::mm::{Cell, Layout, Lock, Memory, Pfn};
use search::explore;

/// The two words of the litmus tests, borrowed from the one page.
fn x(ctx: &Ctx) -> Cell<u16> {
    ctx.layout().page(Pfn(0)).content(0)
}

fn y(ctx: &Ctx) -> Cell<u16> {
    ctx.layout().page(Pfn(0)).content(1)
}

fn read(ctx: &mut Ctx, cell: Cell<u16>) {
    let found = ctx.load(cell);
    let before: u16 = ctx.get(Local::Rc);
    ctx.set(Local::Rc, before * 10 + found);
}

fn swap_x(ctx: &mut Ctx) {
    ctx.update(x(ctx), |_| 1);
}

fn lock(look: &Look) -> Lock {
    look.layout().cma_mutex()
}

const STORE_X: Line = line("sx", "x = 1", Op::Do(|ctx| ctx.store(x(ctx), 1)));
const STORE_Y: Line = line("sy", "y = 1", Op::Do(|ctx| ctx.store(y(ctx), 1)));
const SWAP_X: Line = line("sx", "xchg(&x, 1)", Op::Do(swap_x));
const READ_X: Line = line("rx", "r = x", Op::Do(|ctx| read(ctx, x(ctx))));
const READ_Y: Line = line("ry", "r = y", Op::Do(|ctx| read(ctx, y(ctx))));
const FENCE: Line = line("mb", "smp_mb()", Op::Fence);
const LOCK: Line = line("lock", "lock", Op::Acquire(lock));
const UNLOCK: Line = line("unlock", "unlock", Op::Release(lock));
const OUT: Line = line("out", "return r", Op::Return(|look| look.get(Local::Rc)));

const fn thread(name: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: Function(name),
        source: "a litmus test",
        omits: "",
        params: &[],
        locals: &[Local::Rc],
        returns: Returns::Value,
        body,
    }
}

static SB0: Routine = thread("sb0", &[STORE_X, READ_Y, OUT]);
static SB1: Routine = thread("sb1", &[STORE_Y, READ_X, OUT]);
static SB0_MB: Routine = thread("sb0", &[STORE_X, FENCE, READ_Y, OUT]);
static SB1_MB: Routine = thread("sb1", &[STORE_Y, FENCE, READ_X, OUT]);
static SB0_XCHG: Routine = thread("sb0", &[SWAP_X, READ_Y, OUT]);
static SB0_LOCK: Routine = thread("sb0", &[STORE_X, LOCK, READ_Y, UNLOCK, OUT]);
static MP0: Routine = thread("mp0", &[STORE_X, STORE_Y, OUT]);
static MP1: Routine = thread("mp1", &[READ_Y, READ_X, OUT]);
static LB0: Routine = thread("lb0", &[READ_X, STORE_Y, OUT]);
static LB1: Routine = thread("lb1", &[READ_Y, STORE_X, OUT]);
static OWN: Routine = thread("own", &[STORE_X, READ_X, READ_Y, OUT]);
static OWN1: Routine = thread("own1", &[STORE_Y, READ_Y, READ_X, OUT]);

const X86: Order = Order { atomics: true, pte_clear: true, fences: true };

/// What the two threads return, of every execution.
fn ends(threads: [&'static Routine; 2], buffers: Option<Order>) -> BTreeSet<String> {
    let config = Config { buffers, ..CONFIG };
    let kernel = Kernel::new("litmus".into(), config, threads.to_vec(), Vec::new());
    let lanes = threads.map(|routine| (vec![Operation::served(routine.function)], Vec::new()));
    let layout = Layout::new(one_page(2));
    let system = System::new(layout, kernel, &lanes, &[], false).expect("it compiles");
    let mut memory = Memory::new(vec![0; system.layout.len()]);
    system.start(&mut memory);
    let report = explore((system, memory));
    let outcomes = report.outcomes.iter().map(|found| {
        let results = &found.outcome.results;
        format!("{} {}", results["cpu0"], results["cpu1"])
    });
    outcomes.collect()
}

fn tso(threads: [&'static Routine; 2]) -> BTreeSet<String> {
    ends(threads, Some(X86))
}

#[test]
fn a_load_overtakes_the_store_before_it() {
    assert!(tso([&SB0, &SB1]).contains("0 0"));
    assert!(!ends([&SB0, &SB1], None).contains("0 0"));
}

#[test]
fn fences_and_locked_operations_on_both_sides_forbid_that() {
    assert!(!tso([&SB0_MB, &SB1_MB]).contains("0 0"));
    assert!(!tso([&SB0_XCHG, &SB1_MB]).contains("0 0"));
    assert!(!tso([&SB0_LOCK, &SB1_MB]).contains("0 0"));
}

#[test]
fn one_fence_is_not_enough() {
    assert!(tso([&SB0, &SB1_MB]).contains("0 0"));
    assert!(tso([&SB0_MB, &SB1]).contains("0 0"));
}

#[test]
fn a_lock_that_orders_only_what_is_behind_it_is_no_fence() {
    assert!(ends([&SB0_LOCK, &SB1_MB], Some(Order { atomics: false, ..X86 })).contains("0 0"));
}

#[test]
fn without_fences_none_is_enough() {
    let bare = Order { fences: false, ..X86 };
    assert!(ends([&SB0_MB, &SB1_MB], Some(bare)).contains("0 0"));
}

#[test]
fn stores_arrive_in_order_and_loads_are_made_in_order() {
    assert!(!tso([&MP0, &MP1]).contains("0 10"));
    assert!(!tso([&LB0, &LB1]).contains("1 1"));
}

#[test]
fn a_cpu_sees_its_own_store_before_others_do() {
    assert!(tso([&OWN, &OWN1]).contains("10 10"));
    assert!(!ends([&OWN, &OWN1], None).contains("10 10"));
}

#[test]
fn the_fence_is_no_step_where_memory_is_sequentially_consistent() {
    let all = |threads| ends(threads, None);
    assert_eq!(all([&SB0, &SB1]), all([&SB0_MB, &SB1_MB]));
}
