//! What does not change of a machine: sizes, names and parameters.
use super::word::Pfn;

/// A CMA area: whole pageblocks, one bit of its bitmap a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CmaArea {
    /// The name that the scenario gave it.
    pub name: String,
    /// Its first page.
    pub base: Pfn,
    /// Its pages; at most 16.
    pub count: u16,
}

/// One virtual page of a process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mapping {
    /// The name that the scenario gave it.
    pub name: String,
    /// The page of the page cache that it is a private mapping of, if it is one of a file.
    pub file: Option<Pfn>,
}

/// An address space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Process {
    /// The name that the scenario gave it.
    pub name: String,
    /// Its virtual pages, in the order of the scenario.
    pub mappings: Vec<Mapping>,
    /// The process that it is to be forked from, which stands before it and has the same virtual
    /// pages.
    pub parent: Option<usize>,
}

/// The constants of one machine: sizes, names and parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Geometry {
    /// log2 of the pages in a pageblock (`pageblock_order`).
    pub pageblock_order: u8,
    /// The largest order of the buddy lists (`MAX_ORDER - 1` up to v6.3).
    pub max_order: u8,
    /// The pageblocks of the one zone.
    pub blocks: usize,
    /// The CMA areas.
    pub cma_areas: Vec<CmaArea>,
    /// The processes.
    pub processes: Vec<Process>,
    /// The names of the pins that timelines take and drop.
    pub pins: Vec<String>,
    /// The lanes; at most 15.
    pub cpus: usize,
    /// `GUP_PIN_COUNTING_BIAS`; 1024 in the kernel.
    pub pin_bias: u16,
    /// How often `migrate_pages` tries a page; 10 in the kernel.
    pub migrate_passes: u16,
    /// How often `__alloc_contig_migrate_range` tries its list; 5 in the kernel.
    pub migrate_tries: u16,
    /// `HPAGE_PMD_ORDER`: log2 of the pages of a huge page; 0 without huge pages, and the cells of
    /// compound pages are not there.
    pub hpage_order: u8,
    /// The pages of a memory section, whole pageblocks (`PAGES_PER_SECTION`); 0 where memory is
    /// not taken out, and the cells of sections are not there.
    pub section_pages: u16,
    /// The page that `is_zero_pfn` knows, if the machine has one.
    pub zero_page: Option<Pfn>,
    /// The pages on a pcplist from which on they go back to the buddy lists; 6 batches in the
    /// kernel.
    pub pcp_high: u16,
    /// How many pages move between a pcplist and the buddy lists at once; 31 or more in the
    /// kernel.
    pub pcp_batch: u16,
    /// The pages that an `mmu_gather` can keep; hundreds in the kernel.
    pub gather_pages: u16,
    /// The process that runs on each lane.
    pub runs: Vec<Option<usize>>,
    /// Whether CPUs keep translations until they are told to forget them.
    pub tlb: bool,
    /// The slots of the swap area; without any, anonymous pages are not reclaimed.
    pub swap_slots: u16,
    /// `CONFIG_SMP`: without it all lanes are tasks of one CPU.
    pub smp: bool,
    /// `CONFIG_DEBUG_VM` and `CONFIG_DEBUG_VM_PGFLAGS`: what the kernel asserts of pages is looked
    /// at.
    pub debug_vm: bool,
    /// `CONFIG_PREEMPT_RT`: spinlocks sleep and leave interrupts and preemption on.
    pub preempt_rt: bool,
}

impl Geometry {
    /// The pages of a pageblock.
    pub fn pageblock_pages(&self) -> usize {
        1 << self.pageblock_order
    }

    /// The pages of the zone.
    pub fn pages(&self) -> usize {
        self.blocks << self.pageblock_order
    }

    /// The pageblock of a page.
    pub fn block_of(&self, pfn: Pfn) -> usize {
        usize::from(pfn.0) >> self.pageblock_order
    }

    /// The CMA area that a page belongs to.
    pub fn cma_area_of(&self, pfn: Pfn) -> Option<usize> {
        self.cma_areas
            .iter()
            .position(|area| (area.base.0..area.base.0 + area.count).contains(&pfn.0))
    }

    /// The page of the page cache behind a virtual page, if that is one of a file.
    pub fn file_page(&self, process: u16, address: u16) -> Option<Pfn> {
        self.processes.get(usize::from(process))?.mappings.get(usize::from(address))?.file
    }

    /// What both words of a virtual page hold at the start: 10 of the machine's first one, 20 of
    /// the second, and so on.
    pub fn start_content(&self, process: usize, address: usize) -> u16 {
        let before = self.processes[..process].iter().map(|process| process.mappings.len());
        10 * (before.sum::<usize>() + address + 1) as u16
    }

    /// The names of the processes.
    pub fn process_names(&self) -> Vec<&str> {
        self.processes.iter().map(|process| process.name.as_str()).collect()
    }

    /// Whether pages can be huge.
    pub fn has_huge_pages(&self) -> bool {
        cfg!(feature = "whole") && self.hpage_order > 0
    }

    /// `PAGES_PER_SECTION`; 0 where memory is not taken out.
    pub fn section_pages(&self) -> u16 {
        if cfg!(feature = "whole") { self.section_pages } else { 0 }
    }

    /// Whether CPUs keep translations.
    pub fn has_tlb(&self) -> bool {
        cfg!(feature = "whole") && self.tlb
    }

    /// `HPAGE_PMD_NR`
    pub fn hpage_pages(&self) -> u16 {
        1 << self.hpage_order
    }

    /// How many memory sections there are.
    pub fn sections(&self) -> u16 {
        (self.pages() as u16).checked_div(self.section_pages()).unwrap_or(0)
    }

    /// `is_zero_pfn`
    pub fn is_zero_pfn(&self, pfn: Pfn) -> bool {
        self.zero_page == Some(pfn)
    }
}
