//! What recording accesses and checking properties cost: the same transitions of a few scenarios,
//! made with and without each. Prints nanoseconds a transition, and ratios to the bare step.
use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::time::Instant;

use pagerace::machine::{Choice, Status, System};
use pagerace::mm::Memory;
use pagerace::scenario::parse;

/// The most transitions of a scenario that are made.
const MOST: usize = 40_000;
const RUNS: usize = 5;
const SCENARIOS: [&str; 4] =
    ["cma-longterm-pin", "cma-zap-window", "fork-write-pin-race", "swap-pin-race-read-then-write"];

type Transition = (Box<[u16]>, Choice);

/// Transitions from the start, breadth first.
fn transitions(system: &System, mut memory: Memory) -> Vec<Transition> {
    let start: Box<[u16]> = memory.cells().into();
    let mut known = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([start]);
    let mut found = Vec::new();
    while let Some(state) = queue.pop_front() {
        memory.restore(&state);
        let can = |choice: &Choice| system.status(&memory, *choice) == Status::Runnable;
        let choices: Vec<Choice> = system.choices().filter(can).collect();
        for choice in choices {
            if found.len() == MOST {
                return found;
            }
            memory.restore(&state);
            system.make(&mut memory, choice);
            found.push((state.clone(), choice));
            if known.insert(memory.cells().into()) {
                queue.push_back(memory.cells().into());
            }
        }
    }
    found
}

/// The least nanoseconds a transition of a few runs.
fn time(system: &System, memory: &Memory, transitions: &[Transition], record: bool) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let mut memory = memory.clone();
        let start = Instant::now();
        for (state, choice) in transitions {
            memory.restore(state);
            if record {
                std::hint::black_box(system.step(&mut memory, *choice));
            } else {
                system.make(&mut memory, *choice);
            }
        }
        least = least.min(start.elapsed().as_secs_f64() * 1e9 / transitions.len() as f64);
    }
    least
}

fn main() {
    println!("| scenario | bare step, ns | recording | properties | both |");
    println!("|---|---|---|---|---|");
    for name in SCENARIOS {
        let file =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/{name}.toml"));
        let text = std::fs::read_to_string(file).expect("a scenario of the gallery");
        let scenario = parse(&text).expect("it is good");
        let (mut system, memory) = scenario.build(&scenario.kernel).expect("it builds");
        let transitions = transitions(&system, memory.clone());
        let checked = [false, true].map(|record| time(&system, &memory, &transitions, record));
        system.watched = 0;
        let bare = [false, true].map(|record| time(&system, &memory, &transitions, record));
        let ratio = |time: f64| time / bare[0];
        println!(
            "| {name} | {:.0} | {:.2} | {:.2} | {:.2} |",
            bare[0],
            ratio(bare[1]),
            ratio(checked[0]),
            ratio(checked[1])
        );
    }
}
