//! Floor 4: every interleaving.
//!
//! A breadth-first search over whole states: no state is taken for another, and none is passed
//! over. What it finds is the set of outcomes, for each the interleaving with the fewest context
//! switches, and what is true of all executions.
mod graph;
mod judge;

use std::rc::Rc;

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use crate::machine::{Choice, Status, System};
use crate::mm::Memory;
use crate::scenario::{End, Outcome};
use crate::schedule::Schedule;
use graph::{Graph, StateId, Way};

pub use judge::{Judgement, Verdict, judge};

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The states after which the search gives up.
    pub max_states: usize,
    /// The bytes that the stored states may take; the tables beside them take about as much again.
    pub max_bytes: usize,
}

impl Default for Limits {
    /// 500,000 states in 512 MiB: what a browser's tab can bear.
    fn default() -> Self {
        Limits { max_states: 500_000, max_bytes: 512 << 20 }
    }
}

/// An interleaving that shows an outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// The choices; of a livelock the way to its loop, and one turn of the loop.
    pub schedule: Schedule,
    /// How often another lane moves than before, in the whole of it.
    pub switches: usize,
    /// Of a livelock, how many choices lead to the loop. The others bring the machine back to the
    /// state before them, and every choice that can be made on the loop is one of them: a fair
    /// scheduler may repeat them for ever.
    pub loop_from: Option<usize>,
}

impl Witness {
    fn new(choices: Vec<Choice>) -> Self {
        let schedule = Schedule(choices);
        Witness { switches: schedule.switches(), schedule, loop_from: None }
    }

    /// The choices of one turn of its loop, of a livelock.
    pub fn turn(&self) -> Option<Schedule> {
        self.loop_from.map(|from| Schedule(self.schedule.0[from..].to_vec()))
    }

    /// The choices before its loop, or all of them.
    pub fn stem(&self) -> Schedule {
        let end = self.loop_from.unwrap_or(self.schedule.0.len());
        Schedule(self.schedule.0[..end].to_vec())
    }

    fn with_loop(mut way: Vec<Choice>, turn: Vec<Choice>) -> Self {
        let loop_from = Some(way.len());
        way.extend(turn);
        Witness { loop_from, ..Witness::new(way) }
    }
}

/// An outcome and what is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The outcome.
    pub outcome: Outcome,
    /// Whether every execution ends so; never claimed of a search that is not complete.
    pub always: bool,
    /// The interleaving that shows it: of a complete search the one with the fewest context
    /// switches, then the fewest steps; before that, one with the fewest steps. Of a livelock this
    /// is said of the way to its loop.
    pub witness: Option<Witness>,
}

/// What a search has found so far.
#[derive(Clone, Debug)]
pub struct Report {
    /// Distinct states.
    pub states: usize,
    /// Steps between them.
    pub transitions: usize,
    /// Steps from the start to the farthest state.
    pub depth: usize,
    /// The search goes on.
    pub running: bool,
    /// Every interleaving was searched.
    pub complete: bool,
    /// The limit that stopped the search, in words.
    pub limit: Option<String>,
    /// The outcomes, in a fixed order.
    pub outcomes: Vec<Found>,
}

/// A search under way.
pub struct Explorer {
    system: Rc<System>,
    memory: Memory,
    limits: Limits,
    states: IndexSet<Box<[u16]>, FixedState>,
    /// How each state was first reached: the number of steps, from where, by which choice.
    reached: Vec<(u32, StateId, Option<Choice>)>,
    graph: Graph,
    outcomes: IndexSet<Outcome, FixedState>,
    /// The outcome of each end state, and of each state on a fair cycle.
    ends: Vec<(StateId, usize)>,
    witnesses: Option<Vec<Option<Witness>>>,
    limit: Option<String>,
}

impl Explorer {
    /// A search from this starting state.
    pub fn new(system: Rc<System>, memory: Memory, limits: Limits) -> Self {
        let mut states = IndexSet::with_hasher(FixedState::default());
        states.insert(memory.cells().into());
        Explorer {
            system,
            memory,
            limits,
            states,
            reached: vec![(0, 0, None)],
            graph: Graph::default(),
            outcomes: IndexSet::with_hasher(FixedState::default()),
            ends: Vec::new(),
            witnesses: None,
            limit: None,
        }
    }

    /// Searches on for about `fuel` transitions; whether there is more to do.
    pub fn advance(&mut self, fuel: usize) -> bool {
        let stop = self.graph.edges().saturating_add(fuel);
        while self.graph.edges() < stop && self.graph.expanded() < self.states.len() {
            self.limit = self.limit_reached();
            if self.limit.is_some() {
                break;
            }
            self.expand(self.graph.expanded() as StateId);
        }
        let searched = self.graph.expanded() == self.states.len();
        if (searched || self.limit.is_some()) && self.witnesses.is_none() {
            let loops = if searched { self.graph.fair_components() } else { Vec::new() };
            self.record_livelocks(&loops);
            self.find_witnesses(&loops);
        }
        self.is_running()
    }

    fn limit_reached(&self) -> Option<String> {
        let Limits { max_states, max_bytes } = self.limits;
        if self.states.len() >= max_states {
            return Some(format!("stopped at the limit of {max_states} states"));
        }
        let bytes = self.states.len() * size_of_val(self.memory.cells());
        (bytes >= max_bytes).then(|| {
            let (size, unit) = if max_bytes < 1 << 20 { (0, "bytes") } else { (20, "MiB") };
            format!("stopped at the limit of {} {unit} of states", max_bytes >> size)
        })
    }

    /// Runs to the end or to a limit.
    pub fn run(&mut self) -> Report {
        while self.advance(usize::MAX) {}
        self.report()
    }

    fn is_running(&self) -> bool {
        self.witnesses.is_none()
    }

    fn expand(&mut self, state: StateId) {
        self.graph.expand_next();
        self.restore(state);
        let system = Rc::clone(&self.system);
        let runnable: Vec<Choice> = system
            .choices()
            .filter(|choice| system.status(&self.memory, *choice) == Status::Runnable)
            .collect();
        if let Some(end) = runnable.is_empty().then(|| End::of(&system, &self.memory)).flatten() {
            self.record(state, end);
        }
        let steps = self.reached[state as usize].0 + 1;
        for (number, choice) in runnable.into_iter().enumerate() {
            if number > 0 {
                self.restore(state);
            }
            system.step(&mut self.memory, choice, false);
            let known = self.states.get_index_of(self.memory.cells());
            let to = known.unwrap_or_else(|| {
                self.reached.push((steps, state, Some(choice)));
                self.states.insert_full(self.memory.cells().into()).0
            });
            self.graph.add(choice, to as StateId);
        }
    }

    fn restore(&mut self, state: StateId) {
        self.memory.restore(&self.states[state as usize]);
    }

    fn record(&mut self, state: StateId, end: End) {
        let outcome = Outcome::of(&self.system, &self.memory, end);
        let number = self.outcomes.insert_full(outcome).0;
        self.ends.push((state, number));
    }

    fn record_livelocks(&mut self, loops: &[Vec<StateId>]) {
        for state in loops.iter().flatten() {
            self.restore(*state);
            self.record(*state, End::Livelock);
        }
    }

    fn find_witnesses(&mut self, loops: &[Vec<StateId>]) {
        let mut ends = vec![None; self.states.len()];
        self.ends.iter().for_each(|(state, outcome)| ends[*state as usize] = Some(*outcome));
        let lanes = self.system.lanes.len();
        let target = |state: StateId| ends[state as usize];
        let ways = self.graph.witnesses(lanes, self.outcomes.len(), target);
        let witness =
            |Way { choices, to }: Way| match loops.iter().find(|component| component.contains(&to))
            {
                Some(component) => Witness::with_loop(choices, self.graph.fair_loop(component, to)),
                None => Witness::new(choices),
            };
        self.witnesses = Some(ways.into_iter().map(|way| way.map(witness)).collect());
    }

    /// States, transitions and outcomes so far: the numbers of [`Explorer::report`] without its
    /// work.
    pub fn progress(&self) -> (usize, usize, usize) {
        (self.states.len(), self.graph.edges(), self.outcomes.len())
    }

    /// What was found so far.
    pub fn report(&self) -> Report {
        let complete = !self.is_running() && self.limit.is_none();
        let mut outcomes: Vec<Found> = Vec::with_capacity(self.outcomes.len());
        for (number, outcome) in self.outcomes.iter().enumerate() {
            let place = outcomes.partition_point(|other| other.outcome < *outcome);
            let always = complete && self.outcomes.len() == 1;
            let witness = self.witness(number);
            outcomes.insert(place, Found { outcome: outcome.clone(), always, witness });
        }
        Report {
            states: self.states.len(),
            transitions: self.graph.edges(),
            // Breadth first: nobody was reached in more steps than the last.
            depth: self.reached.last().map_or(0, |(steps, ..)| *steps as usize),
            running: self.is_running(),
            complete,
            limit: self.limit.clone(),
            outcomes,
        }
    }

    fn witness(&self, outcome: usize) -> Option<Witness> {
        match &self.witnesses {
            Some(found) => found[outcome].clone(),
            None => {
                let (state, _) = self.ends.iter().find(|(_, number)| *number == outcome)?;
                Some(Witness::new(self.first_path(*state)))
            }
        }
    }

    fn first_path(&self, mut state: StateId) -> Vec<Choice> {
        let mut choices = Vec::new();
        while let (_, from, Some(choice)) = self.reached[state as usize] {
            choices.push(choice);
            state = from;
        }
        choices.reverse();
        choices
    }
}
