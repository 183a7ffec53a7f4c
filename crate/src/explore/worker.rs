//! Makes the steps of states. What a worker has is its own, so that several work side by side.
use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::delta::{self, Delta, Pair};
use super::facts::Known;
use super::frontier::Frontier;
use super::graph::StateId;
use super::parts::Numbers;
use super::reduction::{Decided, Less, Reduction};
use super::symmetry::{Canon, Symmetry};
use super::table::Table;
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
    /// Where steps are looked up, if they are.
    table: Option<Table>,
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
    /// States wait as rows of a table, for so many lanes, and not as what differs from the first.
    rows: Option<usize>,
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

    /// What the state that a step leads to waits as: how it differs from `base`, if that which it
    /// starts from differs as `from` says; or its row, if `from` is one.
    pub fn delta(&mut self, step: usize, base: &[u16], from: &[Pair]) -> &[Pair] {
        let Step { writes, delta, .. } = &mut self.steps[step];
        let range = delta.get_or_insert_with(|| {
            let start = self.pairs.len();
            let writes = &mut self.writes[writes.clone()];
            match self.rows {
                Some(_) => add_row(from, writes, &mut self.pairs),
                None => delta::add_delta(base, from, writes, &mut self.pairs),
            }
            start..self.pairs.len()
        });
        &self.pairs[range.clone()]
    }

    /// How many pairs count of the state that a step leads to: of a row those that a delta would
    /// have, as columns are in whatever order they were met in.
    pub fn counted(&mut self, step: usize, base: &[u16], from: &[Pair]) -> usize {
        let lanes = self.rows;
        let pairs = self.delta(step, base, from);
        lanes.map_or(pairs.len(), |lanes| {
            let columns = pairs[lanes..].iter();
            let written = |(even, odd): &Pair| usize::from(*even != 0) + usize::from(*odd != 0);
            lanes + columns.map(written).sum::<usize>()
        })
    }

    /// A step begins with these writes; where they start.
    #[inline]
    pub fn begin(&mut self, writes: &[(u32, u16)]) -> usize {
        let first = self.writes.len();
        self.writes.extend_from_slice(writes);
        first
    }

    /// What the step writes that began there.
    pub fn written(&self, first: usize) -> &[(u32, u16)] {
        &self.writes[first..]
    }

    /// The step writes more.
    pub fn write(&mut self, place: u32, value: u16) {
        self.writes.push((place, value));
    }

    /// The step, with `more` of the same lane, leads to a state that is known by this fingerprint.
    #[inline]
    pub fn add(&mut self, choice: Choice, more: u8, print: u128, first: usize) {
        let writes = first..self.writes.len();
        self.steps.push(Step { choice, more, print, to: None, writes, delta: None });
    }

    /// These were all steps of a state, from `first` on; whether there could be more.
    pub fn expanded(&mut self, state: StateId, end: Option<Outcome>, first: usize, reduced: bool) {
        let (steps, tells_lanes_apart) = (self.steps.len() - first, false);
        self.expanded.push(Expanded { state, end, steps, reduced, tells_lanes_apart });
    }
}

/// The row that another one becomes by these writes: to units, of which a pair has two.
fn add_row(from: &[Pair], writes: &[(u32, u16)], pairs: &mut Vec<Pair>) {
    let start = pairs.len();
    pairs.extend_from_slice(from);
    for (unit, value) in writes {
        let at = start + *unit as usize / 2;
        if at >= pairs.len() {
            pairs.resize(at + 1, (0, 0));
        }
        match unit % 2 {
            0 => pairs[at].0 = *value,
            _ => pairs[at].1 = *value,
        }
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
            table: None,
        }
    }

    /// From here on steps are looked up; what the state that it stands at waits as.
    pub fn look_steps_up(&mut self, system: &System, numbers: &Arc<Mutex<Numbers>>) -> Vec<Pair> {
        self.finds.rows = Some(system.lanes.len());
        let alike = self.canon.take();
        let table = self.table.insert(Table::new(system, &self.base, numbers, alike));
        table.row(system, &self.memory)
    }

    /// From here on steps are not looked up any more.
    pub fn run_steps(&mut self) {
        self.finds.rows = None;
        self.table = None;
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
        if let Some(table) = &mut self.table {
            table.forget_memory();
        }
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
        if let Some(table) = self.table.as_mut().filter(|_| cfg!(feature = "whole")) {
            let (memory, finds) = (&mut self.memory, &mut self.finds);
            match (reduction, &mut self.known) {
                (Some(reduction), Some(known)) => {
                    let mut less = Less { reduction, known, decided: &mut self.decided };
                    table.expand_less(system, memory, finds, state, (print, delta), &mut less);
                }
                _ => table.expand(system, memory, finds, state, (print, delta)),
            }
            let apart = table.tells_lanes_apart(memory.take_order());
            finds.expanded.last_mut().into_iter().for_each(|last| last.tells_lanes_apart = apart);
            return;
        }
        self.stand(print, delta);
        self.memory.forget_looks();
        if let Some(canon) = self.canon.as_mut().filter(|_| cfg!(feature = "whole")) {
            canon.stand(&self.memory, delta);
        }
        self.find_able(system);
        let all = self.able.len();
        let end = if all == 0 { End::of(system, &self.memory) } else { None };
        let end = end.map(|end| Outcome::of(system, &self.memory, end));
        if let (Some(reduction), Some(known)) = (reduction, &self.known) {
            let (decided, memory, able) = (&mut self.decided, &mut self.memory, &mut self.able);
            reduction.choices(decided, known, system, memory, able, |_| {});
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
        let (Some(reduction), Some(known)) = (reduction, &mut self.known) else {
            system.make(&mut self.memory, choice);
            return 0;
        };
        let mut less = Less { reduction, known, decided: &mut self.decided };
        less.make(system, &mut self.memory, choice, |memory| system.watch(memory))
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
                self.memory.forget_looks();
                known.make(system, &mut self.memory, choice);
            }
        }
    }
}

/// A walk that comes to no end has seen enough.
const MOST_STEPS_OF_A_WALK: usize = 2_000;
