//! All that does not change: for each kernel function, the routine that this version has.
use super::routine::{Function, Routine};

/// A kernel: a preset with toggles applied.
#[derive(Clone)]
pub struct Kernel {
    /// How the scenario and the outcome tables name it: `v5.17 pincheck=bitmask`.
    pub name: String,
    routines: Vec<&'static Routine>,
}

impl Kernel {
    /// A kernel of these routines, one for each function.
    pub fn new(name: String, routines: impl IntoIterator<Item = &'static Routine>) -> Self {
        Kernel { name, routines: routines.into_iter().collect() }
    }

    /// The routine of a function.
    pub fn routine(&self, function: Function) -> Option<&'static Routine> {
        self.routines().find(|routine| routine.function == function)
    }

    /// All routines.
    pub fn routines(&self) -> impl Iterator<Item = &'static Routine> + '_ {
        self.routines.iter().copied()
    }
}
