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

/// A property that every state should have. A break is remembered for the rest of the execution.
pub struct Property {
    /// Its name in scenario files: `longterm-pin-on-cma`.
    pub name: &'static str,
    /// What it says, for the reader.
    pub sentence: &'static str,
    /// What is true when it is broken, as a short phrase.
    pub when_broken: &'static str,
    /// Whether a break means that the model, not the kernel, is at fault.
    pub invariant: bool,
    /// Whether the state has it. Properties of an action, which a line reports itself through
    /// [`super::Ctx::find`], hold in every state.
    pub holds: fn(&State) -> bool,
}
