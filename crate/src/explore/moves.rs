//! What choices do, as far as it was seen: found by what they look at.
//!
//! What a choice does is decided by the cells that it looks at, one after the other: which one is
//! next depends on the values of those before. So the moves of a lane's local state are the leaves
//! of a tree, whose nodes are the other cells that are looked at.
use super::facts::Held;
use super::parts::LocalId;
use crate::mm::fingerprint::Key;

/// A node of the tree, by number.
pub type NodeId = u32;

/// A move, by number.
pub type MoveId = u32;

/// The number of the move that was seen last and is not kept.
const ONCE: MoveId = 0;

/// Cells and the values that they get.
pub type Writes = Box<[(u32, u16)]>;

/// What a choice does where the cells that it looks at have certain values.
#[derive(Clone, Debug, Default)]
pub struct Move {
    /// Whether it can be made at all.
    pub able: bool,
    /// The lane's local state behind it.
    pub own: LocalId,
    /// What the fingerprint changes by because of the lanes' own cells.
    pub shift: Key,
    /// The units of a row that it writes, and their values: those of local states, and then those
    /// of columns.
    pub units: Box<[(u32, u16)]>,
    /// How many steps of the lane are made with it.
    pub more: u8,
    /// The cells that it writes, each once, and their values at last.
    pub cells: Writes,
    /// What each step wrote, where some were made together.
    pub each: Box<[Writes]>,
    /// The locks that the lane held before, where that was asked for.
    pub held: Box<[Held]>,
    /// Whether all lanes are through behind it, if other lanes' own cells were written.
    pub through: Option<bool>,
}

/// A place in the tree.
enum Node {
    /// Nothing is known.
    Unknown,
    /// Each of these cells is looked at, and had its value whenever one came here; where it leads.
    Same(Vec<(u32, u16)>, NodeId),
    /// This cell is looked at: where it leads for each value that was met, in order.
    Look(u32, Vec<(u16, NodeId)>),
    /// This is what is done.
    Known(MoveId),
}

/// The moves that were seen.
pub struct Moves {
    /// For each choice and local state where its tree starts.
    roots: Vec<Vec<NodeId>>,
    nodes: Vec<Node>,
    moves: Vec<Move>,
}

/// Trees that have grown so large do not repay what they take: some 40 MB then.
const MOST_NODES: usize = 1 << 18;

impl Moves {
    /// None was seen of this many choices.
    pub fn new(choices: usize) -> Moves {
        let (roots, moves) = (vec![Vec::new(); choices], vec![Move::default()]);
        Moves { roots, nodes: Vec::new(), moves }
    }

    /// Where the tree of a choice in a local state starts.
    pub fn root(&mut self, choice: usize, local: LocalId) -> NodeId {
        let roots = &mut self.roots[choice];
        while roots.len() <= local as usize {
            roots.push(self.nodes.len() as NodeId);
            self.nodes.push(Node::Unknown);
        }
        roots[local as usize]
    }

    /// The move that a tree has for a machine with these cells, if it was seen.
    #[inline]
    pub fn find(&self, mut node: NodeId, cells: &[u16]) -> Option<MoveId> {
        loop {
            node = match &self.nodes[node as usize] {
                Node::Unknown => return None,
                Node::Known(known) => return Some(*known),
                Node::Same(looks, next) => {
                    let is_same = |(cell, value): &(u32, u16)| cells[*cell as usize] == *value;
                    if !looks.iter().all(is_same) {
                        return None;
                    }
                    *next
                }
                Node::Look(cell, ways) => {
                    let value = cells[*cell as usize];
                    let way = ways.binary_search_by_key(&value, |(value, _)| *value);
                    ways[way.ok()?].1
                }
            }
        }
    }

    /// A move, by number.
    #[inline]
    pub fn at(&self, number: MoveId) -> &Move {
        &self.moves[number as usize]
    }

    /// Has a move at hand until the next one, and does not keep it.
    pub fn hold(&mut self, seen: Move) -> MoveId {
        self.moves[ONCE as usize] = seen;
        ONCE
    }

    /// Keeps a move that was not seen yet, behind these cells with these values.
    pub fn keep(&mut self, root: NodeId, looks: &[(u32, u16)], seen: Move) -> MoveId {
        if self.nodes.len() >= MOST_NODES {
            return self.hold(seen);
        }
        let number = self.moves.len() as MoveId;
        let (mut node, mut left) = (root, looks);
        let end = loop {
            let next = self.nodes.len() as NodeId;
            match &mut self.nodes[node as usize] {
                Node::Unknown => break self.add_way(node, left),
                Node::Known(_) => break node,
                Node::Same(same, then) => {
                    let pairs = same.iter().zip(left);
                    let common = pairs.take_while(|(one, other)| one == other).count();
                    if common == same.len() {
                        (node, left) = (*then, &left[common..]);
                        continue;
                    }
                    // From here on they are told apart by a cell's value.
                    let (then, rest) = (*then, same.split_off(common));
                    let (cell, value) = rest[0];
                    let parts = [
                        Node::Look(cell, vec![(value, next + 1)]),
                        Node::Same(rest[1..].to_vec(), then),
                    ];
                    let (head, same) = (next, std::mem::take(same));
                    self.nodes[node as usize] = Node::Same(same, head);
                    self.nodes.extend(parts);
                }
                Node::Look(cell, ways) => {
                    let Some(((looked_at, value), rest)) = left.split_first() else { break node };
                    debug_assert_eq!(cell, looked_at, "it depends on something else");
                    left = rest;
                    node = match ways.binary_search_by_key(value, |(value, _)| *value) {
                        Ok(way) => ways[way].1,
                        Err(way) => {
                            ways.insert(way, (*value, next));
                            self.nodes.push(Node::Unknown);
                            next
                        }
                    };
                }
            }
        };
        self.nodes[end as usize] = Node::Known(number);
        self.moves.push(seen);
        number
    }

    /// Goes on from a node of which nothing is known; the end of the way.
    fn add_way(&mut self, node: NodeId, looks: &[(u32, u16)]) -> NodeId {
        if looks.is_empty() {
            return node;
        }
        let end = self.nodes.len() as NodeId;
        self.nodes.push(Node::Unknown);
        self.nodes[node as usize] = Node::Same(looks.to_vec(), end);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mm::chance::Chance;

    const CELLS: u64 = 6;

    /// What is looked at by a program that goes on by what it finds, in a machine with these cells.
    fn looks(program: u64, cells: &[u16]) -> Vec<(u32, u16)> {
        let mut chance = Chance::seeded(program);
        let mut looks: Vec<(u32, u16)> = Vec::new();
        for _ in 0..chance.below(CELLS) {
            let cell = chance.below(CELLS) as u32;
            let value = cells[cell as usize];
            if looks.iter().all(|(known, _)| *known != cell) {
                looks.push((cell, value));
            }
            chance = Chance::seeded(chance.word() ^ u64::from(value));
        }
        looks
    }

    fn of(looks: &[(u32, u16)]) -> Move {
        Move { able: true, cells: looks.into(), ..Move::default() }
    }

    #[test]
    fn a_move_is_found_again_by_what_it_looked_at() {
        let mut chance = Chance::seeded(7);
        let mut moves = Moves::new(2);
        let (mut found, mut kept) = (0, 0);
        for _ in 0..60_000 {
            let cells: Vec<u16> = (0..CELLS).map(|_| chance.below(3) as u16).collect();
            let (choice, local) = (chance.below(2) as usize, chance.below(20) as LocalId);
            let looks = looks(u64::from(local) * 2 + choice as u64, &cells);
            let root = moves.root(choice, local);
            let number = match moves.find(root, &cells) {
                Some(number) => {
                    found += 1;
                    number
                }
                None => {
                    kept += 1;
                    moves.keep(root, &looks, of(&looks))
                }
            };
            assert_eq!(*moves.at(number).cells, *looks);
            assert_eq!(moves.find(root, &cells), Some(number));
        }
        assert!(kept > 200 && found > 50_000, "{kept} kept, {found} found again");
    }

    #[test]
    fn a_move_that_is_held_is_not_found_again() {
        let mut moves = Moves::new(1);
        let root = moves.root(0, 3);
        let held = moves.hold(of(&[(1, 2)]));
        assert_eq!(*moves.at(held).cells, [(1, 2)]);
        assert_eq!(moves.find(root, &[0; 6]), None);
    }
}
