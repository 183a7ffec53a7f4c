//! The kernels: the toggles in which they differ, and the routines that their values pick.
use std::collections::BTreeMap;

use super::page_alloc::{alloc, buddy, drain, free, pages, pcp};
use super::page_isolation::{block, range};
use super::presets::{PRESETS, Preset};
use super::{
    alloc_contig, cma, compaction, compound, dma, fault, filemap, fork, forking, gup_slow,
    kernels_gup, kernels_rare, madvise, memory, migrate, mm_h, move_mapping, numa, pagevec, rmap,
    signal, swap, swap_state, swapfile, swapin, tlb, uaccess, userfaultfd, vmscan,
};
use crate::machine::{Config, Function, Kernel, Order, Routine};

pub use super::toggles::{TOGGLES, Toggle, toggle};

/// The value of every toggle in a preset with overrides. The names exist: the scenario reader
/// has checked them.
pub fn values(base: &Preset, overrides: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for toggle in TOGGLES {
        let value = overrides.get(toggle.name).map(String::as_str);
        let value = value.or_else(|| base.value(toggle.name)).unwrap_or_default();
        values.insert(toggle.name.to_string(), value.to_string());
    }
    values
}

/// The toggle whose values are the patches of the scenario at hand. Tables know nothing of it.
pub const PATCH: &str = "patch";

/// A kernel's name: the preset, the toggles that differ from it, and the patch: `v5.17 + recheck`.
pub fn name(base: &Preset, overrides: &BTreeMap<String, String>) -> String {
    let own = values(base, &BTreeMap::new());
    let differs = |(toggle, value): &(&String, &String)| {
        toggle.as_str() != PATCH && own.get(*toggle) != Some(*value)
    };
    let toggles = overrides.iter().filter(differs);
    let name = toggles
        .fold(base.name.to_string(), |name, (toggle, value)| format!("{name} {toggle}={value}"));
    overrides.get(PATCH).map_or(name.clone(), |patch| format!("{name} + {patch}"))
}

/// Makes the kernel of a preset with overrides: for a machine with huge pages, or for one without.
pub fn kernel(base: &Preset, overrides: &BTreeMap<String, String>, huge_pages: bool) -> Kernel {
    let chosen = values(base, overrides);
    let chosen = Chosen(&chosen);
    let mut routines: Vec<&'static Routine> = COMMON.to_vec();
    routines.extend(allocator(&chosen));
    routines.extend(draining(&chosen));
    routines.extend(isolation(&chosen));
    routines.extend(contig(&chosen));
    routines.extend(unmapping(&chosen));
    routines.extend(forking::of_faults(chosen.get("cow"), chosen.get("cow_swap_cache")));
    routines.extend(pagevecs(chosen.get("lru_pagevec")));
    if !chosen.is("gup", "none") {
        routines.extend(kernels_gup::gup_of(&chosen));
        routines.extend(kernels_gup::following(&chosen));
        let zero_refused = chosen.is("zero_page", "zero_refused");
        routines.push(kernels_gup::pincheck(chosen.get("pincheck"), zero_refused));
        routines.extend(kernels_gup::longterm(&chosen));
    }
    routines.extend(migration(&chosen));
    routines.push(swapping_in(chosen.get("swapin")));
    routines.push(match chosen.get("uffd_wp_flush") {
        "before_copy" => &userfaultfd::FLUSH_PENDING_V5_12,
        _ => &userfaultfd::FLUSH_PENDING_V5_8,
    });
    routines.push(match chosen.get("share_barrier") {
        "on" => &rmap::PAGE_TRY_SHARE_V6_1,
        _ => &rmap::PAGE_TRY_SHARE_V5_19,
    });
    routines.extend(match chosen.get("tlb_flush") {
        "ipi" => &tlb::IPI,
        _ => &tlb::BROADCAST,
    });
    routines.push(hint_fault(&chosen));
    if cfg!(feature = "whole") {
        routines.extend(kernels_rare::routines(&chosen));
    }
    let strict = [
        ("free_recheck", "always"),
        ("bulk_recheck", "always"),
        ("merge_limit", "retypes"),
        ("isolation", "v6.10"),
        ("fallback", "v6.10"),
    ];
    let config = Config {
        smp: chosen.is("smp", "on"),
        preempt_rt: chosen.is("preempt_rt", "on"),
        debug_vm: chosen.is("debug_vm", "on"),
        strict_free_lists: strict.iter().all(|(toggle, value)| chosen.is(toggle, value)),
        buffers: buffers(&chosen),
        types_change_under_lock: !chosen.is("isolation", "v5.19-rc1"),
        sections_look_inside: chosen.is("offline_zone", "movable"),
        types_read_once: chosen.is("pincheck", "single_read"),
    };
    if !cfg!(feature = "whole") {
        // A kernel without routines, which runs nothing: one with all of them should be asked.
        routines.retain(|_| !huge_pages && !chosen.is("memory", "tso"));
    } else if huge_pages {
        routines = compound::routines(&chosen, routines);
    }
    Kernel::new(name(base, overrides), config, routines, names(&chosen))
}

/// What orders stores, where they wait in store buffers.
#[cfg(feature = "whole")]
fn buffers(chosen: &Chosen) -> Option<Order> {
    chosen.is("memory", "tso").then(|| Order {
        atomics: chosen.is("atomics", "fences"),
        pte_clear: chosen.is("pte_clear", "exchange"),
        fences: chosen.is("barriers", "on"),
    })
}

#[cfg(not(feature = "whole"))]
fn buffers(_: &Chosen) -> Option<Order> {
    None
}

/// Where a function is to be had: since which preset, or with which toggle on `base`.
pub fn who_has(function: Function, base: &Preset, huge_pages: bool) -> Option<String> {
    let has = |base: &Preset, overrides: &BTreeMap<String, String>| {
        kernel(base, overrides, huge_pages).routine(function).is_some()
    };
    if let Some(preset) = PRESETS.iter().find(|preset| has(preset, &BTreeMap::new())) {
        return Some(format!("{} is the first kernel that has it", preset.name));
    }
    let values = TOGGLES.iter().flat_map(|toggle| {
        toggle.values.iter().map(|(value, _)| (toggle.name.to_string(), value.to_string()))
    });
    let mut with = values.map(|one| BTreeMap::from([one]));
    if let Some(found) = with.find(|one| has(base, one)) {
        let (toggle, value) = found.first_key_value()?;
        return Some(format!("`{toggle} = \"{value}\"` has it"));
    }
    let without = BTreeMap::new();
    let on_huge = |preset: &Preset| kernel(preset, &without, true).routine(function).is_some();
    if huge_pages {
        let plain = who_has(function, base, false).is_some();
        return plain.then(|| "it is modelled on machines without huge pages only".to_string());
    }
    let huge = PRESETS.iter().any(on_huge);
    huge.then(|| "it is modelled on machines with huge pages (`hpage_pages`)".to_string())
}

/// The values of all toggles.
pub(super) struct Chosen<'a>(&'a BTreeMap<String, String>);

impl Chosen<'_> {
    pub(super) fn get(&self, toggle: &str) -> &str {
        &self.0[toggle]
    }
    pub(super) fn is(&self, toggle: &str, value: &str) -> bool {
        self.get(toggle) == value
    }
}

/// What all kernels share.
static COMMON: &[&Routine] = &[
    &swap::PUT_PAGE_V5_17,
    &swap::PUT_LAST_V5_17,
    &vmscan::ISOLATE_LRU_PAGE_V5_17,
    &vmscan::PUTBACK_LRU_PAGE_V5_17,
    &migrate::MIGRATE_PAGES_V5_17,
    &move_mapping::MOVE_MAPPING_V5_17,
    &migrate::PUTBACK_MOVABLE_PAGES_V5_17,
    &alloc::RMQUEUE_BULK_V3_16,
    &alloc::ALLOC_PAGES_V3_16,
    &pages::FREE_THE_PAGE_V5_10,
    &pages::PUT_OWNED_PAGE_V3_16,
    &pages::GET_PAGE_UNLESS_ZERO_V3_16,
    &drain::KICK_ALL_CPUS_SYNC_V3_16,
    &drain::ON_EACH_CPU_DRAIN_V3_16,
    &drain::DO_NOTHING_V3_16,
    &drain::DRAIN_LOCAL_PAGES_V3_16,
    &alloc_contig::FREE_REST_V3_16,
    &alloc_contig::FREE_CONTIG_RANGE_V3_16,
    &memory::ZAP_PTE_RANGE_V5_9,
    &memory::TLB_FLUSH_MMU_V5_9,
    &signal::SEND_SIG_V3_16,
    &tlb::FLUSH_TLB_FUNC_V5_8,
    &uaccess::LOAD_V5_8,
    &uaccess::STORE_V5_8,
    &uaccess::DO_USER_ADDR_FAULT_V5_8,
    &dma::DMA_WRITE_V5_8,
    &dma::DMA_READ_V5_8,
    &fault::HANDLE_MM_FAULT_V5_8,
    &fault::DO_ANONYMOUS_PAGE_V5_8,
    &filemap::DO_FAULT_V5_8,
    &pagevec::LRU_ADD_DRAIN_V3_16,
    &swap_state::DELETE_FROM_SWAP_CACHE_V5_8,
    &swap_state::FREE_SWAP_CACHE_V5_8,
    &swap_state::SWAPIN_READAHEAD_V5_8,
    &swapfile::REUSE_SWAP_PAGE_V5_8,
    &swapfile::TRY_TO_FREE_SWAP_V5_8,
    &swapfile::FREE_SWAP_AND_CACHE_V5_8,
    &madvise::MADVISE_FREE_PTE_RANGE_V5_8,
    &numa::MIGRATE_MISPLACED_PAGE_V5_8,
];

/// What a kernel calls a function that the tables know by a name of other versions.
fn names(chosen: &Chosen) -> Vec<(Function, &'static str)> {
    let mut names = Vec::new();
    if chosen.is("drain", "ipi_mask") {
        names.push((free::FREE_UNREF_PAGE, "free_hot_cold_page"));
        names.push((alloc::RMQUEUE, "buffered_rmqueue"));
    }
    if chosen.is("longterm_loop", "check_again") {
        names.push((gup_slow::CHECK_AND_MIGRATE, "check_and_migrate_cma_pages"));
        if chosen.is("pincheck", "cma_only") {
            names.push((mm_h::IS_PINNABLE_PAGE, "!is_migrate_cma_page"));
        }
    }
    if chosen.is("gup", "v6.10") {
        names.extend(kernels_gup::GUP_FAST_NAMES);
    }
    if chosen.is("migration", "v5.9") {
        names.push((rmap::TRY_TO_MIGRATE, "try_to_unmap"));
    }
    names
}

fn allocator(chosen: &Chosen) -> Vec<&'static Routine> {
    let irqs_off = chosen.is("free_type", "irqs_off");
    let (rmqueue, free): (&Routine, &Routine) = match chosen.get("pcp") {
        "v5.17" => (&alloc::RMQUEUE_V5_17, &free::FREE_UNREF_PAGE_V5_17),
        "trylock" => (&alloc::RMQUEUE_V6_0, &pcp::FREE_UNREF_PAGE_V6_0),
        "trylock_irqs_on" => (&alloc::RMQUEUE_V6_2, &pcp::FREE_UNREF_PAGE_V6_2),
        "trylock_own_type" => (&alloc::RMQUEUE_V6_2, &pcp::FREE_UNREF_PAGE_V6_6),
        _ => (&alloc::RMQUEUE_V3_16, &free::FREE_UNREF_PAGE_V3_16),
    };
    let one: &Routine = match (chosen.get("isolation"), chosen.get("free_recheck")) {
        ("parked", _) => &free::FREE_ONE_PAGE_PARKING,
        (_, "when_isolated") => &free::FREE_ONE_PAGE_RECHECKING,
        (_, "always") => &free::FREE_ONE_PAGE_ALWAYS,
        _ => &free::FREE_ONE_PAGE_TRUSTING,
    };
    let bulk: &Routine = match chosen.get("bulk_recheck") {
        "by_noted_type" => &free::FREE_PCPPAGES_BULK_BY_TYPE,
        "when_isolated" => &free::FREE_PCPPAGES_BULK_RECHECKING,
        "when_isolated_unlinked" => &free::FREE_PCPPAGES_BULK_UNLINKING,
        "always" => &free::FREE_PCPPAGES_BULK_ALWAYS,
        _ => &free::FREE_PCPPAGES_BULK_V3_16,
    };
    let merge: &Routine = match chosen.get("merge_limit") {
        "isolated_only" => &buddy::FREE_ONE_PAGE_V3_18,
        "both_sides" => &buddy::FREE_ONE_PAGE_V4_6,
        "mergeable" => &buddy::FREE_ONE_PAGE_V5_18,
        "retypes" => &buddy::FREE_ONE_PAGE_V6_10,
        _ => &buddy::FREE_ONE_PAGE_V3_16,
    };
    let take: &Routine = match chosen.get("fallback") {
        "v3.18" => &buddy::RMQUEUE_V3_18,
        "v5.8" => &buddy::RMQUEUE_V5_8,
        "v6.10" => &buddy::RMQUEUE_V6_10,
        _ => &buddy::RMQUEUE_V3_16,
    };
    let pages: &Routine = match chosen.get("free_pages") {
        "frees_tails" => &pages::FREE_PAGES_V5_10,
        "reads_head_first" => &pages::FREE_PAGES_V6_2,
        _ => &pages::FREE_PAGES_V3_16,
    };
    let ok: &Routine =
        if irqs_off { &free::FREE_PAGES_OK_IRQS_OFF } else { &free::FREE_PAGES_OK_V3_16 };
    let free = if irqs_off { &free::FREE_UNREF_PAGE_IRQS_OFF } else { free };
    vec![rmqueue, free, one, bulk, merge, take, pages, ok]
}

fn draining(chosen: &Chosen) -> Vec<&'static Routine> {
    let (all, forced): (&Routine, &Routine) = match chosen.get("drain") {
        "work_mask" => (&drain::DRAIN_ALL_PAGES_V4_11, &drain::DRAIN_ALL_PAGES_FORCED_V5_11),
        "remote_mask" => (&drain::DRAIN_ALL_PAGES_V6_0, &drain::DRAIN_ALL_PAGES_FORCED_V6_0),
        "remote_counted_inside" => {
            (&drain::DRAIN_ALL_PAGES_V6_11, &drain::DRAIN_ALL_PAGES_FORCED_V6_11)
        }
        _ => (&drain::DRAIN_ALL_PAGES_V3_16, &drain::DRAIN_ALL_PAGES_FORCED_V5_11),
    };
    let of_2014 = ["three_rendezvous", "parked"].contains(&chosen.get("isolation"));
    let (disable, enable): (&Routine, &Routine) = match (of_2014, chosen.get("pageset_update")) {
        (true, "kicks") => (&drain::ZONE_PCP_DISABLE_2014, &drain::ZONE_PCP_ENABLE_2014),
        (true, _) => {
            (&drain::ZONE_PCP_DISABLE_2014_NO_KICKS, &drain::ZONE_PCP_ENABLE_2014_NO_KICKS)
        }
        (false, _) => (&drain::ZONE_PCP_DISABLE_V5_11, &drain::ZONE_PCP_ENABLE_V5_11),
    };
    vec![all, forced, disable, enable]
}

fn isolation(chosen: &Chosen) -> Vec<&'static Routine> {
    let masked = chosen.is("isolate_drain", "drain_all_pages");
    let version = chosen.get("isolation");
    let (set, unset): (&Routine, &Routine) = match version {
        "v3.16" => (&block::SET_V3_16, &block::UNSET_V3_16),
        "three_rendezvous" if masked => (&block::SET_2014_MASKED, &block::UNSET_2014),
        "three_rendezvous" => (&block::SET_2014, &block::UNSET_2014),
        "parked" => (&block::SET_2014_PARKED, &block::UNSET_2014_PARKED),
        "v3.18" | "v4.6" => (&block::SET_V3_18, &block::UNSET_V3_18),
        "v4.17" => (&block::SET_V4_17, &block::UNSET_V3_18),
        "v5.8" => (&block::SET_V4_17, &block::UNSET_V5_8),
        "v6.10" => (&block::SET_V6_10, &block::UNSET_V6_10),
        _ => (&block::SET_V5_11, &block::UNSET_V5_8),
    };
    let by_blocks = ["v5.19-rc1", "v5.19", "v6.10"].contains(&version);
    let disabled = chosen.is("pcp_while_isolating", "disabled");
    let start: &Routine = match (by_blocks, disabled) {
        (true, false) => &range::START_V5_19,
        (true, true) => &range::START_V5_19_WITHOUT_PCPLISTS,
        (false, true) => &range::START_WITHOUT_PCPLISTS,
        (false, false) => &range::START_V3_16,
    };
    let single: &Routine = match version {
        "v5.19-rc1" => &range::SINGLE_V5_19_RC1,
        "v6.10" => &range::SINGLE_V6_10,
        _ => &range::SINGLE_V5_19,
    };
    let undo = if disabled { &range::UNDO_WITH_PCPLISTS } else { &range::UNDO_V3_16 };
    let relinks = ["v3.16", "v3.18", "three_rendezvous", "parked"].contains(&version);
    let test = if relinks { &range::TEST_V3_16 } else { &range::TEST_V4_6 };
    vec![set, unset, start, single, undo, test]
}

fn contig(chosen: &Chosen) -> Vec<&'static Routine> {
    let version = chosen.get("alloc_contig");
    let (range, take): (&Routine, &Routine) = match version {
        "v3.16" => {
            (&alloc_contig::ALLOC_CONTIG_RANGE_V3_16, &compaction::ISOLATE_FREEPAGES_RANGE_V3_16)
        }
        "v5.9" => {
            (&alloc_contig::ALLOC_CONTIG_RANGE_V5_9, &compaction::ISOLATE_FREEPAGES_RANGE_V5_9)
        }
        "v5.11" => {
            (&alloc_contig::ALLOC_CONTIG_RANGE_V5_11, &compaction::ISOLATE_FREEPAGES_RANGE_V5_9)
        }
        _ => (&alloc_contig::ALLOC_CONTIG_RANGE_V5_19, &compaction::ISOLATE_FREEPAGES_RANGE_V5_9),
    };
    let migrates = match (chosen.is("unmap_sem", "none"), chosen.is("lru_pagevec", "none")) {
        (false, _) => &alloc_contig::ALLOC_CONTIG_MIGRATE_RANGE_ALONE,
        (true, true) => &alloc_contig::ALLOC_CONTIG_MIGRATE_RANGE_V5_17,
        (true, false) => &alloc_contig::ALLOC_CONTIG_MIGRATE_RANGE_DRAINING,
    };
    let isolate = if chosen.is("lru", "lru_lock") {
        &compaction::ISOLATE_MIGRATEPAGES_BLOCK_V3_16
    } else {
        &compaction::ISOLATE_MIGRATEPAGES_BLOCK_V5_17
    };
    let retry = ["none", "finite", "infinite", "nofail"];
    let retry = retry.iter().position(|value| chosen.is("cma_retry", value)).unwrap_or_default();
    let spins = chosen.is("cma_lock", "spinlock");
    let alloc = match (chosen.is("cma_mutex", "on"), spins) {
        (true, false) => &cma::CMA_ALLOC_V3_16,
        (true, true) => &cma::CMA_ALLOC_V5_19,
        (false, false) => &cma::CMA_ALLOC_V5_11,
        (false, true) => &cma::CMA_ALLOC_V5_14,
    };
    let release = if spins { &cma::CMA_RELEASE_V5_14 } else { &cma::CMA_RELEASE_V3_16 };
    vec![range, take, migrates, isolate, &alloc[retry], release]
}

fn pagevecs(value: &str) -> Vec<&'static Routine> {
    let forms: [&Routine; 3] = match value {
        "none" => return Vec::new(),
        "disabled" => [
            &pagevec::MARK_PAGE_ACCESSED_V5_13,
            &pagevec::LRU_CACHE_DISABLE_V5_13,
            &pagevec::LRU_CACHE_ENABLE_V5_13,
        ],
        _ => [
            &pagevec::MARK_PAGE_ACCESSED_V3_16,
            &pagevec::MIGRATE_PREP_V3_16,
            &pagevec::MIGRATE_FINISH_V3_16,
        ],
    };
    let [mark, disable, enable] = forms;
    vec![mark, disable, enable, &pagevec::LRU_ADD_DRAIN_ALL_V3_16]
}

fn unmapping(chosen: &Chosen) -> Vec<&'static Routine> {
    let scopes = ["none", "exit_mmap", "every_zap", "and_fork"];
    let scope = scopes.iter().position(|value| chosen.is("unmap_sem", value)).unwrap_or_default();
    let mut routines: Vec<&'static Routine> = vec![
        &memory::EXIT_MMAP_V5_9[usize::from(scope >= 1)],
        &memory::MUNMAP_V5_9[usize::from(scope >= 2)],
        &memory::MADVISE_V5_9[usize::from(scope >= 2)],
    ];
    if cfg!(feature = "whole") {
        let preempt = usize::from(chosen.is("fork_preempt", "disabled"));
        routines.extend(forking::of_fork(chosen.get("fork"), preempt));
        routines.push(&fork::FORK_V3_16[usize::from(scope >= 3)]);
    }
    routines
}

/// The bit of a swap entry is a matter of both ends.
fn swapping_in(value: &str) -> &'static Routine {
    match value {
        "mapcount" => &swapin::DO_SWAP_PAGE_V5_8[0],
        "refcount" => &swapin::DO_SWAP_PAGE_V5_18[0],
        _ => &swapin::DO_SWAP_PAGE_V5_19[0],
    }
}

fn hint_fault(chosen: &Chosen) -> &'static Routine {
    let moves = usize::from(chosen.is("numa_fault", "migrate"));
    if chosen.is("numa_hint", "restored_first") {
        &numa::DO_NUMA_PAGE_V5_8[moves]
    } else {
        &numa::DO_NUMA_PAGE_V5_14[moves]
    }
}

fn migration(chosen: &Chosen) -> Vec<&'static Routine> {
    let version = chosen.get("migration");
    let waits = usize::from(chosen.is("target_memory", "waits"));
    let exclusive = version == "v5.19";
    let old = ["v5.9", "v5.17"].contains(&version);
    let early = usize::from(chosen.is("migrate_pinned", "early"));
    let unmap: &Routine = match (exclusive, chosen.is("pvmw_sync", "on")) {
        (true, false) => &rmap::TRY_TO_MIGRATE_V5_19,
        (true, true) => &rmap::TRY_TO_MIGRATE_V5_19_SYNC,
        (false, false) => &rmap::TRY_TO_MIGRATE_V5_17,
        (false, true) => &rmap::TRY_TO_MIGRATE_V5_17_SYNC,
    };
    let (page, locked): (&Routine, &Routine) = if old {
        (&migrate::UNMAP_AND_MOVE_V5_17[early][waits], &migrate::UNMAP_AND_MOVE_LOCKED_V5_17)
    } else {
        (&migrate::UNMAP_AND_MOVE_V5_18[early][waits], &migrate::UNMAP_AND_MOVE_LOCKED_V5_18)
    };
    let restore: &Routine = match version {
        "v5.9" => &migrate::REMOVE_MIGRATION_PTES_V5_9,
        "v5.19" => &migrate::REMOVE_MIGRATION_PTES_V5_19,
        _ => &migrate::REMOVE_MIGRATION_PTES_V5_17,
    };
    vec![unmap, page, locked, restore]
}
