//! What happens when a lane moves: one line, one atomic action.
use super::choice::{Choice, LineRecord, Status, StepRecord};
use super::context::Look;
use super::lane::{END, Frame};
use super::local::Local;
use super::program::{Arg, Call, Loc};
use super::property::State;
use super::routine::{Delivery, Op};
use super::system::System;
use crate::mm::layout::FINDING_CELLS;
use crate::mm::{Cell, Lock, LockKind, Memory};

/// More lines than any routine of a kernel runs in one step. A patched one may go round for ever
/// by itself: its step ends there, and the next one goes on, so that the search finds the loop.
const MAX_LINES: usize = 10_000;

impl System {
    /// Makes a choice that can be made, and says what happened.
    ///
    /// # Panics
    /// The choice cannot be made: ask [`System::status`] first.
    pub fn step(&self, memory: &mut Memory, choice: Choice) -> StepRecord {
        assert!(self.status(memory, choice) == Status::Runnable, "the choice cannot be made");
        let before = self.findings(memory);
        memory.start_record();
        let mut lines = Vec::new();
        let frame = self.act(memory, choice, Some(&mut lines));
        self.watch(memory);
        let now = self.findings(memory);
        let broke = (0..self.properties.len()).filter(|n| now & !before & 1 << n != 0).collect();
        let rest = memory.take_record();
        memory.stop_record();
        StepRecord { choice, frame, lines, rest, broke }
    }

    /// Makes a choice that [`System::status`] says can be made, as fast as it goes.
    pub fn make(&self, memory: &mut Memory, choice: Choice) {
        self.act(memory, choice, None);
        self.watch(memory);
    }

    /// Makes a choice and looks at no property; the frame that moved.
    pub(crate) fn act(
        &self,
        memory: &mut Memory,
        choice: Choice,
        lines: Option<&mut Vec<LineRecord>>,
    ) -> Frame {
        memory.forget_writes();
        let cpu = choice.cpu();
        match choice {
            Choice::Run(_) => {
                let frame = self.lanes[cpu].top(memory);
                self.run(memory, cpu, frame, lines);
                frame
            }
            Choice::Interrupt(_) => {
                self.enter_frame(memory, cpu, Frame::Interrupt, 0);
                Frame::Interrupt
            }
            Choice::Call(_) => {
                let (from, number) =
                    self.next_call(memory, cpu).expect("a call that can be started is asked for");
                memory.store(self.lanes[cpu].cells.serving(), from as u16 + 1);
                self.enter_frame(memory, cpu, Frame::Call, number);
                Frame::Call
            }
            Choice::Drain(_) => {
                if let Some(buffer) = self.lanes[cpu].buffer {
                    buffer.drain_one(memory);
                }
                self.lanes[cpu].top(memory)
            }
        }
    }

    /// Runs the next line of a frame that another one has interrupted, as if it were on top: what
    /// it does. It is an atomic one that waits for nothing.
    #[cfg(feature = "whole")]
    pub(crate) fn line_of_interrupted(
        &self,
        memory: &mut Memory,
        cpu: usize,
        frame: Frame,
        loc: usize,
    ) -> LineRecord {
        memory.start_record();
        self.execute(memory, cpu, frame, loc);
        let accesses = memory.take_record();
        memory.stop_record();
        LineRecord { loc, taken: None, accesses }
    }

    /// A frame's operation gets the CPU. Interrupts and IPIs run with interrupts off.
    fn enter_frame(&self, memory: &mut Memory, cpu: usize, frame: Frame, operation: usize) {
        let lane = &self.lanes[cpu];
        if self.masks_interrupts(memory, cpu, frame) {
            memory.update(lane.cells.irqs_off(), |depth: u16| depth.wrapping_add(1));
        }
        self.begin(memory, cpu, frame, operation);
        self.settle(memory, cpu, frame, lane.program(frame).starts[operation]);
    }

    /// A frame is through. Who asked for a call need not wait for this CPU any more.
    fn leave_frame(&self, memory: &mut Memory, cpu: usize, frame: Frame) {
        let cells = self.lanes[cpu].cells;
        if self.masks_interrupts(memory, cpu, frame) {
            memory.update(cells.irqs_off(), |depth: u16| depth.wrapping_sub(1));
        }
        memory.store(cells.location(frame), END);
        if frame == Frame::Call {
            let from = usize::from(memory.peek(cells.serving())) - 1;
            memory.store(cells.serving(), 0);
            memory.update(self.lanes[from].cells.awaited(), |mask: u16| mask & !(1 << cpu));
        }
    }

    fn masks_interrupts(&self, memory: &Memory, cpu: usize, frame: Frame) -> bool {
        match frame {
            Frame::Task => false,
            Frame::Interrupt => true,
            Frame::Call => {
                let from = usize::from(memory.peek(self.lanes[cpu].cells.serving())) - 1;
                let asked = usize::from(memory.peek(self.lanes[from].cells.asked())) - 1;
                self.remote[asked].1 == Delivery::Ipi
            }
        }
    }

    /// Runs the line at hand, and with it a whole lock section where that is sound.
    ///
    /// The rule: a section of a spinlock that is taken with interrupts off is one step. What such a
    /// section writes is read outside it in one cell at most (the pageblock's migratetype, the CMA
    /// bitmap not even that), so an outside reader sees the state before or after, and nobody can
    /// act on the lists before the lock is dropped (Lipton 1975). `fine` turns this off, and a test
    /// compares the two on every scenario. A kernel that writes a type without the lock, or
    /// asks pages in use under it whether they can be moved, is always fine.
    fn run(
        &self,
        memory: &mut Memory,
        cpu: usize,
        frame: Frame,
        mut lines: Option<&mut Vec<LineRecord>>,
    ) {
        let lane = &self.lanes[cpu];
        let mut section: Option<u32> = None;
        for _ in 0..MAX_LINES {
            let Some(loc) = lane.location(memory, frame) else { return };
            let Loc { line, compares, .. } = lane.program(frame).locs[loc];
            let op = line.op;
            let lock = if self.fine { None } else { self.lock_at(memory, cpu, frame, loc) };
            let next = self.execute(memory, cpu, frame, loc);
            match next {
                Some(next) => self.settle(memory, cpu, frame, next),
                None => self.stop(memory, cpu, frame),
            }
            if let Some(lines) = &mut lines {
                let jumps = compares || matches!(op, Op::Branch(..));
                let taken = jumps.then_some(next != Some(loc + 1));
                lines.push(LineRecord { loc, taken, accesses: memory.take_record() });
            }
            section = match (op, lock.map(|lock| (lock.kind, lock.cell.index() as u32))) {
                (Op::Acquire(_), Some((LockKind::SpinIrq, cell))) => section.or(Some(cell)),
                (Op::Release(_), Some((_, cell))) if section == Some(cell) => None,
                _ => section,
            };
            let goes_on = section.is_some() && next.is_some();
            if !goes_on || self.status(memory, Choice::Run(cpu)) != Status::Runnable {
                return;
            }
        }
    }

    /// Runs one atomic line; where the lane goes from there, or nothing if the machine stops.
    fn execute(&self, memory: &mut Memory, cpu: usize, frame: Frame, loc: usize) -> Option<usize> {
        let lane = &self.lanes[cpu];
        let Loc { line, target, compares, .. } = lane.program(frame).locs[loc];
        let mut next = loc + 1;
        let mut ctx = self.at(&mut *memory, cpu, frame, loc);
        let mut stops = false;
        match line.op {
            Op::Do(effect) if compares => {
                if ctx.finds_otherwise(effect) {
                    next = target;
                }
                stops = ctx.has_faulted();
            }
            Op::Do(effect) => {
                effect(&mut ctx);
                stops = ctx.has_faulted();
            }
            Op::Branch(test, _) => {
                if test(&mut ctx) {
                    next = target;
                }
                stops = ctx.has_faulted();
            }
            Op::Await(..) => {}
            Op::BugOn(test) => stops = test(&mut ctx) || ctx.has_faulted(),
            Op::Acquire(which) => stops = !self.turn_lock(memory, (cpu, frame, loc), which, true),
            Op::Release(which) => stops = !self.turn_lock(memory, (cpu, frame, loc), which, false),
            Op::Fence => ctx.fence(),
            Op::IrqOff => ctx.count(lane.cells.irqs_off(), 1),
            Op::IrqOn => ctx.count(lane.cells.irqs_off(), -1),
            Op::PreemptOff => ctx.count(lane.cells.preempt_off(), 1),
            Op::PreemptOn => ctx.count(lane.cells.preempt_off(), -1),
            Op::Send(cpus, function, delivery) => {
                // Without CONFIG_SMP the one CPU is the lane's own.
                ctx.drain();
                let mask = cpus(&mut ctx);
                let mask = if self.kernel.config.smp { mask } else { (mask & 1) << cpu };
                let known = self.remote.iter().position(|own| *own == (function, delivery));
                let number = known.expect("every function sent was compiled");
                memory.store(lane.cells.asked(), number as u16 + 1);
                memory.store(lane.cells.awaited(), mask);
            }
            // They run in `settle`, which has given up for this step.
            Op::If(..) | Op::Goto(_) | Op::Let(_) | Op::Call(..) | Op::Return(_) => next = loc,
        }
        (!stops).then_some(next)
    }

    /// Takes or drops a lock; whether it could. A patch may try to take one that the lane has (a
    /// reader that reads again waits for a writer that waits for it, and lockdep stops there), or
    /// to drop one that it does not have.
    fn turn_lock(
        &self,
        memory: &mut Memory,
        (cpu, frame, loc): (usize, Frame, usize),
        which: fn(&Look) -> Lock,
        take: bool,
    ) -> bool {
        let look = self.at(&*memory, cpu, frame, loc);
        let lock = which(&look);
        // A timeline may call the half of a function that drops: that is not for here to say.
        let cannot = self.kernel.is_patched() && look.peek(lock.cell).held_by(cpu) == take;
        if look.has_faulted() || cannot {
            return false;
        }
        let mut ctx = self.at(&mut *memory, cpu, frame, loc);
        if take {
            ctx.acquire(lock);
        } else {
            ctx.release(lock);
            ctx.count_lock(lock.kind, -1);
        }
        !ctx.has_faulted()
    }

    /// The machine stops at the line at hand.
    fn stop(&self, memory: &mut Memory, cpu: usize, frame: Frame) {
        let number = cpu * Frame::ALL.len() + frame as usize;
        memory.store(Cell::at(self.bug), number as u16 + 1);
    }

    /// Runs the local lines from a location on, up to the next atomic one or the end: the frame
    /// stands there then.
    pub(super) fn settle(&self, memory: &mut Memory, cpu: usize, frame: Frame, from: usize) {
        let lane = &self.lanes[cpu];
        let stands = |memory: &mut Memory, loc: usize| {
            memory.store(lane.cells.location(frame), loc as u16);
        };
        let stops = |memory: &mut Memory, loc: usize| {
            stands(memory, loc);
            self.stop(memory, cpu, frame);
        };
        let mut loc = from;
        for _ in 0..MAX_LINES {
            // Whoever asks later why the lane came here finds each turn that it took.
            if memory.has_record() {
                stands(memory, loc);
            }
            let Loc { line, target, .. } = lane.program(frame).locs[loc];
            let look = self.at(&*memory, cpu, frame, loc);
            loc = match line.op {
                Op::If(test, _) => {
                    let holds = test(&look);
                    if look.has_faulted() {
                        return stops(memory, loc);
                    }
                    if holds { target } else { loc + 1 }
                }
                Op::Goto(_) => target,
                Op::Fence if self.kernel.config.buffers.is_none() => loc + 1,
                Op::Let(effect) => {
                    let mut ctx = self.at(&mut *memory, cpu, frame, loc);
                    effect(&mut ctx);
                    if ctx.has_faulted() {
                        return stops(memory, loc);
                    }
                    loc + 1
                }
                Op::Call(..) => self.enter(memory, cpu, frame, target),
                Op::Return(value) => {
                    let value = value(&look);
                    if look.has_faulted() {
                        return stops(memory, loc);
                    }
                    match self.leave(memory, cpu, frame, loc, value) {
                        Some(next) => next,
                        None => return,
                    }
                }
                _ => return stands(memory, loc),
            };
        }
        stands(memory, loc);
    }

    /// Passes the arguments of a call; the callee's first location.
    fn enter(&self, memory: &mut Memory, cpu: usize, frame: Frame, call: usize) -> usize {
        let program = self.lanes[cpu].program(frame);
        let callee = &program.calls[call];
        let (caller, at) = callee.parent.expect("a called routine has a caller");
        debug_assert_eq!(program.locs[at].call, caller);
        // The callee's locals are other cells than its caller's.
        for param in callee.routine.params {
            let from = self.at(&*memory, cpu, frame, at);
            let value: u16 = from.get(callee.source_of(*param));
            self.at(&mut *memory, cpu, frame, callee.start).set(*param, value);
        }
        callee.start
    }

    /// Clears the locals of the routine that returns and hands its value on; where to go next,
    /// or nowhere if the timeline ended.
    fn leave(
        &self,
        memory: &mut Memory,
        cpu: usize,
        frame: Frame,
        loc: usize,
        value: u16,
    ) -> Option<usize> {
        let lane = &self.lanes[cpu];
        let program = lane.program(frame);
        let call: &Call = &program.calls[program.locs[loc].call];
        let slots = lane.slots(frame);
        for slot in call.slots() {
            memory.store(Cell::at(slots + u32::from(slot)), 0u16);
        }
        if let Some((caller, at)) = call.parent {
            if program.calls[caller].slot(Local::Ret).is_some() {
                self.at(memory, cpu, frame, at).set(Local::Ret, value);
            }
            return Some(call.end);
        }
        let number = program.locs[loc].operation;
        let operation = &program.operations[number];
        if frame != Frame::Call {
            memory.store(lane.result(frame, number), value);
        }
        let again = operation.retry && program.returns[number].is_failure(value);
        let next = if again { number } else { number + 1 };
        if next == program.operations.len() || frame == Frame::Call {
            self.leave_frame(memory, cpu, frame);
            return None;
        }
        self.begin(memory, cpu, frame, next);
        Some(program.starts[next])
    }

    /// Gives an operation its constants, and what others have returned by now.
    pub(super) fn begin(&self, memory: &mut Memory, cpu: usize, frame: Frame, operation: usize) {
        let program = self.lanes[cpu].program(frame);
        let Some(start) = program.starts.get(operation) else { return };
        for (param, arg) in &program.operations[operation].args {
            let value = match arg {
                Arg::Value(value) => *value,
                Arg::Result { cpu, frame, operation } => {
                    memory.peek(self.lanes[*cpu].result(*frame, *operation))
                }
            };
            self.at(&mut *memory, cpu, frame, *start).set(*param, value);
        }
    }

    /// The findings made so far, one bit a property.
    pub fn findings(&self, memory: &Memory) -> u128 {
        (0..FINDING_CELLS).fold(0, |bits, cell| {
            let word: u16 = memory.peek(self.layout.findings(cell));
            bits | u128::from(word) << (16 * cell)
        })
    }

    /// The memory as it will be when all stores on their way have arrived: properties are about
    /// what lines have done. Nothing if none is on its way.
    pub fn with_stores_done(&self, memory: &Memory) -> Option<Memory> {
        self.kernel.config.buffers?;
        let storing = self.lanes.iter().any(|lane| lane.is_storing(memory));
        storing.then(|| {
            let mut settled = memory.clone();
            settled.stop_record();
            for buffer in self.lanes.iter().filter_map(|lane| lane.buffer) {
                buffer.drain(&mut settled);
            }
            settled
        })
    }

    /// Looks at the properties, all of them, and remembers those that are broken.
    pub(super) fn watch_all(&self, memory: &mut Memory) {
        self.look_at(memory, u64::MAX);
    }

    /// Looks at the properties whose verdict the last step may have changed, and remembers those
    /// that are broken.
    ///
    /// A property reads the same cells again, and finds the same, as long as nobody has written to
    /// one that it has ever read.
    pub(crate) fn watch(&self, memory: &mut Memory) {
        let buffers = self.kernel.config.buffers.is_some();
        self.look_at(memory, if buffers { u64::MAX } else { memory.disturbed() });
    }

    fn look_at(&self, memory: &mut Memory, disturbed: u64) {
        let mut settled = self.with_stores_done(memory);
        let looked_at = settled.as_mut().unwrap_or(memory);
        let done = self.is_quiescent(looked_at);
        let mut left = self.readers() & if done { u64::MAX } else { disturbed };
        if left == 0 {
            return;
        }
        let (unbroken, mut broken) = (self.watched & !self.findings(looked_at), 0u128);
        while left != 0 {
            let reader = left.trailing_zeros();
            left &= left - 1;
            let number = self.stated[reader as usize];
            if unbroken & 1 << number == 0 {
                continue;
            }
            // When all is done nothing is written any more.
            looked_at.look_for(if done { 0 } else { 1 << reader });
            let state = State { system: self, memory: looked_at, done };
            if !(self.properties[number].holds)(&state) {
                broken |= 1 << number;
            }
        }
        looked_at.look_for(0);
        if broken != 0 {
            self.remember(memory, broken);
        }
    }

    /// One bit for each property that looks at states.
    pub(crate) fn readers(&self) -> u64 {
        u64::MAX.checked_shr(64 - self.stated.len() as u32).unwrap_or(0)
    }

    /// Ghost: these properties were found broken, one bit each.
    fn remember(&self, memory: &mut Memory, broken: u128) {
        for cell in 0..FINDING_CELLS {
            let new = (broken >> (16 * cell)) as u16;
            if new != 0 {
                memory.update(self.layout.findings(cell), |word: u16| word | new);
            }
        }
    }
}
