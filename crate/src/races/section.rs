//! Where KCSAN takes every access for atomic: the sections of a sequence count
//! (`include/linux/seqlock.h`, `kcsan_atomic_next` and `kcsan_nestable_atomic_begin`).
use std::ops::Range;

use super::Runner;
use crate::machine::edited::Mark;
use crate::machine::{Call, Frame, Local, Program, System};
use crate::mm::{Cell, Memory};
use crate::routines::entry::foll;

/// What opens a section and what closes it, in the texts of lines.
const READER: [&str; 2] = ["raw_read_seqcount", "read_seqcount_retry"];
const WRITER: [&str; 2] = ["raw_write_seqcount_begin", "raw_write_seqcount_end"];

/// Of a line: whether it lies in a section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Inside {
    No,
    Yes,
    /// Where the call in this slot's flags is one of `FOLL_PIN`: `FOLL_GET` does not look at the
    /// count.
    Pinning(u8),
}

/// The sections of all programs.
pub(super) struct Sections(Vec<[Vec<Inside>; 3]>);

impl Sections {
    pub(super) fn of(system: &System) -> Sections {
        let of_frame = |lane: usize, frame| of_program(system.lanes[lane].program(frame));
        let lanes = 0..system.lanes.len();
        Sections(lanes.map(|lane| Frame::ALL.map(|frame| of_frame(lane, frame))).collect())
    }

    /// Whether a line lies in one, as the locals are.
    pub(super) fn contain(&self, system: &System, memory: &Memory, by: Runner, loc: usize) -> bool {
        match self.0[by.cpu][by.frame as usize][loc] {
            Inside::No => false,
            Inside::Yes => true,
            Inside::Pinning(slot) => {
                let slots = system.lanes[by.cpu].slots(by.frame);
                let flags: u16 = memory.peek(Cell::at(slots + u32::from(slot)));
                flags & foll::PIN != 0
            }
        }
    }
}

/// The rows of an activation that are in a section of it.
fn rows(call: &Call, [begin, end]: [&str; 2]) -> Range<usize> {
    let rows = || call.listing().into_iter().filter(|row| row.mark != Mark::Dropped);
    let position = |what: &str| rows().position(|row| row.text.contains(what));
    match (position(begin), position(end)) {
        (Some(begin), Some(end)) => begin + 1..end,
        _ => 0..0,
    }
}

fn of_program(program: &Program) -> Vec<Inside> {
    let sections: Vec<[Range<usize>; 2]> =
        program.calls.iter().map(|call| [READER, WRITER].map(|words| rows(call, words))).collect();
    let inside = |loc: usize| {
        let mut at = Some((program.locs[loc].call, loc));
        while let Some((number, loc)) = at {
            let (call, row) = (&program.calls[number], program.locs[loc].row);
            let [reader, writer] = &sections[number];
            if writer.contains(&row) {
                return Inside::Yes;
            }
            if reader.contains(&row) {
                return call.slot(Local::Flags).map_or(Inside::Yes, Inside::Pinning);
            }
            at = call.parent;
        }
        Inside::No
    };
    (0..program.locs.len()).map(inside).collect()
}
