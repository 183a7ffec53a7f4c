//! The toggles of compound pages.
use super::toggles::Toggle;

pub(super) const PREP_COMPOUND: Toggle = Toggle {
    name: "prep_compound",
    sentence: "In which order prep_compound_page makes a compound page.",
    values: &[
        ("order_first", "What the second page says of the whole, the head, the tails: v5.8."),
        ("head_first", "The head, the tails, then the second page: v5.9 to v5.13."),
        ("tails_uncounted", "And the counts of tails are left alone: v5.14 on (7118fc2906e2)."),
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

pub(super) const DOUBLE_MAP: Toggle = Toggle {
    name: "double_map",
    sentence: "Whether PageDoubleMap adds one to each count of a page that is mapped in two ways.",
    values: &[("on", "It does: up to v6.1."), ("off", "There is no such flag: v6.2 on.")],
};
