//! A state, told by how it differs from the first one.

/// A cell that differs: how many cells lie between it and the one before, and its value.
pub type Pair = (u16, u16);

/// The cells that differ, in order. Two states have the same delta if and only if they are the
/// same.
pub type Delta = Box<[Pair]>;

/// The most cells that a pair passes over.
const MOST: usize = u16::MAX as usize;

/// Puts pairs behind each other.
struct Writer<'a> {
    base: &'a [u16],
    pairs: &'a mut Vec<Pair>,
    next: usize,
}

impl Writer<'_> {
    /// The next cell, and its value; nothing if that is as in the first state.
    fn add(&mut self, cell: usize, value: u16) {
        if self.base[cell] == value {
            return;
        }
        while cell - self.next > MOST {
            // A step on the way, to a cell that is as it was.
            self.pairs.push((MOST as u16, self.base[self.next + MOST]));
            self.next += MOST + 1;
        }
        self.pairs.push(((cell - self.next) as u16, value));
        self.next = cell + 1;
    }
}

/// How a state differs from `base` that differs from it as `from` says, but for these cells, which
/// have these values; a later one of a cell wins. They are sorted on the way, and the pairs put
/// behind others.
pub fn add_delta(base: &[u16], from: &[Pair], writes: &mut [(u32, u16)], pairs: &mut Vec<Pair>) {
    // Stable: of a cell that was written twice the last value stays behind.
    writes.sort_by_key(|(cell, _)| *cell);
    let mut writer = Writer { base, pairs, next: 0 };
    let mut old = changes(from).peekable();
    for (number, (cell, value)) in writes.iter().enumerate() {
        let cell = *cell as usize;
        if writes.get(number + 1).is_some_and(|(next, _)| *next as usize == cell) {
            continue;
        }
        while let Some((before, value)) = old.next_if(|(before, _)| *before < cell) {
            writer.add(before, value);
        }
        old.next_if(|(same, _)| *same == cell);
        writer.add(cell, *value);
    }
    old.for_each(|(cell, value)| writer.add(cell, value));
}

/// The cells and values that a delta names, in order.
pub fn changes(delta: &[Pair]) -> impl Iterator<Item = (usize, u16)> + '_ {
    let mut next = 0;
    delta.iter().map(move |(gap, value)| {
        let cell = next + usize::from(*gap);
        next = cell + 1;
        (cell, *value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(base: &[u16], from: &[Pair], writes: &mut [(u32, u16)]) -> Vec<Pair> {
        let mut pairs = Vec::new();
        add_delta(base, from, writes, &mut pairs);
        pairs
    }

    #[test]
    fn a_delta_leads_back_to_the_state() {
        let base = vec![3u16; 200_000];
        let mut cells = base.clone();
        let mut from = Vec::new();
        let rounds: [&[u32]; 6] = [
            &[],
            &[0],
            &[199_999],
            &[0, 1, 15, 16, 65_534, 65_536, 140_000],
            &[7, 7, 0],
            &[65_535],
        ];
        for (round, changed) in rounds.into_iter().enumerate() {
            let value = |cell: u32| (cell % 5 + round as u32 % 2) as u16;
            let mut writes: Vec<(u32, u16)> =
                changed.iter().map(|cell| (*cell, value(*cell))).collect();
            writes.iter().for_each(|(cell, value)| cells[*cell as usize] = *value);
            from = delta(&base, &from, &mut writes);
            let mut back = base.clone();
            changes(&from).for_each(|(cell, value)| back[cell] = value);
            assert!(back == cells, "{changed:?}");
        }
    }

    #[test]
    fn two_ways_to_a_state_give_one_delta() {
        let base = [5u16; 100];
        let once = delta(&base, &[], &mut [(90, 1), (3, 2)]);
        let twice = delta(
            &base,
            &delta(&base, &[], &mut [(90, 7), (40, 8)]),
            &mut [(40, 9), (3, 2), (90, 1), (40, 5)],
        );
        assert_eq!(once, twice);
    }
}
