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

pub(super) const MIGRATE_SCRATCH: Toggle = Toggle {
    name: "migrate_scratch",
    sentence: "Where migration keeps the anon_vma between unmapping a page and moving it (on \
               machines with huge pages, with the migration of v5.18 on).",
    values: &[
        ("stack", "In a variable, since one function does both: up to v6.2."),
        (
            "mapping",
            "In the target's mapping, without PAGE_MAPPING_ANON: v6.3 to v6.7 (64c8902ed441).",
        ),
        ("private", "In the target's private: v6.8 (d1adb25df711)."),
    ],
};

pub(super) const OFFLINE_ZONE: Toggle = Toggle {
    name: "offline_zone",
    sentence: "Which zone memory is isolated in (on machines with huge pages).",
    values: &[
        ("movable", "ZONE_MOVABLE: has_unmovable_pages takes all pages in use for movable."),
        ("normal", "Another: it looks at each page, and memory offlining prints what it refuses."),
    ],
};

pub(super) const MIGRATE_PUTBACK: Toggle = Toggle {
    name: "migrate_putback",
    sentence: "What tells that the target of a migration is a balloon's, and not for the LRU (on \
               machines with huge pages).",
    values: &[
        ("return_value", "What moving the old page has returned: up to v3.17."),
        ("balloon_flag", "PageBalloon of the target, behind its lock: v3.18 to v4.7."),
        ("movable_mapping", "__PageMovable of the target, behind its lock: v4.8 to v4.20."),
        ("source", "What the old page was: v5.0."),
    ],
};

pub(super) const BALLOON_DEFLATE: Toggle = Toggle {
    name: "balloon_deflate",
    sentence: "How virtio-balloon keeps pages that it is about to free (on machines with huge \
               pages).",
    values: &[
        ("pfns", "By their numbers: v4.10 and before."),
        ("list", "On a list, by page->lru: v4.15 on, and in stable kernels of old."),
    ],
};

pub(super) const GIGANTIC_PAGE_INIT: Toggle = Toggle {
    name: "gigantic_page_init",
    sentence: "How prep_compound_gigantic_page takes the reference of a page that becomes a tail.",
    values: &[
        ("set_count", "It writes a count of 0, whatever stands there: up to v5.13."),
        (
            "freeze",
            "It takes it away if it is the only one, and fails else: v5.14 on (7118fc2906e2).",
        ),
    ],
};

pub(super) const SPLIT_FOLIO_CHECK: Toggle = Toggle {
    name: "split_folio_check",
    sentence: "How a reverse map walk tells that a huge entry is of another page, before it splits \
               the entry.",
    values: &[
        ("pmd_page", "It compares its page with pmd_page: up to v5.17."),
        (
            "page_folio",
            "It looks up the folio of pmd_page, of an entry of migration too, which has no page \
             there: v5.18 to v6.14.",
        ),
        (
            "migration_skipped",
            "An entry of migration is another page's, and is not looked at: v6.15 (be6e843fc51a).",
        ),
    ],
};

pub(super) const PMD_INVALIDATE: Toggle = Toggle {
    name: "pmd_invalidate",
    sentence: "Which huge entries are invalidated (pmdp_invalidate) when they are split.",
    values: &[
        ("any", "All, also those of migration, which are not present: up to v6.9."),
        ("present", "Those that are present: v6.10 (3a5a8d343e1c)."),
    ],
};

pub(super) const PMD_ACCESS: Toggle = Toggle {
    name: "pmd_access",
    sentence: "What pmd_access_permitted asks of a huge entry in a walk without locks (v5.19 on).",
    values: &[
        ("valid", "That it is valid to the hardware: x86, arm64."),
        (
            "present",
            "That it is pmd_present, as include/linux/pgtable.h has it: LoongArch, where what was \
             invalidated is present.",
        ),
    ],
};

pub(super) const PAGE_EXT: Toggle = Toggle {
    name: "page_ext",
    sentence: "What keeps the page_ext of a page for who reads it (with page_extension).",
    values: &[
        ("plain", "Nothing: it is freed when its section has gone offline: v3.19 to v6.0."),
        ("rcu", "It is freed a grace period after nobody can find it: v6.1."),
    ],
};

pub(super) const PAGE_EXTENSION: Toggle = Toggle {
    name: "page_extension",
    sentence: "CONFIG_PAGE_EXTENSION: something is kept of each page beside its struct page.",
    values: &[
        ("off", "There is nothing beside it, and nobody to tell when memory goes offline."),
        ("on", "page_owner keeps who has allocated the page."),
    ],
};
