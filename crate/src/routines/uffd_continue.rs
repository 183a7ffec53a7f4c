//! `UFFDIO_CONTINUE` of `mm/userfaultfd.c`: maps a page that is in the page cache already.
use super::at_hand::{mmap_read, ptl, take_address};
use super::fault::is_taken;
use super::filemap::{add_file_rmap, get_file_page, install_file_page};
use super::swap::PUT_PAGE;
use crate::machine::routine::{errno, line};
use crate::machine::{Function, Line, Local, Op, Returns, Routine};

/// `mcontinue_atomic_pte`, of one page.
pub const MCONTINUE_ATOMIC_PTE: Function = Function("mcontinue_atomic_pte");

const fn continues(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: MCONTINUE_ATOMIC_PTE,
        source,
        omits: "the lock of the page, shared mappings, the wake-up of who faulted",
        params: &[Local::Mm, Local::Given],
        locals: &[Local::Addr, Local::Page, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

const fn body(set: Line) -> [Line; 14] {
    [
        line("addr", "dst_addr = range.start", Op::Let(take_address)),
        line("lock", "mmap_read_lock(dst_mm)", Op::Acquire(mmap_read)),
        line("page", "shmem_getpage(inode, pgoff, &page, SGP_READ)", Op::Do(get_file_page)),
        line("ptl", "dst_pte = pte_offset_map_lock(dst_mm, ..)", Op::Acquire(ptl)),
        line("none", "if (!pte_none(*dst_pte))", Op::Branch(is_taken, "exists")),
        line("rmap", "page_add_file_rmap(page, false)", Op::Do(add_file_rmap)),
        set,
        line("unlock", "pte_unmap_unlock(dst_pte, ptl)", Op::Release(ptl)),
        line("out", "mmap_read_unlock(dst_mm)", Op::Release(mmap_read)),
        line("done", "return 0", Op::Return(|_| 0)),
        line("exists", "pte_unmap_unlock(dst_pte, ptl)", Op::Release(ptl)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("again", "mmap_read_unlock(dst_mm)", Op::Release(mmap_read)),
        line("eexist", "return -EEXIST", Op::Return(|_| errno::EEXIST)),
    ]
}

/// The entry of a private mapping is read-only, and clean: nobody has written to it.
pub static MCONTINUE_ATOMIC_PTE_V5_14: Routine = continues(
    "mm/userfaultfd.c, v5.14 and v5.15 (mfill_atomic_install_pte)",
    &body(line(
        "set",
        "set_pte_at(.., mk_pte(page, vm_page_prot))",
        Op::Do(|ctx| install_file_page(ctx, false)),
    )),
);

/// The entry is dirty whether or not it is writable (9ae0f87d009c): on some machines an entry that
/// is not dirty faults again.
pub static MCONTINUE_ATOMIC_PTE_V5_16: Routine = continues(
    "mm/userfaultfd.c, v5.16 to v6.1 (mfill_atomic_install_pte)",
    &body(line(
        "set",
        "set_pte_at(.., pte_mkdirty(mk_pte(page, ..)))",
        Op::Do(|ctx| install_file_page(ctx, true)),
    )),
);
