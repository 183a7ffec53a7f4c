//! What a search has found so far: states, the steps between them, and outcomes.
use std::collections::HashMap;

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use super::alike::Swap;
use super::delta::Pair;
use super::frontier::Frontier;
use super::graph::{Edge, Graph, StateId};
use super::search::Bounds;
use super::visited::Visited;
use super::worker::{Expanded, Finds, Kept, Step};
use crate::machine::Choice;
use crate::scenario::Outcome;

/// What a search has found.
pub struct Chart {
    /// The states.
    pub visited: Visited,
    /// Which choice leads where.
    pub graph: Graph,
    /// The states that are not expanded.
    pub frontier: Frontier,
    /// All states before are expanded.
    pub first: usize,
    /// How each state was first reached: from where, by which choice, and how many steps more.
    reached: Vec<(StateId, u8, u8)>,
    /// One more than the last state of the level that is being expanded.
    pub level_end: usize,
    /// Levels before that one.
    pub depth: usize,
    /// In the order in which they were found.
    pub outcomes: IndexSet<Outcome, FixedState>,
    /// The outcome of each state that has one.
    pub ends: HashMap<StateId, usize, FixedState>,
    /// How each outcome was found first.
    firsts: Vec<First>,
    /// Some step leads to a state that was not found later than where it starts.
    pub leads_back: bool,
    /// Some state has choices that were not made.
    pub reduced: bool,
    /// Lanes turned out not to be alike.
    pub tells_lanes_apart: bool,
}

/// A state with an outcome, in which the lanes are to have other numbers: none if it is empty.
struct First {
    state: StateId,
    lanes: Vec<usize>,
}

impl Chart {
    /// Of a search that is about to start.
    ///
    /// `row` is what the start waits as.
    pub fn new(exact: bool, start: &Kept, row: &[Pair]) -> Chart {
        let mut chart = Chart {
            visited: Visited::new(exact),
            graph: Graph::default(),
            frontier: Frontier::default(),
            first: 0,
            reached: vec![(0, 0, 0)],
            level_end: 1,
            depth: 0,
            outcomes: IndexSet::with_hasher(FixedState::default()),
            ends: HashMap::with_hasher(FixedState::default()),
            firsts: Vec::new(),
            leads_back: false,
            reduced: false,
            tells_lanes_apart: false,
        };
        chart.visited.insert(start.print, || &start.delta);
        chart.frontier.push(start.print, row, row.len());
        chart
    }

    /// The next of the level that are not expanded, at most `most`.
    pub fn next(&mut self, most: usize, next: &mut Vec<StateId>) {
        next.clear();
        while next.len() < most && self.first < self.level_end {
            let state = self.first as StateId;
            next.extend(self.frontier.get(state).map(|_| state));
            self.first += 1;
        }
    }

    /// What became of a state, whose steps are those from `first` on; lanes that are alike change
    /// places by `swaps`.
    pub fn put(
        &mut self,
        base: &[u16],
        swaps: &[Swap],
        finds: &mut Finds,
        number: usize,
        first: usize,
    ) {
        let Expanded { state, ref mut end, steps, reduced, tells_lanes_apart } =
            finds.expanded[number];
        self.reduced |= reduced;
        self.tells_lanes_apart |= tells_lanes_apart;
        if let Some(outcome) = end.take() {
            self.record(state, outcome, swaps);
        }
        self.graph.expand(state);
        for number in first..first + steps {
            let Step { choice, more, to, .. } = finds.steps[number];
            let to = to.unwrap_or_else(|| self.arrive(base, finds, number, state));
            self.leads_back |= (to as usize) < self.level_end;
            self.graph.add(state, Edge::new(choice, to), more);
        }
        self.frontier.remove(state);
    }

    /// The number of the state that a step leads to.
    fn arrive(&mut self, base: &[u16], finds: &mut Finds, step: usize, from: StateId) -> StateId {
        let Step { choice, more, print, .. } = finds.steps[step];
        let (state, new) =
            self.visited.insert(print, || finds.delta(step, base, self.frontier.delta(from)));
        if new {
            self.reached.push((from, choice.to_bits(), more));
            let counted = finds.counted(step, base, self.frontier.delta(from));
            self.frontier.push(print, finds.delta(step, base, self.frontier.delta(from)), counted);
        }
        state
    }

    /// Adds an outcome, and those of executions in which lanes have changed places.
    pub fn record(&mut self, state: StateId, outcome: Outcome, swaps: &[Swap]) {
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

    /// The choices by which an outcome was first found.
    pub fn first_way(&self, outcome: usize) -> Option<Vec<Choice>> {
        let First { state, lanes } = self.firsts.get(outcome)?;
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
            let (from, by, more) = self.reached[state as usize];
            let choice = Choice::from_bits(by);
            choices.extend((0..more).map(|_| Choice::Run(choice.cpu())));
            choices.push(choice);
            state = from;
        }
        choices.reverse();
        choices
    }

    /// Whether it must not grow any more.
    pub fn is_bounded(&self, bounds: Bounds) -> bool {
        self.visited.len() >= bounds.states || self.bytes() >= bounds.bytes
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.visited.bytes()
            + self.frontier.bytes()
            + self.reached.capacity() * size_of::<(StateId, u8, u8)>()
            + self.graph.bytes()
    }
}
