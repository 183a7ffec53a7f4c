//! What the scheduler can choose, whether it can be done, and what happened when it was.
use crate::mm::Access;

/// Which lane moves, or which interrupt is delivered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Choice {
    /// The CPU runs one step: of its interrupt handler, if it is in one.
    Run(usize),
    /// The CPU's interrupt is delivered.
    Interrupt(usize),
}

impl Choice {
    /// The lane that it concerns.
    pub fn cpu(self) -> usize {
        match self {
            Choice::Run(cpu) | Choice::Interrupt(cpu) => cpu,
        }
    }
}

/// What a lane waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wait {
    /// A lock, by the index of its cell, and the lanes that hold it.
    Lock(u32, Vec<usize>),
    /// A condition, in words.
    Condition(&'static str),
    /// The CPU has interrupts off, or the interrupt was delivered already.
    NoInterrupt(&'static str),
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
    /// Whether the lines are those of the lane's interrupt handler.
    pub interrupt: bool,
    /// The lines, in order; none for the delivery of an interrupt.
    pub lines: Vec<LineRecord>,
    /// Bookkeeping after the last line: locations, findings.
    pub rest: Vec<Access>,
    /// The properties that this step was the first to break, by number.
    pub broke: Vec<usize>,
}
