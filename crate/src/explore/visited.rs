//! The states that were found, numbered in the order in which they were.
use foldhash::fast::FixedState;
use indexmap::IndexSet;

use super::delta::{Delta, Pair};
use super::graph::{MOST_STATES, StateId};

/// What a state is known by.
pub enum Visited {
    /// By its fingerprint: two states may be taken for one, see [`Visited::missed`].
    Compact(Prints),
    /// By all its cells.
    Exact(Deltas),
}

/// States with all their cells.
#[derive(Default)]
pub struct Deltas {
    states: IndexSet<Delta, FixedState>,
    pairs: usize,
}

impl Visited {
    /// No state.
    pub fn new(exact: bool) -> Visited {
        match exact {
            false => Visited::Compact(Prints::default()),
            true => Visited::Exact(Deltas::default()),
        }
    }

    /// How many states there are.
    pub fn len(&self) -> usize {
        match self {
            Visited::Compact(prints) => prints.len,
            Visited::Exact(deltas) => deltas.states.len(),
        }
    }

    /// The number of a state, if it was found: looked up by its fingerprint, or by its delta.
    pub fn find<'a>(&self, print: u128, delta: impl FnOnce() -> &'a [Pair]) -> Option<StateId> {
        match self {
            Visited::Compact(prints) => prints.find(print),
            Visited::Exact(deltas) => {
                deltas.states.get_index_of(delta()).map(|state| state as StateId)
            }
        }
    }

    /// Makes the cache ready for a look at these fingerprints: it misses for all at once, where it
    /// would miss for one behind the other.
    pub fn touch(&self, prints: impl Iterator<Item = u128>) {
        if let Visited::Compact(known) = self {
            known.touch(prints);
        }
    }

    /// Adds a state; its number, and whether it is new.
    pub fn insert<'a>(
        &mut self,
        print: u128,
        delta: impl FnOnce() -> &'a [Pair],
    ) -> (StateId, bool) {
        match self {
            Visited::Compact(prints) => prints.insert(print),
            Visited::Exact(deltas) => {
                let delta = delta();
                if let Some(state) = deltas.states.get_index_of(delta) {
                    return (state as StateId, false);
                }
                deltas.pairs += delta.len();
                let (state, new) = deltas.states.insert_full(delta.into());
                (state as StateId, new)
            }
        }
    }

    /// A bound for the probability that a state was missed because another one has its
    /// fingerprint: for each pair of the states found it is at most 2^-[`STRONG_BITS`].
    pub fn missed(&self) -> f64 {
        match self {
            Visited::Compact(prints) => {
                let states = prints.len as f64;
                states * states / 2.0 * 2f64.powi(-STRONG_BITS)
            }
            Visited::Exact(_) => 0.0,
        }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        match self {
            Visited::Compact(prints) => prints.slots.len() * size_of::<Slot>(),
            // An entry has a key and its hash; the table beside it has a number for each, with
            // room.
            Visited::Exact(deltas) => {
                deltas.states.capacity() * (24 + 9) + deltas.pairs * size_of::<Pair>()
            }
        }
    }
}

/// The bits of a fingerprint that are kept and are strongly universal: 49 of the first lane, and
/// what is kept of the second (see [`Fingerprint`](crate::mm::fingerprint::Fingerprint)).
const STRONG_BITS: i32 = 49 + KEPT as i32;

/// The bits that a number takes; the rest of a word is the upper end of a fingerprint's second
/// lane.
const NUMBER: u32 = MOST_STATES.trailing_zeros();
const KEPT: u32 = 64 - NUMBER;

/// The first lane, and the upper bits of the second above the number plus one; or nothing.
type Slot = [u64; 2];

/// Fingerprints with their numbers: open addressing with linear probing, so that a look at one is
/// one miss of the cache. The first lane is its own hash.
#[derive(Default)]
pub struct Prints {
    slots: Vec<Slot>,
    len: usize,
}

impl Prints {
    fn split(print: u128) -> (u64, u64) {
        ((print >> 64) as u64, print as u64 >> NUMBER << NUMBER)
    }

    /// Where a fingerprint is looked for first. Upper bits are the better ones.
    fn home(&self, first: u64) -> usize {
        (first >> 15) as usize & (self.slots.len() - 1)
    }

    /// Where a fingerprint is, or where it would be put. There is room.
    fn place(&self, first: u64, second: u64) -> usize {
        let mut at = self.home(first);
        loop {
            let [own, rest] = self.slots[at];
            if rest == 0 || own == first && rest >> NUMBER << NUMBER == second {
                return at;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// The number in a slot, if it has one.
    fn number(&self, at: usize) -> Option<StateId> {
        let [_, rest] = self.slots[at];
        let number = rest & ((1 << NUMBER) - 1);
        (rest != 0).then(|| number as StateId - 1)
    }

    fn touch(&self, prints: impl Iterator<Item = u128>) {
        if !self.slots.is_empty() {
            let all =
                prints.fold(0, |all, print| all ^ self.slots[self.home(Self::split(print).0)][1]);
            std::hint::black_box(all);
        }
    }

    fn find(&self, print: u128) -> Option<StateId> {
        if self.slots.is_empty() {
            return None;
        }
        let (first, second) = Self::split(print);
        self.number(self.place(first, second))
    }

    /// The caller stops below [`MOST_STATES`].
    fn insert(&mut self, print: u128) -> (StateId, bool) {
        if self.slots.len() * 3 <= self.len * 4 {
            self.grow();
        }
        let (first, second) = Self::split(print);
        let at = self.place(first, second);
        if let Some(state) = self.number(at) {
            return (state, false);
        }
        self.len += 1;
        self.slots[at] = [first, second | self.len as u64];
        (self.len as StateId - 1, true)
    }

    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(1024);
        let old = std::mem::replace(&mut self.slots, vec![[0; 2]; size]);
        for [first, rest] in old.into_iter().filter(|[_, rest]| *rest != 0) {
            let at = self.place(first, rest >> NUMBER << NUMBER);
            self.slots[at] = [first, rest];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_get_numbers_in_order_and_keep_them() {
        let mut prints = Prints::default();
        let print = |number: u128| number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        for number in 0..100_000 {
            assert_eq!(prints.find(print(number)), None);
            assert_eq!(prints.insert(print(number)), (number as StateId, true));
        }
        for number in 0..100_000 {
            assert_eq!(prints.find(print(number)), Some(number as StateId));
            assert_eq!(prints.insert(print(number)), (number as StateId, false));
        }
    }

    #[test]
    fn a_difference_in_any_bit_that_is_kept_is_seen() {
        let mut prints = Prints::default();
        prints.insert(0);
        for bit in (NUMBER..128).rev() {
            assert!(prints.insert(1 << bit).1, "{bit}");
        }
    }

    #[test]
    fn the_bound_is_that_of_the_pairs() {
        let mut visited = Visited::new(false);
        for number in 0..1_000u128 {
            visited.insert(number << 64, || &[]);
        }
        let bound = visited.missed();
        assert!((3e-21..4e-21).contains(&bound), "{bound:e}");
        assert!(Visited::new(true).missed() == 0.0);
    }
}
