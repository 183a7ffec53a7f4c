//! `fs/proc/task_mmu.c`: write-protecting entries to learn which pages are written to.
use super::at_hand::{is_not_present, is_read_only, looks_pinned, mmap_read, ptl, take_address};
use super::memory::{WRITE_LOCK, WRITE_UNLOCK};
use super::mprotect::{prot_commit, prot_start, read_entry, wrprotect};
use super::tlb::FLUSH_RANGE;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::Pte;

/// `clear_refs_write`, of one page: `echo 4 > /proc/PID/clear_refs`.
pub const CLEAR_REFS: Function = Function("clear_refs");
/// `clear_soft_dirty`
pub const CLEAR_SOFT_DIRTY: Function = Function("clear_soft_dirty");

const ADDRESS: Line = line("one", "[addr, addr + PAGE_SIZE)", Op::Let(take_address));
const LOCK: Line = line("lock", "pte = pte_offset_map_lock(mm, pmd, ..)", Op::Acquire(ptl));
const CLEAR: Line =
    line("clear", "clear_soft_dirty(vma, addr, pte)", Op::Call(CLEAR_SOFT_DIRTY, &[]));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(pte - 1, ptl)", Op::Release(ptl));
const OUT: Line = line("out", "return count", Op::Return(|_| 0));

const fn clear_refs(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: CLEAR_REFS,
        source,
        omits: "VM_SOFTDIRTY, which v5.10 clears under mmap_lock for writing",
        params: &[Local::Mm, Local::Given],
        locals: &[Local::Addr],
        returns: Returns::Nothing,
        body,
    }
}

/// The entries lose their right to write under `mmap_lock` for reading, with faults going on.
pub static CLEAR_REFS_V5_8: Routine = clear_refs(
    "fs/proc/task_mmu.c, v5.8 to v5.10 (clear_refs_write)",
    &[
        ADDRESS,
        line("mmap", "mmap_read_lock(mm)", Op::Acquire(mmap_read)),
        LOCK,
        CLEAR,
        UNLOCK,
        FLUSH_RANGE,
        line("mmapout", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
        OUT,
    ],
);
/// Faults are kept out (29a951dfb3c3).
pub static CLEAR_REFS_V5_11: Routine = clear_refs(
    "fs/proc/task_mmu.c, v5.11 and later (clear_refs_write)",
    &[ADDRESS, WRITE_LOCK, LOCK, CLEAR, UNLOCK, FLUSH_RANGE, WRITE_UNLOCK, OUT],
);

const PTE: Line = line("pte", "ptent = *pte", Op::Do(read_entry));
const PRESENT: Line = line("present", "if (!pte_present(ptent))", Op::If(is_not_present, "done"));
const START: Line =
    line("start", "old_pte = ptep_modify_prot_start(vma, addr, pte)", Op::Do(prot_start));
const COMMIT: Line = line("commit", "ptep_modify_prot_commit(.., ptent)", Op::Do(commit));
const DONE: Line = line("done", "return", Op::Return(|_| 0));

const fn clear_soft_dirty(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: CLEAR_SOFT_DIRTY,
        source,
        omits: "the soft-dirty bit itself, of present and of swap entries",
        params: &[Local::Mm, Local::Addr],
        locals: &[Local::Pte, Local::Page],
        returns: Returns::Nothing,
        body,
    }
}

/// With the page table lock held.
pub static CLEAR_SOFT_DIRTY_V5_8: Routine =
    clear_soft_dirty("fs/proc/task_mmu.c, v5.8 to v5.10", &[PTE, PRESENT, START, COMMIT, DONE]);
/// A page that looks pinned keeps its entry (9348b73c2e1b). The look is taken with the entry still
/// there, so that a walk without locks may be between the two halves of its reference.
pub static CLEAR_SOFT_DIRTY_V5_11: Routine = clear_soft_dirty(
    "fs/proc/task_mmu.c, v5.11 and later",
    &[
        PTE,
        PRESENT,
        line("write", "pte_is_pinned: if (!pte_write(pte))", Op::If(is_read_only, "start")),
        line("has", "  if (!MMF_HAS_PINNED)", Op::Branch(has_no_pins, "start")),
        line("pinned", "  if (page_maybe_dma_pinned(page))", Op::Branch(looks_pinned, "done")),
        START,
        COMMIT,
        DONE,
    ],
);

fn has_no_pins(ctx: &mut Ctx) -> bool {
    let flag = ctx.mm().has_pinned();
    !ctx.load(flag)
}

fn commit(ctx: &mut Ctx) {
    let old: Pte = ctx.get(Local::Pte);
    let protected = match old {
        Pte::Protnone { pfn, .. } => Pte::Protnone { pfn, write: false },
        other => wrprotect(other),
    };
    prot_commit(ctx, protected);
}
