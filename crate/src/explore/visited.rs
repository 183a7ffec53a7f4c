//! The states that were found, numbered in the order in which they were.
use std::hash::{BuildHasherDefault, Hasher};

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use super::delta::Delta;
use super::graph::StateId;
use crate::mm::fingerprint::STRONG_BITS;

/// What a state is known by.
pub enum Visited {
    /// By its fingerprint: two states may be taken for one, see [`Visited::missed`].
    Compact(IndexSet<u128, BuildHasherDefault<Folded>>),
    /// By all its cells.
    Exact(IndexSet<Delta, FixedState>),
}

impl Visited {
    /// No state.
    pub fn new(exact: bool) -> Visited {
        match exact {
            false => Visited::Compact(IndexSet::default()),
            true => Visited::Exact(IndexSet::with_hasher(FixedState::default())),
        }
    }

    /// How many states there are.
    pub fn len(&self) -> usize {
        match self {
            Visited::Compact(prints) => prints.len(),
            Visited::Exact(states) => states.len(),
        }
    }

    /// The number of a state; or its delta if it is not there. `delta` makes that.
    pub fn find(&self, print: u128, delta: impl FnOnce() -> Delta) -> Result<StateId, Delta> {
        match self {
            Visited::Compact(prints) => match prints.get_index_of(&print) {
                Some(state) => Ok(state as StateId),
                None => Err(delta()),
            },
            Visited::Exact(states) => {
                let delta = delta();
                states.get_index_of(&delta).map_or(Err(delta), |state| Ok(state as StateId))
            }
        }
    }

    /// Adds a state; its number, and whether it is new.
    pub fn insert(&mut self, print: u128, delta: &Delta) -> (StateId, bool) {
        let (state, new) = match self {
            Visited::Compact(prints) => prints.insert_full(print),
            Visited::Exact(states) => states.insert_full(delta.clone()),
        };
        (state as StateId, new)
    }

    /// A bound for the probability that a state was missed because another one has its
    /// fingerprint: for each pair of the states found it is at most 2^-98.
    pub fn missed(&self) -> f64 {
        match self {
            Visited::Compact(prints) => {
                let states = prints.len() as f64;
                states * states / 2.0 * 2f64.powi(-STRONG_BITS)
            }
            Visited::Exact(_) => 0.0,
        }
    }

    /// About how many bytes it takes, of deltas that are as long as `delta` on average.
    pub fn bytes(&self, delta: usize) -> usize {
        // An entry has a key and its hash; the table beside it has a number for each, with room.
        match self {
            Visited::Compact(prints) => prints.capacity() * (32 + 9),
            Visited::Exact(states) => states.capacity() * (32 + 9) + states.len() * delta,
        }
    }
}

/// A fingerprint is a hash already.
#[derive(Default)]
pub struct Folded(u64);

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u128(&mut self, value: u128) {
        self.0 = (value >> 64) as u64;
    }
}
