//! `mm/rmap.c`: replacing the page table entries of a page by migration entries.
use super::at_hand::{
    clear_exclusive, drop_reference, read_exclusive, remove_rmap, returned_nonzero, was_shared,
};
use std::ops::Deref;

use super::mm_h::{page_maybe_dma_pinned, promise_not_pinned};
use super::tlb::FLUSH_PAGE;
use crate::machine::routine::{errno, line};
use crate::machine::{At, Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::word::Restore;
use crate::mm::{Cell, Lock, Memory, Mm, Pte};

/// `try_to_migrate`
pub const TRY_TO_MIGRATE: Function = Function("try_to_migrate");

/// `page_try_share_anon_rmap` (v5.19), with the entry gone.
pub const PAGE_TRY_SHARE_ANON_RMAP: Function = Function("page_try_share_anon_rmap");

pub(super) const FIRST: Line = line("first", "rmap_walk_anon(page, &rwc)", Op::Let(first_vma));
pub(super) const EACH: Line =
    line("each", "anon_vma_interval_tree_foreach(vma)", Op::If(no_vma, "out"));
pub(super) const PEEK: Line =
    line("peek", "if (!pte_present(*pvmw.pte))", Op::Branch(not_mapped, "done"));
pub(super) const LOCK: Line = line("lock", "spin_lock(pvmw.ptl)", Op::Acquire(ptl));
pub(super) const CHECK: Line =
    line("check", "if (pte_page(*pvmw.pte) != page)", Op::Branch(not_mapped, "unlock"));
const CLEAR: Line =
    line("clear", "pteval = ptep_clear_flush(vma, address, pte)", Op::Do(clear_to_flush));
const ENTRY: Line = line("entry", "set_pte_at(mm, address, pte, swp_pte)", Op::Do(set_entry));
pub(super) const RMAP: Line = line("rmap", "page_remove_rmap(page)", Op::Do(remove_rmap));
pub(super) const PUT: Line = line("put", "put_page(page)", Op::Do(drop_reference));
pub(super) const UNLOCK: Line = line("unlock", "spin_unlock(pvmw.ptl)", Op::Release(ptl));
pub(super) const DONE: Line =
    line("done", "if (page_not_mapped(page)) break", Op::Branch(not_mapped_any, "out"));
pub(super) const NEXT: Line = line("next", "next vma", Op::Let(next_vma));
pub(super) const LOOP: Line = line("loop", "anon_vma_interval_tree_foreach(vma)", Op::Goto("each"));
pub(super) const OUT: Line = line("out", "return", Op::Return(|_| 0));

const EXCLUSIVE: Line =
    line("excl", "anon_exclusive = PageAnonExclusive(page)", Op::Do(read_exclusive));
const SHARED: Line = line("shared", "if (!anon_exclusive)", Op::If(was_shared, "entry"));
/// The line of who shares an exclusive page or takes its entry away.
pub(super) const SHARE: Line =
    line("share", "page_try_share_anon_rmap(page)", Op::Call(PAGE_TRY_SHARE_ANON_RMAP, &[]));
const REFUSED: Line = line("refused", "if (it is pinned)", Op::If(returned_nonzero, "restore"));
const RESTORE: Line = line("restore", "set_pte_at(mm, address, pte, pteval)", Op::Do(put_back));
const BREAK: Line = line("goto", "break", Op::Goto("unlock"));

const OMITS: &str = "dirty bit";

/// The entry is looked at without the lock first: one that is being cleared is passed over. The
/// count of mappings drops before the reference.
pub static TRY_TO_MIGRATE_V5_17: Routine = Routine {
    function: TRY_TO_MIGRATE,
    source: "mm/rmap.c, v5.15 to v5.18 (try_to_migrate_one)",
    omits: OMITS,
    params: &[Local::Page],
    locals: &[Local::Vma, Local::Mm, Local::Pte, Local::Exclusive, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        FIRST, EACH, PEEK, LOCK, CHECK, CLEAR, FLUSH_PAGE, ENTRY, RMAP, PUT, UNLOCK, DONE, NEXT,
        LOOP, OUT,
    ],
};

/// As before, but an entry is looked at under the lock only, so that one being cleared is waited
/// for (`TTU_SYNC`, 732ed55823fc).
pub static TRY_TO_MIGRATE_V5_17_SYNC: Routine = Routine {
    body: &[
        FIRST, EACH, LOCK, CHECK, CLEAR, FLUSH_PAGE, ENTRY, RMAP, PUT, UNLOCK, DONE, NEXT, LOOP,
        OUT,
    ],
    ..TRY_TO_MIGRATE_V5_17
};

/// An exclusive page that looks pinned keeps its mapping: the entry is put back. The pin is looked
/// for with the entry gone, so a pin that comes later sees the entry changed.
pub static TRY_TO_MIGRATE_V5_19: Routine = Routine {
    source: "mm/rmap.c, v5.19 to v6.1 (try_to_migrate_one)",
    body: &[
        FIRST, EACH, PEEK, LOCK, CHECK, EXCLUSIVE, CLEAR, FLUSH_PAGE, SHARED, SHARE, REFUSED,
        ENTRY, RMAP, PUT, UNLOCK, DONE, NEXT, LOOP, OUT, RESTORE, BREAK,
    ],
    ..TRY_TO_MIGRATE_V5_17
};

/// As before, under the lock only.
pub static TRY_TO_MIGRATE_V5_19_SYNC: Routine = Routine {
    body: &[
        FIRST, EACH, LOCK, CHECK, EXCLUSIVE, CLEAR, FLUSH_PAGE, SHARED, SHARE, REFUSED, ENTRY,
        RMAP, PUT, UNLOCK, DONE, NEXT, LOOP, OUT, RESTORE, BREAK,
    ],
    ..TRY_TO_MIGRATE_V5_19
};

pub(in crate::routines) const fn page_try_share_anon_rmap(
    source: &'static str,
    body: &'static [Line],
) -> Routine {
    Routine {
        function: PAGE_TRY_SHARE_ANON_RMAP,
        source,
        omits: "device memory, compound pages",
        params: &[Local::Page],
        locals: &[],
        returns: Returns::Errno,
        body,
    }
}

const PINNED: Line =
    line("pinned", "if (page_maybe_dma_pinned(page))", Op::Branch(looks_pinned, "busy"));
pub(in crate::routines) const CLEAR_EXCLUSIVE: Line =
    line("share", "ClearPageAnonExclusive(page)", Op::Do(clear_exclusive));
pub(in crate::routines) const SHARED_NOW: Line = line("done", "return 0", Op::Return(|_| 0));
pub(in crate::routines) const BUSY: Line =
    line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY));

/// What orders the cleared entry before the look at the count.
pub(in crate::routines) const MB: Line = line("mb", "smp_mb()", Op::Fence);
/// And the flag before an entry that is set again.
pub(in crate::routines) const MB_AFTER: Line = line("mbafter", "smp_mb__after_atomic()", Op::Fence);

/// The entry is gone by now. On machines whose clearing of an entry orders nothing, the look at the
/// count may come first.
pub static PAGE_TRY_SHARE_V5_19: Routine = page_try_share_anon_rmap(
    "include/linux/rmap.h, v5.19 and v6.0",
    &[PINNED, CLEAR_EXCLUSIVE, SHARED_NOW, BUSY],
);
/// With the barriers that order entry, count and flag (088b8aa537c2).
pub static PAGE_TRY_SHARE_V6_1: Routine = page_try_share_anon_rmap(
    "include/linux/rmap.h, v6.1 to v6.12",
    &[MB, PINNED, CLEAR_EXCLUSIVE, MB_AFTER, SHARED_NOW, BUSY],
);

/// The mapping that a walk is at: the process's number plus one, and nothing behind the last.
fn vma<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Option<usize> {
    usize::from(at.get::<u16>(Local::Vma)).checked_sub(1)
}

/// Goes on to the next mapping that the page may have, behind the process `from`.
fn walk_on(ctx: &mut Ctx, from: usize) {
    let root = ctx.must(ctx.peek(ctx.page(Local::Page).rmap()));
    let next = ctx.layout().rmap_walk(root).map(|rmap| usize::from(rmap.process));
    let next = next.filter(|process| *process >= from).min();
    ctx.set(Local::Vma, next.map_or(0, |process| process as u16 + 1));
}

pub(super) fn first_vma(ctx: &mut Ctx) {
    walk_on(ctx, 0);
}

pub(super) fn next_vma(ctx: &mut Ctx) {
    let at = ctx.must(vma(ctx));
    walk_on(ctx, at + 1);
}

pub(super) fn no_vma(look: &Look) -> bool {
    vma(look).is_none()
}

fn mm<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Mm {
    at.layout().mm(at.must(vma(at)))
}

/// The lock of the page table that the walk is at.
pub(super) fn ptl(look: &Look) -> Lock {
    mm(look).ptl()
}

/// The entry that the walk is at.
pub(super) fn pte<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Cell<Pte> {
    let root = at.must(at.peek(at.page(Local::Page).rmap()));
    mm(at).pte(root.address)
}

fn not_mapped(ctx: &mut Ctx) -> bool {
    let cell = pte(ctx);
    let pte = ctx.load(cell);
    pte.mapped() != Some(ctx.get(Local::Page))
}

fn not_mapped_any(ctx: &mut Ctx) -> bool {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.load(mapcount) == 0
}

/// From here on the lane answers for the mapping's reference.
pub(super) fn clear(ctx: &mut Ctx) {
    let cell = pte(ctx);
    let old = ctx.clear_pte(cell);
    ctx.set(Local::Pte, old);
    ctx.hold(ctx.get(Local::Page), 1);
}

/// As [`clear`], and says whose translations are to be forgotten.
fn clear_to_flush(ctx: &mut Ctx) {
    let process = ctx.must(vma(ctx));
    ctx.set(Local::Mm, process as u16);
    clear(ctx);
}

fn set_entry(ctx: &mut Ctx) {
    let pfn = ctx.get(Local::Page);
    let restore = match ctx.get::<Pte>(Local::Pte) {
        pte if pte.writes() => Restore::Writable,
        _ if ctx.get(Local::Exclusive) => Restore::ReadableExclusive,
        _ => Restore::Readable,
    };
    let cell = pte(ctx);
    ctx.store(cell, Pte::Migration { pfn, restore });
}

fn looks_pinned(ctx: &mut Ctx) -> bool {
    let pfn = ctx.get(Local::Page);
    let pinned = page_maybe_dma_pinned(ctx, pfn);
    if !pinned {
        promise_not_pinned(ctx, pfn);
    }
    pinned
}

pub(super) fn put_back(ctx: &mut Ctx) {
    let old: Pte = ctx.get(Local::Pte);
    let cell = pte(ctx);
    ctx.store(cell, old);
    ctx.let_go(ctx.get(Local::Page), 1);
}
