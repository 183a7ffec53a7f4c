//! Every state of a run and every step between them, with what each line wrote.
use std::collections::{BTreeSet, HashSet};

use pagerace::machine::{LineRecord, Program, Status, System};
use pagerace::mm::Memory;

use super::Place;
use super::guards;

/// What a walk has seen.
#[derive(Default)]
pub struct Walk {
    /// How many states there are.
    pub states: usize,
    /// The lines that a lane came to; it may have waited there for ever.
    pub reached: BTreeSet<Place>,
    /// What was written without its guard, or a lock that was never dropped.
    pub unguarded: Option<String>,
}

impl Walk {
    fn reach(&mut self, program: &Program, loc: usize) {
        let loc = &program.locs[loc];
        self.reached.insert(Place::of(program.calls[loc.call].routine, loc.line));
    }
}

/// Walks until something is unguarded, or `most` states are known.
pub fn walk(system: &System, mut memory: Memory, most: usize) -> Walk {
    let mut walk = Walk::default();
    // In a store buffer a write may be when its lock has been dropped.
    let guarded = system.kernel.config.buffers.is_none();
    let start: Box<[u16]> = memory.cells().into();
    let mut before = memory.clone();
    let mut known = HashSet::from([start.clone()]);
    let mut work = vec![start];
    while let Some(state) = work.pop() {
        memory.restore(&state);
        let can = |choice: &_| system.status(&memory, *choice) == Status::Runnable;
        let choices: Vec<_> = system.choices().filter(can).collect();
        for cpu in 0..system.lanes.len() {
            let Some((frame, loc)) = system.next_line(&memory, cpu) else { continue };
            walk.reach(system.lanes[cpu].program(frame), loc);
        }
        if guarded && system.is_quiescent(&memory) {
            walk.unguarded = guards::still_locked(system, &memory);
        }
        for choice in choices {
            memory.restore(&state);
            let step = system.step(&mut memory, choice);
            let program = system.lanes[choice.cpu()].program(step.frame);
            before.restore(&state);
            for LineRecord { loc, accesses, .. } in &step.lines {
                walk.reach(program, *loc);
                if guarded {
                    let unguarded = guards::unguarded(system, &mut before, choice.cpu(), accesses);
                    walk.unguarded = walk.unguarded.or(unguarded);
                }
            }
            if !known.contains(memory.cells()) {
                known.insert(memory.cells().into());
                work.push(memory.cells().into());
            }
        }
        if walk.unguarded.is_some() || known.len() > most {
            break;
        }
    }
    walk.states = known.len();
    walk
}
