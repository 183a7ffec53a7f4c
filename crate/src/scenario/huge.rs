//! A process that starts with a huge page.
use super::StartMapping;
use crate::mm::{GARBAGE, HugePmd, Layout, Memory, Pfn, Place, Pmd, Rmap, WORDS, dtor};

/// One of the virtual pages that a pmd stands above: with a compound page behind all of them, which
/// is the process's alone, or with nothing.
pub fn map(layout: &Layout, memory: &mut Memory, at: Rmap, start: &StartMapping) {
    let mm = layout.mm(usize::from(at.process));
    memory.poke(mm.vm_flags(at.address), start.vm_flags);
    if at.address == 0 {
        let huge = |head| Pmd::Huge(HugePmd { head, write: start.write, dirty: start.write });
        memory.poke(mm.pmd(), start.pfn.map_or(Pmd::None, huge));
    }
    let Some(pfn) = start.pfn else { return };
    let page = layout.page(pfn);
    memory.poke(page.place(), Place::Allocated);
    let content = layout.geometry.start_content(usize::from(at.process), usize::from(at.address));
    for word in 0..WORDS {
        memory.poke(page.content(word), content);
        memory.poke(mm.written(at.address, word), content);
    }
    if at.address == 0 {
        head(layout, memory, pfn, at);
    } else {
        memory.poke(layout.compound(pfn).compound_head(), Some(Pfn(pfn.0 - at.address)));
    }
}

/// The counts of the whole, with one entry that maps it.
fn head(layout: &Layout, memory: &mut Memory, pfn: Pfn, at: Rmap) {
    let order = u16::from(layout.geometry.hpage_order);
    let page = layout.page(pfn);
    memory.poke(page.refcount(), 1);
    memory.poke(page.order(), order);
    memory.poke(page.anon(), true);
    memory.poke(page.anon_exclusive(), true);
    memory.poke(page.swapbacked(), true);
    memory.poke(page.lru(), true);
    memory.poke(page.rmap(), Some(at));
    memory.poke(layout.compound(pfn).head(), true);
    let second = layout.second_page(pfn).expect("a huge page has a second page");
    memory.poke(second.order(), order);
    memory.poke(second.dtor(), dtor::TRANSHUGE);
    memory.poke(second.entire_mapcount(), 1);
    memory.poke(second.large_mapcount(), 1);
    memory.poke(second.pincount(), 0);
}

/// No page is a second page yet.
pub fn garble(layout: &Layout, memory: &mut Memory) {
    for pfn in layout.pfns() {
        let compound = layout.compound(pfn);
        memory.poke(compound.order(), GARBAGE);
        memory.poke(compound.dtor(), GARBAGE);
        memory.poke(compound.entire_mapcount(), GARBAGE);
        memory.poke(compound.large_mapcount(), GARBAGE);
        memory.poke(compound.pincount(), GARBAGE);
    }
}
