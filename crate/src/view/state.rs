//! The machine at the cursor, as plain data: the part of the protocol that the picture is made of.
use serde::Serialize;

/// The machine at the cursor.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StateView {
    /// Steps from the start.
    pub cursor: u32,
    /// Context switches up to here.
    pub switches: u32,
    /// The lanes.
    pub lanes: Vec<LaneView>,
    /// The pageblocks.
    pub blocks: Vec<BlockView>,
    /// The pages: all of a scenario that was opened, then those that may look different since the
    /// last reply.
    pub pages: Vec<PageView>,
    /// The compound pages, in machines with huge pages.
    pub compounds: Vec<CompoundView>,
    /// The sections, in machines whose memory can be removed.
    pub sections: Vec<SectionView>,
    /// The free lists that are not empty.
    pub free_lists: Vec<FreeListView>,
    /// The page lists of each CPU.
    pub pcps: Vec<PcpView>,
    /// The zone's counters.
    pub counters: CountersView,
    /// The CMA areas.
    pub cma: Vec<CmaView>,
    /// The processes.
    pub processes: Vec<ProcessView>,
    /// The pin handles.
    pub pins: Vec<PinView>,
    /// The slots of the swap area that are used anywhere in the trace.
    pub swap: Vec<SwapSlotView>,
    /// What virtual pages hold; empty where no process and no device reads or writes any.
    pub contents: Vec<ContentsView>,
    /// The locks that are held or waited for.
    pub locks: Vec<LockView>,
    /// The properties broken up to here.
    pub findings: Vec<FindingView>,
    /// How the execution ended, if nothing can move: `done`, `deadlock`, `BUG`.
    pub end: Option<String>,
}

/// One lane at the cursor.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LaneView {
    /// Its number.
    pub cpu: u32,
    /// The process that runs on it.
    pub process: Option<String>,
    /// What its task runs.
    pub operations: Vec<OperationView>,
    /// What its interrupt runs.
    pub handler: Vec<OperationView>,
    /// Which of its programs runs: `task`, `call` (what another CPU asked for) or `interrupt`.
    pub frame: String,
    /// Interrupts are off.
    pub irqs_off: bool,
    /// It cannot be preempted.
    pub atomic: bool,
    /// It can step.
    pub can_step: bool,
    /// Why it cannot.
    pub why_not: Option<String>,
    /// Its interrupt can be delivered; none without a handler.
    pub can_interrupt: Option<bool>,
    /// Why it cannot be delivered.
    pub why_no_interrupt: Option<String>,
    /// What other CPUs have asked it to run and it has not run yet.
    pub calls: Vec<CallView>,
    /// It can start the first of them; none where nobody ever asks.
    pub can_call: Option<bool>,
    /// Why it cannot.
    pub why_no_call: Option<String>,
    /// The pages of its `mmu_gather`: unmapped, their references kept until the TLB flush.
    pub gather: Vec<u32>,
    /// What it has stored and others do not see yet, oldest first; none where memory is
    /// sequentially consistent.
    pub stores: Option<Vec<PendingStoreView>>,
    /// Why the oldest of them cannot reach memory.
    pub why_no_drain: Option<String>,
    /// The call stack, outermost first; empty at the end.
    pub stack: Vec<FrameView>,
}

/// A store on its way to memory.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PendingStoreView {
    /// `page 2`, `process B`.
    pub subject: String,
    /// `pte of a`
    pub field: String,
    /// What it will be.
    pub value: String,
}

/// What one CPU has asked another to run.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CallView {
    /// The CPU that waits for it.
    pub from: u32,
    /// The kernel function.
    pub function: String,
    /// `IPI` or `work item`.
    pub delivery: String,
    /// It runs now.
    pub running: bool,
}

/// The page lists of one CPU.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PcpView {
    /// The CPU.
    pub cpu: u32,
    /// `pcp->count`, which others read without a lock.
    pub count: u32,
    /// `pcp->high`: from here on pages go back to the buddy lists.
    pub high: u32,
    /// `pcp->batch`
    pub batch: u32,
    /// The lists that are not empty.
    pub lists: Vec<PcpListView>,
}

/// One list of a pcplist.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PcpListView {
    /// `MIGRATE_MOVABLE`; CMA pages are on it too.
    pub migratetype: String,
    /// `M`
    pub letter: String,
    /// The pages, first to last.
    pub pages: Vec<u32>,
}

/// One operation of a timeline.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OperationView {
    /// As the scenario wrote it.
    pub text: String,
    /// `waiting`, `running`, `done`.
    pub progress: String,
    /// What it returned, once done; of a retried call, the last value so far.
    pub result: Option<String>,
}

/// One activation on a lane.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FrameView {
    /// The kernel function.
    pub function: String,
    /// The kernel file and version.
    pub source: String,
    /// What the model leaves out.
    pub omits: String,
    /// All lines: label and pseudo-code.
    pub lines: Vec<(String, String)>,
    /// What a patch has done: a line, by its index, and `moved`, `inserted` or `dropped`. Who is
    /// dropped does not run.
    pub marks: Vec<(u32, String)>,
    /// The line that runs next, or that waits for its callee; an index into `lines`.
    pub current: u32,
    /// The locals: name and value.
    pub locals: Vec<(String, String)>,
    /// Which life of a page its verdict will be about, and which it is in by now.
    pub verdict: Option<String>,
}

/// One pageblock.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BlockView {
    /// Its number.
    pub number: u32,
    /// Its first page.
    pub first: u32,
    /// How many pages.
    pub pages: u32,
    /// `MIGRATE_CMA`
    pub migratetype: String,
    /// `C`
    pub letter: String,
    /// The CMA area that it belongs to.
    pub area: Option<String>,
    /// The step at the cursor changed it.
    pub changed: bool,
}

/// One page.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PageView {
    /// Its page frame number.
    pub pfn: u32,
    /// `free`, `anon`, `allocated`, `in flight`, `contiguous`, `pcplist`, `parked`,
    /// `zero page`.
    pub kind: String,
    /// Where it is, in the allocator's words.
    pub place: String,
    /// The order of the free block whose head it is.
    pub order: Option<u32>,
    /// What it is of a compound page: `head`, `tail of page 4`.
    pub compound: Option<String>,
    /// `page_count`
    pub refcount: u32,
    /// `page_mapcount`
    pub mapcount: u32,
    /// Pins of handles.
    pub pins: u32,
    /// `page_maybe_dma_pinned`
    pub maybe_dma_pinned: bool,
    /// Its flags, by name.
    pub flags: Vec<String>,
    /// Its slot, while it is in the swap cache.
    pub slot: Option<u32>,
    /// What it holds; empty where nobody reads or writes contents.
    pub words: Vec<u32>,
    /// The mappings that name it: `B:a`.
    pub mapped_by: Vec<String>,
    /// Who holds its references, by the ghost ledger.
    pub ledger: Vec<LedgerView>,
    /// Why migration would find one reference too many: `expected 1, actual 2: ..`.
    pub surplus: Option<String>,
    /// The migratetype that the free path has noted, while it is free or in flight.
    pub noted: Option<String>,
    /// The step at the cursor changed it.
    pub changed: bool,
}

/// One section of memory.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SectionView {
    /// Its number.
    pub number: u32,
    /// Its first page.
    pub first: u32,
    /// Its last page.
    pub last: u32,
    /// `online_section`
    pub online: bool,
    /// `valid_section`: `SECTION_HAS_MEM_MAP`.
    pub valid: bool,
    /// `ms->usage`: `there`, `freed` or `NULL`.
    pub usage: String,
    /// Its struct pages: `there`, `poisoned` or `removed`.
    pub memmap: String,
    /// The step at the cursor changed it.
    pub changed: bool,
}

/// One compound page, with the counts of the whole.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CompoundView {
    /// Its head.
    pub head: u32,
    /// Its last page: the head again where no tail names it.
    pub last: u32,
    /// `page_count`
    pub refcount: u32,
    /// `compound_mapcount`: the pmds that map all of it; none where the second page holds something
    /// else.
    pub entire_mapcount: Option<i32>,
    /// `_mapcount + 1` of each page, as it stands there.
    pub mapcounts: Vec<u32>,
    /// `PG_double_map`: each of these is one too high.
    pub double_map: bool,
    /// `page_mapcount` of each page.
    pub page_mapcounts: Vec<i32>,
    /// `total_mapcount`: the entries that map any of it.
    pub total_mapcount: i32,
    /// How often its first page was freed before: which life of it this is.
    pub life: u32,
    /// `half built` or `half taken apart`, where it is.
    pub unfinished: Option<String>,
    /// The step at the cursor changed it.
    pub changed: bool,
}

/// Some references of a page.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LedgerView {
    /// Who holds them.
    pub holder: String,
    /// How many.
    pub refs: u32,
}

/// One free list.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FreeListView {
    /// log2 of the pages of each block on it.
    pub order: u32,
    /// `MIGRATE_CMA`
    pub migratetype: String,
    /// `C`
    pub letter: String,
    /// The heads, first to last.
    pub heads: Vec<u32>,
}

/// The zone's counters against what they count.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CountersView {
    /// `NR_FREE_PAGES`
    pub nr_free: i32,
    /// `NR_FREE_CMA_PAGES`
    pub nr_free_cma: i32,
    /// Pages on lists other than the isolate lists.
    pub free: u32,
    /// Pages on the CMA lists.
    pub free_cma: u32,
    /// `nr_isolate_pageblock`, in kernels that have it.
    pub nr_isolate_pageblock: Option<i32>,
    /// The pageblocks that are isolated.
    pub isolated: u32,
}

/// One CMA area.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CmaView {
    /// Its name.
    pub name: String,
    /// Its first page.
    pub base: u32,
    /// Its bitmap, a bit a page.
    pub bitmap: Vec<bool>,
}

/// One address space.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProcessView {
    /// Its name.
    pub name: String,
    /// The entry above its page table, in machines with huge pages: `huge page 4 rw dirty`.
    pub pmd: Option<String>,
    /// Its virtual pages.
    pub mappings: Vec<MappingView>,
    /// `MMF_HAS_PINNED`
    pub has_pinned: bool,
    /// `write_protect_seq`: odd while fork write-protects.
    pub write_protect_seq: u32,
    /// Its `mmap_lock`, while it is held or waited for.
    pub mmap_lock: Option<LockView>,
}

/// One virtual page.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MappingView {
    /// Its name.
    pub name: String,
    /// Its page table entry, in words.
    pub pte: String,
    /// The page that the entry names.
    pub pfn: Option<u32>,
    /// What the entry names where that is no mapped page: `none`, `swap slot 0`,
    /// `migration entry`.
    pub instead: Option<String>,
    /// The flags of the entry: `rw`, `dirty`, `uffd-wp`.
    pub flags: Vec<String>,
    /// The area that it is in: `VM_READ VM_WRITE`; none once it is gone.
    pub area: Option<String>,
    /// What CPUs have kept of the entry.
    pub translations: Vec<TranslationView>,
    /// The step at the cursor changed it.
    pub changed: bool,
}

/// A translation that a CPU keeps until it is told to forget it.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TranslationView {
    /// The CPU.
    pub cpu: u32,
    /// The entry as the CPU knows it, in words.
    pub pte: String,
    /// It permits what the entry does not permit now, or leads to another page.
    pub stale: bool,
}

/// One pin handle.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PinView {
    /// Its name.
    pub name: String,
    /// `pin`, or `reference` where it was taken with `FOLL_GET`.
    pub kind: String,
    /// The page that it holds.
    pub pfn: Option<u32>,
    /// The flags of the call.
    pub flags: String,
    /// `FOLL_LONGTERM`
    pub longterm: bool,
    /// The virtual page that it was taken through: `B:a`.
    pub taken_through: Option<String>,
    /// What is so where that virtual page is another page by now.
    pub apart: Option<String>,
}

/// One slot of the swap area.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SwapSlotView {
    /// Its number.
    pub number: u32,
    /// `swap_map`: the entries that name it.
    pub count: u32,
    /// Its page in the swap cache.
    pub page: Option<u32>,
    /// What was written out.
    pub words: Vec<u32>,
    /// The contents are those of a page that was frozen and freed.
    pub settled: bool,
    /// The step at the cursor changed it.
    pub changed: bool,
}

/// What one virtual page holds, by every way that leads to it.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ContentsView {
    /// `B:a`
    pub name: String,
    /// What was written to each word last, and must be found; none where anything may be.
    pub expected: Vec<Option<u32>>,
    /// Its process by the page table, then devices and others that know a page.
    pub ways: Vec<WayView>,
    /// What is wrong: ways that lead to different pages, words that are not what was written.
    pub wrong: Option<String>,
}

/// One way to the contents of a virtual page.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WayView {
    /// `process B`, `the device with pin p`.
    pub who: String,
    /// `page 2`, `swap slot 0`, `nothing yet`.
    pub at: String,
    /// The page that it leads to.
    pub pfn: Option<u32>,
    /// What is found there; empty where there is nothing.
    pub words: Vec<u32>,
}

/// One lock.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LockView {
    /// `zone->lock`
    pub name: String,
    /// What it belongs to: `zone`.
    pub subject: String,
    /// Its word there: `lock`.
    pub field: String,
    /// The lanes that hold it.
    pub holders: Vec<u32>,
    /// The lanes that wait for it.
    pub waiters: Vec<u32>,
    /// It is shared by readers.
    pub shared: bool,
}

/// A property that was broken.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FindingView {
    /// The property's name.
    pub name: String,
    /// The step that broke it; 0 for the starting state.
    pub step: u32,
}
