//! One search, breadth first: from state to state, until there is none that was not expanded.
use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use super::delta::{self, Delta};
use super::facts::Known;
use super::graph::{Edge, Graph, StateId};
use super::reduction::Reduction;
use super::shortest::Land;
use super::visited::Visited;
use crate::machine::{Choice, System};
use crate::mm::Memory;
use crate::scenario::{End, Outcome};

/// What a worker needs to expand states: it shares nothing that changes.
pub struct Worker {
    memory: Memory,
    base: Rc<[u16]>,
    able: Vec<Choice>,
    /// What became of the state that was expanded last.
    end: Option<Outcome>,
    steps: Vec<Step>,
    writes: Vec<(u32, u16)>,
    reduced: bool,
    /// What lines read and write, as far as this worker saw; kept where a reduction needs it.
    pub known: Option<Known>,
}

/// A state that is to be expanded, and what it is known by.
pub struct Waiting {
    print: u128,
    delta: Delta,
}

/// A step to another state.
struct Step {
    choice: Choice,
    print: u128,
    /// What it writes, of all that the worker has written down.
    writes: Range<usize>,
    /// The state's number, if it has one yet.
    to: Option<StateId>,
    /// What it is known by, if it has none.
    delta: Option<Delta>,
}

impl Worker {
    /// A worker for a search from this state.
    pub fn new(start: &Memory, base: Rc<[u16]>) -> Worker {
        let mut memory = start.clone();
        memory.start_search();
        Worker {
            memory,
            base,
            able: Vec::new(),
            end: None,
            steps: Vec::new(),
            writes: Vec::new(),
            reduced: false,
            known: None,
        }
    }

    /// The state that it stands at.
    fn stand(&mut self, waiting: &Waiting) {
        self.memory.restore_search(&self.base, delta::changes(&waiting.delta), waiting.print);
    }

    /// The state that it has come to.
    fn waiting(&self) -> Waiting {
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
        waiting: &Waiting,
    ) {
        self.stand(waiting);
        self.find_able(system);
        let all = self.able.len();
        let end = if all == 0 { End::of(system, &self.memory) } else { None };
        self.end = end.map(|end| Outcome::of(system, &self.memory, end));
        if let (Some(reduction), Some(known)) = (reduction, &self.known) {
            reduction.choices(known, system, &self.memory, &mut self.able);
        }
        self.reduced = self.able.len() < all;
        self.writes.clear();
        for choice in &self.able {
            match &mut self.known {
                Some(known) => known.make(system, &mut self.memory, *choice),
                None => system.make(&mut self.memory, *choice),
            }
            let first = self.writes.len();
            self.writes.extend(self.memory.changes());
            let (print, writes) = (self.memory.fingerprint(), first..self.writes.len());
            self.steps.push(Step { choice: *choice, print, writes, to: None, delta: None });
            self.memory.take_back(waiting.print);
        }
        // One behind the other, so that the cache misses of all overlap.
        self.steps.iter_mut().for_each(|step| step.to = visited.find_print(step.print));
        for step in self.steps.iter_mut().filter(|step| step.to.is_none()) {
            let writes = &mut self.writes[step.writes.clone()];
            let delta = delta::delta(&self.base, &waiting.delta, writes);
            step.to = visited.find_delta(&delta);
            step.delta = Some(delta);
        }
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
    fn walk(&mut self, system: &System, start: &Waiting, seed: &mut u64) {
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

const WALKS: usize = 200;
const MOST_STEPS_OF_A_WALK: usize = 2_000;

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
    /// How each state was first reached.
    reached: Vec<(StateId, u8)>,
    /// One more than the last state of the level that is being expanded.
    level_end: usize,
    depth: usize,
    outcomes: IndexSet<Outcome, FixedState>,
    ends: HashMap<StateId, usize, FixedState>,
    /// The first state found of each outcome.
    firsts: Vec<StateId>,
    /// Some step leads to a state that was not found later than where it starts.
    leads_back: bool,
    reduced: bool,
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
        };
        chart.add(start.print, start.delta.clone(), 0, 0);
        chart
    }

    fn add(&mut self, print: u128, delta: Delta, from: StateId, by: u8) -> StateId {
        let (state, new) = self.visited.insert(print, &delta);
        if new {
            self.reached.push((from, by));
            self.waiting_bytes += size_of_val(&*delta) + size_of::<Option<Waiting>>();
            self.waiting.push_back(Some(Waiting { print, delta }));
        }
        state
    }

    fn take(&mut self, state: StateId) -> Option<Waiting> {
        let waiting = self.waiting.get_mut((state as usize).checked_sub(self.first)?)?.take()?;
        self.waiting_bytes -= size_of_val(&*waiting.delta) + size_of::<Option<Waiting>>();
        Some(waiting)
    }

    /// The next of the level that is not expanded.
    fn take_next(&mut self) -> Option<(StateId, Waiting)> {
        while self.first < self.level_end {
            let state = self.first as StateId;
            let waiting = self.take(state);
            self.waiting.pop_front();
            self.first += 1;
            if let Some(waiting) = waiting {
                return Some((state, waiting));
            }
        }
        None
    }

    /// What became of a state.
    fn put(&mut self, state: StateId, worker: &mut Worker) {
        self.reduced |= worker.reduced;
        if let Some(outcome) = worker.end.take() {
            self.record(state, outcome);
        }
        self.graph.expand(state);
        for Step { choice, print, to, delta, .. } in worker.steps.drain(..) {
            let to = to.unwrap_or_else(|| {
                self.add(print, delta.unwrap_or_default(), state, choice.to_bits())
            });
            self.leads_back |= (to as usize) < self.level_end;
            self.graph.add(state, Edge::new(choice, to));
        }
    }

    fn record(&mut self, state: StateId, outcome: Outcome) {
        let (number, new) = self.outcomes.insert_full(outcome);
        self.firsts.extend(new.then_some(state));
        self.ends.insert(state, number);
    }
}

impl Search {
    /// A search from this state that makes every choice, or with `reduce` enough of them.
    pub fn new(system: Rc<System>, memory: &Memory, exact: bool, reduce: bool) -> Search {
        let base: Rc<[u16]> = memory.cells().into();
        let mut workers = vec![Worker::new(memory, base)];
        let print = workers[0].memory.fingerprint();
        let start = Waiting { print, delta: Box::from([]) };
        let chart = Chart::new(exact, &start);
        if reduce {
            workers.iter_mut().for_each(|worker| worker.known = Some(Known::new(&system)));
            let mut seed = 1;
            (0..WALKS).for_each(|_| workers[0].walk(&system, &start, &mut seed));
        }
        let (readers, reduction) = (Vec::new(), None);
        let mut search =
            Search { system, workers, exact, start, reduction, outdated: None, readers, chart };
        search.reduce();
        search
    }

    /// Starts again, with a reduction from all that is known by now.
    fn reduce(&mut self) {
        let Some(known) = &mut self.workers[0].known else { return };
        known.take_news();
        self.readers = self.workers[0].memory.all_readers();
        let own = self.system.readers_of_lanes();
        let readers: Vec<u64> = self.readers.iter().map(|readers| readers & !own).collect();
        let ghosts = self.system.layout.all_findings();
        let known = self.workers[0].known.as_ref();
        self.reduction = known.map(|known| Reduction::of(known, &readers, ghosts));
        self.chart = Chart::new(self.exact, &self.start);
        self.outdated = None;
    }

    /// Searches on for about `fuel` transitions, and no further than the bounds.
    pub fn advance(&mut self, fuel: usize, bounds: Bounds) -> Progress {
        let stop = self.chart.graph.edges().saturating_add(fuel);
        while self.chart.graph.edges() < stop {
            if self.states() >= bounds.states || self.bytes() >= bounds.bytes {
                let done = self.chart.first == self.states() && !self.next_level();
                return if done { Progress::Done } else { Progress::Bounded };
            }
            match self.chart.take_next() {
                Some((state, waiting)) => self.expand(state, &waiting),
                None if self.next_level() => {}
                None => return Progress::Done,
            }
        }
        Progress::More
    }

    /// Whether there is one. A reduction that knew too little is made again.
    fn next_level(&mut self) -> bool {
        let states = self.chart.visited.len();
        if self.learned() {
            self.outdated.get_or_insert(states);
        }
        let is_last = states == self.chart.level_end;
        if self.outdated.is_some_and(|then| is_last || states > 2 * then + 1_000) {
            self.reduce();
            return true;
        }
        if !is_last {
            self.chart.level_end = states;
            self.chart.depth += 1;
        }
        !is_last
    }

    fn learned(&mut self) -> bool {
        let worker = &mut self.workers[0];
        let Some(known) = &mut worker.known else { return false };
        let news = known.take_news();
        news || worker.memory.all_readers() != self.readers
    }

    fn expand(&mut self, state: StateId, waiting: &Waiting) {
        let reduction = self.reduction.as_ref();
        let visited = &self.chart.visited;
        let worker = &mut self.workers[0];
        worker.expand(&self.system, visited, reduction, waiting);
        self.chart.put(state, worker);
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
            self.chart.record(state, outcome);
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

    /// The choices by which a state was first reached: of the ways to it one with the fewest steps.
    pub fn path(&self, mut state: StateId) -> Vec<Choice> {
        let mut choices = Vec::new();
        while state != 0 {
            let (from, by) = self.chart.reached[state as usize];
            choices.push(Choice::from_bits(by));
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

    /// Whether some state has choices that did not need to be made.
    pub fn is_reduced(&self) -> bool {
        self.chart.reduced
    }

    /// The outcomes, in the order in which they were found.
    pub fn outcomes(&self) -> &IndexSet<Outcome, FixedState> {
        &self.chart.outcomes
    }

    /// The first state found that ends so.
    pub fn first_of(&self, outcome: usize) -> Option<StateId> {
        self.chart.firsts.get(outcome).copied()
    }

    /// The outcome that a state belongs to, as far as it is known.
    pub fn outcome_of(&self, state: StateId) -> Option<usize> {
        self.chart.ends.get(&state).copied()
    }

    /// Whether executions may go on for ever. Breadth first, a cycle has a step that leads to its own
    /// level or to one before.
    pub fn has_cycle(&self) -> bool {
        self.chart.leads_back && self.chart.graph.has_cycle()
    }

    /// Which choice leads where, as far as it is known.
    pub fn graph(&self) -> &Graph {
        &self.chart.graph
    }

    /// See [`Visited::missed`].
    pub fn missed(&self) -> f64 {
        self.chart.visited.missed()
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let chart = &self.chart;
        let delta = chart.waiting_bytes / chart.waiting.len().max(1);
        chart.visited.bytes(delta)
            + chart.waiting_bytes
            + chart.reached.capacity() * size_of::<(StateId, u8)>()
            + chart.graph.bytes()
    }
}

impl Land for Search {
    fn outcome(&mut self, state: StateId) -> Option<usize> {
        if let Some(waiting) = self.chart.take(state) {
            self.expand(state, &waiting);
        }
        self.outcome_of(state)
    }

    fn graph(&self) -> &Graph {
        &self.chart.graph
    }
}
