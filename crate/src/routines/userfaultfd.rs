//! `mm/userfaultfd.c`: write-protecting a page for a monitor, and letting it go.
use super::at_hand::{mmap_read, ptl, take_address};
use super::tlb::{FLUSH_PAGE, FLUSH_RANGE};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::Pte;

/// `mwriteprotect_range`, of one page (`UFFDIO_WRITEPROTECT`).
pub const MWRITEPROTECT_RANGE: Function = Function("mwriteprotect_range");

/// What a fault does about translations that are not flushed yet.
pub const FLUSH_PENDING: Function = Function("mm_tlb_flush_pending");

const OUT: Line = line("out", "return", Op::Return(|_| 0));

/// The entry changes under its lock; translations are flushed behind it, with `mmap_lock` held for
/// reading only: meanwhile others fault on the same page.
pub static MWRITEPROTECT_RANGE_V5_8: Routine = Routine {
    function: MWRITEPROTECT_RANGE,
    source: "mm/userfaultfd.c and mm/mprotect.c (change_protection), v5.8 to v5.17",
    omits: "registration, waking those who wait: they look at the entry",
    params: &[Local::Mm, Local::Given, Local::Value],
    locals: &[Local::Addr, Local::Pte],
    returns: Returns::Errno,
    body: &[
        line("one", "[start, start + PAGE_SIZE)", Op::Let(take_address)),
        line("mmap", "mmap_read_lock(dst_mm)", Op::Acquire(mmap_read)),
        line("pending", "inc_tlb_flush_pending(mm)", Op::Do(|ctx| count_pending(ctx, 1))),
        line("lock", "pte = pte_offset_map_lock(mm, pmd, addr)", Op::Acquire(ptl)),
        line("start", "oldpte = ptep_modify_prot_start(..)", Op::Branch(takes_nothing, "unlock")),
        line("commit", "ptep_modify_prot_commit(.., ptent)", Op::Do(commit)),
        line("unlock", "pte_unmap_unlock(pte - 1, ptl)", Op::Release(ptl)),
        FLUSH_RANGE,
        line("done", "dec_tlb_flush_pending(mm)", Op::Do(|ctx| count_pending(ctx, -1))),
        line("mmapout", "mmap_read_unlock(dst_mm)", Op::Release(mmap_read)),
        line("out", "return 0", Op::Return(|_| 0)),
    ],
};

const fn flush_pending(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FLUSH_PENDING,
        source,
        omits: "other flushes that may be pending",
        params: &[Local::Mm],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

/// A fault copies the page although another CPU may still store to it.
pub static FLUSH_PENDING_V5_8: Routine = flush_pending("mm/memory.c, v5.8 to v5.11", &[OUT]);
/// A fault flushes first what `userfaultfd` has yet to flush (6ce64428d620).
pub static FLUSH_PENDING_V5_12: Routine = flush_pending(
    "mm/memory.c, v5.12 to v6.1 (do_wp_page)",
    &[
        line("pending", "if (!mm_tlb_flush_pending(mm))", Op::Branch(no_flush_is_pending, "out")),
        FLUSH_PAGE,
        OUT,
    ],
);

fn count_pending(ctx: &mut Ctx, by: i16) {
    let pending = ctx.mm().tlb_flush_pending();
    ctx.update(pending, |count| count.wrapping_add_signed(by));
}

/// Whether nothing is mapped there; else the entry is cleared.
fn takes_nothing(ctx: &mut Ctx) -> bool {
    let cell = ctx.pte();
    let pte = ctx.load(cell);
    ctx.set(Local::Pte, pte);
    if pte.mapped().is_none() {
        return true;
    }
    let pfn = pte.mapped();
    ctx.update(cell, |_| Pte::None);
    if let Some(pfn) = pfn.filter(|pfn| !ctx.geometry().is_zero_pfn(*pfn)) {
        ctx.hold(pfn, 1);
    }
    false
}

/// The right to write does not come back here: the next store faults and gets it.
fn commit(ctx: &mut Ctx) {
    let pte: Pte = ctx.get(Local::Pte);
    let Some(pfn) = pte.mapped() else { return };
    let dirty = matches!(pte, Pte::Present { dirty: true, .. } | Pte::UffdWp { dirty: true, .. });
    let protect = ctx.get::<u16>(Local::Value) != 0;
    let entry = match protect {
        true => Pte::UffdWp { pfn, dirty },
        false => Pte::Present { pfn, write: false, dirty },
    };
    ctx.store(ctx.pte(), entry);
    if !ctx.geometry().is_zero_pfn(pfn) {
        ctx.let_go(pfn, 1);
    }
}

/// Whether a fault has to wait for the monitor.
pub(super) fn is_uffd_wp(look: &Look) -> bool {
    matches!(look.get(Local::Pte), Pte::UffdWp { .. })
}

/// Whether the monitor has answered.
pub(super) fn is_answered(look: &Look) -> bool {
    !matches!(look.peek(look.pte()), Pte::UffdWp { .. })
}

/// Whether a flush of this address space is on its way.
pub(super) fn no_flush_is_pending(ctx: &mut Ctx) -> bool {
    let pending = ctx.mm().tlb_flush_pending();
    ctx.load(pending) == 0
}
