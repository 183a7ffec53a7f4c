//! Floor 2: named predicates on a state.
//!
//! A property with `invariant` set is about the model and the kernel's bookkeeping: when it breaks
//! the first suspect is the model. The others are what the races are about.
mod allocator;
pub mod references;

use crate::machine::Property;

/// The number of `over-rejection`, which a line reports itself.
pub const OVER_REJECTION: usize = 1;

/// All properties; a finding's number is its place here.
pub static PROPERTIES: &[Property] = &[
    Property {
        name: "longterm-pin-on-cma",
        sentence: "No FOLL_LONGTERM pin is held on a page of a CMA area.",
        when_broken: "a FOLL_LONGTERM pin is held on a CMA page",
        invariant: false,
        holds: references::no_longterm_pin_on_cma,
    },
    Property {
        name: "over-rejection",
        sentence: "A page whose pageblock is neither CMA nor ISOLATE is not refused a \
                   FOLL_LONGTERM pin.",
        when_broken: "a page that is neither CMA nor ISOLATE was refused",
        invariant: false,
        holds: |_| true,
    },
    Property {
        name: "lost-sync",
        sentence: "A pin and the page table that it was taken through name the same page.",
        when_broken: "a pin and its page table name different pages",
        invariant: false,
        holds: references::pins_and_page_tables_agree,
    },
    Property {
        name: "refcount-ledger",
        sentence: "page_count is the sum of what mappings, pins, lanes and owners hold; a lane \
                   that has finished holds nothing.",
        when_broken: "page_count differs from the sum of its holders",
        invariant: true,
        holds: references::refcounts_add_up,
    },
    Property {
        name: "mapcount-ledger",
        sentence: "page_mapcount is the number of page table entries, with the page table \
                   unlocked, and a mapped page has a reverse map.",
        when_broken: "page_mapcount differs from the number of entries",
        invariant: true,
        holds: references::mapcounts_add_up,
    },
    Property {
        name: "anon-exclusive",
        sentence: "Since v5.19 a writable entry maps a PageAnonExclusive page, with the page \
                   table unlocked.",
        when_broken: "a writable entry maps a page that is not exclusive",
        invariant: true,
        holds: references::writable_pages_are_exclusive,
    },
    Property {
        name: "free-page-in-use",
        sentence: "A free page has no reference, no mapping and no pin, and on a list no trace of \
                   its last owner.",
        when_broken: "a free page is referenced, mapped or pinned",
        invariant: false,
        holds: references::free_pages_are_unused,
    },
    Property {
        name: "cma-block-type",
        sentence: "A pageblock of a CMA area is MIGRATE_CMA or MIGRATE_ISOLATE.",
        when_broken: "a pageblock of a CMA area has another type",
        invariant: true,
        holds: allocator::cma_blocks_keep_their_type,
    },
    Property {
        name: "cma-bitmap",
        sentence: "A page that cma_alloc has given to a caller has its bit set.",
        when_broken: "a page of a caller is not reserved in the bitmap",
        invariant: true,
        holds: allocator::cma_pages_are_reserved,
    },
    Property {
        name: "free-list-type",
        sentence: "A free block is on an ISOLATE list exactly if its pageblock is isolated.",
        when_broken: "a free block is on the wrong list",
        invariant: false,
        holds: allocator::free_lists_match_types,
    },
    Property {
        name: "free-pages-drift",
        sentence: "NR_FREE_PAGES and NR_FREE_CMA_PAGES count the pages on the lists.",
        when_broken: "the free counters have drifted",
        invariant: false,
        holds: allocator::counters_match_lists,
    },
    Property {
        name: "isolate-count",
        sentence: "nr_isolate_pageblock is the number of isolated pageblocks.",
        when_broken: "nr_isolate_pageblock is wrong",
        invariant: false,
        holds: allocator::isolate_count_is_right,
    },
];

/// The property of a name.
pub fn find(name: &str) -> Option<&'static Property> {
    PROPERTIES.iter().find(|property| property.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_over_rejection_is_its_place() {
        assert_eq!(PROPERTIES[OVER_REJECTION].name, "over-rejection");
    }
}
