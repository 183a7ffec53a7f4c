//! One CPU: its programs, and the cells that say where it stands.
use super::program::Program;
use super::store_buffer::{Order, StoreBuffer};
use crate::mm::{Cell, Layout, Memory, Subject, Unit};

/// What runs on a CPU; a later one runs on top of an earlier one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Frame {
    /// The task.
    Task,
    /// A function that another CPU asked for, as an IPI or as a work item.
    Call,
    /// The device interrupt of the scenario.
    Interrupt,
}

impl Frame {
    /// All frames, lowest first.
    pub const ALL: [Frame; 3] = [Frame::Task, Frame::Call, Frame::Interrupt];
}

/// The location behind the last line, and that of a frame that is not on the CPU.
pub(super) const END: u16 = u16::MAX;
/// The interrupt's location before it is delivered.
pub(super) const PENDING: u16 = u16::MAX - 1;

/// Where the cells of a CPU start.
#[derive(Clone, Copy, Debug)]
pub struct LaneCells {
    base: u32,
}

impl LaneCells {
    /// Where each frame stands.
    pub fn location(self, frame: Frame) -> Cell<u16> {
        Cell::at(self.base + frame as u32)
    }
    /// How many `local_irq_save` are open, interrupts and IPIs that run included.
    pub fn irqs_off(self) -> Cell<u16> {
        Cell::at(self.base + 3)
    }
    /// How many `preempt_disable` are open.
    pub fn preempt_off(self) -> Cell<u16> {
        Cell::at(self.base + 4)
    }
    /// How many spinlocks are held.
    pub fn spinlocks(self) -> Cell<u16> {
        Cell::at(self.base + 5)
    }
    /// The CPUs that have yet to run what this one asked for, one bit each.
    pub fn awaited(self) -> Cell<u16> {
        Cell::at(self.base + 6)
    }
    /// What it asked for, by number, plus one.
    pub fn asked(self) -> Cell<u16> {
        Cell::at(self.base + 7)
    }
    /// The CPU whose call runs here, plus one.
    pub fn serving(self) -> Cell<u16> {
        Cell::at(self.base + 8)
    }
}

/// A CPU's programs.
pub struct Lane {
    programs: [Program; 3],
    /// Where the cells of each program start: results, and then locals.
    starts: [u32; 3],
    /// Its store buffer, where memory is not sequentially consistent.
    pub buffer: Option<StoreBuffer>,
    /// Where its cells start.
    pub cells: LaneCells,
}

impl Lane {
    /// Gives a CPU with these programs, lowest frame first, its cells.
    pub(super) fn new(
        layout: &mut Layout,
        cpu: usize,
        programs: [Program; 3],
        order: Option<Order>,
    ) -> Lane {
        let subject = Subject::Cpu(cpu as u16);
        let base = layout.add(subject, "location", 0, Unit::Hidden);
        layout.add(subject, "location of a call", 0, Unit::Hidden);
        layout.add(subject, "location of the interrupt", 0, Unit::Hidden);
        layout.add(subject, "interrupts off", 0, Unit::Number);
        layout.add(subject, "preemption off", 0, Unit::Number);
        layout.add(subject, "spinlocks", 0, Unit::Hidden);
        layout.add(subject, "awaited", 0, Unit::Hidden);
        layout.add(subject, "asked", 0, Unit::Hidden);
        layout.add(subject, "serving", 0, Unit::Hidden);
        let starts = programs.each_ref().map(|program| {
            let start = layout.len() as u32;
            for index in 0..program.operations.len() {
                layout.add(subject, "result", index as u16, Unit::Hidden);
            }
            for index in 0..u16::from(program.slots) {
                layout.add(subject, "local", index, Unit::Hidden);
            }
            start
        });
        let buffer = order.map(|order| StoreBuffer::new(layout, cpu, order));
        Lane { programs, starts, buffer, cells: LaneCells { base } }
    }

    /// The program of a frame.
    pub fn program(&self, frame: Frame) -> &Program {
        &self.programs[frame as usize]
    }

    /// What an operation returned; 0 before.
    pub fn result(&self, frame: Frame, operation: usize) -> Cell<u16> {
        Cell::at(self.starts[frame as usize] + operation as u32)
    }

    /// Index of the first local cell of a frame's program.
    pub fn slots(&self, frame: Frame) -> u32 {
        self.starts[frame as usize] + self.program(frame).operations.len() as u32
    }

    /// Where a frame stands: nothing if it is not on the CPU.
    pub fn location(&self, memory: &Memory, frame: Frame) -> Option<usize> {
        let loc = memory.peek(self.cells.location(frame));
        (loc < PENDING).then_some(usize::from(loc))
    }

    /// The cell that says where a frame stands.
    pub fn location_cell(&self, frame: Frame) -> Cell<u16> {
        self.cells.location(frame)
    }

    /// Where its frames stand, in numbers that mean nothing else.
    pub fn standing(&self, memory: &Memory) -> [u16; 3] {
        Frame::ALL.map(|frame| memory.peek(self.cells.location(frame)))
    }

    /// The frame on top, which is the one that runs.
    pub fn top(&self, memory: &Memory) -> Frame {
        let on_cpu = |frame: &Frame| self.location(memory, *frame).is_some();
        let above = [Frame::Interrupt, Frame::Call];
        above.into_iter().find(on_cpu).unwrap_or(Frame::Task)
    }

    /// Whether stores of this CPU have yet to reach memory.
    pub fn is_storing(&self, memory: &Memory) -> bool {
        self.buffer.is_some_and(|buffer| !buffer.is_empty(memory))
    }

    /// Whether the interrupt has yet to come.
    pub fn interrupt_pending(&self, memory: &Memory) -> bool {
        memory.peek(self.cells.location(Frame::Interrupt)) == PENDING
    }
}
