//! `do_fault` of `mm/memory.c`: a fault on an empty entry of a private mapping of a file.
use super::at_hand::{ptl, target_joins_lru};
use super::fault::{
    FLAG_WRITE, MOVABLE, NO_MEMORY, OOM, TOOK, VMF, add_new_anon_rmap, copy_word, is_taken,
    may_write, wants,
};
use super::page_alloc::alloc::RMQUEUE;
use super::swap::PUT_PAGE;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Pte, WORDS};

/// `do_fault`
pub const DO_FAULT: Function = Function("do_fault");

const PUT_COPY: Line = line(
    "putcopy",
    "put_page(vmf->cow_page)",
    Op::Call(PUT_PAGE, &[(Local::Page, Local::NewPage)]),
);

/// A load maps the page of the page cache, which stays clean and read-only; a store maps a copy of
/// it, dirty, and writable if the area is.
pub static DO_FAULT_V5_8: Routine = Routine {
    function: DO_FAULT,
    source: "mm/memory.c, v3.16 to v6.1 (do_read_fault, do_cow_fault)",
    omits: "fault-around, reading the page in, its lock; shared mappings",
    params: VMF,
    locals: &[Local::Page, Local::NewPage, Local::Order, Local::Wanted, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("write", "if (flags & FAULT_FLAG_WRITE)", Op::If(stores, "gfp")),
        line("find", "page = find_get_page(mapping, offset)", Op::Do(get_file_page)),
        line("lock", "vmf->pte = pte_offset_map_lock(..)", Op::Acquire(ptl)),
        line("none", "if (!pte_none(*vmf->pte))", Op::Branch(is_taken, "taken")),
        line("rmap", "page_add_file_rmap(page, false)", Op::Do(add_file_rmap)),
        line(
            "set",
            "set_pte_at(.., mk_pte(page, vm_page_prot))",
            Op::Do(|ctx| install_file_page(ctx, false)),
        ),
        line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line("out", "return 0", Op::Return(|_| 0)),
        line("taken", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("nopage", "return VM_FAULT_NOPAGE", Op::Return(|_| 0)),
        MOVABLE,
        line("alloc", "vmf->cow_page = alloc_page_vma(..)", Op::Call(RMQUEUE, &[])),
        OOM,
        TOOK,
        line("cfind", "page = find_get_page(mapping, offset)", Op::Do(get_file_page)),
        line("copy", "copy_user_highpage(cow_page, page)", Op::Do(|ctx| copy_word(ctx, 0))),
        line("copy1", "  (its second half)", Op::Do(|ctx| copy_word(ctx, 1))),
        line("clock", "vmf->pte = pte_offset_map_lock(..)", Op::Acquire(ptl)),
        line("cnone", "if (!pte_none(*vmf->pte))", Op::Branch(is_taken, "ctaken")),
        line("crmap", "page_add_new_anon_rmap(page, vma, addr)", Op::Do(add_new_anon_rmap)),
        line("lru", "lru_cache_add_inactive_or_unevictable(page)", Op::Do(target_joins_lru)),
        line("cset", "set_pte_at(.., maybe_mkwrite(pte_mkdirty(..)))", Op::Do(set_copy)),
        line("cunlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line("cput", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("done", "return 0", Op::Return(|_| 0)),
        line("ctaken", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line("tput", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        PUT_COPY,
        line("again", "return VM_FAULT_NOPAGE", Op::Return(|_| 0)),
        NO_MEMORY,
    ],
};

fn stores(look: &Look) -> bool {
    wants(look, FLAG_WRITE)
}

/// Whether the mapping is one of a file; it stays what it is.
pub(super) fn is_of_a_file(look: &Look) -> bool {
    look.geometry().file_page(look.get(Local::Mm), look.get(Local::Addr)).is_some()
}

/// The page cache keeps a reference of its own, so the page is there.
pub(super) fn get_file_page(ctx: &mut Ctx) {
    let page = ctx.geometry().file_page(ctx.get(Local::Mm), ctx.get(Local::Addr));
    let page = ctx.must(page);
    ctx.set(Local::Page, page);
    ctx.get_page(page, 1);
}

pub(super) fn add_file_rmap(ctx: &mut Ctx) {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.update(mapcount, |count: u16| count.wrapping_add(1));
}

/// Read-only, since the mapping is private. The mapping answers for the reference from here on.
pub(super) fn install_file_page(ctx: &mut Ctx, dirty: bool) {
    let pfn: Pfn = ctx.get(Local::Page);
    ctx.store(ctx.pte(), Pte::Present { pfn, write: false, dirty });
    ctx.let_go(pfn, 1);
    find_what_is_there(ctx, pfn);
}

fn set_copy(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::NewPage);
    ctx.store(ctx.pte(), Pte::Present { pfn, write: may_write(ctx), dirty: true });
    ctx.let_go(pfn, 1);
    find_what_is_there(ctx, pfn);
}

/// Ghost: what the process is to find is what is in the page at this moment.
fn find_what_is_there(ctx: &mut Ctx, pfn: Pfn) {
    let (mm, address): (_, u16) = (ctx.mm(), ctx.get(Local::Addr));
    let (memory, layout) = ctx.ghosts();
    for word in 0..WORDS {
        let found = memory.peek(layout.page(pfn).content(word));
        memory.store(mm.written(address, word), found);
    }
}
