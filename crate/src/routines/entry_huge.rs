//! Entries of those who look at pages that may be compound, or gone.
use super::compound::{activate, alloc_contig, compact_zone, slub, sparse, split};
use super::entry::{ADDRESS, END, END_PFN, Entry, Needs, PAGE, PLAIN, START, START_PFN};

pub(super) const COMPACT_ZONE: Entry = Entry {
    name: "compact_zone",
    function: compact_zone::COMPACT_ZONE,
    params: &[START_PFN, END_PFN],
    help: "Compaction, as kcompactd does it: migrates what it can out of a range. No pageblock is \
           isolated, and compound pages are left where they are.",
    returns: "how many pages it has picked",
    ..PLAIN
};

pub(super) const VIRTIO_MEM_FAKE_OFFLINE: Entry = Entry {
    name: "virtio_mem_fake_offline",
    function: alloc_contig::VIRTIO_MEM_FAKE_OFFLINE,
    params: &[START_PFN, END_PFN],
    help: "virtio-mem takes a part of a memory block away, with two tries of alloc_contig_range. \
           With `retry` before it the driver comes back until it succeeds.",
    returns: "0 or a negative error number",
    ..PLAIN
};

pub(super) const ALLOCATE_SLAB: Entry = Entry {
    name: "allocate_slab",
    function: slub::ALLOCATE_SLAB,
    help: "Allocates a page for the objects of a cache.",
    returns: "the page, or NULL",
    ..PLAIN
};

pub(super) const DISCARD_SLAB: Entry = Entry {
    name: "discard_slab",
    function: slub::DISCARD_SLAB,
    params: &[PAGE],
    can_retry: false,
    help: "Frees a page of `allocate_slab`.",
    ..PLAIN
};

pub(super) const ACTIVATE_PAGE: Entry = Entry {
    name: "activate_page",
    function: activate::ACTIVATE_PAGE,
    params: &[ADDRESS],
    needs_process: true,
    help: "Moves a page to the active list: since v5.11 it is off the LRU for a moment.",
    ..PLAIN
};

pub(super) const REMOVE_MEMORY: Entry = Entry {
    name: "remove_memory",
    function: sparse::REMOVE_MEMORY,
    params: &[START, END],
    needs: Needs::Sections,
    help: "Takes away the struct pages of sections that are offline.",
    returns: "0, or -EBUSY if a section is online",
    can_retry: false,
    ..PLAIN
};

pub(super) const SPLIT_HUGE_PAGES: Entry = Entry {
    name: "split_huge_pages",
    function: split::SPLIT_HUGE_PAGES,
    params: &[PAGE],
    help: "Splits one compound page, as `echo` to the file of that name in debugfs does to all.",
    returns: "0 or -EBUSY",
    ..PLAIN
};
