//! `try_to_unmap` of `mm/rmap.c`: replacing the entries of a compound page, or of a page by itself,
//! by swap entries.
use super::rmap::{
    CHECK, CLEAR, EXCLUSIVE, MORE, NEXT_VMA, PTE_REFUSED, RMAP, SHARE, STOP, put_back,
};
use super::split::{MM, SPLIT_PMD};
use super::walk::{NEXT_PTE, NO_TABLE, PMD};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Line, Local, Op, Returns, Routine};
use crate::mm::{Pte, Slot};
use crate::routines::at_hand::{is_clean_entry, set_page_dirty, was_shared};
use crate::routines::rmap::{EACH, FIRST, LOCK, PUT};
use crate::routines::swapfile::{swap_duplicate, swap_free};
use crate::routines::try_to_unmap::TRY_TO_UNMAP;

const fn try_to_unmap(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: TRY_TO_UNMAP,
        source,
        omits: "TLB flushes, which are batched; mlock, files, MADV_FREE; it takes the lock before \
                it looks at entries",
        params: &[Local::Page],
        locals: &[
            Local::Vma,
            Local::Mm,
            Local::Addr,
            Local::Pmd,
            Local::Pte,
            Local::Tail,
            Local::Slot,
            Local::Freeze,
            Local::Exclusive,
            Local::Ret,
        ],
        returns: Returns::Nothing,
        body,
    }
}

const WALK: &[Line] = &[FIRST, EACH, MM, SPLIT_PMD, PMD, NO_TABLE, LOCK, CHECK];
const DIRTY: &[Line] = &[
    line("clean", "if (!pte_dirty(pteval))", Op::If(is_clean_entry, "dup")),
    line("dirty", "set_page_dirty(page)", Op::Do(set_page_dirty)),
    line("dup", "swap_duplicate(page_private(subpage))", Op::Do(name_slot)),
];
const ENTRY: Line =
    line("entry", "set_pte_at(mm, address, pte, swp_pte)", Op::Do(|ctx| set_entry(ctx, false)));
const EXCLUSIVE_ENTRY: Line = line(
    "entry",
    "set_pte_at(.., pte_swp_mkexclusive(swp_pte))",
    Op::Do(|ctx| set_entry(ctx, ctx.get(Local::Exclusive))),
);
const LEAVE: &[Line] = &[RMAP, PUT, NEXT_PTE, MORE];
const SHARING: &[Line] =
    &[line("shared", "if (!anon_exclusive)", Op::If(was_shared, "entry")), SHARE, PTE_REFUSED];
/// What the entry named is not named any more.
const RESTORE: &[Line] = &[
    line("restore", "swap_free(entry)", Op::Do(|ctx| _ = swap_free(ctx))),
    line("keep", "set_pte_at(mm, address, pte, pteval)", Op::Do(put_back)),
    line("goto", "break", Op::Goto("stop")),
];

/// An entry for the whole becomes a page table first (`TTU_SPLIT_HUGE_PMD`).
pub static TRY_TO_UNMAP_V5_7: Routine = try_to_unmap(
    "mm/rmap.c, v5.7 to v5.18 (try_to_unmap_one)",
    joined!(WALK, &[CLEAR], DIRTY, &[ENTRY], LEAVE, NEXT_VMA),
);

/// A page that is exclusive and looks pinned keeps its entry. The swap entry remembers that it was
/// exclusive.
pub static TRY_TO_UNMAP_V5_19: Routine = try_to_unmap(
    "mm/rmap.c, v5.19 to v6.5 (try_to_unmap_one)",
    joined!(
        WALK,
        &[EXCLUSIVE, CLEAR],
        DIRTY,
        SHARING,
        &[EXCLUSIVE_ENTRY],
        LEAVE,
        NEXT_VMA,
        RESTORE,
        STOP
    ),
);

/// As before, but the swap entry has no bit to remember it by.
pub static TRY_TO_UNMAP_V5_19_FORGETTING: Routine = try_to_unmap(
    "mm/rmap.c, v5.19 without 1493a1913e34 (try_to_unmap_one)",
    joined!(WALK, &[EXCLUSIVE, CLEAR], DIRTY, SHARING, &[ENTRY], LEAVE, NEXT_VMA, RESTORE, STOP),
);

/// The page is locked and in the swap cache, so each of its pages has its slot.
fn name_slot(ctx: &mut Ctx) {
    let swap = ctx.page(Local::Tail).swap();
    let slot = ctx.load(swap);
    let Slot(number) = ctx.must(slot);
    ctx.set(Local::Slot, number);
    swap_duplicate(ctx);
}

fn set_entry(ctx: &mut Ctx, exclusive: bool) {
    let entry = Pte::Swap { slot: ctx.get(Local::Slot), exclusive };
    let cell = ctx.pte();
    ctx.store(cell, entry);
}
