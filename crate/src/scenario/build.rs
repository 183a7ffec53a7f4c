//! A scenario and a kernel to a system with its starting memory.
use std::fmt;

use super::before::with_cells;
use super::{
    Complaint, KernelChoice, Place as TextPlace, Scenario, StartBlock, StartMapping, hotplug, huge,
};
use crate::machine::{CompileError, Kernel, System};
use crate::mm::{
    ANY, Isolation, Layout, Memory, Migratetype, Pfn, Place, Pmd, Pte, Rmap, WORDS, free_list, vm,
};
use crate::properties::PROPERTIES;
use crate::routines::page_alloc::free::FREE_ONE_PAGE;
use crate::routines::{kernels, page_alloc, presets};

/// Why there is no system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BuildError {
    /// A timeline does not compile: the CPU and why.
    Timeline(usize, CompileError),
    /// What has happened before does not compile.
    Before(CompileError),
    /// What has happened before does not come to an end.
    NoStart(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Timeline(cpu, error) => write!(out, "CPU{cpu}: {error}"),
            BuildError::Before(error) => write!(out, "[[before]]: {error}"),
            BuildError::NoStart(why) => write!(out, "[[before]]: {why}"),
        }
    }
}

const ISOLATE: Migratetype = Migratetype::Isolate;

impl Scenario {
    /// Compiles the timelines for a kernel and sets up the machine.
    ///
    /// # Errors
    /// The kernel is unknown, or a timeline does not compile for it.
    pub fn build(&self, choice: &KernelChoice) -> Result<(System, Memory), Complaint> {
        let kernel = self.kernel(choice)?;
        let huge_pages = self.geometry.has_huge_pages();
        self.build_for(kernel).map_err(|error| {
            let hint = match error {
                BuildError::Timeline(_, CompileError::NoRoutine(function))
                | BuildError::Before(CompileError::NoRoutine(function)) => {
                    let preset = presets::preset(&choice.base);
                    let preset = preset.filter(|_| cfg!(feature = "whole"));
                    preset.and_then(|preset| kernels::who_has(function, preset, huge_pages))
                }
                _ => None,
            };
            Complaint { place: TextPlace::default(), message: say!("{error}"), hint }
        })
    }

    /// As [`Scenario::build`], for a kernel made of any routines.
    ///
    /// # Errors
    /// A timeline does not compile for it, or what has happened before does not come to an end.
    pub fn build_for(&self, kernel: Kernel) -> Result<(System, Memory), BuildError> {
        let timelines: Vec<_> =
            self.cpus.iter().map(|cpu| (cpu.run.clone(), cpu.interrupt.clone())).collect();
        let mut geometry = self.geometry.clone();
        geometry.smp = kernel.config.smp;
        geometry.preempt_rt = kernel.config.preempt_rt;
        geometry.debug_vm = kernel.config.debug_vm;
        let mut layout = Layout::new(geometry);
        if kernel.is_patched() {
            layout.add_nowhere();
        }
        let mut memory = Memory::new(vec![0; layout.len()]);
        self.fill(&layout, &kernel, &mut memory);
        let memory = self.run_before(&layout, &kernel, memory)?;
        let mut system = System::new(layout, kernel, &timelines, PROPERTIES, self.fine)
            .map_err(|(cpu, error)| BuildError::Timeline(cpu, error))?;
        let goals = self.challenge.iter().flat_map(|challenge| &challenge.goals);
        let claimed = self.expects.iter().chain(goals).flat_map(|claim| &claim.pattern.breaks);
        for number in claimed.filter_map(|name| PROPERTIES.iter().position(|p| p.name == name)) {
            system.request(number);
        }
        let mut memory = with_cells(&memory, system.layout.len());
        system.start(&mut memory);
        Ok((system, memory))
    }

    fn fill(&self, layout: &Layout, kernel: &Kernel, memory: &mut Memory) {
        let free = kernel.routine(FREE_ONE_PAGE);
        let parks = free.is_some_and(|routine| routine.position("park").is_some());
        for (block, mt) in self.blocks.iter().enumerate() {
            memory.poke(layout.migratetype(block), *mt);
        }
        for (block, _) in self.blocks.iter().enumerate().filter(|(_, mt)| **mt == ISOLATE) {
            memory.poke(layout.isolation(block), Isolation::Done);
        }
        let isolated = self.blocks.iter().filter(|mt| **mt == ISOLATE).count();
        memory.poke(layout.zone().nr_isolate_pageblock(), isolated as i16);
        if layout.geometry.has_huge_pages() {
            huge::garble(layout, memory);
        }
        hotplug::fill(layout, memory);
        let mut used = vec![false; layout.geometry.pages()];
        let zero = layout.geometry.zero_page.map(|pfn| StartBlock { pfn, order: 0 });
        for block in self.allocated.iter().copied().chain(zero) {
            for pfn in block.pfn.0..block.pfn.0 + (1 << block.order) {
                used[usize::from(pfn)] = true;
            }
            memory.poke(layout.page(block.pfn).refcount(), 1);
            memory.poke(layout.page(block.pfn).owned(), 1);
            memory.poke(layout.page(block.pfn).order(), u16::from(block.order));
        }
        self.fill_pcps(layout, memory, &mut used);
        for (process, mappings) in self.mappings.iter().enumerate() {
            let forked = layout.geometry.processes[process].parent.is_some();
            memory.poke(layout.mm(process).runs(), !forked);
            if forked && layout.geometry.has_huge_pages() {
                memory.poke(layout.mm(process).pmd(), Pmd::None);
            }
            for (address, start) in mappings.iter().enumerate() {
                let rmap = Rmap { process: process as u16, address: address as u16 };
                if start.huge {
                    huge::map(layout, memory, rmap, start);
                } else {
                    map(layout, memory, rmap, start);
                }
                if let Some(pfn) = start.pfn {
                    used[usize::from(pfn.0)] = true;
                }
            }
        }
        self.free_the_rest(layout, memory, &used, parks);
        self.fill_tlbs(layout, memory);
    }

    fn fill_tlbs(&self, layout: &Layout, memory: &mut Memory) {
        for (cpu, lane) in self.cpus.iter().enumerate() {
            let Some((process, kept)) = lane.process.zip(lane.tlb.as_ref()) else { continue };
            for address in kept {
                let pte = memory.peek(layout.mm(process).pte(*address));
                memory.poke(layout.tlb(cpu, *address), pte);
            }
        }
    }

    /// Each pcplist with its bounds and its pages, which were freed in the order of the text and
    /// are noted as what their pageblocks are.
    fn fill_pcps(&self, layout: &Layout, memory: &mut Memory, used: &mut [bool]) {
        for (cpu, lane) in self.cpus.iter().enumerate() {
            let of = if layout.geometry.smp { cpu } else { 0 };
            let pcp = layout.pcp(of);
            memory.poke(pcp.high(), layout.geometry.pcp_high);
            memory.poke(pcp.batch(), layout.geometry.pcp_batch);
            for pfn in &lane.pcp {
                used[usize::from(pfn.0)] = true;
                let own = self.type_before(layout, *pfn);
                memory.poke(layout.page(*pfn).cached_mt(), own);
                memory.poke(layout.page(*pfn).place(), Place::Pcp);
                free_list::push_front(memory, layout, pcp.list(own), *pfn);
                memory.update(pcp.count(), |count| count + 1);
            }
        }
    }

    /// What a pageblock was before it was isolated: a page of it that is on a pcplist got there
    /// then.
    fn type_before(&self, layout: &Layout, pfn: Pfn) -> Migratetype {
        match self.blocks[layout.geometry.block_of(pfn)] {
            ISOLATE if layout.geometry.cma_area_of(pfn).is_some() => Migratetype::Cma,
            ISOLATE => Migratetype::Movable,
            mt => mt,
        }
    }

    /// The largest aligned blocks, so that each list starts with its lowest page. Those of isolated
    /// pageblocks are on no list where the kernel parks them.
    fn free_the_rest(&self, layout: &Layout, memory: &mut Memory, used: &[bool], parks: bool) {
        let is_free = |pfn: usize, order: u8| {
            let end = pfn + (1 << order);
            pfn.is_multiple_of(1 << order)
                && end <= used.len()
                && self.blocks[layout.geometry.block_of(Pfn(pfn as u16))..]
                    .iter()
                    .take(1 << order >> layout.geometry.pageblock_order)
                    .all(|mt| *mt == self.blocks[layout.geometry.block_of(Pfn(pfn as u16))])
                && !used[pfn..end].contains(&true)
        };
        let mut heads = Vec::new();
        let mut pfn = 0;
        while pfn < used.len() {
            let orders = (0..=layout.geometry.max_order).rev();
            match orders.into_iter().find(|order| is_free(pfn, *order)) {
                Some(order) => {
                    heads.push((Pfn(pfn as u16), order));
                    pfn += 1 << order;
                }
                None => pfn += 1,
            }
        }
        for (pfn, order) in heads.into_iter().rev() {
            let mt = self.blocks[layout.geometry.block_of(pfn)];
            if mt == ISOLATE && parks {
                free_list::mark(memory, layout, pfn, order, Place::Parked);
            } else {
                free_list::add(memory, layout, pfn, order, mt);
            }
            memory.poke(layout.page(pfn).cached_mt(), mt);
            page_alloc::account_unless_isolated(memory, layout, 1 << order, mt);
        }
    }
}

/// A virtual page with what is behind it: nothing, the zero page, a page of the page cache that
/// holds a reference of its own, or an anonymous page that is the process's alone.
fn map(layout: &Layout, memory: &mut Memory, at: Rmap, start: &StartMapping) {
    let mm = layout.mm(usize::from(at.process));
    memory.poke(mm.vm_flags(at.address), start.vm_flags);
    let Some(pfn) = start.pfn else { return };
    let file = start.vm_flags & vm::FILE != 0;
    let dirty = start.write && !start.lazyfree;
    memory.poke(mm.pte(at.address), Pte::Present { pfn, write: start.write, dirty });
    if layout.geometry.is_zero_pfn(pfn) {
        return;
    }
    let page = layout.page(pfn);
    memory.poke(page.refcount(), 1 + u16::from(file));
    memory.poke(page.owned(), u16::from(file));
    memory.poke(page.mapcount(), 1);
    memory.poke(page.anon(), !file);
    memory.poke(page.anon_exclusive(), !file);
    memory.poke(page.swapbacked(), !file && !start.lazyfree);
    memory.poke(page.lru(), true);
    memory.poke(page.rmap(), Some(at));
    let (process, address) = (usize::from(at.process), usize::from(at.address));
    let content = layout.geometry.start_content(process, address);
    for word in 0..WORDS {
        let written = if start.lazyfree { ANY } else { content };
        memory.poke(page.content(word), content);
        memory.poke(mm.written(at.address, word), written);
    }
}
