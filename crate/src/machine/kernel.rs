//! All that does not change: for each kernel function, the routine that this version has.
use std::collections::BTreeMap;

use super::routine::{Function, Routine};

/// A kernel: a preset with toggles applied.
#[derive(Clone)]
pub struct Kernel {
    /// How the scenario and the outcome tables name it: `v5.17 pincheck=bitmask`.
    pub name: String,
    routines: BTreeMap<Function, &'static Routine>,
}

impl Kernel {
    /// A kernel of these routines.
    pub fn new(name: String, routines: impl IntoIterator<Item = &'static Routine>) -> Self {
        let routines = routines.into_iter().map(|routine| (routine.function, routine)).collect();
        Kernel { name, routines }
    }

    /// The routine of a function.
    pub fn routine(&self, function: Function) -> Option<&'static Routine> {
        self.routines.get(&function).copied()
    }

    /// All routines, by function name.
    pub fn routines(&self) -> impl Iterator<Item = &'static Routine> + '_ {
        self.routines.values().copied()
    }
}
