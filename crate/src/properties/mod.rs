//! Floor 2: named predicates on a state.
//!
//! A property with `invariant` set is about the model and the kernel's bookkeeping: when it breaks
//! the first suspect is the model. The others are what the races are about.
pub mod allocator;
pub mod event;
mod events;
mod execution;
pub mod hotplug;
mod migration;
pub mod references;
pub mod sharing;
mod states;

use crate::machine::Property;
use events::EVENTS;
use states::STATES;

/// All properties; a finding's number is its place here.
pub static PROPERTIES: &[Property] = &joined::<{ EVENTS.len() + STATES.len() }>(EVENTS, STATES);

/// One list behind the other; `ALL` is how long they are together.
const fn joined<const ALL: usize>(one: &[Property], other: &[Property]) -> [Property; ALL] {
    let mut all = [one[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < one.len() { one[at] } else { other[at - one.len()] };
        at += 1;
    }
    all
}

/// The property of a name.
pub fn find(name: &str) -> Option<&'static Property> {
    PROPERTIES.iter().find(|property| property.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Scope;
    use crate::mm::layout::FINDING_CELLS;
    use crate::mm::memory::MOST_READERS;

    #[test]
    fn there_is_a_bit_for_each() {
        assert!(PROPERTIES.len() <= 16 * FINDING_CELLS);
        let looks = |property: &&Property| matches!(property.scope, Scope::State | Scope::Lane);
        assert!((1..=MOST_READERS).contains(&PROPERTIES.iter().filter(looks).count()));
    }

    #[test]
    fn the_number_of_an_event_is_its_place() {
        let events = [
            (event::OVER_REJECTION, "over-rejection"),
            (event::ISOLATED_PAGE_ALLOCATED, "isolated-page-allocated"),
            (event::ISOLATED_PCP_PAGE_ALLOCATED, "isolated-pcp-page-allocated"),
            (event::PARKED_PAGE_FAILS_TEST, "parked-page-fails-test"),
            (event::NULL_THOUGH_FREE, "null-though-free"),
            (event::SKIP_AT_ISOLATE, "skip-at-isolate"),
            (event::STILL_MAPPED, "still-mapped"),
            (event::COUNT_AT_MOVE_MAPPING, "count-at-move-mapping"),
            (event::DOUBLE_FREE, "double-free"),
            (event::FREED_TO_OTHER_TYPE, "freed-to-other-type"),
            (event::MISSED_COW, "missed-cow"),
            (event::NOFAULT_FAULTED, "nofault-faulted"),
            (event::UNNECESSARY_COW, "unnecessary-cow"),
            (event::FAST_FALLBACK, "fast-fallback"),
            (event::FALSE_POSITIVE_PIN, "false-positive-pin"),
            (event::PINNED_BEHIND_CHECK, "pinned-behind-check"),
            (event::PIN_NOT_EXCLUSIVE, "pin-not-exclusive"),
            (event::SWAP_NOT_SETTLED, "swap-not-settled"),
            (event::UNPINNED_SKIPPED, "unpinned-skipped"),
            (event::PINNED_ISOLATED, "pinned-isolated"),
            (event::GARBAGE_VERDICT, "garbage-verdict"),
            (event::STALE_VERDICT, "stale-verdict"),
            (event::REMOVED_PAGE_TOUCHED, "removed-page-touched"),
            (event::POISONED_PAGE_TOUCHED, "poisoned-page-touched"),
            (event::FREED_USAGE_TOUCHED, "freed-usage-touched"),
            (event::PINNED_MIGRATED, "pinned-migrated"),
            (event::ZERO_PAGE_COUNTED, "zero-page-counted"),
            (event::WILD_MAPPING_FOLLOWED, "wild-mapping-followed"),
            (event::FOREIGN_PAGE_ON_LRU, "foreign-page-on-lru"),
            (event::WILD_PAGE_POINTER, "wild-page-pointer"),
            (event::REFERENCE_ERASED, "reference-erased"),
        ];
        for (number, name) in events {
            assert_eq!(PROPERTIES[number].name, name);
        }
    }
}
