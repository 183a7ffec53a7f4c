//! Makes the steps of states. What a worker has is its own, so that several work side by side.
use std::ops::Range;
use std::sync::Arc;

use super::delta::{self, Delta};
use super::facts::Known;
use super::graph::StateId;
use super::reduction::{Decided, Reduction};
use super::symmetry::{Canon, Symmetry};
use super::visited::Visited;
use crate::machine::{Choice, System};
use crate::mm::Memory;
use crate::scenario::{End, Outcome};

/// What a worker needs to expand states: it shares nothing that changes.
pub struct Worker {
    /// Where it stands.
    pub memory: Memory,
    base: Arc<[u16]>,
    able: Vec<Choice>,
    /// What became of the states that were expanded since the last [`Worker::take`].
    done: Vec<Expanded>,
    steps: Vec<Step>,
    writes: Vec<(u32, u16)>,
    /// What lines read and write, as far as this worker saw; kept where a reduction needs it.
    pub known: Option<Known>,
    /// What the reduction at hand has decided.
    pub decided: Decided,
    /// What states are known by, where lanes are taken for one another.
    canon: Option<Canon>,
}

/// A state that is to be expanded, and what it is known by.
pub struct Waiting {
    /// Its fingerprint.
    pub print: u128,
    /// How it differs from the first.
    pub delta: Delta,
}

impl Waiting {
    /// The bytes that it takes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.delta) + size_of::<Option<Waiting>>()
    }
}

/// A step to another state.
pub struct Step {
    /// The choice that is made.
    pub choice: Choice,
    /// How many steps of the lane are made with it.
    pub more: u8,
    /// The other state's fingerprint.
    pub print: u128,
    /// What it writes, of all that the worker has written down.
    writes: Range<usize>,
    /// The state's number, if it has one yet.
    pub to: Option<StateId>,
    /// What it is known by, if it has none.
    pub delta: Option<Delta>,
}

/// What became of a state.
pub struct Expanded {
    /// Its number.
    pub state: StateId,
    /// How all ends here, if it does.
    pub end: Option<Outcome>,
    /// How many steps there are.
    pub steps: usize,
    /// Whether there could be more.
    pub reduced: bool,
    /// Whether lanes cannot be taken for one another.
    pub tells_lanes_apart: bool,
}

impl Worker {
    /// A worker for a search from this state.
    pub fn new(start: &Memory, base: Arc<[u16]>) -> Worker {
        let mut memory = start.clone();
        memory.start_search();
        // What led to the start is over.
        memory.take_order();
        Worker {
            memory,
            base,
            able: Vec::new(),
            done: Vec::new(),
            steps: Vec::new(),
            writes: Vec::new(),
            known: None,
            decided: Decided::default(),
            canon: None,
        }
    }

    /// From here on lanes that are alike are taken for one another, or not any more.
    pub fn take_as_alike(&mut self, symmetry: Option<&Arc<Symmetry>>) {
        let symmetry = symmetry.filter(|_| cfg!(feature = "whole"));
        self.canon = symmetry.map(|symmetry| Canon::new(Arc::clone(symmetry), &self.base));
    }

    /// What the state that it stands at is known by, a step or none behind the expanded one.
    pub fn print(&mut self, system: &System) -> u128 {
        match self.canon.as_mut().filter(|_| cfg!(feature = "whole")) {
            Some(canon) => canon.print(system, &self.memory),
            None => self.memory.fingerprint(),
        }
    }

    /// Whether something was met since the last call that tells lanes apart that are alike.
    fn tells_lanes_apart(&mut self) -> bool {
        let in_order = self.memory.take_order();
        self.canon.as_mut().is_some_and(|canon| canon.take_failure() || in_order)
    }

    /// The state that it stands at.
    pub fn stand(&mut self, waiting: &Waiting) {
        self.memory.restore_search(&self.base, delta::changes(&waiting.delta), waiting.print);
    }

    /// The state that it has come to.
    pub fn waiting(&self) -> Waiting {
        let cells = self.memory.cells().iter().enumerate();
        let mut all: Vec<(u32, u16)> = cells.map(|(cell, value)| (cell as u32, *value)).collect();
        let delta = delta::delta(&self.base, &[], &mut all);
        Waiting { print: self.memory.fingerprint(), delta }
    }

    /// Makes the choices of a state, or those that the reduction asks for.
    pub fn expand(
        &mut self,
        system: &System,
        visited: &Visited,
        reduction: Option<&Reduction>,
        state: StateId,
        waiting: &Waiting,
    ) {
        self.stand(waiting);
        if let Some(canon) = self.canon.as_mut().filter(|_| cfg!(feature = "whole")) {
            canon.stand(&self.memory, &self.base, &waiting.delta);
        }
        self.find_able(system);
        let all = self.able.len();
        let end = if all == 0 { End::of(system, &self.memory) } else { None };
        let end = end.map(|end| Outcome::of(system, &self.memory, end));
        if let (Some(reduction), Some(known)) = (reduction, &self.known) {
            reduction.choices(&mut self.decided, known, system, &self.memory, &mut self.able);
        }
        let (steps, reduced) = (self.able.len(), self.able.len() < all);
        let first_step = self.steps.len();
        self.writes.clear();
        for number in 0..self.able.len() {
            let choice = self.able[number];
            let more = self.make(system, reduction, choice);
            let first = self.writes.len();
            self.writes.extend(self.memory.changes());
            let (print, writes) = (self.print(system), first..self.writes.len());
            self.steps.push(Step { choice, more, print, writes, to: None, delta: None });
            self.memory.take_back(waiting.print);
        }
        let tells_lanes_apart = self.tells_lanes_apart();
        self.done.push(Expanded { state, end, steps, reduced, tells_lanes_apart });
        // One behind the other, so that the cache misses of all overlap.
        let own = &mut self.steps[first_step..];
        own.iter_mut().for_each(|step| step.to = visited.find_print(step.print));
        for step in own.iter_mut().filter(|step| step.to.is_none()) {
            let writes = &mut self.writes[step.writes.clone()];
            let delta = delta::delta(&self.base, &waiting.delta, writes);
            step.to = visited.find_delta(&delta);
            step.delta = Some(delta);
        }
    }

    /// Makes a choice, and those steps of the lane behind it that nobody can tell from one with it:
    /// how many.
    fn make(&mut self, system: &System, reduction: Option<&Reduction>, choice: Choice) -> u8 {
        let (Some(known), memory) = (&mut self.known, &mut self.memory) else {
            system.make(&mut self.memory, choice);
            return 0;
        };
        known.make(system, memory, choice);
        let mut more = 0;
        while more < u8::MAX
            && reduction.is_some_and(|reduction| {
                reduction.goes_on(&mut self.decided, known, system, memory, choice.cpu())
            })
        {
            known.make(system, memory, Choice::Run(choice.cpu()));
            more += 1;
        }
        more
    }

    /// What was expanded, and the steps of all, in order. It is forgotten here.
    pub fn take(&mut self) -> (Vec<Expanded>, Vec<Step>) {
        (std::mem::take(&mut self.done), std::mem::take(&mut self.steps))
    }

    fn find_able(&mut self, system: &System) {
        self.able.clear();
        for choice in system.choices() {
            let can = match &mut self.known {
                Some(known) => known.can_make(system, &mut self.memory, choice),
                None => system.can_make(&self.memory, choice),
            };
            if can {
                self.able.push(choice);
            }
        }
    }

    /// Walks from the start at random, and learns what lines read and write.
    pub fn walk(&mut self, system: &System, start: &Waiting, seed: &mut u64) {
        self.stand(start);
        for _ in 0..MOST_STEPS_OF_A_WALK {
            self.find_able(system);
            let Some(choice) = pick(&self.able, seed) else { break };
            if let Some(known) = &mut self.known {
                self.memory.commit();
                known.make(system, &mut self.memory, choice);
            }
        }
    }
}

fn pick(able: &[Choice], seed: &mut u64) -> Option<Choice> {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let number = (*seed >> 33) as usize;
    able.get(number.checked_rem(able.len())?).copied()
}

const MOST_STEPS_OF_A_WALK: usize = 2_000;
