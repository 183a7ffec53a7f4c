//! How an execution ends, and claims about such ends.
use std::collections::BTreeMap;
use std::fmt;

use crate::machine::{Frame, Status, System};
use crate::mm::Memory;
use crate::properties::allocator;

/// How an execution ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum End {
    /// Every lane ran to its end.
    Done,
    /// Some lane waits and nobody can move.
    Deadlock,
    /// It goes on for ever under a fair schedule.
    Livelock,
    /// A `BUG_ON` stopped the machine.
    Bug,
}

impl End {
    /// All ends.
    pub const ALL: [End; 4] = [End::Done, End::Deadlock, End::Livelock, End::Bug];

    /// How the execution in this state has ended; nothing while somebody can move. A livelock never
    /// shows in a single state.
    pub fn of(system: &System, memory: &Memory) -> Option<End> {
        if system.bug(memory).is_some() {
            return Some(End::Bug);
        }
        let mut end = End::Done;
        for choice in system.choices() {
            match system.status(memory, choice) {
                Status::Runnable => return None,
                Status::Blocked(_) => end = End::Deadlock,
                Status::Done => {}
            }
        }
        Some(end)
    }

    /// What it says.
    pub fn sentence(self) -> &'static str {
        match self {
            End::Done => "Every lane ran to its end.",
            End::Deadlock => "Some lane waits, and nobody can move.",
            End::Livelock => "It goes on for ever under a fair schedule.",
            End::Bug => "A BUG_ON stopped the machine.",
        }
    }

    /// The word of scenario files and outcome tables.
    pub fn word(self) -> &'static str {
        match self {
            End::Done => "done",
            End::Deadlock => "deadlock",
            End::Livelock => "livelock",
            End::Bug => "BUG",
        }
    }
}

/// What an execution came to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Outcome {
    /// The values returned, by the name that the scenario gave the call, or by `cpuN` for the
    /// calls of a lane that it did not name (several joined by `, `).
    pub results: BTreeMap<String, String>,
    /// The properties broken on the way.
    pub breaks: Vec<&'static str>,
    /// By how much NR_FREE_PAGES is off in the end; 0 unless every lane ran to its end.
    pub drift: i32,
    /// How it ended.
    pub end: End,
}

impl Outcome {
    /// The outcome of the execution that ended in this state, in this way.
    pub fn of(system: &System, memory: &Memory, end: End) -> Outcome {
        let mut results: BTreeMap<String, String> = BTreeMap::new();
        for cpu in 0..system.lanes.len() {
            for (operation, words) in finished(system, memory, cpu) {
                let name = operation.unwrap_or_else(|| format!("cpu{cpu}"));
                let joined = results.entry(name).or_default();
                if !joined.is_empty() {
                    joined.push_str(", ");
                }
                joined.push_str(&words);
            }
        }
        let findings = system.findings(memory);
        let broken = system.properties.iter().enumerate();
        let breaks = broken.filter(|(number, _)| findings & 1 << number != 0);
        let breaks = breaks.map(|(_, property)| property.name).collect();
        let done = end == End::Done;
        let drift = if done { allocator::drift(&system.layout, memory).0 } else { 0 };
        Outcome { results, breaks, drift, end }
    }
}

/// What the finished calls of a lane returned: the name given to each, and the value.
fn finished(system: &System, memory: &Memory, cpu: usize) -> Vec<(Option<String>, String)> {
    let mut values = Vec::new();
    let lane = &system.lanes[cpu];
    for frame in [Frame::Task, Frame::Interrupt] {
        let program = lane.program(frame);
        let done = match lane.location(memory, frame) {
            Some(loc) => program.locs[loc].operation,
            None if frame == Frame::Interrupt && lane.interrupt_pending(memory) => 0,
            None => program.operations.len(),
        };
        for (number, operation) in program.operations[..done].iter().enumerate() {
            let value = memory.peek(lane.result(frame, number));
            if let Some(words) = program.returns[number].words(value) {
                values.push((operation.result.clone(), words));
            }
        }
    }
    values
}

/// Never, sometimes or always, as in the kernel's litmus tests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Quantifier {
    /// No execution.
    Never,
    /// At least one execution.
    Sometimes,
    /// Every execution, and there is one.
    Always,
}

impl Quantifier {
    /// All quantifiers.
    pub const ALL: [Quantifier; 3] = [Quantifier::Never, Quantifier::Sometimes, Quantifier::Always];

    /// The word of scenario files.
    pub fn word(self) -> &'static str {
        match self {
            Quantifier::Never => "never",
            Quantifier::Sometimes => "sometimes",
            Quantifier::Always => "always",
        }
    }
}

/// Which executions a claim is about: all parts given must hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Pattern {
    /// Results that must be so.
    pub results: BTreeMap<String, String>,
    /// Properties that must be broken.
    pub breaks: Vec<String>,
    /// By how much NR_FREE_PAGES must be off.
    pub drift: Option<i32>,
    /// The end that it must have.
    pub end: Option<End>,
}

impl Pattern {
    /// Whether an execution with this outcome is meant.
    pub fn matches(&self, outcome: &Outcome) -> bool {
        let result = |(name, value): (&String, &String)| outcome.results.get(name) == Some(value);
        self.results.iter().all(result)
            && self.breaks.iter().all(|name| outcome.breaks.contains(&name.as_str()))
            && self.drift.is_none_or(|drift| drift == outcome.drift)
            && self.end.is_none_or(|end| end == outcome.end)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> =
            self.results.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        parts.extend(self.breaks.iter().map(|name| format!("breaks {name}")));
        parts.extend(self.drift.map(|drift| format!("drift = {drift}")));
        parts.extend(self.end.map(|end| format!("end = {}", end.word())));
        out.write_str(&parts.join(", "))
    }
}
