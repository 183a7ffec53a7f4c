//! `do_wp_page` of `mm/memory.c`: a store to a page that may be shared, and the copy that it makes.
use super::fault::{
    FLAG_UNSHARE, MOVABLE, NO_MEMORY, TOOK, VM_FAULT_WRITE, VMF, add_new_anon_rmap, copy_word,
    has_changed, join_lru, may_write, ptl,
};
use super::gup::returned;
use super::page_alloc::alloc::RMQUEUE;
use super::swap::PUT_PAGE;
use super::tlb::FLUSH_PAGE;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Pfn, Pte};

/// `do_wp_page`, with the page table lock held, which it drops.
pub const DO_WP_PAGE: Function = Function("do_wp_page");
/// `wp_page_copy`
pub const WP_PAGE_COPY: Function = Function("wp_page_copy");

const PAGE: Line = line("page", "page = vm_normal_page(vma, addr, orig_pte)", Op::Let(old_page));
const ZERO: Line = line("normal", "if (!page)", Op::If(is_zero_page, "unlock"));
const ANON: Line = line("anon", "if (!PageAnon(page))", Op::Branch(is_not_anon, "get"));
const REUSE: Line = line("reuse", "wp_page_reuse(vmf)", Op::Do(make_writable));
const REUSE_OUT: Line = line("reused", "pte_unmap_unlock(vmf->pte, ptl)", Op::Release(ptl));
const WROTE: Line = line("wrote", "return VM_FAULT_WRITE", Op::Return(|_| VM_FAULT_WRITE));
const GET: Line = line("get", "get_page(page)", Op::Do(get_page));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl));
const COPY: Line = line("copy", "return wp_page_copy(vmf)", Op::Call(WP_PAGE_COPY, &[]));
const OUT: Line = line("out", "return ret", Op::Return(returned));

/// A page with one reference is reused; one that somebody else holds is copied, whoever that is
/// (09854ba94c6a).
pub static DO_WP_PAGE_V5_9: Routine = Routine {
    function: DO_WP_PAGE,
    source: "mm/memory.c, v5.9 to v5.17",
    omits: "shared mappings, userfaultfd",
    params: VMF,
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Errno,
    body: &[
        PAGE,
        ZERO,
        ANON,
        line("ksm", "if (PageKsm(page) || page_count(page) != 1)", Op::Branch(is_held, "get")),
        line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "get")),
        line("mapped", "if (page_mapcount(page) != 1)", Op::Branch(is_mapped_twice, "busy")),
        line("count", "if (page_count(page) != 1)", Op::Branch(is_held, "busy")),
        line("unlockp", "unlock_page(page)", Op::Release(page_lock)),
        REUSE,
        REUSE_OUT,
        WROTE,
        line("busy", "unlock_page(page)", Op::Release(page_lock)),
        GET,
        UNLOCK,
        COPY,
        OUT,
    ],
};

/// The copy is made without a lock: what is written to the old page meanwhile is lost. The new page
/// is mapped before the old one loses its mapping and its reference.
pub static WP_PAGE_COPY_V5_9: Routine = Routine {
    function: WP_PAGE_COPY,
    source: "mm/memory.c, v5.9 to v5.17",
    omits: "memory cgroups, the copy through a user address; swap cache",
    params: &[Local::Mm, Local::Addr, Local::Fault, Local::Pte, Local::Page],
    locals: &[Local::NewPage, Local::Order, Local::Wanted, Local::Ret],
    returns: Returns::Errno,
    body: &[
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
        line("lru", "lru_cache_add_inactive_or_unevictable(..)", Op::Do(join_lru)),
        line("set", "set_pte_at_notify(mm, addr, vmf->pte, entry)", Op::Do(set_copy)),
        line("none", "if (!old_page)", Op::If(is_zero_page, "unlock")),
        line("unmap", "page_remove_rmap(old_page)", Op::Do(remove_rmap)),
        line("put", "put_page(new_page), now the old one", Op::Call(PUT_PAGE, &[])),
        line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line("noold", "if (!old_page)", Op::If(is_zero_page, "out")),
        line("old", "put_page(old_page)", Op::Call(PUT_PAGE, &[])),
        line("out", "return VM_FAULT_WRITE", Op::Return(|_| VM_FAULT_WRITE)),
        line("stale", "put_page(new_page)", Op::Call(PUT_PAGE, &[(Local::Page, Local::NewPage)])),
        line("sunlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line("snoold", "if (!old_page)", Op::If(is_zero_page, "sout")),
        line("sold", "put_page(old_page)", Op::Call(PUT_PAGE, &[])),
        line("sout", "return 0", Op::Return(|_| 0)),
        line("oomput", "if (!old_page)", Op::If(is_zero_page, "nomem")),
        line("oomold", "put_page(old_page)", Op::Call(PUT_PAGE, &[])),
        NO_MEMORY,
    ],
};

fn old_page(ctx: &mut Ctx) {
    let pte: Pte = ctx.get(Local::Pte);
    ctx.set(Local::Page, pte.mapped().expect("a fault on a present entry"));
}

/// The zero page is no page of `vm_normal_page`: its entry is special.
fn is_zero_page(look: &Look) -> bool {
    look.geometry().is_zero_pfn(look.get(Local::Page))
}

fn is_not_anon(ctx: &mut Ctx) -> bool {
    let anon = ctx.page(Local::Page).anon();
    !ctx.load(anon)
}

fn is_held(ctx: &mut Ctx) -> bool {
    let page = ctx.page(Local::Page);
    ctx.load(page.ksm()) || ctx.load(page.refcount()) != 1
}

fn is_mapped_twice(ctx: &mut Ctx) -> bool {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.load(mapcount) != 1
}

fn page_lock(look: &Look) -> Lock {
    look.page(Local::Page).lock()
}

fn trylock_fails(ctx: &mut Ctx) -> bool {
    let lock = ctx.page(Local::Page).lock();
    !ctx.trylock(lock)
}

fn make_writable(ctx: &mut Ctx) {
    let pfn = ctx.get(Local::Page);
    ctx.store(ctx.pte(), Pte::Present { pfn, write: may_write(ctx), dirty: true });
}

fn get_page(ctx: &mut Ctx) {
    ctx.get_page(ctx.get(Local::Page), 1);
}

/// From here on the lane answers for the mapping's reference.
fn clear(ctx: &mut Ctx) {
    let old = ctx.update(ctx.pte(), |_| Pte::None);
    if let Some(pfn) = old.mapped().filter(|pfn| !ctx.geometry().is_zero_pfn(*pfn)) {
        ctx.hold(pfn, 1);
    }
}

/// The copy is dirty, and writable unless it was made for a reader. The mapping answers for its
/// reference from here on.
fn set_copy(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::NewPage);
    let write = ctx.get::<u16>(Local::Fault) & FLAG_UNSHARE == 0 && may_write(ctx);
    ctx.store(ctx.pte(), Pte::Present { pfn, write, dirty: true });
    ctx.let_go(pfn, 1);
}

fn remove_rmap(ctx: &mut Ctx) {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.update(mapcount, |count: u16| count.wrapping_sub(1));
}
