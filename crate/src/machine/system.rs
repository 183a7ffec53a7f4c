//! The system: lanes with their programs over one memory. What may run.
use super::choice::{Choice, Status, Wait};
use super::context::At;
use super::kernel::Kernel;
use super::lane::{END, Frame, Lane, PENDING};
use super::program::{CompileError, Operation, Program};
use super::property::{Property, Scope};
use super::routine::{Delivery, Function, Op};
use crate::mm::{Cell, Layout, Lock, Meets, Memory, Subject, Unit};

/// All that does not change in one run: the layout, the programs, what is watched.
pub struct System {
    /// Where everything is.
    pub layout: Layout,
    /// The kernel that the programs were compiled for.
    pub kernel: Kernel,
    /// The lanes.
    pub lanes: Vec<Lane>,
    /// What CPUs ask each other to run; a call's number is its place here.
    pub remote: Vec<(Function, Delivery)>,
    /// The properties; a finding's number is its place here.
    pub properties: &'static [Property],
    /// Those that are watched, one bit each.
    pub watched: u128,
    /// Those that a look at a state tells, by number. A reader of the memory is known by its place
    /// here.
    pub(super) stated: Vec<usize>,
    /// Whether every line of a lock section is a step of its own.
    pub fine: bool,
    pub(super) bug: u32,
    choices: Box<[Choice]>,
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
        let mut programs = Vec::new();
        for (cpu, (task, handler)) in timelines.iter().enumerate() {
            let compile =
                |ops: &[Operation]| Program::compile(&kernel, ops).map_err(|error| (cpu, error));
            programs.push((compile(task)?, compile(handler)?));
        }
        let remote = remote_functions(programs.iter().flat_map(|(task, irq)| [task, irq]));
        let served: Vec<Operation> =
            remote.iter().map(|(function, _)| Operation::served(*function)).collect();
        let mut lanes = Vec::new();
        for (cpu, (task, handler)) in programs.into_iter().enumerate() {
            let calls = Program::compile(&kernel, &served).map_err(|error| (cpu, error))?;
            let programs = [task, calls, handler];
            lanes.push(Lane::new(&mut layout, cpu, programs, kernel.config.buffers));
        }
        let config = &kernel.config;
        let fine = fine || !config.types_change_under_lock || !config.sections_look_inside;
        let bug = layout.add(Subject::Ghost, "BUG", 0, Unit::Hidden);
        let scopes = || properties.iter().map(|property| property.scope).enumerate();
        let watched = scopes().filter(|(_, scope)| *scope != Scope::OnRequest);
        let watched = watched.fold(0, |bits, (number, _)| bits | 1 << number);
        let stated = scopes().filter(|(_, scope)| matches!(scope, Scope::State | Scope::Lane));
        let stated = stated.map(|(number, _)| number).collect();
        let choices = choices(&lanes).collect();
        Ok(System {
            layout,
            kernel,
            lanes,
            remote,
            properties,
            watched,
            stated,
            fine,
            bug,
            choices,
        })
    }

    /// Watches a property that is watched on request only, by its number.
    pub fn request(&mut self, property: usize) {
        self.watched |= 1 << property;
    }

    /// The readers that look at each lane by itself, one bit each.
    pub fn readers_of_lanes(&self) -> u64 {
        let alone = |number: &usize| self.properties[*number].scope == Scope::Lane;
        let readers = self.stated.iter().enumerate().filter(|(_, number)| alone(number));
        readers.fold(0, |bits, (reader, _)| bits | 1 << reader)
    }

    /// Puts every lane at its first line. The machine's own cells are the caller's to set.
    pub fn start(&self, memory: &mut Memory) {
        for (cpu, lane) in self.lanes.iter().enumerate() {
            for frame in Frame::ALL {
                memory.poke(lane.cells.location(frame), END);
            }
            if !lane.program(Frame::Interrupt).locs.is_empty() {
                memory.poke(lane.cells.location(Frame::Interrupt), PENDING);
            }
            if !lane.program(Frame::Task).locs.is_empty() {
                self.begin(memory, cpu, Frame::Task, 0);
                self.settle(memory, cpu, Frame::Task, 0);
            }
        }
        self.watch_all(memory);
    }

    /// The lane, frame and location of the `BUG` that stopped the machine.
    pub fn bug(&self, memory: &Memory) -> Option<(usize, Frame, usize)> {
        let word: u16 = memory.peek(Cell::at(self.bug));
        let number = usize::from(word.checked_sub(1)?);
        let (cpu, frame) = (number / Frame::ALL.len(), Frame::ALL[number % Frame::ALL.len()]);
        self.lanes[cpu].location(memory, frame).map(|loc| (cpu, frame, loc))
    }

    /// The cell that says which lane and frame it is.
    pub fn bug_cell(&self) -> Cell<u16> {
        Cell::at(self.bug)
    }

    /// Whether every lane has run all that it was given.
    pub fn is_quiescent(&self, memory: &Memory) -> bool {
        (0..self.lanes.len()).all(|cpu| self.is_through(memory, cpu))
    }

    /// Whether this lane has. Nothing but its own cells says so.
    pub fn is_through(&self, memory: &Memory, cpu: usize) -> bool {
        let lane = &self.lanes[cpu];
        Frame::ALL.iter().all(|frame| lane.location(memory, *frame).is_none())
            && !lane.interrupt_pending(memory)
            && !lane.is_storing(memory)
    }

    /// Every choice that the lanes have in principle.
    pub fn choices(&self) -> impl Iterator<Item = Choice> + '_ {
        self.choices.iter().copied()
    }

    /// Whether a choice can be made, without making it.
    pub fn status(&self, memory: &Memory, choice: Choice) -> Status {
        if memory.peek::<u16>(Cell::at(self.bug)) != 0 {
            return Status::Done;
        }
        match choice {
            Choice::Run(cpu) => self.run_status(memory, cpu),
            Choice::Interrupt(cpu) => self.interrupt_status(memory, cpu),
            Choice::Call(cpu) => self.call_status(memory, cpu),
            Choice::Drain(cpu) if self.lanes[cpu].is_storing(memory) => Status::Runnable,
            Choice::Drain(_) => Status::Done,
        }
    }

    /// Whether a choice can be made.
    pub fn can_make(&self, memory: &Memory, choice: Choice) -> bool {
        self.status(memory, choice) == Status::Runnable
    }

    fn irqs_are_off(&self, memory: &Memory, cpu: usize) -> bool {
        memory.peek(self.lanes[cpu].cells.irqs_off()) > 0
    }

    /// Whether the task of a lane keeps its CPU: preemption is off, or interrupts are, or it holds
    /// a spinlock. With PREEMPT_RT the latter two are locks that sleep (`local_lock`, `rt_mutex`).
    pub fn is_atomic(&self, memory: &Memory, cpu: usize) -> bool {
        let cells = self.lanes[cpu].cells;
        let busy = memory.peek(cells.irqs_off()) > 0 || memory.peek(cells.spinlocks()) > 0;
        memory.peek(cells.preempt_off()) > 0 || !self.kernel.config.preempt_rt && busy
    }

    /// Without `CONFIG_SMP`: the other lane whose task has the CPU and keeps it.
    fn keeps_the_cpu(&self, memory: &Memory, cpu: usize) -> Option<usize> {
        if self.kernel.config.smp {
            return None;
        }
        (0..self.lanes.len()).find(|other| *other != cpu && self.is_atomic(memory, *other))
    }

    fn interrupt_status(&self, memory: &Memory, cpu: usize) -> Status {
        if !self.lanes[cpu].interrupt_pending(memory) {
            return Status::Done;
        }
        let mut same_cpu =
            (0..self.lanes.len()).filter(|other| *other == cpu || !self.kernel.config.smp);
        if same_cpu.any(|other| self.irqs_are_off(memory, other)) {
            return Status::Blocked(Wait::NotNow("interrupts are off"));
        }
        // With PREEMPT_RT the handler is a thread, which lets the holder of a lock go first.
        if self.kernel.config.preempt_rt && memory.peek(self.lanes[cpu].cells.spinlocks()) > 0 {
            return Status::Blocked(Wait::NotNow(
                "the task holds a lock that the handler may want",
            ));
        }
        Status::Runnable
    }

    fn call_status(&self, memory: &Memory, cpu: usize) -> Status {
        let Some((_, number)) = self.next_call(memory, cpu) else { return Status::Done };
        if self.lanes[cpu].location(memory, Frame::Call).is_some() {
            return Status::Blocked(Wait::NotNow("another call runs"));
        }
        if self.irqs_are_off(memory, cpu) {
            return Status::Blocked(Wait::NotNow("interrupts are off"));
        }
        if self.remote[number].1 == Delivery::Work {
            if self.is_atomic(memory, cpu) {
                return Status::Blocked(Wait::NotNow("the task cannot be preempted"));
            }
            if let Some(other) = self.keeps_the_cpu(memory, cpu) {
                return Status::Blocked(Wait::Cpu(other));
            }
        }
        Status::Runnable
    }

    /// The call that a CPU would run next: who asked for it, and its number.
    pub fn next_call(&self, memory: &Memory, cpu: usize) -> Option<(usize, usize)> {
        let serving = memory.peek(self.lanes[cpu].cells.serving());
        let mut others = self.lanes.iter().enumerate();
        others.find_map(|(from, lane)| {
            let waits = memory.peek(lane.cells.awaited()) & 1 << cpu != 0;
            let asked = memory.peek(lane.cells.asked()).checked_sub(1)?;
            (waits && usize::from(serving) != from + 1).then_some((from, usize::from(asked)))
        })
    }

    /// The frame and location of the line that a lane runs next; nothing at its end.
    pub fn next_line(&self, memory: &Memory, cpu: usize) -> Option<(Frame, usize)> {
        let frame = self.lanes[cpu].top(memory);
        self.lanes[cpu].location(memory, frame).map(|loc| (frame, loc))
    }

    /// Whether a lane goes round by itself for ever, as that of a patched kernel may.
    pub fn goes_round(&self, memory: &Memory, cpu: usize) -> bool {
        let line = self.next_line(memory, cpu);
        let op = line.map(|(frame, loc)| self.lanes[cpu].program(frame).locs[loc].line.op);
        op.is_some_and(|op| op.is_local())
    }

    /// The label of the line that a lane runs next, if it is in this function.
    pub fn next_label(&self, memory: &Memory, cpu: usize, function: Function) -> Option<&str> {
        let (frame, loc) = self.next_line(memory, cpu)?;
        let program = self.lanes[cpu].program(frame);
        let own = program.calls[program.locs[loc].call].routine.function == function;
        own.then(|| program.label(loc))
    }

    /// The lock that a line takes or drops.
    pub fn lock_at(&self, memory: &Memory, cpu: usize, frame: Frame, loc: usize) -> Option<Lock> {
        match self.lanes[cpu].program(frame).locs[loc].line.op {
            Op::Acquire(lock) | Op::Release(lock) => Some(lock(&self.at(memory, cpu, frame, loc))),
            _ => None,
        }
    }

    fn run_status(&self, memory: &Memory, cpu: usize) -> Status {
        let lane = &self.lanes[cpu];
        let frame = lane.top(memory);
        let Some(loc) = lane.location(memory, frame) else { return Status::Done };
        let keeper = self.keeps_the_cpu(memory, cpu).filter(|_| frame != Frame::Interrupt);
        if let Some(other) = keeper {
            return Status::Blocked(Wait::Cpu(other));
        }
        let look = self.at(memory, cpu, frame, loc);
        match lane.program(frame).locs[loc].line.op {
            Op::Acquire(lock) => {
                let lock = lock(&look);
                let word = memory.peek(lock.cell);
                // Nobody waits for a lock that is not there any more.
                let (meets, _) = self.layout.meets(memory, lock.cell.index() as u32);
                if word.admits(lock.mode) || meets == Meets::Fault {
                    return Status::Runnable;
                }
                Status::Blocked(Wait::Lock(lock.cell.index() as u32, word))
            }
            Op::Await(condition, what) if !condition(&look) => {
                Status::Blocked(Wait::Condition(what))
            }
            Op::IrqOff if self.kernel.config.preempt_rt => self.local_lock_status(memory, cpu),
            _ => Status::Runnable,
        }
    }

    /// With PREEMPT_RT interrupts are not turned off: a lock of the CPU is taken that keeps other
    /// tasks of it out.
    fn local_lock_status(&self, memory: &Memory, cpu: usize) -> Status {
        let same_cpu = |other: &usize| *other != cpu && !self.kernel.config.smp;
        let mut others = (0..self.lanes.len()).filter(same_cpu);
        match others.find(|other| self.irqs_are_off(memory, *other)) {
            Some(_) => Status::Blocked(Wait::Condition("the local_lock of this CPU")),
            None => Status::Runnable,
        }
    }

    #[inline]
    pub(super) fn at<'a, M>(
        &'a self,
        memory: M,
        cpu: usize,
        frame: Frame,
        loc: usize,
    ) -> At<'a, M> {
        let lane = &self.lanes[cpu];
        let program = lane.program(frame);
        At {
            memory,
            layout: &self.layout,
            cpu,
            lanes: &self.lanes,
            watched: self.watched,
            buffer: lane.buffer,
            faulted: Default::default(),
            call: &program.calls[program.locs[loc].call],
            slots: lane.slots(frame),
        }
    }
}

/// Every choice that lanes have in principle.
fn choices(lanes: &[Lane]) -> impl Iterator<Item = Choice> + '_ {
    let cpus = 0..lanes.len();
    let has = |frame| cpus.clone().filter(move |cpu| !lanes[*cpu].program(frame).locs.is_empty());
    let runs = cpus.clone().map(Choice::Run);
    let interrupts = has(Frame::Interrupt).map(Choice::Interrupt);
    let drains = cpus.clone().filter(|cpu| lanes[*cpu].buffer.is_some()).map(Choice::Drain);
    runs.chain(interrupts).chain(has(Frame::Call).map(Choice::Call)).chain(drains)
}

/// What the lines of these programs ask other CPUs to run, each once.
fn remote_functions<'a>(programs: impl Iterator<Item = &'a Program>) -> Vec<(Function, Delivery)> {
    let mut remote = Vec::new();
    for loc in programs.flat_map(|program| &program.locs) {
        if let Op::Send(_, function, delivery) = loc.line.op
            && !remote.contains(&(function, delivery))
        {
            remote.push((function, delivery));
        }
    }
    remote
}
