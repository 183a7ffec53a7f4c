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
}

impl<'a> State<'a> {
    /// Where things are.
    pub fn layout(&self) -> &'a Layout {
        &self.system.layout
    }
}

/// What a property looks at, and so when it has to be looked at again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Free lists, pcplists and pageblocks: a step that writes to none of these cannot break it.
    Allocator,
    /// The machine: a step that writes none of its cells cannot break it.
    Machine,
    /// Where the lanes stand, too.
    Lanes,
    /// A line reports it, and only where a claim of the scenario names it: it tells why something
    /// failed, which is of no interest elsewhere.
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
    /// What it looks at.
    pub scope: Scope,
    /// Whether the state has it. Properties of an action, which a line reports itself through
    /// [`super::Ctx::find`], hold in every state.
    pub holds: fn(&State) -> bool,
}
