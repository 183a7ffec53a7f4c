//! Entries of those who look at pages that may be compound, or gone.
use super::compound::{
    activate, alloc_contig, balloon, balloon_migrate, compact_zone, hugetlb, page_ext, slub,
    sparse, split,
};
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

pub(super) const FILL_BALLOON: Entry = Entry {
    name: "fill_balloon",
    function: balloon::FILL_BALLOON,
    help: "A guest gives one page to its host: it is in the balloon.",
    returns: "the page, or NULL",
    ..PLAIN
};

pub(super) const LEAK_BALLOON: Entry = Entry {
    name: "leak_balloon",
    function: balloon::LEAK_BALLOON,
    help: "A guest takes one page back from its host, and frees it.",
    returns: "the page, or NULL where each is isolated or locked",
    ..PLAIN
};

pub(super) const COMPACT_BALLOON_PAGE: Entry = Entry {
    name: "compact_balloon_page",
    function: balloon_migrate::COMPACT_BALLOON_PAGE,
    params: &[PAGE],
    help: "Compaction, of one page of a balloon: isolates it and moves it to another page.",
    returns: "0 or a negative error number",
    ..PLAIN
};

pub(super) const ALLOC_FRESH_HUGE_PAGE: Entry = Entry {
    name: "alloc_fresh_huge_page",
    function: hugetlb::ALLOC_FRESH_HUGE_PAGE,
    params: &[START, END],
    help: "Makes a gigantic page of a range: takes its pages by alloc_contig_range, each with a \
           reference, and then turns them into one (prep_compound_gigantic_page).",
    returns: "the page, or NULL",
    can_retry: false,
    ..PLAIN
};

pub(super) const READ_PAGE_OWNER: Entry = Entry {
    name: "read_page_owner",
    function: page_ext::READ_PAGE_OWNER,
    params: &[PAGE],
    help: "Reads who has allocated a page, as `/proc/page_owner` does for all of them: from what \
           is kept beside its struct page, with no hold on either.",
    returns: "the page, or NULL if nobody has",
    ..PLAIN
};
