//! Which pages a reply has to tell: those that may look different since the last one. A machine may
//! have thousands, and a step touches a few.
use super::{picture, sections};
use crate::machine::System;
use crate::mm::{Layout, Memory, Pfn, Subject};
use crate::player::Player;

/// What the last reply told.
#[derive(Default)]
pub struct Shown {
    cells: Vec<u16>,
    /// For each page, whether its looks hang on more than its own cells.
    tied: Vec<bool>,
    /// Stores were on their way, which are counted as done where it is told who holds what.
    storing: bool,
}

impl Shown {
    /// The pages to tell now, in order; all of them at first.
    pub fn since(&mut self, player: &Player) -> Vec<Pfn> {
        let (system, memory) = (player.system(), player.memory());
        let layout = &system.layout;
        let mut now = Shown {
            cells: memory.cells().to_vec(),
            tied: layout.pfns().map(|pfn| is_tied(layout, memory, pfn)).collect(),
            storing: system.with_stores_done(memory).is_some(),
        };
        mark_named(system, memory, &mut now.tied);
        for subject in picture::changed_subjects(player) {
            mark(&mut now.tied, subject);
        }
        let before = std::mem::replace(self, now);
        if before.cells.len() != self.cells.len() || before.storing || self.storing {
            return layout.pfns().collect();
        }
        let mut told = before.tied;
        for (told, tied) in told.iter_mut().zip(&self.tied) {
            *told |= tied;
        }
        for (cell, (old, new)) in before.cells.iter().zip(&self.cells).enumerate() {
            if old != new {
                mark(&mut told, layout.info(cell as u32).subject);
            }
        }
        layout.pfns().filter(|pfn| told[usize::from(pfn.0)]).collect()
    }
}

fn mark(pages: &mut [bool], subject: Subject) {
    if let Subject::Page(pfn) = subject {
        pages[usize::from(pfn)] = true;
    }
}

/// Marks the pages that something outside of their own cells names.
fn mark_named(system: &System, memory: &Memory, pages: &mut [bool]) {
    let layout = &system.layout;
    let geometry = &layout.geometry;
    let mut name = |pfn: Option<Pfn>| {
        if let Some(page) = pfn.and_then(|pfn| pages.get_mut(usize::from(pfn.0))) {
            *page = true;
        }
    };
    for (process, constants) in geometry.processes.iter().enumerate() {
        for address in 0..constants.mappings.len() as u16 {
            name(layout.entry(memory, process, address).pfn());
        }
    }
    for pin in 0..geometry.pins.len() {
        name(memory.peek(layout.pin(pin).page()));
    }
    for cpu in 0..geometry.cpus {
        for slot in 0..geometry.gather_pages {
            name(memory.peek(layout.gather(cpu).page(slot)));
        }
    }
}

/// Whether a page is one of several, or one that a lane holds, which is told with what it runs.
fn is_tied(layout: &Layout, memory: &Memory, pfn: Pfn) -> bool {
    let page = layout.page(pfn);
    let is_compound = || {
        let cells = layout.compound(pfn);
        memory.peek(cells.head()) || memory.peek(cells.compound_head()).is_some()
    };
    (0..layout.geometry.cpus).any(|cpu| memory.peek(page.held_by(cpu)) > 0)
        || (layout.geometry.has_huge_pages() && is_compound())
        || sections::is_removed(layout, memory, pfn)
}
