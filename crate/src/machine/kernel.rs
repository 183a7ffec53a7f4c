//! All that does not change: for each kernel function, the routine that this version has.
use std::sync::Arc;

use super::edited::Edited;
use super::routine::{Function, Routine};
use super::store_buffer::Order;

/// A kernel: a preset with toggles applied.
#[derive(Clone)]
pub struct Kernel {
    /// How the scenario and the outcome tables name it: `v5.17 pincheck=bitmask`.
    pub name: String,
    /// What it is configured for.
    pub config: Config,
    routines: Vec<&'static Routine>,
    names: Vec<(Function, &'static str)>,
    edited: Vec<Arc<Edited>>,
}

/// What its configuration decides, and what it promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// `CONFIG_SMP`
    pub smp: bool,
    /// `CONFIG_PREEMPT_RT`
    pub preempt_rt: bool,
    /// `CONFIG_DEBUG_VM` and `CONFIG_DEBUG_VM_PGFLAGS`
    pub debug_vm: bool,
    /// Whether it promises that every free block is on the list of its pageblock's type (v6.10).
    pub strict_free_lists: bool,
    /// Whether pageblocks change their type under `zone->lock` only: all but v5.19-rc1. If not, the
    /// lines of a section of that lock are steps of their own.
    pub types_change_under_lock: bool,
    /// Whether a section of `zone->lock` looks at words alone that nobody changes without it, or
    /// one at most: else it is no single step.
    pub sections_look_inside: bool,
    /// Whether pageblock types are read by `READ_ONCE` (1c563432588d, v5.19), not plainly.
    pub types_read_once: bool,
    /// What orders plain stores, if they wait in store buffers (x86-TSO); else all see them at
    /// once.
    pub buffers: Option<Order>,
}

impl Kernel {
    /// A kernel of these routines, one for each function. `names` says which functions have another
    /// name in it than the one that the tables call them by.
    pub fn new(
        name: String,
        config: Config,
        routines: Vec<&'static Routine>,
        names: Vec<(Function, &'static str)>,
    ) -> Self {
        Kernel { name, config, routines, names, edited: Vec::new() }
    }

    /// What this kernel calls a function.
    pub fn name_of(&self, function: Function) -> &'static str {
        let own = self.names.iter().find(|(known, _)| *known == function);
        own.map_or(function.0, |(_, name)| name)
    }

    /// This kernel with a patch: the edited forms of some of its routines.
    pub fn patched(self, edited: Vec<Arc<Edited>>) -> Self {
        Kernel { edited, ..self }
    }

    /// Whether routines may do what the tables see to that they do not.
    pub fn is_patched(&self) -> bool {
        !self.edited.is_empty()
    }

    /// The routine of a function with the edits of the patch, if that has any.
    pub fn edited(&self, function: Function) -> Option<&Arc<Edited>> {
        let mut edited = self.edited.iter().filter(|_| cfg!(feature = "whole"));
        edited.find(|edited| edited.function() == function)
    }

    /// The table of a function, which says what form of it the kernel has. What a patch makes of
    /// it is [`Kernel::edited`].
    pub fn routine(&self, function: Function) -> Option<&'static Routine> {
        self.routines().find(|routine| routine.function == function)
    }

    /// All tables.
    pub fn routines(&self) -> impl Iterator<Item = &'static Routine> + '_ {
        self.routines.iter().copied()
    }
}
