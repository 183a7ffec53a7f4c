//! What rows are made of: the local states of lanes, and the other cells that are ever written.
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use crate::machine::{Frame, System};
use crate::mm::fingerprint::{Fingerprint, Key};
use crate::mm::{Memory, Subject};

/// A local state of a lane, by number: where it stands, its locals, its results.
pub type LocalId = u32;

/// Where a cell is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// It was never written.
    Nowhere,
    /// In this column.
    Column(u32),
    /// Among the own cells of a lane, at this place.
    Lane(u32, u32),
}

/// What rows are made of. Workers number alike, and each has what it knows of the numbers at hand.
pub struct Parts {
    lanes: Vec<Locals>,
    /// The cell of each column.
    columns: Vec<u32>,
    homes: Vec<Home>,
    /// All that any worker knows.
    all: Arc<Mutex<Numbers>>,
}

/// What has which number.
#[derive(Default)]
pub struct Numbers {
    lanes: Vec<Vec<Local>>,
    columns: Vec<u32>,
}

/// The local states of one lane that were found.
struct Locals {
    /// Its cells, in order.
    cells: Vec<u32>,
    known: IndexSet<Box<[u16]>, FixedState>,
    facts: Vec<Fact>,
}

/// What is known of a local state.
#[derive(Clone, Copy)]
struct Fact {
    /// What its cells add to the fingerprint.
    print: Key,
    /// See [`System::is_through`].
    through: bool,
}

/// The values of its cells, and the rest.
type Local = (Box<[u16]>, Fact);

impl Locals {
    fn of(system: &System, cpu: usize) -> Locals {
        // What a CPU has besides, as its pcplist, lies before.
        let first = system.lanes[cpu].location_cell(Frame::Task).index() as u32;
        let is_own = |cell: &u32| system.layout.info(*cell).subject == Subject::Cpu(cpu as u16);
        let cells = (first..system.layout.len() as u32).filter(is_own).collect();
        let known = IndexSet::with_hasher(FixedState::default());
        Locals { cells, known, facts: Vec::new() }
    }
}

impl Parts {
    /// None is known yet.
    pub fn new(system: &System, all: &Arc<Mutex<Numbers>>) -> Parts {
        let cpus = 0..system.lanes.len();
        let lanes: Vec<Locals> = cpus.map(|cpu| Locals::of(system, cpu)).collect();
        let mut homes = vec![Home::Nowhere; system.layout.len()];
        for (cpu, lane) in lanes.iter().enumerate() {
            for (place, cell) in lane.cells.iter().enumerate() {
                homes[*cell as usize] = Home::Lane(cpu as u32, place as u32);
            }
        }
        Parts { lanes, columns: Vec::new(), homes, all: Arc::clone(all) }
    }

    /// The number of the local state that a lane has in a memory.
    pub fn find(
        &mut self,
        system: &System,
        memory: &Memory,
        cpu: usize,
        print: &Fingerprint,
    ) -> LocalId {
        let own = &self.lanes[cpu];
        let cells = own.cells.iter().map(|cell| *cell as usize);
        let values: Box<[u16]> = cells.clone().map(|cell| memory.cells()[cell]).collect();
        if let Some(number) = own.known.get_index_of(&values) {
            return number as LocalId;
        }
        let print = print.part(cells.zip(values.iter().copied()));
        let local = (values.clone(), Fact { print, through: system.is_through(memory, cpu) });
        let known = own.facts.len();
        self.learn(|all| {
            let lane = &mut all.lanes[cpu];
            // Another worker may have come to it in the meantime.
            if lane[known..].iter().all(|(known, _)| *known != values) {
                lane.push(local);
            }
        });
        self.lanes[cpu].known.get_index_of(&values).unwrap_or_default() as LocalId
    }

    /// The column of a cell that is not of a lane's own.
    pub fn column(&mut self, cell: u32) -> u32 {
        if self.homes[cell as usize] == Home::Nowhere {
            self.learn(|all| {
                if !all.columns.contains(&cell) {
                    all.columns.push(cell);
                }
            });
        }
        match self.homes[cell as usize] {
            Home::Column(column) => column,
            _ => 0,
        }
    }

    /// Adds to what all workers know, and learns what others have added.
    fn learn(&mut self, add: impl FnOnce(&mut Numbers)) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.lanes.resize_with(self.lanes.len(), Vec::new);
        add(&mut all);
        for (own, all) in self.lanes.iter_mut().zip(&all.lanes) {
            for (values, fact) in &all[own.facts.len()..] {
                own.known.insert(values.clone());
                own.facts.push(*fact);
            }
        }
        for cell in &all.columns[self.columns.len()..] {
            self.homes[*cell as usize] = Home::Column(self.columns.len() as u32);
            self.columns.push(*cell);
        }
    }

    /// Sees to it that these local states are known, and this many columns.
    pub fn know(&mut self, ids: &[LocalId], columns: usize) {
        let knows = |(own, id): (&Locals, &LocalId)| (*id as usize) < own.facts.len();
        if columns > self.columns.len() || !self.lanes.iter().zip(ids).all(knows) {
            self.learn(|_| {});
        }
    }

    /// The cell of each column.
    #[inline]
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// Where a cell is.
    #[inline]
    pub fn home(&self, cell: u32) -> Home {
        self.homes[cell as usize]
    }

    /// The value of one of a lane's cells, by its place among them.
    #[inline]
    pub fn value(&self, cpu: u32, local: LocalId, place: u32) -> u16 {
        self.lanes[cpu as usize].known[local as usize][place as usize]
    }

    /// A lane's own cells and their values.
    pub fn values(&self, cpu: usize, local: LocalId) -> impl Iterator<Item = (usize, u16)> + '_ {
        let own = &self.lanes[cpu];
        let values = own.known[local as usize].iter().copied();
        own.cells.iter().map(|cell| *cell as usize).zip(values)
    }

    /// What a lane's own cells add to the fingerprint.
    pub fn print(&self, cpu: usize, local: LocalId) -> Key {
        self.lanes[cpu].facts[local as usize].print
    }

    /// Whether a lane has run all that it was given.
    #[inline]
    pub fn is_through(&self, cpu: usize, local: LocalId) -> bool {
        self.lanes[cpu].facts[local as usize].through
    }
}
