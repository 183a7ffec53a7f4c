//! What states are known by where steps are looked up and lanes taken for one another.
//!
//! What a lane's own cells say of lanes depends on its local state alone, so that is added up once
//! for each; the other cells are few, and a step changes fewer.
use super::parts::{LocalId, Parts};
use super::symmetry::{Canon, Sums};
use crate::machine::System;

/// What is known of local states, and the state at hand.
pub struct Accounts {
    canon: Canon,
    /// For each lane and local state what it says.
    locals: Vec<Vec<Option<Box<Sums>>>>,
}

impl Accounts {
    /// None is known yet.
    pub fn new(canon: Canon, lanes: usize) -> Accounts {
        let locals = (0..lanes).map(|_| Vec::new()).collect();
        Accounts { canon, locals }
    }

    /// The state at hand has these local states, and these cells besides, each once.
    pub fn stand(
        &mut self,
        system: &System,
        parts: &Parts,
        ids: &[LocalId],
        cells: impl Iterator<Item = (usize, u16)>,
    ) {
        self.canon.begin();
        cells.for_each(|(cell, value)| self.canon.bring(cell, value));
        for (cpu, id) in ids.iter().enumerate() {
            self.know(system, parts, cpu, *id);
            if let Some(sums) = &self.locals[cpu][*id as usize] {
                self.canon.add(sums);
            }
        }
    }

    /// What a state behind that is known by, in which lanes have gone from local states to others
    /// and cells have got these values.
    pub fn print(
        &mut self,
        system: &System,
        parts: &Parts,
        moved: impl Iterator<Item = (usize, LocalId, LocalId)>,
        cells: impl Iterator<Item = (usize, u16)>,
    ) -> u128 {
        self.canon.leave();
        for (cpu, from, to) in moved {
            self.know(system, parts, cpu, to);
            let known = |id: LocalId| self.locals[cpu][id as usize].as_deref();
            if let (Some(from), Some(to)) = (known(from), known(to)) {
                self.canon.replace(from, to);
            }
        }
        self.canon.print_of(cells)
    }

    /// Adds up what a local state says, if that was not done before.
    fn know(&mut self, system: &System, parts: &Parts, cpu: usize, id: LocalId) {
        let known = &mut self.locals[cpu];
        if known.len() <= id as usize {
            known.resize_with(id as usize + 1, || None);
        }
        known[id as usize].get_or_insert_with(|| {
            let values = parts.values(cpu, id);
            Box::new(self.canon.of_local(system, cpu, values))
        });
    }

    /// Whether a state since the last call says something of a lane that is for no other to say.
    pub fn take_failure(&mut self) -> bool {
        self.canon.take_failure()
    }
}
