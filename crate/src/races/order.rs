//! The data races of one execution: accesses that happened one behind the other, and that nothing
//! has ordered.
//!
//! Vector clocks (Mattern 1989) tell what happened before what; each word remembers the last access
//! of each kind by each program of each lane, as the detectors do that start from Djit+ (Pozniansky
//! and Schuster, PPoPP 2003; Flanagan and Freund, PLDI 2009). What orders two accesses:
//!
//! - the program that both are of. A task and an interrupt of its CPU are two programs: KCSAN
//!   takes them for concurrent, and so do we, but where interrupts are off;
//! - a lock dropped, then taken; a marked access that writes a word, then one that reads it. That
//!   is more than the kernel's memory model promises, where `READ_ONCE` alone orders little: what
//!   is reported here is a race for it, too;
//! - what a CPU asks another one to run, and waiting for the answer;
//! - waiting for a condition, RCU's grace periods among them: behind the last write to each word
//!   that the condition looks at.
use super::{Marks, Race, Runner, Touches};
use crate::machine::{Choice, Frame, LineRecord, Op, System};
use crate::mm::{Access, AccessKind, Memory};

/// A race of an execution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unordered {
    /// The race; its first access is the earlier one, whichever writes.
    pub race: Race,
    /// The number of the step that made the later access.
    pub step: usize,
}

/// How far each program had come, by program.
type Clock = Vec<u32>;

/// An access that a word remembers.
struct Seen {
    thread: usize,
    at: u32,
    side: super::Side,
}

/// An execution, watched step by step.
pub struct Execution<'a> {
    system: &'a System,
    marks: Marks,
    clocks: Vec<Clock>,
    /// For each cell, what happened before its last write that is not plain.
    released: Vec<Clock>,
    seen: Vec<Vec<Seen>>,
    steps: usize,
    found: Vec<Unordered>,
}

/// The races of an execution from this state, each pair of lines once. The memory is left at the
/// end.
///
/// # Errors
/// The kernel's stores wait in store buffers.
pub fn along(
    system: &System,
    memory: &mut Memory,
    choices: &[Choice],
) -> Result<Vec<Unordered>, &'static str> {
    if system.kernel.config.buffers.is_some() {
        return Err(super::WITH_STORE_BUFFERS);
    }
    let mut execution = Execution::new(system, memory);
    choices.iter().for_each(|choice| execution.make(memory, *choice));
    Ok(execution.found)
}

impl<'a> Execution<'a> {
    /// Nothing has happened yet.
    pub fn new(system: &'a System, memory: &Memory) -> Execution<'a> {
        let (cells, threads) = (memory.cells().len(), system.lanes.len() * Frame::ALL.len());
        let mut clocks = vec![vec![0; threads]; threads];
        (0..threads).for_each(|thread| clocks[thread][thread] = 1);
        Execution {
            system,
            marks: Marks::of_system(system),
            clocks,
            released: vec![Clock::new(); cells],
            seen: (0..cells).map(|_| Vec::new()).collect(),
            steps: 0,
            found: Vec::new(),
        }
    }

    fn thread(by: Runner) -> usize {
        by.cpu * Frame::ALL.len() + by.frame as usize
    }

    /// Makes a choice that can be made.
    pub fn make(&mut self, memory: &mut Memory, choice: Choice) {
        let waited_for = self.waited_for(memory, choice);
        let asked = self.asked(memory, choice);
        let mut lines = Vec::new();
        memory.start_record();
        memory.start_looks();
        let frame = self.system.act(memory, choice, Some(&mut lines));
        memory.stop_looks();
        let rest = memory.take_record();
        memory.stop_record();

        let by = Runner { cpu: choice.cpu(), frame };
        let thread = Self::thread(by);
        waited_for.into_iter().chain(asked).for_each(|cell| self.acquire(thread, cell));
        let touches = Touches::of_step(self.system, &self.marks, memory, by, &lines);
        for (LineRecord { accesses, .. }, touches) in lines.iter().zip(touches) {
            for access in accesses {
                self.pass(thread, access, &touches);
            }
        }
        rest.iter().for_each(|access| self.pass(thread, access, &Touches::default()));
        // An operation may begin with what others have returned.
        let looks: Vec<u32> = memory.looks().to_vec();
        let results = |cell: &u32| self.system.layout.info(*cell).field == "result";
        looks.into_iter().filter(results).for_each(|cell| self.acquire(thread, cell));
        self.steps += 1;
    }

    /// The cells that decide when a line may go on that waits.
    fn waited_for(&self, memory: &mut Memory, choice: Choice) -> Vec<u32> {
        let Choice::Run(cpu) = choice else { return Vec::new() };
        let next = self.system.next_line(memory, cpu);
        let op = next.map(|(frame, loc)| self.system.lanes[cpu].program(frame).locs[loc].line.op);
        if !matches!(op, Some(Op::Await(..))) {
            return Vec::new();
        }
        memory.start_looks();
        self.system.status(memory, choice);
        memory.stop_looks();
        memory.looks().to_vec()
    }

    /// The cells that say when an interrupt or a call may come, and who has asked for it.
    fn asked(&self, memory: &Memory, choice: Choice) -> Vec<u32> {
        let cpu = choice.cpu();
        let cells = self.system.lanes[cpu].cells;
        let own = [cells.irqs_off(), cells.preempt_off(), cells.spinlocks()];
        let own = own.map(|cell| cell.index() as u32).to_vec();
        match choice {
            Choice::Run(_) | Choice::Drain(_) => Vec::new(),
            Choice::Interrupt(_) => own,
            Choice::Call(_) => {
                let from = self.system.next_call(memory, cpu).map(|(from, _)| from);
                let asked = from.map(|from| self.system.lanes[from].cells.asked().index() as u32);
                own.into_iter().chain(asked).collect()
            }
        }
    }

    fn acquire(&mut self, thread: usize, cell: u32) {
        join(&mut self.clocks[thread], &self.released[cell as usize]);
    }

    fn release(&mut self, thread: usize, cell: u32) {
        join(&mut self.released[cell as usize], &self.clocks[thread]);
        self.clocks[thread][thread] += 1;
    }

    /// One access, after those before it.
    fn pass(&mut self, thread: usize, access: &Access, touches: &Touches) {
        let side = touches
            .sides
            .iter()
            .find(|side| Access { kind: access.kind, ..side.access } == *access);
        let plain = side.is_some_and(|side| side.mark == super::Mark::Plain);
        let (reads, writes) = match access.kind {
            AccessKind::Load => (true, false),
            AccessKind::Store => (false, true),
            AccessKind::Rmw => (true, true),
        };
        if !plain && reads && self.marks.synchronizes(access.cell) {
            self.acquire(thread, access.cell);
        }
        if let Some(side) = side {
            self.compare(thread, side);
        }
        if !plain && writes {
            self.release(thread, access.cell);
        }
    }

    fn compare(&mut self, thread: usize, side: &super::Side) {
        let seen = &mut self.seen[side.access.cell as usize];
        for earlier in seen.iter().filter(|earlier| earlier.thread != thread) {
            let ordered = earlier.at <= self.clocks[thread][earlier.thread];
            let race = Race::of(earlier.side, *side).filter(|_| !ordered);
            let Some(race) = race else { continue };
            let key = race.key(self.system);
            if !self.found.iter().any(|found| found.race.key(self.system) == key) {
                self.found.push(Unordered { race, step: self.steps });
            }
        }
        let at = self.clocks[thread][thread];
        let same = |earlier: &&mut Seen| {
            let kind = (earlier.side.access.kind, earlier.side.mark, earlier.side.changes());
            earlier.thread == thread && kind == (side.access.kind, side.mark, side.changes())
        };
        match seen.iter_mut().find(same) {
            Some(earlier) => *earlier = Seen { thread, at, side: *side },
            None => seen.push(Seen { thread, at, side: *side }),
        }
    }
}

fn join(clock: &mut Clock, other: &[u32]) {
    if clock.len() < other.len() {
        clock.resize(other.len(), 0);
    }
    clock.iter_mut().zip(other).for_each(|(own, other)| *own = (*own).max(*other));
}
