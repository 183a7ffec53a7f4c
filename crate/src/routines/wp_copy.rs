//! `wp_page_copy` of `mm/memory.c`: a page of its own for a process that shares one.
use super::at_hand::{hold, is_zero_page, ptl, remove_rmap, returned, target_joins_lru};
use super::fault::{
    FLAG_UNSHARE, MOVABLE, NO_MEMORY, TOOK, VM_FAULT_WRITE, add_new_anon_rmap, copy_word,
    has_changed, may_write,
};
use super::page_alloc::alloc::RMQUEUE;
use super::swap::PUT_PAGE;
use super::swap_state::FREE_SWAP_CACHE;
use super::tlb::FLUSH_PAGE;
use super::wp::is_unshare;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Pte};

/// `wp_page_copy`
pub const WP_PAGE_COPY: Function = Function("wp_page_copy");

const fn wp_page_copy(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: WP_PAGE_COPY,
        source,
        omits: "memory cgroups, the copy through a user address",
        params: &[Local::Mm, Local::Addr, Local::Fault, Local::Pte, Local::Page],
        locals: &[Local::NewPage, Local::Order, Local::Wanted, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// Up to where the old page is no longer mapped here.
const REPLACE: &[Line] = &[
    MOVABLE,
    line("alloc", "new_page = alloc_page_vma(GFP_HIGHUSER_MOVABLE)", Op::Call(RMQUEUE, &[])),
    line("oom", "if (!new_page)", Op::If(|look| returned(look) == 0, "oomput")),
    TOOK,
    line("zero", "if (!old_page) it is zeroed", Op::If(is_zero_page, "lock")),
    line("copy", "cow_user_page(new_page, old_page, vmf)", Op::Do(|ctx| copy_word(ctx, 0))),
    line("copy1", "  (its second half)", Op::Do(|ctx| copy_word(ctx, 1))),
    line("lock", "vmf->pte = pte_offset_map_lock(..)", Op::Acquire(ptl)),
    line("same", "if (!pte_same(*vmf->pte, vmf->orig_pte))", Op::Branch(has_changed, "stale")),
    line("clear", "ptep_clear_flush_notify(vma, addr, vmf->pte)", Op::Do(clear)),
    FLUSH_PAGE,
    line("rmap", "page_add_new_anon_rmap(new_page, vma, addr)", Op::Do(add_new_anon_rmap)),
    line("lru", "lru_cache_add_inactive_or_unevictable(..)", Op::Do(target_joins_lru)),
    line("set", "set_pte_at_notify(mm, addr, vmf->pte, entry)", Op::Do(set_copy)),
    line("none", "if (!old_page)", Op::If(is_zero_page, "unlock")),
    line("unmap", "page_remove_rmap(old_page)", Op::Do(remove_rmap)),
    line("put", "put_page(new_page), now the old one", Op::Call(PUT_PAGE, &[])),
    line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
    line("noold", "if (!old_page)", Op::If(is_zero_page, "out")),
];
/// What becomes of it, and the ways out.
const LET_GO: &[Line] = &[
    line("old", "put_page(old_page)", Op::Call(PUT_PAGE, &[])),
    line("out", "return VM_FAULT_WRITE, or 0 of an unshare", Op::Return(broke_cow)),
    line("stale", "put_page(new_page)", Op::Call(PUT_PAGE, &[(Local::Page, Local::NewPage)])),
    line("sunlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
    line("snoold", "if (!old_page)", Op::If(is_zero_page, "sout")),
    line("sold", "put_page(old_page)", Op::Call(PUT_PAGE, &[])),
    line("sout", "return 0", Op::Return(|_| 0)),
    line("oomput", "if (!old_page)", Op::If(is_zero_page, "nomem")),
    line("oomold", "put_page(old_page)", Op::Call(PUT_PAGE, &[])),
    NO_MEMORY,
];
const FREE: Line = line("free", "free_swap_cache(old_page)", Op::Call(FREE_SWAP_CACHE, &[]));

const LINES: usize = REPLACE.len() + LET_GO.len();
const fn lines<const N: usize>(between: &[Line]) -> [Line; N] {
    let mut all = [FREE; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < REPLACE.len() {
            REPLACE[at]
        } else if at < REPLACE.len() + between.len() {
            between[at - REPLACE.len()]
        } else {
            LET_GO[at - REPLACE.len() - between.len()]
        };
        at += 1;
    }
    all
}

/// The copy is made without a lock: what is written to the old page meanwhile is lost. The new page
/// is mapped before the old one loses its mapping and its reference.
pub static WP_PAGE_COPY_V5_8: Routine =
    wp_page_copy("mm/memory.c, v3.16 to v5.12", &lines::<LINES>(&[]));
/// And the old page leaves the swap cache if nobody maps it any more (f4c4a3f48480).
pub static WP_PAGE_COPY_V5_13: Routine =
    wp_page_copy("mm/memory.c, v5.13 to v6.12", &lines::<{ LINES + 1 }>(&[FREE]));

/// `VM_FAULT_WRITE`, of a store.
fn broke_cow(look: &Look) -> u16 {
    if is_unshare(look) { 0 } else { VM_FAULT_WRITE }
}

/// From here on the lane answers for the mapping's reference.
fn clear(ctx: &mut Ctx) {
    let old = ctx.update(ctx.pte(), |_| Pte::None);
    if let Some(pfn) = old.mapped().filter(|pfn| !ctx.geometry().is_zero_pfn(*pfn)) {
        hold(ctx, pfn, 1);
    }
}

/// The copy is dirty and writable, unless it was made for a reader. The mapping answers for its
/// reference from here on.
fn set_copy(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::NewPage);
    let dirty = ctx.get::<u16>(Local::Fault) & FLAG_UNSHARE == 0;
    let write = dirty && may_write(ctx);
    ctx.store(ctx.pte(), Pte::Present { pfn, write, dirty });
    ctx.let_go(pfn, 1);
}
