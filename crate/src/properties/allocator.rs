//! What the allocator's lists, types and counters say about each other.
//!
//! A section of `zone->lock` may break these on its way; they are looked at while the lock is free.
use crate::machine::State;
use crate::mm::{LockWord, Migratetype, Pfn, Place, free_list};

fn zone_is_unlocked(state: &State) -> bool {
    state.memory.peek(state.layout().zone().lock().cell) == LockWord::FREE
}

/// In every state.
pub fn cma_blocks_keep_their_type(state: &State) -> bool {
    let layout = state.layout();
    (0..layout.geometry.blocks).all(|block| {
        let first = layout.pfns_of_block(block).next().expect("a pageblock has pages");
        let mt = state.memory.peek(layout.migratetype(block));
        layout.geometry.cma_area_of(first).is_none()
            || matches!(mt, Migratetype::Cma | Migratetype::Isolate)
    })
}

/// A page that a caller has was reserved first; the bits of a failing attempt stand for no page.
pub fn cma_pages_are_reserved(state: &State) -> bool {
    let layout = state.layout();
    layout.geometry.cma_areas.iter().enumerate().all(|(number, area)| {
        let bits = state.memory.peek(layout.cma_bitmap(number));
        (0..area.count).all(|bit| {
            let page = layout.page(Pfn(area.base.0 + bit));
            state.memory.peek(page.place()) != Place::Contig || bits & 1 << bit != 0
        })
    })
}

/// I5 of the allocator.
pub fn free_lists_match_types(state: &State) -> bool {
    let layout = state.layout();
    !zone_is_unlocked(state)
        || (0..=layout.geometry.max_order).all(|order| {
            Migratetype::ALL.iter().all(|list| {
                free_list::heads(state.memory, layout, order, *list).all(|pfn| {
                    let mt = state.memory.peek(layout.migratetype_of(pfn));
                    (mt == Migratetype::Isolate) == (*list == Migratetype::Isolate)
                })
            })
        })
}

/// I6 of the allocator: pages on isolate lists are not counted.
pub fn counters_match_lists(state: &State) -> bool {
    if !zone_is_unlocked(state) {
        return true;
    }
    let zone = state.layout().zone();
    let on = |mt: Migratetype| free_list::pages_on(state.memory, state.layout(), mt);
    let counted = Migratetype::ALL.into_iter().filter(|mt| *mt != Migratetype::Isolate);
    let free: usize = counted.map(on).sum();
    i64::from(state.memory.peek(zone.nr_free())) == free as i64
        && i64::from(state.memory.peek(zone.nr_free_cma())) == on(Migratetype::Cma) as i64
}

/// I11 of the allocator.
pub fn isolate_count_is_right(state: &State) -> bool {
    let layout = state.layout();
    let isolated =
        |block: &usize| state.memory.peek(layout.migratetype(*block)) == Migratetype::Isolate;
    !zone_is_unlocked(state)
        || usize::from(state.memory.peek(layout.zone().nr_isolate_pageblock()))
            == (0..layout.geometry.blocks).filter(isolated).count()
}
