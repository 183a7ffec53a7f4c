//! A lane's timeline compiled for one kernel: calls are inlined, so that one number, the location,
//! is the whole call stack.
use std::fmt;
use std::sync::Arc;

use super::edited::{Edited, Row};
use super::kernel::Kernel;
use super::lane::Frame;
use super::local::Local;
use super::routine::{Function, Line, Op, Returns, Routine};

/// The value of an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arg {
    /// Known from the text.
    Value(u16),
    /// What another operation has returned by then: 0 if it has not.
    Result {
        /// Its lane.
        cpu: usize,
        /// Its frame.
        frame: Frame,
        /// Its number there.
        operation: usize,
    },
}

/// One call of a timeline, with the constants that it is called with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operation {
    /// The call as the scenario wrote it.
    pub text: String,
    /// The kernel function.
    pub function: Function,
    /// The parameters' values.
    pub args: Vec<(Local, Arg)>,
    /// The name that the scenario gave the result.
    pub result: Option<String>,
    /// Whether the caller calls again as long as the call fails.
    pub retry: bool,
}

impl Operation {
    /// What one CPU runs because another has asked for it.
    pub fn served(function: Function) -> Operation {
        Operation {
            text: function.0.into(),
            function,
            args: Vec::new(),
            result: None,
            retry: false,
        }
    }
}

/// In the place of a slot: there is none.
const NO_SLOT: u8 = u8::MAX;

/// An activation: a routine inlined at one place.
pub struct Call {
    /// What runs: the table.
    pub routine: &'static Routine,
    /// And with the edits of a patch, if that has any.
    pub edited: Option<Arc<Edited>>,
    /// The call that called it, and the location of the calling line.
    pub parent: Option<(usize, usize)>,
    /// How many calls stand above it.
    pub depth: usize,
    /// Its first location.
    pub start: usize,
    /// One past its last location.
    pub end: usize,
    first_slot: u8,
    /// The slot of each local, by its number, or [`NO_SLOT`].
    slot_of: [u8; Local::COUNT],
    pass: &'static [(Local, Local)],
}

impl Call {
    /// Its rows, in the order in which they run.
    fn rows(&self) -> Vec<Row> {
        match &self.edited {
            Some(edited) if cfg!(feature = "whole") => edited.rows().cloned().collect(),
            _ => self.routine.body.iter().map(Row::of).collect(),
        }
    }

    /// Its source: all rows, those included that a patch has dropped.
    pub fn listing(&self) -> Vec<Row> {
        match &self.edited {
            Some(edited) if cfg!(feature = "whole") => edited.listing().to_vec(),
            _ => self.rows(),
        }
    }

    /// The label and the text of its row of this number.
    fn words(&self, row: usize) -> (&str, &str) {
        let edited = self.edited.as_ref().filter(|_| cfg!(feature = "whole"));
        let edited = edited.and_then(|edited| edited.rows().nth(row));
        let line = || &self.routine.body[row];
        edited.map_or_else(|| (line().label, line().text), |row| (&row.label, &row.text))
    }

    /// The cell of a local, counted from the program's first.
    pub fn slot(&self, local: Local) -> Option<u8> {
        let slot = self.slot_of[local as usize];
        (slot != NO_SLOT).then_some(slot)
    }

    /// The cells of all its locals.
    pub fn slots(&self) -> std::ops::Range<u8> {
        let locals = self.routine.params.len() + self.routine.locals.len();
        self.first_slot..self.first_slot + locals as u8
    }

    /// The caller's local that a parameter gets its value from.
    pub fn source_of(&self, param: Local) -> Local {
        self.pass.iter().find(|(to, _)| *to == param).map_or(param, |(_, from)| *from)
    }
}

/// One location: a line of one activation.
pub struct Loc {
    /// The line. Its words are [`Program::label`] and [`Program::text`]: a patch may insert a line
    /// that does what another one does.
    pub line: &'static Line,
    /// Its number among the rows of the activation that run.
    pub row: usize,
    /// Whether it runs the line to compare, and jumps when it finds other values.
    pub compares: bool,
    /// The activation, by number.
    pub call: usize,
    /// The operation of the timeline, by number.
    pub operation: usize,
    /// Where the line goes when it jumps, or the activation that it calls.
    pub target: usize,
}

/// A compiled timeline.
#[derive(Default)]
pub struct Program {
    /// The operations, in order.
    pub operations: Vec<Operation>,
    /// The first location of each operation.
    pub starts: Vec<usize>,
    /// What each operation returns.
    pub returns: Vec<Returns>,
    /// All locations.
    pub locs: Vec<Loc>,
    /// All activations.
    pub calls: Vec<Call>,
    /// How many cells its locals need.
    pub slots: u8,
}

/// Why a timeline cannot be compiled for a kernel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CompileError {
    /// The kernel has no such function.
    NoRoutine(Function),
    /// A function calls itself, or the stack is deeper than [`MAX_DEPTH`].
    TooDeep(Function),
    /// The timeline has more than [`MAX_LOCS`] locations.
    TooLong,
}

impl fmt::Display for CompileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::NoRoutine(function) => {
                write!(out, "this kernel has no `{}`", function.0)
            }
            CompileError::TooDeep(function) => {
                write!(out, "`{}` is called more than {MAX_DEPTH} calls deep", function.0)
            }
            CompileError::TooLong => {
                write!(out, "the timeline has more than {MAX_LOCS} lines with its calls inlined")
            }
        }
    }
}

/// The deepest call stack.
pub const MAX_DEPTH: usize = 24;
/// The most locations of one timeline.
pub const MAX_LOCS: usize = 60_000;

impl Program {
    /// Compiles the operations, in order.
    ///
    /// # Errors
    /// The kernel lacks a function, or the calls are too deep or too many.
    pub fn compile(kernel: &Kernel, operations: &[Operation]) -> Result<Program, CompileError> {
        let mut program = Program::default();
        for operation in operations {
            program.starts.push(program.locs.len());
            let number = program.operations.len();
            program.operations.push(operation.clone());
            let routine = find(kernel, operation.function)?;
            program.returns.push(routine.returns);
            program.inline(kernel, routine, None, &[], number)?;
        }
        Ok(program)
    }

    fn inline(
        &mut self,
        kernel: &Kernel,
        routine: &'static Routine,
        parent: Option<(usize, usize)>,
        pass: &'static [(Local, Local)],
        operation: usize,
    ) -> Result<usize, CompileError> {
        let above = parent.map(|(call, _)| &self.calls[call]);
        let depth = above.map_or(0, |call| call.depth + 1);
        let first_slot = above.map_or(0, |call| call.slots().end);
        if depth >= MAX_DEPTH {
            return Err(CompileError::TooDeep(routine.function));
        }
        let start = self.locs.len();
        let number = self.calls.len();
        let edited = kernel.edited(routine.function).cloned();
        let mut slot_of = [NO_SLOT; Local::COUNT];
        let locals = routine.params.iter().chain(routine.locals);
        for (number, local) in locals.enumerate() {
            slot_of[*local as usize] = first_slot + number as u8;
        }
        let end = start;
        let call = Call { routine, edited, parent, depth, start, end, first_slot, slot_of, pass };
        let rows = call.rows();
        self.calls.push(call);
        self.slots = self.slots.max(self.calls[number].slots().end);

        let mut lines = Vec::with_capacity(rows.len());
        for (row, &Row { line, compares, .. }) in rows.iter().enumerate() {
            let at = self.locs.len();
            if at >= MAX_LOCS {
                return Err(CompileError::TooLong);
            }
            lines.push(at);
            self.locs.push(Loc { line, row, compares, call: number, operation, target: 0 });
            if let Op::Call(function, pass) = line.op {
                let callee = find(kernel, function)?;
                let parent = Some((number, at));
                self.locs[at].target = self.inline(kernel, callee, parent, pass, operation)?;
            }
        }
        self.calls[number].end = self.locs.len();
        for (at, row) in lines.iter().zip(&rows) {
            if let Some(label) = &row.target {
                let position = rows.iter().position(|row| row.label == *label);
                let position = position.expect("tables and patches are checked for their labels");
                self.locs[*at].target = lines[position];
            }
        }
        Ok(number)
    }

    /// The label of a location's line.
    pub fn label(&self, loc: usize) -> &str {
        let loc = &self.locs[loc];
        self.calls[loc.call].words(loc.row).0
    }

    /// The pseudo-code of a location's line.
    pub fn text(&self, loc: usize) -> &str {
        let loc = &self.locs[loc];
        self.calls[loc.call].words(loc.row).1
    }

    /// The activations at a location, outermost first.
    pub fn stack(&self, loc: usize) -> Vec<usize> {
        let mut stack = vec![self.locs[loc].call];
        while let Some((parent, _)) = self.calls[*stack.last().expect("not empty")].parent {
            stack.push(parent);
        }
        stack.reverse();
        stack
    }
}

fn find(kernel: &Kernel, function: Function) -> Result<&'static Routine, CompileError> {
    kernel.routine(function).ok_or(CompileError::NoRoutine(function))
}
