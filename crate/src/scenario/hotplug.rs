//! A machine whose memory can be taken out: at the start all of it is there.
use crate::mm::{Layout, Memory, Pfn};

/// Every section is online, and the zone has no holes. All sections were plugged in, none was there
/// at boot (`early_section`).
pub fn fill(layout: &Layout, memory: &mut Memory) {
    if let Some(contiguous) = layout.contiguous() {
        memory.poke(contiguous, true);
    }
    if let Some([_, end]) = layout.zone_span() {
        memory.poke(end, Pfn(layout.geometry.pages() as u16));
    }
    for section in layout.sections_in(Pfn(0), Pfn(layout.geometry.pages() as u16)) {
        let true_at_first = [section.online(), section.has_mem_map(), section.usage()];
        let there = [section.subsection_map(), section.memmap(), section.page_ext()];
        for cell in true_at_first.into_iter().chain(there) {
            memory.poke(cell, true);
        }
    }
}
