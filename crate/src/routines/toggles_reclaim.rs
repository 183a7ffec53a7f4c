//! The toggles of reclaim and of faults on swap entries.
use super::toggles::Toggle;

pub(super) const VMSCAN: Toggle = Toggle {
    name: "vmscan",
    sentence: "What reclaim does with a page that looks pinned.",
    values: &[
        ("nochk", "Unmaps it like any other: up to v5.10."),
        ("chk", "Keeps it if it looks so before it is unmapped: v5.11 (feb889fb40fa)."),
        ("exclusive", "And looks again with the entry gone: v5.19 (6c287605fd56)."),
        ("exclusive_late", "And behind the walk of all mappings: v6.4 (d824ec2a1546)."),
    ],
};

pub(super) const SWAPIN: Toggle = Toggle {
    name: "swapin",
    sentence: "When a page that comes back from swap may be written to at once.",
    values: &[
        ("mapcount", "By a store, if no other entry names it (reuse_swap_page): up to v5.17."),
        ("refcount", "By a store, if nobody else holds it: v5.18 (c145e0b47c77)."),
        ("exclusive", "The same, or if the swap entry says exclusive: v5.19 (1493a1913e34)."),
        ("exclusive_no_swp", "v5.19 where swap entries have no bit to say so."),
    ],
};

pub(super) const LAZYFREE: Toggle = Toggle {
    name: "lazyfree",
    sentence: "When reclaim discards a page of MADV_FREE.",
    values: &[
        ("dirty_only", "If it is not dirty: v4.12 to v5.17."),
        ("refs_then_dirty", "If nobody else holds it, then if not dirty: v5.18 (6c8e2a256915)."),
        ("dirty_then_refs", "The two tests swapped: what the fix's read barrier forbids."),
    ],
};

pub(super) const DIRTY_TEST: Toggle = Toggle {
    name: "dirty_test",
    sentence: "When __remove_mapping looks whether a page is dirty.",
    values: &[
        ("after_freeze", "With the count frozen: every kernel."),
        ("before_freeze", "Before: the order that its comment warns of."),
    ],
};
