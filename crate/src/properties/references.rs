//! Who holds a page: references, mappings and pins against each other.
use crate::machine::State;
use crate::mm::{Pfn, Place};
use crate::routines::entry::foll;

/// LT of the pins: only handles that a caller has count, not what a call holds on the way.
pub fn no_longterm_pin_on_cma(state: &State) -> bool {
    let layout = state.layout();
    (0..layout.geometry.pins.len()).map(|pin| layout.pin(pin)).all(|pin| {
        let longterm = state.memory.peek(pin.flags()) & foll::LONGTERM != 0;
        let page = state.memory.peek(pin.page());
        !longterm || page.is_none_or(|pfn| layout.geometry.cma_area_of(pfn).is_none())
    })
}

/// References that a handle's flags stand for.
pub fn handle_refs(state: &State, pin: usize) -> u16 {
    let flags = state.memory.peek(state.layout().pin(pin).flags());
    if flags & foll::PIN != 0 { state.layout().geometry.pin_bias } else { 1 }
}

/// Everybody who holds references of the page, with how many; none that holds nothing.
pub fn holders(state: &State, pfn: Pfn) -> Vec<(Holder, u16)> {
    let layout = state.layout();
    let page = layout.page(pfn);
    let mut holders = Vec::new();
    if !layout.geometry.is_zero_pfn(pfn) {
        holders.push((Holder::Mappings, layout.present_ptes(state.memory, pfn)));
    }
    for pin in layout.pins_on(state.memory, pfn) {
        holders.push((Holder::Pin(pin), handle_refs(state, pin)));
    }
    for cpu in 0..layout.geometry.cpus {
        holders.push((Holder::Cpu(cpu), state.memory.peek(page.held_by(cpu))));
    }
    holders.push((Holder::Owner, state.memory.peek(page.owned())));
    holders.retain(|(_, refs)| *refs > 0);
    holders
}

/// Who holds references.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    /// Present page table entries, one each. A mapping of the zero page holds none.
    Mappings,
    /// A pin handle.
    Pin(usize),
    /// A lane, for the length of its work.
    Cpu(usize),
    /// Somebody outside the lanes, or the caller that a range was allocated for.
    Owner,
}

/// The ledger and the count agree in every state.
pub fn refcounts_add_up(state: &State) -> bool {
    state.layout().pfns().all(|pfn| {
        let count = state.memory.peek(state.layout().page(pfn).refcount());
        let sum = holders(state, pfn).iter().fold(0u16, |sum, (_, refs)| sum.wrapping_add(*refs));
        sum == count
    })
}

/// Outside the page table locks; the zero page's mappings are not counted.
pub fn mapcounts_add_up(state: &State) -> bool {
    let layout = state.layout();
    let mms = 0..layout.geometry.processes.len();
    if mms.into_iter().any(|mm| state.memory.peek(layout.mm(mm).ptl().cell).exclusive()) {
        return true;
    }
    layout.pfns().filter(|pfn| !layout.geometry.is_zero_pfn(*pfn)).all(|pfn| {
        state.memory.peek(layout.page(pfn).mapcount()) == layout.present_ptes(state.memory, pfn)
    })
}

/// In every state.
pub fn free_pages_are_unused(state: &State) -> bool {
    let layout = state.layout();
    layout.pfns().all(|pfn| {
        let page = layout.page(pfn);
        let free = !matches!(state.memory.peek(page.place()), Place::Allocated | Place::Contig);
        !free
            || state.memory.peek(page.refcount()) == 0
                && state.memory.peek(page.mapcount()) == 0
                && layout.present_ptes(state.memory, pfn) == 0
                && layout.pins_on(state.memory, pfn).next().is_none()
    })
}
