//! Chance that is the same on every machine: SplitMix64 (Steele, Lea and Flood, *Fast splittable
//! pseudorandom number generators*, OOPSLA 2014), whose output is a mix of a counter.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Chance {
    counter: u64,
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(word: u64) -> u64 {
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

impl Chance {
    /// The stream of a seed.
    pub fn seeded(seed: u64) -> Chance {
        Chance { counter: seed }
    }

    /// The stream of one run: it depends on nothing but these two numbers.
    pub fn of(seed: u64, run: u64) -> Chance {
        let seed = Chance::seeded(seed).word();
        Chance::seeded(mix(seed ^ run.wrapping_mul(STEP)))
    }

    /// The next number.
    pub fn word(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(STEP);
        mix(self.counter)
    }

    /// A number below a bound that is not 0. No number is favoured by more than bound / 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the reference implementation, which starts its counter at the seed.
    #[test]
    fn it_is_the_published_generator() {
        let mut chance = Chance::seeded(1_234_567);
        let words =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([(); 3].map(|()| chance.word()), words);
    }

    #[test]
    fn numbers_stay_below_their_bound_and_come_alike() {
        let mut seen = [0; 6];
        for run in 0..6_000 {
            seen[Chance::of(1, run).below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|times| (900..1_100).contains(times)), "{seen:?}");
    }
}
