//! Makes the steps of states by looking them up: a line is run once for each way that what it looks
//! at can be, and from then on what it did is done again.
//!
//! A state waits as a row, in units of 16 bits: two for the number of each lane's local state, and
//! a column for each other cell that was ever written, which is 0 where the cell is as at the
//! start. Its fingerprint is that of the memory.
use std::sync::{Arc, Mutex};

use super::accounts::Accounts;
use super::delta::Pair;
use super::facts::{Held, Known};
use super::graph::StateId;
use super::moves::{Move, MoveId, Moves, NodeId};
use super::parts::{Home, LocalId, Numbers, Parts};
use super::reduction::Less;
use super::symmetry::Canon;
use super::worker::Finds;
use crate::machine::{Choice, Frame, Lane, System};
use crate::mm::fingerprint::{Fingerprint, difference};
use crate::mm::{Cell, Memory};
use crate::scenario::{End, Outcome};

/// Steps that were seen, and the state at hand.
pub struct Table {
    parts: Parts,
    moves: Moves,
    base: Box<[u16]>,
    print: Fingerprint,
    /// The local states of the state at hand.
    ids: Vec<LocalId>,
    /// Those that the memory has, if it has them; in all else it is at the state at hand.
    brought: Vec<Option<LocalId>>,
    /// The memory is anywhere.
    is_strange: bool,
    /// Own cells of lanes that other lanes look at: they are always as in the state at hand.
    shown: Vec<u32>,
    /// What is looked at beside the lane's own cells, and its values.
    looks: Vec<(u32, u16)>,
    /// The choices that can be made, and the locks that each lane holds, where it matters.
    able: Vec<Choice>,
    held: Vec<Vec<Held>>,
    /// What states are known by, where lanes are taken for one another.
    alike: Option<Accounts>,
}

impl Table {
    /// No step was seen yet.
    pub fn new(
        system: &System,
        base: &[u16],
        numbers: &Arc<Mutex<Numbers>>,
        alike: Option<Canon>,
    ) -> Table {
        Table {
            alike: alike.map(|canon| Accounts::new(canon, system.lanes.len())),
            parts: Parts::new(system, numbers),
            // A reduced search asks whether a choice can be made before it makes it.
            moves: Moves::new(2 * system.choices().count()),
            base: base.into(),
            print: Fingerprint::of(base),
            ids: vec![0; system.lanes.len()],
            brought: vec![None; system.lanes.len()],
            is_strange: true,
            shown: Vec::new(),
            looks: Vec::new(),
            able: Vec::new(),
            held: vec![Vec::new(); system.lanes.len()],
        }
    }

    /// The row of the first state, which a memory is in.
    pub fn row(&mut self, system: &System, memory: &Memory) -> Vec<Pair> {
        let cpus = 0..self.ids.len();
        let local = |cpu: usize| self.parts.find(system, memory, cpu, &self.print);
        cpus.map(local).map(halves).collect()
    }

    /// Looks up the steps of a state.
    pub fn expand(
        &mut self,
        system: &System,
        memory: &mut Memory,
        finds: &mut Finds,
        state: StateId,
        (print, row): (u128, &[Pair]),
    ) {
        self.stand(system, memory, (print, row));
        let before = finds.steps.len();
        for (number, choice) in system.choices().enumerate() {
            let cpu = choice.cpu();
            let root = self.moves.root(number, self.ids[cpu]);
            let seen = match self.moves.find(root, memory.cells()) {
                Some(seen) => seen,
                None => self.run(system, memory, choice, root, print),
            };
            if self.moves.at(seen).able {
                self.make(system, memory, finds, (choice, seen), print);
            }
        }
        let end = if finds.steps.len() == before { self.end(system, memory, print) } else { None };
        finds.expanded(state, end, before, false);
    }

    /// Looks up those steps of a state that a reduced search makes.
    pub fn expand_less(
        &mut self,
        system: &System,
        memory: &mut Memory,
        finds: &mut Finds,
        state: StateId,
        (print, row): (u128, &[Pair]),
        less: &mut Less,
    ) {
        self.show_standing(system);
        self.stand(system, memory, (print, row));
        less.known.held(memory, &mut self.held);
        self.able.clear();
        for (number, choice) in system.choices().enumerate() {
            let root = self.moves.root(number, self.ids[choice.cpu()]);
            let seen = match self.moves.find(root, memory.cells()) {
                Some(seen) => seen,
                None => self.ask(system, memory, less.known, (choice, root), print),
            };
            if self.moves.at(seen).able {
                self.able.push(choice);
            }
        }
        let (before, all) = (finds.steps.len(), self.able.len());
        let end = if all == 0 { self.end(system, memory, print) } else { None };
        let mut able = std::mem::take(&mut self.able);
        let Less { reduction, known, decided } = less;
        let bring = |memory: &mut Memory| self.bring(memory, print);
        reduction.choices(decided, known, system, memory, &mut able, bring);
        let choices = system.choices().count();
        for (number, choice) in system.choices().enumerate() {
            if able.contains(&choice) {
                let cpu = choice.cpu();
                let root = self.moves.root(choices + number, self.ids[cpu]);
                let seen = self.moves.find(root, memory.cells());
                let seen = match seen {
                    Some(seen) if *self.moves.at(seen).held == *self.held[cpu] => seen,
                    _ => self.run_less(system, memory, less, (choice, root, seen), print),
                };
                self.make(system, memory, finds, (choice, seen), print);
            }
        }
        let reduced = able.len() < all;
        self.able = able;
        finds.expanded(state, end, before, reduced);
    }

    /// How all ends in the state at hand, if it does.
    fn end(&mut self, system: &System, memory: &mut Memory, print: u128) -> Option<Outcome> {
        self.bring(memory, print);
        End::of(system, memory).map(|end| Outcome::of(system, memory, end))
    }

    /// Where the lanes stand is looked at in each state.
    fn show_standing(&mut self, system: &System) {
        if self.shown.is_empty() {
            let frames = |lane: &Lane| Frame::ALL.map(|frame| lane.location_cell(frame));
            let cells = system.lanes.iter().flat_map(frames);
            self.shown.extend(cells.map(|cell| cell.index() as u32));
        }
    }

    /// Makes a step of which it is known what it does.
    #[inline]
    fn make(
        &mut self,
        system: &System,
        memory: &mut Memory,
        finds: &mut Finds,
        (choice, seen): (Choice, MoveId),
        print: u128,
    ) {
        let first = finds.begin(&self.moves.at(seen).units);
        if self.disturbs(system, memory, choice, seen) {
            self.watch(system, memory, finds, seen, print);
            let own = memory.fingerprint();
            memory.take_back(print);
            let to = self.told(system, finds.written(first)).unwrap_or(own);
            return finds.add(choice, self.moves.at(seen).more, to, first);
        }
        if let Some(to) = self.told(system, finds.written(first)) {
            return finds.add(choice, self.moves.at(seen).more, to, first);
        }
        let seen = self.moves.at(seen);
        self.print.set(print);
        self.print.add(seen.shift);
        let lanes = 2 * self.ids.len();
        for (unit, value) in seen.units.iter().filter(|(unit, _)| *unit as usize >= lanes) {
            let cell = self.parts.columns()[*unit as usize - lanes] as usize;
            self.print.change(cell, memory.cells()[cell], value ^ self.base[cell]);
        }
        finds.add(choice, seen.more, self.print.value(), first);
    }

    /// What the state is known by that has these units, if lanes are taken for one another.
    #[inline]
    fn told(&mut self, system: &System, units: &[(u32, u16)]) -> Option<u128> {
        let alike = self.alike.as_mut()?;
        let (ids, parts, base) = (&self.ids, &self.parts, &self.base);
        let of_columns = units.partition_point(|(unit, _)| (*unit as usize) < 2 * ids.len());
        let (moved, cells) = units.split_at(of_columns);
        let moved = moved.chunks_exact(2).map(|halves| {
            let cpu = halves[0].0 as usize / 2;
            (cpu, ids[cpu], whole(halves[0].1, halves[1].1))
        });
        let cells = cells.iter().map(|(unit, value)| {
            let cell = parts.columns()[*unit as usize - 2 * ids.len()] as usize;
            (cell, value ^ base[cell])
        });
        Some(alike.print(system, parts, moved, cells))
    }

    /// Whether something was met since the last call that tells lanes apart that are alike; `order`
    /// if somebody went through them in order.
    pub fn tells_lanes_apart(&mut self, order: bool) -> bool {
        self.alike.as_mut().is_some_and(|alike| alike.take_failure() || order)
    }

    /// Whether properties have to look at where a step leads, as [`System::watch`] has it.
    #[inline]
    fn disturbs(&self, system: &System, memory: &Memory, choice: Choice, seen: MoveId) -> bool {
        let (seen, readers) = (self.moves.at(seen), system.readers());
        let local = |cpu: usize| if cpu == choice.cpu() { seen.own } else { self.ids[cpu] };
        let is_through = |cpu: usize| self.parts.is_through(cpu, local(cpu));
        let all_through = || (0..self.ids.len()).all(is_through);
        readers != 0
            && (seen.cells.iter().any(|(cell, _)| memory.readers_of(*cell) & readers != 0)
                || seen.through.unwrap_or_else(all_through))
    }

    /// Makes a step in the memory, and has properties look at it.
    fn watch(
        &mut self,
        system: &System,
        memory: &mut Memory,
        finds: &mut Finds,
        seen: MoveId,
        print: u128,
    ) {
        self.bring(memory, print);
        let seen = self.moves.at(seen);
        let mut found = Vec::new();
        let all = std::slice::from_ref(&seen.cells);
        for writes in if seen.each.is_empty() { all } else { &seen.each } {
            memory.forget_writes();
            let cells = writes.iter();
            cells.for_each(|(cell, value)| memory.store(Cell::<u16>::at(*cell), *value));
            let mark = memory.mark();
            system.watch(memory);
            found.extend(memory.written_since(mark));
        }
        for cell in found {
            let value = memory.cells()[cell as usize] ^ self.base[cell as usize];
            finds.write(self.unit(cell), value);
        }
    }

    /// Runs a choice that was not seen with these values, if it can be made.
    #[cold]
    fn run(
        &mut self,
        system: &System,
        memory: &mut Memory,
        choice: Choice,
        root: NodeId,
        print: u128,
    ) -> MoveId {
        self.bring(memory, print);
        memory.start_looks();
        let able = system.can_make(memory, choice);
        if able {
            system.act(memory, choice, None);
        }
        memory.stop_looks();
        let mut seen = Move { able, own: self.ids[choice.cpu()], ..Move::default() };
        let kept = !able || self.see(system, memory, choice.cpu(), &mut seen);
        self.keep(memory, (choice, root), seen, kept, print)
    }

    /// Looks whether a choice can be made, of which that was not seen with these values.
    #[cold]
    fn ask(
        &mut self,
        system: &System,
        memory: &mut Memory,
        known: &mut Known,
        (choice, root): (Choice, NodeId),
        print: u128,
    ) -> MoveId {
        self.bring(memory, print);
        memory.forget_looks();
        let able = known.can_make(system, memory, choice);
        self.keep(memory, (choice, root), Move { able, ..Move::default() }, true, print)
    }

    /// Runs a choice that can be made, and what is made with it, as that was not seen with these
    /// values, or with other locks held.
    #[cold]
    fn run_less(
        &mut self,
        system: &System,
        memory: &mut Memory,
        less: &mut Less,
        (choice, root, seen): (Choice, NodeId, Option<MoveId>),
        print: u128,
    ) -> MoveId {
        self.bring(memory, print);
        memory.forget_looks();
        let cpu = choice.cpu();
        let (mut each, mut mark) = (Vec::new(), memory.mark());
        let more = less.make(system, memory, choice, |memory| {
            let cells = memory.written_since(mark);
            let writes = cells.map(|cell| (cell, memory.cells()[cell as usize]));
            each.push(writes.collect());
            mark = memory.mark();
        });
        let mut now =
            Move { able: true, more, held: self.held[cpu].clone().into(), ..Move::default() };
        if more > 0 {
            now.each = each.into();
        }
        let kept = self.see(system, memory, cpu, &mut now) && seen.is_none();
        self.keep(memory, (choice, root), now, kept, print)
    }

    /// Keeps a move that the memory has just made, if it can be told from what was looked at.
    fn keep(
        &mut self,
        memory: &mut Memory,
        (choice, root): (Choice, NodeId),
        seen: Move,
        kept: bool,
        print: u128,
    ) -> MoveId {
        memory.take_back(print);
        self.list_looks(memory, choice.cpu());
        match kept {
            true => self.moves.keep(root, &self.looks, seen),
            false => self.moves.hold(seen),
        }
    }

    /// What was looked at beside the lane's own cells, each once. Their values are those of now.
    fn list_looks(&mut self, memory: &mut Memory, cpu: usize) {
        self.looks.clear();
        for number in 0..memory.looks().len() {
            let cell = memory.looks()[number];
            if self.looks.iter().any(|(known, _)| *known == cell) {
                continue;
            }
            match self.parts.home(cell) {
                Home::Lane(lane, _) if lane as usize == cpu => continue,
                Home::Lane(..) if !self.shown.contains(&cell) => self.shown.push(cell),
                _ => {}
            }
            self.looks.push((cell, memory.cells()[cell as usize]));
        }
    }

    /// What a choice has written; whether it can be told from what was looked at.
    fn see(&mut self, system: &System, memory: &Memory, cpu: usize, seen: &mut Move) -> bool {
        let mut cells: Vec<(u32, u16)> = memory.changes().collect();
        cells.sort_unstable();
        cells.dedup_by_key(|(cell, _)| *cell);
        let mut moved = vec![cpu];
        let mut columns = Vec::new();
        for (cell, value) in &cells {
            match self.parts.home(*cell) {
                Home::Lane(lane, _) if moved.contains(&(lane as usize)) => {}
                Home::Lane(lane, _) => moved.push(lane as usize),
                _ => columns.push((self.unit(*cell), value ^ self.base[*cell as usize])),
            }
        }
        let mut units = Vec::new();
        for cpu in &moved {
            let old = self.ids[*cpu];
            let new = self.parts.find(system, memory, *cpu, &self.print);
            let by = difference(self.parts.print(*cpu, old), self.parts.print(*cpu, new));
            seen.shift = [seen.shift[0].wrapping_add(by[0]), seen.shift[1].wrapping_add(by[1])];
            let ((low, high), at) = (halves(new), 2 * *cpu as u32);
            units.extend([(at, low), (at + 1, high)]);
            if *cpu == moved[0] {
                seen.own = new;
            }
        }
        units.extend(columns);
        (seen.units, seen.cells) = (units.into(), cells.into());
        let alone = moved.len() == 1;
        seen.through = (!alone).then(|| system.is_quiescent(memory));
        // The other lanes may be in other local states next time.
        alone
    }

    /// The unit of a row in which a cell is that is not of a lane's own.
    fn unit(&mut self, cell: u32) -> u32 {
        2 * self.ids.len() as u32 + self.parts.column(cell)
    }

    /// Goes to the state that a row tells.
    fn stand(&mut self, system: &System, memory: &mut Memory, (print, row): (u128, &[Pair])) {
        let (locals, columns) = row.split_at(self.ids.len());
        for (id, (low, high)) in self.ids.iter_mut().zip(locals) {
            *id = whole(*low, *high);
        }
        // The last half may belong to no column.
        let half = columns.last().is_some_and(|(_, odd)| *odd == 0);
        self.parts.know(&self.ids, 2 * columns.len() - usize::from(half));
        if self.is_strange {
            memory.restore_search(&self.base, std::iter::empty(), print);
            (self.is_strange, self.brought) = (false, vec![None; self.ids.len()]);
        }
        let units = columns.iter().flat_map(|(even, odd)| [*even, *odd]);
        // A cell that was not written when the row was made is as at the start.
        for (cell, value) in self.parts.columns().iter().zip(units.chain(std::iter::repeat(0))) {
            memory.poke(Cell::at(*cell), value ^ self.base[*cell as usize]);
        }
        for cell in &self.shown {
            memory.poke(Cell::at(*cell), self.own(*cell));
        }
        if let Some(alike) = &mut self.alike {
            let columns = self.parts.columns().iter().map(|cell| *cell as usize);
            let cells = columns.map(|cell| (cell, memory.cells()[cell]));
            alike.stand(system, &self.parts, &self.ids, cells);
        }
    }

    /// Somebody else has used the memory.
    pub fn forget_memory(&mut self) {
        self.is_strange = true;
    }

    /// The value that one of a lane's own cells has in the state at hand.
    fn own(&self, cell: u32) -> u16 {
        match self.parts.home(cell) {
            Home::Lane(lane, place) => self.parts.value(lane, self.ids[lane as usize], place),
            _ => self.base[cell as usize],
        }
    }

    /// Brings all of the memory to the state at hand.
    fn bring(&mut self, memory: &mut Memory, print: u128) {
        memory.take_back(print);
        for (cpu, (brought, id)) in self.brought.iter_mut().zip(&self.ids).enumerate() {
            if *brought != Some(*id) {
                let values = self.parts.values(cpu, *id);
                values.for_each(|(cell, value)| memory.poke(Cell::at(cell as u32), value));
                *brought = Some(*id);
            }
        }
    }
}

/// The number of a local state, from two units.
fn whole(low: u16, high: u16) -> LocalId {
    LocalId::from(low) | LocalId::from(high) << 16
}

/// The number of a local state, in two units.
fn halves(local: LocalId) -> Pair {
    (local as u16, (local >> 16) as u16)
}
