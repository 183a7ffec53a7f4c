//! Which operations stand together where they are listed.

/// Headings with the names of the entries under them, in the order in which readers look for them.
pub const GROUPS: &[(&str, &[&str])] = &[
    (
        "Pins",
        &[
            "pin_user_pages_fast",
            "get_user_pages_fast",
            "unpin_user_page",
            "release_pages",
            "kvm_release_page_dirty",
            "umcg_pin_and_load",
            "umcg_update",
        ],
    ),
    (
        "Loads, stores and devices",
        &["load", "store", "mem_write", "dma_write", "dma_read", "uffd_continue"],
    ),
    (
        "Processes and mappings",
        &[
            "fork",
            "ret_from_fork",
            "munmap",
            "madvise",
            "mprotect",
            "exit_mmap",
            "mwriteprotect_range",
            "change_prot_numa",
            "clear_refs",
            "ksm_write_protect",
            "send_sig",
        ],
    ),
    (
        "Allocating and freeing",
        &[
            "alloc_pages",
            "__free_pages",
            "get_page_unless_zero",
            "put_page",
            "drain_all_pages",
            "zone_pcp_disable",
            "zone_pcp_enable",
            "allocate_slab",
            "discard_slab",
        ],
    ),
    (
        "CMA and contiguous ranges",
        &[
            "cma_alloc",
            "cma_release",
            "alloc_contig_range",
            "free_contig_range",
            "virtio_mem_fake_offline",
        ],
    ),
    (
        "Isolation and hotplug",
        &[
            "start_isolate_page_range",
            "undo_isolate_page_range",
            "test_pages_isolated",
            "offline_pages",
            "remove_memory",
        ],
    ),
    (
        "Migration, reclaim and the LRU",
        &["move_pages", "compact_zone", "shrink_page_list", "mark_page_accessed", "activate_page"],
    ),
    (
        "Compound pages",
        &["collapse_huge_page", "split_huge_pages", "alloc_fresh_huge_page", "read_page_owner"],
    ),
    ("Balloon", &["fill_balloon", "leak_balloon", "compact_balloon_page"]),
];

/// The heading that an entry stands under.
pub fn group_of(name: &str) -> &'static str {
    let found = GROUPS.iter().find(|(_, names)| names.contains(&name));
    found.map_or("", |(group, _)| group)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routines::entry;

    #[test]
    fn each_entry_stands_under_one_heading_and_nothing_else_does() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let mut entries: Vec<&str> = entry::ENTRIES.iter().map(|entry| entry.name).collect();
        grouped.sort_unstable();
        entries.sort_unstable();
        assert_eq!(grouped, entries);
    }
}
