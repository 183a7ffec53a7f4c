//! A state, told by how it differs from the first one.

/// The cells that differ, in order: how many cells lie between one and the one before, and the
/// value. Two states have the same delta if and only if they are the same.
pub type Delta = Box<[(u16, u16)]>;

/// How `cells` differ from `base`, which has as many.
pub fn delta(base: &[u16], cells: &[u16]) -> Delta {
    const AT_ONCE: usize = 16;
    let mut pairs = Vec::with_capacity(64);
    let mut next = 0;
    for (chunk, (from, to)) in base.chunks(AT_ONCE).zip(cells.chunks(AT_ONCE)).enumerate() {
        if from == to {
            continue;
        }
        for (at, (from, to)) in from.iter().zip(to).enumerate() {
            if from == to {
                continue;
            }
            let cell = chunk * AT_ONCE + at;
            while cell - next >= usize::from(u16::MAX) {
                // A step on the way, to a cell that is as it was.
                next += usize::from(u16::MAX) - 1;
                pairs.push((u16::MAX - 1, cells[next]));
                next += 1;
            }
            pairs.push(((cell - next) as u16, *to));
            next = cell + 1;
        }
    }
    pairs.into()
}

/// The cells and values that a delta names, in order.
pub fn changes(delta: &[(u16, u16)]) -> impl Iterator<Item = (usize, u16)> + '_ {
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

    #[test]
    fn a_delta_leads_back_to_the_state() {
        let base = vec![3u16; 200_000];
        for changed in [vec![], vec![0], vec![199_999], vec![0, 1, 15, 16, 65_534, 65_536, 140_000]]
        {
            let mut cells = base.clone();
            changed.iter().for_each(|cell| cells[*cell] = 9);
            let delta = delta(&base, &cells);
            let mut back = base.clone();
            changes(&delta).for_each(|(cell, value)| back[cell] = value);
            assert!(back == cells, "{changed:?}");
        }
    }
}
