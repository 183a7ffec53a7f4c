//! What the steps of a trace have read and written: whose values a step has found, and which step
//! made a value what it is.
use std::collections::BTreeMap;

use super::Player;
use crate::machine::{Choice, StepRecord, System};
use crate::mm::{Access, AccessKind, CellInfo, Memory, Subject, Unit};

/// One access of a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deed {
    /// The step, from 0.
    pub step: usize,
    /// Which of its lines, or none where a store reached memory.
    pub line: Option<usize>,
    /// The lane.
    pub cpu: usize,
    /// What was done.
    pub access: Access,
}

impl Deed {
    /// Whether the value is another one behind it.
    pub fn changes(&self) -> bool {
        self.access.old != self.access.new
    }

    fn reads(&self) -> bool {
        self.access.kind != AccessKind::Store
    }
}

/// How a step depends on an earlier one of another lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meeting {
    /// It reads what the other wrote.
    Reads,
    /// It changes, in one atomic operation, what the other wrote.
    Updates,
    /// It writes over what the other wrote.
    Overwrites,
    /// It changes what the other has read.
    Outdates,
    /// It takes a lock that the other had.
    Locks,
}

/// Two accesses of one cell by two lanes, with no write between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// What the later one does to the earlier one.
    pub meeting: Meeting,
    /// The earlier access.
    pub earlier: Deed,
    /// The later access.
    pub later: Deed,
}

/// The accesses of a trace.
pub struct Flow {
    by_cell: BTreeMap<u32, Vec<Deed>>,
    /// The cells of the lane's own that each step has read: locals, what others have returned.
    own: Vec<Vec<u32>>,
    /// The cells that decided when a step that waited could be made.
    awaited: Vec<Vec<u32>>,
}

/// Whether a cell is a word of the kernel's that a reader knows, locks among them.
pub fn is_word(info: &CellInfo) -> bool {
    let link = info.field.starts_with("lru.") || info.field.starts_with("free_list");
    !link && info.subject != Subject::Ghost && !matches!(info.unit, Unit::Hidden | Unit::Place)
}

/// What a step has done, with the line that did it. Behind the lines stands bookkeeping, but for a
/// store that reaches memory.
fn accesses(step: &StepRecord) -> impl Iterator<Item = (Option<usize>, &Access)> {
    let lines = step.lines.iter().enumerate();
    let lines = lines.flat_map(|(at, line)| line.accesses.iter().map(move |one| (Some(at), one)));
    let drained = matches!(step.choice, Choice::Drain(_)).then_some(&step.rest);
    lines.chain(drained.into_iter().flatten().map(|one| (None, one)))
}

impl Flow {
    /// That of the whole trace.
    pub fn of(player: &Player) -> Flow {
        let system = player.system();
        let mut flow = Flow { by_cell: BTreeMap::new(), own: Vec::new(), awaited: Vec::new() };
        let mut memory = player.start().clone();
        for (number, step) in player.steps().iter().enumerate() {
            for (line, access) in accesses(step) {
                let deed = Deed { step: number, line, cpu: step.choice.cpu(), access: *access };
                flow.by_cell.entry(access.cell).or_default().push(deed);
            }
            let (awaited, own) = looks(system, &mut memory, step.choice);
            flow.awaited.push(awaited);
            flow.own.push(own);
        }
        flow
    }

    /// All accesses of a cell, in order.
    pub fn of_cell(&self, cell: u32) -> &[Deed] {
        self.by_cell.get(&cell).map_or(&[], Vec::as_slice)
    }

    /// What changed a cell, in order; of one line, what it made of the value in the end.
    pub fn changes(&self, cell: u32) -> Vec<Deed> {
        let mut changes: Vec<Deed> = Vec::new();
        for deed in self.of_cell(cell).iter().filter(|deed| deed.access.kind != AccessKind::Load) {
            match changes.last_mut() {
                Some(last) if (last.step, last.line) == (deed.step, deed.line) => {
                    last.access.new = deed.access.new;
                }
                _ => changes.push(*deed),
            }
        }
        changes.retain(Deed::changes);
        changes
    }

    /// What made a cell what it was before a place.
    pub fn maker(&self, cell: u32, before: (usize, Option<usize>)) -> Option<Deed> {
        let changes = self.changes(cell);
        changes.into_iter().rfind(|deed| (deed.step, deed.line) < before)
    }

    /// The cells of its own that a step has read.
    pub fn own_reads(&self, step: usize) -> &[u32] {
        &self.own[step]
    }

    /// The cells that a step had waited for.
    pub fn awaited(&self, step: usize) -> &[u32] {
        &self.awaited[step]
    }

    /// Where steps of two lanes meet in a word, in the order of the later ones.
    pub fn conflicts(&self, system: &System) -> Vec<Conflict> {
        let mut conflicts: Vec<Conflict> = Vec::new();
        for (cell, deeds) in &self.by_cell {
            let info = system.layout.info(*cell);
            if is_word(info) {
                meetings(info.unit == Unit::Lock, deeds, &mut conflicts);
            }
        }
        conflicts.sort_by_key(|conflict| (conflict.later.step, conflict.later.line));
        conflicts
    }
}

/// Makes a step again: the shared cells that decided whether it could be made, and those of the
/// lane's own that it read.
fn looks(system: &System, memory: &mut Memory, choice: Choice) -> (Vec<u32>, Vec<u32>) {
    let listed = |memory: &mut Memory, wanted: &dyn Fn(&CellInfo) -> bool| {
        memory.stop_looks();
        let mut cells = memory.looks().to_vec();
        cells.retain(|cell| wanted(system.layout.info(*cell)));
        cells.sort_unstable();
        cells.dedup();
        cells
    };
    memory.start_looks();
    system.status(memory, choice);
    let awaited = listed(memory, &is_word);
    memory.start_looks();
    system.act(memory, choice, None);
    let own = listed(memory, &|info| matches!(info.field, "local" | "result"));
    system.watch(memory);
    (awaited, own)
}

/// The meetings in one cell. A step meets another one there once.
fn meetings(lock: bool, deeds: &[Deed], conflicts: &mut Vec<Conflict>) {
    let mut writer: Option<Deed> = None;
    let mut readers: Vec<Deed> = Vec::new();
    let mut met: Vec<(usize, usize)> = Vec::new();
    let mut meet = |meeting, earlier: Deed, later: Deed| {
        if !met.contains(&(earlier.step, later.step)) {
            met.push((earlier.step, later.step));
            conflicts.push(Conflict { meeting, earlier, later });
        }
    };
    for deed in deeds {
        if let Some(writer) = writer.filter(|writer| writer.cpu != deed.cpu) {
            match (deed.reads(), deed.changes()) {
                (true, true) if lock => meet(Meeting::Locks, writer, *deed),
                (true, true) => meet(Meeting::Updates, writer, *deed),
                (true, false) => meet(Meeting::Reads, writer, *deed),
                (false, true) => meet(Meeting::Overwrites, writer, *deed),
                (false, false) => {}
            }
        }
        if deed.changes() {
            let others = readers.iter().filter(|reader| reader.cpu != deed.cpu && !lock);
            others.for_each(|reader| meet(Meeting::Outdates, *reader, *deed));
            writer = Some(*deed);
            readers.clear();
        }
        if deed.reads() {
            readers.retain(|reader| reader.cpu != deed.cpu);
            readers.push(*deed);
        }
    }
}
