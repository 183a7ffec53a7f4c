//! Floor 4: every interleaving.
//!
//! A search over states finds the set of outcomes, for each the interleaving with the fewest
//! context switches, and what is true of all executions. A small scenario is searched whole. In a
//! larger one steps that do not matter to each other are taken in one order only: that finds the
//! same outcomes, in fewer states, and then only as much of the whole is searched as the shortest
//! interleavings need, or all of it where executions may go on for ever.
mod accounts;
mod adjacent;
pub mod alike;
mod bits;
mod chart;
mod delta;
mod facts;
mod frontier;
mod graph;
mod judge;
mod limits;
mod loops;
mod moves;
mod parallel;
mod parts;
mod reduction;
pub mod sample;
mod scheduler;
mod search;
mod shortest;
pub mod symmetry;
mod table;
mod visited;
pub mod waits;
mod worker;

use std::rc::Rc;

use crate::machine::{Choice, System};
use crate::mm::Memory;
use crate::scenario::Outcome;
use crate::schedule::Schedule;
use graph::{StateId, Way};
use loops::{Components, LoopSearch, Loops};
use search::{Bounds, Livelocks, Progress, Search};
use shortest::{Land, Shortest};
use symmetry::Symmetry;

pub use adjacent::{DataRaces, FoundRace, RaceReport};
pub use judge::{Judgement, Verdict, judge};
pub use limits::{Limits, Means, When};

/// An interleaving that shows an outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// The choices; of a livelock the way to its loop, and one turn of the loop.
    pub schedule: Schedule,
    /// How often another lane moves than before, in the whole of it.
    pub switches: usize,
    /// Whether no interleaving shows the outcome with fewer context switches, or with as many and
    /// fewer steps.
    pub fewest: bool,
    /// Of a livelock, how many choices lead to the loop. The others bring the machine back to the
    /// state before them, and every choice that can be made on the loop is one of them: a fair
    /// scheduler may repeat them for ever.
    pub loop_from: Option<usize>,
}

impl Witness {
    fn new(mut choices: Vec<Choice>, turn: Option<Vec<Choice>>, fewest: bool) -> Self {
        let loop_from = turn.as_ref().map(|_| choices.len());
        choices.extend(turn.into_iter().flatten());
        let schedule = Schedule(choices);
        Witness { switches: schedule.switches(), schedule, fewest, loop_from }
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
}

/// An outcome and what is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The outcome.
    pub outcome: Outcome,
    /// Whether every execution ends so; never claimed of a search that is not complete.
    pub always: bool,
    /// An interleaving that shows it: in the end the one with the fewest context switches, then
    /// the fewest steps, if [`Witness::fewest`] says so. Of a livelock this is said of the way to
    /// its loop.
    pub witness: Option<Witness>,
}

/// What a search has found so far.
#[derive(Clone, Debug)]
pub struct Report {
    /// Distinct states that the outcomes come from.
    pub states: usize,
    /// Steps between them.
    pub transitions: usize,
    /// Steps that do not matter to each other were taken in one order only, or lanes that run the
    /// same for one another.
    pub reduced: bool,
    /// The latter.
    pub symmetric: bool,
    /// A bound for the probability that a state was taken for another one, and so missed; 0 where
    /// they are compared by all their cells.
    pub missed: f64,
    /// Steps from the start to the farthest state.
    pub depth: usize,
    /// The search goes on.
    pub running: bool,
    /// Every interleaving was searched: there are no other outcomes. The search may go on for
    /// better witnesses.
    pub complete: bool,
    /// The limit that stopped the search, in words.
    pub limit: Option<String>,
    /// The outcomes, in a fixed order.
    pub outcomes: Vec<Found>,
    /// Of a complete search of the whole: a loop that may go on for ever if fairness is weak, so
    /// that only a lane that can move all the time must move, and not if it is strong, as queued
    /// spinlocks make it. It is no outcome.
    pub starving: Option<Witness>,
}

/// A search under way.
pub struct Explorer {
    system: Rc<System>,
    start: Memory,
    limits: Limits,
    /// Every step of every state.
    whole: Search,
    /// Enough of them for the outcomes, once the whole has turned out to be large.
    reduced: Option<Search>,
    stage: Stage,
    /// The outcomes are known, all of them.
    complete: bool,
    limit: Option<String>,
    /// By the number of the outcome.
    witnesses: Vec<Option<Witness>>,
    /// The fair components of the whole.
    loops: Vec<Vec<StateId>>,
    /// See [`Report::starving`].
    starving: Option<Witness>,
}

/// What is being done.
enum Stage {
    /// The whole is searched: as long as it is small, or for what goes on for ever.
    Whole,
    /// The reduced search goes on.
    Reduced,
    /// It is looked whether that has a cycle.
    Cycles(Components),
    /// What goes on for ever is looked for in the whole.
    Loops(LoopSearch),
    /// And is given outcomes.
    Livelocks(Livelocks),
    /// The shortest ways to the outcomes are looked for in the whole, which is searched as far as
    /// they need.
    Ways(Shortest),
    /// And in what was searched for the outcomes, since the whole is too large.
    KnownWays(Shortest),
    Done,
}

/// How many states the whole may have before the search is reduced: to learn and to decide costs as
/// much as several steps.
const SMALL: usize = 1_000_000;

impl Explorer {
    /// A search from this starting state.
    pub fn new(system: Rc<System>, memory: Memory, limits: Limits) -> Self {
        let Limits { exact, threads, .. } = limits;
        let whole = Search::new(Rc::clone(&system), &memory, exact, false, None, threads);
        let mut explorer = Explorer {
            system,
            start: memory,
            limits,
            whole,
            reduced: None,
            stage: Stage::Whole,
            complete: false,
            limit: None,
            witnesses: Vec::new(),
            loops: Vec::new(),
            starving: None,
        };
        if limits.reduction == When::Always && explorer.can_reduce() {
            explorer.reduce();
        }
        explorer
    }

    /// Starts the reduced search.
    fn reduce(&mut self) {
        let Limits { exact, threads, means, .. } = self.limits;
        let symmetry = if means == Means::Orders { None } else { self.symmetry() };
        let (system, orders) = (Rc::clone(&self.system), means != Means::Symmetry);
        let search = Search::new(system, &self.start, exact, orders, symmetry, threads);
        self.reduced = Some(search);
        self.stage = Stage::Reduced;
    }

    /// The lanes that are alike. States with lanes that have changed places are known to be the
    /// same by their fingerprints. The page's first module knows of none: few scenarios have any.
    fn symmetry(&self) -> Option<Symmetry> {
        let possible = cfg!(feature = "whole") && !self.limits.exact;
        possible.then(|| Symmetry::of(&self.system, &self.start)).flatten()
    }

    /// Steps that stores on their way have a part in are not told apart.
    fn can_reduce(&self) -> bool {
        self.system.kernel.config.buffers.is_none()
    }

    /// The search that the outcomes come from.
    fn verdict(&self) -> &Search {
        self.reduced.as_ref().unwrap_or(&self.whole)
    }

    /// Searches on for about `fuel` transitions; whether there is more to do.
    pub fn advance(&mut self, mut fuel: usize) -> bool {
        let bounds = self.bounds();
        let progress = match (&mut self.stage, &mut self.reduced) {
            (Stage::Reduced, Some(reduced)) => reduced.advance(fuel, bounds),
            (Stage::Whole | Stage::Reduced, _) => self.whole.advance(fuel, bounds),
            (Stage::Ways(_) | Stage::KnownWays(_), _) => self.advance_ways(fuel, bounds),
            (Stage::Cycles(components), reduced) => {
                let reduced = reduced.as_ref().unwrap_or(&self.whole);
                Progress::of(components.advance(reduced.graph(), &mut fuel))
            }
            (Stage::Loops(loops), _) => Progress::of(loops.advance(self.whole.graph(), &mut fuel)),
            (Stage::Livelocks(record), _) => {
                Progress::of(self.whole.record_livelocks(record, &mut fuel))
            }
            (Stage::Done, _) => return false,
        };
        match progress {
            Progress::More => {}
            Progress::Done => self.next_stage(),
            Progress::Bounded if self.may_reduce() && self.whole.states() >= SMALL => self.reduce(),
            Progress::Bounded => self.stop(),
        }
        self.is_running()
    }

    /// Whether the whole is searched in the hope that it is small.
    fn may_reduce(&self) -> bool {
        self.limits.reduction == When::Large
            && matches!(self.stage, Stage::Whole)
            && self.reduced.is_none()
            && self.can_reduce()
            && self.whole.states() < self.limits.max_states
    }

    /// How far the search at hand may go.
    fn bounds(&self) -> Bounds {
        let Limits { max_states, max_bytes, .. } = self.limits;
        let states = max_states.min(graph::MOST_STATES);
        let states = if self.may_reduce() { states.min(SMALL) } else { states };
        let other = match self.stage {
            Stage::Reduced => self.whole.bytes(),
            _ => self.reduced.as_ref().map_or(0, Search::bytes),
        };
        Bounds { states, bytes: max_bytes.saturating_sub(other) }
    }

    /// A ways' look at the bounds does not depend on the fuel.
    fn advance_ways(&mut self, fuel: usize, bounds: Bounds) -> Progress {
        const AT_ONCE: usize = 512;
        for _ in 0..fuel.div_ceil(AT_ONCE) {
            let goes_on = match (&mut self.stage, &self.reduced) {
                (Stage::Ways(shortest), _) => {
                    let bytes = self.whole.bytes() + shortest.bytes();
                    if self.whole.states() >= bounds.states || bytes >= bounds.bytes {
                        return Progress::Bounded;
                    }
                    shortest.advance(&mut self.whole, AT_ONCE)
                }
                (Stage::KnownWays(shortest), reduced) => {
                    let known = reduced.as_ref().unwrap_or(&self.whole);
                    shortest.advance(&mut Frozen(known), AT_ONCE)
                }
                _ => false,
            };
            if !goes_on {
                return Progress::Done;
            }
        }
        Progress::More
    }

    fn next_stage(&mut self) {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Whole => {
                self.reduced = None;
                match self.whole.leads_back() {
                    true => self.stage = Stage::Loops(LoopSearch::new(self.whole.states())),
                    false => self.look_for_ways(),
                }
            }
            Stage::Loops(search) => {
                let Loops { fair, weak } = search.into_loops();
                let first = weak.iter().min_by_key(|component| component.iter().min());
                self.starving = first.map(|component| self.starving_loop(component));
                self.stage = Stage::Livelocks(Livelocks::new(&fair));
                self.loops = fair;
            }
            Stage::Reduced if self.verdict().leads_back() => {
                self.stage = Stage::Cycles(Components::new(self.verdict().states()));
            }
            Stage::Cycles(components) if components.has_any() => self.stage = Stage::Whole,
            Stage::Reduced | Stage::Cycles(_) | Stage::Livelocks(_) => self.look_for_ways(),
            Stage::Ways(shortest) => self.take_ways(shortest.into_ways(), true),
            Stage::KnownWays(shortest) => self.take_ways(shortest.into_ways(), false),
            Stage::Done => {}
        }
    }

    /// A way into a component, and a turn of it.
    fn starving_loop(&self, component: &[StateId]) -> Witness {
        let entry = component.iter().copied().min().unwrap_or_default();
        let turn = self.whole.graph().fair_loop(component, entry);
        Witness::new(self.whole.path(entry), Some(turn), false)
    }

    /// The outcomes are known.
    fn look_for_ways(&mut self) {
        self.complete = true;
        let outcomes = self.verdict().outcomes().len();
        self.stage = Stage::Ways(Shortest::new(self.system.lanes.len(), outcomes));
    }

    /// What was found so far has to do.
    fn stop(&mut self) {
        let states = match self.stage {
            Stage::Reduced => self.verdict().states(),
            _ => self.whole.states(),
        };
        // If it is not the states it is the bytes.
        let limit = self.limits.reached(states, usize::MAX);
        let outcomes = self.verdict().outcomes().len();
        let known = Stage::KnownWays(Shortest::new(self.system.lanes.len(), outcomes));
        // Steps between states that stand for others are no way.
        let known = if self.verdict().is_symmetric() { Stage::Done } else { known };
        if let Stage::Ways(shortest) = std::mem::replace(&mut self.stage, known) {
            self.take_ways(shortest.into_ways(), true);
        }
        if !self.complete {
            self.limit = limit;
        }
    }

    /// Keeps the ways to outcomes that have none yet. They are numbered as in the whole, or as in
    /// the verdict.
    fn take_ways(&mut self, ways: Vec<Option<Way>>, whole: bool) {
        let verdict = self.reduced.as_ref().unwrap_or(&self.whole);
        let search = if whole { &self.whole } else { verdict };
        self.witnesses.resize(verdict.outcomes().len(), None);
        for (number, way) in ways.into_iter().enumerate() {
            let outcome = search.outcomes().get_index(number);
            let own = outcome.and_then(|outcome| verdict.outcomes().get_index_of(outcome));
            if let (Some(own), Some(Way { choices, to })) = (own, way)
                && self.witnesses[own].is_none()
            {
                let component = self.loops.iter().find(|component| component.contains(&to));
                let turn = component.map(|component| search.graph().fair_loop(component, to));
                self.witnesses[own] = Some(Witness::new(choices, turn, whole));
            }
        }
    }

    /// Runs to the end or to a limit.
    pub fn run(&mut self) -> Report {
        while self.advance(1 << 20) {}
        self.report()
    }

    /// Whether the outcomes are known, all of them: what is left is to find better witnesses.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    fn is_running(&self) -> bool {
        !matches!(self.stage, Stage::Done)
    }

    /// States, transitions and outcomes so far: the numbers of [`Explorer::report`] without its
    /// work.
    pub fn progress(&self) -> (usize, usize, usize) {
        let search = self.verdict();
        (search.states(), search.graph().edges(), search.outcomes().len())
    }

    /// What was found so far.
    pub fn report(&self) -> Report {
        let search = self.verdict();
        let known = search.outcomes();
        let mut outcomes: Vec<Found> = Vec::with_capacity(known.len());
        for (number, outcome) in known.iter().enumerate() {
            let place = outcomes.partition_point(|other| other.outcome < *outcome);
            let always = self.complete && known.len() == 1;
            let witness = self.witness(number);
            outcomes.insert(place, Found { outcome: outcome.clone(), always, witness });
        }
        Report {
            states: search.states(),
            transitions: search.graph().edges(),
            depth: search.depth(),
            reduced: search.is_reduced(),
            symmetric: search.is_symmetric(),
            missed: search.missed(),
            running: self.is_running(),
            complete: self.complete,
            limit: self.limit.clone(),
            outcomes,
            starving: self.starving.clone(),
        }
    }

    /// The best that is known so far; at least it is one with the fewest steps of those searched.
    fn witness(&self, outcome: usize) -> Option<Witness> {
        let search = self.verdict();
        let known = self.witnesses.get(outcome).cloned().flatten();
        let first = || Witness::new(search.first_way(outcome)?, None, false).into();
        known.or_else(first)
    }
}

/// A search that goes no further.
struct Frozen<'a>(&'a Search);

impl Land for Frozen<'_> {
    fn outcome(&mut self, state: StateId) -> Option<usize> {
        self.0.outcome_of(state)
    }

    fn graph(&self) -> &graph::Graph {
        self.0.graph()
    }
}
