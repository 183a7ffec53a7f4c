//! Migration entries, and the slots of the swap cache, against the pages that they name.
use super::references::a_page_table_is_locked;
use crate::machine::State;
use crate::mm::{ANY, Pfn, Place, Pmd, Pte, Slot, WORDS};

/// I7 and I8: who waits for a page that is being migrated waits for its lock, and may look at it as
/// long as the entry stands.
pub fn migrated_pages_are_locked(state: &State) -> bool {
    let layout = state.layout();
    let locked = |named: Pfn| {
        let huge = layout.geometry.has_huge_pages();
        let compound = huge.then(|| state.memory.peek(layout.compound(named).compound_head()));
        let page = layout.page(compound.flatten().unwrap_or(named));
        let frozen = state.memory.peek(page.place()) == Place::InFlight;
        state.memory.peek(page.lock().cell).exclusive()
            && (frozen || state.memory.peek(page.refcount()) > 0)
    };
    layout.geometry.processes.iter().enumerate().all(|(number, process)| {
        let mm = layout.mm(number);
        match state.memory.peek(mm.pmd()) {
            Pmd::Migration { head, .. } | Pmd::InvalidMigration { head, .. } => locked(head),
            Pmd::Table => (0..process.mappings.len() as u16).all(|address| {
                match state.memory.peek(mm.pte(address)) {
                    Pte::Migration { pfn, .. } => locked(pfn),
                    _ => true,
                }
            }),
            Pmd::None | Pmd::Huge(_) | Pmd::Invalid(_) => true,
        }
    })
}

/// I16: who looks a slot up finds the page that it belongs to. While a page is locked or frozen it
/// may be on its way to its slots or away from them.
pub fn slots_name_their_pages(state: &State) -> bool {
    let layout = state.layout();
    (0..layout.geometry.swap_slots).all(|number| {
        let Some(pfn) = state.memory.peek(layout.swap_slot(number).page()) else { return true };
        let page = layout.page(pfn);
        let changing = state.memory.peek(page.lock().cell).exclusive()
            || state.memory.peek(page.place()) == Place::InFlight;
        let all = layout.folio(state.memory, pfn).count() as u16;
        let own = state.memory.peek(page.swap());
        changing || own.is_some_and(|Slot(first)| (first..first + all).contains(&number))
    })
}

/// I14, of what an entry is there for: who unmaps a page says so in the step that clears its entry,
/// and what has been there since is nothing. Who clears one for a moment, such as migration and
/// reclaim, does it with the page table locked, or `mmap_lock` for writing. With store buffers what
/// was written there may be told behind the unmapping, so nothing is said of those.
pub fn nothing_is_unmapped_for_good(state: &State) -> bool {
    let (layout, memory) = (state.layout(), state.memory);
    if state.system.kernel.config.buffers.is_some() || a_page_table_is_locked(state) {
        return true;
    }
    layout.geometry.processes.iter().enumerate().all(|(number, process)| {
        let mm = layout.mm(number);
        let changing = memory.peek(mm.mmap_write().cell).exclusive();
        let is_there = |address: u16| {
            let found = |word: u16| ![0, ANY].contains(&memory.peek(mm.written(address, word)));
            !(0..WORDS).any(found) || layout.entry(memory, number, address) != Pte::None
        };
        changing || !memory.peek(mm.runs()) || (0..process.mappings.len() as u16).all(is_there)
    })
}
