//! Doubly linked lists of pages through `page->lru`: the buddy lists, one for each order and
//! migratetype, and the pcplists.
//!
//! These are the list operations alone. Which list a page belongs on, merging and accounting are
//! decisions of routines.
use super::layout::Layout;
use super::memory::{Cell, Memory};
use super::word::{Migratetype, Pfn, Place};

/// The two ends of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct List {
    base: u32,
}

impl List {
    pub(super) fn at(base: u32) -> Self {
        List { base }
    }
    /// Its first page.
    pub fn first(self) -> Cell<Option<Pfn>> {
        Cell::at(self.base)
    }
    /// Its last page.
    pub fn last(self) -> Cell<Option<Pfn>> {
        Cell::at(self.base + 1)
    }
}

/// `list_add`
pub fn push_front(memory: &mut Memory, layout: &Layout, list: List, pfn: Pfn) {
    let first = memory.load(list.first());
    memory.store(layout.page(pfn).prev(), None);
    memory.store(layout.page(pfn).next(), first);
    match first {
        Some(second) => memory.store(layout.page(second).prev(), Some(pfn)),
        None => memory.store(list.last(), Some(pfn)),
    }
    memory.store(list.first(), Some(pfn));
}

/// `list_add_tail`
pub fn push_back(memory: &mut Memory, layout: &Layout, list: List, pfn: Pfn) {
    let last = memory.load(list.last());
    memory.store(layout.page(pfn).prev(), last);
    memory.store(layout.page(pfn).next(), None);
    match last {
        Some(before) => memory.store(layout.page(before).next(), Some(pfn)),
        None => memory.store(list.first(), Some(pfn)),
    }
    memory.store(list.last(), Some(pfn));
}

/// `list_del`, of a page that is on this list.
pub fn unlink(memory: &mut Memory, layout: &Layout, list: List, pfn: Pfn) {
    let page = layout.page(pfn);
    let (prev, next) = (memory.load(page.prev()), memory.load(page.next()));
    match prev {
        Some(prev) => memory.store(layout.page(prev).next(), next),
        None => memory.store(list.first(), next),
    }
    match next {
        Some(next) => memory.store(layout.page(next).prev(), prev),
        None => memory.store(list.last(), prev),
    }
    memory.store(page.prev(), None);
    memory.store(page.next(), None);
}

/// The pages of a list, first to last; a list that is broken ends after as many as there are
/// pages, for the invariants to report.
pub fn pages<'a>(
    memory: &'a Memory,
    layout: &'a Layout,
    list: List,
) -> impl Iterator<Item = Pfn> + 'a {
    std::iter::successors(memory.peek(list.first()), |pfn| memory.peek(layout.page(*pfn).next()))
        .take(layout.geometry.pages() + 1)
}

/// Puts a free block at the head of a list and marks its pages (`add_to_free_list`).
pub fn add(memory: &mut Memory, layout: &Layout, pfn: Pfn, order: u8, mt: Migratetype) {
    push_front(memory, layout, layout.zone().free_list(order, mt), pfn);
    mark(memory, layout, pfn, order, Place::Buddy);
}

/// Marks the pages of a block that is free as a whole; `place` is that of its head.
pub fn mark(memory: &mut Memory, layout: &Layout, pfn: Pfn, order: u8, place: Place) {
    memory.store(layout.page(pfn).order(), u16::from(order));
    memory.store(layout.page(pfn).place(), place);
    for tail in pfn.0 + 1..pfn.0 + (1 << order) {
        memory.store(layout.page(Pfn(tail)).place(), Place::BuddyTail);
    }
}

/// Takes the head of a free block off the list that it is on; its pages are in flight after.
///
/// The list is named by the caller, who has found it with [`list_of`] where it may be a wrong one.
pub fn remove(memory: &mut Memory, layout: &Layout, pfn: Pfn, mt: Migratetype) {
    let page = layout.page(pfn);
    let order = memory.load(page.order()) as u8;
    unlink(memory, layout, layout.zone().free_list(order, mt), pfn);
    set_in_flight(memory, layout, pfn);
}

/// The pages of a free block that is on no list any more.
pub fn set_in_flight(memory: &mut Memory, layout: &Layout, pfn: Pfn) {
    let order = memory.load(layout.page(pfn).order());
    memory.store(layout.page(pfn).order(), 0);
    for page in pfn.0..pfn.0 + (1 << order) {
        memory.store(layout.page(Pfn(page)).place(), Place::InFlight);
    }
}

/// The migratetype of the list that a free block's head is on, found by walking to its first page.
pub fn list_of(memory: &Memory, layout: &Layout, pfn: Pfn) -> Option<Migratetype> {
    let order = memory.peek(layout.page(pfn).order()) as u8;
    let mut first = pfn;
    for _ in 0..layout.geometry.pages() {
        match memory.peek(layout.page(first).prev()) {
            Some(prev) => first = prev,
            None => break,
        }
    }
    let zone = layout.zone();
    let holds = |mt: &Migratetype| memory.peek(zone.free_list(order, *mt).first()) == Some(first);
    Migratetype::ALL.into_iter().find(holds)
}

/// As [`list_of`], of a free block. One that is on no list is a broken one, for the invariants to
/// report: it goes as its pageblock's type says.
pub fn list_with(memory: &Memory, layout: &Layout, pfn: Pfn) -> Migratetype {
    let own = || memory.peek(layout.migratetype_of(pfn));
    list_of(memory, layout, pfn).unwrap_or_else(own)
}

/// The heads on one free list, first to last.
pub fn heads<'a>(
    memory: &'a Memory,
    layout: &'a Layout,
    order: u8,
    mt: Migratetype,
) -> impl Iterator<Item = Pfn> + 'a {
    pages(memory, layout, layout.zone().free_list(order, mt))
}

/// The pages on all free lists of one migratetype.
pub fn pages_on(memory: &Memory, layout: &Layout, mt: Migratetype) -> usize {
    let orders = 0..=layout.geometry.max_order;
    orders.map(|order| heads(memory, layout, order, mt).count() << order).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mm::Geometry;

    fn machine() -> (Memory, Layout) {
        let layout = Layout::new(Geometry {
            pageblock_order: 2,
            max_order: 2,
            blocks: 2,
            cma_areas: Vec::new(),
            processes: Vec::new(),
            pins: Vec::new(),
            cpus: 1,
            pin_bias: 1024,
            migrate_passes: 1,
            migrate_tries: 1,
            hpage_order: 0,
            section_pages: 0,
            zero_page: None,
            pcp_high: 1,
            pcp_batch: 1,
            gather_pages: 1,
            runs: Vec::new(),
            tlb: false,
            swap_slots: 1,
            smp: true,
            preempt_rt: false,
            debug_vm: false,
        });
        (Memory::new(vec![0; layout.len()]), layout)
    }

    /// Every order of adding three pages and every order of removing them leaves the lists whole.
    #[test]
    fn lists_stay_whole_under_every_order_of_removal() {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for removal in orders {
            let (mut memory, layout) = machine();
            let mt = Migratetype::Movable;
            for pfn in [1, 4, 6] {
                add(&mut memory, &layout, Pfn(pfn), 0, mt);
            }
            let mut expected = vec![Pfn(6), Pfn(4), Pfn(1)];
            assert_eq!(heads(&memory, &layout, 0, mt).collect::<Vec<_>>(), expected);
            for which in removal {
                let pfn = Pfn([1, 4, 6][which]);
                assert_eq!(list_of(&memory, &layout, pfn), Some(mt));
                remove(&mut memory, &layout, pfn, mt);
                expected.retain(|other| *other != pfn);
                assert_eq!(heads(&memory, &layout, 0, mt).collect::<Vec<_>>(), expected);
                assert_eq!(memory.peek(layout.page(pfn).place()), Place::InFlight);
            }
            assert_eq!(memory.peek(layout.zone().free_list(0, mt).last()), None);
        }
    }

    #[test]
    fn a_block_of_higher_order_marks_its_tails() {
        let (mut memory, layout) = machine();
        add(&mut memory, &layout, Pfn(4), 2, Migratetype::Cma);
        let places = [4, 5, 6, 7].map(|pfn| memory.peek(layout.page(Pfn(pfn)).place()));
        assert_eq!(places, [Place::Buddy, Place::BuddyTail, Place::BuddyTail, Place::BuddyTail]);
        assert_eq!(pages_on(&memory, &layout, Migratetype::Cma), 4);
    }
}
