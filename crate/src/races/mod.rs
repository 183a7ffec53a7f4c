//! Floor 4: data races, as the kernel's memory model and KCSAN have them.
//!
//! Two accesses of one word are a data race if one writes, one at least is plain, and nothing
//! orders them (`tools/memory-model/Documentation/access-marking.txt`). [`marks`] says which
//! accesses are plain, [`order`] finds the races of one execution by what orders its accesses, and
//! [`Explorer`](crate::explore::DataRaces) those of all interleavings.
pub mod marks;
pub mod order;
mod section;

use crate::machine::{Frame, Function, LineRecord, System};
use crate::mm::{Access, AccessKind, LockWord, Memory};

pub use marks::{Mark, Marks};

/// Why a question has no answer.
pub const WITH_STORE_BUFFERS: &str =
    "data races are those of executions without store buffers: ask with memory = \"sc\"";

/// One of the two accesses of a race.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Side {
    /// The lane.
    pub cpu: usize,
    /// Which of its programs.
    pub frame: Frame,
    /// The location there.
    pub loc: usize,
    /// What was done, with the values of the state at hand.
    pub access: Access,
    /// Whether it is marked.
    pub mark: Mark,
    /// Whether KCSAN takes it for atomic, whatever it is: see [`Silence::Section`].
    pub in_section: bool,
}

impl Side {
    /// Whether it writes.
    pub fn writes(&self) -> bool {
        self.access.kind != AccessKind::Load
    }

    /// Whether it writes another value than was there.
    pub fn changes(&self) -> bool {
        self.access.old != self.access.new
    }

    /// The function of its line, and the line's number among the rows that run.
    pub fn line(&self, system: &System) -> (Function, usize) {
        let program = system.lanes[self.cpu].program(self.frame);
        let loc = &program.locs[self.loc];
        (program.calls[loc.call].routine.function, loc.row)
    }
}

/// Two accesses of one word that nothing orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Race {
    /// The one that writes, or the first of two.
    pub first: Side,
    /// The other one.
    pub second: Side,
}

/// Why KCSAN says nothing of a data race as it is configured by default.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Silence {
    /// `CONFIG_KCSAN_ASSUME_PLAIN_WRITES_ATOMIC`: what is plain of the two is assignments of a word
    /// at most.
    PlainWrites,
    /// What is plain of the two lies where KCSAN takes everything for atomic: behind
    /// `raw_read_seqcount` up to `read_seqcount_retry`, or within `raw_write_seqcount_begin`.
    Section,
}

impl Race {
    /// The race of two accesses, if they are one but for their order.
    ///
    /// As with `CONFIG_KCSAN_REPORT_VALUE_CHANGE_ONLY`, writing the value that was there already
    /// harms nobody.
    pub fn of(one: Side, other: Side) -> Option<Race> {
        let plain = one.mark == Mark::Plain || other.mark == Mark::Plain;
        let changes = one.writes() && one.changes() || other.writes() && other.changes();
        if one.access.cell != other.access.cell || !plain || !changes {
            return None;
        }
        let (first, second) = if one.writes() { (one, other) } else { (other, one) };
        Some(Race { first, second })
    }

    /// The access whose write is seen.
    pub fn writer(&self) -> &Side {
        if self.first.writes() && self.first.changes() { &self.first } else { &self.second }
    }

    /// Why KCSAN says nothing of it by default, if that is so.
    pub fn silence(&self) -> Option<Silence> {
        let sides = [&self.first, &self.second];
        let mut plain = sides.iter().filter(|side| side.mark == Mark::Plain);
        if plain.clone().all(|side| side.in_section) {
            return Some(Silence::Section);
        }
        let assigns = |side: &&Side| side.access.kind == AccessKind::Store;
        plain.all(assigns).then_some(Silence::PlainWrites)
    }

    /// What it is told apart by: both lines, the field, what each does, and what KCSAN says.
    pub fn key(&self, system: &System) -> Key {
        let side = |side: &Side| (side.line(system), side.access.kind);
        let (one, other) = (side(&self.first), side(&self.second));
        let field = system.layout.info(self.first.access.cell).field;
        (field, one.min(other), one.max(other), self.silence())
    }
}

/// See [`Race::key`].
pub type Key = (&'static str, KeySide, KeySide, Option<Silence>);
type KeySide = ((Function, usize), AccessKind);

/// The accesses of one line, and the locks that its step has taken by then.
#[derive(Clone, Debug, Default)]
pub struct Touches {
    sides: Vec<Side>,
    held: Vec<(u32, LockWord)>,
}

/// Who runs a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Runner {
    /// The lane.
    pub cpu: usize,
    /// The program.
    pub frame: Frame,
}

impl Touches {
    /// Those of the lines of a step, one each.
    pub fn of_step(
        system: &System,
        marks: &Marks,
        memory: &Memory,
        by: Runner,
        lines: &[LineRecord],
    ) -> Vec<Touches> {
        let mut held: Vec<(u32, LockWord)> = Vec::new();
        let mut touches = Vec::new();
        for line in lines {
            let sides = sides(system, marks, memory, by, line.loc, &line.accesses);
            touches.push(Touches { sides, held: held.clone() });
            for access in line.accesses.iter().filter(|access| marks.is_lock(access.cell)) {
                held.retain(|(cell, _)| *cell != access.cell);
                let word: LockWord = crate::mm::Word::from_word(access.new);
                if word.held_by(by.cpu) {
                    held.push((access.cell, word));
                }
            }
        }
        touches
    }

    /// Whether locks that the two steps take keep these lines apart.
    fn excludes(&self, other: &Touches) -> bool {
        let mut pairs =
            self.held.iter().flat_map(|one| other.held.iter().map(move |two| (one, two)));
        pairs.any(|((one, word), (two, other))| {
            one == two && (word.exclusive() || other.exclusive())
        })
    }

    /// The races of these lines with others that may come before or behind them.
    pub fn races<'a>(&'a self, other: &'a Touches) -> impl Iterator<Item = Race> + 'a {
        let apart = self.excludes(other);
        let sides = if apart { &[] } else { &self.sides[..] };
        sides.iter().flat_map(|one| other.sides.iter().filter_map(|two| Race::of(*one, *two)))
    }
}

/// The accesses of a line that the kernel makes, of those recorded.
fn sides(
    system: &System,
    marks: &Marks,
    memory: &Memory,
    by: Runner,
    loc: usize,
    accesses: &[Access],
) -> Vec<Side> {
    let Runner { cpu, frame } = by;
    let text = system.lanes[cpu].program(frame).text(loc);
    let side = |access: &Access| {
        let (kind, mark) = marks.of(access, text)?;
        let in_section = marks.in_section(system, memory, by, loc);
        Some(Side { cpu, frame, loc, access: Access { kind, ..*access }, mark, in_section })
    };
    accesses.iter().filter_map(side).collect()
}
