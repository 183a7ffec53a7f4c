//! Makes the steps of states. What a worker has is its own, so that several work side by side.
use std::ops::Range;
use std::sync::Arc;

use super::delta::{self, Delta, Pair};
use super::facts::Known;
use super::frontier::Frontier;
use super::graph::StateId;
use super::reduction::{Decided, Reduction};
use super::symmetry::{Canon, Symmetry};
use super::visited::Visited;
use crate::machine::{Choice, System};
use crate::mm::Memory;
use crate::mm::chance::Chance;
use crate::scenario::{End, Outcome};

/// What a worker needs to expand states: it shares nothing that changes.
pub struct Worker {
    /// Where it stands.
    pub memory: Memory,
    base: Arc<[u16]>,
    able: Vec<Choice>,
    /// What was found since it was last cleared.
    pub finds: Finds,
    /// What lines read and write, as far as this worker saw; kept where a reduction needs it.
    pub known: Option<Known>,
    /// What the reduction at hand has decided.
    pub decided: Decided,
    /// What states are known by, where lanes are taken for one another.
    canon: Option<Canon>,
}

/// A state that is kept.
pub struct Kept {
    /// What it is known by: its fingerprint, or that of all with lanes that have changed places.
    pub print: u128,
    /// How it differs from the first.
    pub delta: Delta,
}

/// What was found of some states, in order.
#[derive(Default)]
pub struct Finds {
    /// What became of each.
    pub expanded: Vec<Expanded>,
    /// The steps of all.
    pub steps: Vec<Step>,
    writes: Vec<(u32, u16)>,
    pairs: Vec<Pair>,
}

/// A step to another state.
pub struct Step {
    /// The choice that is made.
    pub choice: Choice,
    /// How many steps of the lane are made with it.
    pub more: u8,
    /// What the other state is known by.
    pub print: u128,
    /// The state's number, if it is known to have one.
    pub to: Option<StateId>,
    /// What it writes, of all that was written down.
    writes: Range<usize>,
    /// What it is known by, if that was asked for.
    delta: Option<Range<usize>>,
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

impl Finds {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.expanded.clear();
        self.steps.clear();
        self.writes.clear();
        self.pairs.clear();
    }

    /// How the state that a step leads to differs from `base`, if that which it starts from
    /// differs as `from` says.
    pub fn delta(&mut self, step: usize, base: &[u16], from: &[Pair]) -> &[Pair] {
        let Step { writes, delta, .. } = &mut self.steps[step];
        let range = delta.get_or_insert_with(|| {
            let start = self.pairs.len();
            delta::add_delta(base, from, &mut self.writes[writes.clone()], &mut self.pairs);
            start..self.pairs.len()
        });
        &self.pairs[range.clone()]
    }
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
            finds: Finds::default(),
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

    /// Goes to this state.
    pub fn stand(&mut self, print: u128, delta: &[Pair]) {
        self.memory.restore_search(&self.base, delta::changes(delta), print);
    }

    /// The state that it has come to.
    pub fn keep(&self) -> Kept {
        let cells = self.memory.cells().iter().enumerate();
        let mut all: Vec<(u32, u16)> = cells.map(|(cell, value)| (cell as u32, *value)).collect();
        let mut pairs = Vec::new();
        delta::add_delta(&self.base, &[], &mut all, &mut pairs);
        Kept { print: self.memory.fingerprint(), delta: pairs.into() }
    }

    /// Makes the choices of a state, or those that the reduction asks for.
    pub fn expand(
        &mut self,
        system: &System,
        reduction: Option<&Reduction>,
        state: StateId,
        (print, delta): (u128, &[Pair]),
    ) {
        self.stand(print, delta);
        if let Some(canon) = self.canon.as_mut().filter(|_| cfg!(feature = "whole")) {
            canon.stand(&self.memory, &self.base, delta);
        }
        self.find_able(system);
        let all = self.able.len();
        let end = if all == 0 { End::of(system, &self.memory) } else { None };
        let end = end.map(|end| Outcome::of(system, &self.memory, end));
        if let (Some(reduction), Some(known)) = (reduction, &self.known) {
            reduction.choices(&mut self.decided, known, system, &self.memory, &mut self.able);
        }
        let (steps, reduced) = (self.able.len(), self.able.len() < all);
        for number in 0..self.able.len() {
            let choice = self.able[number];
            let more = self.make(system, reduction, choice);
            let first = self.finds.writes.len();
            self.finds.writes.extend(self.memory.changes());
            let writes = first..self.finds.writes.len();
            let to = self.print(system);
            self.finds.steps.push(Step { choice, more, print: to, to: None, writes, delta: None });
            self.memory.take_back(print);
        }
        let tells_lanes_apart = self.tells_lanes_apart();
        self.finds.expanded.push(Expanded { state, end, steps, reduced, tells_lanes_apart });
    }

    /// Looks for the states that were come to among those that are known.
    pub fn look_up(&mut self, visited: &Visited, frontier: &Frontier) {
        visited.touch(self.finds.steps.iter().map(|step| step.print));
        let mut next = 0;
        for number in 0..self.finds.expanded.len() {
            let Expanded { state, steps, .. } = self.finds.expanded[number];
            let from = frontier.delta(state);
            for step in next..next + steps {
                let print = self.finds.steps[step].print;
                let to = visited.find(print, || self.finds.delta(step, &self.base, from));
                if to.is_none() {
                    self.finds.delta(step, &self.base, from);
                }
                self.finds.steps[step].to = to;
            }
            next += steps;
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
    pub fn walk(&mut self, system: &System, start: &Kept, chance: &mut Chance) {
        self.stand(start.print, &start.delta);
        for _ in 0..MOST_STEPS_OF_A_WALK {
            self.find_able(system);
            if self.able.is_empty() {
                break;
            }
            let choice = self.able[chance.below(self.able.len() as u64) as usize];
            if let Some(known) = &mut self.known {
                self.memory.commit();
                known.make(system, &mut self.memory, choice);
            }
        }
    }
}

/// A walk that comes to no end has seen enough.
const MOST_STEPS_OF_A_WALK: usize = 2_000;
