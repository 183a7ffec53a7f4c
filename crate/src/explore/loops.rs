//! Where executions may go on for ever. It is looked for in slices: a large graph takes a while.
use super::graph::{Graph, StateId};
use crate::machine::Choice;

/// Where an execution may go on for ever, as strongly connected components of the graph.
#[derive(Default)]
pub struct Loops {
    /// Under a fair scheduler.
    pub fair: Vec<Vec<StateId>>,
    /// Only under one that is fair in a weaker sense.
    pub weak: Vec<Vec<StateId>>,
}

const UNSEEN: u32 = u32::MAX;

/// Tarjan's strongly connected components without recursion (SIAM J. Comput. 1972): those that have
/// an edge inside.
pub struct Components {
    /// Edges from one part to another do not count.
    part: Vec<u32>,
    index: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<StateId>,
    work: Vec<(StateId, usize)>,
    roots: std::vec::IntoIter<StateId>,
    next: u32,
    found: Vec<Vec<StateId>>,
}

impl Components {
    /// Of all states, of which there are so many.
    pub fn new(states: usize) -> Components {
        Components {
            part: vec![0; states],
            index: vec![UNSEEN; states],
            low: vec![0; states],
            on_stack: vec![false; states],
            stack: Vec::new(),
            work: Vec::new(),
            roots: (0..states as StateId).collect::<Vec<_>>().into_iter(),
            next: 0,
            found: Vec::new(),
        }
    }

    /// Whether there are any, at the end.
    pub fn has_any(&self) -> bool {
        !self.found.is_empty()
    }

    /// Starts again with these states, which are a part.
    fn again(&mut self, states: Vec<StateId>) {
        states.iter().for_each(|state| self.index[*state as usize] = UNSEEN);
        (self.next, self.roots) = (0, states.into_iter());
    }

    /// Goes on, and takes the steps off the fuel; whether there is more to do.
    pub fn advance(&mut self, graph: &Graph, fuel: &mut usize) -> bool {
        while *fuel > 0 {
            *fuel -= 1;
            if let Some((state, edge)) = self.work.pop() {
                self.visit(graph, state, edge);
            } else if let Some(root) = self.roots.next() {
                if self.index[root as usize] == UNSEEN {
                    self.work.push((root, 0));
                }
            } else {
                return false;
            }
        }
        true
    }

    fn visit(&mut self, graph: &Graph, state: StateId, edge: usize) {
        let at = state as usize;
        if edge == 0 {
            (self.index[at], self.low[at]) = (self.next, self.next);
            self.next += 1;
            self.stack.push(state);
            self.on_stack[at] = true;
        }
        if let Some(to) = graph.from(state).get(edge).map(|edge| edge.to()) {
            self.work.push((state, edge + 1));
            let to_at = to as usize;
            if self.part[to_at] != self.part[at] {
                return;
            }
            if self.index[to_at] == UNSEEN {
                self.work.push((to, 0));
            } else if self.on_stack[to_at] {
                self.low[at] = self.low[at].min(self.index[to_at]);
            }
            return;
        }
        for to in graph.from(state).iter().map(|edge| edge.to() as usize) {
            if self.on_stack[to] && self.part[to] == self.part[at] {
                self.low[at] = self.low[at].min(self.low[to]);
            }
        }
        if self.low[at] == self.index[at] {
            let start = self.stack.iter().rposition(|other| *other == state);
            let start = start.expect("the root is on the stack");
            let component = &self.stack[start..];
            component.iter().for_each(|state| self.on_stack[*state as usize] = false);
            if component.len() > 1 || graph.from(state).iter().any(|edge| edge.to() == state) {
                self.found.push(component.to_vec());
            }
            self.stack.truncate(start);
        }
    }
}

/// The search for the states that lie on a cycle which a fair scheduler may follow for ever,
/// grouped by strongly connected component.
///
/// A scheduler is fair if a lane that can move again and again does move: spinlocks are queued
/// and sleepers are woken, so waiting for a lock that is freed in between does not starve
/// (strong fairness). A component in which some choice can be made and never is must do
/// without the states that offer it; what is left of it is looked at again (Emerson and Lei,
/// Sci. Comput. Program. 1987). The graph must be complete.
///
/// Apart from these, the components that only a weakly fair scheduler may stay in: one that
/// makes a choice which can be made all the time. Whatever is left out of a component, such a
/// choice is still not made in the rest, so only whole components need a look.
pub struct LoopSearch {
    components: Components,
    /// One more than the last part.
    parts: u32,
    /// Components that nobody has looked at.
    work: Vec<Vec<StateId>>,
    /// For each state, one more than the number of its component in the whole graph; nothing
    /// before these are known.
    whole: Vec<u32>,
    /// With the number in `whole`.
    weak: Vec<(u32, Vec<StateId>)>,
    fair: Vec<Vec<StateId>>,
}

impl LoopSearch {
    /// A search of so many states.
    pub fn new(states: usize) -> LoopSearch {
        LoopSearch {
            components: Components::new(states),
            parts: 1,
            work: Vec::new(),
            whole: Vec::new(),
            weak: Vec::new(),
            fair: Vec::new(),
        }
    }

    /// Goes on, and takes the steps off the fuel; whether there is more to do.
    pub fn advance(&mut self, graph: &Graph, fuel: &mut usize) -> bool {
        while !self.components.advance(graph, fuel) {
            let found = std::mem::take(&mut self.components.found);
            if self.whole.is_empty() {
                self.find_weak(graph, &found);
            }
            self.work.extend(found);
            let Some(component) = self.work.pop() else { return false };
            *fuel = fuel.saturating_sub(component.len());
            self.look_at(graph, component);
        }
        true
    }

    /// Keeps a fair component; of another one what is left is to be looked at.
    fn look_at(&mut self, graph: &Graph, component: Vec<StateId>) {
        self.set_apart(&component);
        let part = &self.components.part;
        let Some(offers) = graph.starving(&component, part, self.parts - 1) else { return };
        if offers.is_empty() {
            return self.fair.push(component);
        }
        let keeps = |state: &StateId| {
            !graph.from(*state).iter().any(|edge| offers.contains(&edge.choice()))
        };
        let rest: Vec<StateId> = component.into_iter().filter(keeps).collect();
        self.set_apart(&rest);
        self.components.again(rest);
    }

    /// Makes states a part.
    fn set_apart(&mut self, states: &[StateId]) {
        states.iter().for_each(|state| self.components.part[*state as usize] = self.parts);
        self.parts += 1;
    }

    /// Of the strongly connected components of the graph, those that a weakly fair scheduler may
    /// stay in.
    fn find_weak(&mut self, graph: &Graph, components: &[Vec<StateId>]) {
        self.whole = vec![0; self.components.part.len()];
        for (own, component) in (1..).zip(components) {
            component.iter().for_each(|state| self.whole[*state as usize] = own);
            let unmade = graph.starving(component, &self.whole, own);
            let offers = |state: &StateId, choice: Choice| graph.offers(*state, choice);
            let pauses = |choice| component.iter().any(|state| !offers(state, choice));
            if unmade.is_some_and(|unmade| unmade.into_iter().all(pauses)) {
                self.weak.push((own, component.clone()));
            }
        }
    }

    /// What was found, at the end.
    pub fn into_loops(self) -> Loops {
        let fair = self.fair.iter().map(|component| self.whole[component[0] as usize]);
        let fair: std::collections::BTreeSet<u32> = fair.collect();
        let weak = self.weak.into_iter().filter(|(own, _)| !fair.contains(own));
        Loops { fair: self.fair, weak: weak.map(|(_, component)| component).collect() }
    }
}
