//! `move_pages` of `mm/migrate.c`: migration for its own sake.
use super::at_hand::{
    get_page, has_failed, is_no_page, keep_result, mmap_read, ptl, returned_zero, take_address,
};
use super::migrate::{MIGRATE_PAGES, PUTBACK_MOVABLE_PAGES, TARGET_GFP};
use super::mprotect::read_entry;
use super::swap::PUT_PAGE;
use super::vmscan::ISOLATE_LRU_PAGE;
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Function, Line, Local, Op, Returns, Routine};

/// `move_pages`, of one page of the caller's own.
pub const MOVE_PAGES: Function = Function("move_pages");

/// The page table is found under its lock.
pub(in crate::routines) const FOLLOWING: &[Line] = &[
    line("one", "addr = pages[0]", Op::Let(take_address)),
    line("mmap", "mmap_read_lock(mm)", Op::Acquire(mmap_read)),
    line("lock", "page = follow_page(vma, addr, FOLL_GET)", Op::Acquire(ptl)),
];
/// The page gets a reference until the isolation has its own, and is migrated.
pub(in crate::routines) const MOVING: &[Line] = &[
    line("get", "  try_grab_page(page, flags)", Op::Do(get_page)),
    line("unlock", "  pte_unmap_unlock(ptep, ptl)", Op::Release(ptl)),
    line("isolate", "err = isolate_lru_page(page)", Op::Call(ISOLATE_LRU_PAGE, &[])),
    line("err", "err", Op::Let(keep_result)),
    line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    line("mmapout", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
    line("busy", "if (err)", Op::If(has_failed, "out")),
    TARGET_GFP,
    line("migrate", "err = migrate_pages(pagelist, ..)", Op::Call(MIGRATE_PAGES, &[])),
    line("moved", "if (!err)", Op::If(returned_zero, "done")),
    line("result", "err", Op::Let(keep_result)),
    line("putback", "putback_movable_pages(pagelist)", Op::Call(PUTBACK_MOVABLE_PAGES, &[])),
    line("out", "return err", Op::Return(|look| look.get(Local::Rc))),
    line("done", "return 0", Op::Return(|_| 0)),
    line("nopage", "  pte_unmap_unlock(ptep, ptl)", Op::Release(ptl)),
    line("nommap", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
    line("noent", "return -ENOENT", Op::Return(|_| errno::ENOENT)),
];

/// The page is found under the locks, with a reference that is dropped once the isolation has its
/// own. A page that is not present, or on its way already, is no page to move.
pub static MOVE_PAGES_V5_8: Routine = Routine {
    function: MOVE_PAGES,
    source: "mm/migrate.c, v5.8 to v6.1 (do_pages_move, with MPOL_MF_MOVE_ALL)",
    omits: "nodes: there is always another one; lru_cache_disable; v6.1 refuses a NUMA hint",
    params: &[Local::Mm, Local::Given],
    locals: &[Local::Addr, Local::Pte, Local::Page, Local::Ret, Local::Rc, Local::Wanted],
    returns: Returns::Errno,
    body: joined!(
        FOLLOWING,
        &[
            line("pte", "  pte = *ptep", Op::Do(read_entry)),
            line("none", "  if (!page)", Op::If(is_no_page, "nopage"))
        ],
        MOVING
    ),
};
