//! A machine for tables that a test writes itself.
use pagerace::mm::{CmaArea, Geometry, Pfn};

/// One page, which is a CMA area, and nothing that is not needed.
pub fn one_page(cpus: usize) -> Geometry {
    Geometry {
        pageblock_order: 0,
        max_order: 0,
        blocks: 1,
        cma_areas: vec![CmaArea { name: "area".into(), base: Pfn(0), count: 1 }],
        processes: Vec::new(),
        pins: Vec::new(),
        cpus,
        pin_bias: 1024,
        migrate_passes: 1,
        migrate_tries: 1,
        hpage_order: 0,
        section_pages: 0,
        zero_page: None,
        pcp_high: 6,
        pcp_batch: 1,
        gather_pages: 1,
        runs: Vec::new(),
        tlb: false,
        swap_slots: 0,
        smp: true,
        preempt_rt: false,
        debug_vm: false,
    }
}
