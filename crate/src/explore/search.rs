//! One search, breadth first: from state to state, until there is none that was not expanded.
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use super::alike::Swap;
use super::delta::Delta;
use super::facts::Known;
use super::graph::{Edge, Graph, StateId};
use super::reduction::Reduction;
use super::shortest::Land;
use super::side_by_side::side_by_side;
use super::symmetry::Symmetry;
use super::visited::Visited;
use super::worker::{Expanded, Step, Waiting, Worker};
use crate::machine::{Choice, System};
use crate::mm::Memory;
use crate::scenario::{End, Outcome};

/// Walks that a reduction learns from before it is made first.
const WALKS: usize = 200;
/// States that each worker expands before what they found is put together.
const AT_ONCE: usize = 1024;

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

/// A search under way.
pub struct Search {
    system: Rc<System>,
    workers: Vec<Worker>,
    exact: bool,
    start: Waiting,
    reduction: Option<Reduction>,
    /// Lanes that are taken for one another.
    symmetry: Option<Arc<Symmetry>>,
    /// The states found when the reduction turned out to know too little: it is made again.
    outdated: Option<usize>,
    /// What properties had looked at when the reduction was made.
    readers: Vec<u64>,
    chart: Chart,
}

/// What a search has found.
struct Chart {
    visited: Visited,
    graph: Graph,
    /// The states from number `first` on, those that are not expanded.
    waiting: VecDeque<Option<Waiting>>,
    first: usize,
    /// Bytes of the waiting states.
    waiting_bytes: usize,
    /// How each state was first reached: from where, by which choice, and how many steps more.
    reached: Vec<(StateId, u8, u8)>,
    /// One more than the last state of the level that is being expanded.
    level_end: usize,
    depth: usize,
    outcomes: IndexSet<Outcome, FixedState>,
    ends: HashMap<StateId, usize, FixedState>,
    /// How each outcome was found first.
    firsts: Vec<First>,
    /// Some step leads to a state that was not found later than where it starts.
    leads_back: bool,
    reduced: bool,
    /// Lanes turned out not to be alike.
    tells_lanes_apart: bool,
}

/// A state with an outcome, in which the lanes are to have other numbers: none if it is empty.
struct First {
    state: StateId,
    lanes: Vec<usize>,
}

impl Chart {
    fn new(exact: bool, start: &Waiting) -> Chart {
        let mut chart = Chart {
            visited: Visited::new(exact),
            graph: Graph::default(),
            waiting: VecDeque::new(),
            first: 0,
            waiting_bytes: 0,
            reached: Vec::new(),
            level_end: 1,
            depth: 0,
            outcomes: IndexSet::with_hasher(FixedState::default()),
            ends: HashMap::with_hasher(FixedState::default()),
            firsts: Vec::new(),
            leads_back: false,
            reduced: false,
            tells_lanes_apart: false,
        };
        chart.add(start.print, start.delta.clone(), (0, 0, 0));
        chart
    }

    fn add(&mut self, print: u128, delta: Delta, (from, by, more): (StateId, u8, u8)) -> StateId {
        let (state, new) = self.visited.insert(print, &delta);
        if new {
            self.reached.push((from, by, more));
            let waiting = Waiting { print, delta };
            self.waiting_bytes += waiting.bytes();
            self.waiting.push_back(Some(waiting));
        }
        state
    }

    fn take(&mut self, state: StateId) -> Option<Waiting> {
        self.waiting.get_mut((state as usize).checked_sub(self.first)?)?.take()
    }

    /// The next of the level that are not expanded, at most `most`.
    fn take_next(&mut self, most: usize) -> Vec<(StateId, Waiting)> {
        let mut next = Vec::with_capacity(most);
        while next.len() < most && self.first < self.level_end {
            let state = self.first as StateId;
            let waiting = self.take(state);
            next.extend(waiting.map(|waiting| (state, waiting)));
            self.waiting.pop_front();
            self.first += 1;
        }
        next
    }

    /// Gives back what [`Chart::take_next`] has taken and nobody has expanded: the last of it.
    fn give_back(&mut self, rest: Vec<(StateId, Waiting)>) {
        for (state, waiting) in rest.into_iter().rev() {
            while self.first > state as usize {
                self.first -= 1;
                self.waiting.push_front(None);
            }
            self.waiting[0] = Some(waiting);
        }
    }

    /// What became of a state, with its steps.
    fn put(&mut self, expanded: Expanded, steps: impl Iterator<Item = Step>, swaps: &[Swap]) {
        let Expanded { state, end, reduced, tells_lanes_apart, .. } = expanded;
        self.reduced |= reduced;
        self.tells_lanes_apart |= tells_lanes_apart;
        if let Some(outcome) = end {
            self.record(state, outcome, swaps);
        }
        self.graph.expand(state);
        for Step { choice, more, print, to, delta, .. } in steps {
            let to = to.unwrap_or_else(|| {
                self.add(print, delta.unwrap_or_default(), (state, choice.to_bits(), more))
            });
            self.leads_back |= (to as usize) < self.level_end;
            self.graph.add(state, Edge::new(choice, to), more);
        }
    }

    /// Adds an outcome, and those of executions in which lanes have changed places.
    fn record(&mut self, state: StateId, outcome: Outcome, swaps: &[Swap]) {
        let (number, new) = self.outcomes.insert_full(outcome);
        self.ends.insert(state, number);
        if !new {
            return;
        }
        self.firsts.push(First { state, lanes: Vec::new() });
        let mut next = number;
        while next < self.outcomes.len() {
            for swap in swaps.iter().filter(|_| cfg!(feature = "whole")) {
                if self.outcomes.insert(swap.outcome(&self.outcomes[next])) {
                    let lanes = swap.behind(&self.firsts[next].lanes);
                    self.firsts.push(First { state, lanes });
                }
            }
            next += 1;
        }
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
        let start = Waiting { print, delta: Box::from([]) };
        let chart = Chart::new(exact, &start);
        if reduce {
            workers.iter_mut().for_each(|worker| worker.known = Some(Known::new(&system)));
            let mut seed = 1;
            (0..WALKS).for_each(|_| workers[0].walk(&system, &start, &mut seed));
        }
        let (readers, reduction) = (Vec::new(), None);
        let symmetry = symmetry.map(Arc::new);
        let mut search = Search {
            system,
            workers,
            exact,
            start,
            reduction,
            symmetry,
            outdated: None,
            readers,
            chart,
        };
        search.start_again();
        search
    }

    /// Starts again, with all that is known by now.
    fn start_again(&mut self) {
        for worker in &mut self.workers {
            worker.take_as_alike(self.symmetry.as_ref());
            worker.stand(&self.start);
            self.start.print = worker.print(&self.system);
        }
        self.reduce();
        self.chart = Chart::new(self.exact, &self.start);
        self.outdated = None;
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
            if self.is_bounded(bounds) {
                let done = self.chart.first == self.states() && !self.next_level();
                return if done { Progress::Done } else { Progress::Bounded };
            }
            let left = self.chart.level_end - self.chart.first;
            let side_by_side = self.workers.len() > 1 && left >= AT_ONCE / 4;
            let most = if side_by_side { AT_ONCE * self.workers.len() } else { 1 };
            let next = self.chart.take_next(most);
            if !next.is_empty() {
                self.expand(next, bounds);
            } else if !self.next_level() {
                return Progress::Done;
            }
        }
        Progress::More
    }

    fn is_bounded(&self, bounds: Bounds) -> bool {
        self.states() >= bounds.states || self.bytes() >= bounds.bytes
    }

    /// Expands states side by side, and puts what was found together in their order, up to the
    /// bounds.
    fn expand(&mut self, mut states: Vec<(StateId, Waiting)>, bounds: Bounds) {
        let each = states.len().div_ceil(self.workers.len());
        let (system, visited) = (&*self.system, &self.chart.visited);
        let reduction = self.reduction.as_ref();
        let shares = self.workers.iter_mut().zip(states.chunks(each));
        let work = |(worker, share): (&mut Worker, &[(StateId, Waiting)])| {
            for (state, waiting) in share {
                worker.expand(system, visited, reduction, *state, waiting);
            }
        };
        side_by_side(shares, work);
        if states.len() > 1 {
            self.share_readers();
        }
        let taken: Vec<_> = self.workers.iter_mut().map(Worker::take).collect();
        let mut put = 0;
        let swaps = self.symmetry.as_ref().map_or(&[][..], |symmetry| symmetry.swaps());
        'all: for (done, steps) in taken {
            let mut steps = steps.into_iter();
            for expanded in done {
                if put > 0 && self.is_bounded(bounds) {
                    break 'all;
                }
                let own = expanded.steps;
                self.chart.put(expanded, steps.by_ref().take(own), swaps);
                self.chart.waiting_bytes -= states[put].1.bytes();
                put += 1;
            }
        }
        self.chart.give_back(states.split_off(put));
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

    /// Gives every state of a fair component an outcome: how executions end that never do.
    pub fn record_livelocks(&mut self, component: &[StateId]) {
        let Some(entry) = component.first() else { return };
        let inside: HashSet<StateId, FixedState> = component.iter().copied().collect();
        let mut known: HashSet<StateId, FixedState> = HashSet::from_iter([*entry]);
        let mut work = vec![(*entry, self.arrive(*entry))];
        while let Some((state, waiting)) = work.pop() {
            let worker = &mut self.workers[0];
            worker.stand(&waiting);
            let outcome = Outcome::of(&self.system, &worker.memory, End::Livelock);
            self.chart.record(state, outcome, &[]);
            for edge in self.chart.graph.from(state) {
                if inside.contains(&edge.to()) && known.insert(edge.to()) {
                    self.system.make(&mut worker.memory, edge.choice());
                    work.push((edge.to(), worker.waiting()));
                    worker.memory.take_back(waiting.print);
                }
            }
        }
    }

    /// A state that was expanded, got at once more.
    fn arrive(&mut self, state: StateId) -> Waiting {
        let choices = self.path(state);
        let worker = &mut self.workers[0];
        worker.stand(&self.start);
        choices.iter().for_each(|choice| self.system.make(&mut worker.memory, *choice));
        worker.waiting()
    }

    /// The choices by which an outcome was first found.
    pub fn first_way(&self, outcome: usize) -> Option<Vec<Choice>> {
        let First { state, lanes } = self.chart.firsts.get(outcome)?;
        let mut choices = self.path(*state);
        if !lanes.is_empty() {
            choices.iter_mut().for_each(|choice| *choice = choice.of_lane(lanes[choice.cpu()]));
        }
        Some(choices)
    }

    /// The choices by which a state was first reached: of the ways to it one with the fewest steps.
    pub fn path(&self, mut state: StateId) -> Vec<Choice> {
        let mut choices = Vec::new();
        while state != 0 {
            let (from, by, more) = self.chart.reached[state as usize];
            let choice = Choice::from_bits(by);
            choices.extend((0..more).map(|_| Choice::Run(choice.cpu())));
            choices.push(choice);
            state = from;
        }
        choices.reverse();
        choices
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

    /// Whether executions may go on for ever. Breadth first, a cycle has a step that leads to its
    /// own level or to one before.
    pub fn has_cycle(&self) -> bool {
        self.chart.leads_back && self.chart.graph.has_cycle()
    }

    /// Which choice leads where, as far as it is known.
    pub fn graph(&self) -> &Graph {
        &self.chart.graph
    }

    /// See [`Visited::missed`]; and [`Symmetry`] for the rest.
    pub fn missed(&self) -> f64 {
        let missed = self.chart.visited.missed();
        if self.is_symmetric() { 2.0 * missed } else { missed }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let chart = &self.chart;
        let delta = chart.waiting_bytes / chart.waiting.len().max(1);
        chart.visited.bytes(delta)
            + chart.waiting_bytes
            + chart.reached.capacity() * size_of::<(StateId, u8, u8)>()
            + chart.graph.bytes()
    }
}

impl Land for Search {
    fn outcome(&mut self, state: StateId) -> Option<usize> {
        if let Some(waiting) = self.chart.take(state) {
            let unbounded = Bounds { states: usize::MAX, bytes: usize::MAX };
            self.expand(vec![(state, waiting)], unbounded);
        }
        self.outcome_of(state)
    }

    fn graph(&self) -> &Graph {
        &self.chart.graph
    }
}
