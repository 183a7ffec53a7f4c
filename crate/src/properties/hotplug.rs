//! Memory that is taken out: who still uses it, and who still believes in it.
use super::references::holders;
use crate::machine::State;
use crate::mm::{Pfn, Place};

/// Whether nobody has touched what is gone; `what` is of [`touched`](crate::mm::touched).
pub fn untouched(state: &State, what: u16) -> bool {
    state.layout().touched().is_none_or(|cell| state.memory.peek(cell) & what == 0)
}

/// I18 and I19: from the moment that a section is offline, until there is another in its place.
/// Its free blocks leave their lists a moment later, under `zone->lock`.
pub fn offline_pages_are_unused(state: &State) -> bool {
    let (layout, memory) = (state.layout(), state.memory);
    if layout.geometry.section_pages() == 0 {
        return true;
    }
    let offline = layout.pfns().filter(|pfn| layout.is_offline(memory, *pfn));
    offline.into_iter().all(|pfn| {
        let page = layout.page(pfn);
        let place = memory.peek(page.place());
        let unused = matches!(place, Place::Offline | Place::Buddy | Place::BuddyTail);
        unused && holders(state, pfn).next().is_none() && !is_named(state, pfn)
    })
}

/// Whether an entry or a slot of the swap cache has the page's number.
fn is_named(state: &State, pfn: Pfn) -> bool {
    let (layout, memory) = (state.layout(), state.memory);
    let processes = layout.geometry.processes.iter().enumerate();
    let mapped = processes.flat_map(|(number, process)| {
        (0..process.mappings.len()).map(move |address| (number, address as u16))
    });
    let slots = 0..layout.geometry.swap_slots;
    mapped
        .into_iter()
        .any(|(number, address)| layout.entry(memory, number, address).pfn() == Some(pfn))
        || slots.into_iter().any(|slot| memory.peek(layout.swap_slot(slot).page()) == Some(pfn))
}
