//! The toggles of machines with huge pages, and of memory that is taken out.
use super::toggles::Toggle;

pub(super) const ISOLATE_CHECK: Toggle = Toggle {
    name: "isolate_check",
    sentence: "How isolate_migratepages_block tells that an anonymous page is pinned (on machines \
               with huge pages).",
    values: &[
        ("mapcount", "page_count > page_mapcount, without a reference: up to v6.1-rc7."),
        (
            "total_mapcount",
            "page_count > total_mapcount, without a reference: v1 of the patch, not merged.",
        ),
        ("mapcount_ref", "A reference first, then page_count - 1 > page_mapcount: half the fix."),
        (
            "total_mapcount_ref",
            "A reference first, then page_count - 1 > total_mapcount: v6.1-rc8 (829ae0f81ce0).",
        ),
        (
            "expected_ref",
            "A reference first, then any count but the expected one, whatever the page is: an \
             idea of the thread, not merged here.",
        ),
        (
            "ref_at_top",
            "As total_mapcount_ref, with the reference before any look at the page: a sketch of \
             the thread, not merged.",
        ),
    ],
};

pub(super) const TOTAL_MAPCOUNT: Toggle = Toggle {
    name: "total_mapcount",
    sentence: "What counting the mappings of a compound page reads, and asserts (debug_vm).",
    values: &[
        ("v5.8", "Each count, and total_mapcount asserts that it is given no tail: up to v5.9."),
        ("v5.10", "And PageDoubleMap asserts that it is asked of a head: v5.10 to v5.15."),
        ("v5.16", "And page_mapping asserts that it looks at no tail: v5.16 and v5.17."),
        ("v6.1", "Each count of a folio, and each flag asserts what it is of: v5.18 to v6.1."),
        ("v6.2", "The same, without PageDoubleMap: v6.2 to v6.9."),
        ("large_mapcount", "One count of all entries: v6.10 (05c5323b2a34)."),
    ],
};

pub(super) const COMPOUND_HEAD: Toggle = Toggle {
    name: "compound_head",
    sentence: "How page_count finds the head of a compound page.",
    values: &[
        ("first_page", "A flag, then a pointer: up to v3.13."),
        ("rechecked", "The flag, the pointer, and the flag again: v3.14 (668f9abbd433)."),
        ("one_word", "One word with both: v4.4 (1d798ca3f164)."),
    ],
};

pub(super) const MAPCOUNT_SLAB: Toggle = Toggle {
    name: "mapcount_slab",
    sentence: "Whether page_mapcount asserts that it is given no slab page (debug_vm).",
    values: &[
        ("asserted", "It does: up to v5.6."),
        ("any_page", "It takes what it is given: v5.7 (6988f31d558a)."),
    ],
};

pub(super) const PREP_COMPOUND: Toggle = Toggle {
    name: "prep_compound",
    sentence: "In which order prep_compound_page makes a compound page.",
    values: &[
        ("order_first", "What the second page says of the whole, the head, the tails: v5.8."),
        ("head_first", "The head, the tails, then the second page: v5.9 to v5.13."),
        ("tails_uncounted", "And the counts of tails are left alone: v5.14 on (7118fc2906e2)."),
    ],
};

pub(super) const HUGE_COW: Toggle = Toggle {
    name: "huge_cow",
    sentence: "What a store does to a huge page that is shared.",
    values: &[
        ("copy", "Copies all of it: up to v5.7."),
        ("split", "Splits the entry and copies one page: v5.8 (3917c80280c9)."),
    ],
};

pub(super) const SPLIT_PMD: Toggle = Toggle {
    name: "split_pmd",
    sentence: "What __split_huge_pmd holds while it changes the counts of mappings.",
    values: &[
        ("pmd_lock", "The page table lock: up to v5.7, and v5.18 on."),
        ("page_lock", "And the page lock: v5.8 to v5.17 (c444eb564fb1)."),
    ],
};

pub(super) const HEAD_RECHECK: Toggle = Toggle {
    name: "head_recheck",
    sentence: "Whether a walk without locks asks again which compound page its page is of.",
    values: &[
        ("off", "It has a reference of what was the head: up to v5.13."),
        ("on", "It asks again with the reference: v5.14 (c24d37322548)."),
    ],
};

pub(super) const DOUBLE_MAP: Toggle = Toggle {
    name: "double_map",
    sentence: "Whether PageDoubleMap adds one to each count of a page that is mapped in two ways.",
    values: &[("on", "It does: up to v6.1."), ("off", "There is no such flag: v6.2 on.")],
};

pub(super) const OFFLINE_ISOLATE: Toggle = Toggle {
    name: "offline_isolate",
    sentence: "What do_migrate_range takes of a compound page that it finds.",
    values: &[
        ("page", "The page that was found, which may be a tail: up to v6.11."),
        ("folio", "The folio that it is part of, looked at again behind the reference: v6.12."),
    ],
};

pub(super) const COMPACTION_LOCK: Toggle = Toggle {
    name: "compaction_lock",
    sentence: "What keeps the struct pages that compaction walks.",
    values: &[
        ("none", "Nothing: every kernel."),
        ("mem_hotplug_lock", "The lock of who takes memory out, for reading: not proposed so far."),
    ],
};

pub(super) const SECTION_USAGE: Toggle = Toggle {
    name: "section_usage",
    sentence: "When the usage map of a section goes that is removed.",
    values: &[
        ("free_first", "While the section still counts as valid: v5.3 to v6.7."),
        ("rcu", "Behind a grace period: v6.8 (5ec8e8ea8b77). The pointer may be NULL meanwhile."),
        ("rcu_null_checked", "And the pointer is looked at: v6.10 (82f0b6f041fa)."),
    ],
};

pub(super) const MIGRATE_SWAP_CACHE: Toggle = Toggle {
    name: "migrate_swap_cache",
    sentence: "What migration does to the slots of a compound page that is in the swap cache.",
    values: &[
        (
            "head_private",
            "Each slot gets the other page, whose head alone knows its slot: up to v5.15.",
        ),
        (
            "one_slot",
            "The first slot gets the other page, the others keep the old one: v5.16 to v6.6 \
             (3417013e0d18).",
        ),
        (
            "all_slots",
            "Each slot gets the other page, whose pages all know theirs: v6.7 (fc346d0a70a1).",
        ),
        (
            "anon_only",
            "The same, but a page that is not anonymous yet is not expected to have references of \
             the swap cache: v6.16 (86ebd50224c0) to v6.18.",
        ),
    ],
};

pub(super) const MIGRATION_WAIT: Toggle = Toggle {
    name: "migration_wait",
    sentence: "What a fault on a migration entry holds while it begins to wait.",
    values: &[
        (
            "tail_ref",
            "A reference of the page that the entry names; a tail has none, and the fault is \
             taken again and again: up to v5.12.",
        ),
        ("ref", "A reference of its head: up to v5.16."),
        ("no_ref", "None: the entry proves the migrator's (ffa65753c431, v5.17)."),
    ],
};

pub(super) const SPLIT_MIGRATION_PMD: Toggle = Toggle {
    name: "split_migration_pmd",
    sentence: "What splitting the migration entry of a huge page does to the page's counts.",
    values: &[
        ("counts", "References and mappings, as if it were mapped: up to v5.8."),
        ("refs", "References only: v5.9 to v5.17 (ec0abae6dcdf)."),
        ("none", "Nothing, since the page is not mapped (9d84604b845c, v5.18)."),
    ],
};

pub(super) const SPLIT_UNMAP: Toggle = Toggle {
    name: "split_unmap",
    sentence: "How split_huge_page looks for the entries that it must replace.",
    values: &[
        ("peeks", "It passes over an entry that looks empty, without the lock: up to v5.12."),
        ("sync", "Under the lock alone: TTU_SYNC (732ed55823fc, v5.13)."),
    ],
};
