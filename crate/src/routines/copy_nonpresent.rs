//! `copy_nonpresent_pte` of `mm/memory.c`: entries that map no page, for the child.
use super::at_hand::is_migration;
use super::copy_pte::{COPY_NONPRESENT_PTE, ENTRY, OUT};
use super::fork::child_pte;
use super::swapfile::swap_duplicate;
use crate::machine::routine::line;
use crate::machine::{Ctx, Line, Local, Look, Op, Returns, Routine};
use crate::mm::Pte;
use crate::mm::word::Restore;

const fn copy_nonpresent_pte(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: COPY_NONPRESENT_PTE,
        source,
        omits: "device entries, markers",
        params: ENTRY,
        locals: &[Local::Slot],
        returns: Returns::Nothing,
        body,
    }
}

const MIGRATION: Line =
    line("kind", "if (is_migration_entry(entry))", Op::If(is_migration, "readable"));
const DUP_SLOT: Line = line("dup", "swap_duplicate(entry)", Op::Do(dup_slot));
const SET_ENTRY: Line = line("set", "set_pte_at(dst_mm, addr, dst_pte, pte)", Op::Do(set_entry));
const READABLE: Line =
    line("readable", "if (is_readable_migration_entry(entry))", Op::If(is_readable, "set"));
const MAKE_READABLE: Line =
    line("read", "set_pte_at(src_mm, .., make_readable(entry))", Op::Do(make_readable));
const READ_OUT: Line = line("readout", "  (both are readable)", Op::Goto("set"));

/// One more entry names the slot. A migration entry is copied as one that restores no right to
/// write, in both.
pub static COPY_NONPRESENT_PTE_V3_16: Routine = copy_nonpresent_pte(
    "mm/memory.c, v3.16 to v5.18",
    &[MIGRATION, DUP_SLOT, SET_ENTRY, OUT, READABLE, MAKE_READABLE, READ_OUT],
);
/// And a swap entry is exclusive no more (1493a1913e34).
pub static COPY_NONPRESENT_PTE_V5_19: Routine = copy_nonpresent_pte(
    "mm/memory.c, v5.19 to v6.12",
    &[
        MIGRATION,
        DUP_SLOT,
        line("excl", "if (pte_swp_exclusive(*src_pte))", Op::If(is_not_swp_exclusive, "set")),
        line("clear", "set_pte_at(.., pte_swp_clear_exclusive)", Op::Do(clear_swp_exclusive)),
        SET_ENTRY,
        OUT,
        READABLE,
        MAKE_READABLE,
        READ_OUT,
    ],
);

fn is_readable(look: &Look) -> bool {
    matches!(look.get(Local::Pte), Pte::Migration { restore: Restore::Readable, .. })
}

fn make_readable(ctx: &mut Ctx) {
    if let Pte::Migration { pfn, .. } = ctx.get(Local::Pte) {
        let readable = Pte::Migration { pfn, restore: Restore::Readable };
        ctx.store(ctx.pte(), readable);
        ctx.set(Local::Pte, readable);
    }
}

fn dup_slot(ctx: &mut Ctx) {
    if let Pte::Swap { slot, .. } = ctx.get(Local::Pte) {
        ctx.set(Local::Slot, slot);
        swap_duplicate(ctx);
    }
}

fn is_not_swp_exclusive(look: &Look) -> bool {
    !matches!(look.get(Local::Pte), Pte::Swap { exclusive: true, .. })
}

fn clear_swp_exclusive(ctx: &mut Ctx) {
    if let Pte::Swap { slot, .. } = ctx.get(Local::Pte) {
        let shared = Pte::Swap { slot, exclusive: false };
        ctx.store(ctx.pte(), shared);
        ctx.set(Local::Pte, shared);
    }
}

fn set_entry(ctx: &mut Ctx) {
    let pte: Pte = ctx.get(Local::Pte);
    ctx.store(child_pte(ctx), pte);
}
