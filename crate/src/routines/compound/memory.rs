//! `mm/memory.c`: what stands above the page table, for faults, for unmapping and for fork.
use super::huge_memory::{
    DO_HUGE_PMD_ANONYMOUS_PAGE, DO_HUGE_PMD_WP_PAGE, VM_FAULT_FALLBACK, ZAP_HUGE_PMD,
};
use super::split_pmd::{SPLIT_HUGE_PMD, is_migration};
use super::wait::PMD_MIGRATION_ENTRY_WAIT;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{HugePmd, Pmd};
use crate::routines::at_hand::{is_not_present, ptl, returned, returned_nonzero};
use crate::routines::fault::{
    ANONYMOUS_PAGE, DO_ANONYMOUS_PAGE, DO_ANONYMOUS_PAGE_V5_8, DO_SWAP_PAGE, FLAG_UNSHARE,
    FLAG_WRITE, HANDLE_MM_FAULT, RETURN, has_changed, is_none, is_protected, read_entry, wants,
};
use crate::routines::memory::{
    ADDRESS, ADVISED, ALL, DETACH, EXIT_MMAP, FINISH, MADVISE, MUNMAP, ONE, OUT, READ_LOCK,
    READ_UNLOCK, SPACE, WRITE_LOCK, WRITE_UNLOCK, ZAP_PTE_RANGE, unmapping,
};
use crate::routines::mprotect::{self, CHANGE, MPROTECT};
use crate::routines::tlb::FLUSH_RANGE;
use crate::routines::wp::DO_WP_PAGE;

/// `handle_pte_fault`
pub const HANDLE_PTE_FAULT: Function = Function("handle_pte_fault");
/// `zap_pmd_range`, of the entries from `first` to `last`.
pub const ZAP_PMD_RANGE: Function = Function("zap_pmd_range");

/// The entry is read without its lock; what is found decides, and looks again under the lock.
pub static HANDLE_MM_FAULT_V5_8: Routine = Routine {
    function: HANDLE_MM_FAULT,
    source: "mm/memory.c, v5.7 to v6.12 (__handle_mm_fault)",
    omits: "what stands above, NUMA hints",
    params: &[Local::Mm, Local::Addr, Local::Fault],
    locals: &[Local::Pmd, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("pmd", "orig_pmd = *vmf->pmd", Op::Do(read_pmd)),
        line("none", "if (pmd_none(orig_pmd))", Op::If(is_pmd_none, "create")),
        line("swap", "if (is_pmd_migration_entry(orig_pmd))", Op::If(is_migration, "wait")),
        line("huge", "if (!pmd_trans_huge(orig_pmd))", Op::If(is_pmd_table, "pte")),
        line("write", "if (!dirty || pmd_write(orig_pmd))", Op::If(is_permitted, "accessed")),
        line("wp", "ret = wp_huge_pmd(&vmf, orig_pmd)", Op::Call(DO_HUGE_PMD_WP_PAGE, &[])),
        line("done", "if (!(ret & VM_FAULT_FALLBACK))", Op::If(is_no_fallback, "ret")),
        line("pte", "return handle_pte_fault(&vmf)", Op::Call(HANDLE_PTE_FAULT, &[])),
        RETURN,
        line("create", "ret = create_huge_pmd(&vmf)", Op::Call(DO_HUGE_PMD_ANONYMOUS_PAGE, &[])),
        line("created", "if (!(ret & VM_FAULT_FALLBACK))", Op::If(is_no_fallback, "ret")),
        line("goon", "  (with the page table)", Op::Goto("pte")),
        line("accessed", "huge_pmd_set_accessed: pmd_lock(..)", Op::Acquire(ptl)),
        line("young", "  spin_unlock(vmf->ptl)", Op::Release(ptl)),
        line("again", "return 0", Op::Return(|_| 0)),
        line("wait", "pmd_migration_entry_wait(mm, pmd)", Op::Call(PMD_MIGRATION_ENTRY_WAIT, &[])),
        line("waited", "return 0", Op::Return(|_| 0)),
    ],
};

/// As without huge pages, where there is a page table.
pub static HANDLE_PTE_FAULT_V5_8: Routine = Routine {
    function: HANDLE_PTE_FAULT,
    source: "mm/memory.c, v5.7 to v6.1",
    omits: "files, NUMA hints, userfaultfd",
    params: &[Local::Mm, Local::Addr, Local::Fault],
    locals: &[Local::Pte, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("huge", "if (pmd_devmap_trans_unstable(vmf->pmd))", Op::Branch(is_huge, "out")),
        line("pte", "vmf->orig_pte = *vmf->pte", Op::Do(read_entry)),
        line("none", "if (pte_none(vmf->orig_pte))", Op::If(is_none, "anon")),
        line("present", "if (!pte_present(vmf->orig_pte))", Op::If(is_not_present, "swap")),
        line("lock", "spin_lock(vmf->ptl)", Op::Acquire(ptl)),
        line("same", "if (!pte_same(*vmf->pte, entry))", Op::Branch(has_changed, "unlock")),
        line("wp", "if (flags & WRITE && !pte_write(entry))", Op::If(is_protected, "cow")),
        line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line("out", "return 0", Op::Return(|_| 0)),
        line("cow", "return do_wp_page(vmf)", Op::Call(DO_WP_PAGE, &[])),
        RETURN,
        line("anon", "return do_anonymous_page(vmf)", Op::Call(DO_ANONYMOUS_PAGE, &[])),
        line("anonout", "return ret", Op::Return(returned)),
        line("swap", "return do_swap_page(vmf)", Op::Call(DO_SWAP_PAGE, &[])),
        line("swapout", "return ret", Op::Return(returned)),
    ],
};

/// The page table comes first, where there is nothing yet; somebody else may map a huge page there
/// meanwhile.
pub static DO_ANONYMOUS_PAGE_WITH_TABLE: Routine = Routine {
    source: "mm/memory.c, v5.7 to v6.1",
    body: joined!(
        &[
            line("table", "if (!pmd_none(*vmf->pmd))", Op::Branch(is_not_none, "unstable")),
            line("ptlock", "pte_alloc: ptl = pmd_lock(mm, pmd)", Op::Acquire(ptl)),
            line("populate", "  if (pmd_none(*pmd)) pmd_populate(..)", Op::Do(populate)),
            line("ptunlock", "  spin_unlock(ptl)", Op::Release(ptl)),
            line("unstable", "if (pmd_trans_unstable(vmf->pmd))", Op::Branch(is_huge, "out"))
        ],
        ANONYMOUS_PAGE
    ),
    ..DO_ANONYMOUS_PAGE_V5_8
};

/// An entry that maps more than is to go is taken apart first.
pub static ZAP_PMD_RANGE_V5_8: Routine = Routine {
    function: ZAP_PMD_RANGE,
    source: "mm/memory.c, v5.7 to v6.12",
    omits: "what stands above",
    params: &[Local::Mm, Local::Addr, Local::Last],
    locals: &[Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("huge", "if (!pmd_trans_huge(*pmd) && !is_swap_pmd)", Op::Branch(is_small, "ptes")),
        line("whole", "if (next - addr == HPAGE_PMD_SIZE)", Op::If(is_whole, "zap")),
        line("split", "__split_huge_pmd(vma, pmd, addr, ..)", Op::Call(SPLIT_HUGE_PMD, &[])),
        line("splitd", "  (fall through)", Op::Goto("ptes")),
        line("zap", "zapped = zap_huge_pmd(tlb, vma, pmd, addr)", Op::Call(ZAP_HUGE_PMD, &[])),
        line("zapped", "if (zapped) goto next", Op::If(returned_nonzero, "out")),
        line("ptes", "if (pmd_none_or_trans_huge_or_clear_bad(pmd))", Op::Branch(no_table, "out")),
        line("range", "zap_pte_range(tlb, vma, pmd, addr, next)", Op::Call(ZAP_PTE_RANGE, &[])),
        OUT,
    ],
};

const ZAP: Line = line("zap", "unmap_vmas(&tlb, vma, ..)", Op::Call(ZAP_PMD_RANGE, &[]));
/// Who parts an area parts the entry that maps both sides.
const ADJUST: Line =
    line("adjust", "vma_adjust_trans_huge(vma, start, end)", Op::Call(SPLIT_HUGE_PMD, &[]));

/// Under `mmap_lock` for writing.
pub static MUNMAP_V5_8: Routine = unmapping(
    MUNMAP,
    "mm/mmap.c, v5.7 to v6.12",
    ADDRESS,
    &[ONE, WRITE_LOCK, ADJUST, DETACH, ZAP, FINISH, WRITE_UNLOCK, OUT],
);
/// Under `mmap_lock` for reading.
pub static MADVISE_V5_8: Routine = unmapping(
    MADVISE,
    "mm/madvise.c, v5.7 to v6.12, MADV_DONTNEED alone",
    ADVISED,
    &[ONE, READ_LOCK, ZAP, FINISH, READ_UNLOCK, OUT],
);
/// The last user of the address space is gone: no lock but those of the page tables.
pub static EXIT_MMAP_V5_8: Routine =
    unmapping(EXIT_MMAP, "mm/mmap.c, v5.7 to v6.12", SPACE, &[ALL, ZAP, FINISH, OUT]);

/// An area that gets other rights in part is parted.
pub static MPROTECT_V5_8: Routine = Routine {
    function: MPROTECT,
    source: "mm/mprotect.c, v5.8 and later",
    omits: "the VMAs; changing a huge entry as a whole",
    params: &[Local::Mm, Local::Given, Local::Prot],
    locals: &[Local::Addr, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        mprotect::ADDRESS,
        WRITE_LOCK,
        line(
            "same",
            "if (newflags == oldflags)",
            Op::Branch(mprotect::has_these_rights, "mmapout"),
        ),
        ADJUST,
        line("flags", "vma->vm_flags = newflags", Op::Do(mprotect::set_rights)),
        CHANGE,
        FLUSH_RANGE,
        WRITE_UNLOCK,
        line("out", "return 0", Op::Return(|_| 0)),
    ],
};

fn read_pmd(ctx: &mut Ctx) {
    let pmd = ctx.load(ctx.mm().pmd());
    ctx.set(Local::Pmd, pmd);
}

fn is_pmd_none(look: &Look) -> bool {
    look.get::<Pmd>(Local::Pmd) == Pmd::None
}

fn is_pmd_table(look: &Look) -> bool {
    look.get::<Pmd>(Local::Pmd) == Pmd::Table
}

/// Whether the fault is no matter of the right to write.
fn is_permitted(look: &Look) -> bool {
    let writable = match look.get(Local::Pmd) {
        Pmd::Huge(HugePmd { write, .. }) | Pmd::Invalid(HugePmd { write, .. }) => write,
        _ => false,
    };
    writable || !wants(look, FLAG_WRITE | FLAG_UNSHARE)
}

fn is_no_fallback(look: &Look) -> bool {
    returned(look) != VM_FAULT_FALLBACK
}

/// A huge entry, of migration or not.
pub(in crate::routines) fn is_huge(ctx: &mut Ctx) -> bool {
    ctx.load(ctx.mm().pmd()).head().is_some()
}

/// None.
pub(in crate::routines) fn is_small(ctx: &mut Ctx) -> bool {
    !is_huge(ctx)
}

fn is_not_none(ctx: &mut Ctx) -> bool {
    ctx.load(ctx.mm().pmd()) != Pmd::None
}

/// No page table.
pub(in crate::routines) fn no_table(ctx: &mut Ctx) -> bool {
    ctx.load(ctx.mm().pmd()) != Pmd::Table
}

fn populate(ctx: &mut Ctx) {
    let pmd = ctx.mm().pmd();
    if ctx.load(pmd) == Pmd::None {
        ctx.store(pmd, Pmd::Table);
    }
}

fn is_whole(look: &Look) -> bool {
    let (first, last): (u16, u16) = (look.get(Local::Addr), look.get(Local::Last));
    last.wrapping_sub(first) + 1 == look.geometry().hpage_pages()
}
