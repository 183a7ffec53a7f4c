//! What the scheduler can choose, whether it can be done, and what happened when it was.
use super::lane::Frame;
use crate::mm::{Access, LockWord};

/// Which lane moves, or which interrupt is delivered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Choice {
    /// The CPU runs one step: of its interrupt handler, if it is in one.
    Run(usize),
    /// The CPU's interrupt is delivered.
    Interrupt(usize),
    /// What another CPU asked it to run is started: an IPI is delivered, or a work item gets the
    /// CPU.
    Call(usize),
    /// The oldest store in the CPU's store buffer reaches memory.
    Drain(usize),
}

impl Choice {
    /// The lane that it concerns.
    pub fn cpu(self) -> usize {
        match self {
            Choice::Run(cpu) | Choice::Interrupt(cpu) | Choice::Call(cpu) | Choice::Drain(cpu) => {
                cpu
            }
        }
    }

    /// The same choice of another lane.
    pub fn of_lane(self, cpu: usize) -> Choice {
        Choice::from_bits(self.to_bits() & !15 | cpu as u8)
    }

    /// In 6 bits, of lanes below 16.
    pub fn to_bits(self) -> u8 {
        let kind = match self {
            Choice::Run(_) => 0,
            Choice::Interrupt(_) => 1,
            Choice::Call(_) => 2,
            Choice::Drain(_) => 3,
        };
        kind << 4 | self.cpu() as u8
    }

    /// The choice that [`Choice::to_bits`] made these of.
    pub fn from_bits(bits: u8) -> Choice {
        let cpu = usize::from(bits & 15);
        match bits >> 4 {
            0 => Choice::Run(cpu),
            1 => Choice::Interrupt(cpu),
            2 => Choice::Call(cpu),
            _ => Choice::Drain(cpu),
        }
    }
}

/// What a lane waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wait {
    /// A lock, by the index of its cell, and who holds it.
    Lock(u32, LockWord),
    /// A condition, in words.
    Condition(&'static str),
    /// An interrupt, an IPI or a work item cannot come, and why.
    NotNow(&'static str),
    /// The one CPU is another task's, which cannot be preempted.
    Cpu(usize),
}

/// Whether a choice can be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Status {
    /// It can.
    Runnable,
    /// Not now.
    Blocked(Wait),
    /// Never again: the lane is at its end, or the machine stopped at a `BUG`.
    Done,
}

/// One line that a step ran, with what it did to the memory.
#[derive(Clone, Debug)]
pub struct LineRecord {
    /// The location in the lane's program.
    pub loc: usize,
    /// Of a test of the memory: whether its condition held.
    pub taken: Option<bool>,
    /// What went through the door, local variables included.
    pub accesses: Vec<Access>,
}

/// One step: a choice and the lines that it ran.
#[derive(Clone, Debug)]
pub struct StepRecord {
    /// The choice.
    pub choice: Choice,
    /// Which of the lane's programs the lines are of.
    pub frame: Frame,
    /// The lines, in order; none for the delivery of an interrupt or a call.
    pub lines: Vec<LineRecord>,
    /// Bookkeeping after the last line: locations, findings.
    pub rest: Vec<Access>,
    /// The properties that this step was the first to break, by number.
    pub broke: Vec<usize>,
}
