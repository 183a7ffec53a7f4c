//! `mm/ksm.c`: write-protecting a page whose contents are to be compared.
use super::at_hand::{
    get_page, is_no_page, is_not_anon, mmap_read, page_lock, ptl, read_exclusive, returned_nonzero,
    take_address, was_shared,
};
use super::mm_h::promise_not_pinned;
use super::mprotect::{prot_commit, prot_start, read_entry, wrprotect};
use super::rmap::SHARE;
use super::swap::PUT_PAGE;
use super::swap_state::trylock_fails;
use super::tlb::FLUSH_PAGE;
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::Pte;

/// `write_protect_page`, with what its caller does around it.
pub const WRITE_PROTECT_PAGE: Function = Function("ksm_write_protect");

const ONE: Line = line("one", "rmap_item->address", Op::Let(begin));
const MMAP: Line = line("mmap", "mmap_read_lock(mm)", Op::Acquire(mmap_read));
const FOLLOW: Line = line("lock", "page = follow_page(vma, addr, FOLL_GET)", Op::Acquire(ptl));
const PTE: Line = line("pte", "  pte = *ptep", Op::Do(read_entry));
const NO_PAGE: Line = line("none", "  if (!page)", Op::If(is_no_page, "nopage"));
const GET: Line = line("get", "  try_grab_page(page, flags)", Op::Do(get_page));
const DROP: Line = line("drop", "  pte_unmap_unlock(ptep, ptl)", Op::Release(ptl));
const ANON: Line = line("anon", "if (!PageAnon(page))", Op::Branch(is_not_anon, "put"));
const TRYLOCK: Line = line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "put"));
const WALK: Line = line("walk", "page_vma_mapped_walk(&pvmw)", Op::Acquire(ptl));
const MAPPED: Line =
    line("check", "if (pte_page(*pvmw.pte) != page)", Op::Branch(is_mapped_no_more, "unlock"));
const EXCLUSIVE: Line =
    line("excl", "anon_exclusive = PageAnonExclusive(page)", Op::Do(read_exclusive));
const WRITABLE: Line = line(
    "write",
    "if (pte_write(*pvmw.pte) || pte_dirty(*pvmw.pte) ..)",
    Op::If(is_protected, "ok"),
);
const SWAPPED: Line = line("swapped", "swapped = PageSwapCache(page)", Op::Do(read_swapped));
const CLEAR: Line =
    line("clear", "entry = ptep_clear_flush(vma, addr, pvmw.pte)", Op::Do(prot_start));
const MAPCOUNT: Line =
    line("map", "expected = page_mapcount(page) + 1 + swapped", Op::Do(add_mapcount));
const SHARED: Line = line("shared", "if (!anon_exclusive)", Op::If(was_shared, "dirty"));
const REFUSED: Line = line("refused", "if (it is pinned)", Op::If(returned_nonzero, "restore"));
const DIRTY: Line = line("dirty", "if (pte_dirty(entry)) set_page_dirty(page)", Op::Do(set_dirty));
const SET: Line = line("set", "set_pte_at(.., pte_mkclean(pte_wrprotect(entry)))", Op::Do(set));
const OK: Line = line("ok", "err = 0", Op::Let(succeed));
const UNLOCK: Line = line("unlock", "page_vma_mapped_walk_done(&pvmw)", Op::Release(ptl));
const UNLOCK_PAGE: Line = line("unlockp", "unlock_page(page)", Op::Release(page_lock));
const PUT: Line = line("put", "put_page(page)", Op::Call(PUT_PAGE, &[]));
const MMAP_OUT: Line = line("mmapout", "mmap_read_unlock(mm)", Op::Release(mmap_read));
const OUT: Line = line("out", "return err", Op::Return(|look| look.get(Local::Rc)));
const RESTORE: Line = line("restore", "set_pte_at(.., entry)", Op::Do(restore));
const RESTORED: Line = line("failed", "goto out_unlock", Op::Goto("unlock"));
const NOTHING: Line = line("nopage", "  pte_unmap_unlock(ptep, ptl)", Op::Release(ptl));
const NOTHING_OUT: Line = line("nogoto", "goto out", Op::Goto("mmapout"));

const fn count(otherwise: &'static str) -> Line {
    line("count", "if (expected != page_count(page))", Op::Branch(is_held, otherwise))
}

const fn write_protect_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: WRITE_PROTECT_PAGE,
        source,
        omits: "checksums, the comparison and the merge behind it",
        params: &[Local::Mm, Local::Given],
        locals: &[
            Local::Addr,
            Local::Pte,
            Local::Page,
            Local::Exclusive,
            Local::Count,
            Local::Ret,
            Local::Rc,
        ],
        returns: Returns::Errno,
        body,
    }
}

/// The page behind the address, locked, and its entry.
const LOOKING: &[Line] = &[ONE, MMAP, FOLLOW, PTE, NO_PAGE, GET, DROP, ANON, TRYLOCK, WALK, MAPPED];
/// An exclusive page is looked at for pins.
const SHARING: &[Line] = &[SHARED, SHARE, REFUSED];
/// The entry comes back write-protected.
const SETTING: &[Line] = &[DIRTY, SET, OK, UNLOCK, UNLOCK_PAGE, PUT, MMAP_OUT, OUT];
/// It comes back as it was.
const RESTORING: &[Line] = &[RESTORE, RESTORED];
/// Nothing is mapped there.
const MISSING: &[Line] = &[NOTHING, NOTHING_OUT];

/// The entry is cleared and flushed before the references are compared: who takes one without a
/// lock later sees the entry changed.
pub static CLEAR_FIRST: [Routine; 2] = [
    write_protect_page(
        "mm/ksm.c, v5.8 to v5.18",
        joined!(
            LOOKING,
            &[WRITABLE, SWAPPED, CLEAR, FLUSH_PAGE, MAPCOUNT, count("restore")],
            SETTING,
            RESTORING,
            MISSING
        ),
    ),
    write_protect_page(
        "mm/ksm.c, v5.19 to v6.1",
        joined!(
            LOOKING,
            &[EXCLUSIVE, WRITABLE, SWAPPED, CLEAR, FLUSH_PAGE, MAPCOUNT, count("restore")],
            SHARING,
            SETTING,
            RESTORING,
            MISSING
        ),
    ),
];

/// The wrong way round, which no kernel has: a reference that is taken between the comparison and
/// the clearing is missed.
pub static CHECK_FIRST: [Routine; 2] = [
    write_protect_page(
        "mm/ksm.c with the check before the flush, v5.8 to v5.18",
        joined!(
            LOOKING,
            &[WRITABLE, SWAPPED, MAPCOUNT, count("unlock"), CLEAR, FLUSH_PAGE],
            SETTING,
            MISSING
        ),
    ),
    write_protect_page(
        "mm/ksm.c with the check before the flush, v5.19 to v6.1",
        joined!(
            LOOKING,
            &[EXCLUSIVE, WRITABLE, SWAPPED, MAPCOUNT, count("unlock"), CLEAR, FLUSH_PAGE],
            SHARING,
            SETTING,
            RESTORING,
            MISSING
        ),
    ),
];

fn begin(ctx: &mut Ctx) {
    take_address(ctx);
    ctx.set(Local::Rc, errno::EFAULT);
}

fn succeed(ctx: &mut Ctx) {
    ctx.set(Local::Rc, 0u16);
}

/// Reads the entry again, under its lock.
fn is_mapped_no_more(ctx: &mut Ctx) -> bool {
    let pte = ctx.load(ctx.pte());
    ctx.set(Local::Pte, pte);
    pte.mapped() != Some(ctx.get(Local::Page))
}

fn is_protected(look: &Look) -> bool {
    let pte: Pte = look.get(Local::Pte);
    !pte.writes() && !is_dirty(pte) && was_shared(look)
}

/// A hint keeps no dirty bit here, and counts as dirty.
fn is_dirty(pte: Pte) -> bool {
    match pte {
        Pte::Present { dirty, .. } | Pte::UffdWp { dirty, .. } => dirty,
        _ => true,
    }
}

/// One reference is `follow_page`'s.
fn read_swapped(ctx: &mut Ctx) {
    let swap = ctx.page(Local::Page).swap();
    let swapped = ctx.load(swap).is_some();
    ctx.set(Local::Count, 1 + u16::from(swapped));
}

fn add_mapcount(ctx: &mut Ctx) {
    let mapcount = ctx.page(Local::Page).mapcount();
    let expected = ctx.get::<u16>(Local::Count) + ctx.load(mapcount);
    ctx.set(Local::Count, expected);
}

/// Whether somebody else holds the page. Ghost: that nobody does is a promise.
fn is_held(ctx: &mut Ctx) -> bool {
    let refcount = ctx.page(Local::Page).refcount();
    let held = ctx.load(refcount) != ctx.get::<u16>(Local::Count);
    if !held {
        promise_not_pinned(ctx, ctx.get(Local::Page));
    }
    held
}

fn set_dirty(ctx: &mut Ctx) {
    if is_dirty(ctx.get(Local::Pte)) {
        let dirty = ctx.page(Local::Page).dirty();
        ctx.update(dirty, |_| true);
    }
}

fn set(ctx: &mut Ctx) {
    let clean = match ctx.get(Local::Pte) {
        Pte::Protnone { pfn, .. } => Pte::Protnone { pfn, write: false },
        Pte::UffdWp { pfn, .. } => Pte::UffdWp { pfn, dirty: false },
        other => match wrprotect(other) {
            Pte::Present { pfn, write, .. } => Pte::Present { pfn, write, dirty: false },
            protected => protected,
        },
    };
    prot_commit(ctx, clean);
}

fn restore(ctx: &mut Ctx) {
    let entry: Pte = ctx.get(Local::Pte);
    prot_commit(ctx, entry);
}
