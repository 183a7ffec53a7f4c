//! The states that wait to be expanded, in the order in which they were found.
use std::collections::VecDeque;

use super::delta::Pair;
use super::graph::StateId;

/// How many states are kept, and let go, together.
const TOGETHER: usize = 256;

/// What each state that waits is known by: its fingerprint, and how it differs from the first.
#[derive(Default)]
pub struct Frontier {
    chunks: VecDeque<Chunk>,
    /// How many chunks were let go before the first.
    gone: usize,
    /// How many states were added.
    added: usize,
    /// The pairs of all chunks, as far as they count.
    pairs: usize,
    /// One that was let go, for its room.
    spare: Chunk,
}

/// States with numbers behind each other.
#[derive(Default)]
struct Chunk {
    prints: Vec<u128>,
    /// Where the pairs of each end, and whether it waits.
    ends: Vec<(u32, bool)>,
    pairs: Vec<Pair>,
    /// How many of them count.
    counted: usize,
    waiting: usize,
}

impl Chunk {
    fn clear(&mut self) {
        self.counted = 0;
        self.prints.clear();
        self.ends.clear();
        self.pairs.clear();
    }
}

impl Frontier {
    /// Adds the next state. So many of the pairs count for what the frontier takes, as else a bound
    /// would be met sooner or later by how states are written down.
    pub fn push(&mut self, print: u128, delta: &[Pair], counted: usize) {
        if self.added.is_multiple_of(TOGETHER) {
            self.chunks.push_back(std::mem::take(&mut self.spare));
        }
        self.added += 1;
        self.pairs += counted;
        let Some(chunk) = self.chunks.back_mut() else { return };
        chunk.counted += counted;
        chunk.pairs.extend_from_slice(delta);
        chunk.prints.push(print);
        chunk.ends.push((chunk.pairs.len() as u32, true));
        chunk.waiting += 1;
    }

    fn place(&self, state: StateId) -> Option<(usize, usize)> {
        let chunk = (state as usize / TOGETHER).checked_sub(self.gone)?;
        Some((chunk, state as usize % TOGETHER))
    }

    /// A state, if it waits.
    pub fn get(&self, state: StateId) -> Option<(u128, &[Pair])> {
        let (chunk, at) = self.place(state)?;
        let chunk = self.chunks.get(chunk)?;
        let (end, waits) = *chunk.ends.get(at)?;
        let start = if at == 0 { 0 } else { chunk.ends[at - 1].0 };
        waits.then(|| (chunk.prints[at], &chunk.pairs[start as usize..end as usize]))
    }

    /// How a state that waits differs from the first.
    pub fn delta(&self, state: StateId) -> &[Pair] {
        self.get(state).map_or(&[], |(_, delta)| delta)
    }

    /// A state was expanded that has waited.
    pub fn remove(&mut self, state: StateId) {
        let Some((chunk, at)) = self.place(state) else { return };
        let chunk = &mut self.chunks[chunk];
        chunk.ends[at].1 = false;
        chunk.waiting -= 1;
        let is_over = |chunk: &Chunk| chunk.waiting == 0 && chunk.ends.len() == TOGETHER;
        while self.chunks.front().is_some_and(is_over) {
            let Some(mut chunk) = self.chunks.pop_front() else { return };
            self.gone += 1;
            self.pairs -= chunk.counted;
            chunk.clear();
            self.spare = chunk;
        }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let states = self.chunks.len() * TOGETHER;
        states * (size_of::<u128>() + size_of::<(u32, bool)>()) + self.pairs * size_of::<Pair>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_wait_until_they_are_removed_in_whatever_order() {
        let mut frontier = Frontier::default();
        let pairs = |state: StateId| -> Vec<Pair> {
            (0..state as u16 % 7).map(|number| (number, state as u16)).collect()
        };
        for round in 0..4 {
            let first = round * 1_000;
            for state in first..first + 1_000 {
                let pairs = pairs(state);
                frontier.push(u128::from(state) << 64, &pairs, pairs.len());
            }
            // All but every third, from the last on.
            for state in (first..first + 1_000).rev().filter(|state| state % 3 > 0) {
                assert_eq!(frontier.get(state), Some((u128::from(state) << 64, &pairs(state)[..])));
                frontier.remove(state);
                assert_eq!(frontier.get(state), None);
            }
            for state in (first..first + 900).filter(|state| state % 3 == 0) {
                assert!(frontier.get(state).is_some(), "{state}");
                frontier.remove(state);
            }
            for state in (first.saturating_sub(100)..first).filter(|state| state % 3 == 0) {
                frontier.remove(state);
            }
        }
        assert_eq!(frontier.get(4_000), None);
        assert!(frontier.get(3_999).is_some());
        assert!(frontier.bytes() < 256 * 3 * 60, "{}", frontier.bytes());
    }
}
