//! `mm/khugepaged.c`: pages in a row become one huge page.
use super::at_hand::{
    mmap_write, next_address, page_lock, ptl, remove_rmap, returned_zero, target_joins_lru,
};
use super::fault::{OOM, TOOK, add_new_anon_rmap_of};
use super::page_alloc::alloc::RMQUEUE;
use super::swap::PUT_PAGE;
use super::swap_state::trylock_fails;
use super::tlb::FLUSH_RANGE;
use super::vmscan::{ISOLATE_LRU_PAGE, PUTBACK_LRU_PAGE};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{HugePmd, Migratetype, Pfn, Pmd, Rmap};

/// `collapse_huge_page`
pub const COLLAPSE_HUGE_PAGE: Function = Function("collapse_huge_page");
/// `__collapse_huge_page_isolate`
pub const COLLAPSE_ISOLATE: Function = Function("__collapse_huge_page_isolate");
/// `__collapse_huge_page_copy`
pub const COLLAPSE_COPY: Function = Function("__collapse_huge_page_copy");
/// `release_pte_page`
pub const RELEASE_PTE_PAGE: Function = Function("release_pte_page");
/// `unlock_page`, of a page that is not isolated after all.
pub const UNLOCK_ISOLATED: Function = Function("unlock_page");
/// `release_pte_pages`, of all pages below `addr`.
pub const RELEASE_PTE_PAGES: Function = Function("release_pte_pages");

const FIRST: Line = line("first", "_pte = pte", Op::Let(|ctx| ctx.set(Local::Addr, 0u16)));
const EACH: Line = line("each", "if (_pte == pte + HPAGE_PMD_NR)", Op::If(is_past_the_last, "out"));
const PTE: Line = line("pte", "pteval = *_pte", Op::Do(read_entry));
const NEXT: Line = line("next", "_pte++", Op::Let(next_address));
const AGAIN: Line = line("again", "the next entry", Op::Goto("each"));
const LOCK: Line = line("lock", "spin_lock(ptl)", Op::Acquire(ptl));
const UNLOCK: Line = line("unlock", "spin_unlock(ptl)", Op::Release(ptl));
const UNLOCK_PAGE: Line = line("unlockp", "unlock_page(page)", Op::Release(page_lock));
const PUTBACK: Line = line("putback", "putback_lru_page(page)", Op::Call(PUTBACK_LRU_PAGE, &[]));
const RELEASE: Line = line("release", "release_pte_page(page)", Op::Call(RELEASE_PTE_PAGE, &[]));
const SUCCESS: Line = line("out", "return 1", Op::Return(|_| 1));

const WALK: Routine = Routine {
    function: COLLAPSE_ISOLATE,
    source: "mm/khugepaged.c, v5.8 to v6.1",
    omits: "empty entries, read-only, shared, young and compound pages",
    params: &[Local::Mm],
    locals: &[Local::Addr, Local::Pte, Local::Page, Local::Ret],
    returns: Returns::Bool,
    body: &[],
};

/// Under the lock of a page table that no walk finds any more, so that nobody is thought to take
/// another reference.
pub static COLLAPSE_ISOLATE_V5_8: Routine = Routine {
    body: &[
        FIRST,
        EACH,
        PTE,
        line("try", "if (!trylock_page(page))", Op::Branch(trylock_fails, "release")),
        line("count", "if (!is_refcount_suitable(page))", Op::Branch(is_held, "busy")),
        line("isolate", "isolate_lru_page(page)", Op::Call(ISOLATE_LRU_PAGE, &[])),
        line("off", "if (it was isolated already)", Op::If(|look| !returned_zero(look), "busy")),
        NEXT,
        AGAIN,
        SUCCESS,
        line("busy", "unlock_page(page)", Op::Call(UNLOCK_ISOLATED, &[])),
        line("release", "release_pte_pages(pte, _pte)", Op::Call(RELEASE_PTE_PAGES, &[])),
        line("fail", "return 0", Op::Return(|_| 0)),
    ],
    ..WALK
};

const OUT: Line = line("out", "return", Op::Return(|_| 0));

const fn of_one(function: Function, body: &'static [Line]) -> Routine {
    Routine {
        function,
        omits: "compound pages",
        params: &[Local::Page],
        locals: &[],
        returns: Returns::Nothing,
        body,
        ..WALK
    }
}

/// The lock of the page was taken by who isolated it.
pub static RELEASE_PTE_PAGE_V5_8: Routine = of_one(RELEASE_PTE_PAGE, &[UNLOCK_PAGE, PUTBACK, OUT]);
/// As before.
pub static UNLOCK_ISOLATED_V5_8: Routine = of_one(UNLOCK_ISOLATED, &[UNLOCK_PAGE, OUT]);

/// In the order from the last one down.
pub static RELEASE_PTE_PAGES_V5_8: Routine = Routine {
    function: RELEASE_PTE_PAGES,
    omits: "compound pages",
    params: &[Local::Mm, Local::Addr],
    locals: &[Local::Pte, Local::Page],
    returns: Returns::Nothing,
    body: &[
        line("each", "if (_pte == pte)", Op::If(is_first, "out")),
        line("back", "_pte--", Op::Let(previous)),
        PTE,
        RELEASE,
        AGAIN,
        OUT,
    ],
    ..WALK
};

/// Nobody is thought to write to the pages: not through the table, which is gone, and nobody else
/// had a reference.
pub static COLLAPSE_COPY_V5_8: Routine = Routine {
    function: COLLAPSE_COPY,
    omits: "empty entries, compound pages, the swap cache",
    params: &[Local::Mm, Local::NewPage],
    body: &[
        FIRST,
        EACH,
        PTE,
        line("copy", "copy_user_highpage(page, src_page, ..)", Op::Do(|ctx| copy(ctx, 0))),
        line("copy1", "  (its second half)", Op::Do(|ctx| copy(ctx, 1))),
        RELEASE,
        LOCK,
        line("clear", "ptep_clear(mm, address, _pte)", Op::Do(clear)),
        line("rmap", "page_remove_rmap(src_page)", Op::Do(remove_rmap)),
        UNLOCK,
        line("free", "free_page_and_swap_cache(src_page)", Op::Call(PUT_PAGE, &[])),
        NEXT,
        AGAIN,
        SUCCESS,
    ],
    ..WALK
};

/// The page table is taken out first, so that walks without locks find nothing. Whether one is on
/// its way through the table the flush tells only where it waits for CPUs with interrupts off.
pub static COLLAPSE_HUGE_PAGE_V5_8: Routine = Routine {
    function: COLLAPSE_HUGE_PAGE,
    source: "mm/khugepaged.c, v5.8 to v6.1",
    omits: "scanning, swapping in, looks with mmap_lock for reading, anon_vma's lock, notifiers",
    params: &[Local::Mm],
    locals: &[Local::NewPage, Local::Order, Local::Wanted, Local::Ret],
    returns: Returns::Bool,
    body: &[
        line("gfp", "gfp = alloc_hugepage_khugepaged_gfpmask()", Op::Let(want_huge)),
        line("alloc", "new_page = khugepaged_alloc_page(..)", Op::Call(RMQUEUE, &[])),
        OOM,
        TOOK,
        line("prep", "prep_transhuge_page(new_page)", Op::Do(make_compound)),
        line("mmap", "mmap_write_lock(mm)", Op::Acquire(mmap_write)),
        line("find", "if (mm_find_pmd(mm, address) != pmd)", Op::Branch(has_no_table, "putback")),
        line("pmdlock", "pmd_ptl = pmd_lock(mm, pmd)", Op::Acquire(ptl)),
        line("clear", "_pmd = pmdp_collapse_flush(..)", Op::Do(clear_pmd)),
        FLUSH_RANGE,
        line("pmdunlock", "spin_unlock(pmd_ptl)", Op::Release(ptl)),
        line("lock", "spin_lock(pte_ptl)", Op::Acquire(ptl)),
        line("isolate", "__collapse_huge_page_isolate(..)", Op::Call(COLLAPSE_ISOLATE, &[])),
        line("unlock", "spin_unlock(pte_ptl)", Op::Release(ptl)),
        line("failed", "if (!isolated)", Op::If(returned_zero, "restore")),
        line("copy", "__collapse_huge_page_copy(..)", Op::Call(COLLAPSE_COPY, &[])),
        line("setlock", "spin_lock(pmd_ptl)", Op::Acquire(ptl)),
        line("rmap", "page_add_new_anon_rmap(new_page, ..)", Op::Do(add_rmap)),
        line("lru", "lru_cache_add_inactive_or_unevictable(..)", Op::Do(target_joins_lru)),
        line("set", "set_pmd_at(mm, address, pmd, _pmd)", Op::Do(set_huge)),
        line("setunlock", "spin_unlock(pmd_ptl)", Op::Release(ptl)),
        line("done", "mmap_write_unlock(mm)", Op::Release(mmap_write)),
        line("yes", "khugepaged_pages_collapsed++", Op::Return(|_| 1)),
        line("restore", "spin_lock(pmd_ptl)", Op::Acquire(ptl)),
        line("populate", "pmd_populate(mm, pmd, pmd_pgtable(_pmd))", Op::Do(put_table_back)),
        line("restored", "spin_unlock(pmd_ptl)", Op::Release(ptl)),
        line("putback", "mmap_write_unlock(mm)", Op::Release(mmap_write)),
        line("put", "put_page(new_page)", Op::Call(PUT_PAGE, &[(Local::Page, Local::NewPage)])),
        line("nomem", "return", Op::Return(|_| 0)),
    ],
};

/// The pages that one pmd stands above: all of the process.
fn pages(look: &Look) -> u16 {
    look.geometry().processes[usize::from(look.get::<u16>(Local::Mm))].mappings.len() as u16
}

fn is_first(look: &Look) -> bool {
    look.get::<u16>(Local::Addr) == 0
}

fn is_past_the_last(look: &Look) -> bool {
    look.get::<u16>(Local::Addr) == pages(look)
}

fn previous(ctx: &mut Ctx) {
    let address: u16 = ctx.get(Local::Addr);
    ctx.set(Local::Addr, address.wrapping_sub(1));
}

/// Every entry is present: a scenario that collapses has anonymous pages alone.
fn read_entry(ctx: &mut Ctx) {
    let pte = ctx.load(ctx.pte());
    ctx.set(Local::Pte, pte);
    ctx.set(Local::Page, ctx.must(pte.mapped()));
}

/// `mmap_lock` keeps fork and faults out, and the page its lock: the count of mappings stays.
fn is_held(ctx: &mut Ctx) -> bool {
    let page = ctx.page(Local::Page);
    let mapped = ctx.load(page.mapcount());
    ctx.load(page.refcount()) != mapped
}

/// A word of a page to its place in the huge page.
fn copy(ctx: &mut Ctx, word: u16) {
    let head: Pfn = ctx.get(Local::NewPage);
    let to = Pfn(head.0 + ctx.get::<u16>(Local::Addr));
    let from = ctx.page(Local::Page).content(word);
    let value = ctx.load(from);
    ctx.store(ctx.layout().page(to).content(word), value);
}

/// From here on the lane answers for the mapping's reference.
fn clear(ctx: &mut Ctx) {
    ctx.clear_pte(ctx.pte());
    ctx.hold(ctx.get(Local::Page), 1);
}

fn want_huge(ctx: &mut Ctx) {
    let process = usize::from(ctx.get::<u16>(Local::Mm));
    let pages = ctx.geometry().processes[process].mappings.len();
    ctx.set(Local::Order, pages.trailing_zeros() as u16);
    ctx.set(Local::Wanted, Migratetype::Movable);
}

fn make_compound(ctx: &mut Ctx) {
    let compound = ctx.page(Local::NewPage).compound();
    let order: u16 = ctx.get(Local::Order);
    ctx.store(compound, order + 1);
}

fn has_no_table(ctx: &mut Ctx) -> bool {
    let pmd = ctx.mm().pmd();
    ctx.load(pmd) != Pmd::Table
}

fn clear_pmd(ctx: &mut Ctx) {
    let pmd = ctx.mm().pmd();
    ctx.update(pmd, |_| Pmd::None);
}

fn put_table_back(ctx: &mut Ctx) {
    let pmd = ctx.mm().pmd();
    ctx.store(pmd, Pmd::Table);
}

/// Its head stands for all of it, from the first virtual page on.
fn add_rmap(ctx: &mut Ctx) {
    let process = ctx.get(Local::Mm);
    add_new_anon_rmap_of(ctx, Rmap { process, address: 0 });
}

/// The mapping answers for the reference of the allocation from here on.
fn set_huge(ctx: &mut Ctx) {
    let (pmd, head): (_, Pfn) = (ctx.mm().pmd(), ctx.get(Local::NewPage));
    ctx.store(pmd, Pmd::Huge(HugePmd::writable(head)));
    ctx.let_go(head, 1);
}
