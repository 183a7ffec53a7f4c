//! The buddy lists: doubly linked through `page->lru`, a list for each order and migratetype.
//!
//! These are the list operations alone. Which list a page belongs on, merging and accounting are
//! decisions of routines.
use super::layout::Layout;
use super::memory::Memory;
use super::word::{Migratetype, Pfn, Place};

/// Puts a free block at the head of a list and marks its pages (`add_to_free_list`).
pub fn add(memory: &mut Memory, layout: &Layout, pfn: Pfn, order: u8, mt: Migratetype) {
    let zone = layout.zone();
    let first = memory.load(zone.first(order, mt));
    memory.store(layout.page(pfn).prev(), None);
    memory.store(layout.page(pfn).next(), first);
    match first {
        Some(second) => memory.store(layout.page(second).prev(), Some(pfn)),
        None => memory.store(zone.last(order, mt), Some(pfn)),
    }
    memory.store(zone.first(order, mt), Some(pfn));
    memory.store(layout.page(pfn).order(), u16::from(order));
    for page in pfn.0..pfn.0 + (1 << order) {
        let place = if page == pfn.0 { Place::Buddy } else { Place::BuddyTail };
        memory.store(layout.page(Pfn(page)).place(), place);
    }
}

/// Takes the head of a free block off the list that it is on; its pages are in flight after.
///
/// The list is named by the caller, who has found it with [`list_of`] where it may be a wrong one.
pub fn remove(memory: &mut Memory, layout: &Layout, pfn: Pfn, mt: Migratetype) {
    let page = layout.page(pfn);
    let order = memory.load(page.order()) as u8;
    let (prev, next) = (memory.load(page.prev()), memory.load(page.next()));
    let zone = layout.zone();
    match prev {
        Some(prev) => memory.store(layout.page(prev).next(), next),
        None => memory.store(zone.first(order, mt), next),
    }
    match next {
        Some(next) => memory.store(layout.page(next).prev(), prev),
        None => memory.store(zone.last(order, mt), prev),
    }
    memory.store(page.prev(), None);
    memory.store(page.next(), None);
    memory.store(page.order(), 0);
    for tail in pfn.0..pfn.0 + (1 << order) {
        memory.store(layout.page(Pfn(tail)).place(), Place::InFlight);
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
    let holds = |mt: &Migratetype| memory.peek(layout.zone().first(order, *mt)) == Some(first);
    Migratetype::ALL.into_iter().find(holds)
}

/// The heads on one list, first to last; a list that is broken ends after as many as there are
/// pages, for the invariants to report.
pub fn heads<'a>(
    memory: &'a Memory,
    layout: &'a Layout,
    order: u8,
    mt: Migratetype,
) -> impl Iterator<Item = Pfn> + 'a {
    let first = memory.peek(layout.zone().first(order, mt));
    std::iter::successors(first, |pfn| memory.peek(layout.page(*pfn).next()))
        .take(layout.geometry.pages() + 1)
}

/// The pages on all lists of one migratetype.
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
            zero_page: None,
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
            assert_eq!(memory.peek(layout.zone().last(0, mt)), None);
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
