//! The system: lanes with their programs over one memory. What may run, and what happens then.
use super::choice::{Choice, LineRecord, Status, StepRecord, Wait};
use super::context::At;
use super::kernel::Kernel;
use super::local::Local;
use super::program::{Call, CompileError, Loc, Operation, Program};
use super::property::{Property, State};
use super::routine::Op;
use crate::mm::layout::FINDING_CELLS;
use crate::mm::{Cell, Layout, LockKind, LockWord, Memory, Subject, Unit};

/// The programs of one lane.
pub struct Lane {
    /// What the CPU runs.
    pub task: Program,
    /// What its interrupt runs, once; empty without one.
    pub handler: Program,
    base: u32,
}

/// Task, handler and interrupt state stand before the results and the locals.
const LANE_FIELDS: u32 = 3;

/// The location behind the last line.
const END: u16 = u16::MAX;
/// The handler's location before its interrupt is delivered.
const PENDING: u16 = u16::MAX - 1;

/// More local lines in a row than any routine has: the table is wrong.
const MAX_LOCAL_LINES: usize = 10_000;

/// All that does not change in one run: the layout, the programs, what is watched.
pub struct System {
    /// Where everything is.
    pub layout: Layout,
    /// The kernel that the programs were compiled for.
    pub kernel: Kernel,
    /// The lanes.
    pub lanes: Vec<Lane>,
    /// The properties watched; a finding's number is its place here.
    pub properties: &'static [Property],
    /// Whether every line of a lock section is a step of its own.
    pub fine: bool,
    bug: u32,
}

/// A lane's timeline: what its task runs and what its interrupt runs.
pub type Timeline = (Vec<Operation>, Vec<Operation>);

impl System {
    /// Compiles the timelines and gives the lanes their cells behind the machine's.
    ///
    /// # Errors
    /// A timeline does not compile: the lane, the operation's number in it and why.
    pub fn new(
        mut layout: Layout,
        kernel: Kernel,
        timelines: &[Timeline],
        properties: &'static [Property],
        fine: bool,
    ) -> Result<System, (usize, CompileError)> {
        let mut lanes = Vec::new();
        for (cpu, (task, handler)) in timelines.iter().enumerate() {
            let compile =
                |ops: &[Operation]| Program::compile(&kernel, ops).map_err(|error| (cpu, error));
            let (task, handler) = (compile(task)?, compile(handler)?);
            let subject = Subject::Cpu(cpu as u16);
            let base = layout.add(subject, "location", 0, Unit::Hidden);
            layout.add(subject, "handler location", 0, Unit::Hidden);
            layout.add(subject, "interrupts off", 0, Unit::Number);
            let results = task.operations.len() + handler.operations.len();
            for index in 0..results {
                layout.add(subject, "result", index as u16, Unit::Hidden);
            }
            for index in 0..u16::from(task.slots) + u16::from(handler.slots) {
                layout.add(subject, "local", index, Unit::Hidden);
            }
            lanes.push(Lane { task, handler, base });
        }
        let bug = layout.add(Subject::Ghost, "BUG", 0, Unit::Hidden);
        Ok(System { layout, kernel, lanes, properties, fine, bug })
    }

    /// Puts every lane at its first line. The machine's own cells are the caller's to set.
    pub fn start(&self, memory: &mut Memory) {
        for (cpu, lane) in self.lanes.iter().enumerate() {
            for handler in [false, true] {
                let program = self.program(cpu, handler);
                let first = if program.locs.is_empty() { END } else { 0 };
                memory.poke(self.loc_cell(cpu, handler), first);
            }
            self.begin(memory, cpu, false, 0);
            self.settle(memory, cpu, false);
            if !lane.handler.locs.is_empty() {
                memory.poke(self.loc_cell(cpu, true), PENDING);
            }
        }
        self.watch(memory, 0);
    }

    fn loc_cell(&self, cpu: usize, handler: bool) -> Cell<u16> {
        Cell::at(self.lanes[cpu].base + u32::from(handler))
    }

    /// How many `local_irq_save` of the lane are open.
    pub fn irqs_off(&self, cpu: usize) -> Cell<u16> {
        Cell::at(self.lanes[cpu].base + 2)
    }

    /// What an operation returned; 0 before. The handler's operations stand behind the task's.
    pub fn result(&self, cpu: usize, handler: bool, operation: usize) -> Cell<u16> {
        let lane = &self.lanes[cpu];
        let before = if handler { lane.task.operations.len() } else { 0 };
        Cell::at(lane.base + LANE_FIELDS + (before + operation) as u32)
    }

    /// Index of the first local cell of the task's program or the handler's.
    pub fn slots(&self, cpu: usize, handler: bool) -> u32 {
        let lane = &self.lanes[cpu];
        let results = lane.task.operations.len() + lane.handler.operations.len();
        let before = if handler { u32::from(lane.task.slots) } else { 0 };
        lane.base + LANE_FIELDS + results as u32 + before
    }

    /// The task's program or the handler's.
    pub fn program(&self, cpu: usize, handler: bool) -> &Program {
        if handler { &self.lanes[cpu].handler } else { &self.lanes[cpu].task }
    }

    /// Whether the lane is in its interrupt handler.
    pub fn in_interrupt(&self, memory: &Memory, cpu: usize) -> bool {
        memory.peek(self.loc_cell(cpu, true)) < PENDING
    }

    /// Where the task or the handler stands: `None` at its end or before its interrupt.
    pub fn location(&self, memory: &Memory, cpu: usize, handler: bool) -> Option<usize> {
        let loc = memory.peek(self.loc_cell(cpu, handler));
        (loc < PENDING).then_some(usize::from(loc))
    }

    /// Whether the lane's interrupt has yet to come.
    pub fn interrupt_pending(&self, memory: &Memory, cpu: usize) -> bool {
        memory.peek(self.loc_cell(cpu, true)) == PENDING
    }

    /// The lane and location of the `BUG` that stopped the machine.
    pub fn bug(&self, memory: &Memory) -> Option<(usize, usize)> {
        let word: u16 = memory.peek(Cell::at(self.bug));
        let (cpu, handler) = (usize::from(word.checked_sub(1)? / 2), (word - 1) % 2 == 1);
        self.location(memory, cpu, handler).map(|loc| (cpu, loc))
    }

    /// Every choice that the lanes have in principle.
    pub fn choices(&self) -> impl Iterator<Item = Choice> + '_ {
        let runs = (0..self.lanes.len()).map(Choice::Run);
        let has_handler = |cpu: &usize| !self.lanes[*cpu].handler.locs.is_empty();
        runs.chain((0..self.lanes.len()).filter(has_handler).map(Choice::Interrupt))
    }

    /// Whether a choice can be made, without making it.
    pub fn status(&self, memory: &Memory, choice: Choice) -> Status {
        if self.bug(memory).is_some() {
            return Status::Done;
        }
        match choice {
            Choice::Run(cpu) => self.run_status(memory, cpu),
            Choice::Interrupt(cpu) => self.interrupt_status(memory, cpu),
        }
    }

    fn interrupt_status(&self, memory: &Memory, cpu: usize) -> Status {
        if !self.interrupt_pending(memory, cpu) {
            return Status::Done;
        }
        if memory.peek(self.irqs_off(cpu)) > 0 {
            return Status::Blocked(Wait::NoInterrupt("interrupts are off"));
        }
        Status::Runnable
    }

    fn run_status(&self, memory: &Memory, cpu: usize) -> Status {
        let handler = self.in_interrupt(memory, cpu);
        let Some(loc) = self.location(memory, cpu, handler) else { return Status::Done };
        let look = self.at(memory, cpu, handler, loc);
        match self.program(cpu, handler).locs[loc].line.op {
            Op::Acquire(lock) => {
                let lock = lock(&look);
                let word = memory.peek(lock.cell);
                if word.admits(lock.mode) {
                    return Status::Runnable;
                }
                Status::Blocked(Wait::Lock(lock.cell.index() as u32, word.holders().collect()))
            }
            Op::Await(condition, what) if !condition(&look) => {
                Status::Blocked(Wait::Condition(what))
            }
            _ => Status::Runnable,
        }
    }

    fn at<'a, M>(&'a self, memory: M, cpu: usize, handler: bool, loc: usize) -> At<'a, M> {
        let program = self.program(cpu, handler);
        At {
            memory,
            layout: &self.layout,
            cpu,
            call: &program.calls[program.locs[loc].call],
            slots: self.slots(cpu, handler),
        }
    }

    /// Makes a choice that can be made. The record is empty of accesses unless `record` is set.
    ///
    /// # Panics
    /// The choice cannot be made: ask [`System::status`] first.
    pub fn step(&self, memory: &mut Memory, choice: Choice, record: bool) -> StepRecord {
        assert!(self.status(memory, choice) == Status::Runnable, "the choice cannot be made");
        let before = self.findings(memory);
        if record {
            memory.start_record();
        }
        let cpu = choice.cpu();
        let interrupt = match choice {
            Choice::Run(_) => self.in_interrupt(memory, cpu),
            Choice::Interrupt(_) => true,
        };
        let mut lines = Vec::new();
        match choice {
            Choice::Run(_) => self.run(memory, cpu, interrupt, &mut lines),
            Choice::Interrupt(_) => {
                memory.store(self.loc_cell(cpu, true), 0);
                self.begin(memory, cpu, true, 0);
                self.settle(memory, cpu, true);
            }
        }
        let broke = self.watch(memory, before);
        let rest = memory.take_record();
        memory.stop_record();
        StepRecord { choice, interrupt, lines, rest, broke }
    }

    /// Runs the line at hand, and with it a whole lock section where that is sound.
    ///
    /// The rule: a section of a spinlock that is taken with interrupts off is one step. What such a
    /// section writes is read outside it in one cell at most (the pageblock's migratetype, the CMA
    /// bitmap not even that), so an outside reader sees the state before or after, and nobody can
    /// act on the lists before the lock is dropped (Lipton 1975). `fine` turns this off, and a test
    /// compares the two on every scenario.
    fn run(&self, memory: &mut Memory, cpu: usize, handler: bool, lines: &mut Vec<LineRecord>) {
        let mut section: Option<u32> = None;
        while let Some(loc) = self.location(memory, cpu, handler) {
            let op = self.program(cpu, handler).locs[loc].line.op;
            let lock = match op {
                Op::Acquire(lock) | Op::Release(lock) => {
                    Some(lock(&self.at(&*memory, cpu, handler, loc)))
                }
                _ => None,
            };
            let stopped = self.execute(memory, cpu, handler, loc);
            let jumped = self.location(memory, cpu, handler) != Some(loc + 1);
            let taken = matches!(op, Op::Branch(..)).then_some(jumped);
            if !stopped {
                self.settle(memory, cpu, handler);
            }
            lines.push(LineRecord { loc, taken, accesses: memory.take_record() });
            section = match (op, lock.map(|lock| (lock.kind, lock.cell.index() as u32))) {
                (Op::Acquire(_), Some((LockKind::SpinIrq, cell))) if !self.fine => {
                    section.or(Some(cell))
                }
                (Op::Release(_), Some((_, cell))) if section == Some(cell) => None,
                _ => section,
            };
            if section.is_none() || stopped || self.run_status(memory, cpu) != Status::Runnable {
                break;
            }
        }
    }

    /// Runs one atomic line; whether the machine stopped there.
    fn execute(&self, memory: &mut Memory, cpu: usize, handler: bool, loc: usize) -> bool {
        let program = self.program(cpu, handler);
        let Loc { line, target, .. } = program.locs[loc];
        let mut next = loc + 1;
        match line.op {
            Op::Do(effect) => effect(&mut self.at(memory, cpu, handler, loc)),
            Op::Branch(test, _) => {
                if test(&mut self.at(memory, cpu, handler, loc)) {
                    next = target;
                }
            }
            Op::BugOn(test) => {
                if test(&mut self.at(memory, cpu, handler, loc)) {
                    memory.store(Cell::at(self.bug), (cpu * 2 + usize::from(handler)) as u16 + 1);
                    return true;
                }
            }
            Op::Acquire(lock) => {
                let lock = lock(&self.at(&*memory, cpu, handler, loc));
                memory.update(lock.cell, |word: LockWord| word.taken(cpu, lock.mode));
                self.count_irqs_off(memory, cpu, i32::from(lock.kind == LockKind::SpinIrq));
            }
            Op::Release(lock) => {
                let lock = lock(&self.at(&*memory, cpu, handler, loc));
                memory.update(lock.cell, |word: LockWord| word.dropped(cpu));
                self.count_irqs_off(memory, cpu, -i32::from(lock.kind == LockKind::SpinIrq));
            }
            Op::IrqOff => self.count_irqs_off(memory, cpu, 1),
            Op::IrqOn => self.count_irqs_off(memory, cpu, -1),
            Op::Await(..) => {}
            Op::If(..) | Op::Goto(_) | Op::Let(_) | Op::Call(..) | Op::Return(_) => {
                unreachable!("local lines run in settle")
            }
        }
        memory.store(self.loc_cell(cpu, handler), next as u16);
        false
    }

    fn count_irqs_off(&self, memory: &mut Memory, cpu: usize, by: i32) {
        if by != 0 {
            memory.update(self.irqs_off(cpu), |depth: u16| (i32::from(depth) + by) as u16);
        }
    }

    /// Runs the local lines that follow, up to the next atomic one or the end.
    fn settle(&self, memory: &mut Memory, cpu: usize, handler: bool) {
        for _ in 0..MAX_LOCAL_LINES {
            let Some(loc) = self.location(memory, cpu, handler) else { return };
            let program = self.program(cpu, handler);
            let Loc { line, target, .. } = program.locs[loc];
            let next = match line.op {
                Op::If(test, _) if test(&self.at(&*memory, cpu, handler, loc)) => target,
                Op::If(..) => loc + 1,
                Op::Goto(_) => target,
                Op::Let(effect) => {
                    effect(&mut self.at(memory, cpu, handler, loc));
                    loc + 1
                }
                Op::Call(..) => self.enter(memory, cpu, handler, target),
                Op::Return(value) => {
                    let value = value(&self.at(&*memory, cpu, handler, loc));
                    match self.leave(memory, cpu, handler, loc, value) {
                        Some(next) => next,
                        None => return,
                    }
                }
                _ => return,
            };
            memory.store(self.loc_cell(cpu, handler), next as u16);
        }
        panic!("CPU{cpu} runs local lines for ever: a routine's table is wrong");
    }

    /// Passes the arguments of a call; the callee's first location.
    fn enter(&self, memory: &mut Memory, cpu: usize, handler: bool, call: usize) -> usize {
        let program = self.program(cpu, handler);
        let callee = &program.calls[call];
        let (caller, at) = callee.parent.expect("a called routine has a caller");
        let from = self.at(&*memory, cpu, handler, at);
        debug_assert_eq!(program.locs[at].call, caller);
        let args: Vec<u16> =
            callee.routine.params.iter().map(|param| from.get(callee.source_of(*param))).collect();
        let mut to = self.at(memory, cpu, handler, callee.start);
        for (param, value) in callee.routine.params.iter().zip(args) {
            to.set(*param, value);
        }
        callee.start
    }

    /// Clears the locals of the routine that returns and hands its value on; where to go next,
    /// or nowhere if the timeline ended.
    fn leave(
        &self,
        memory: &mut Memory,
        cpu: usize,
        handler: bool,
        loc: usize,
        value: u16,
    ) -> Option<usize> {
        let program = self.program(cpu, handler);
        let call: &Call = &program.calls[program.locs[loc].call];
        let slots = self.slots(cpu, handler);
        for slot in call.slots() {
            memory.store(Cell::at(slots + u32::from(slot)), 0u16);
        }
        if let Some((caller, at)) = call.parent {
            if program.calls[caller].slot(Local::Ret).is_some() {
                self.at(memory, cpu, handler, at).set(Local::Ret, value);
            }
            return Some(call.end);
        }
        let number = program.locs[loc].operation;
        let operation = &program.operations[number];
        memory.store(self.result(cpu, handler, number), value);
        let again = operation.retry && program.returns[number].is_failure(value);
        let next = if again { number } else { number + 1 };
        if next == program.operations.len() {
            memory.store(self.loc_cell(cpu, handler), END);
            return None;
        }
        self.begin(memory, cpu, handler, next);
        Some(program.starts[next])
    }

    /// Gives an operation its constants.
    fn begin(&self, memory: &mut Memory, cpu: usize, handler: bool, operation: usize) {
        let program = self.program(cpu, handler);
        let Some(start) = program.starts.get(operation) else { return };
        for (param, value) in &program.operations[operation].args {
            self.at(&mut *memory, cpu, handler, *start).set(*param, *value);
        }
    }

    /// The findings made so far, one bit a property.
    pub fn findings(&self, memory: &Memory) -> u32 {
        (0..FINDING_CELLS).fold(0, |bits, cell| {
            let word: u16 = memory.peek(self.layout.findings(cell));
            bits | u32::from(word) << (16 * cell)
        })
    }

    /// Checks the properties and remembers those that broke; the numbers of those that were not
    /// among the findings `before`.
    fn watch(&self, memory: &mut Memory, before: u32) -> Vec<usize> {
        let reported = self.findings(memory);
        let state = State { system: self, memory };
        let broken = |number: &usize| {
            reported & 1 << number == 0 && !(self.properties[*number].holds)(&state)
        };
        let now = (0..self.properties.len()).filter(broken).fold(reported, |now, n| now | 1 << n);
        for cell in 0..FINDING_CELLS {
            let word = (now >> (16 * cell)) as u16;
            if memory.peek(self.layout.findings(cell)) != word {
                memory.store(self.layout.findings(cell), word);
            }
        }
        (0..self.properties.len()).filter(|number| now & !before & 1 << number != 0).collect()
    }
}
