//! Small tables: two lanes that count, take locks, wait or stop, on the machine of one page.
#[path = "config.rs"]
mod config;
#[path = "geometry.rs"]
mod geometry;
#[path = "routine.rs"]
mod routine;

use std::rc::Rc;

use config::CONFIG;
use geometry::one_page;
use pagerace::machine::routine::line;
use pagerace::machine::system::Timeline;
use pagerace::machine::{Ctx, Function, Kernel, Local, Look, Op, Operation, Routine, System};
use pagerace::mm::{Layout, Lock, LockKind, Memory};
use routine::routine;

// Two locks and two shared counters, borrowed from the machine of one page.
fn lock_a(look: &Look) -> Lock {
    look.layout().cma_mutex()
}

/// A lock that is taken line by line, unlike the spinlocks that keep interrupts off.
fn lock_b(look: &Look) -> Lock {
    Lock { kind: LockKind::Spin, ..look.layout().cma_lock(0) }
}

fn load_safe(ctx: &mut Ctx) {
    let cell = ctx.layout().cma_bitmap(0);
    let value = ctx.load(cell);
    ctx.set(Local::Count, value);
}

fn store_safe(ctx: &mut Ctx) {
    let cell = ctx.layout().cma_bitmap(0);
    ctx.store(cell, ctx.get::<u16>(Local::Count) + 1);
    ctx.set(Local::Count, 0u16);
}

fn load_racy(ctx: &mut Ctx) {
    let cell = ctx.layout().zone().nr_isolate_pageblock();
    let value = ctx.load(cell);
    ctx.set(Local::Count, value);
}

fn store_racy(ctx: &mut Ctx) {
    let cell = ctx.layout().zone().nr_isolate_pageblock();
    ctx.store(cell, ctx.get::<i16>(Local::Count) + 1);
    ctx.set(Local::Count, 0u16);
}

fn is_set(ctx: &mut Ctx) -> bool {
    let cell = ctx.layout().zone().nr_isolate_pageblock();
    ctx.load(cell) > 0
}

const RETURN: pagerace::machine::Line = line("out", "return", Op::Return(|_| 0));

static INCREMENT: Routine = routine(
    "increment",
    &[
        line("load", "tmp = r", Op::Do(load_racy)),
        line("store", "r = tmp + 1", Op::Do(store_racy)),
        RETURN,
    ],
);
static BOTH: Routine = routine(
    "both",
    &[
        line("lock", "lock", Op::Acquire(lock_a)),
        line("load", "tmp = c", Op::Do(load_safe)),
        line("store", "c = tmp + 1", Op::Do(store_safe)),
        line("unlock", "unlock", Op::Release(lock_a)),
        line("load2", "tmp = r", Op::Do(load_racy)),
        line("store2", "r = tmp + 1", Op::Do(store_racy)),
        RETURN,
    ],
);
static AB: Routine = routine(
    "ab",
    &[
        line("a", "lock(a)", Op::Acquire(lock_a)),
        line("b", "lock(b)", Op::Acquire(lock_b)),
        line("ub", "unlock(b)", Op::Release(lock_b)),
        line("ua", "unlock(a)", Op::Release(lock_a)),
        RETURN,
    ],
);
static BA: Routine = routine(
    "ba",
    &[
        line("b", "lock(b)", Op::Acquire(lock_b)),
        line("a", "lock(a)", Op::Acquire(lock_a)),
        line("ua", "unlock(a)", Op::Release(lock_a)),
        line("ub", "unlock(b)", Op::Release(lock_b)),
        RETURN,
    ],
);
static MASKED: Routine = routine(
    "masked",
    &[
        line("off", "local_irq_save()", Op::IrqOff),
        line("load", "tmp = r", Op::Do(load_racy)),
        line("on", "local_irq_restore()", Op::IrqOn),
        line("store", "r = tmp + 1", Op::Do(store_racy)),
        RETURN,
    ],
);
static BUG: Routine = routine("bug", &[line("bug", "BUG_ON(r > 0)", Op::BugOn(is_set)), RETURN]);
static SPIN: Routine = routine(
    "spin",
    &[
        line("spin", "while (!r)", Op::Branch(is_set, "out")),
        line("again", "", Op::Goto("spin")),
        RETURN,
    ],
);

static TAKE: Routine = routine("take", &[line("lock", "lock", Op::Acquire(lock_a)), RETURN]);
static POLL: Routine = routine(
    "poll",
    &[
        line("lock", "lock", Op::Acquire(lock_a)),
        line("look", "while (!r)", Op::Branch(is_set, "done")),
        line("unlock", "unlock", Op::Release(lock_a)),
        line("again", "", Op::Goto("lock")),
        line("done", "unlock", Op::Release(lock_a)),
        RETURN,
    ],
);
static LOCKED: Routine = routine(
    "locked",
    &[
        line("lock", "lock", Op::Acquire(lock_a)),
        line("load", "tmp = r", Op::Do(load_racy)),
        line("store", "r = tmp + 1", Op::Do(store_racy)),
        line("unlock", "unlock", Op::Release(lock_a)),
        RETURN,
    ],
);

static ALL: [&Routine; 10] =
    [&INCREMENT, &BOTH, &AB, &BA, &MASKED, &BUG, &SPIN, &TAKE, &POLL, &LOCKED];

/// Calls of routines by name, one after the other.
pub fn calls(names: &[&'static str]) -> Vec<Operation> {
    let call = |name: &&'static str| Operation {
        text: name.to_string(),
        function: Function(name),
        args: Vec::new(),
        result: None,
        retry: false,
    };
    names.iter().map(call).collect()
}

/// A lane that makes these calls.
pub fn lane(names: &[&'static str]) -> Timeline {
    (calls(names), Vec::new())
}

/// The lanes at their start.
pub fn system(lanes: &[Timeline]) -> (Rc<System>, Memory) {
    let kernel = Kernel::new("test".into(), CONFIG, ALL.to_vec(), Vec::new());
    let system = System::new(Layout::new(one_page(lanes.len())), kernel, lanes, &[], false);
    let system = system.unwrap_or_else(|(cpu, error)| panic!("CPU{cpu}: {error}"));
    let mut memory = Memory::new(vec![0; system.layout.len()]);
    system.start(&mut memory);
    (Rc::new(system), memory)
}

/// The counter that is counted without a lock.
pub fn racy(memory: &Memory) -> i16 {
    memory.peek(Layout::new(one_page(1)).zone().nr_isolate_pageblock())
}
