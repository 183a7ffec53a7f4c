//! A property is looked at only behind steps that can break it. Here each is looked at in every
//! state of the smaller scenarios: none may be broken there and not have been found.
#[path = "common/gallery.rs"]
mod gallery;

use std::collections::HashSet;

use gallery::scenarios;
use pagerace::machine::{Scope, State, Status, System};
use pagerace::mm::Memory;

/// A scenario is walked this far.
const MOST_STATES: usize = 3_000;

fn walk(name: &str, system: &System, mut memory: Memory) {
    let start: Box<[u16]> = memory.cells().into();
    let mut known = HashSet::from([start.clone()]);
    let mut work = vec![start];
    while let Some(state) = work.pop() {
        memory.restore(&state);
        let found = system.findings(&memory);
        for (number, property) in system.properties.iter().enumerate() {
            let broken = !(property.holds)(&State::of(system, &memory));
            let missed = broken && found & 1 << number == 0 && property.scope != Scope::OnRequest;
            assert!(!missed, "{name}: {} is broken and was not found", property.name);
        }
        for choice in system.choices() {
            memory.restore(&state);
            if known.len() < MOST_STATES && system.status(&memory, choice) == Status::Runnable {
                system.make(&mut memory, choice);
                if known.insert(memory.cells().into()) {
                    work.push(memory.cells().into());
                }
            }
        }
    }
}

#[test]
fn no_break_is_missed() {
    for (name, scenario) in scenarios() {
        let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
        // With store buffers properties look at what is on its way too.
        if system.kernel.config.buffers.is_none() {
            walk(&name, &system, memory);
        }
    }
}
