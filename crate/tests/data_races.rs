//! What orders accesses, and what does not: by all interleavings and by the clocks of each.
#[path = "common/config.rs"]
mod config;
#[path = "common/gallery.rs"]
mod gallery;
#[path = "common/geometry.rs"]
mod geometry;
#[path = "common/routine.rs"]
mod routine;

use std::collections::BTreeSet;

use config::CONFIG;
use geometry::one_page;
use pagerace::explore::{DataRaces, FoundRace, Limits};
use pagerace::machine::routine::line;
use pagerace::machine::system::Timeline;
use pagerace::machine::{
    Choice, Ctx, Delivery, Frame, Function, Kernel, Line, Look, Op, Operation, Routine, Status,
    System,
};
use pagerace::mm::{Layout, Lock, LockKind, Memory, Mode};
use pagerace::races::{Race, Silence, order};
use routine::routine;

// A plain word, a flag that is accessed by marked accesses alone, two mutexes, a spinlock that
// keeps interrupts off and a semaphore, borrowed from the machine of one page.
fn write(ctx: &mut Ctx) {
    let cell = ctx.layout().zone().nr_isolate_pageblock();
    ctx.store(cell, 7i16);
}

fn write_what_is_there(ctx: &mut Ctx) {
    let cell = ctx.layout().zone().nr_isolate_pageblock();
    ctx.store(cell, 0i16);
}

fn read(ctx: &mut Ctx) {
    let cell = ctx.layout().zone().nr_isolate_pageblock();
    ctx.load(cell);
}

fn set_flag(ctx: &mut Ctx) {
    let cell = ctx.layout().zone().nr_free();
    ctx.store(cell, 1i16);
}

fn flag_is_set(ctx: &mut Ctx) -> bool {
    let cell = ctx.layout().zone().nr_free();
    ctx.load(cell) != 0
}

fn sees_flag(look: &Look) -> bool {
    look.peek(look.layout().zone().nr_free()) != 0
}

fn mutex(look: &Look) -> Lock {
    look.layout().cma_mutex()
}

fn other_mutex(look: &Look) -> Lock {
    look.layout().zone().pcpu_drain_mutex()
}

fn spinlock(look: &Look) -> Lock {
    look.layout().zone().lock()
}

fn for_reading(look: &Look) -> Lock {
    Lock { kind: LockKind::RwSem, ..look.layout().zone().unmap_sem(Mode::Shared) }
}

fn for_writing(look: &Look) -> Lock {
    look.layout().zone().unmap_sem(Mode::Exclusive)
}

fn nobody_else_is_atomic(look: &Look) -> bool {
    (0..look.cpus()).all(|cpu| cpu == look.cpu() || !look.is_atomic(cpu))
}

const OUT: Line = line("out", "return", Op::Return(|_| 0));
const WRITE: Line = line("write", "x = 7", Op::Do(write));
const READ: Line = line("read", "r = x", Op::Do(read));
const SET_FLAG: Line = line("flag", "WRITE_ONCE(flag, 1)", Op::Do(set_flag));
const UNLESS_FLAG: Line = line("flag", "if (READ_ONCE(flag))", Op::Branch(flag_is_set, "out"));
const ASK: Line = line(
    "ask",
    "smp_call_function(read)",
    Op::Send(|ctx| ctx.other_cpus(), Function("reads"), Delivery::Ipi),
);
const ANSWER: Line = line("answer", "until it is done", Op::Await(|look| look.calls_done(), "it"));
const GRACE: Line =
    line("grace", "synchronize_rcu()", Op::Await(nobody_else_is_atomic, "a grace period"));

macro_rules! locked {
    ($lock:expr, $inside:expr) => {
        &[
            line("lock", "lock", Op::Acquire($lock)),
            $inside,
            line("unlock", "unlock", Op::Release($lock)),
            OUT,
        ]
    };
}

static ALL: &[Routine] = &[
    routine("writes", &[WRITE, OUT]),
    routine("reads", &[READ, OUT]),
    routine("writes what is there", &[line("w", "x = 0", Op::Do(write_what_is_there)), OUT]),
    routine("writes once", &[line("write", "WRITE_ONCE(x, 7)", Op::Do(write)), OUT]),
    routine("idles", &[SET_FLAG, OUT]),
    routine("reads once", &[line("read", "r = READ_ONCE(x)", Op::Do(read)), OUT]),
    routine("writes locked", locked!(mutex, WRITE)),
    routine("reads locked", locked!(mutex, READ)),
    routine("reads in another lock", locked!(other_mutex, READ)),
    routine("writes in a section", locked!(spinlock, WRITE)),
    routine("reads in a section", locked!(spinlock, READ)),
    routine("writes for reading", locked!(for_reading, WRITE)),
    routine("reads for reading", locked!(for_reading, READ)),
    routine("writes for writing", locked!(for_writing, WRITE)),
    routine("publishes", &[WRITE, SET_FLAG, OUT]),
    routine("publishes too early", &[SET_FLAG, WRITE, OUT]),
    routine("consumes", &[line("wait", "", Op::Await(sees_flag, "the flag")), READ, OUT]),
    routine("peeks", &[UNLESS_FLAG, READ, OUT]),
    routine(
        "masks",
        &[
            line("off", "local_irq_save()", Op::IrqOff),
            WRITE,
            line("on", "local_irq_restore()", Op::IrqOn),
            OUT,
        ],
    ),
    routine(
        "asks",
        &[WRITE, ASK, ANSWER, line("again", "x = 0", Op::Do(write_what_is_there)), OUT],
    ),
    routine("asks and goes on", &[ASK, WRITE, ANSWER, OUT]),
    routine(
        "reads in rcu",
        &[
            line("rcu", "rcu_read_lock()", Op::PreemptOff),
            line("flag", "if (READ_ONCE(flag))", Op::Branch(flag_is_set, "end")),
            READ,
            line("end", "rcu_read_unlock()", Op::PreemptOn),
            OUT,
        ],
    ),
    routine("waits for readers", &[SET_FLAG, GRACE, WRITE, OUT]),
    routine("waits for nobody", &[SET_FLAG, WRITE, OUT]),
];

fn calls(names: &[&'static str]) -> Vec<Operation> {
    let call = |name: &&'static str| Operation {
        text: name.to_string(),
        function: Function(name),
        args: Vec::new(),
        result: None,
        retry: false,
    };
    names.iter().map(call).collect()
}

fn system(lanes: &[Timeline]) -> (System, Memory) {
    let kernel = Kernel::new("test".into(), CONFIG, ALL.iter().collect(), Vec::new());
    let system = System::new(Layout::new(one_page(lanes.len())), kernel, lanes, &[], false);
    let system = system.unwrap_or_else(|(cpu, error)| panic!("CPU{cpu}: {error}"));
    let mut memory = Memory::new(vec![0; system.layout.len()]);
    system.start(&mut memory);
    (system, memory)
}

fn all(system: System, memory: Memory) -> (Vec<FoundRace>, bool) {
    let limits = Limits { max_states: 20_000, ..Limits::default() };
    let report = DataRaces::new(system, memory, limits).expect("no store buffers").run();
    (report.races, report.complete)
}

/// The races of each execution, by brute force.
fn of_executions(system: &System, memory: &Memory) -> Vec<Race> {
    let mut races = Vec::new();
    let mut work = vec![(Vec::new(), memory.clone())];
    while let Some((choices, end)) = work.pop() {
        let can = |choice: &Choice| system.status(&end, *choice) == Status::Runnable;
        let next: Vec<Choice> = system.choices().filter(can).collect();
        if next.is_empty() {
            let found = order::along(system, &mut memory.clone(), &choices);
            races.extend(found.expect("no store buffers").iter().map(|found| found.race));
        }
        for choice in next {
            let (mut choices, mut end) = (choices.clone(), end.clone());
            system.make(&mut end, choice);
            choices.push(choice);
            work.push((choices, end));
        }
    }
    races
}

/// The races of these lanes, which both ways of looking for them agree on.
fn races_of(lanes: &[Timeline]) -> Vec<Race> {
    let (system, memory) = self::system(lanes);
    let by_clocks = of_executions(&system, &memory);
    let keys = |races: &[Race]| -> BTreeSet<String> {
        races.iter().map(|race| format!("{:?}", race.key(&system))).collect()
    };
    let by_clocks = keys(&by_clocks);
    let (again, memory) = self::system(lanes);
    let (found, complete) = all(again, memory);
    assert!(complete);
    let races: Vec<Race> = found.iter().map(|found| found.race).collect();
    assert_eq!(keys(&races), by_clocks, "{lanes:?}");
    races
}

/// How many races there are when these run on a CPU each.
fn count(calls: &[&'static str]) -> usize {
    let lanes: Vec<Timeline> = calls.iter().map(|call| (self::calls(&[call]), vec![])).collect();
    races_of(&lanes).len()
}

#[test]
fn two_accesses_that_nothing_orders_are_a_race_if_one_writes() {
    assert_eq!(count(&["writes", "reads"]), 1);
    assert_eq!(count(&["reads", "reads"]), 0);
    assert_eq!(count(&["writes", "writes"]), 1);
    assert_eq!(count(&["writes", "writes", "reads"]), 2);
    // Nobody sees a value that was there before.
    assert_eq!(count(&["writes what is there", "reads"]), 0);
}

#[test]
fn marked_accesses_do_not_race_with_each_other() {
    assert_eq!(count(&["writes once", "reads once"]), 0);
    assert_eq!(count(&["writes once", "reads"]), 1);
    let lanes = ["writes", "reads once"].map(|call| (calls(&[call]), vec![]));
    let races = races_of(&lanes);
    assert_eq!(races.len(), 1);
    assert_eq!(races[0].silence(), Some(Silence::PlainWrites));
    let lanes = ["writes", "reads"].map(|call| (calls(&[call]), vec![]));
    assert_eq!(races_of(&lanes)[0].silence(), None);
}

#[test]
fn locks_order_what_is_inside() {
    assert_eq!(count(&["writes locked", "reads locked"]), 0);
    assert_eq!(count(&["writes locked", "reads"]), 1);
    assert_eq!(count(&["writes locked", "reads in another lock"]), 1);
    // Readers of a semaphore are not ordered among themselves.
    assert_eq!(count(&["writes for writing", "reads for reading"]), 0);
    assert_eq!(count(&["writes for reading", "reads for reading"]), 1);
}

#[test]
fn a_section_that_is_one_step_is_still_locked() {
    assert_eq!(count(&["writes in a section", "reads in a section"]), 0);
    assert_eq!(count(&["writes in a section", "writes in a section"]), 0);
    assert_eq!(count(&["writes in a section", "reads"]), 1);
    assert_eq!(count(&["writes in a section", "reads locked"]), 1);
}

#[test]
fn what_was_published_is_ordered() {
    assert_eq!(count(&["publishes", "consumes"]), 0);
    assert_eq!(count(&["publishes too early", "consumes"]), 1);
    // It reads where the flag is not set yet.
    assert_eq!(count(&["publishes", "peeks"]), 1);
}

#[test]
fn an_interrupt_of_the_same_cpu_is_concurrent_unless_it_is_kept_out() {
    let with_interrupt = |task: &'static str, handler: &'static str| {
        races_of(&[(calls(&[task]), calls(&[handler]))])
    };
    let races = with_interrupt("writes", "reads");
    assert_eq!(races.len(), 1);
    let frames = [races[0].first.frame, races[0].second.frame];
    assert_eq!(frames, [Frame::Task, Frame::Interrupt]);
    assert_eq!(races[0].first.cpu, races[0].second.cpu);
    assert_eq!(with_interrupt("masks", "reads").len(), 0);
    assert_eq!(with_interrupt("writes in a section", "reads").len(), 0);
    assert_eq!(with_interrupt("writes once", "reads once").len(), 0);
}

#[test]
fn asking_another_cpu_orders_before_and_behind() {
    let other = || (calls(&["idles"]), vec![]);
    assert_eq!(races_of(&[(calls(&["asks"]), vec![]), other()]).len(), 0);
    assert_eq!(races_of(&[(calls(&["asks and goes on"]), vec![]), other()]).len(), 1);
}

#[test]
fn a_grace_period_orders_what_readers_have_read() {
    assert_eq!(count(&["waits for readers", "reads in rcu"]), 0);
    assert_eq!(count(&["waits for nobody", "reads in rcu"]), 1);
}

/// Whatever one execution of a gallery scenario shows first, the search finds; and behind each
/// schedule of the search the two accesses are unordered.
#[test]
fn both_ways_of_looking_agree_on_the_gallery() {
    let (mut schedules, mut found_at_all) = (0, 0);
    for (name, scenario) in gallery::scenarios() {
        let build = || scenario.build(&scenario.kernel).expect("it builds");
        let (system, start) = build();
        if system.kernel.config.buffers.is_some() {
            let (system, memory) = build();
            assert!(DataRaces::new(system, memory, Limits::default()).is_err());
            continue;
        }
        let (again, memory) = build();
        let (found, complete) = all(again, memory);
        let key = |race: &Race| race.key(&system);
        for found in &found {
            let Race { first, second } = &found.race;
            if first.cpu == second.cpu {
                continue;
            }
            let mut memory = start.clone();
            let mut choices = found.schedule.0.clone();
            choices.iter().for_each(|choice| system.make(&mut memory, *choice));
            for cpu in [first.cpu, second.cpu] {
                assert!(system.can_make(&memory, Choice::Run(cpu)), "{name}: {found:?}");
                system.make(&mut memory, Choice::Run(cpu));
                choices.push(Choice::Run(cpu));
            }
            let races = order::along(&system, &mut start.clone(), &choices).expect("no buffers");
            let same = races.iter().any(|race| key(&race.race) == key(&found.race));
            assert!(same, "{name}: {:?} of {races:?}", key(&found.race));
            found_at_all += 1;
        }
        let Some((steps, place)) = scenario.schedule.as_ref().filter(|_| complete) else {
            continue;
        };
        let played = pagerace::schedule::replay(&system, &mut start.clone(), steps, *place);
        let choices: Vec<Choice> = played.expect("it plays").iter().map(|s| s.choice).collect();
        let races = order::along(&system, &mut start.clone(), &choices).expect("no buffers");
        if let Some(first) = races.first() {
            let known = found.iter().any(|found| key(&found.race) == key(&first.race));
            assert!(known, "{name}: {:?}", key(&first.race));
            schedules += 1;
        }
    }
    assert!(schedules > 5 && found_at_all > 50, "{schedules} {found_at_all}");
}
