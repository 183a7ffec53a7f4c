//! A number that stands for a state: kept up to date at each write, for one multiplication a lane.
use std::sync::Arc;

use super::chance::Chance;

/// Two multilinear hashes over all cells, modulo 2^64 each, with keys that have nothing to do with
/// what is modelled.
///
/// Of 16-bit cells the upper 49 bits of each are strongly universal (Lemire and Kaser, *Strongly
/// universal string hashing is fast*, Comput. J. 2014), so two different states have the same
/// fingerprint with a probability of at most 2^-98 over the choice of the keys.
#[derive(Clone, Debug)]
pub struct Fingerprint {
    keys: Arc<[Key]>,
    lanes: [u64; 2],
}

/// What a cell is multiplied by in each lane.
pub type Key = [u64; 2];

/// Where the keys of all cells come from.
pub const SEED: u64 = 0x5EED_0FA0_9A6E;

/// The next key.
pub fn key(chance: &mut Chance) -> Key {
    [chance.word(), chance.word()]
}

/// The next keys.
pub fn keys(chance: &mut Chance, cells: usize) -> Box<[Key]> {
    (0..cells).map(|_| key(chance)).collect()
}

/// Both lanes, the first one above the second.
pub fn value(lanes: [u64; 2]) -> u128 {
    u128::from(lanes[0]) << 64 | u128::from(lanes[1])
}

/// What a fingerprint changes by where cells that have added `old` add `new`.
pub fn difference(old: Key, new: Key) -> Key {
    [new[0].wrapping_sub(old[0]), new[1].wrapping_sub(old[1])]
}

impl Fingerprint {
    /// The fingerprint of a state.
    pub fn of(cells: &[u16]) -> Fingerprint {
        let keys: Arc<[Key]> = keys(&mut Chance::seeded(SEED), cells.len()).into();
        let mut print = Fingerprint { lanes: [0; 2], keys };
        cells.iter().enumerate().for_each(|(at, value)| print.change(at, 0, *value));
        print
    }

    /// A cell has changed.
    pub fn change(&mut self, at: usize, old: u16, new: u16) {
        let by = u64::from(new).wrapping_sub(u64::from(old));
        for (lane, key) in self.lanes.iter_mut().zip(self.keys[at]) {
            *lane = lane.wrapping_add(key.wrapping_mul(by));
        }
    }

    /// What cells with these values add to it.
    pub fn part(&self, cells: impl Iterator<Item = (usize, u16)>) -> Key {
        let mut part = Fingerprint { lanes: [0; 2], keys: Arc::clone(&self.keys) };
        cells.for_each(|(at, value)| part.change(at, 0, value));
        part.lanes
    }

    /// Adds what [`difference`] says.
    #[inline]
    pub fn add(&mut self, by: Key) {
        self.lanes.iter_mut().zip(by).for_each(|(lane, by)| *lane = lane.wrapping_add(by));
    }

    /// Both lanes, the first one above the second.
    pub fn value(&self) -> u128 {
        value(self.lanes)
    }

    /// Makes it that of another state.
    pub fn set(&mut self, value: u128) {
        self.lanes = [(value >> 64) as u64, value as u64];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_add_up_to_the_fingerprint_of_what_they_make() {
        let mut cells = vec![0u16, 7, 65_535, 3];
        let mut print = Fingerprint::of(&cells);
        for (at, new) in [(0, 9), (2, 0), (1, 65_535), (0, 1)] {
            print.change(at, cells[at], new);
            cells[at] = new;
            assert_eq!(print.value(), Fingerprint::of(&cells).value());
        }
    }

    #[test]
    fn a_million_states_have_fingerprints_of_their_own() {
        let mut known = std::collections::HashSet::new();
        for number in 0..1_000_000u32 {
            let cells = [number as u16, (number >> 16) as u16, 0, number as u16 ^ 1];
            // The keys are the same each time.
            assert!(known.insert(print_of(&cells)));
        }
    }

    fn print_of(cells: &[u16]) -> u128 {
        Fingerprint::of(cells).value()
    }
}
