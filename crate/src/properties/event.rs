//! The numbers of the properties that a line reports itself.
//!
//! A test compares them with the names in [`super::PROPERTIES`].

/// `over-rejection`
pub const OVER_REJECTION: usize = 1;
/// `isolated-page-allocated`
pub const ISOLATED_PAGE_ALLOCATED: usize = 2;
/// `isolated-pcp-page-allocated`
pub const ISOLATED_PCP_PAGE_ALLOCATED: usize = 3;
/// `parked-page-fails-test`
pub const PARKED_PAGE_FAILS_TEST: usize = 4;
/// `null-though-free`
pub const NULL_THOUGH_FREE: usize = 5;
/// `skip-at-isolate`
pub const SKIP_AT_ISOLATE: usize = 6;
/// `still-mapped`
pub const STILL_MAPPED: usize = 7;
/// `count-at-move-mapping`
pub const COUNT_AT_MOVE_MAPPING: usize = 8;
/// `double-free`
pub const DOUBLE_FREE: usize = 9;
/// `freed-to-other-type`
pub const FREED_TO_OTHER_TYPE: usize = 10;
/// `missed-cow`
pub const MISSED_COW: usize = 11;
/// `nofault-faulted`
pub const NOFAULT_FAULTED: usize = 12;
/// `unnecessary-cow`
pub const UNNECESSARY_COW: usize = 13;
/// `fast-fallback`
pub const FAST_FALLBACK: usize = 14;
/// `false-positive-pin`
pub const FALSE_POSITIVE_PIN: usize = 15;
/// `pinned-behind-check`
pub const PINNED_BEHIND_CHECK: usize = 16;
/// `pin-not-exclusive`
pub const PIN_NOT_EXCLUSIVE: usize = 17;
/// `swap-not-settled`
pub const SWAP_NOT_SETTLED: usize = 18;
/// `unpinned-skipped`
pub const UNPINNED_SKIPPED: usize = 19;
/// `pinned-isolated`
pub const PINNED_ISOLATED: usize = 20;
/// `garbage-verdict`
pub const GARBAGE_VERDICT: usize = 21;
/// `stale-verdict`
pub const STALE_VERDICT: usize = 22;
/// `removed-page-touched`
pub const REMOVED_PAGE_TOUCHED: usize = 23;
/// `poisoned-page-touched`
pub const POISONED_PAGE_TOUCHED: usize = 24;
/// `freed-usage-touched`
pub const FREED_USAGE_TOUCHED: usize = 25;
/// `pinned-migrated`
pub const PINNED_MIGRATED: usize = 26;
/// `zero-page-counted`
pub const ZERO_PAGE_COUNTED: usize = 27;
/// `counts-of-nobody`
pub const COUNTS_OF_NOBODY: usize = 28;
/// `reference-of-another-page`
pub const REFERENCE_OF_ANOTHER_PAGE: usize = 29;
/// `wild-mapping-followed`
pub const WILD_MAPPING_FOLLOWED: usize = 30;
/// `foreign-page-on-lru`
pub const FOREIGN_PAGE_ON_LRU: usize = 31;
/// `wild-page-pointer`
pub const WILD_PAGE_POINTER: usize = 32;
/// `reference-erased`
pub const REFERENCE_ERASED: usize = 33;
