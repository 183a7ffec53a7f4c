//! `do_huge_pmd_wp_page` up to v5.7: a store to a huge page that is shared copies all of it.
use super::counts::{FIRST_PAGE, next_page, past_last_page};
use super::huge_memory::{
    self as huge, FALLBACK, LOCK, LRU_CACHE_ADD, PAGE, PAGE_ADD_NEW_COMPOUND_RMAP, SAME, SET,
    SLEEP, TRYLOCK, UNLOCK, UNLOCK_PAGE, WROTE, want_huge,
};
use super::page_alloc::PREP_COMPOUND_PAGE;
use super::rmap::REMOVE_COMPOUND_RMAP;
use super::split_pmd::{SPLIT_HUGE_PMD, has_changed};
use super::swapfile::REUSE_SWAP_PAGE;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Line, Local, Op, Routine};
use crate::mm::{HugePmd, Pfn, Pmd};
use crate::routines::at_hand::{drop_reference, get_page, page_lock, ptl, returned_zero};
use crate::routines::fault::{TOOK, may_write};
use crate::routines::page_alloc::alloc::RMQUEUE;
use crate::routines::swap::PUT_PAGE;
use crate::routines::tlb::FLUSH_PAGE;

const ASKED: &[Line] = &[
    LOCK,
    SAME,
    PAGE,
    TRYLOCK,
    line("mine", "if (!reuse_swap_page(page, NULL))", Op::Call(REUSE_SWAP_PAGE, &[])),
    line("shared", "  (it is shared)", Op::If(returned_zero, "busy")),
    SET,
    UNLOCK_PAGE,
    UNLOCK,
    WROTE,
];

const COPY: &[Line] = &[
    line("busy", "unlock_page(page)", Op::Release(page_lock)),
    line("get", "get_page(page)", Op::Do(get_page)),
    line("busyout", "spin_unlock(vmf->ptl)", Op::Release(ptl)),
    line("gfp", "gfp = alloc_hugepage_direct_gfpmask(vma)", Op::Let(want_huge)),
    line("alloc", "new_page = alloc_hugepage_vma(gfp, ..)", Op::Call(RMQUEUE, &[])),
    line("none", "if (!new_page)", Op::If(returned_zero, "nopage")),
    TOOK,
    line(
        "prep",
        "prep_compound_page(new_page, order)",
        Op::Call(PREP_COMPOUND_PAGE, &[(Local::Page, Local::NewPage)]),
    ),
    line("start", "i = 0", FIRST_PAGE.op),
    line("each", "copy_user_huge_page(new_page, page)", Op::If(past_last_page, "relk")),
    line("copy", "  copy_user_highpage(new_page + i, page + i)", Op::Do(|ctx| copy_word(ctx, 0))),
    line("copy1", "  (its second half)", Op::Do(|ctx| copy_word(ctx, 1))),
    line("next", "  i++", Op::Let(next_page)),
    line("loop", "  (the next)", Op::Goto("each")),
    line("relk", "spin_lock(vmf->ptl)", Op::Acquire(ptl)),
    line("putown", "put_page(page)", Op::Do(drop_reference)),
    line("recheck", "if (!pmd_same(*vmf->pmd, orig_pmd))", Op::Branch(has_changed, "race")),
    line("clear", "pmdp_huge_clear_flush_notify(vma, haddr, ..)", Op::Do(clear)),
    FLUSH_PAGE,
    line(
        "rmap",
        "page_add_new_anon_rmap(new_page, ..)",
        Op::Call(PAGE_ADD_NEW_COMPOUND_RMAP, &[(Local::Page, Local::NewPage)]),
    ),
    line(
        "lru",
        "lru_cache_add_active_or_unevictable(new_page)",
        Op::Call(LRU_CACHE_ADD, &[(Local::Page, Local::NewPage)]),
    ),
    line("setnew", "set_pmd_at(vma->vm_mm, haddr, pmd, entry)", Op::Do(set_copy)),
    line("remove", "page_remove_rmap(page, true)", Op::Call(REMOVE_COMPOUND_RMAP, &[])),
    line("putold", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    line("copied", "  (it is the process's own)", Op::Goto("unlock")),
    line("race", "put_page(new_page)", Op::Call(PUT_PAGE, &[(Local::Page, Local::NewPage)])),
    line("changed", "spin_unlock(vmf->ptl)", Op::Release(ptl)),
    line("again", "return 0", Op::Return(|_| 0)),
    line("nopage", "split_huge_pmd(vma, vmf->pmd, ..)", Op::Call(SPLIT_HUGE_PMD, &[])),
    line("noput", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    FALLBACK,
];

/// Nobody else's page is mapped page by page because of it.
pub static DO_HUGE_PMD_WP_PAGE_V5_7: Routine = Routine {
    omits: "the huge zero page; with no huge page free the kernel copies to small ones, and splits \
            the entry where there are none either: here it always splits",
    locals: &[Local::Page, Local::NewPage, Local::Order, Local::Wanted, Local::Index, Local::Ret],
    ..huge::do_huge_pmd_wp_page("mm/huge_memory.c, up to v5.7", joined!(ASKED, COPY, SLEEP))
};

fn copy_word(ctx: &mut Ctx, word: u16) {
    let (page, new): (Pfn, Pfn) = (ctx.get(Local::Page), ctx.get(Local::NewPage));
    let index: u16 = ctx.get(Local::Index);
    let value: u16 = ctx.load(ctx.layout().page(Pfn(page.0 + index)).content(word));
    ctx.store(ctx.layout().page(Pfn(new.0 + index)).content(word), value);
}

/// From here on the lane answers for the reference of the entry.
fn clear(ctx: &mut Ctx) {
    ctx.update(ctx.mm().pmd(), |_| Pmd::None);
    ctx.hold(ctx.get(Local::Page), 1);
}

/// The entry answers for the reference of the copy from here on.
fn set_copy(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::NewPage);
    let entry = HugePmd { head, write: may_write(ctx), dirty: true };
    ctx.store(ctx.mm().pmd(), Pmd::Huge(entry));
    ctx.let_go(head, 1);
}
