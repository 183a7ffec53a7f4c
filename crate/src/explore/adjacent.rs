//! Every data race of every interleaving.
//!
//! Where accesses are sequentially consistent, a program has a data race if and only if some state
//! of it has two lanes whose next accesses conflict (Adve and Hill, ISCA 1990; Boehm and Adve, PLDI
//! 2008): whatever orders them keeps one of the two from being next. So all states are visited, and
//! in each the next steps of all lanes are compared. The state with the fewest context switches
//! before it is the one reported.
use std::cell::LazyCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::Limits;
use super::delta::{self, Pair};
use super::frontier::Frontier;
use super::graph::{Edge, Graph, StateId};
use super::shortest::{Land, Shortest};
use super::visited::Visited;
use crate::machine::{Choice, Frame, Op, System};
use crate::mm::Memory;
use crate::races::{Key, Marks, Race, Runner, Touches, WITH_STORE_BUFFERS};
use crate::schedule::Schedule;

/// A race, and how to come to where both accesses are next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundRace {
    /// The race.
    pub race: Race,
    /// The choices that lead to the state before it; of the searched ones those with the fewest
    /// context switches, then the fewest steps.
    pub schedule: Schedule,
}

/// What a search has found so far.
#[derive(Clone, Debug)]
pub struct RaceReport {
    /// Distinct states.
    pub states: usize,
    /// Steps between them.
    pub transitions: usize,
    /// Every state was visited: there are no other races.
    pub complete: bool,
    /// The limit that stopped the search, in words.
    pub limit: Option<String>,
    /// One race for each pair of lines and field, in the order of their schedules' cost.
    pub races: Vec<FoundRace>,
}

/// A search for data races under way.
pub struct DataRaces {
    land: RaceLand,
    shortest: Shortest,
    limits: Limits,
    limit: Option<String>,
    done: bool,
}

impl DataRaces {
    /// A search from this starting state.
    ///
    /// # Errors
    /// The kernel's stores wait in store buffers.
    pub fn new(
        mut system: System,
        memory: Memory,
        limits: Limits,
    ) -> Result<DataRaces, &'static str> {
        if system.kernel.config.buffers.is_some() {
            return Err(WITH_STORE_BUFFERS);
        }
        // What is found on the way is of no interest, and would tell states apart.
        system.watched = 0;
        let lanes = system.lanes.len();
        let land = RaceLand::new(Rc::new(system), memory, limits.exact);
        let shortest = Shortest::new(lanes, usize::MAX);
        Ok(DataRaces { land, shortest, limits, limit: None, done: false })
    }

    /// Searches on for about `fuel` states; whether there is more to do.
    pub fn advance(&mut self, fuel: usize) -> bool {
        const AT_ONCE: usize = 256;
        for _ in 0..fuel.div_ceil(AT_ONCE) {
            if self.done {
                break;
            }
            let bytes = self.land.bytes() + self.shortest.bytes();
            self.limit = self.limits.reached(self.land.visited.len(), bytes);
            self.done = self.limit.is_some() || !self.shortest.advance(&mut self.land, AT_ONCE);
        }
        !self.done
    }

    /// Runs to the end or to a limit.
    pub fn run(&mut self) -> RaceReport {
        while self.advance(1 << 16) {}
        self.report()
    }

    /// The system that is searched, for the words of a report.
    pub fn system(&self) -> &System {
        &self.land.system
    }

    /// How many states and races there are so far.
    pub fn progress(&self) -> (usize, usize) {
        (self.land.visited.len(), self.land.found.len())
    }

    /// What was found so far.
    pub fn report(&self) -> RaceReport {
        let ways = self.shortest.ways();
        let races = self.land.found.values().filter_map(|(race, place)| {
            let way = ways.get(*place)?.as_ref()?;
            Some(FoundRace { race: *race, schedule: Schedule(way.choices.clone()) })
        });
        RaceReport {
            states: self.land.visited.len(),
            transitions: self.land.graph.edges(),
            complete: self.done && self.limit.is_none(),
            limit: self.limit.clone(),
            races: races.collect(),
        }
    }
}

/// The states, expanded as the shortest ways come to them. A state that has races which none
/// before it had is a place, by number.
struct RaceLand {
    system: Rc<System>,
    marks: Marks,
    memory: Memory,
    base: Box<[u16]>,
    visited: Visited,
    graph: Graph,
    frontier: Frontier,
    found: IndexMap<Key, (Race, usize)>,
    places: Vec<StateId>,
}

impl RaceLand {
    fn new(system: Rc<System>, mut memory: Memory, exact: bool) -> RaceLand {
        memory.start_search();
        let mut land = RaceLand {
            marks: Marks::of_system(&system),
            system,
            base: memory.cells().into(),
            memory,
            visited: Visited::new(exact),
            graph: Graph::default(),
            frontier: Frontier::default(),
            found: IndexMap::new(),
            places: Vec::new(),
        };
        let print = land.memory.fingerprint();
        land.visited.insert(print, || &[]);
        land.frontier.push(print, &[], 0);
        land
    }

    fn bytes(&self) -> usize {
        self.visited.bytes() + self.frontier.bytes() + self.graph.bytes()
    }

    /// The number of the state that the memory is in, a step behind that of `from`.
    fn arrive(&mut self, from: &[Pair]) -> StateId {
        let print = self.memory.fingerprint();
        let delta = || {
            let (mut writes, mut pairs) = (self.memory.changes().collect::<Vec<_>>(), Vec::new());
            delta::add_delta(&self.base, from, &mut writes, &mut pairs);
            pairs
        };
        let delta = LazyCell::new(delta);
        let (state, new) = self.visited.insert(print, || &delta);
        if new {
            self.frontier.push(print, &delta, delta.len());
        }
        state
    }

    /// Makes every choice of a state, and compares what they do.
    fn expand(&mut self, state: StateId, print: u128, delta: &[Pair]) {
        self.memory.restore_search(&self.base, delta::changes(delta), print);
        let mut next: Vec<Vec<Touches>> = self.interrupted(print);
        let system = Rc::clone(&self.system);
        let able: Vec<Choice> =
            system.choices().filter(|choice| system.can_make(&self.memory, *choice)).collect();
        self.graph.expand(state);
        for choice in able {
            let (mut lines, cpu) = (Vec::new(), choice.cpu());
            self.memory.start_record();
            let frame = system.act(&mut self.memory, choice, Some(&mut lines));
            self.memory.stop_record();
            let to = self.arrive(delta);
            self.graph.add(state, Edge::new(choice, to), 0);
            // The state before it again, with the flags that its calls were given.
            self.memory.take_back(print);
            if matches!(choice, Choice::Run(_)) {
                let by = Runner { cpu, frame };
                next.push(Touches::of_step(&system, &self.marks, &self.memory, by, &lines));
            }
        }
        self.compare(state, &next);
    }

    /// The next line of every frame that another one of its CPU has interrupted: it is where it
    /// was when the other one came, about to do what it does.
    fn interrupted(&mut self, print: u128) -> Vec<Vec<Touches>> {
        let system = Rc::clone(&self.system);
        let mut lines = Vec::new();
        for (cpu, lane) in system.lanes.iter().enumerate() {
            let top = lane.top(&self.memory);
            for frame in Frame::ALL.into_iter().filter(|frame| *frame < top) {
                let Some(loc) = lane.location(&self.memory, frame) else { continue };
                if !matches!(
                    lane.program(frame).locs[loc].line.op,
                    Op::Do(_) | Op::Branch(..) | Op::BugOn(_)
                ) {
                    continue;
                }
                let by = Runner { cpu, frame };
                let line = system.line_of_interrupted(&mut self.memory, cpu, frame, loc);
                self.memory.take_back(print);
                lines.push(Touches::of_step(&system, &self.marks, &self.memory, by, &[line]));
            }
        }
        lines
    }

    fn compare(&mut self, state: StateId, next: &[Vec<Touches>]) {
        let mut place = None;
        for (number, one) in next.iter().enumerate() {
            for other in &next[number + 1..] {
                let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
                for race in pairs.flat_map(|(one, other)| one.races(other)) {
                    let key = race.key(&self.system);
                    if !self.found.contains_key(&key) {
                        let place = *place.get_or_insert(self.places.len());
                        self.found.insert(key, (race, place));
                    }
                }
            }
        }
        if place.is_some() {
            self.places.push(state);
        }
    }
}

impl Land for RaceLand {
    fn outcome(&mut self, state: StateId) -> Option<usize> {
        if let Some((print, delta)) = self.frontier.get(state) {
            let delta = delta.to_vec();
            self.expand(state, print, &delta);
            self.frontier.remove(state);
        }
        let last = self.places.len().checked_sub(1)?;
        (self.places[last] == state).then_some(last)
    }

    fn graph(&self) -> &Graph {
        &self.graph
    }
}
