//! Who may write to an anonymous page that several processes may have.
use super::references::a_page_table_is_locked;
use crate::machine::State;
use crate::mm::{Pfn, Pte, Slot};
use crate::routines::copy_pte::COPY_PRESENT_PTE;
use crate::routines::migrate::REMOVE_MIGRATION_PTES;
use crate::routines::wp::DO_WP_PAGE;

/// Whether the kernel has `PageAnonExclusive`: migration keeps it, fork takes it away, and faults
/// ask for it.
pub fn keeps_exclusive(state: &State) -> bool {
    [REMOVE_MIGRATION_PTES, COPY_PRESENT_PTE, DO_WP_PAGE].into_iter().all(|function| {
        let routine = state.system.kernel.routine(function);
        routine.is_some_and(|routine| routine.position("excl").is_some())
    })
}

/// I7, outside the page table locks.
pub fn exclusive_pages_are_not_shared(state: &State) -> bool {
    if !keeps_exclusive(state) || a_page_table_is_locked(state) {
        return true;
    }
    let layout = state.layout();
    layout.pfns().all(|pfn| {
        let page = layout.page(pfn);
        let entries = || {
            let slot = state.memory.peek(page.swap());
            let named = slot.map(|Slot(slot)| state.memory.peek(layout.swap_slot(slot).count()));
            layout.present_ptes(state.memory, pfn) <= 1 && named.unwrap_or(0) == 0
        };
        !state.memory.peek(page.anon_exclusive()) || entries()
    })
}

/// I9, in every state.
pub fn one_process_writes(state: &State) -> bool {
    let layout = state.layout();
    let writes = |process: usize, pfn: Pfn| {
        (0..layout.geometry.processes[process].mappings.len() as u16).any(|address| {
            let pte = layout.entry(state.memory, process, address);
            pte.writes() && pte.mapped() == Some(pfn)
        })
    };
    let processes = layout.geometry.processes.len();
    processes < 2
        || layout
            .pfns()
            .filter(|pfn| is_anon(state, *pfn))
            .all(|pfn| (0..processes).filter(|process| writes(*process, pfn)).count() <= 1)
}

/// `PageAnon`, of a page or of the compound page that it is of.
fn is_anon(state: &State, pfn: Pfn) -> bool {
    let layout = state.layout();
    let huge = layout.geometry.has_huge_pages();
    let head = if huge { layout.block_head(state.memory, pfn) } else { pfn };
    state.memory.peek(layout.page(head).anon())
}

/// I11.
pub fn only_fork_makes_the_sequence_odd(state: &State) -> bool {
    let layout = state.layout();
    (0..layout.geometry.processes.len()).map(|process| layout.mm(process)).all(|mm| {
        let odd = state.memory.peek(mm.write_protect_seq()) & 1 == 1;
        !odd || state.memory.peek(mm.mmap_write().cell).exclusive()
    })
}

/// In kernels that have `PageAnonExclusive` what a process may write through is its alone. Outside
/// the page table locks.
pub fn writable_pages_are_exclusive(state: &State) -> bool {
    if !keeps_exclusive(state) || a_page_table_is_locked(state) {
        return true;
    }
    let layout = state.layout();
    layout.geometry.processes.iter().enumerate().all(|(number, process)| {
        (0..process.mappings.len() as u16).all(|address| {
            let huge = state.memory.peek(layout.mm(number).pmd()).mapped();
            match layout.entry(state.memory, number, address) {
                // Mapped as a whole it is exclusive as a whole.
                Pte::Present { pfn, write: true, .. } => {
                    state.memory.peek(layout.page(huge.unwrap_or(pfn)).anon_exclusive())
                }
                _ => true,
            }
        })
    })
}
