//! Floor 5: playback with a cursor. The trace may reach beyond the cursor; a step made in the past
//! gives up what lay ahead.
#[cfg(feature = "whole")]
pub mod flow;
#[cfg(feature = "whole")]
pub mod reasons;

use std::rc::Rc;

use crate::machine::{Choice, Status, StepRecord, System};
use crate::mm::Memory;
use crate::scenario::{Complaint, End, Outcome, Place};
use crate::schedule::{self, Schedule};

/// A system with a trace and a place in it.
#[derive(Clone)]
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
                self.steps.push(self.system.step(&mut self.memory, choice));
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
            undo(&mut self.memory, &self.steps[self.cursor]);
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

    /// How all ends at the cursor, if it does, and what has come out by then; `loop_from` is what
    /// [`Player::loop_from`] says.
    pub fn outcome(&self, loop_from: Option<usize>) -> (Option<End>, Outcome) {
        let (system, memory) = (self.system(), self.memory());
        let end = End::of(system, memory).or(loop_from.map(|_| End::Livelock));
        (end, Outcome::of(system, memory, end.unwrap_or(End::Done)))
    }

    /// Whether the steps up to the cursor end with a loop that a fair scheduler may follow for
    /// ever: how many steps lead to it.
    ///
    /// That is so where the machine was in this state before, and every choice that could be made
    /// since was made since. Of such places the first counts, but turns that are alike count once.
    pub fn loop_from(&self) -> Option<usize> {
        // Most traces never come back: they need no question about who could have moved.
        let earliest = *self.places_of_this_state(0).last()?;
        // Few choices exist, so lists are searched faster than sets.
        let (mut made, mut missing): (Vec<Choice>, Vec<Choice>) = (Vec::new(), Vec::new());
        let mut first = None;
        self.walk_back(earliest, |place, memory| {
            let can = |choice: &Choice| self.system.status(memory, *choice) == Status::Runnable;
            missing.extend(self.system.choices().filter(can));
            if !made.contains(&self.steps[place].choice) {
                made.push(self.steps[place].choice);
            }
            missing.retain(|choice| !made.contains(choice));
            if missing.is_empty() && memory.cells() == self.memory.cells() {
                first = Some(place);
            }
        });
        let first = first?;
        let turns = &self.schedule().0[first..self.cursor];
        let is_alike = |place: &usize| {
            let turn = &turns[place - first..];
            turns.chunks(turn.len()).all(|other| other == turn)
        };
        self.places_of_this_state(first).into_iter().find(is_alike)
    }

    /// After how many earlier steps the machine was in the state at the cursor; the last first.
    fn places_of_this_state(&self, from: usize) -> Vec<usize> {
        let mut places = Vec::new();
        self.walk_back(from, |place, memory| {
            if memory.cells() == self.memory.cells() {
                places.push(place);
            }
        });
        places
    }

    /// Visits the states before the cursor, the last first, each with the steps that lie before it.
    fn walk_back(&self, to: usize, mut visit: impl FnMut(usize, &Memory)) {
        let mut memory = self.memory.clone();
        for place in (to..self.cursor).rev() {
            undo(&mut memory, &self.steps[place]);
            visit(place, &memory);
        }
    }
}

fn undo(memory: &mut Memory, step: &StepRecord) {
    let lines = step.lines.iter().flat_map(|line| &line.accesses);
    lines.chain(&step.rest).rev().for_each(|access| memory.undo(access));
}
