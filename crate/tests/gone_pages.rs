//! Locks of pages whose section is gone: whoever takes, tries or drops one gets no further, and
//! nobody waits for one.
#[path = "common/config.rs"]
mod config;
#[path = "common/geometry.rs"]
mod geometry;
#[path = "common/routine.rs"]
mod routine;

use config::CONFIG;
use geometry::one_page;
use pagerace::machine::routine::line;
use pagerace::machine::{
    Choice, Config, Ctx, Kernel, Line, Look, Op, Operation, Routine, Status, System,
};
use pagerace::mm::{Geometry, Layout, Lock, Memory, Pfn, touched};
use routine::routine;

const PAGE: Pfn = Pfn(0);

fn lock(look: &Look) -> Lock {
    look.layout().page(PAGE).lock()
}

fn try_lock(ctx: &mut Ctx) -> bool {
    let lock = ctx.layout().page(PAGE).lock();
    ctx.trylock(lock)
}

fn set(ctx: &mut Ctx, poisoned: bool) {
    let section = ctx.layout().section(0);
    if poisoned {
        ctx.store(section.poisoned(), true);
    } else {
        ctx.store(section.memmap(), false);
    }
}

const REMOVE: Line = line("remove", "the memmap goes", Op::Do(|ctx| set(ctx, false)));
const POISON: Line = line("poison", "the memmap is poisoned", Op::Do(|ctx| set(ctx, true)));
const LOCK: Line = line("lock", "lock_page(page)", Op::Acquire(lock));
const TRY: Line = line("try", "trylock_page(page)", Op::Branch(try_lock, "out"));
const UNLOCK: Line = line("unlock", "unlock_page(page)", Op::Release(lock));
const OUT: Line = line("out", "return", Op::Return(|_| 0));

static TAKES: Routine = routine("takes", &[LOCK, UNLOCK, OUT]);
static TRIES: Routine = routine("tries", &[TRY, OUT]);
static REMOVES: Routine = routine("removes", &[REMOVE, OUT]);
static POISONS: Routine = routine("poisons", &[POISON, OUT]);

fn machine(lanes: [&'static Routine; 3]) -> (System, Memory) {
    let config = Config { sections_look_inside: false, ..CONFIG };
    let geometry = Geometry { blocks: 2, hpage_order: 1, section_pages: 1, ..one_page(3) };
    let kernel = Kernel::new("test".into(), config, lanes.to_vec(), Vec::new());
    let timelines = lanes.map(|routine| (vec![Operation::served(routine.function)], Vec::new()));
    let system = System::new(Layout::new(geometry), kernel, &timelines, &[], false);
    let system = system.expect("it compiles");
    let mut memory = Memory::new(vec![0; system.layout.len()]);
    memory.poke(system.layout.section(0).memmap(), true);
    system.start(&mut memory);
    (system, memory)
}

fn step(system: &System, memory: &mut Memory, cpu: usize) {
    assert_eq!(system.status(memory, Choice::Run(cpu)), Status::Runnable);
    system.make(memory, Choice::Run(cpu));
}

/// What was touched when the machine stopped, of one that has stopped.
fn touched(system: &System, memory: &Memory) -> u16 {
    assert!(system.bug(memory).is_some(), "it goes on");
    memory.peek(system.layout.touched().expect("it has sections"))
}

#[test]
fn a_lock_of_a_page_that_is_gone_leads_nowhere() {
    for (takes, goes, how) in [
        (&TAKES, &REMOVES, touched::REMOVED),
        (&TRIES, &REMOVES, touched::REMOVED),
        (&TAKES, &POISONS, touched::POISONED),
        (&TRIES, &POISONS, touched::POISONED),
    ] {
        let (system, mut memory) = machine([takes, goes, &TAKES]);
        step(&system, &mut memory, 1);
        step(&system, &mut memory, 0);
        assert_eq!(touched(&system, &memory), how);
    }
}

#[test]
fn nobody_waits_for_a_lock_that_is_gone_nor_drops_it() {
    let held = || {
        let (system, mut memory) = machine([&TAKES, &REMOVES, &TAKES]);
        step(&system, &mut memory, 0);
        assert!(matches!(system.status(&memory, Choice::Run(2)), Status::Blocked(_)));
        step(&system, &mut memory, 1);
        (system, memory)
    };
    for cpu in [0, 2] {
        let (system, mut memory) = held();
        step(&system, &mut memory, cpu);
        assert_eq!(touched(&system, &memory), touched::REMOVED, "CPU{cpu}");
    }
}
