//! Schedulers by chance: who moves next in one run.
use crate::machine::{Choice, System};
use crate::mm::chance::Chance;

/// How a run is scheduled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strategy {
    /// Every choice that can be made is made with the same probability.
    Random,
    /// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatti, *A
    /// randomized scheduler with probabilistic guarantees of finding bugs*, ASPLOS 2010): choices
    /// have random priorities, the first of those that can be made is made, and at depth - 1 random
    /// steps the one that was made goes behind all others.
    ///
    /// What the paper calls a thread is a choice here: a lane, its interrupt, its calls and its
    /// store buffer each have a priority. With n choices and k steps a run finds a bug of this
    /// depth with a probability of at least 1 / (n k^(depth - 1)).
    Pct {
        /// How many orders between two steps a bug needs, at least 1.
        depth: u32,
    },
}

/// Who moves in one run.
pub enum Scheduler {
    /// Anybody.
    Random,
    /// Of those that can, the one with the highest priority.
    Pct(Priorities),
}

/// The priorities of the choices, which differ.
pub struct Priorities {
    of: Vec<(Choice, i64)>,
    /// The steps behind which the choice that was made gets another priority, and which.
    changes: Vec<(u64, i64)>,
    round: Round,
    /// The lowest so far.
    lowest: i64,
}

/// Notices when choices of one lane lead in a circle (Brent's algorithm).
#[derive(Default)]
pub struct Round {
    cpu: usize,
    print: u128,
    steps: u32,
    until: u32,
}

impl Round {
    /// Whether the state was one before, with only this lane moving in between.
    fn closes(&mut self, cpu: usize, print: u128) -> bool {
        if self.until == 0 || self.cpu != cpu {
            *self = Round { cpu, print, steps: 0, until: 1 };
            return false;
        }
        if self.print == print {
            self.until = 0;
            return true;
        }
        self.steps += 1;
        if self.steps == self.until {
            (self.print, self.steps, self.until) = (print, 0, self.until.saturating_mul(2));
        }
        false
    }
}

impl Scheduler {
    /// The scheduler of one run, whose changes are put among the first `steps` steps.
    pub fn new(strategy: Strategy, system: &System, steps: u64, chance: &mut Chance) -> Scheduler {
        let Strategy::Pct { depth } = strategy else { return Scheduler::Random };
        let mut order: Vec<Choice> = system.choices().collect();
        for last in (1..order.len()).rev() {
            order.swap(last, chance.below(last as u64 + 1) as usize);
        }
        let depth = i64::from(depth);
        let of = order.into_iter().zip(depth..).collect();
        let changes = (1..depth).map(|low| (1 + chance.below(steps.max(1)), low)).collect();
        Scheduler::Pct(Priorities { of, changes, round: Round::default(), lowest: 0 })
    }

    /// One of these, of which there is at least one.
    pub fn pick(&self, able: &[Choice], chance: &mut Chance) -> Choice {
        match self {
            Scheduler::Random => able[chance.below(able.len() as u64) as usize],
            Scheduler::Pct(priorities) => {
                let of = priorities.of.iter().filter(|(choice, _)| able.contains(choice));
                of.max_by_key(|(_, priority)| *priority).map_or(able[0], |(choice, _)| *choice)
            }
        }
    }

    /// A choice was made as this step, from 1, and led to the state with this fingerprint.
    pub fn made(&mut self, choice: Choice, step: u64, print: u128) {
        if let Scheduler::Pct(priorities) = self {
            priorities.made(choice, step, print);
        }
    }
}

impl Priorities {
    /// Who has come round a circle goes behind all others, as if it had yielded: it waits for one
    /// of them, and would go round for ever.
    fn made(&mut self, choice: Choice, step: u64, print: u128) {
        let change = self.changes.iter().find(|(at, _)| *at == step).map(|(_, low)| *low);
        let low = if self.round.closes(choice.cpu(), print) {
            self.lowest -= 1;
            Some(self.lowest)
        } else {
            change
        };
        let own = self.of.iter_mut().find(|(other, _)| *other == choice);
        if let (Some((_, priority)), Some(low)) = (own, low) {
            *priority = low;
        }
    }
}
