//! `page_vma_mapped_walk` of `mm/page_vma_mapped.c`: where a walk of the reverse map finds a page,
//! any page of a compound page, or all of it behind one entry.
//!
//! `page` is the head of a compound page or a page by itself, `addr` the virtual page that the walk
//! is at, `pmd` what stood above it. The locks of the entry above the page table and of the page
//! table are one here.
use std::ops::Deref;

use crate::machine::routine::line;
use crate::machine::{At, Ctx, Line, Local, Look, Op};
use crate::mm::{GARBAGE, Memory, Mm, Pfn, Pmd, Pte};
use crate::routines::rmap::ptl;

pub(super) const PMD: Line = line("pmd", "pmde = READ_ONCE(*pvmw.pmd)", Op::Do(read_pmd));
pub(super) const LEAF: Line =
    line("leaf", "if (pmd_trans_huge or is_pmd_migration_entry)", Op::If(is_leaf, "plock"));
pub(super) const NO_TABLE: Line =
    line("none", "if (!pmd_present(pmde))", Op::If(is_nothing, "next"));
pub(super) const PMD_LOCK: Line =
    line("plock", "pvmw.ptl = pmd_lock(mm, pvmw.pmd)", Op::Acquire(ptl));
pub(super) const PMD_AGAIN: Line = line("recheck", "pmde = *pvmw.pmd", Op::Do(read_pmd));
pub(super) const WAS_SPLIT: Line =
    line("split", "if (it was split under us)", Op::If(is_table, "again"));
pub(super) const PMD_UNLOCK: Line = line("again", "spin_unlock(pvmw.ptl)", Op::Release(ptl));
pub(super) const NEXT_PTE: Line =
    line("pte", "pvmw.address += PAGE_SIZE", Op::Let(crate::routines::at_hand::next_address));

/// The process that the walk is at.
pub(super) fn mm<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Mm {
    at.layout().mm(process(at))
}

fn process<M: Deref<Target = Memory>>(at: &At<'_, M>) -> usize {
    usize::from(at.get::<u16>(Local::Vma)).wrapping_sub(1)
}

/// `folio_nr_pages`, of a page that cannot change: the lane has a reference.
pub(super) fn pages<M: Deref<Target = Memory>>(at: &At<'_, M>, head: Pfn) -> u16 {
    let second =
        at.layout().second_page(head).filter(|_| at.peek(at.layout().compound(head).head()));
    let order = second.map(|second| at.peek(second.order()));
    1u16.wrapping_shl(order.filter(|order| *order != GARBAGE).unwrap_or(0).into())
}

/// Whether a page is the page of the walk, or one of that compound page.
pub(super) fn belongs<M: Deref<Target = Memory>>(at: &At<'_, M>, pfn: Pfn) -> bool {
    let head: Pfn = at.get(Local::Page);
    (head.0..head.0.wrapping_add(pages(at, head))).contains(&pfn.0)
}

/// The virtual page where the mapping of the page begins.
pub(super) fn first_address<M: Deref<Target = Memory>>(at: &At<'_, M>) -> u16 {
    let root = at.must(at.peek(at.page(Local::Page).rmap()));
    root.address
}

/// Whether the walk is behind the last page of the mapping.
pub(super) fn is_behind<M: Deref<Target = Memory>>(at: &At<'_, M>) -> bool {
    at.get::<u16>(Local::Addr) >= first_address(at).wrapping_add(pages(at, at.get(Local::Page)))
}

/// The process whose entries are next.
pub(super) fn set_mm(ctx: &mut Ctx) {
    let process = process(ctx) as u16;
    ctx.set(Local::Mm, process);
}

/// The walk of a process begins, or begins again with the lock.
pub(super) fn read_pmd(ctx: &mut Ctx) {
    let process = process(ctx);
    let pmd = ctx.load(ctx.layout().mm(process).pmd());
    ctx.set(Local::Pmd, pmd);
    ctx.set(Local::Mm, process as u16);
    ctx.set(Local::Addr, first_address(ctx));
}

/// Whether one entry stands for all that a page table would hold.
pub(super) fn is_leaf(look: &Look) -> bool {
    !is_table(look) && !is_nothing(look)
}

pub(super) fn is_nothing(look: &Look) -> bool {
    look.get::<Pmd>(Local::Pmd) == Pmd::None
}

pub(super) fn is_table(look: &Look) -> bool {
    look.get::<Pmd>(Local::Pmd) == Pmd::Table
}

/// `check_pte` until it holds, under the lock: goes on to the next entry that names a page of the
/// walk's in the way that `named` says. Whether there is none. The page is `tail` then.
pub(super) fn finds_none(ctx: &mut Ctx, named: fn(Pte) -> Option<Pfn>) -> bool {
    while !is_behind(ctx) {
        let pte = ctx.load(ctx.pte());
        if let Some(pfn) = named(pte).filter(|pfn| belongs(ctx, *pfn)) {
            ctx.set(Local::Pte, pte);
            ctx.set(Local::Tail, pfn);
            return false;
        }
        let address: u16 = ctx.get(Local::Addr);
        ctx.set(Local::Addr, address + 1);
    }
    true
}
