//! One search, breadth first: from state to state, until there is none that was not expanded.
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use super::alike::Swap;
use super::chart::Chart;
use super::facts::Known;
use super::graph::{Graph, StateId};
use super::parallel::in_parallel;
use super::reduction::Reduction;
use super::shortest::Land;
use super::symmetry::Symmetry;
use super::worker::{Kept, Worker};
use crate::machine::{Choice, System};
use crate::mm::Memory;
use crate::mm::chance::Chance;
use crate::scenario::{End, Outcome};

/// Walks that a reduction learns from before it is made first.
const WALKS: usize = 200;
/// States that each of several workers expands before what they found is put together.
const AT_ONCE: usize = 1024;
/// States that a worker by itself expands before: so many that what they miss in the cache is
/// fetched at once, and so few that it is still there when it is put together.
const ALONE: usize = 64;

/// How far a search may go.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// States.
    pub states: usize,
    /// Bytes, about.
    pub bytes: usize,
}

/// How far it came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do.
    More,
    /// And a bound forbids it.
    Bounded,
    /// There is nothing more to do.
    Done,
}

impl Progress {
    /// Of what no bound forbids.
    pub fn of(more: bool) -> Progress {
        if more { Progress::More } else { Progress::Done }
    }
}

/// A search under way.
pub struct Search {
    system: Rc<System>,
    workers: Vec<Worker>,
    exact: bool,
    base: Arc<[u16]>,
    start: Kept,
    /// The states that are expanded next.
    next: Vec<StateId>,
    reduction: Option<Reduction>,
    /// Lanes that are taken for one another.
    symmetry: Option<Arc<Symmetry>>,
    /// The states found when the reduction turned out to know too little: it is made again.
    outdated: Option<usize>,
    /// What properties had looked at when the reduction was made.
    readers: Vec<u64>,
    chart: Chart,
}

/// The states of fair components that have yet to be given an outcome.
pub struct Livelocks {
    /// The last is the next.
    components: Vec<Vec<StateId>>,
    inside: HashSet<StateId, FixedState>,
    known: HashSet<StateId, FixedState>,
    work: Vec<(StateId, Kept)>,
}

impl Livelocks {
    /// Those of these components.
    pub fn new(components: &[Vec<StateId>]) -> Livelocks {
        let inside = HashSet::with_hasher(FixedState::default());
        let components = components.iter().rev().cloned().collect();
        Livelocks { components, known: inside.clone(), inside, work: Vec::new() }
    }
}

impl Search {
    /// A search from this state that makes every choice, or with `reduce` enough of them; of states
    /// that differ in lanes that are alike it goes on from one.
    pub fn new(
        system: Rc<System>,
        memory: &Memory,
        exact: bool,
        reduce: bool,
        symmetry: Option<Symmetry>,
        threads: usize,
    ) -> Search {
        let base: Arc<[u16]> = memory.cells().into();
        let mut workers: Vec<Worker> =
            (0..threads.max(1)).map(|_| Worker::new(memory, Arc::clone(&base))).collect();
        let print = workers[0].memory.fingerprint();
        let start = Kept { print, delta: Box::from([]) };
        let chart = Chart::new(exact, &start, &[]);
        if reduce {
            workers.iter_mut().for_each(|worker| worker.known = Some(Known::new(&system)));
            let mut chance = Chance::seeded(1);
            (0..WALKS).for_each(|_| workers[0].walk(&system, &start, &mut chance));
        }
        let mut search = Search {
            system,
            workers,
            exact,
            base,
            start,
            next: Vec::new(),
            reduction: None,
            symmetry: symmetry.map(Arc::new),
            outdated: None,
            readers: Vec::new(),
            chart,
        };
        search.start_again();
        search
    }

    /// Starts again, with all that is known by now.
    fn start_again(&mut self) {
        for worker in &mut self.workers {
            worker.take_as_alike(self.symmetry.as_ref());
            worker.stand(self.start.print, &self.start.delta);
            self.start.print = worker.print(&self.system);
        }
        self.reduce();
        let mut row = Vec::new();
        let looks_up = self.can_look_up();
        let numbers = Arc::default();
        for worker in &mut self.workers {
            match cfg!(feature = "whole") && looks_up {
                true => row = worker.look_steps_up(&self.system, &numbers),
                false => worker.run_steps(),
            }
        }
        self.chart = Chart::new(self.exact, &self.start, &row);
        self.outdated = None;
    }

    /// Whether steps are looked up.
    fn can_look_up(&self) -> bool {
        !self.exact && self.system.kernel.config.buffers.is_none()
    }

    /// Makes a reduction from all that is known by now.
    fn reduce(&mut self) {
        let Some((worker, others)) = self.workers.split_first_mut() else { return };
        let Some(known) = &mut worker.known else { return };
        known.take_news();
        self.readers = worker.memory.all_readers();
        let mut readers = self.readers.clone();
        if let Some(symmetry) = self.symmetry.as_ref().filter(|_| cfg!(feature = "whole")) {
            symmetry.share(known, &mut readers);
        }
        // All see who holds which lock.
        for theirs in others.iter_mut().filter_map(|other| other.known.as_mut()) {
            theirs.learn(known);
            theirs.take_news();
        }
        let own = self.system.readers_of_lanes();
        readers.iter_mut().for_each(|readers| *readers &= !own);
        self.reduction = Some(Reduction::of(known, &self.system, &readers));
        self.workers.iter_mut().for_each(|worker| worker.decided.clear());
    }

    /// Searches on for about `fuel` transitions, and no further than the bounds. What is found does
    /// not depend on the fuel, nor on the number of threads.
    pub fn advance(&mut self, fuel: usize, bounds: Bounds) -> Progress {
        let stop = self.chart.graph.edges().saturating_add(fuel);
        while self.chart.graph.edges() < stop {
            if self.chart.is_bounded(bounds) {
                let done = self.chart.first == self.states() && !self.next_level();
                return if done { Progress::Done } else { Progress::Bounded };
            }
            let left = self.chart.level_end - self.chart.first;
            let side_by_side = self.workers.len() > 1 && left >= AT_ONCE / 4;
            let most = if side_by_side { AT_ONCE * self.workers.len() } else { ALONE };
            self.chart.next(most, &mut self.next);
            if !self.next.is_empty() {
                self.make_steps(side_by_side);
                self.put_together(bounds);
            } else if !self.next_level() {
                return Progress::Done;
            }
        }
        Progress::More
    }

    /// Makes the steps of the next states, each worker those of a share.
    fn make_steps(&mut self, side_by_side: bool) {
        let Search { system, workers, chart: Chart { visited, frontier, .. }, next, .. } = self;
        let (system, reduction) = (&**system, self.reduction.as_ref());
        let work = |worker: &mut Worker, share: &[StateId]| {
            for state in share {
                let Some(waiting) = frontier.get(*state) else { continue };
                worker.expand(system, reduction, *state, waiting);
            }
        };
        if !side_by_side {
            work(&mut workers[0], next);
            return visited.touch(workers[0].finds.steps.iter().map(|step| step.print));
        }
        let each = next.len().div_ceil(workers.len());
        in_parallel(workers.iter_mut().zip(next.chunks(each)), |(worker, share)| {
            work(worker, share);
            worker.look_up(visited, frontier);
        });
        self.share_readers();
    }

    /// Puts what was found together in the order of the states, up to the bounds.
    fn put_together(&mut self, bounds: Bounds) {
        let mut put = 0;
        let swaps = swaps_of(self.symmetry.as_ref());
        'all: for worker in &mut self.workers {
            let mut first = 0;
            for number in 0..worker.finds.expanded.len() {
                if put > 0 && self.chart.is_bounded(bounds) {
                    self.chart.first = self.next[put] as usize;
                    break 'all;
                }
                self.chart.put(&self.base, swaps, &mut worker.finds, number, first);
                first += worker.finds.expanded[number].steps;
                put += 1;
            }
        }
        self.workers.iter_mut().for_each(|worker| worker.finds.clear());
        if self.chart.tells_lanes_apart {
            self.symmetry = None;
            self.start_again();
        }
    }

    /// A worker may get a state that another has found, and must know what its properties have
    /// looked at by then.
    fn share_readers(&mut self) {
        let mut all = self.workers[0].memory.all_readers();
        for worker in &self.workers[1..] {
            let own = worker.memory.all_readers();
            all.iter_mut().zip(own).for_each(|(all, own)| *all |= own);
        }
        self.workers.iter_mut().for_each(|worker| worker.memory.learn_readers(&all));
    }

    /// Whether there is one. A reduction that knew too little is made again.
    fn next_level(&mut self) -> bool {
        let states = self.chart.visited.len();
        if self.learned() {
            self.outdated.get_or_insert(states);
        }
        let is_last = states == self.chart.level_end;
        if self.outdated.is_some_and(|then| is_last || states > 2 * then + 1_000) {
            self.start_again();
            return true;
        }
        if !is_last {
            self.chart.level_end = states;
            self.chart.depth += 1;
        }
        !is_last
    }

    fn learned(&mut self) -> bool {
        let Some((worker, others)) = self.workers.split_first_mut() else { return false };
        let Some(known) = &mut worker.known else { return false };
        for theirs in others.iter_mut().filter_map(|other| other.known.as_mut()) {
            if theirs.take_news() {
                known.learn(theirs);
            }
        }
        let news = known.take_news();
        news || worker.memory.all_readers() != self.readers
    }

    /// Gives every state of fair components an outcome: how executions end that never do. Takes the
    /// states off the fuel; whether there is more to do.
    pub fn record_livelocks(&mut self, record: &mut Livelocks, fuel: &mut usize) -> bool {
        while *fuel > 0 {
            *fuel -= 1;
            let Some((state, Kept { print, delta })) = record.work.pop() else {
                let Some(component) = record.components.pop() else { return false };
                let entry = component[0];
                record.known.insert(entry);
                record.work.push((entry, self.arrive(entry)));
                record.inside = component.into_iter().collect();
                continue;
            };
            let worker = &mut self.workers[0];
            worker.stand(print, &delta);
            let outcome = Outcome::of(&self.system, &worker.memory, End::Livelock);
            self.chart.record(state, outcome, swaps_of(self.symmetry.as_ref()));
            for edge in self.chart.graph.from(state) {
                if record.inside.contains(&edge.to()) && record.known.insert(edge.to()) {
                    self.system.make(&mut worker.memory, edge.choice());
                    record.work.push((edge.to(), worker.keep()));
                    worker.memory.take_back(print);
                }
            }
        }
        true
    }

    /// A state that was expanded, got at once more.
    fn arrive(&mut self, state: StateId) -> Kept {
        let choices = self.path(state);
        let worker = &mut self.workers[0];
        worker.stand(self.start.print, &self.start.delta);
        choices.iter().for_each(|choice| self.system.make(&mut worker.memory, *choice));
        worker.keep()
    }

    /// The choices by which an outcome was first found.
    pub fn first_way(&self, outcome: usize) -> Option<Vec<Choice>> {
        self.chart.first_way(outcome)
    }

    /// The choices by which a state was first reached: of the ways to it one with the fewest steps.
    pub fn path(&self, state: StateId) -> Vec<Choice> {
        self.chart.path(state)
    }

    /// How many states were found.
    pub fn states(&self) -> usize {
        self.chart.visited.len()
    }

    /// Steps from the start to the farthest state.
    pub fn depth(&self) -> usize {
        self.chart.depth
    }

    /// Whether some state has choices that did not need to be made, or stands for others.
    pub fn is_reduced(&self) -> bool {
        self.chart.reduced || self.is_symmetric()
    }

    /// Whether states stand for others, in which lanes have changed places. Then steps lead to
    /// states like the one that they are said to lead to.
    pub fn is_symmetric(&self) -> bool {
        self.symmetry.is_some()
    }

    /// The outcomes, in the order in which they were found.
    pub fn outcomes(&self) -> &IndexSet<Outcome, FixedState> {
        &self.chart.outcomes
    }

    /// The outcome that a state belongs to, as far as it is known.
    pub fn outcome_of(&self, state: StateId) -> Option<usize> {
        self.chart.ends.get(&state).copied()
    }

    /// Whether executions might go on for ever: breadth first, a cycle has a step that leads to its
    /// own level or to one before.
    pub fn leads_back(&self) -> bool {
        self.chart.leads_back
    }

    /// Which choice leads where, as far as it is known.
    pub fn graph(&self) -> &Graph {
        &self.chart.graph
    }

    /// See [`Visited::missed`](super::visited::Visited::missed); and [`Symmetry`] for the rest.
    pub fn missed(&self) -> f64 {
        let missed = self.chart.visited.missed();
        if self.is_symmetric() { 2.0 * missed } else { missed }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.chart.bytes()
    }
}

impl Land for Search {
    fn outcome(&mut self, state: StateId) -> Option<usize> {
        if let Some(waiting) = self.chart.frontier.get(state) {
            let worker = &mut self.workers[0];
            let swaps = swaps_of(self.symmetry.as_ref());
            worker.expand(&self.system, self.reduction.as_ref(), state, waiting);
            self.chart.put(&self.base, swaps, &mut worker.finds, 0, 0);
            worker.finds.clear();
        }
        self.outcome_of(state)
    }

    fn graph(&self) -> &Graph {
        &self.chart.graph
    }
}

/// What makes all renamings of the lanes that are taken for one another.
fn swaps_of(symmetry: Option<&Arc<Symmetry>>) -> &[Swap] {
    symmetry.map_or(&[], |symmetry| symmetry.swaps())
}
