//! Lanes that run the same, taken for one another.
//!
//! A renaming of lanes maps each state to one in which the lanes have changed places. Where it maps
//! every step to a step, states that differ in nothing else lead to the same outcomes but for the
//! names in them, and one of them is enough (Clarke and others, and Emerson and Sistla, both in
//! *Formal Methods in System Design* 9, 1996). The states that are kept are ones that were reached,
//! so ways to them are executions; only what they are known by is the same for all of them.
//!
//! Two lanes are alike if they have the same program, process and starting cells, and no other lane
//! names them. What a cell says of a lane is put to that lane's account: a lock that it holds, a
//! page on its list. What is left names no lane, and the accounts in the order of their sums do not
//! tell either whose they are. What one lane says of another has no place in this, nor has a line
//! that goes through the CPUs by number: a search that meets such a thing is made again without.
use std::sync::Arc;

use super::alike::{Kind, Lanes, Swap};
use super::delta;
use super::facts::Known;
use crate::machine::{Frame, System};
use crate::mm::chance::Chance;
use crate::mm::fingerprint::{self, Key};
use crate::mm::{Memory, OwnList, Word};

/// What a search has to know of lanes that are alike.
pub struct Symmetry {
    lanes: Lanes,
    /// Lanes that are alike, lowest first, two or more each.
    classes: Vec<Vec<usize>>,
    /// The lanes of all classes, one bit each.
    moved: u16,
    /// The lowest lane that each is like.
    home: Vec<usize>,
    /// Each cell's: those of lanes that are alike have the same.
    keys: Box<[Key]>,
    /// For each lane those of the words of a sum.
    ranks: Vec<[Key; WORDS]>,
    swaps: Vec<Swap>,
}

/// A sum has so many words of 16 bits.
const WORDS: usize = 8;

/// The sums over what a state says: of all that names no lane, and of each lane.
#[derive(Clone, Default)]
pub struct Sums {
    shared: Key,
    lanes: Vec<Key>,
    /// Something was met that cannot be said of one lane alone.
    failed: bool,
}

impl Sums {
    /// Adds others, or takes them away.
    fn count(&mut self, other: &Sums, times: u64) {
        add(&mut self.shared, other.shared, times);
        self.lanes.iter_mut().zip(&other.lanes).for_each(|(own, other)| add(own, *other, times));
        self.failed |= other.failed && times == 1;
    }
}

fn add(sum: &mut Key, key: Key, times: u64) {
    sum.iter_mut().zip(key).for_each(|(sum, key)| *sum = sum.wrapping_add(key.wrapping_mul(times)));
}

impl Symmetry {
    /// The lanes that are alike in a system and at its start, if any are.
    pub fn of(system: &System, start: &Memory) -> Option<Symmetry> {
        let lanes = Lanes::of(system)?;
        let all = system.lanes.len();
        let mut home: Vec<usize> = (0..all).collect();
        let mut swaps = Vec::new();
        for lane in 1..all {
            let mut others = (0..lane).filter(|other| home[*other] == *other);
            let swap = others.find_map(|other| lanes.swap(system, start, other, lane));
            if let Some(swap) = swap {
                home[lane] = swap.lanes[0];
                swaps.push(swap);
            }
        }
        let class = |first: usize| (first..all).filter(|lane| home[*lane] == first).collect();
        let classes: Vec<Vec<usize>> = (0..all).map(class).collect();
        let classes: Vec<_> = classes.into_iter().filter(|class| class.len() > 1).collect();
        let moved = classes.iter().flatten().fold(0, |lanes, lane| lanes | 1 << lane);
        let mut chance = Chance::seeded(fingerprint::SEED ^ 1);
        let mut keys = fingerprint::keys(&mut chance, system.layout.len());
        for swap in &swaps {
            let [first, other] = swap.lanes;
            for (own, like) in lanes.own[other].iter().zip(&lanes.own[first]) {
                keys[*own as usize] = keys[*like as usize];
            }
        }
        let rank = |_| std::array::from_fn(|_| fingerprint::key(&mut chance));
        let ranks = (0..all).map(rank).collect();
        let some = !swaps.is_empty();
        some.then_some(Symmetry { lanes, classes, moved, home, keys, ranks, swaps })
    }

    /// Renamings of two lanes that all others are made of.
    pub fn swaps(&self) -> &[Swap] {
        &self.swaps
    }

    /// Facts of lanes and of their cells are facts of all that are alike.
    pub fn share(&self, known: &mut Known, readers: &mut [u64]) {
        known.take_news();
        let mut news = true;
        while std::mem::take(&mut news) {
            for Swap { lanes, cells, .. } in &self.swaps {
                known.learn_of_other(*lanes, cells);
                for (cell, other) in cells.iter().map(|other| *other as usize).enumerate() {
                    let all = readers[cell] | readers[other];
                    news |= readers[cell] != all;
                    readers[cell] = all;
                }
            }
            news |= known.take_news();
        }
    }

    fn moves(&self, lane: usize) -> bool {
        self.moved & 1 << lane != 0
    }

    /// A cell has changed.
    fn change(&self, sums: &mut Sums, cell: usize, old: u16, new: u16) {
        let key = self.keys[cell];
        let more = u64::from(new).wrapping_sub(u64::from(old));
        match self.lanes.kinds[cell] {
            Kind::Plain => add(&mut sums.shared, key, more),
            Kind::Of(lane) => add(&mut sums.lanes[lane], key, more),
            kind => {
                self.put(sums, kind, key, old, u64::MAX);
                self.put(sums, kind, key, new, 1);
                sums.failed |= self.fails(kind, new);
            }
        }
    }

    /// Puts what a value says to the accounts of whom it is said.
    fn put(&self, sums: &mut Sums, kind: Kind, key: Key, value: u16, times: u64) {
        let own = |lane: usize, what: usize| (lane, (what as u64 + 1).wrapping_mul(times));
        let said = match kind {
            Kind::Holders => {
                add(&mut sums.shared, key, u64::from(value & !self.moved).wrapping_mul(times));
                let held = value & self.moved;
                let holders = (0..sums.lanes.len()).filter(|lane| held & 1 << lane != 0);
                return holders.for_each(|lane| add(&mut sums.lanes[lane], key, times));
            }
            Kind::HoldersOf(lane) => {
                // As if it were the lowest of its like.
                let own = value >> lane & 1;
                let value = value & !self.moved | own << self.home[lane];
                return add(&mut sums.lanes[lane], key, u64::from(value).wrapping_mul(times));
            }
            Kind::List => {
                <Option<OwnList>>::from_word(value).map(|list| own(list.cpu, list.kind as usize))
            }
            Kind::Number => value.checked_sub(1).map(|lane| own(usize::from(lane), 0)),
            Kind::Bug => value
                .checked_sub(1)
                .map(usize::from)
                .map(|number| own(number / Frame::ALL.len(), number % Frame::ALL.len())),
            Kind::Plain | Kind::Of(_) | Kind::Call => None,
        };
        match said.filter(|(lane, _)| self.moves(*lane)) {
            Some((lane, times)) => add(&mut sums.lanes[lane], key, times),
            None => add(&mut sums.shared, key, u64::from(value).wrapping_mul(times)),
        }
    }

    /// Whether one lane says something of another there.
    fn fails(&self, kind: Kind, value: u16) -> bool {
        match kind {
            Kind::HoldersOf(lane) => value & self.moved & !(1 << lane) != 0,
            Kind::Call => value != 0,
            _ => false,
        }
    }

    /// Locals that name the lane, or what is the lane's, are as those of the lowest of its like.
    fn rename_locals(&self, sums: &mut Sums, system: &System, cells: &[u16], lane: usize) {
        self.lanes.names(system, cells, lane, |cell, local| {
            let value = cells[cell];
            match self.lanes.as_in(lane, self.home[lane], local, value) {
                Some(named) => {
                    let more = u64::from(named).wrapping_sub(u64::from(value));
                    add(&mut sums.lanes[lane], self.keys[cell], more);
                }
                None => sums.failed = true,
            }
        });
    }

    /// What all states have in common that differ in whose account is whose.
    ///
    /// The sums of a class go into it as numbers of 16-bit words do, in order. For two states that
    /// are no renaming of each other some account of one is none of the other's, and two accounts
    /// have the same sum with a probability of 2^-98; so the probability that they are taken for
    /// one is less than twice that of other fingerprints.
    fn print(&self, sums: &Sums) -> u128 {
        let mut all = sums.shared;
        let mut ordered = [0u128; 16];
        for class in &self.classes {
            let ordered = &mut ordered[..class.len()];
            let own = class.iter().map(|lane| fingerprint::value(sums.lanes[*lane]));
            ordered.iter_mut().zip(own).for_each(|(place, own)| *place = own);
            ordered.sort_unstable();
            for (lane, sum) in class.iter().zip(ordered) {
                for (word, key) in self.ranks[*lane].iter().enumerate() {
                    add(&mut all, *key, u64::from((*sum >> (16 * word)) as u16));
                }
            }
        }
        fingerprint::value(all)
    }
}

/// What the states are known by that a worker comes to.
pub struct Canon {
    symmetry: Arc<Symmetry>,
    /// The cells of the first state, and what they say.
    first: Box<[u16]>,
    base: Sums,
    /// Of the state that is expanded, with its cells.
    here: Sums,
    cells: Vec<u16>,
    /// Of one behind it.
    there: Sums,
    back: Vec<(u32, u16)>,
    failed: bool,
}

impl Canon {
    /// For a search from a state with these cells.
    pub fn new(symmetry: Arc<Symmetry>, base: &[u16]) -> Canon {
        let lanes = vec![Key::default(); symmetry.home.len()];
        let mut sums = Sums { lanes, ..Sums::default() };
        let start = base.iter().enumerate();
        start.for_each(|(cell, value)| symmetry.change(&mut sums, cell, 0, *value));
        let (here, there) = (sums.clone(), sums.clone());
        let (cells, back) = (base.to_vec(), Vec::new());
        let failed = sums.failed;
        Canon { symmetry, failed, first: base.into(), base: sums, here, cells, there, back }
    }

    /// The memory is in a state that differs so from the first.
    pub fn stand(&mut self, memory: &Memory, delta: &[(u16, u16)]) {
        self.cells.copy_from_slice(memory.cells());
        self.here.clone_from(&self.base);
        for (cell, value) in delta::changes(delta) {
            self.symmetry.change(&mut self.here, cell, self.first[cell], value);
        }
    }

    /// What the state that the memory has come to is known by.
    pub fn print(&mut self, system: &System, memory: &Memory) -> u128 {
        self.there.clone_from(&self.here);
        for (cell, value) in memory.changes() {
            self.change(cell as usize, value);
        }
        for lane in self.symmetry.classes.iter().flatten() {
            self.symmetry.rename_locals(&mut self.there, system, memory.cells(), *lane);
        }
        self.told()
    }

    /// The number of the sums of a state behind the one at hand, which is left as it is.
    fn told(&mut self) -> u128 {
        self.back.drain(..).for_each(|(cell, old)| self.cells[cell as usize] = old);
        self.failed |= self.there.failed;
        self.symmetry.print(&self.there)
    }

    /// The state at hand is the first one, but for the lanes' own cells: these are not counted.
    pub fn begin(&mut self) {
        self.here.clone_from(&self.base);
    }

    /// In the state at hand a cell has this value, that is of no lane's own; told once of each.
    pub fn bring(&mut self, cell: usize, value: u16) {
        self.cells[cell] = value;
        if value != self.first[cell] {
            self.symmetry.change(&mut self.here, cell, self.first[cell], value);
        }
    }

    /// In the state at hand a lane says this.
    pub fn add(&mut self, sums: &Sums) {
        self.here.count(sums, 1);
    }

    /// What a lane's own cells with these values say, beyond what they did at first.
    pub fn of_local(
        &mut self,
        system: &System,
        lane: usize,
        values: impl Iterator<Item = (usize, u16)>,
    ) -> Sums {
        let lanes = vec![Key::default(); self.symmetry.home.len()];
        let mut sums = Sums { lanes, ..Sums::default() };
        for (cell, value) in values {
            self.cells[cell] = value;
            self.symmetry.change(&mut sums, cell, self.first[cell], value);
        }
        if self.symmetry.moves(lane) {
            self.symmetry.rename_locals(&mut sums, system, &self.cells, lane);
        }
        sums
    }

    /// Leaves the state at hand for one behind it.
    pub fn leave(&mut self) {
        self.there.clone_from(&self.here);
    }

    /// A lane says something else there.
    pub fn replace(&mut self, from: &Sums, to: &Sums) {
        self.there.count(from, u64::MAX);
        self.there.count(to, 1);
    }

    /// What the state there is known by, with these values of cells that are of no lane's own.
    pub fn print_of(&mut self, cells: impl Iterator<Item = (usize, u16)>) -> u128 {
        for (cell, value) in cells {
            self.change(cell, value);
        }
        self.told()
    }

    /// A cell has another value there.
    fn change(&mut self, cell: usize, value: u16) {
        let old = std::mem::replace(&mut self.cells[cell], value);
        if old != value {
            self.back.push((cell as u32, old));
            self.symmetry.change(&mut self.there, cell, old, value);
        }
    }

    /// Whether a state since the last call says something of a lane that is for no other to say.
    pub fn take_failure(&mut self) -> bool {
        std::mem::take(&mut self.failed)
    }
}
