//! `move_pages` of `mm/migrate.c`, of a page that may be one of a compound page: that is moved as a
//! whole.
use super::swap::to_head;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Local, Look, Op, Returns, Routine};
use crate::mm::Pfn;
use crate::routines::at_hand::{
    get_page, has_failed, keep_result, mmap_read, ptl, returned_zero, take_address,
};
use crate::routines::migrate::{MIGRATE_PAGES, PUTBACK_MOVABLE_PAGES, TARGET_GFP};
use crate::routines::move_pages::MOVE_PAGES;
use crate::routines::swap::PUT_PAGE;
use crate::routines::uaccess::walk;
use crate::routines::vmscan::ISOLATE_LRU_PAGE;

/// The page is found under the lock, in the page table or behind the entry above it, and the
/// reference is of its head.
pub static MOVE_PAGES_V5_8: Routine = Routine {
    function: MOVE_PAGES,
    source: "mm/migrate.c, v5.8 to v6.1 (do_pages_move, with MPOL_MF_MOVE_ALL)",
    omits: "nodes: there is always another one; lru_cache_disable; v6.1 refuses a NUMA hint",
    params: &[Local::Mm, Local::Given],
    locals: &[Local::Addr, Local::Page, Local::Head, Local::Ret, Local::Rc, Local::Wanted],
    returns: Returns::Errno,
    body: &[
        line("one", "addr = pages[0]", Op::Let(take_address)),
        line("mmap", "mmap_read_lock(mm)", Op::Acquire(mmap_read)),
        line("lock", "page = follow_page(vma, addr, FOLL_GET)", Op::Acquire(ptl)),
        line("pte", "  page = vm_normal_page(*ptep), or of *pmd", Op::Do(find_page)),
        line("none", "  if (!page)", Op::If(|look| !look.get::<bool>(Local::Head), "nopage")),
        line("head", "  page = compound_head(page)", Op::Do(to_head)),
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
        line("out", "return err", Op::Return(|look: &Look| look.get(Local::Rc))),
        line("done", "return 0", Op::Return(|_| 0)),
        line("nopage", "  pte_unmap_unlock(ptep, ptl)", Op::Release(ptl)),
        line("nommap", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
        line("noent", "return -ENOENT", Op::Return(|_| errno::ENOENT)),
    ],
};

/// `head` says whether there is one that is no zero page.
pub(super) fn find_page(ctx: &mut Ctx) {
    let found: Option<Pfn> = walk(ctx).mapped().filter(|pfn| !ctx.geometry().is_zero_pfn(*pfn));
    ctx.set(Local::Head, found.is_some());
    ctx.set(Local::Page, found.unwrap_or_default());
}
