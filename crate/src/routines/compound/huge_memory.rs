//! `mm/huge_memory.c`: faults on huge entries, and taking one away.
use super::counts::second;
use super::page_alloc::{PREP_COMPOUND_PAGE, TOOK};
use super::rmap::REMOVE_COMPOUND_RMAP;
use super::split_pmd::{SPLIT_HUGE_PMD, has_changed, is_migration};
use super::swapfile::REUSE_SWAP_PAGE;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{HugePmd, Migratetype, Pfn, Pmd, Rmap, dtor, vm};
use crate::routines::at_hand::{
    drop_reference, get_page, page_count, page_lock, ptl, returned_zero,
};
use crate::routines::fault::{VM_FAULT_WRITE, may_write};
use crate::routines::memory::{TLB_FLUSH_MMU, fills_batch, forget_contents};
use crate::routines::page_alloc::alloc::RMQUEUE;
use crate::routines::swap::PUT_PAGE;
use crate::routines::swap_state::{is_not_cached, trylock_fails};
use crate::routines::swapfile::TRY_TO_FREE_SWAP;
use crate::routines::vmscan::{PUTBACK_LRU_PAGE, leave_list};
use crate::routines::wp::{is_exclusive, is_unshare, set_exclusive};

/// `do_huge_pmd_anonymous_page`
pub const DO_HUGE_PMD_ANONYMOUS_PAGE: Function = Function("do_huge_pmd_anonymous_page");
/// `do_huge_pmd_wp_page`
pub const DO_HUGE_PMD_WP_PAGE: Function = Function("do_huge_pmd_wp_page");
/// `zap_huge_pmd`: whether there was a huge entry.
pub const ZAP_HUGE_PMD: Function = Function("zap_huge_pmd");
/// `page_add_new_anon_rmap`, of a compound page.
pub const PAGE_ADD_NEW_COMPOUND_RMAP: Function = Function("page_add_new_anon_rmap");
/// `lru_cache_add`, of a compound page.
pub const LRU_CACHE_ADD: Function = Function("lru_cache_add");

/// `VM_FAULT_FALLBACK`: the fault goes on with the page table.
pub const VM_FAULT_FALLBACK: u16 = 2;

/// What is told of a fault on a huge entry.
pub(super) const VMF: &[Local] = &[Local::Mm, Local::Addr, Local::Fault, Local::Pmd];

pub(super) const FALLBACK: Line =
    line("fallback", "return VM_FAULT_FALLBACK", Op::Return(|_| VM_FAULT_FALLBACK));

/// Nobody maps the page yet, but who walks the memory can see it from its first reference on. It is
/// on the LRU before the entry is there.
pub static DO_HUGE_PMD_ANONYMOUS_PAGE_V5_8: Routine = Routine {
    function: DO_HUGE_PMD_ANONYMOUS_PAGE,
    source: "mm/huge_memory.c, v5.7 to v6.8",
    omits: "the huge zero page, memory cgroups, userfaultfd, the page table that is deposited; \
            clearing: free pages hold zeroes here",
    params: &[Local::Mm, Local::Addr, Local::Fault],
    locals: &[Local::Page, Local::Order, Local::Wanted, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("suits", "if (!transhuge_vma_suitable(vma, haddr))", Op::If(has_a_hole, "fallback")),
        line("gfp", "gfp = alloc_hugepage_direct_gfpmask(vma)", Op::Let(want_huge)),
        line("alloc", "page = alloc_hugepage_vma(gfp, vma, ..)", Op::Call(RMQUEUE, &[])),
        line("none", "if (!page)", Op::If(returned_zero, "fallback")),
        TOOK,
        line("prep", "prep_compound_page(page, order)", Op::Call(PREP_COMPOUND_PAGE, &[])),
        line("dtor", "prep_transhuge_page(page)", Op::Do(set_dtor)),
        line("lock", "vmf->ptl = pmd_lock(vma->vm_mm, vmf->pmd)", Op::Acquire(ptl)),
        line("taken", "if (!pmd_none(*vmf->pmd))", Op::Branch(is_taken, "release")),
        line("rmap", "page_add_new_anon_rmap(page, ..)", Op::Call(PAGE_ADD_NEW_COMPOUND_RMAP, &[])),
        line("lru", "lru_cache_add_active_or_unevictable(page)", Op::Call(LRU_CACHE_ADD, &[])),
        line("set", "set_pmd_at(.., maybe_pmd_mkwrite(dirty entry))", Op::Do(set_new)),
        line("unlock", "spin_unlock(vmf->ptl)", Op::Release(ptl)),
        line("out", "return 0", Op::Return(|_| 0)),
        line("release", "spin_unlock(vmf->ptl)", Op::Release(ptl)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("again", "return 0", Op::Return(|_| 0)),
        FALLBACK,
    ],
};

/// What the page is comes in three steps.
pub static PAGE_ADD_NEW_COMPOUND_RMAP_V5_7: Routine = Routine {
    function: PAGE_ADD_NEW_COMPOUND_RMAP,
    source: "mm/rmap.c, v5.7 to v6.12",
    omits: "statistics",
    params: &[Local::Mm, Local::Page],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("swapb", "__SetPageSwapBacked(page)", Op::Do(set_swapbacked)),
        line("map", "atomic_set(compound_mapcount_ptr(page), 0)", Op::Do(set_mapcount)),
        line("anon", "__page_set_anon_rmap(page, vma, address, 1)", Op::Do(set_anon)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// A compound page waits on no pagevec: it is drained at once. Until then that has a reference.
pub static LRU_CACHE_ADD_V5_8: Routine = Routine {
    function: LRU_CACHE_ADD,
    source: "mm/swap.c, v5.7 to v6.12",
    omits: "the pages that wait there already; which list; lruvec->lru_lock",
    params: &[Local::Page],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("get", "get_page(page)", Op::Do(get_page)),
        line("lru", "__pagevec_lru_add(pvec): SetPageLRU(page)", Op::Do(join_lru)),
        line("put", "release_pages(pvec->pages, ..)", Op::Do(drop_reference)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// While the page waits to be drained to the LRU, that has a reference, too.
pub static PUTBACK_LRU_PAGE_V5_8: Routine = Routine {
    function: PUTBACK_LRU_PAGE,
    source: "mm/vmscan.c, v5.7 to v6.12",
    omits: "a page by itself waits no longer than a compound one here",
    params: &[Local::Page],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("list", "list_del(&page->lru)", Op::Let(leave_list)),
        line("lru", "lru_cache_add(page)", Op::Call(LRU_CACHE_ADD, &[])),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

pub(super) const fn do_huge_pmd_wp_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: DO_HUGE_PMD_WP_PAGE,
        source,
        omits: "the huge zero page",
        params: VMF,
        locals: &[Local::Page, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

pub(super) const LOCK: Line = line("lock", "spin_lock(vmf->ptl)", Op::Acquire(ptl));
pub(super) const SAME: Line =
    line("same", "if (!pmd_same(*vmf->pmd, orig_pmd))", Op::Branch(has_changed, "changed"));
pub(super) const PAGE: Line = line("page", "page = pmd_page(orig_pmd)", Op::Let(take_page));
pub(super) const TRYLOCK: Line =
    line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "sleep"));
pub(super) const UNLOCK_PAGE: Line = line("unlockp", "unlock_page(page)", Op::Release(page_lock));
pub(super) const SET: Line =
    line("set", "pmdp_set_access_flags(.., entry, 1)", Op::Do(make_writable));
pub(super) const UNLOCK: Line = line("unlock", "spin_unlock(vmf->ptl)", Op::Release(ptl));
pub(super) const WROTE: Line =
    line("wrote", "return VM_FAULT_WRITE", Op::Return(|_| VM_FAULT_WRITE));

/// The page stays whole, and this process's entry is taken apart: the fault goes on with a page
/// table entry (3917c80280c9).
const SPLIT: &[Line] = &[
    line("busy", "unlock_page(page)", Op::Release(page_lock)),
    line("busyout", "spin_unlock(vmf->ptl)", Op::Release(ptl)),
    line("split", "__split_huge_pmd(vma, vmf->pmd, ..)", Op::Call(SPLIT_HUGE_PMD, &[])),
    FALLBACK,
    line("changed", "spin_unlock(vmf->ptl)", Op::Release(ptl)),
    line("again", "return 0", Op::Return(|_| 0)),
];

/// Waiting for the page lock, with the page table lock dropped.
pub(super) const SLEEP: &[Line] = &[
    line("sleep", "get_page(page)", Op::Do(get_page)),
    line("wait", "spin_unlock(vmf->ptl)", Op::Release(ptl)),
    line("lockp", "lock_page(page)", Op::Acquire(page_lock)),
    line("relock", "spin_lock(vmf->ptl)", Op::Acquire(ptl)),
    line("resame", "if (!pmd_same(*vmf->pmd, orig_pmd))", Op::Branch(has_changed, "stale")),
    line("put", "put_page(page)", Op::Do(drop_reference)),
    line("locked", "  (it is locked)", Op::Goto("mine")),
    line("stale", "spin_unlock(vmf->ptl)", Op::Release(ptl)),
    line("staleu", "unlock_page(page)", Op::Release(page_lock)),
    line("sput", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    line("sout", "return 0", Op::Return(|_| 0)),
];

/// Nobody else maps the page, nor any page of it.
pub static DO_HUGE_PMD_WP_PAGE_V5_8: Routine = do_huge_pmd_wp_page(
    "mm/huge_memory.c, v5.8 to v5.17",
    joined!(
        &[
            LOCK,
            SAME,
            PAGE,
            TRYLOCK,
            line("mine", "if (!reuse_swap_page(page, NULL))", Op::Call(REUSE_SWAP_PAGE, &[])),
            line("shared", "  (it is shared)", Op::If(returned_zero, "busy")),
            SET,
            UNLOCK_PAGE,
            UNLOCK,
            WROTE
        ],
        SPLIT,
        SLEEP
    ),
);

const COUNTED: &[Line] = &[
    line("mine", "if (page_count(page) > 1 + swap cache)", Op::Branch(is_held_besides, "busy")),
    line("cached", "if (PageSwapCache(page))", Op::Branch(is_not_cached, "one")),
    line("free", "try_to_free_swap(page)", Op::Call(TRY_TO_FREE_SWAP, &[])),
    line("one", "if (page_count(page) != 1)", Op::Branch(|ctx| page_count(ctx) != 1, "busy")),
];

/// Nobody else has a reference (3bff7e3f1f16).
pub static DO_HUGE_PMD_WP_PAGE_V5_18: Routine = do_huge_pmd_wp_page(
    "mm/huge_memory.c, v5.18",
    joined!(
        &[LOCK, SAME, PAGE, TRYLOCK],
        COUNTED,
        &[SET, UNLOCK_PAGE, UNLOCK, WROTE],
        SPLIT,
        SLEEP
    ),
);

/// Or the page is exclusive, whoever has a reference (6c287605fd56).
pub static DO_HUGE_PMD_WP_PAGE_V5_19: Routine = do_huge_pmd_wp_page(
    "mm/huge_memory.c, v5.19 to v6.12",
    joined!(
        &[
            LOCK,
            SAME,
            PAGE,
            line("excl", "if (PageAnonExclusive(page))", Op::Branch(is_exclusive, "ours")),
            TRYLOCK,
            line("mine", "if (PageAnonExclusive(page))", Op::Branch(is_exclusive, "unlockp"))
        ],
        &[line("held", "if (page_count(page) > 1 + swap cache)", COUNTED[0].op)],
        &[COUNTED[1], COUNTED[2], COUNTED[3]],
        &[
            line("move", "page_move_anon_rmap(page, vma)", Op::Do(move_anon_rmap_of_head)),
            line("setexcl", "  SetPageAnonExclusive(page)", Op::Do(set_exclusive)),
            UNLOCK_PAGE,
            line("ours", "if (unshare)", Op::If(is_unshare, "changed")),
            SET,
            UNLOCK,
            WROTE
        ],
        SPLIT,
        SLEEP
    ),
);

/// The count of mappings falls under the page table lock; the reference goes when the TLB has been
/// flushed.
pub static ZAP_HUGE_PMD_V5_8: Routine = Routine {
    function: ZAP_HUGE_PMD,
    source: "mm/huge_memory.c, v5.7 to v6.12",
    omits: "the huge zero page, the page table that was deposited, device memory",
    params: &[Local::Mm],
    locals: &[Local::Page, Local::Pmd, Local::Addr, Local::Ret],
    returns: Returns::Bool,
    body: &[
        line("lock", "ptl = __pmd_trans_huge_lock(pmd, vma)", Op::Acquire(ptl)),
        line("huge", "if (!ptl)", Op::Branch(is_no_huge_entry, "not")),
        line("clear", "orig_pmd = pmdp_huge_get_and_clear_full(..)", Op::Do(clear)),
        line("entry", "if (!pmd_present(orig_pmd))", Op::If(is_migration, "gone")),
        line("rmap", "page_remove_rmap(page, true)", Op::Call(REMOVE_COMPOUND_RMAP, &[])),
        line("unlock", "spin_unlock(ptl)", Op::Release(ptl)),
        line("gather", "tlb_remove_page_size(tlb, page, ..)", Op::Branch(has_room, "yes")),
        line("flush", "  tlb_flush_mmu(tlb)", Op::Call(TLB_FLUSH_MMU, &[])),
        line("yes", "return 1", Op::Return(|_| 1)),
        line("gone", "spin_unlock(ptl)", Op::Release(ptl)),
        line("done", "return 1", Op::Return(|_| 1)),
        line("not", "spin_unlock(ptl)", Op::Release(ptl)),
        line("no", "return 0", Op::Return(|_| 0)),
    ],
};

/// Whether the area does not have all of the virtual pages. It cannot change: `mmap_lock` is held.
fn has_a_hole(look: &Look) -> bool {
    let pages = 0..look.geometry().hpage_pages();
    let mut flags = pages.map(|address| look.peek(look.mm().vm_flags(address)));
    flags.any(|flags| flags & vm::READ == 0)
}

pub(super) fn want_huge(ctx: &mut Ctx) {
    let order = u16::from(ctx.geometry().hpage_order);
    ctx.set(Local::Order, order);
    ctx.set(Local::Wanted, Migratetype::Movable);
}

fn set_dtor(ctx: &mut Ctx) {
    ctx.store(second(ctx).dtor(), dtor::TRANSHUGE);
}

fn is_taken(ctx: &mut Ctx) -> bool {
    ctx.load(ctx.mm().pmd()) != Pmd::None
}

fn set_swapbacked(ctx: &mut Ctx) {
    ctx.store(ctx.page(Local::Page).swapbacked(), true);
}

/// `_large_mapcount` goes with it.
fn set_mapcount(ctx: &mut Ctx) {
    let second = second(ctx);
    ctx.store(second.entire_mapcount(), 1);
    let (memory, _) = ctx.ghosts();
    memory.store(second.large_mapcount(), 1);
}

/// The page is this process's alone, and found where its first page is mapped.
fn set_anon(ctx: &mut Ctx) {
    let page = ctx.page(Local::Page);
    ctx.store(page.anon(), true);
    ctx.store(page.anon_exclusive(), true);
    ctx.store(page.rmap(), Some(Rmap { process: ctx.get(Local::Mm), address: 0 }));
}

fn join_lru(ctx: &mut Ctx) {
    ctx.update(ctx.page(Local::Page).lru(), |_| true);
}

/// The entry answers for the reference from here on.
fn set_new(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::Page);
    let entry = HugePmd { head, write: may_write(ctx), dirty: true };
    ctx.store(ctx.mm().pmd(), Pmd::Huge(entry));
    ctx.let_go(head, 1);
}

fn take_page(ctx: &mut Ctx) {
    let head = ctx.must(ctx.get::<Pmd>(Local::Pmd).mapped());
    ctx.set(Local::Page, head);
}

/// More references than the entry and the swap cache have.
fn is_held_besides(ctx: &mut Ctx) -> bool {
    let cached = if is_not_cached(ctx) { 0 } else { ctx.geometry().hpage_pages() };
    page_count(ctx) > 1 + cached
}

fn move_anon_rmap_of_head(ctx: &mut Ctx) {
    let rmap = Rmap { process: ctx.get(Local::Mm), address: 0 };
    ctx.store(ctx.page(Local::Page).rmap(), Some(rmap));
}

fn make_writable(ctx: &mut Ctx) {
    let entry = HugePmd { head: ctx.get(Local::Page), write: may_write(ctx), dirty: true };
    ctx.store(ctx.mm().pmd(), Pmd::Huge(entry));
}

fn is_no_huge_entry(ctx: &mut Ctx) -> bool {
    ctx.load(ctx.mm().pmd()).head().is_none()
}

/// The reference of the entry is the lane's from here on; an entry of migration holds none.
fn clear(ctx: &mut Ctx) {
    let old = ctx.update(ctx.mm().pmd(), |_| Pmd::None);
    ctx.set(Local::Pmd, old);
    if let Some(head) = old.mapped() {
        ctx.set(Local::Page, head);
        ctx.hold(head, 1);
    }
    for address in 0..ctx.geometry().hpage_pages() {
        ctx.set(Local::Addr, address);
        forget_contents(ctx);
    }
}

fn has_room(ctx: &mut Ctx) -> bool {
    !fills_batch(ctx)
}
