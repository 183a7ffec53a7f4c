//! Which pages a reply has to tell: those that may look different since the last one. A machine may
//! have thousands, and a step touches a few.
use std::collections::BTreeSet;

use super::{picture, sections};
use crate::machine::System;
use crate::mm::{Layout, Memory, Pfn, Subject};
use crate::player::Player;

/// What the last reply told.
#[derive(Default)]
pub struct Shown {
    cells: Vec<u16>,
    /// The pages whose looks hang on more than their own cells.
    tied: Vec<Pfn>,
    /// Stores were on their way, which are counted as done where it is told who holds what.
    storing: bool,
}

impl Shown {
    /// The pages to tell now, in order; all of them at first.
    pub fn since(&mut self, player: &Player) -> Vec<Pfn> {
        let system = player.system();
        let (layout, memory) = (&system.layout, player.memory());
        let now = Shown {
            cells: memory.cells().to_vec(),
            tied: tied(system, memory)
                .chain(picture::changed_subjects(player).into_iter().filter_map(page_of))
                .collect(),
            storing: system.with_stores_done(memory).is_some(),
        };
        let before = std::mem::replace(self, now);
        if before.cells.len() != self.cells.len() || before.storing || self.storing {
            return layout.pfns().collect();
        }
        let written = written(layout, &before.cells, &self.cells);
        let told: BTreeSet<Pfn> = written.chain(before.tied).chain(self.tied.clone()).collect();
        told.into_iter().collect()
    }
}

fn page_of(subject: Subject) -> Option<Pfn> {
    match subject {
        Subject::Page(pfn) => Some(Pfn(pfn)),
        _ => None,
    }
}

/// The pages whose own cells differ.
fn written<'a>(
    layout: &'a Layout,
    before: &'a [u16],
    now: &'a [u16],
) -> impl Iterator<Item = Pfn> + 'a {
    let cells = before.iter().zip(now).enumerate().filter(|(_, (old, new))| old != new);
    cells.filter_map(|(cell, _)| page_of(layout.info(cell as u32).subject))
}

/// The pages that something outside of their own cells names or counts, and those that a lane
/// holds, which is told with what the lane runs.
fn tied<'a>(system: &'a System, memory: &'a Memory) -> impl Iterator<Item = Pfn> + 'a {
    let layout = &system.layout;
    let processes = layout.geometry.processes.iter().enumerate();
    let entries = processes.flat_map(move |(process, it)| {
        let addresses = 0..it.mappings.len() as u16;
        addresses.filter_map(move |address| layout.entry(memory, process, address).pfn())
    });
    let pins = 0..layout.geometry.pins.len();
    let pinned = pins.filter_map(move |pin| memory.peek(layout.pin(pin).page()));
    let gathered = (0..layout.geometry.cpus).flat_map(move |cpu| {
        let slots = 0..layout.geometry.gather_pages;
        slots.filter_map(move |slot| memory.peek(layout.gather(cpu).page(slot)))
    });
    let others = layout.pfns().filter(move |pfn| is_tied(layout, memory, *pfn));
    entries.chain(pinned).chain(gathered).chain(others)
}

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
