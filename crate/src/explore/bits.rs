//! Sets of cells.

/// A set of numbers below a bound, one bit each.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bits(Box<[u64]>);

impl Bits {
    /// An empty set of numbers below `bound`.
    pub fn new(bound: usize) -> Bits {
        Bits(vec![0; bound.div_ceil(64)].into())
    }

    /// Adds a number below the bound; whether it is new.
    pub fn insert(&mut self, number: u32) -> bool {
        let word = &mut self.0[number as usize / 64];
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Takes a number below the bound away.
    pub fn remove(&mut self, number: u32) {
        self.0[number as usize / 64] &= !(1 << (number % 64));
    }

    /// Takes all away.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Adds all of another set of the same bound; whether any is new.
    pub fn add(&mut self, other: &Bits) -> bool {
        let mut new = false;
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            new |= other & !*own != 0;
            *own |= other;
        }
        new
    }

    /// The same set where each number has another one.
    pub fn renamed(&self, numbers: &[u32]) -> Bits {
        let mut renamed = Bits(vec![0; self.0.len()].into());
        for number in self.iter() {
            renamed.insert(numbers[number as usize]);
        }
        renamed
    }

    /// Whether a set of the same bound has a number that this has.
    pub fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & other != 0)
    }

    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let bit = move |bit: &u32| word & 1 << bit != 0;
            (0..64).filter(bit).map(move |bit| at as u32 * 64 + bit)
        })
    }
}
