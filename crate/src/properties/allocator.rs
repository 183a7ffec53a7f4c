//! What the allocator's lists, types and counters say about each other.
//!
//! A section of `zone->lock` may break these on its way; they are looked at while the lock is free.
use crate::machine::{State, System};
use crate::mm::{
    Isolation, Layout, LockWord, Memory, Migratetype, PCPTYPES, Pfn, Place, free_list,
};
use crate::routines::page_alloc::RMQUEUE;
use crate::routines::page_alloc::drain::DRAIN_ALL_PAGES_FORCED;
use crate::routines::page_isolation::SET_MIGRATETYPE_ISOLATE;

fn zone_is_unlocked(state: &State) -> bool {
    state.memory.peek(state.layout().zone().lock().cell) == LockWord::FREE
}

/// Every free block on a list: the list's type, the order and the first page.
fn listed<'a>(state: &'a State) -> impl Iterator<Item = (Migratetype, u8, Pfn)> + 'a {
    let orders = 0..=state.layout().geometry.max_order;
    orders.flat_map(move |order| {
        Migratetype::ALL.into_iter().flat_map(move |mt| {
            let heads = free_list::heads(state.memory, state.layout(), order, mt);
            heads.map(move |pfn| (mt, order, pfn))
        })
    })
}

/// The types of the pageblocks that a block of an order reaches into.
fn types_under<'a>(
    state: &'a State,
    pfn: Pfn,
    order: u8,
) -> impl Iterator<Item = (usize, Migratetype)> + 'a {
    let layout = state.layout();
    let first = layout.geometry.block_of(pfn);
    let last = layout.geometry.block_of(Pfn(pfn.0 + (1 << order) - 1));
    let blocks = first..=last.min(layout.geometry.blocks - 1);
    blocks.map(|block| (block, state.memory.peek(layout.migratetype(block))))
}

/// The pages on each kind of list are those that say so, each once.
pub fn pages_are_in_one_place(state: &State) -> bool {
    if !zone_is_unlocked(state) {
        return true;
    }
    let (layout, memory) = (state.layout(), state.memory);
    let place = |pfn: Pfn| memory.peek(layout.page(pfn).place());
    let mut on_lists = 0;
    let listed = listed(state).all(|(_, order, pfn)| {
        on_lists += 1usize << order;
        let tails = pfn.0 + 1..pfn.0 + (1 << order);
        place(pfn) == Place::Buddy && tails.into_iter().all(|t| place(Pfn(t)) == Place::BuddyTail)
    });
    let mut on_pcps = 0;
    let parked = (0..layout.geometry.cpus).all(|cpu| {
        PCPTYPES.iter().all(|mt| {
            let mut pages = free_list::pages(memory, layout, layout.pcp(cpu).list(*mt));
            pages.all(|pfn| {
                on_pcps += 1;
                place(pfn) == Place::Pcp
            })
        })
    });
    let (mut free, mut pcp, mut kept) = (0, 0, 0);
    for pfn in layout.pfns() {
        match place(pfn) {
            Place::Buddy | Place::BuddyTail => free += 1,
            Place::Pcp => pcp += 1,
            Place::Parked => {
                free += 1;
                kept += 1usize << memory.peek(layout.page(pfn).order());
            }
            Place::Allocated | Place::InFlight | Place::Contig | Place::Offline => {}
        }
    }
    listed && parked && pcp == on_pcps && free == on_lists + kept
}

/// A free block is aligned to its size and inside the zone, and within a pageblock its buddy is not
/// free on the same list: the two would be one. Across pageblocks the limits of merging keep
/// blocks apart.
pub fn free_blocks_are_whole(state: &State) -> bool {
    let (layout, memory) = (state.layout(), state.memory);
    let pages = layout.geometry.pages();
    let is_free = |pfn: Pfn, order: u8| {
        memory.peek(layout.page(pfn).place()) == Place::Buddy
            && memory.peek(layout.page(pfn).order()) == u16::from(order)
    };
    !zone_is_unlocked(state)
        || listed(state).all(|(mt, order, pfn)| {
            let size = 1usize << order;
            let buddy = Pfn(pfn.0 ^ 1 << order);
            let fits =
                usize::from(pfn.0).is_multiple_of(size) && usize::from(pfn.0) + size <= pages;
            let whole = order >= layout.geometry.pageblock_order
                || !is_free(buddy, order)
                || free_list::list_of(memory, layout, buddy) != Some(mt);
            fits && whole
        })
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

/// I15: a page that a caller has was reserved first. The bits of an attempt stand for no page, so
/// the other way round it is looked at when all is done. Machines with huge pages have no
/// `cma_alloc`: what is given there nobody has reserved.
pub fn cma_pages_are_reserved(state: &State) -> bool {
    let layout = state.layout();
    if layout.geometry.has_huge_pages() {
        return true;
    }
    layout.geometry.cma_areas.iter().enumerate().all(|(number, area)| {
        let bits = state.memory.peek(layout.cma_bitmap(number));
        (0..area.count).all(|bit| {
            let page = layout.page(Pfn(area.base.0 + bit));
            let given = state.memory.peek(page.place()) == Place::Contig;
            let reserved = bits & 1 << bit != 0;
            if state.done { given == reserved } else { !given || reserved }
        })
    })
}

/// I5. Excepted: the gap of the patches of 2014 between the type and the lists, and a block that
/// reaches over a pageblock being isolated and one that is not yet.
pub fn free_lists_match_types(state: &State) -> bool {
    let layout = state.layout();
    let in_gap = |block: usize| state.memory.peek(layout.isolation(block)) == Isolation::Gap;
    let wrong = |list: Migratetype, mt: Migratetype| {
        (mt == Migratetype::Isolate) != (list == Migratetype::Isolate)
    };
    !zone_is_unlocked(state)
        || listed(state).all(|(list, order, pfn)| {
            let spans = order > layout.geometry.pageblock_order;
            let mut types = types_under(state, pfn, order);
            spans || types.all(|(block, mt)| in_gap(block) || !wrong(list, mt))
        })
}

/// I5, strictly: since v6.10 every free block is on the list of its pageblock's type.
pub fn free_lists_name_their_types(state: &State) -> bool {
    !state.system.kernel.config.strict_free_lists
        || !zone_is_unlocked(state)
        || listed(state)
            .all(|(list, order, pfn)| types_under(state, pfn, order).all(|(_, mt)| mt == list))
}

/// How far a counter is off: NR_FREE_PAGES less the pages on lists that are counted, and the same
/// of CMA.
pub fn drift(layout: &Layout, memory: &Memory) -> (i32, i32) {
    let on = |mt: Migratetype| free_list::pages_on(memory, layout, mt) as i32;
    let counted = Migratetype::ALL.into_iter().filter(|mt| *mt != Migratetype::Isolate);
    let zone = layout.zone();
    let free = i32::from(memory.peek(zone.nr_free())) - counted.map(on).sum::<i32>();
    (free, i32::from(memory.peek(zone.nr_free_cma())) - on(Migratetype::Cma))
}

/// A block of order 1 or more has left its list and is not yet subtracted (up to v5.13, I6).
fn a_block_is_accounted_late(state: &State) -> bool {
    let late = |routine: Option<&crate::machine::Routine>| {
        let at = |label| routine.and_then(|routine| routine.position(label));
        at("account") > at("unlock")
    };
    if !late(state.system.kernel.routine(RMQUEUE)) {
        return false;
    }
    // A lane comes there by dropping the lock and leaves by writing the counters.
    let at_account =
        |cpu: usize| state.system.next_label(state.memory, cpu, RMQUEUE) == Some("account");
    state.memory.aside(|| (0..state.system.lanes.len()).any(at_account))
}

/// I6: pages on isolate lists are not counted.
pub fn counters_match_lists(state: &State) -> bool {
    !zone_is_unlocked(state)
        || a_block_is_accounted_late(state)
        || in_a_gap(state)
        || drift(state.layout(), state.memory) == (0, 0)
}

/// The patches of 2014 move lists and counters in a second section.
fn in_a_gap(state: &State) -> bool {
    let layout = state.layout();
    (0..layout.geometry.blocks)
        .any(|block| state.memory.peek(layout.isolation(block)) == Isolation::Gap)
}

/// I7.
pub fn counters_are_sane(state: &State) -> bool {
    let zone = state.layout().zone();
    let (free, cma) = (state.memory.peek(zone.nr_free()), state.memory.peek(zone.nr_free_cma()));
    !zone_is_unlocked(state)
        || a_block_is_accounted_late(state)
        || (0 <= cma
            && cma <= free
            && usize::try_from(free).unwrap_or(0) <= state.layout().geometry.pages())
}

/// Whether the kernel has `nr_isolate_pageblock`.
pub fn counts_isolated_blocks(system: &System) -> bool {
    let set = system.kernel.routine(SET_MIGRATETYPE_ISOLATE);
    set.is_some_and(|set| set.position("count").is_some())
}

/// I11, in kernels that count.
pub fn isolate_count_is_right(state: &State) -> bool {
    let layout = state.layout();
    if !counts_isolated_blocks(state.system) || !zone_is_unlocked(state) {
        return true;
    }
    // The type of a block that is offline is stale, and it is not counted.
    let offline = |block: usize| {
        let mut pfns = layout.pfns_of_block(block);
        pfns.any(|pfn| state.memory.peek(layout.page(pfn).place()) == Place::Offline)
    };
    let isolated = |block: &usize| {
        state.memory.peek(layout.migratetype(*block)) == Migratetype::Isolate && !offline(*block)
    };
    usize::try_from(state.memory.peek(layout.zone().nr_isolate_pageblock()))
        == Ok((0..layout.geometry.blocks).filter(isolated).count())
}

/// O1: at the end of everything, a free page on the isolate list of a block that is not isolated.
pub fn no_page_is_lost_to_isolation(state: &State) -> bool {
    !state.done
        || listed(state).filter(|(list, ..)| *list == Migratetype::Isolate).all(
            |(_, order, pfn)| {
                types_under(state, pfn, order).all(|(_, mt)| mt == Migratetype::Isolate)
            },
        )
}

/// O2: a block whose isolation has returned has a free page on a list that is allocated from.
pub fn isolated_blocks_are_off_the_lists(state: &State) -> bool {
    let done = |block: usize| state.memory.peek(state.layout().isolation(block)) == Isolation::Done;
    !zone_is_unlocked(state)
        || listed(state).filter(|(list, ..)| *list != Migratetype::Isolate).all(
            |(_, order, pfn)| {
                types_under(state, pfn, order)
                    .all(|(block, mt)| mt != Migratetype::Isolate || !done(block))
            },
        )
}

/// O6: at the end of everything, an isolated block is free but for pages on pcplists.
pub fn no_page_is_parked_in_isolation(state: &State) -> bool {
    let (layout, memory) = (state.layout(), state.memory);
    !state.done
        || (0..layout.geometry.blocks).all(|block| {
            let places =
                layout.pfns_of_block(block).map(|pfn| memory.peek(layout.page(pfn).place()));
            let places: Vec<Place> = places.collect();
            let free = |place: &Place| {
                matches!(place, Place::Buddy | Place::BuddyTail | Place::Parked | Place::Pcp)
            };
            memory.peek(layout.isolation(block)) != Isolation::Done
                || !places.contains(&Place::Pcp)
                || !places.iter().all(free)
        })
}

/// I10: nobody keeps pages on a pcplist while these are disabled. They are when their `high` is 0
/// and nobody is at work on one: interrupts are on everywhere, and no pcplist is locked or drained.
pub fn disabled_pcplists_are_empty(state: &State) -> bool {
    let (layout, memory) = (state.layout(), state.memory);
    let enabled = layout.geometry.pcp_high == 0
        || (0..layout.geometry.cpus).any(|cpu| memory.peek(layout.pcp(cpu).high()) > 0);
    let draining = || memory.peek(layout.zone().pcpu_drain_mutex().cell) != LockWord::FREE;
    let busy = |cpu: usize| {
        let cells = state.system.lanes[cpu].cells;
        memory.peek(cells.irqs_off()) > 0 || memory.peek(cells.spinlocks()) > 0
    };
    let waits =
        |cpu: usize| state.system.next_label(memory, cpu, DRAIN_ALL_PAGES_FORCED) == Some("mutex");
    enabled
        || draining()
        || (0..layout.geometry.cpus).any(busy)
        || (0..state.system.lanes.len()).any(waits)
        || (0..layout.geometry.cpus).all(|cpu| {
            PCPTYPES.iter().all(|mt| memory.peek(layout.pcp(cpu).list(*mt).first()).is_none())
        })
}
