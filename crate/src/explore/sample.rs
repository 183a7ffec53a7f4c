//! Some of the interleavings, by chance: for scenarios that are too large to search all of them.
//!
//! A run depends on the strategy, the seed and its number alone, so the same seed gives the same
//! result on every machine, in slices or in one, and a sample can be continued where it stopped. A
//! sample says what can happen; that something never happens it cannot say, only how often it would
//! have been seen.
use std::rc::Rc;

use super::scheduler::Scheduler;
use super::{Found, Report, Witness};
use crate::machine::{Choice, System};
use crate::mm::Memory;
use crate::mm::chance::Chance;
use crate::scenario::{End, Outcome, limits};
use crate::schedule::Schedule;

pub use super::scheduler::Strategy;

/// After how many steps a run is given up: as many as a schedule may have.
const MOST_STEPS: usize = limits::STEPS;

/// Deeper bugs than this PCT is not asked for: the bound is nothing long before.
pub const MOST_DEPTH: u32 = 100;

/// Random runs made beforehand, to learn how long runs are. That could be learned from the runs
/// themselves, but then a run would depend on those before it.
const PILOTS: u64 = 32;

/// Which runs to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// How each is scheduled.
    pub strategy: Strategy,
    /// Where chance starts.
    pub seed: u64,
    /// The number of the first run: 0, or as many as were made before.
    pub from: u64,
    /// How many runs.
    pub runs: u64,
}

/// An outcome, and how many runs ended so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sampled {
    /// The outcome, with the run of the fewest switches, then the fewest steps, that ended so.
    pub found: Found,
    /// How many did.
    pub runs: u64,
}

/// What a sampler has found so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// What it was to do.
    pub plan: Plan,
    /// Runs made.
    pub done: u64,
    /// Steps made.
    pub steps: u64,
    /// The n of the bound: how many choices the scheduler has in principle.
    pub choices: u64,
    /// The k of the bound: the longest of the runs made beforehand.
    pub length: u64,
    /// The longest run that came to an end.
    pub longest: u64,
    /// Runs that were given up: perhaps they would never end.
    pub unfinished: u64,
    /// The first of them.
    pub example: Option<Schedule>,
    /// The outcomes, in a fixed order.
    pub outcomes: Vec<Sampled>,
}

impl Sample {
    /// Whether there are runs left to make.
    pub fn is_running(&self) -> bool {
        self.done < self.plan.runs
    }

    /// With PCT, the least probability with which one run finds a bug of its depth whose changes
    /// lie among the first `length` steps.
    pub fn found_by_a_run(&self) -> Option<f64> {
        let Strategy::Pct { depth } = self.plan.strategy else { return None };
        let exponent = i32::try_from(depth - 1).unwrap_or(i32::MAX);
        Some(1.0 / (self.choices as f64 * (self.length as f64).powi(exponent)))
    }

    /// With PCT, a bound for the probability that all these runs have missed such a bug.
    pub fn missed(&self) -> Option<f64> {
        self.found_by_a_run().map(|found| (self.done as f64 * (-found).ln_1p()).exp())
    }

    /// As a report of a search that is not complete, for claims: some executions can meet
    /// `sometimes` and break `never` and `always`, and decide nothing else.
    pub fn report(&self) -> Report {
        Report {
            states: 0,
            transitions: self.steps as usize,
            reduced: false,
            symmetric: false,
            missed: 0.0,
            depth: self.longest as usize,
            running: self.is_running(),
            complete: false,
            limit: Some(format!("a sample of {} runs", self.done)),
            outcomes: self.outcomes.iter().map(|sampled| sampled.found.clone()).collect(),
            starving: None,
        }
    }

    fn count(&mut self, choices: Vec<Choice>, outcome: Option<Outcome>) {
        self.done += 1;
        self.steps += choices.len() as u64;
        let Some(outcome) = outcome else {
            self.unfinished += 1;
            self.example.get_or_insert(Schedule(choices));
            return;
        };
        self.longest = self.longest.max(choices.len() as u64);
        let place = self.outcomes.binary_search_by(|known| known.found.outcome.cmp(&outcome));
        let place = place.unwrap_or_else(|place| {
            let found = Found { outcome, always: false, witness: None };
            self.outcomes.insert(place, Sampled { found, runs: 0 });
            place
        });
        let Sampled { found, runs } = &mut self.outcomes[place];
        *runs += 1;
        let new = Witness::new(choices, None, false);
        let cost = |witness: &Witness| (witness.switches, witness.schedule.0.len());
        if found.witness.as_ref().is_none_or(|known| cost(&new) < cost(known)) {
            found.witness = Some(new);
        }
    }
}

/// A sample under way.
pub struct Sampler {
    system: Rc<System>,
    base: Box<[u16]>,
    memory: Memory,
    /// The fingerprint of the start.
    print: u128,
    choices: Vec<Choice>,
    sample: Sample,
}

impl Sampler {
    /// A sample of the executions from this state.
    pub fn new(system: Rc<System>, start: &Memory, plan: Plan) -> Sampler {
        let mut memory = start.clone();
        memory.start_search();
        let choices: Vec<Choice> = system.choices().collect();
        let sample = Sample {
            plan,
            done: 0,
            steps: 0,
            choices: choices.len() as u64,
            length: 1,
            longest: 0,
            unfinished: 0,
            example: None,
            outcomes: Vec::new(),
        };
        let (base, print) = (start.cells().into(), memory.fingerprint());
        let mut sampler = Sampler { system, base, memory, print, choices, sample };
        for pilot in 0..PILOTS {
            let (choices, _) = sampler.run(Strategy::Random, Chance::of(!plan.seed, pilot));
            sampler.sample.length = sampler.sample.length.max(choices.len() as u64);
        }
        sampler
    }

    /// Whether it makes the runs of this plan, too, or has made them already: then it goes on to as
    /// many as the plan has.
    pub fn extend(&mut self, plan: Plan) -> bool {
        let own = &mut self.sample.plan;
        let same = Plan { runs: plan.runs, ..*own } == plan && plan.runs >= self.sample.done;
        if same {
            *own = plan;
        }
        same
    }

    /// Makes runs of about `fuel` steps together, at least one; whether there are more to make.
    pub fn advance(&mut self, fuel: usize) -> bool {
        let stop = self.sample.steps.saturating_add(fuel as u64);
        while self.sample.is_running() {
            let Plan { strategy, seed, from, .. } = self.sample.plan;
            let (choices, outcome) = self.run(strategy, Chance::of(seed, from + self.sample.done));
            self.sample.count(choices, outcome);
            if self.sample.steps >= stop {
                break;
            }
        }
        self.sample.is_running()
    }

    /// What was found so far.
    pub fn sample(&self) -> &Sample {
        &self.sample
    }

    /// One run: the choices made, and how it ended if it did.
    fn run(&mut self, strategy: Strategy, mut chance: Chance) -> (Vec<Choice>, Option<Outcome>) {
        let (system, memory) = (&*self.system, &mut self.memory);
        memory.restore_search(&self.base, std::iter::empty(), self.print);
        let mut scheduler = Scheduler::new(strategy, system, self.sample.length, &mut chance);
        let (mut made, mut able) = (Vec::new(), Vec::new());
        while made.len() < MOST_STEPS {
            able.clear();
            able.extend(self.choices.iter().filter(|choice| system.can_make(memory, **choice)));
            if able.is_empty() {
                let end = End::of(system, memory);
                return (made, end.map(|end| Outcome::of(system, memory, end)));
            }
            let choice = scheduler.pick(&able, &mut chance);
            system.make(memory, choice);
            memory.commit();
            made.push(choice);
            scheduler.made(choice, made.len() as u64, memory.fingerprint());
        }
        (made, None)
    }
}
