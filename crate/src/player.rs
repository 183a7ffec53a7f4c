//! Floor 5: playback with a cursor. The trace may reach beyond the cursor; a step made in the past
//! gives up what lay ahead.
use std::rc::Rc;

use crate::machine::{Choice, Status, StepRecord, System};
use crate::mm::Memory;
use crate::scenario::{Complaint, Place};
use crate::schedule::{self, Schedule};

/// A system with a trace and a place in it.
pub struct Player {
    system: Rc<System>,
    start: Memory,
    memory: Memory,
    steps: Vec<StepRecord>,
    cursor: usize,
}

impl Player {
    /// At the start, with no trace.
    pub fn new(system: Rc<System>, start: Memory) -> Self {
        Player { system, memory: start.clone(), start, steps: Vec::new(), cursor: 0 }
    }

    /// What cannot change.
    pub fn system(&self) -> &Rc<System> {
        &self.system
    }

    /// The starting state.
    pub fn start(&self) -> &Memory {
        &self.start
    }

    /// The state at the cursor.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The whole trace.
    pub fn steps(&self) -> &[StepRecord] {
        &self.steps
    }

    /// How many steps lie behind.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The trace as a schedule.
    pub fn schedule(&self) -> Schedule {
        Schedule(self.steps.iter().map(|step| step.choice).collect())
    }

    /// Makes a choice at the cursor.
    ///
    /// # Errors
    /// It cannot be made: why. Nothing has changed.
    pub fn step(&mut self, choice: Choice) -> Result<(), Status> {
        match self.system.status(&self.memory, choice) {
            Status::Runnable => {
                self.steps.truncate(self.cursor);
                self.steps.push(self.system.step(&mut self.memory, choice, true));
                self.cursor += 1;
                Ok(())
            }
            status => Err(status),
        }
    }

    /// Goes to a place in the trace; beyond its end means its end.
    pub fn seek(&mut self, cursor: usize) {
        while self.cursor > cursor {
            self.cursor -= 1;
            let step = &self.steps[self.cursor];
            let lines = step.lines.iter().flat_map(|line| &line.accesses);
            lines.chain(&step.rest).rev().for_each(|access| self.memory.undo(access));
        }
        while self.cursor < cursor.min(self.steps.len()) {
            let step = &self.steps[self.cursor];
            let lines = step.lines.iter().flat_map(|line| &line.accesses);
            lines.chain(&step.rest).for_each(|access| self.memory.redo(access));
            self.cursor += 1;
        }
    }

    /// Replaces the trace by that of a schedule, and goes to its end.
    ///
    /// # Errors
    /// The schedule is not one, or makes a choice that cannot be made. Nothing has changed.
    pub fn play(&mut self, schedule: &str, place: Place) -> Result<(), Complaint> {
        let mut memory = self.start.clone();
        self.steps = schedule::replay(&self.system, &mut memory, schedule, place)?;
        self.cursor = self.steps.len();
        self.memory = memory;
        Ok(())
    }
}
