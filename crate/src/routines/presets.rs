//! The presets: kernels by version or by patch series, each as what sets it apart from another.

/// A kernel version.
pub struct Preset {
    /// `v5.17`
    pub name: &'static str,
    /// The preset that it is made from.
    pub from: Option<&'static str>,
    /// What sets it apart from that one.
    pub sentence: &'static str,
    /// The toggles that differ, with their values; the first has a value for each.
    pub changes: &'static [(&'static str, &'static str)],
}

/// All presets; each stands behind the one that it is made from.
pub static PRESETS: &[Preset] = &[
    Preset {
        name: "v3.16",
        from: None,
        sentence: "The free path believes a type that it read before the lock, and counts by what \
                   the block says later: pages get lost to the isolate lists, and counters drift.",
        changes: &[
            ("free_type", "irqs_on"),
            ("free_recheck", "never"),
            ("bulk_recheck", "counts_only"),
            ("merge_limit", "none"),
            ("fallback", "v3.16"),
            ("isolation", "v3.16"),
            ("isolate_drain", "drain_all_pages"),
            ("pageset_update", "kicks"),
            ("pcp_while_isolating", "drained"),
            ("pcp", "irqs_off"),
            ("drain", "ipi_mask"),
            ("alloc_contig", "v3.16"),
            ("free_pages", "last_only"),
            ("offline", "drain_once"),
            ("cma_mutex", "on"),
            ("cma_lock", "mutex"),
            ("cma_retry", "none"),
            ("unmap_sem", "none"),
            ("fork", "protect_first"),
            ("cow", "mapcount"),
            ("cow_swap_cache", "kept"),
            ("fork_preempt", "on"),
            ("pvmw_sync", "off"),
            ("target_memory", "fails"),
            ("migration", "v5.9"),
            ("migrate_pinned", "plain"),
            ("numa_skip", "map"),
            ("numa_hint", "restored_first"),
            ("numa_fault", "stay"),
            ("mprotect", "write_protects"),
            ("clear_refs", "always"),
            ("ksm_flush", "clear_first"),
            ("umcg_pin", "load"),
            ("lru", "lru_lock"),
            ("lru_pagevec", "none"),
            ("gup", "none"),
            ("pmd_recheck", "off"),
            ("pincheck", "cma_only"),
            ("zero_page", "zero_ok"),
            ("isolation_failure", "treat_as_success"),
            ("longterm_loop", "check_again"),
            ("foll_force", "drops_write"),
            ("uffd_continue", "none"),
            ("uffd_wp_flush", "late"),
            ("tlb_flush", "broadcast"),
            ("memory", "sc"),
            ("atomics", "fences"),
            ("pte_clear", "exchange"),
            ("barriers", "on"),
            ("share_barrier", "off"),
            ("vmscan", "nochk"),
            ("swapin", "mapcount"),
            ("lazyfree", "dirty_only"),
            ("dirty_test", "after_freeze"),
            ("prep_compound", "order_first"),
            ("split_pmd", "pmd_lock"),
            ("double_map", "on"),
            ("huge_cow", "copy"),
            ("head_recheck", "off"),
            ("smp", "on"),
            ("preempt_rt", "off"),
            ("debug_vm", "off"),
            ("isolate_check", "mapcount"),
            ("total_mapcount", "v5.8"),
            ("compound_head", "rechecked"),
            ("mapcount_slab", "asserted"),
            ("offline_isolate", "page"),
            ("compaction_lock", "none"),
            ("section_usage", "free_first"),
            ("migrate_swap_cache", "head_private"),
            ("migration_wait", "tail_ref"),
            ("split_migration_pmd", "counts"),
            ("split_unmap", "peeks"),
            ("migrate_scratch", "stack"),
            ("offline_zone", "movable"),
            ("migrate_putback", "return_value"),
            ("balloon_deflate", "pfns"),
            ("gigantic_page_init", "set_count"),
            ("split_folio_check", "pmd_page"),
            ("pmd_invalidate", "any"),
            ("pmd_access", "valid"),
            ("page_ext", "plain"),
            ("page_extension", "off"),
        ],
    },
    Preset {
        name: "v3.16-iso-4of8",
        from: Some("v3.16"),
        sentence: "The v2 series of August 2014 up to its patch 4/8: three rendezvous with all \
                   CPUs put every page on the right list, and miscount it.",
        changes: &[
            ("free_type", "irqs_off"),
            ("bulk_recheck", "by_noted_type"),
            ("isolation", "three_rendezvous"),
            ("isolate_drain", "on_each_cpu"),
        ],
    },
    Preset {
        name: "v3.16-iso-5of8",
        from: Some("v3.16-iso-4of8"),
        sentence: "The same series up to its patch 5/8: what is freed into an isolated block \
                   stays off the lists until the undo, and is counted then.",
        changes: &[("isolation", "parked")],
    },
    Preset {
        name: "v3.18-ad53f92eb416",
        from: Some("v3.16"),
        sentence: "The first fix of v3.18 alone: free_one_page reads the type again under the \
                   lock where isolation is about.",
        changes: &[("free_recheck", "when_isolated"), ("isolation", "v3.18")],
    },
    Preset {
        name: "v3.18-51bb1a4093cc",
        from: Some("v3.18-ad53f92eb416"),
        sentence: "The first two fixes of v3.18: free_pcppages_bulk reads the type again too \
                   (with 8f82b55dd558, which counts where it frees).",
        changes: &[("bulk_recheck", "when_isolated"), ("fallback", "v3.18")],
    },
    Preset {
        name: "v3.19",
        from: Some("v3.18-51bb1a4093cc"),
        sentence: "Freeing reads the type again under the lock, and a block freed as isolated \
                   does not grow beyond its pageblock (3c605096d315).",
        changes: &[("merge_limit", "isolated_only"), ("migrate_putback", "balloon_flag")],
    },
    Preset {
        name: "v4.6",
        from: Some("v3.19"),
        sentence: "No merging across the border of an isolated pageblock, from either side \
                   (d9dddbf55667); a range with a page in flight is not free (aa016d145d4c).",
        changes: &[
            ("merge_limit", "both_sides"),
            ("isolation", "v4.6"),
            ("alloc_contig", "v5.9"),
            ("compound_head", "one_word"),
        ],
    },
    Preset {
        name: "v4.17",
        from: Some("v4.6"),
        sentence: "A pageblock that is isolated already is refused (2c7452a075d4); pcplists are \
                   drained by work items (0ccce3b92421, v4.11).",
        changes: &[
            ("migrate_putback", "movable_mapping"),
            ("balloon_deflate", "list"),
            ("isolation", "v4.17"),
            ("drain", "work_mask"),
            ("bulk_recheck", "when_isolated_unlinked"),
            ("foll_force", "foll_cow"),
        ],
    },
    Preset {
        name: "v5.8",
        from: Some("v4.17"),
        sentence: "The kernel of the mails of 2020 on cma_alloc: CMA comes first where it is \
                   half of what is free (16867664936e). A store reuses a page that is mapped \
                   once, whoever else has a reference.",
        changes: &[
            ("migrate_putback", "source"),
            ("fallback", "v5.8"),
            ("isolation", "v5.8"),
            ("gup", "v5.8"),
            ("mapcount_slab", "any_page"),
            ("split_pmd", "page_lock"),
            ("huge_cow", "split"),
        ],
    },
    Preset {
        name: "v5.9",
        from: Some("v5.8"),
        sentence: "A store copies a page that anybody else holds (09854ba94c6a); fork copies \
                   what looks pinned (70e806e4e645), and is blind to a pin that is just being \
                   taken. Offlining drains again.",
        changes: &[
            ("split_migration_pmd", "refs"),
            ("offline", "drain_again"),
            ("fork", "check_then_wp"),
            ("cow", "refcount"),
            ("prep_compound", "head_first"),
            ("free_pages", "frees_tails"),
            ("gup", "v5.9"),
        ],
    },
    Preset {
        name: "v5.11",
        from: Some("v5.9"),
        sentence: "Lockless pins turn back while fork write-protects (57efa1fe5957); reclaim \
                   spares what looks pinned (feb889fb40fa); offlining disables the pcplists; \
                   cma_alloc drains once, without cma_mutex.",
        changes: &[
            ("total_mapcount", "v5.10"),
            ("isolation", "v5.11"),
            ("alloc_contig", "v5.11"),
            ("offline", "pcp_disabled"),
            ("cma_mutex", "off"),
            ("lru", "lockless"),
            ("gup", "v5.11"),
            ("fork", "seq"),
            ("vmscan", "chk"),
            ("clear_refs", "maybe_pinned_skipped"),
        ],
    },
    Preset {
        name: "v5.17",
        from: Some("v5.11"),
        sentence: "A page of a CMA area looks pinnable while its pageblock is isolated. NUMA \
                   hints spare pages that others hold (80d47f5de5e3).",
        changes: &[
            ("migrate_swap_cache", "one_slot"),
            ("migration_wait", "no_ref"),
            ("split_unmap", "sync"),
            ("gigantic_page_init", "freeze"),
            ("pcp", "v5.17"),
            ("cma_lock", "spinlock"),
            ("uffd_wp_flush", "before_copy"),
            ("migration", "v5.17"),
            ("prep_compound", "tails_uncounted"),
            ("head_recheck", "on"),
            ("gup", "v5.17"),
            ("isolation_failure", "retry"),
            ("longterm_loop", "while_zero"),
            ("uffd_continue", "dirty"),
            ("cow_swap_cache", "freed"),
            ("numa_skip", "ref"),
            ("numa_hint", "restored_last"),
            ("total_mapcount", "v5.16"),
        ],
    },
    Preset {
        name: "v5.17-rfc-v2",
        from: Some("v5.17"),
        sentence: "The RFC v2 of January 2022 on v5.17: who migrates or makes NUMA hints asks \
                   first whether the page looks pinned.",
        changes: &[("migrate_pinned", "early"), ("numa_skip", "maybe_pinned")],
    },
    Preset {
        name: "v5.18",
        from: Some("v5.17"),
        sentence: "Folios in get_user_pages; faults on swap entries count references too \
                   (c145e0b47c77); only types that fall back to each other merge from a \
                   pageblock up (1dd214b8f21c).",
        changes: &[
            ("total_mapcount", "v6.1"),
            ("split_migration_pmd", "none"),
            ("split_folio_check", "page_folio"),
            ("gup", "v5.18"),
            ("swapin", "refcount"),
            ("lazyfree", "refs_then_dirty"),
            ("migration", "v5.18"),
            ("cow", "refcount_swap"),
            ("split_pmd", "pmd_lock"),
            ("merge_limit", "mergeable"),
            ("bulk_recheck", "when_isolated"),
        ],
    },
    Preset {
        name: "v5.19",
        from: Some("v5.18"),
        sentence: "One read refuses CMA and ISOLATE alike; PageAnonExclusive guards pins; \
                   isolation goes by pageblocks, and a failed start undoes what others have \
                   isolated.",
        changes: &[
            ("pincheck", "single_read"),
            ("zero_page", "zero_ok_again"),
            ("gup", "v5.19"),
            ("vmscan", "exclusive"),
            ("swapin", "exclusive"),
            ("migration", "v5.19"),
            ("fork", "v5.19"),
            ("cow", "exclusive"),
            ("cma_mutex", "on"),
            ("isolation", "v5.19"),
            ("alloc_contig", "v5.19"),
        ],
    },
    Preset {
        name: "v6.1-rc7",
        from: Some("v5.19"),
        sentence: "page_try_share_anon_rmap has its barriers (088b8aa537c2); the long-term loop \
                   goes on -EAGAIN (with aa1e6a932ca6); pcplists have a lock, and are drained \
                   from afar (443c2accd1b6).",
        changes: &[
            ("share_barrier", "on"),
            ("page_ext", "rcu"),
            ("pmd_recheck", "on"),
            ("longterm_loop", "while_eagain"),
            ("pcp", "trylock"),
            ("drain", "remote_mask"),
            ("foll_force", "exclusive"),
            ("mprotect", "try_writable"),
        ],
    },
    Preset {
        name: "v6.1",
        from: Some("v6.1-rc7"),
        sentence: "isolate_migratepages_block takes a reference before it compares counts, and \
                   counts all mappings of a huge page (829ae0f81ce0).",
        changes: &[("isolate_check", "total_mapcount_ref")],
    },
    Preset {
        name: "v6.2",
        from: Some("v6.1"),
        sentence: "Interrupts stay on while a pcplist is locked (574907741599); whether a block is \
                   compound is read before its reference is dropped (462a8e08e0e6); a long-term \
                   pin for reading breaks COW of whatever is mapped (with 8d6a0ac09a16).",
        changes: &[
            ("pcp", "trylock_irqs_on"),
            ("free_pages", "reads_head_first"),
            ("gup", "v6.2"),
            ("cow", "exclusive_any"),
            ("double_map", "off"),
            ("total_mapcount", "v6.2"),
        ],
    },
    Preset {
        name: "v6.6",
        from: Some("v6.2"),
        sentence: "A page whose pcplist is locked is freed as what it is (7b086755fb8c); pins do \
                   not count the zero page (c8070b787519), pass by NUMA hints (7acddcc1ae30), and \
                   are checked behind their reference, and without mmap_lock.",
        changes: &[
            ("migrate_scratch", "mapping"),
            ("pcp", "trylock_own_type"),
            ("vmscan", "exclusive_late"),
            ("gup", "v6.6"),
            ("longterm_loop", "unlocked"),
        ],
    },
    Preset {
        name: "v6.12",
        from: Some("v6.6"),
        sentence: "Every free reads the type under the lock (55612e80e722, 17edeb5d3f76), and \
                   every list agrees with its blocks.",
        changes: &[
            ("migrate_scratch", "private"),
            ("migrate_swap_cache", "all_slots"),
            ("free_recheck", "always"),
            ("bulk_recheck", "always"),
            ("merge_limit", "retypes"),
            ("fallback", "v6.10"),
            ("isolation", "v6.10"),
            ("drain", "remote_counted_inside"),
            ("numa_skip", "maybe_pinned"),
            ("total_mapcount", "large_mapcount"),
            ("gup", "v6.10"),
            ("offline_isolate", "folio"),
            ("section_usage", "rcu_null_checked"),
            ("pmd_invalidate", "present"),
        ],
    },
];

/// The preset of a name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// The value of a toggle: its own, or that of the preset that it is made from.
    pub fn value(&self, toggle: &str) -> Option<&'static str> {
        let own = self.changes.iter().find(|(name, _)| *name == toggle);
        own.map(|(_, value)| *value).or_else(|| preset(self.from?)?.value(toggle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routines::kernels::{TOGGLES, toggle};

    #[test]
    fn every_change_is_of_a_toggle_and_one_of_its_values() {
        for preset in PRESETS {
            for (name, value) in preset.changes {
                let toggle = toggle(name).unwrap_or_else(|| panic!("no toggle {name}"));
                let known = toggle.values.iter().any(|(own, _)| own == value);
                assert!(known, "{}: {name} = {value}", preset.name);
            }
            for toggle in TOGGLES {
                assert!(preset.value(toggle.name).is_some(), "{} {}", preset.name, toggle.name);
            }
        }
    }

    #[test]
    fn every_preset_stands_behind_its_base_and_changes_something() {
        for (number, preset) in PRESETS.iter().enumerate() {
            let Some(from) = preset.from else { continue };
            assert!(PRESETS[..number].iter().any(|other| other.name == from), "{}", preset.name);
            let base = super::preset(from).expect("it stands before");
            for (name, value) in preset.changes {
                assert_ne!(base.value(name), Some(*value), "{} {name}", preset.name);
            }
        }
    }
}
