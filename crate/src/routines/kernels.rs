//! The kernels: presets named by version, and toggles that override them.
use std::collections::BTreeMap;

use super::{
    alloc_contig, cma, compaction, gup, gup_put, gup_slow, migrate, mm_h, page_alloc,
    page_isolation, rmap, swap, vmscan,
};
use crate::machine::{Kernel, Routine};

/// One decision in which kernels differ.
pub struct Toggle {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it decides.
    pub sentence: &'static str,
    /// Its values, each with a sentence that says what it is and which kernels have it.
    pub values: &'static [(&'static str, &'static str)],
}

/// A kernel version.
pub struct Preset {
    /// `v5.17`
    pub name: &'static str,
    /// What sets it apart from the one before.
    pub sentence: &'static str,
    /// The value of each toggle, in the order of [`TOGGLES`].
    pub values: &'static [&'static str],
}

/// All toggles.
pub static TOGGLES: &[Toggle] = &[
    Toggle {
        name: "pincheck",
        sentence: "How is_pinnable_page tells that a page must not be pinned for long.",
        values: &[
            ("cma_only", "One read, refuses MIGRATE_CMA only: v5.13 to v5.18."),
            ("two_reads_cma_first", "Two reads, CMA then ISOLATE: v1 of the patch, or a re-fetch."),
            ("two_reads_iso_first", "Two reads, ISOLATE then CMA: the other order."),
            ("volatile_local", "One read into a volatile local: v2 of the patch."),
            ("read_once_local", "One read, READ_ONCE of the local: v3 and v4 of the patch."),
            ("bitmask", "Types tested as bits: v5 of the patch; refuses MOVABLE pages too."),
            ("single_read", "One READ_ONCE of the bitmap word: merged for v5.19 (1c563432588d)."),
        ],
    },
    Toggle {
        name: "zero_page",
        sentence: "Whether is_pinnable_page lets the zero page be pinned.",
        values: &[
            ("zero_ok", "The zero page may be pinned: up to v5.18."),
            ("zero_refused", "Refused by a slip of negation: v5.19-rc1 to rc3 (1c563432588d)."),
            ("zero_ok_again", "Allowed again: v5.19-rc4 (034e5afad921)."),
        ],
    },
    Toggle {
        name: "isolation_failure",
        sentence: "What a long-term pin does when its page cannot be isolated for migration.",
        values: &[
            ("retry", "Unpins and tries again: all but v6.14 and v6.15."),
            ("treat_as_success", "Keeps the pin: v6.14 and v6.15 (1aaf8c122918, reverted)."),
        ],
    },
    Toggle {
        name: "gup",
        sentence: "The names and atomic operations of get_user_pages.",
        values: &[
            ("v5.17", "Compound heads; dropping a pin is two atomic operations."),
            ("v5.18", "Folios; dropping a pin is one atomic operation."),
            ("v5.19", "And gup_must_unshare: read-only pins need PageAnonExclusive."),
        ],
    },
    Toggle {
        name: "longterm_loop",
        sentence: "What makes __gup_longterm_locked go round again.",
        values: &[
            ("while_zero", "The check returned 0: v5.13 to v6.0."),
            ("while_eagain", "The check returned -EAGAIN: v6.1 (24a95998e9ba)."),
        ],
    },
    Toggle {
        name: "migration",
        sentence: "What migration does to the mapping of a page that looks pinned.",
        values: &[
            ("v5.17", "Replaces it by a migration entry all the same."),
            ("v5.18", "The same; the target is on the LRU before an entry points to it."),
            ("v5.19", "Keeps the mapping of an exclusive page that looks pinned (6c287605fd56)."),
        ],
    },
    Toggle {
        name: "cma_mutex",
        sentence: "Whether cma_alloc holds cma_mutex while it allocates the range.",
        values: &[
            ("off", "No mutex: v5.11 to v5.18 (a4efc174b382)."),
            ("on", "One mutex for all areas: v5.19 (60a60e32cf91)."),
        ],
    },
];

/// All presets, oldest first.
pub static PRESETS: &[Preset] = &[
    Preset {
        name: "v5.17",
        sentence: "A page of a CMA area looks pinnable while its pageblock is isolated.",
        values: &["cma_only", "zero_ok", "retry", "v5.17", "while_zero", "v5.17", "off"],
    },
    Preset {
        name: "v5.18",
        sentence: "Folios in get_user_pages; the pin check is as before.",
        values: &["cma_only", "zero_ok", "retry", "v5.18", "while_zero", "v5.18", "off"],
    },
    Preset {
        name: "v5.19",
        sentence: "One read refuses CMA and ISOLATE alike; PageAnonExclusive guards pins.",
        values: &["single_read", "zero_ok_again", "retry", "v5.19", "while_zero", "v5.19", "on"],
    },
    Preset {
        name: "v6.1",
        sentence: "The long-term loop goes on -EAGAIN; with aa1e6a932ca6, which mends its check.",
        values: &["single_read", "zero_ok_again", "retry", "v5.19", "while_eagain", "v5.19", "on"],
    },
];

/// The preset of a name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The toggle of a name.
pub fn toggle(name: &str) -> Option<&'static Toggle> {
    TOGGLES.iter().find(|toggle| toggle.name == name)
}

/// The value of every toggle in a preset with overrides. The names exist: the scenario reader
/// has checked them.
pub fn values(base: &Preset, overrides: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (toggle, value) in TOGGLES.iter().zip(base.values) {
        let own = overrides.get(toggle.name).cloned();
        values.insert(toggle.name.to_string(), own.unwrap_or_else(|| (*value).to_string()));
    }
    values
}

/// A kernel's name: the preset and the toggles that differ from it.
pub fn name(base: &Preset, overrides: &BTreeMap<String, String>) -> String {
    let own = values(base, &BTreeMap::new());
    let differs = |(toggle, value): &(&String, &String)| own.get(*toggle) != Some(*value);
    let toggles = overrides.iter().filter(differs);
    toggles.fold(base.name.to_string(), |name, (toggle, value)| format!("{name} {toggle}={value}"))
}

/// Makes the kernel of a preset with overrides.
pub fn kernel(base: &Preset, overrides: &BTreeMap<String, String>) -> Kernel {
    let values = values(base, overrides);
    let is = |toggle: &str, value: &str| values.get(toggle).is_some_and(|own| own == value);
    let mut routines: Vec<&'static Routine> = COMMON.to_vec();
    routines.push(pincheck(&values["pincheck"], is("zero_page", "zero_refused")));
    routines.extend(gup_of(&values["gup"]));
    routines.extend(longterm(is("longterm_loop", "while_zero"), is("isolation_failure", "retry")));
    routines.extend(migration(&values["migration"]));
    routines.push(if is("cma_mutex", "on") {
        &cma::CMA_ALLOC_V5_19
    } else {
        &cma::CMA_ALLOC_V5_12
    });
    Kernel::new(name(base, overrides), routines)
}

/// What all kernels share.
static COMMON: &[&Routine] = &[
    &gup::PIN_USER_PAGES_FAST_V5_17,
    &gup::GET_USER_PAGES_FAST_V5_17,
    &gup::INTERNAL_GET_USER_PAGES_FAST_V5_17,
    &gup::LOCKLESS_PAGES_FROM_MM_V5_17,
    &gup_slow::GUP_LONGTERM_UNLOCKED_V5_17,
    &gup_slow::FOLLOW_PAGE_PTE_V5_17,
    &gup_put::RELEASE_PAGES_V5_17,
    &swap::PUT_PAGE_V5_17,
    &swap::PUT_LAST_V5_17,
    &vmscan::ISOLATE_LRU_PAGE_V5_17,
    &vmscan::PUTBACK_LRU_PAGE_V5_17,
    &migrate::MIGRATE_PAGES_V5_17,
    &migrate::MOVE_MAPPING_V5_17,
    &migrate::PUTBACK_MOVABLE_PAGES_V5_17,
    &compaction::ISOLATE_MIGRATEPAGES_BLOCK_V5_17,
    &compaction::ISOLATE_FREEPAGES_RANGE_V5_17,
    &page_alloc::RMQUEUE_V5_17,
    &page_alloc::FREE_UNREF_PAGE_V5_17,
    &alloc_contig::ALLOC_CONTIG_RANGE_V5_17,
    &alloc_contig::ALLOC_CONTIG_MIGRATE_RANGE_V5_17,
    &alloc_contig::FREE_CONTIG_RANGE_V5_17,
    &page_isolation::SET_MIGRATETYPE_ISOLATE_V5_11,
    &page_isolation::UNSET_MIGRATETYPE_ISOLATE_V5_11,
    &page_isolation::START_ISOLATE_PAGE_RANGE_V5_11,
    &page_isolation::UNDO_ISOLATE_PAGE_RANGE_V5_11,
    &page_isolation::TEST_PAGES_ISOLATED_V5_11,
];

fn pincheck(value: &str, zero_refused: bool) -> &'static Routine {
    let form = match value {
        "two_reads_cma_first" => &mm_h::TWO_READS_CMA_FIRST,
        "two_reads_iso_first" => &mm_h::TWO_READS_ISO_FIRST,
        "volatile_local" => &mm_h::VOLATILE_LOCAL,
        "read_once_local" => &mm_h::READ_ONCE_OF_LOCAL,
        "bitmask" => &mm_h::BITMASK,
        "single_read" => &mm_h::SINGLE_READ,
        _ => &mm_h::CMA_ONLY,
    };
    &form[usize::from(zero_refused)]
}

fn gup_of(value: &str) -> Vec<&'static Routine> {
    if value == "v5.17" {
        return vec![
            &gup::GUP_PTE_RANGE_V5_17,
            &gup::TRY_GRAB_COMPOUND_HEAD_V5_17,
            &gup_put::PUT_COMPOUND_HEAD_V5_17,
            &gup_put::UNPIN_USER_PAGES_V5_17,
            &gup_put::UNPIN_USER_PAGE_V5_17,
        ];
    }
    let unshare = value == "v5.19";
    vec![
        if unshare { &gup::GUP_PTE_RANGE_V5_19 } else { &gup::GUP_PTE_RANGE_V5_18 },
        &gup::TRY_GRAB_FOLIO_V5_18,
        &gup_put::GUP_PUT_FOLIO_V5_18,
        &gup_put::UNPIN_USER_PAGES_V5_18,
        &gup_put::UNPIN_USER_PAGE_V5_18,
    ]
}

/// The check that treats a failure as success knows the loop of v6.1 only.
fn longterm(while_zero: bool, retry: bool) -> [&'static Routine; 2] {
    match (retry, while_zero) {
        (true, true) => [&gup_slow::GUP_LONGTERM_LOCKED_V5_17, &gup_slow::CHECK_AND_MIGRATE_V5_17],
        (true, false) => [&gup_slow::GUP_LONGTERM_LOCKED_V6_1, &gup_slow::CHECK_AND_MIGRATE_V6_1],
        (false, _) => [&gup_slow::GUP_LONGTERM_LOCKED_V6_1, &gup_slow::CHECK_AND_MIGRATE_SUCCESS],
    }
}

fn migration(value: &str) -> Vec<&'static Routine> {
    let (unmap, move_page): (&Routine, [&Routine; 2]) = match value {
        "v5.17" => (
            &rmap::TRY_TO_MIGRATE_V5_17,
            [&migrate::UNMAP_AND_MOVE_V5_17, &migrate::UNMAP_AND_MOVE_LOCKED_V5_17],
        ),
        "v5.18" => (
            &rmap::TRY_TO_MIGRATE_V5_17,
            [&migrate::UNMAP_AND_MOVE_V5_18, &migrate::UNMAP_AND_MOVE_LOCKED_V5_18],
        ),
        _ => (
            &rmap::TRY_TO_MIGRATE_V5_19,
            [&migrate::UNMAP_AND_MOVE_V5_18, &migrate::UNMAP_AND_MOVE_LOCKED_V5_18],
        ),
    };
    let restore = if value == "v5.19" {
        &migrate::REMOVE_MIGRATION_PTES_V5_19
    } else {
        &migrate::REMOVE_MIGRATION_PTES_V5_17
    };
    vec![unmap, move_page[0], move_page[1], restore]
}
