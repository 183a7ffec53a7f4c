//! The kernel functions that a timeline can call, with their typed arguments and their help: the
//! one source of the scenario reader, the command line's `ops` and the page's forms.
use super::{
    alloc_contig, cma, entry_access, entry_antagonists, entry_huge, entry_pins, fork, help, memory,
    memory_hotplug, page_alloc::alloc, page_alloc::drain, page_alloc::pages, page_isolation,
    pagevec, reclaim, signal,
};
use crate::machine::{Function, Local};
use serde::Serialize;

/// What an argument is.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// The name of a CMA area.
    Area,
    /// A number of pages, from 1 to the 16 of the largest CMA area.
    Pages,
    /// The name of a mapping of the lane's process.
    Address,
    /// A word of a mapping: `a[1]`.
    Word,
    /// A word of a pinned page: `p[0]`.
    PinWord,
    /// `true` or `false`.
    Bool,
    /// What is stored: from 0 to 255.
    Value,
    /// `gup_flags` joined by `|`.
    GupFlags,
    /// The name that a pin was given.
    Pin,
    /// The order of a block, up to the machine's largest.
    Order,
    /// `gfp_mask` of an allocation: its type, and whether it is compound.
    Gfp,
    /// `gfp_mask` of `cma_alloc`: 0 or `__GFP_NOFAIL`; may be left out.
    CmaGfp,
    /// What `madvise` is to do; may be left out.
    Advice,
    /// A page by number, or the name that an allocation was given.
    Page,
    /// The first page of a range: of a pageblock.
    Start,
    /// One past the last page of a range: of a pageblock.
    End,
    /// The first page of a range, anywhere.
    StartPfn,
    /// One past the last page of a range, anywhere.
    EndPfn,
    /// The type that pageblocks have when they are not isolated.
    Migratetype,
    /// The name of a process that is forked from the lane's.
    Child,
    /// A task, by its lane: `cpu0`.
    Task,
    /// The rights that `mprotect` leaves: `PROT_READ`, with `| PROT_WRITE` or without.
    Prot,
}

/// What a call can do nothing without, beside its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Nothing more.
    Nothing,
    /// Memory sections.
    Sections,
    /// That the mapping at hand is one of a file.
    File,
}

/// One argument.
pub struct Param {
    /// Its name in the signature.
    pub name: &'static str,
    /// What it is.
    pub kind: ParamKind,
    /// What to write there.
    pub help: &'static str,
}

/// One function that a timeline can call.
pub struct Entry {
    /// How timelines write it.
    pub name: &'static str,
    /// The routine.
    pub function: Function,
    /// Its arguments, in order.
    pub params: &'static [Param],
    /// Flags that the function sets by itself (`FOLL_PIN`, `FOLL_GET`), and 0 without any.
    pub implied_flags: u16,
    /// Flags that a caller may give; `FOLL_LONGTERM` goes with `FOLL_PIN` only.
    pub flags: &'static [(&'static str, u16)],
    /// Whether `p = ...` names a pin handle that the call fills.
    pub makes_pin: bool,
    /// Whether it needs a process on its lane.
    pub needs_process: bool,
    /// What it needs of the machine.
    pub needs: Needs,
    /// Whether an interrupt handler may call it: it never sleeps.
    pub in_interrupt: bool,
    /// Whether a caller may call it again when it fails: it leaves nothing behind then.
    pub can_retry: bool,
    /// What it does, for somebody about to use it.
    pub help: &'static str,
    /// What it returns, in words.
    pub returns: &'static str,
}

/// `gup_flags`, with numbers of our own: the kernel's do not fit 16 bits.
pub mod foll {
    /// The caller will write.
    pub const WRITE: u16 = 1 << 0;
    /// Takes one reference (`get_user_pages_fast`).
    pub const GET: u16 = 1 << 1;
    /// Takes `GUP_PIN_COUNTING_BIAS` references (`pin_user_pages_fast`).
    pub const PIN: u16 = 1 << 2;
    /// The pin is kept for an unbounded time.
    pub const LONGTERM: u16 = 1 << 3;
    /// Never falls back to the slow path.
    pub const FAST_ONLY: u16 = 1 << 4;
    /// Disregards what the area admits (`/proc/self/mem`).
    pub const FORCE: u16 = 1 << 5;
    /// COW is broken already (v4.9 to v5.19): what is dirty may be written to.
    pub const COW: u16 = 1 << 6;
    /// Ghost, of a handle: it is of the zero page, and stands for no reference (v6.5).
    pub const UNCOUNTED: u16 = 1 << 13;
    /// Ghost, of a handle: its caller has tried an access and counts on the mapping.
    pub const TRIED: u16 = 1 << 14;

    /// No flag of a call: a device has written through the handle.
    pub const WRITTEN: u16 = 1 << 15;

    /// How many references they stand for.
    pub fn refs(flags: u16, pin_bias: u16) -> u16 {
        match (flags & UNCOUNTED, flags & PIN) {
            (0, 0) => 1,
            (0, _) => pin_bias,
            _ => 0,
        }
    }

    /// The flags as kernel code writes them.
    pub fn words(flags: u16) -> String {
        let names = [
            (WRITE, "FOLL_WRITE"),
            (GET, "FOLL_GET"),
            (PIN, "FOLL_PIN"),
            (LONGTERM, "FOLL_LONGTERM"),
            (FAST_ONLY, "FOLL_FAST_ONLY"),
        ];
        let set: Vec<&str> =
            names.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect();
        set.join(" | ")
    }
}

/// `madvise`'s advice, with numbers of our own.
pub mod advice {
    /// `MADV_DONTNEED`
    pub const DONTNEED: u16 = 0;
    /// `MADV_FREE`
    pub const FREE: u16 = 1;
}

/// `gfp_mask`, as far as the model reads it.
pub mod gfp {
    /// `__GFP_NOFAIL`, as the patches of 2020 gave it to `cma_alloc`.
    pub const NOFAIL: u16 = 1 << 0;
    /// `__GFP_COMP`
    pub const COMP: u16 = 1 << 1;
}

pub(super) const fn param(name: &'static str, kind: ParamKind, help: &'static str) -> Param {
    Param { name, kind, help }
}

const AREA: Param = param("area", ParamKind::Area, "a CMA area of `[machine] blocks`");
const PAGES: Param = param("count", ParamKind::Pages, "how many pages, from 1 to 16");
pub(super) const ADDRESS: Param =
    param("addr", ParamKind::Address, "a mapping of the lane's process");
const ORDER: Param = param("order", ParamKind::Order, "log2 of the pages of the block");
const GFP: Param = param(
    "gfp_mask",
    ParamKind::Gfp,
    "GFP_KERNEL, GFP_HIGHUSER_MOVABLE or __GFP_RECLAIMABLE, with `| __GFP_COMP` if compound",
);
const CMA_GFP: Param = param("gfp_mask", ParamKind::CmaGfp, "__GFP_NOFAIL, 0, or nothing");
const ADVICE: Param = param("advice", ParamKind::Advice, "MADV_DONTNEED or nothing, or MADV_FREE");
pub(super) const PAGE: Param =
    param("page", ParamKind::Page, "a page by number, or the name that an allocation was given");
pub(super) const START_PFN: Param = param("start", ParamKind::StartPfn, "the first page");
pub(super) const END_PFN: Param = param("end", ParamKind::EndPfn, "one past the last page");
pub(super) const START: Param =
    param("start_pfn", ParamKind::Start, "the first page of a pageblock");
pub(super) const END: Param =
    param("end_pfn", ParamKind::End, "one past the last page of a pageblock");
const MIGRATETYPE: Param = param(
    "migratetype",
    ParamKind::Migratetype,
    "what the pageblocks are when they are not isolated: MIGRATE_CMA or MIGRATE_MOVABLE",
);
const CHILD: Param = param("child", ParamKind::Child, "a process with `child_of` the lane's");
const TASK: Param = param("task", ParamKind::Task, "the lane whose task gets SIGKILL: `cpu0`");

/// What most entries have.
pub(super) const PLAIN: Entry = Entry {
    name: "",
    function: Function(""),
    params: &[],
    implied_flags: 0,
    flags: &[],
    makes_pin: false,
    needs_process: false,
    needs: Needs::Nothing,
    in_interrupt: false,
    can_retry: true,
    help: "",
    returns: "nothing",
};

/// All entries, in the order in which they are listed.
pub static ENTRIES: &[Entry] = &help::of_entries([
    entry_pins::PIN_USER_PAGES_FAST,
    entry_pins::GET_USER_PAGES_FAST,
    entry_pins::UNPIN_USER_PAGE,
    entry_pins::RELEASE_PAGES,
    entry_pins::KVM_RELEASE_PAGE_DIRTY,
    Entry {
        name: "cma_alloc",
        function: cma::CMA_ALLOC,
        params: &[AREA, PAGES, CMA_GFP],
        help: "Allocates contiguous pages from a CMA area: isolates their pageblocks and migrates \
               what is in the way. With `retry` before it the caller calls again until it \
               succeeds.",
        returns: "the first page, or NULL",
        ..PLAIN
    },
    Entry {
        name: "cma_release",
        function: cma::CMA_RELEASE,
        params: &[AREA, PAGE, PAGES],
        help: "Frees the pages of a `cma_alloc`, then clears their bits.",
        returns: "whether there was a page to free",
        can_retry: false,
        ..PLAIN
    },
    Entry {
        name: "alloc_contig_range",
        function: alloc_contig::ALLOC_CONTIG_RANGE,
        params: &[START_PFN, END_PFN, MIGRATETYPE],
        help: "Isolates the pageblocks of a range, migrates what is in it and takes its pages.",
        returns: "0 or a negative error number",
        ..PLAIN
    },
    Entry {
        name: "free_contig_range",
        function: alloc_contig::FREE_CONTIG_RANGE,
        params: &[START_PFN, PAGES],
        help: "Gives the pages of `alloc_contig_range` back, one by one.",
        ..PLAIN
    },
    Entry {
        name: "offline_pages",
        function: memory_hotplug::OFFLINE_PAGES,
        params: &[START, END],
        help: "Isolates a range for good: migrates what is in it, and tries until all is free.",
        returns: "0 or a negative error number",
        ..PLAIN
    },
    entry_huge::REMOVE_MEMORY,
    entry_huge::ACTIVATE_PAGE,
    Entry {
        name: "start_isolate_page_range",
        function: page_isolation::START_ISOLATE_PAGE_RANGE,
        params: &[START, END, MIGRATETYPE],
        help: "Isolates the pageblocks of a range: what is free in them is not allocated any more.",
        returns: "0 or a negative error number",
        ..PLAIN
    },
    Entry {
        name: "undo_isolate_page_range",
        function: page_isolation::UNDO_ISOLATE_PAGE_RANGE,
        params: &[START, END, MIGRATETYPE],
        help: "Gives the isolated pageblocks of a range their type back.",
        ..PLAIN
    },
    Entry {
        name: "test_pages_isolated",
        function: page_isolation::TEST_PAGES_ISOLATED,
        params: &[START_PFN, END_PFN],
        help: "Whether all pages of an isolated range are free.",
        returns: "0 or a negative error number",
        ..PLAIN
    },
    Entry {
        name: "drain_all_pages",
        function: drain::DRAIN_ALL_PAGES,
        help: "Sends the pages of all pcplists back to the buddy lists.",
        ..PLAIN
    },
    Entry {
        name: "zone_pcp_disable",
        function: drain::ZONE_PCP_DISABLE,
        help: "Does without pcplists until `zone_pcp_enable`.",
        ..PLAIN
    },
    Entry {
        name: "zone_pcp_enable",
        function: drain::ZONE_PCP_ENABLE,
        help: "Uses the pcplists again.",
        ..PLAIN
    },
    Entry {
        name: "alloc_pages",
        function: alloc::ALLOC_PAGES,
        params: &[GFP, ORDER],
        in_interrupt: true,
        help: "Allocates a block, from the pcplist or the buddy lists. Movable pages may come from \
               CMA.",
        returns: "the first page, or NULL",
        ..PLAIN
    },
    Entry {
        name: "__free_pages",
        function: pages::FREE_PAGES,
        params: &[PAGE, ORDER],
        in_interrupt: true,
        help: "Drops the reference of a block's owner, and frees it if that was the last one.",
        ..PLAIN
    },
    Entry {
        name: "get_page_unless_zero",
        function: pages::GET_PAGE_UNLESS_ZERO,
        params: &[PAGE],
        in_interrupt: true,
        can_retry: false,
        help: "Takes a reference on a page that nobody need know, unless it is free.",
        returns: "the page, or NULL if it was free",
        ..PLAIN
    },
    Entry {
        name: "put_page",
        function: pages::PUT_OWNED_PAGE,
        params: &[PAGE],
        in_interrupt: true,
        help: "Drops a reference of `get_page_unless_zero`, or of an owner.",
        ..PLAIN
    },
    Entry {
        name: "munmap",
        function: memory::MUNMAP,
        params: &[ADDRESS],
        needs_process: true,
        help: "Unmaps one page, with mmap_lock held for writing.",
        ..PLAIN
    },
    Entry {
        name: "madvise",
        function: memory::MADVISE,
        params: &[ADDRESS, ADVICE],
        needs_process: true,
        help: "Drops one page (MADV_DONTNEED), or lets reclaim drop it until the next store \
               (MADV_FREE, v4.5 and later), with mmap_lock held for reading.",
        ..PLAIN
    },
    Entry {
        name: "shrink_page_list",
        function: reclaim::SHRINK_PAGE_LIST,
        params: &[PAGE],
        help: "Reclaims one anonymous page, as kswapd does: adds it to the swap cache, unmaps it, \
               writes it to its slot and frees it. It needs `swap_slots`.",
        returns: "how many pages it freed: 1 or 0",
        ..PLAIN
    },
    Entry {
        name: "exit_mmap",
        function: memory::EXIT_MMAP,
        needs_process: true,
        help: "Unmaps all of the process: it is gone.",
        ..PLAIN
    },
    Entry {
        name: "mark_page_accessed",
        function: pagevec::MARK_PAGE_ACCESSED,
        params: &[ADDRESS],
        needs_process: true,
        help: "Puts one page on this CPU's pagevec, which holds a reference until it is drained.",
        ..PLAIN
    },
    entry_access::LOAD,
    entry_access::STORE,
    entry_access::MEM_WRITE,
    entry_access::UFFD_CONTINUE,
    entry_access::DMA_WRITE,
    entry_access::DMA_READ,
    entry_access::MWRITEPROTECT_RANGE,
    Entry {
        name: "fork",
        function: fork::FORK,
        params: &[CHILD],
        needs_process: true,
        help: "Copies the page tables to a child: both map the same pages, and neither may write. \
               What may be pinned is copied, where the kernel asks.",
        returns: "0 or a negative error number",
        can_retry: false,
        ..PLAIN
    },
    Entry {
        name: "ret_from_fork",
        function: fork::RET_FROM_FORK,
        needs_process: true,
        can_retry: false,
        help: "Where a child begins: waits until `fork` has made it. What stands before it runs \
               while the child has no memory.",
        ..PLAIN
    },
    entry_antagonists::MPROTECT,
    entry_antagonists::CHANGE_PROT_NUMA,
    entry_antagonists::CLEAR_REFS,
    entry_antagonists::MOVE_PAGES,
    entry_antagonists::KSM_WRITE_PROTECT,
    entry_antagonists::COLLAPSE_HUGE_PAGE,
    entry_antagonists::UMCG_PIN,
    entry_antagonists::UMCG_UPDATE,
    entry_huge::COMPACT_ZONE,
    entry_huge::VIRTIO_MEM_FAKE_OFFLINE,
    entry_huge::ALLOCATE_SLAB,
    entry_huge::DISCARD_SLAB,
    entry_huge::SPLIT_HUGE_PAGES,
    entry_huge::FILL_BALLOON,
    entry_huge::LEAK_BALLOON,
    entry_huge::COMPACT_BALLOON_PAGE,
    entry_huge::ALLOC_FRESH_HUGE_PAGE,
    entry_huge::READ_PAGE_OWNER,
    Entry {
        name: "send_sig",
        function: signal::SEND_SIG,
        params: &[TASK],
        in_interrupt: true,
        help: "Sends SIGKILL to the task of a lane.",
        ..PLAIN
    },
]);

/// The entry of a name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name == name)
}

impl ParamKind {
    /// Whether it names a word of a page.
    pub fn is_word(self) -> bool {
        matches!(self, ParamKind::Word | ParamKind::PinWord)
    }
}

impl Param {
    /// Whether a call may leave it out; it is the last one then.
    pub fn is_optional(&self) -> bool {
        matches!(self.kind, ParamKind::CmaGfp | ParamKind::Advice)
    }
}

impl Entry {
    /// How it is written: `cma_alloc(area, count)`.
    pub fn signature(&self) -> String {
        let needed = self.params.iter().filter(|param| !param.is_optional());
        let params: Vec<&str> = needed.map(|param| param.name).collect();
        let call = format!("{}({})", self.name, params.join(", "));
        if self.makes_pin { format!("p = {call}") } else { call }
    }

    /// The parameter of the routine that an argument fills.
    pub fn local_of(&self, kind: ParamKind) -> Local {
        match kind {
            ParamKind::Area => Local::Area,
            ParamKind::Pages => Local::Count,
            ParamKind::Address if self.makes_pin => Local::Addr,
            ParamKind::Word => Local::Addr,
            ParamKind::PinWord => Local::Pin,
            ParamKind::Value | ParamKind::Bool => Local::Value,
            ParamKind::Address => Local::Given,
            ParamKind::GupFlags | ParamKind::CmaGfp | ParamKind::Advice => Local::Flags,
            ParamKind::Pin => Local::Pin,
            ParamKind::Order => Local::Order,
            ParamKind::Gfp | ParamKind::Migratetype => Local::Wanted,
            ParamKind::Page => Local::Given,
            ParamKind::Start | ParamKind::StartPfn => Local::Start,
            ParamKind::End | ParamKind::EndPfn => Local::End,
            ParamKind::Child => Local::Child,
            ParamKind::Task => Local::Task,
            ParamKind::Prot => Local::Prot,
        }
    }
}
