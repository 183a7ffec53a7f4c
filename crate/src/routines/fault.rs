//! `handle_mm_fault` of `mm/memory.c`: what a fault finds, and the fault on an entry that is empty.
use super::at_hand::{is_not_present, is_protnone, ptl, returned, returned_zero, target_joins_lru};
use super::filemap::{DO_FAULT, is_of_a_file};
use super::numa::DO_NUMA_PAGE;
use super::page_alloc::alloc::RMQUEUE;
use super::uaccess::walk;
use super::userfaultfd::{FLUSH_PENDING, is_answered, is_uffd_wp};
use super::wp::DO_WP_PAGE;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Migratetype, Pfn, Pte, Rmap, WORDS, vm};

/// `FAULT_FLAG_WRITE`
pub const FLAG_WRITE: u16 = 1 << 0;
/// `FAULT_FLAG_UNSHARE` (v5.19): the mapping stays read-only, the page is the process's alone.
pub const FLAG_UNSHARE: u16 = 1 << 1;
/// `PF_MEMALLOC_PIN` of the task, which has no place of its own here: what a long-term pin faults
/// in is not movable, so it is not of CMA.
pub const MEMALLOC_PIN: u16 = 1 << 2;

/// `VM_FAULT_WRITE`: COW is broken, whether or not the entry is writable now.
pub const VM_FAULT_WRITE: u16 = 1;

/// `handle_mm_fault`, with `mmap_lock` held.
pub const HANDLE_MM_FAULT: Function = Function("handle_mm_fault");
/// `do_anonymous_page`
pub const DO_ANONYMOUS_PAGE: Function = Function("do_anonymous_page");
/// `do_swap_page`
pub const DO_SWAP_PAGE: Function = Function("do_swap_page");

/// What every handler of a fault is told.
pub(super) const VMF: &[Local] = &[Local::Mm, Local::Addr, Local::Fault, Local::Pte];

/// The entry is read without its lock, and again under it: somebody else may have been faster.
pub static HANDLE_MM_FAULT_V5_8: Routine = Routine {
    function: HANDLE_MM_FAULT,
    source: "mm/memory.c, v5.8 to v6.1 (handle_pte_fault)",
    omits: "faults on huge pages; a userfault drops mmap_lock while it waits",
    params: &[Local::Mm, Local::Addr, Local::Fault],
    locals: &[Local::Pte, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("pte", "vmf->orig_pte = *vmf->pte", Op::Do(read_entry)),
        line("none", "if (pte_none(vmf->orig_pte))", Op::If(is_none, "anon")),
        line("present", "if (!pte_present(vmf->orig_pte))", Op::If(is_not_present, "swap")),
        line("hint", "if (pte_protnone(vmf->orig_pte))", Op::If(is_protnone, "numa")),
        line("lock", "spin_lock(vmf->ptl)", Op::Acquire(ptl)),
        line("same", "if (!pte_same(*vmf->pte, entry))", Op::Branch(has_changed, "unlock")),
        line("wp", "if (flags & WRITE && !pte_write(entry))", Op::If(is_protected, "uffd")),
        line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line("out", "return 0", Op::Return(|_| 0)),
        line("uffd", "if (userfaultfd_pte_wp(vma, *pte))", Op::If(is_uffd_wp, "userfault")),
        line("pending", "flush what userfaultfd has not yet", Op::Call(FLUSH_PENDING, &[])),
        line("cow", "return do_wp_page(vmf)", Op::Call(DO_WP_PAGE, &[])),
        RETURN,
        line("anon", "if (!vma_is_anonymous(vmf->vma))", Op::If(is_of_a_file, "file")),
        line("zero", "return do_anonymous_page(vmf)", Op::Call(DO_ANONYMOUS_PAGE, &[])),
        line("anonout", "return ret", Op::Return(returned)),
        line("swap", "return do_swap_page(vmf)", Op::Call(DO_SWAP_PAGE, &[])),
        line("swapout", "return ret", Op::Return(returned)),
        line("userfault", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
        line(
            "handle",
            "return handle_userfault(vmf, VM_UFFD_WP)",
            Op::Await(is_answered, "userfaultfd to let the page go"),
        ),
        line("answered", "return VM_FAULT_RETRY", Op::Return(|_| 0)),
        line("file", "return do_fault(vmf)", Op::Call(DO_FAULT, &[])),
        line("fileout", "return ret", Op::Return(returned)),
        line("numa", "return do_numa_page(vmf)", Op::Call(DO_NUMA_PAGE, &[])),
        line("numaout", "return ret", Op::Return(returned)),
    ],
};

pub(super) const RETURN: Line = line("ret", "return ret", Op::Return(returned));

/// The lines of it where there is a page table.
pub(super) const ANONYMOUS_PAGE: &[Line] = &[
    line("zero", "if (!(flags & WRITE)) use the zero page", Op::If(takes_zero_page, "zlock")),
    MOVABLE,
    line("alloc", "page = alloc_zeroed_user_highpage_movable()", Op::Call(RMQUEUE, &[])),
    OOM,
    TOOK,
    line("lock", "vmf->pte = pte_offset_map_lock(..)", Op::Acquire(ptl)),
    line("none", "if (!pte_none(*vmf->pte))", Op::Branch(is_taken, "release")),
    line("rmap", "page_add_new_anon_rmap(page, vma, addr)", Op::Do(add_new_anon_rmap)),
    line("lru", "lru_cache_add_inactive_or_unevictable(page)", Op::Do(target_joins_lru)),
    line("set", "set_pte_at(vma->vm_mm, addr, vmf->pte, entry)", Op::Do(set_new)),
    line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
    line("out", "return 0", Op::Return(|_| 0)),
    line(
        "release",
        "put_page(page)",
        Op::Call(super::swap::PUT_PAGE, &[(Local::Page, Local::NewPage)]),
    ),
    line("goto", "goto unlock", Op::Goto("unlock")),
    line("zlock", "vmf->pte = pte_offset_map_lock(..)", Op::Acquire(ptl)),
    line("znone", "if (!pte_none(*vmf->pte))", Op::Branch(is_taken, "unlock")),
    line("zset", "set_pte_at(.., pte_mkspecial(zero page))", Op::Do(set_zero_page)),
    line("zgoto", "goto unlock", Op::Goto("unlock")),
    NO_MEMORY,
];

/// A store gets a page of zeroes; a load is content with the zero page, where the machine has one.
pub static DO_ANONYMOUS_PAGE_V5_8: Routine = Routine {
    function: DO_ANONYMOUS_PAGE,
    source: "mm/memory.c, v5.8 to v6.1",
    omits: "memory cgroups, userfaultfd",
    params: VMF,
    locals: &[Local::NewPage, Local::Order, Local::Wanted, Local::Ret],
    returns: Returns::Errno,
    body: ANONYMOUS_PAGE,
};

pub(super) const MOVABLE: Line = line("gfp", "gfp = GFP_HIGHUSER_MOVABLE", Op::Let(want_movable));
pub(super) const OOM: Line = line("oom", "if (!page)", Op::If(returned_zero, "nomem"));
pub(super) const TOOK: Line = line("took", "new = page", Op::Let(take_new));
pub(super) const NO_MEMORY: Line =
    line("nomem", "return VM_FAULT_OOM", Op::Return(|_| errno::ENOMEM));

pub(super) fn wants(look: &Look, flag: u16) -> bool {
    look.get::<u16>(Local::Fault) & flag != 0
}

/// Behind a huge pmd there is no such entry in the page table: it has changed, and the access is
/// made again.
pub(super) fn read_entry(ctx: &mut Ctx) {
    let pte = walk(ctx);
    ctx.set(Local::Pte, pte);
}

pub(super) fn is_none(look: &Look) -> bool {
    look.get::<Pte>(Local::Pte) == Pte::None
}

/// Whether the entry is another than the fault began with.
pub(super) fn has_changed(ctx: &mut Ctx) -> bool {
    let now = ctx.load(ctx.pte());
    now != ctx.get::<Pte>(Local::Pte)
}

pub(super) fn is_protected(look: &Look) -> bool {
    wants(look, FLAG_WRITE | FLAG_UNSHARE) && !look.get::<Pte>(Local::Pte).writes()
}

fn takes_zero_page(look: &Look) -> bool {
    !wants(look, FLAG_WRITE) && look.geometry().zero_page.is_some()
}

fn want_movable(ctx: &mut Ctx) {
    let pins = ctx.get::<u16>(Local::Fault) & MEMALLOC_PIN != 0;
    let wanted = if pins { Migratetype::Unmovable } else { Migratetype::Movable };
    ctx.set(Local::Wanted, wanted);
}

/// `maybe_mkwrite`: an area that is read-only gets no writable entry, whoever wrote there.
/// `vm_flags` do not change while `mmap_lock` is held.
pub(super) fn may_write(ctx: &Ctx) -> bool {
    ctx.peek(ctx.mm().vm_flags(ctx.get(Local::Addr))) & vm::WRITE != 0
}

fn take_new(ctx: &mut Ctx) {
    let page: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::NewPage, ctx.must(page));
}

pub(super) fn is_taken(ctx: &mut Ctx) -> bool {
    ctx.load(ctx.pte()) != Pte::None
}

pub(super) fn add_new_anon_rmap(ctx: &mut Ctx) {
    let rmap = Rmap { process: ctx.get(Local::Mm), address: ctx.get(Local::Addr) };
    add_new_anon_rmap_of(ctx, rmap);
}

/// The page is anonymous from here on, and this mapping's alone.
pub(super) fn add_new_anon_rmap_of(ctx: &mut Ctx, rmap: Rmap) {
    let page = ctx.page(Local::NewPage);
    ctx.store(page.swapbacked(), true);
    ctx.store(page.mapcount(), 1);
    ctx.store(page.anon(), true);
    ctx.store(page.anon_exclusive(), true);
    ctx.store(page.rmap(), Some(rmap));
}

/// The entry of a page of zeroes: dirty and writable if that is why it was allocated. The mapping
/// answers for the reference from here on.
fn set_new(ctx: &mut Ctx) {
    let pfn = ctx.get(Local::NewPage);
    let dirty = ctx.get::<u16>(Local::Fault) & FLAG_WRITE != 0;
    ctx.store(ctx.pte(), Pte::Present { pfn, write: dirty && may_write(ctx), dirty });
    ctx.let_go(pfn, 1);
}

fn set_zero_page(ctx: &mut Ctx) {
    let pfn = ctx.must(ctx.geometry().zero_page);
    ctx.store(ctx.pte(), Pte::clean(pfn, false));
}

pub(super) fn no_migration_entry(look: &Look) -> bool {
    !matches!(look.peek(look.pte()), Pte::Migration { .. })
}

/// Copies one word of a page to another.
pub(super) fn copy_word(ctx: &mut Ctx, word: u16) {
    debug_assert!(word < WORDS);
    let from = ctx.page(Local::Page).content(word);
    let to = ctx.page(Local::NewPage).content(word);
    let value = ctx.load(from);
    ctx.store(to, value);
}
