//! `compact_zone` of `mm/compaction.c`: a walk of a part of the zone, pageblock by pageblock.
use super::super::kernels::Chosen;
use super::sparse::{PAGEBLOCK_PFN_TO_PAGE, clamp_to_zone, mem_hotplug_read};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{OwnListKind, Pfn};
use crate::routines::at_hand::{returned_zero, want_movable};
use crate::routines::compaction::{ISOLATE_MIGRATEPAGES_BLOCK, first_on_list, list_is_empty};
use crate::routines::migrate::{MIGRATE_PAGES, PUTBACK_MOVABLE_PAGES};

/// `compact_zone`, over a part of it.
pub const COMPACT_ZONE: Function = Function("compact_zone");

const COMPACT: &[Line] = &[
    line("zone", "zone_start_pfn, zone_end_pfn(zone)", Op::Do(clamp_to_zone)),
    line("met", "if (start_pfn >= end_pfn)", Op::If(past_end, "out")),
    line(
        "block",
        "page = pageblock_pfn_to_page(start_pfn, ..)",
        Op::Call(PAGEBLOCK_PFN_TO_PAGE, &[]),
    ),
    line("hole", "if (!page)", Op::If(returned_zero, "out")),
    line("scan", "isolate_migratepages(cc)", Op::Call(ISOLATE_MIGRATEPAGES_BLOCK, &[])),
    line("nr", "nr_isolated = cc->nr_migratepages", Op::Let(count_pages)),
    line("empty", "if (!cc->nr_migratepages)", Op::If(list_is_empty, "out")),
    line("gfp", "compaction_alloc: MIGRATE_MOVABLE", Op::Let(want_movable)),
    line("migrate", "err = migrate_pages(&cc->migratepages)", Op::Call(MIGRATE_PAGES, &[])),
    line("all", "if (!err)", Op::If(list_is_empty, "out")),
    line("back", "putback_movable_pages(..)", Op::Call(PUTBACK_MOVABLE_PAGES, &[])),
];

/// Memory is compacted while others go on as if nothing was: no pageblock is isolated, and what
/// becomes free may be anybody's at once.
pub static COMPACT_ZONE_V5_8: Routine = compact_zone(
    "mm/compaction.c (and isolate_migratepages), v5.7 to v6.12",
    joined!(COMPACT, &[line("out", "return nr_isolated", Op::Return(nr_isolated))]),
);
/// Nobody takes memory out meanwhile: what would keep the pages that are walked, and no kernel has.
pub static COMPACT_ZONE_LOCKED: Routine = compact_zone(
    "a lock that nobody has proposed, around mm/compaction.c, v5.7 to v6.12",
    joined!(
        &[line("hotplug", "get_online_mems()", Op::Acquire(mem_hotplug_read))],
        COMPACT,
        &[
            line("out", "put_online_mems()", Op::Release(mem_hotplug_read)),
            line("return", "return nr_isolated", Op::Return(nr_isolated)),
        ]
    ),
);

const fn compact_zone(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: COMPACT_ZONE,
        source,
        omits: "the free scanner: a target is allocated like any other page; one round over one \
                range, which is asked for as one pageblock; it returns why it has stopped, not how \
                many pages it has picked; what is skipped because it was tried before; \
                lru_add_drain",
        params: &[Local::Start, Local::End],
        locals: &[Local::AllocContig, Local::Wanted, Local::Left, Local::Ret],
        returns: Returns::Value,
        body,
    }
}

fn nr_isolated(look: &Look) -> u16 {
    look.get(Local::Left)
}

/// `cc->nr_migratepages`
fn count_pages(ctx: &mut Ctx) {
    let mut pages = 0;
    let mut from = Pfn(0);
    while let Some(head) = first_on_list(ctx, OwnListKind::Migratepages, from) {
        pages += ctx.layout().folio(ctx.memory(), head).count();
        from = Pfn(head.0 + 1);
    }
    ctx.set(Local::Left, pages as u16);
}

fn past_end(look: &Look) -> bool {
    look.get::<Pfn>(Local::Start) >= look.get(Local::End)
}

/// The form of `compact_zone` that a kernel has.
pub(super) fn routine(chosen: &Chosen) -> &'static Routine {
    match chosen.get("compaction_lock") {
        "mem_hotplug_lock" => &COMPACT_ZONE_LOCKED,
        _ => &COMPACT_ZONE_V5_8,
    }
}
