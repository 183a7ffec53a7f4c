//! `stateright SEARCH WORKERS THREADS ITERATIONS PRIVATE DISJOINT`: Stateright explores the
//! counters once, by `dfs`, `bfs` or `symmetric` (dfs of the symmetric quotient), and prints a line
//! of JSON.
use std::process::ExitCode;
use std::time::Instant;

use peers::numbers;
use stateright::{Checker, Model, Property, Representative};

const USAGE: &str = "stateright SEARCH WORKERS THREADS ITERATIONS PRIVATE DISJOINT";
const MOST_THREADS: usize = 4;

/// What a thread knows, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
struct Thread {
    at: u8,
    value: u8,
    done: u8,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Machine {
    held: [bool; MOST_THREADS],
    counters: [u8; MOST_THREADS],
    racy: u8,
    threads: [Thread; MOST_THREADS],
}

/// Threads differ in nothing but their number, as long as they share the lock.
impl Representative for Machine {
    fn representative(&self) -> Self {
        let mut sorted = self.clone();
        sorted.threads.sort_unstable();
        sorted
    }
}

struct Counters {
    threads: usize,
    iterations: u8,
    private: u8,
    disjoint: bool,
}

impl Counters {
    /// The lock that a thread takes, and the counter under it.
    fn own(&self, thread: usize) -> usize {
        if self.disjoint { thread } else { 0 }
    }
}

impl Model for Counters {
    type State = Machine;
    type Action = usize;

    fn init_states(&self) -> Vec<Machine> {
        vec![Machine::default()]
    }

    fn actions(&self, machine: &Machine, actions: &mut Vec<usize>) {
        let can = |number: &usize| {
            let thread = &machine.threads[*number];
            thread.at != 0 || thread.done < self.iterations && !machine.held[self.own(*number)]
        };
        actions.extend((0..self.threads).filter(can));
    }

    fn next_state(&self, machine: &Machine, number: usize) -> Option<Machine> {
        let own = self.own(number);
        let mut next = machine.clone();
        let Machine { held, counters, racy, threads } = &mut next;
        let thread = &mut threads[number];
        match thread.at {
            0 => held[own] = true,
            1 => thread.value = counters[own],
            2 => counters[own] = std::mem::take(&mut thread.value) + 1,
            3 => held[own] = false,
            4 => thread.value = *racy,
            5 => *racy = std::mem::take(&mut thread.value) + 1,
            _ => {}
        }
        thread.at += 1;
        if thread.at == 6 + self.private {
            thread.at = 0;
            thread.done += 1;
        }
        Some(next)
    }

    /// Stateright stops when nothing is left to find out, so it is given something.
    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("it goes on", |_, _| true)]
    }
}

fn main() -> ExitCode {
    peers::print(run())
}

fn run() -> Result<serde_json::Value, String> {
    let [workers, threads @ 1..=4, iterations, private, disjoint] = numbers(USAGE)? else {
        return Err(format!("at most {MOST_THREADS} threads"));
    };
    let counters = Counters {
        threads: threads as usize,
        iterations: iterations as u8,
        private: private as u8,
        disjoint: disjoint == 1,
    };
    let start = Instant::now();
    let checker = counters.checker().threads(workers as usize);
    let (states, generated) = match std::env::args().nth(1).as_deref() {
        Some("dfs") => counts(&checker.spawn_dfs().join()),
        Some("bfs") => counts(&checker.spawn_bfs().join()),
        Some("symmetric") => counts(&checker.symmetry().spawn_dfs().join()),
        _ => return Err(format!("usage: {USAGE}; SEARCH is dfs, bfs or symmetric")),
    };
    // The start was generated and not reached by a transition.
    Ok(serde_json::json!({
        "states": states,
        "transitions": generated - 1,
        "seconds": start.elapsed().as_secs_f64(),
    }))
}

fn counts(checker: &impl Checker<Counters>) -> (usize, usize) {
    (checker.unique_state_count(), checker.state_count())
}
