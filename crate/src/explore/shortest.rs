//! For each outcome, the way with the fewest context switches, then the fewest steps.
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::{Graph, StateId, Way};
use crate::machine::Choice;

/// Where outcomes are, and how to go on.
pub trait Land {
    /// The outcome that a state belongs to, by number. Its edges are in the graph behind this, if
    /// they ever will be.
    fn outcome(&mut self, state: StateId) -> Option<usize>;
    /// The edges.
    fn graph(&self) -> &Graph;
}

/// Dijkstra's algorithm over (state, lane that ran last) with the pair (switches, steps) as cost;
/// both only grow, so the first arrival is the least.
pub struct Shortest {
    lanes: usize,
    nodes: Vec<Node>,
    /// Of equal ways the one found first wins, which is the one of the lower lanes.
    queue: BinaryHeap<Reverse<(u32, u32, u32)>>,
    pushed: u32,
    ways: Vec<Option<Way>>,
    missing: usize,
}

/// How a state was reached, with the lane that ran last.
#[derive(Clone, Copy)]
struct Node {
    cost: u32,
    came: u32,
    by: u8,
    /// How many steps of the lane were made with that.
    more: u8,
    settled: bool,
}

impl Node {
    const UNSEEN: Node = Node { cost: u32::MAX, came: 0, by: 0, more: 0, settled: false };
}

/// Switches above steps: both are far below 2^16 on any way that is worth showing.
const STEPS: u32 = 1 << 16;

impl Shortest {
    /// Ways from state 0, until as many outcomes as `outcomes` have one.
    pub fn new(lanes: usize, outcomes: usize) -> Shortest {
        let mut shortest = Shortest {
            lanes,
            nodes: Vec::new(),
            queue: BinaryHeap::new(),
            pushed: 0,
            ways: Vec::new(),
            missing: outcomes,
        };
        let start = shortest.node(0, lanes);
        shortest.reach(start, Node { cost: 0, came: start, ..Node::UNSEEN });
        shortest
    }

    fn node(&self, state: StateId, lane: usize) -> u32 {
        state * (self.lanes as u32 + 1) + lane as u32
    }

    fn reach(&mut self, at: u32, node: Node) {
        if self.nodes.len() <= at as usize {
            self.nodes.resize(at as usize + 1, Node::UNSEEN);
        }
        let known = &mut self.nodes[at as usize];
        if node.cost < known.cost {
            *known = node;
            self.pushed += 1;
            self.queue.push(Reverse((node.cost, self.pushed, at)));
        }
    }

    /// Settles about `fuel` nodes; whether there is more to do.
    pub fn advance(&mut self, land: &mut impl Land, fuel: usize) -> bool {
        for _ in 0..fuel {
            if self.missing == 0 {
                return false;
            }
            let Some(Reverse((cost, _, at))) = self.queue.pop() else { return false };
            if std::mem::replace(&mut self.nodes[at as usize].settled, true) {
                continue;
            }
            self.settle(land, cost, at);
        }
        true
    }

    fn settle(&mut self, land: &mut impl Land, cost: u32, at: u32) {
        let (state, lane) = (at / (self.lanes as u32 + 1), at as usize % (self.lanes + 1));
        if let Some(outcome) = land.outcome(state) {
            if self.ways.len() <= outcome {
                self.ways.resize(outcome + 1, None);
            }
            if self.ways[outcome].is_none() {
                self.ways[outcome] = Some(Way { choices: self.path(at), to: state });
                self.missing -= 1;
            }
        }
        for (edge, more) in land.graph().steps(state) {
            let (choice, cpu) = (edge.choice(), edge.choice().cpu());
            let switch = if lane != self.lanes && lane != cpu { STEPS } else { 0 };
            let to = self.node(edge.to(), cpu);
            let cost = cost.saturating_add(switch).saturating_add(1 + u32::from(more));
            let by = choice.to_bits();
            self.reach(to, Node { cost, came: at, by, more, settled: false });
        }
    }

    fn path(&self, mut at: u32) -> Vec<Choice> {
        let mut choices = Vec::new();
        while self.nodes[at as usize].came != at {
            let node = self.nodes[at as usize];
            let choice = Choice::from_bits(node.by);
            choices.extend((0..node.more).map(|_| Choice::Run(choice.cpu())));
            choices.push(choice);
            at = node.came;
        }
        choices.reverse();
        choices
    }

    /// The way to each outcome that was reached so far, by the outcome's number.
    pub fn ways(&self) -> &[Option<Way>] {
        &self.ways
    }

    /// As [`Shortest::ways`], at the end.
    pub fn into_ways(self) -> Vec<Option<Way>> {
        self.ways
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.queue.capacity() * 12
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::Edge;
    use super::*;

    /// A land whose outcomes are the states that no edge leaves.
    struct Drawn(Graph, Vec<Option<usize>>);

    impl Drawn {
        fn new(edges: &[Vec<(usize, StateId)>]) -> Drawn {
            let mut graph = Graph::default();
            let mut ends = 0;
            let mut outcomes = Vec::new();
            for (state, from) in edges.iter().enumerate() {
                graph.expand(state as StateId);
                let edges = from.iter().map(|(cpu, to)| Edge::new(Choice::Run(*cpu), *to));
                edges.for_each(|edge| graph.add(state as StateId, edge, 0));
                outcomes.push(from.is_empty().then_some(ends));
                ends += usize::from(from.is_empty());
            }
            Drawn(graph, outcomes)
        }
    }

    impl Land for Drawn {
        fn outcome(&mut self, state: StateId) -> Option<usize> {
            self.1[state as usize]
        }
        fn graph(&self) -> &Graph {
            &self.0
        }
    }

    fn ways(land: &mut Drawn, lanes: usize) -> Vec<Option<Way>> {
        let mut shortest = Shortest::new(lanes, usize::MAX);
        while shortest.advance(land, 7) {}
        shortest.into_ways()
    }

    fn cost(choices: &[Choice]) -> (usize, usize) {
        let switches = choices.windows(2).filter(|pair| pair[0].cpu() != pair[1].cpu()).count();
        (switches, choices.len())
    }

    /// 0 to 3 by three switches in three steps, or by one switch in five.
    #[test]
    fn fewer_switches_win_over_fewer_steps() {
        let mut land = Drawn::new(&[
            vec![(0, 1), (0, 4)],
            vec![(1, 2)],
            vec![(0, 3)],
            vec![],
            vec![(0, 5)],
            vec![(0, 6)],
            vec![(1, 7)],
            vec![(1, 3)],
        ]);
        let ways = ways(&mut land, 2);
        let way = ways[0].as_ref().unwrap();
        let lanes: Vec<usize> = way.choices.iter().map(|choice| choice.cpu()).collect();
        assert_eq!((lanes, way.to), (vec![0, 0, 0, 1, 1], 3));
    }

    /// The least cost of each end, by trying every path that visits no pair of a state and the lane
    /// that ran last twice.
    fn by_brute_force(
        land: &Drawn,
        path: &mut Vec<(StateId, Choice)>,
        best: &mut [(usize, usize)],
    ) {
        let at = path.last().map_or(0, |(to, _)| *to);
        let choices: Vec<Choice> = path.iter().map(|(_, choice)| *choice).collect();
        if let Some(end) = land.1[at as usize] {
            best[end] = best[end].min(cost(&choices));
        }
        for edge in land.0.from(at) {
            let same = |(to, choice): &(StateId, Choice)| {
                *to == edge.to() && choice.cpu() == edge.choice().cpu()
            };
            if !path.iter().any(same) {
                path.push((edge.to(), edge.choice()));
                by_brute_force(land, path, best);
                path.pop();
            }
        }
    }

    #[test]
    fn no_path_of_a_random_graph_is_shorter() {
        let mut random = 7u32;
        let mut below = |limit: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) % limit
        };
        let mut compared = 0;
        for _ in 0..1_000 {
            let states = 2 + below(7);
            let edges: Vec<Vec<(usize, StateId)>> = (0..states)
                .map(|_| {
                    let cpus: Vec<usize> = (0..3).filter(|_| below(2) > 0).collect();
                    cpus.into_iter().map(|cpu| (cpu, below(states))).collect()
                })
                .collect();
            let mut land = Drawn::new(&edges);
            let ends = land.1.iter().flatten().count();
            let mut best = vec![(usize::MAX, usize::MAX); ends];
            by_brute_force(&land, &mut Vec::new(), &mut best);
            let mut ways = ways(&mut land, 3);
            ways.resize(ends, None);
            for (way, best) in ways.iter().zip(best) {
                let found = way.as_ref().map_or((usize::MAX, usize::MAX), |way| cost(&way.choices));
                assert_eq!(found, best, "{edges:?}");
                compared += usize::from(way.is_some());
            }
        }
        assert!(compared > 300, "{compared}");
    }
}
