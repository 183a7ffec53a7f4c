//! The graph of all states: which choice leads where, which cycles are fair, the way to a state
//! with the fewest context switches, and a turn round a fair cycle.
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

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

/// The edges found so far, grouped by the state that they leave.
#[derive(Default)]
pub struct Graph {
    /// Index of each state's first edge; states are expanded in the order of their numbers.
    firsts: Vec<usize>,
    edges: Vec<(Choice, StateId)>,
}

impl Graph {
    /// Starts the edges of the next state.
    pub fn expand_next(&mut self) {
        self.firsts.push(self.edges.len());
    }

    /// Adds an edge of the state that was started last.
    pub fn add(&mut self, choice: Choice, to: StateId) {
        self.edges.push((choice, to));
    }

    /// How many states have their edges.
    pub fn expanded(&self) -> usize {
        self.firsts.len()
    }

    /// How many edges there are.
    pub fn edges(&self) -> usize {
        self.edges.len()
    }

    /// The edges that leave a state; none of one that was not expanded.
    pub fn from(&self, state: StateId) -> &[(Choice, StateId)] {
        let state = state as usize;
        let Some(first) = self.firsts.get(state) else { return &[] };
        let end = self.firsts.get(state + 1).copied().unwrap_or(self.edges.len());
        &self.edges[*first..end]
    }

    /// The states that lie on a cycle which a fair scheduler may follow for ever, grouped by
    /// strongly connected component.
    ///
    /// A scheduler is fair if a lane that can move again and again does move: spinlocks are queued
    /// and sleepers are woken, so waiting for a lock that is freed in between does not starve
    /// (strong fairness). A component in which some choice can be made and never is must do
    /// without the states that offer it; what is left of it is looked at again (Emerson and Lei,
    /// Sci. Comput. Program. 1987). The graph must be complete.
    pub fn fair_components(&self) -> Vec<Vec<StateId>> {
        let mut part = vec![0u32; self.expanded()];
        let mut parts = 1;
        let mut fair = Vec::new();
        let mut work = self.components(&part, 0..self.expanded() as StateId);
        while let Some(component) = work.pop() {
            component.iter().for_each(|state| part[*state as usize] = parts);
            let offers = self.starving(&component, &part, parts);
            parts += 1;
            let Some(offers) = offers else { continue };
            if offers.is_empty() {
                fair.push(component);
                continue;
            }
            let keeps = |state: &StateId| {
                !self.from(*state).iter().any(|(choice, _)| offers.contains(choice))
            };
            let rest: Vec<StateId> = component.into_iter().filter(keeps).collect();
            rest.iter().for_each(|state| part[*state as usize] = parts);
            work.extend(self.components(&part, rest));
            parts += 1;
        }
        fair
    }

    /// The choices that a component offers and never makes inside itself; nothing if it has no
    /// edge inside.
    fn starving(&self, component: &[StateId], part: &[u32], own: u32) -> Option<Vec<Choice>> {
        // Few choices exist, so a list is searched faster than a set is built.
        let (mut made, mut offered): (Vec<Choice>, Vec<Choice>) = (Vec::new(), Vec::new());
        for (choice, to) in component.iter().flat_map(|state| self.from(*state)) {
            let list = if part[*to as usize] == own { &mut made } else { &mut offered };
            if !list.contains(choice) {
                list.push(*choice);
            }
        }
        offered.retain(|choice| !made.contains(choice));
        (!made.is_empty()).then_some(offered)
    }

    /// A turn round a fair component, from one of its states back to it, that makes every choice
    /// the component offers: whoever repeats it for ever is fair.
    ///
    /// It is short, but not the shortest, which is a travelling salesman's problem: it goes to the
    /// nearest choice that is not made yet until none is left, and then straight back.
    pub fn fair_loop(&self, component: &[StateId], start: StateId) -> Vec<Choice> {
        let mut inside = vec![false; self.expanded()];
        component.iter().for_each(|state| inside[*state as usize] = true);
        let mut missing: Vec<Choice> = Vec::new();
        for (choice, _) in component.iter().flat_map(|state| self.from(*state)) {
            if !missing.contains(choice) {
                missing.push(*choice);
            }
        }
        let (mut turn, mut at) = (Vec::new(), start);
        while !missing.is_empty() || at != start {
            let way = self.nearest(&inside, at, |choice, to| {
                if missing.is_empty() { to == start } else { missing.contains(&choice) }
            });
            let way = way.expect("a fair component is connected and makes what it offers");
            missing.retain(|choice| !way.choices.contains(choice));
            turn.extend(way.choices);
            at = way.to;
        }
        turn
    }

    /// The shortest way inside a set of states that ends with an edge that is wanted; of equal ones
    /// that of the lower lanes.
    fn nearest(
        &self,
        inside: &[bool],
        from: StateId,
        wanted: impl Fn(Choice, StateId) -> bool,
    ) -> Option<Way> {
        let mut came: Vec<Option<(StateId, Choice)>> = vec![None; inside.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(state) = queue.pop_front() {
            let edges = self.from(state).iter();
            for (choice, to) in edges.filter(|(_, to)| inside[*to as usize]) {
                if wanted(*choice, *to) {
                    let (mut choices, mut at) = (vec![*choice], state);
                    while let Some((before, choice)) = came[at as usize] {
                        choices.push(choice);
                        at = before;
                    }
                    choices.reverse();
                    return Some(Way { choices, to: *to });
                }
                if *to != from && came[*to as usize].is_none() {
                    came[*to as usize] = Some((state, *choice));
                    queue.push_back(*to);
                }
            }
        }
        None
    }

    /// Tarjan's strongly connected components of the given states, which are one part each of
    /// `part`, without recursion (SIAM J. Comput. 1972). Edges to other parts do not count.
    fn components(
        &self,
        part: &[u32],
        states: impl IntoIterator<Item = StateId>,
    ) -> Vec<Vec<StateId>> {
        const UNSEEN: u32 = u32::MAX;
        let mut index = vec![UNSEEN; part.len()];
        let mut low = vec![0u32; part.len()];
        let mut on_stack = vec![false; part.len()];
        let (mut stack, mut work, mut components) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = 0;
        for root in states {
            if index[root as usize] == UNSEEN {
                work.push((root, 0));
            }
            while let Some((state, edge)) = work.pop() {
                let at = state as usize;
                if edge == 0 {
                    (index[at], low[at]) = (next, next);
                    next += 1;
                    stack.push(state);
                    on_stack[at] = true;
                }
                if let Some((_, to)) = self.from(state).get(edge) {
                    work.push((state, edge + 1));
                    let to_at = *to as usize;
                    if part[to_at] != part[at] {
                        continue;
                    }
                    if index[to_at] == UNSEEN {
                        work.push((*to, 0));
                    } else if on_stack[to_at] {
                        low[at] = low[at].min(index[to_at]);
                    }
                    continue;
                }
                for (_, to) in self.from(state) {
                    if on_stack[*to as usize] && part[*to as usize] == part[at] {
                        low[at] = low[at].min(low[*to as usize]);
                    }
                }
                if low[at] == index[at] {
                    let start = stack.iter().rposition(|other| *other == state);
                    let component = stack.split_off(start.expect("the root is on the stack"));
                    component.iter().for_each(|state| on_stack[*state as usize] = false);
                    components.push(component);
                }
            }
        }
        components
    }

    /// For each target, the way to the nearest of its states: fewest context switches first, then
    /// fewest steps.
    ///
    /// Dijkstra's algorithm over (state, lane that ran last) with the pair (switches, steps) as
    /// cost; both only grow, so the first arrival is the least. `target` says which target a state
    /// belongs to, of `targets` in all.
    pub fn witnesses(
        &self,
        lanes: usize,
        targets: usize,
        target: impl Fn(StateId) -> Option<usize>,
    ) -> Vec<Option<Way>> {
        let node = |state: StateId, lane: usize| state as usize * (lanes + 1) + lane;
        let nodes = self.largest_state() as usize * (lanes + 1) + lanes + 1;
        let mut came: Vec<Option<(usize, Choice)>> = vec![None; nodes];
        let mut settled = vec![false; nodes];
        let mut found: Vec<Option<Way>> = vec![None; targets];
        let mut best = vec![(u32::MAX, u32::MAX); nodes];
        let start = node(0, lanes);
        best[start] = (0, 0);
        // Of equal ways the one found first wins, which is the one of the lower lanes.
        let mut found_at = 0u32;
        let mut queue = BinaryHeap::from([Reverse(((0u32, 0u32), found_at, start))]);
        let mut missing = targets;
        while let Some(Reverse(((switches, steps), _, at))) = queue.pop() {
            if std::mem::replace(&mut settled[at], true) {
                continue;
            }
            let (state, lane) = ((at / (lanes + 1)) as StateId, at % (lanes + 1));
            if let Some(target) = target(state).filter(|target| found[*target].is_none()) {
                found[target] = Some(Way { choices: path(&came, at), to: state });
                missing -= 1;
                if missing == 0 {
                    break;
                }
            }
            for (choice, to) in self.from(state) {
                let switch = u32::from(lane != lanes && lane != choice.cpu());
                let (cost, to) = ((switches + switch, steps + 1), node(*to, choice.cpu()));
                if cost < best[to] {
                    best[to] = cost;
                    came[to] = Some((at, *choice));
                    found_at += 1;
                    queue.push(Reverse((cost, found_at, to)));
                }
            }
        }
        found
    }

    fn largest_state(&self) -> StateId {
        let reached = self.edges.iter().map(|(_, to)| *to).max().unwrap_or(0);
        reached.max(self.expanded().saturating_sub(1) as StateId)
    }
}

fn path(came: &[Option<(usize, Choice)>], mut at: usize) -> Vec<Choice> {
    let mut choices = Vec::new();
    while let Some((from, choice)) = came[at] {
        choices.push(choice);
        at = from;
    }
    choices.reverse();
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[&[(usize, StateId)]]) -> Graph {
        let mut graph = Graph::default();
        for from in edges {
            graph.expand_next();
            from.iter().for_each(|(cpu, to)| graph.add(Choice::Run(*cpu), *to));
        }
        graph
    }

    fn lanes(choices: &[Choice]) -> Vec<usize> {
        choices.iter().map(|choice| choice.cpu()).collect()
    }

    /// The lanes that move in the turn round the graph's only fair component, from `start`.
    fn turn(graph: &Graph, start: StateId) -> Vec<usize> {
        let [component] = graph.fair_components().try_into().unwrap();
        lanes(&checked(graph, &component, start))
    }

    /// The turn, of which everything is checked that it promises but its shortness.
    fn checked(graph: &Graph, component: &[StateId], start: StateId) -> Vec<Choice> {
        let turn = graph.fair_loop(component, start);
        let mut at = start;
        for choice in &turn {
            let edge = graph.from(at).iter().find(|(other, _)| other == choice);
            at = edge.expect("the choice can be made").1;
            assert!(component.contains(&at), "{turn:?} leaves {component:?} for {at}");
        }
        assert_eq!(at, start, "{turn:?}");
        for (choice, _) in component.iter().flat_map(|state| graph.from(*state)) {
            assert!(turn.contains(choice), "{turn:?} never makes {choice:?}");
        }
        turn
    }

    /// 0 to 3 by three switches in three steps, or by one switch in five.
    #[test]
    fn fewer_switches_win_over_fewer_steps() {
        let graph = graph(&[
            &[(0, 1), (0, 4)],
            &[(1, 2)],
            &[(0, 3)],
            &[],
            &[(0, 5)],
            &[(0, 6)],
            &[(1, 7)],
            &[(1, 3)],
        ]);
        let found = graph.witnesses(2, 1, |state| (state == 3).then_some(0));
        let way = found[0].as_ref().unwrap();
        assert_eq!((lanes(&way.choices), way.to), (vec![0, 0, 0, 1, 1], 3));
    }

    #[test]
    fn a_cycle_that_starves_a_lane_is_not_fair() {
        // CPU0 spins between 0 and 1; CPU1 could always move to the end.
        let unfair = graph(&[&[(0, 1), (1, 2)], &[(0, 0), (1, 2)], &[]]);
        assert!(unfair.fair_components().is_empty());
        // The same spin with CPU1 blocked.
        let fair = graph(&[&[(0, 1)], &[(0, 0)]]);
        assert_eq!(fair.fair_components().len(), 1);
        // CPU1 waits for a lock that CPU0 takes and drops: it gets it in the end.
        let queued = graph(&[&[(0, 1), (1, 2)], &[(0, 0)], &[]]);
        assert!(queued.fair_components().is_empty());
        // Both move for ever; a way out that nobody must take does not help.
        let both = graph(&[&[(0, 1), (1, 0)], &[(0, 0), (1, 2)], &[]]);
        assert_eq!(both.fair_components().len(), 1);
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
            for _ in 0..states {
                graph.expand_next();
                for cpu in 0..3 {
                    if below(3) > 0 {
                        graph.add(Choice::Run(cpu), below(states));
                    }
                }
            }
            for component in graph.fair_components() {
                component.iter().for_each(|state| drop(checked(&graph, &component, *state)));
                loops += component.len();
            }
        }
        assert!(loops > 500, "{loops}");
    }
}
