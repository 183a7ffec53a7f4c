//! A scenario and a kernel to a system with its starting memory.
use super::{Complaint, KernelChoice, Place, Scenario};
use crate::machine::System;
use crate::mm::{Layout, Memory, Migratetype, Pfn, Pte, Rmap, free_list};
use crate::properties::PROPERTIES;
use crate::routines::{kernels, page_alloc};

impl Scenario {
    /// Compiles the timelines for a kernel and sets up the machine.
    ///
    /// # Errors
    /// The kernel is unknown, or a timeline does not compile for it.
    pub fn build(&self, choice: &KernelChoice) -> Result<(System, Memory), Complaint> {
        let complain = |message: String| Complaint { place: Place::default(), message, hint: None };
        let preset = kernels::preset(&choice.base)
            .ok_or_else(|| complain(format!("there is no kernel `{}`", choice.base)))?;
        let kernel = kernels::kernel(preset, &choice.toggles);
        let timelines: Vec<_> =
            self.cpus.iter().map(|cpu| (cpu.run.clone(), cpu.interrupt.clone())).collect();
        let layout = Layout::new(self.geometry.clone());
        let system = System::new(layout, kernel, &timelines, PROPERTIES, self.fine)
            .map_err(|(cpu, error)| complain(format!("CPU{cpu}: {error}")))?;
        let mut memory = Memory::new(vec![0; system.layout.len()]);
        self.fill(&system.layout, &mut memory);
        system.start(&mut memory);
        Ok((system, memory))
    }

    fn fill(&self, layout: &Layout, memory: &mut Memory) {
        for (block, mt) in self.blocks.iter().enumerate() {
            memory.poke(layout.migratetype(block), *mt);
        }
        let isolated = self.blocks.iter().filter(|mt| **mt == Migratetype::Isolate).count();
        memory.poke(layout.zone().nr_isolate_pageblock(), isolated as u16);
        let mut used = vec![false; layout.geometry.pages()];
        for pfn in self.allocated.iter().chain(&layout.geometry.zero_page) {
            used[usize::from(pfn.0)] = true;
            memory.poke(layout.page(*pfn).refcount(), 1);
            memory.poke(layout.page(*pfn).owned(), 1);
        }
        for (process, mappings) in self.mappings.iter().enumerate() {
            for (address, start) in mappings.iter().enumerate() {
                let (pfn, write) = (start.pfn, start.write);
                used[usize::from(pfn.0)] = true;
                let pte = layout.mm(process).pte(address as u16);
                memory.poke(pte, Pte::Present { pfn, write });
                if !layout.geometry.is_zero_pfn(pfn) {
                    let rmap = Rmap { process: process as u16, address: address as u16 };
                    map_anon_page(layout, memory, pfn, rmap);
                }
            }
        }
        self.free_the_rest(layout, memory, &used);
    }

    /// The largest aligned blocks, so that each list starts with its lowest page.
    fn free_the_rest(&self, layout: &Layout, memory: &mut Memory, used: &[bool]) {
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
            free_list::add(memory, layout, pfn, order, mt);
            if mt != Migratetype::Isolate {
                page_alloc::account(memory, layout, 1 << order, mt);
            }
        }
    }
}

/// An anonymous page that one process maps: exclusive, on the LRU.
fn map_anon_page(layout: &Layout, memory: &mut Memory, pfn: Pfn, rmap: Rmap) {
    let page = layout.page(pfn);
    memory.poke(page.refcount(), 1);
    memory.poke(page.mapcount(), 1);
    memory.poke(page.anon(), true);
    memory.poke(page.anon_exclusive(), true);
    memory.poke(page.lru(), true);
    memory.poke(page.rmap(), Some(rmap));
}
