//! `try_to_unmap` of `mm/rmap.c`: replacing the page table entries of a page by swap entries.
use super::at_hand::{
    is_clean_entry, read_exclusive, returned_nonzero, set_page_dirty, was_shared,
};
use super::rmap::{
    CHECK, DONE, EACH, FIRST, LOCK, LOOP, NEXT, OUT, PEEK, PUT, RMAP, SHARE, UNLOCK, clear, pte,
    ptl, put_back,
};
use super::swapfile::{swap_duplicate, swap_free};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::{Pte, Slot};

/// `try_to_unmap`
pub const TRY_TO_UNMAP: Function = Function("try_to_unmap");

const CLEAR: Line = line("clear", "pteval = ptep_get_and_clear(mm, address, pte)", Op::Do(clear));
const CLEAN: Line = line("clean", "if (!pte_dirty(pteval))", Op::If(is_clean_entry, "backed"));
const DIRTY: Line = line("dirty", "set_page_dirty(page)", Op::Do(set_page_dirty));
const BACKED: Line =
    line("backed", "if (!PageSwapBacked(page))", Op::Branch(is_lazyfree, "lazyfree"));
const DUPLICATE: Line = line("dup", "swap_duplicate(entry)", Op::Do(name_slot));
const ENTRY: Line = line("entry", "set_pte_at(mm, address, pte, swp_pte)", Op::Do(set_entry));
const EXCLUSIVE_ENTRY: Line =
    line("entry", "set_pte_at(.., pte_swp_mkexclusive(swp_pte))", Op::Do(set_exclusive_entry));

/// Up to the entry: the walk, as migration's. The TLB is not flushed here (`TTU_BATCH_FLUSH`).
const HEAD: &[Line] = &[FIRST, EACH, PEEK, LOCK, CHECK, CLEAR, CLEAN, DIRTY, BACKED, DUPLICATE];
const EXCLUSIVE_HEAD: &[Line] = &[
    FIRST,
    EACH,
    PEEK,
    LOCK,
    CHECK,
    line("excl", "anon_exclusive = PageAnonExclusive(page)", Op::Do(read_exclusive)),
    CLEAR,
    CLEAN,
    DIRTY,
    BACKED,
    DUPLICATE,
    line("shared", "if (!anon_exclusive)", Op::If(was_shared, "entry")),
    SHARE,
    line("refused", "if (it is pinned)", Op::If(returned_nonzero, "pinout")),
];
/// Behind the entry.
const TAIL: &[Line] = &[
    RMAP,
    PUT,
    UNLOCK,
    DONE,
    NEXT,
    LOOP,
    OUT,
    line("restore", "set_pte_at(mm, address, pte, pteval)", Op::Do(put_back)),
    line("again", "SetPageSwapBacked(page)", Op::Do(set_swapbacked)),
    line("stop", "spin_unlock(pvmw.ptl)", Op::Release(ptl)),
    line("stopped", "ret = false; break", Op::Return(|_| 0)),
];
const EXCLUSIVE_TAIL: &[Line] = joined!(TAIL, PINNED_TAIL);
const PINNED_TAIL: &[Line] = &[
    line("pinout", "swap_free(entry)", Op::Do(|ctx| _ = swap_free(ctx))),
    line("keep", "set_pte_at(mm, address, pte, pteval)", Op::Do(put_back)),
    line("kept", "ret = false", Op::Goto("stop")),
];

const DISCARD: Line = line("discard", "goto discard", Op::Goto("rmap"));
const REFS: Line = line("refs", "smp_mb(); ref_count = page_count(page)", Op::Do(read_count));
const HELD: Line =
    line("held", "if (ref_count != 1 + page_mapcount(page))", Op::Branch(is_held, "restore"));

/// What becomes of a page of `MADV_FREE`: it is discarded unless it is dirty.
const DIRTY_ONLY: &[Line] =
    &[line("lazyfree", "if (PageDirty(page))", Op::Branch(is_dirty, "restore")), DISCARD];
/// Nor may anybody else have a reference, who may be about to write. Who writes marks it dirty
/// before the reference goes, so the count is read first.
const REFS_THEN_DIRTY: &[Line] = &[
    line("lazyfree", "smp_mb(); ref_count = page_count(page)", Op::Do(read_count)),
    HELD,
    line("lazydirty", "smp_rmb(); if (PageDirty(page))", Op::Branch(is_dirty, "restore")),
    DISCARD,
];
const DIRTY_THEN_REFS: &[Line] = &[
    line("lazyfree", "if (PageDirty(page))", Op::Branch(is_dirty, "restore")),
    REFS,
    HELD,
    DISCARD,
];
const fn try_to_unmap(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: TRY_TO_UNMAP,
        source,
        omits: "TLB flushes, which are batched; mlock, files, huge pages",
        params: &[Local::Page],
        locals: &[Local::Vma, Local::Pte, Local::Slot, Local::Exclusive, Local::Refs, Local::Ret],
        returns: Returns::Nothing,
        body,
    }
}

const PLAIN: &str = "mm/rmap.c, v5.8 to v5.18 (try_to_unmap_one)";
const FIXED: &str = "mm/rmap.c, v5.18 (try_to_unmap_one)";
const SWAPPED: &str = "mm/rmap.c, v5.18 with its lazyfree tests swapped";

/// Whoever else has a reference, the mapping goes. One form for each test of a lazyfree page.
pub static TRY_TO_UNMAP_V5_8: [Routine; 3] = [
    try_to_unmap(PLAIN, joined!(HEAD, &[ENTRY], TAIL, DIRTY_ONLY)),
    try_to_unmap(FIXED, joined!(HEAD, &[ENTRY], TAIL, REFS_THEN_DIRTY)),
    try_to_unmap(SWAPPED, joined!(HEAD, &[ENTRY], TAIL, DIRTY_THEN_REFS)),
];

const EXCLUSIVE: [&str; 3] = [
    "mm/rmap.c, v5.19 with the lazyfree test of v5.17",
    "mm/rmap.c, v5.19 to v6.5 (try_to_unmap_one)",
    "mm/rmap.c, v5.19 with its lazyfree tests swapped",
];

/// With the entry gone, an exclusive page is looked at for pins, and gets its entry back if it
/// looks pinned: a pin that comes later sees the entry changed. The swap entry remembers that the
/// page was exclusive.
pub static TRY_TO_UNMAP_V5_19: [Routine; 3] = [
    try_to_unmap(
        EXCLUSIVE[0],
        joined!(EXCLUSIVE_HEAD, &[EXCLUSIVE_ENTRY], EXCLUSIVE_TAIL, DIRTY_ONLY),
    ),
    try_to_unmap(
        EXCLUSIVE[1],
        joined!(EXCLUSIVE_HEAD, &[EXCLUSIVE_ENTRY], EXCLUSIVE_TAIL, REFS_THEN_DIRTY),
    ),
    try_to_unmap(
        EXCLUSIVE[2],
        joined!(EXCLUSIVE_HEAD, &[EXCLUSIVE_ENTRY], EXCLUSIVE_TAIL, DIRTY_THEN_REFS),
    ),
];

const FORGETTING: [&str; 3] = [
    "mm/rmap.c, v5.19 before 1493a1913e34, with the lazyfree test of v5.17",
    "mm/rmap.c, v5.19 before 1493a1913e34",
    "mm/rmap.c, v5.19 before 1493a1913e34, with its lazyfree tests swapped",
];

/// As before, but the swap entry has no bit to remember it by: before 1493a1913e34, and on
/// machines without such a bit.
pub static TRY_TO_UNMAP_V5_19_FORGETTING: [Routine; 3] = [
    try_to_unmap(FORGETTING[0], joined!(EXCLUSIVE_HEAD, &[ENTRY], EXCLUSIVE_TAIL, DIRTY_ONLY)),
    try_to_unmap(FORGETTING[1], joined!(EXCLUSIVE_HEAD, &[ENTRY], EXCLUSIVE_TAIL, REFS_THEN_DIRTY)),
    try_to_unmap(FORGETTING[2], joined!(EXCLUSIVE_HEAD, &[ENTRY], EXCLUSIVE_TAIL, DIRTY_THEN_REFS)),
];

fn is_lazyfree(ctx: &mut Ctx) -> bool {
    let swapbacked = ctx.page(Local::Page).swapbacked();
    !ctx.load(swapbacked)
}

/// The page is locked and in the swap cache, so its slot is its own.
fn name_slot(ctx: &mut Ctx) {
    let swap = ctx.page(Local::Page).swap();
    let slot = ctx.load(swap);
    let Slot(number) = ctx.must(slot);
    ctx.set(Local::Slot, number);
    swap_duplicate(ctx);
}

fn set_entry(ctx: &mut Ctx) {
    let cell = pte(ctx);
    ctx.store(cell, Pte::Swap { slot: ctx.get(Local::Slot), exclusive: false });
}

fn set_exclusive_entry(ctx: &mut Ctx) {
    let entry = Pte::Swap { slot: ctx.get(Local::Slot), exclusive: ctx.get(Local::Exclusive) };
    let cell = pte(ctx);
    ctx.store(cell, entry);
}

fn set_swapbacked(ctx: &mut Ctx) {
    let swapbacked = ctx.page(Local::Page).swapbacked();
    ctx.update(swapbacked, |_| true);
}

fn read_count(ctx: &mut Ctx) {
    ctx.fence();
    let refcount = ctx.page(Local::Page).refcount();
    let refs: u16 = ctx.load(refcount);
    ctx.set(Local::Refs, refs);
}

/// Whether there are more references than the isolation's and one for each mapping.
fn is_held(ctx: &mut Ctx) -> bool {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.get::<u16>(Local::Refs) != ctx.load(mapcount) + 1
}

fn is_dirty(ctx: &mut Ctx) -> bool {
    let dirty = ctx.page(Local::Page).dirty();
    ctx.load(dirty)
}
