//! `[[before]]`: what has happened before the lanes begin. The starting machine comes out of
//! running it, call by call, with nobody else there.
use super::Scenario;
use super::build::BuildError;
use crate::machine::{Choice, Kernel, Operation, Status, System};
use crate::mm::{Layout, Memory};
use crate::properties::PROPERTIES;

/// Calls of a process, or of nobody, that have returned before the lanes begin.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Before {
    /// The process that has made them.
    pub process: Option<usize>,
    /// The calls.
    pub run: Vec<Operation>,
}

/// More steps than any start takes that ends at all.
const MOST_STEPS: usize = 100_000;

impl Scenario {
    /// Its calls as a reader is told of them: `P: fork(C)`.
    pub fn before_in_words(&self) -> Vec<String> {
        let words = |before: &Before, call: &Operation| match before.process {
            Some(process) => format!("{}: {}", self.geometry.processes[process].name, call.text),
            None => call.text.clone(),
        };
        let calls = |before: &Before| -> Vec<String> {
            before.run.iter().map(|call| words(before, call)).collect()
        };
        self.before.iter().flat_map(calls).collect()
    }

    /// Runs it on a machine as the text describes it; the machine's cells behind it.
    pub(super) fn run_before(
        &self,
        layout: &Layout,
        kernel: &Kernel,
        mut memory: Memory,
    ) -> Result<Memory, BuildError> {
        for before in self.before.iter().filter(|_| cfg!(feature = "whole")) {
            for call in &before.run {
                let mut timelines = vec![(Vec::new(), Vec::new()); self.cpus.len()];
                timelines[0].0.push(call.clone());
                let system =
                    System::new(layout.clone(), kernel.clone(), &timelines, PROPERTIES, self.fine);
                let system = system.map_err(|(_, error)| BuildError::Before(error))?;
                let mut lanes = with_cells(&memory, system.layout.len());
                system.start(&mut lanes);
                finish(&system, &mut lanes, call)?;
                memory = with_cells(&lanes, layout.len());
            }
        }
        Ok(memory)
    }
}

/// The machine with as many cells: those of lanes are added or taken away at the end.
pub(super) fn with_cells(memory: &Memory, cells: usize) -> Memory {
    let mut all = memory.cells().to_vec();
    all.resize(cells, 0);
    Memory::new(all)
}

/// Makes every step that can be made, until the call has returned.
fn finish(system: &System, memory: &mut Memory, call: &Operation) -> Result<(), BuildError> {
    for _ in 0..MOST_STEPS {
        let next = system.choices().find(|choice| {
            !matches!(choice, Choice::Interrupt(_))
                && system.status(memory, *choice) == Status::Runnable
        });
        match next {
            Some(choice) if system.goes_round(memory, choice.cpu()) => break,
            Some(choice) => system.make(memory, choice),
            None if system.is_quiescent(memory) => return Ok(()),
            None if system.bug(memory).is_some() => {
                return Err(BuildError::NoStart(say!("`{}` ends in a BUG", call.text)));
            }
            None => return Err(BuildError::NoStart(say!("`{}` waits for ever", call.text))),
        }
    }
    Err(BuildError::NoStart(say!("`{}` does not return", call.text)))
}
