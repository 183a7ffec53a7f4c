//! The graph of all states: which choice leads where, and a turn round a fair cycle.
use std::collections::VecDeque;
use std::num::NonZeroU32;

use crate::machine::Choice;

/// A state, by the order in which it was found; 0 is the start.
pub type StateId = u32;

/// A way through the graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// The choices, in order.
    pub choices: Vec<Choice>,
    /// The state that they lead to.
    pub to: StateId,
}

/// A choice and where it leads, in 32 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge(u32);

/// One more than the largest number of a state that an [`Edge`] can lead to.
pub const MOST_STATES: usize = 1 << 26;

impl Edge {
    /// `to` is below [`MOST_STATES`].
    pub fn new(choice: Choice, to: StateId) -> Edge {
        Edge(to << 6 | u32::from(choice.to_bits()))
    }

    /// The choice.
    pub fn choice(self) -> Choice {
        Choice::from_bits((self.0 & 63) as u8)
    }

    /// The state that it leads to.
    pub fn to(self) -> StateId {
        self.0 >> 6
    }
}

/// The edges found so far, grouped by the state that they leave.
#[derive(Default)]
pub struct Graph {
    /// Where the edges of each state are, and how many; nothing of one that was not expanded.
    spans: Vec<Option<(NonZeroU32, u8)>>,
    edges: Vec<Edge>,
    /// How many steps of the lane are made with each, if any are.
    more: Vec<u8>,
}

impl Graph {
    /// Starts the edges of a state: it has none yet.
    pub fn expand(&mut self, state: StateId) {
        let at = state as usize;
        if self.spans.len() <= at {
            self.spans.resize(at + 1, None);
        }
        // One more than where they start, which is never 0.
        self.spans[at] = Some((NonZeroU32::MIN.saturating_add(self.edges.len() as u32), 0));
    }

    /// Adds an edge of the state that was started last.
    /// `more` steps of the lane are made with it.
    pub fn add(&mut self, state: StateId, edge: Edge, more: u8) {
        self.edges.push(edge);
        if more > 0 {
            self.more.resize(self.edges.len() - 1, 0);
            self.more.push(more);
        }
        if let Some(Some((_, count))) = self.spans.get_mut(state as usize) {
            *count += 1;
        }
    }

    /// How many edges there are.
    pub fn edges(&self) -> usize {
        self.edges.len()
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.spans.capacity() * size_of::<Option<(NonZeroU32, u8)>>()
            + self.edges.capacity() * 4
            + self.more.capacity()
    }

    /// The edges that leave a state; none of one that was not expanded.
    pub fn from(&self, state: StateId) -> &[Edge] {
        let Some(Some((start, count))) = self.spans.get(state as usize) else { return &[] };
        let first = start.get() as usize - 1;
        &self.edges[first..first + usize::from(*count)]
    }

    /// The edges that leave a state, each with the number of steps that are made with it.
    pub fn steps(&self, state: StateId) -> impl Iterator<Item = (Edge, u8)> + '_ {
        let span = self.spans.get(state as usize).copied().flatten();
        let first = span.map_or(0, |(start, _)| start.get() as usize - 1);
        let more = move |number: usize| self.more.get(first + number).copied().unwrap_or(0);
        let edges = self.from(state).iter().enumerate();
        edges.map(move |(number, edge)| (*edge, more(number)))
    }

    /// Whether a choice can be made in a state.
    pub fn offers(&self, state: StateId, choice: Choice) -> bool {
        self.from(state).iter().any(|edge| edge.choice() == choice)
    }

    /// The choices that a component offers and never makes inside itself; nothing if it has no
    /// edge inside.
    pub fn starving(&self, component: &[StateId], part: &[u32], own: u32) -> Option<Vec<Choice>> {
        // Few choices exist, so a list is searched faster than a set is built.
        let (mut made, mut offered): (Vec<Choice>, Vec<Choice>) = (Vec::new(), Vec::new());
        for edge in component.iter().flat_map(|state| self.from(*state)) {
            let list = if part[edge.to() as usize] == own { &mut made } else { &mut offered };
            if !list.contains(&edge.choice()) {
                list.push(edge.choice());
            }
        }
        offered.retain(|choice| !made.contains(choice));
        (!made.is_empty()).then_some(offered)
    }

    /// A turn round a component, from one of its states back to it, that makes every choice which
    /// the component makes, and comes by where a choice that it does not make cannot be made:
    /// whoever repeats it for ever is fair, strongly if every choice offered is made inside.
    ///
    /// It is short, but not the shortest, which is a travelling salesman's problem: it goes to the
    /// nearest choice that is not made yet until none is left, and then straight back.
    pub fn fair_loop(&self, component: &[StateId], start: StateId) -> Vec<Choice> {
        let mut inside = vec![0; self.spans.len()];
        component.iter().for_each(|state| inside[*state as usize] = 1);
        let mut missing: Vec<Choice> = Vec::new();
        let edges = || component.iter().flat_map(|state| self.from(*state));
        for edge in edges().filter(|edge| inside[edge.to() as usize] == 1) {
            if !missing.contains(&edge.choice()) {
                missing.push(edge.choice());
            }
        }
        let mut offered = self.starving(component, &inside, 1).unwrap_or_default();
        let (mut turn, mut at) = (Vec::new(), start);
        offered.retain(|choice| self.offers(at, *choice));
        while !missing.is_empty() || !offered.is_empty() || at != start {
            let way = self.nearest(&inside, at, |choice, to| {
                if !missing.is_empty() {
                    missing.contains(&choice)
                } else if offered.is_empty() {
                    to == start
                } else {
                    offered.iter().any(|choice| !self.offers(to, *choice))
                }
            });
            let way = way.expect("a fair component is connected and makes what it offers");
            missing.retain(|choice| !way.choices.contains(choice));
            turn.extend(way.choices);
            at = way.to;
            offered.retain(|choice| self.offers(at, *choice));
        }
        turn
    }

    /// The shortest way inside a set of states that ends with an edge that is wanted; of equal ones
    /// that of the lower lanes.
    fn nearest(
        &self,
        inside: &[u32],
        from: StateId,
        wanted: impl Fn(Choice, StateId) -> bool,
    ) -> Option<Way> {
        let mut came: Vec<Option<(StateId, Choice)>> = vec![None; inside.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(state) = queue.pop_front() {
            let edges = self.from(state).iter();
            for edge in edges.filter(|edge| inside[edge.to() as usize] == 1) {
                let (choice, to) = (edge.choice(), edge.to());
                if wanted(choice, to) {
                    let (mut choices, mut at) = (vec![choice], state);
                    while let Some((before, choice)) = came[at as usize] {
                        choices.push(choice);
                        at = before;
                    }
                    choices.reverse();
                    return Some(Way { choices, to });
                }
                if to != from && came[to as usize].is_none() {
                    came[to as usize] = Some((state, choice));
                    queue.push_back(to);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::loops::{LoopSearch, Loops};
    use super::*;

    impl Graph {
        /// The loops of a whole graph, found in slices.
        fn loops(&self) -> Loops {
            let mut search = LoopSearch::new(self.spans.len());
            while search.advance(self, &mut 3) {}
            search.into_loops()
        }
    }

    fn graph(edges: &[&[(usize, StateId)]]) -> Graph {
        let mut graph = Graph::default();
        for (state, from) in edges.iter().enumerate() {
            graph.expand(state as StateId);
            let edges = from.iter().map(|(cpu, to)| Edge::new(Choice::Run(*cpu), *to));
            edges.for_each(|edge| graph.add(state as StateId, edge, 0));
        }
        graph
    }

    fn lanes(choices: &[Choice]) -> Vec<usize> {
        choices.iter().map(|choice| choice.cpu()).collect()
    }

    /// The lanes that move in the turn round the graph's only fair component, from `start`.
    fn turn(graph: &Graph, start: StateId) -> Vec<usize> {
        let [component] = graph.loops().fair.try_into().unwrap();
        lanes(&checked(graph, &component, start))
    }

    /// The turn, of which everything is checked that it promises but its shortness.
    fn checked(graph: &Graph, component: &[StateId], start: StateId) -> Vec<Choice> {
        let turn = graph.fair_loop(component, start);
        let mut at = start;
        for choice in &turn {
            let edge = graph.from(at).iter().find(|edge| edge.choice() == *choice);
            at = edge.expect("the choice can be made").to();
            assert!(component.contains(&at), "{turn:?} leaves {component:?} for {at}");
        }
        assert_eq!(at, start, "{turn:?}");
        for edge in component.iter().flat_map(|state| graph.from(*state)) {
            assert!(turn.contains(&edge.choice()), "{turn:?} never makes {:?}", edge.choice());
        }
        turn
    }

    #[test]
    fn an_edge_keeps_its_choice_and_where_it_leads() {
        for choice in [Choice::Run(0), Choice::Interrupt(15), Choice::Call(3), Choice::Drain(14)] {
            for to in [0, 1, MOST_STATES as StateId - 1] {
                let edge = Edge::new(choice, to);
                assert_eq!((edge.choice(), edge.to()), (choice, to));
            }
        }
    }

    #[test]
    fn a_cycle_that_starves_a_lane_is_not_fair() {
        // CPU0 spins between 0 and 1; CPU1 could always move to the end.
        let unfair = graph(&[&[(0, 1), (1, 2)], &[(0, 0), (1, 2)], &[]]);
        assert!(unfair.loops().fair.is_empty());
        // The same spin with CPU1 blocked.
        let fair = graph(&[&[(0, 1)], &[(0, 0)]]);
        assert_eq!(fair.loops().fair.len(), 1);
        // CPU1 waits for a lock that CPU0 takes and drops: it gets it in the end.
        let queued = graph(&[&[(0, 1), (1, 2)], &[(0, 0)], &[]]);
        assert!(queued.loops().fair.is_empty());
        // Both move for ever; a way out that nobody must take does not help.
        let both = graph(&[&[(0, 1), (1, 0)], &[(0, 0), (1, 2)], &[]]);
        assert_eq!(both.loops().fair.len(), 1);
    }

    #[test]
    fn a_loop_that_is_only_weakly_fair_comes_by_where_the_starved_lane_cannot_move() {
        // CPU1 waits for a lock that CPU0 takes and drops; it might always be too late.
        let queued = graph(&[&[(0, 1), (1, 2)], &[(0, 0)], &[]]);
        let [component] = queued.loops().weak.try_into().unwrap();
        assert_eq!(lanes(&queued.fair_loop(&component, 0)), [0, 0]);
        // CPU0 may spin on the spot at 0, and must not for ever: CPU1 can move all the time there.
        let spot = graph(&[&[(0, 0), (1, 2), (2, 1)], &[(2, 0)], &[]]);
        let [component] = spot.loops().weak.try_into().unwrap();
        assert_eq!(lanes(&spot.fair_loop(&component, 0)), [0, 2, 2]);
        // One that can move all the time does move, and what is fair anyway is not told twice.
        assert!(graph(&[&[(0, 1), (1, 2)], &[(0, 0), (1, 2)], &[]]).loops().weak.is_empty());
        assert!(graph(&[&[(0, 1)], &[(0, 0)]]).loops().weak.is_empty());
    }

    #[test]
    fn a_loop_returns_to_where_it_started() {
        // A step on the spot; a ring, from each of its states.
        assert_eq!(turn(&graph(&[&[(0, 0)]]), 0), [0]);
        let ring = graph(&[&[(0, 1)], &[(1, 2)], &[(2, 0)]]);
        assert_eq!(turn(&ring, 0), [0, 1, 2]);
        assert_eq!(turn(&ring, 2), [2, 0, 1]);
        // 0 lies before the loop, and is no part of it.
        assert_eq!(turn(&graph(&[&[(0, 1)], &[(0, 2)], &[(1, 1)]]), 2), [1, 0]);
    }

    #[test]
    fn a_loop_makes_every_choice_of_its_component_and_stays_inside() {
        // CPU0 spins on the spot and CPU1 goes round: the shortest cycle would starve it.
        let both = graph(&[&[(0, 0), (1, 1)], &[(0, 1), (1, 0)]]);
        assert_eq!(turn(&both, 0), [0, 1, 1]);
        assert_eq!(turn(&both, 1), [0, 1, 1]);
        // CPU1 can leave for ever at 1, and need not: it moves on the spot at 2. CPU2 moves only
        // on the long way from 2 to 0.
        let graph =
            graph(&[&[(0, 1)], &[(0, 2), (1, 4)], &[(0, 0), (1, 2), (2, 3)], &[(0, 0)], &[]]);
        assert_eq!(turn(&graph, 0), [0, 0, 1, 2, 0]);
        assert_eq!(turn(&graph, 3), [0, 0, 0, 1, 2]);
    }

    #[test]
    fn every_fair_component_of_random_graphs_has_a_loop_from_each_of_its_states() {
        let mut random = 1u32;
        let mut below = |limit: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) % limit
        };
        let mut loops = 0;
        for _ in 0..500 {
            let mut graph = Graph::default();
            let states = 1 + below(12);
            for state in 0..states {
                let cpus: Vec<usize> = (0..3).filter(|_| below(3) > 0).collect();
                graph.expand(state);
                for cpu in cpus {
                    graph.add(state, Edge::new(Choice::Run(cpu), below(states)), 0);
                }
            }
            for component in graph.loops().fair {
                component.iter().for_each(|state| drop(checked(&graph, &component, *state)));
                loops += component.len();
            }
        }
        assert!(loops > 500, "{loops}");
    }
}
