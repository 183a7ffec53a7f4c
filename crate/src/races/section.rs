//! Where KCSAN takes every access for atomic: the sections of a sequence count
//! (`include/linux/seqlock.h`, `kcsan_atomic_next` and `kcsan_nestable_atomic_begin`).
use super::Runner;
use crate::machine::{Call, Local, System};
use crate::mm::{Cell, Memory};
use crate::routines::entry::foll;

/// What opens a section and what closes it, in the texts of lines.
const READER: [&str; 2] = ["raw_read_seqcount", "read_seqcount_retry"];
const WRITER: [&str; 2] = ["raw_write_seqcount_begin", "raw_write_seqcount_end"];

/// Whether a line lies in one.
pub(super) fn is_atomic(system: &System, memory: &Memory, by: Runner, loc: usize) -> bool {
    let lane = &system.lanes[by.cpu];
    let program = lane.program(by.frame);
    let mut at = Some((program.locs[loc].call, loc));
    while let Some((call, loc)) = at {
        let call = &program.calls[call];
        let line = program.locs[loc].line;
        let between = |[begin, end]: [&str; 2]| {
            let position =
                |what| call.routine.body.iter().position(|line| line.text.contains(what));
            let own = call.routine.body.iter().position(|other| std::ptr::eq(other, line));
            let (begin, end) = (position(begin), position(end));
            own.is_some() && begin.is_some() && begin < own && own < end
        };
        // FOLL_GET does not look at the count.
        let reads = || {
            let slot = call.slot(Local::Flags).map(u32::from);
            let flags = slot.map(|slot| memory.peek::<u16>(Cell::at(lane.slots(by.frame) + slot)));
            flags.is_none_or(|flags| flags & foll::PIN != 0)
        };
        if between(WRITER) || between(READER) && reads() {
            return true;
        }
        at = call_above(call);
    }
    false
}

fn call_above(call: &Call) -> Option<(usize, usize)> {
    call.parent
}
