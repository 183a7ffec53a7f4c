//! Random patches of random routines: what may run of them is explored, and nothing panics. The
//! seeds are fixed, so that a failure repeats.
#[path = "common/gallery.rs"]
mod gallery;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use pagerace::explore::{Explorer, Limits};
use pagerace::machine::{Edit, Edited, Frame, Function, Insert, Kernel, Local, Routine, Spot};
use pagerace::routines::{balance, stock};
use pagerace::scenario::Scenario;

/// How many patches are explored, and how far.
const PATCHES: usize = 3000;
const STATES: usize = 400;

/// xorshift64* (Vigna 2016).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

fn label(random: &mut Random, edited: &Edited) -> String {
    let labels: Vec<String> = edited.rows().map(|row| row.label.to_string()).collect();
    random.pick(&labels).clone()
}

fn spot(random: &mut Random, edited: &Edited) -> Spot {
    let label = label(random, edited);
    if random.below(2) == 0 { Spot::Before(label) } else { Spot::After(label) }
}

fn knows(routine: &Routine, locals: &[Local]) -> bool {
    locals.iter().all(|local| routine.params.contains(local) || routine.locals.contains(local))
}

/// One edit, or the two halves of a section.
fn edits(random: &mut Random, edited: &Edited, number: usize) -> Vec<Edit> {
    let name = format!("new{number}");
    match random.below(8) {
        0 | 1 => vec![Edit::Drop(label(random, edited))],
        2..=4 => vec![Edit::Move(label(random, edited), spot(random, edited))],
        5 => {
            let goto = (random.below(2) == 0).then(|| label(random, edited));
            let again = Insert::Again { of: label(random, edited), goto };
            vec![Edit::Insert(name, again, spot(random, edited))]
        }
        6 => {
            let same = Insert::Same { of: label(random, edited), goto: label(random, edited) };
            vec![Edit::Insert(name, same, spot(random, edited))]
        }
        _ => {
            let lock = random.pick(stock::LOCKS);
            if !knows(edited.routine, lock.needs) {
                return Vec::new();
            }
            let (first, last) = (spot(random, edited), spot(random, edited));
            let [take, give] = [Insert::Stock(&lock.acquire), Insert::Stock(&lock.release)];
            vec![Edit::Insert(name.clone(), take, first), Edit::Insert(name + "b", give, last)]
        }
    }
}

/// The routines that the lanes of a scenario run.
fn routines(scenario: &Scenario, kernel: &Kernel) -> Vec<&'static Routine> {
    let (system, _) = scenario.build_for(kernel.clone()).expect("it builds");
    let mut routines: BTreeMap<Function, &'static Routine> = BTreeMap::new();
    for lane in &system.lanes {
        for call in Frame::ALL.iter().flat_map(|frame| &lane.program(*frame).calls) {
            routines.insert(call.routine.function, call.routine);
        }
    }
    routines.into_values().collect()
}

/// A patch that may run, if this one may.
fn patch(random: &mut Random, routines: &[&'static Routine]) -> Option<Arc<Edited>> {
    let mut edited = Edited::new(routines[random.below(routines.len())]);
    for number in 0..1 + random.below(4) {
        edited.rows().next()?;
        for edit in edits(random, &edited, number) {
            edited.apply(&edit).ok()?;
        }
    }
    balance::flaws(&edited).is_empty().then(|| Arc::new(edited))
}

fn explore(scenario: &Scenario, kernel: Kernel) {
    // What has happened before may not come to its end any more.
    if let Ok((system, memory)) = scenario.build_for(kernel) {
        let limits = Limits { max_states: STATES, ..Limits::default() };
        Explorer::new(Rc::new(system), memory, limits).run();
    }
}

#[test]
fn no_patch_that_may_run_makes_the_engine_panic() {
    let scenarios = gallery::scenarios();
    let mut random = Random(0x5eed_0002);
    let mut explored = 0;
    while explored < PATCHES {
        let (_, scenario) = random.pick(&scenarios);
        let choice = &random.pick(&scenario.expects).kernel;
        let kernel = scenario.kernel(choice).expect("the file was read");
        let routines = routines(scenario, &kernel);
        for _ in 0..12 {
            let Some(edited) = patch(&mut random, &routines) else { continue };
            explored += 1;
            explore(scenario, kernel.clone().patched(vec![edited]));
        }
    }
}
