//! A named predicate on a state.
use super::system::System;
use crate::mm::{Layout, Memory};

/// A state, looked at from outside.
#[derive(Clone, Copy)]
pub struct State<'a> {
    /// What cannot change.
    pub system: &'a System,
    /// What can.
    pub memory: &'a Memory,
    /// Whether every lane has run all that it was given. A look at this is no look at a cell: where
    /// it holds, every property is looked at.
    pub done: bool,
}

impl<'a> State<'a> {
    /// The state that a memory is in.
    pub fn of(system: &'a System, memory: &'a Memory) -> Self {
        State { system, memory, done: system.is_quiescent(memory) }
    }

    /// Where things are.
    pub fn layout(&self) -> &'a Layout {
        &self.system.layout
    }
}

/// When a property is looked at. Between looks the machine remembers which cells it has looked at:
/// as long as none of them is written the verdict stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// In every state.
    State,
    /// In every state, and it is about each lane by itself: where that stands, what it holds, and
    /// whether it can go on.
    Lane,
    /// Never: a line reports it.
    Event,
    /// Never: a line reports it, and only where a claim of the scenario names it: it tells why
    /// something failed, which is of no interest elsewhere.
    OnRequest,
}

/// A property that every state should have. A break is remembered for the rest of the execution.
#[derive(Clone, Copy)]
pub struct Property {
    /// Its name in scenario files: `longterm-pin-on-cma`.
    pub name: &'static str,
    /// What it says, for the reader.
    pub sentence: &'static str,
    /// What is true when it is broken, as a short phrase.
    pub when_broken: &'static str,
    /// Whether a break means that the model, not the kernel, is at fault.
    pub invariant: bool,
    /// When it is looked at.
    pub scope: Scope,
    /// Whether the state has it. Properties of an action, which a line reports itself through
    /// [`super::Ctx::find`], hold in every state.
    pub holds: fn(&State) -> bool,
}
