//! `do_swap_page` of `mm/memory.c`: a fault on an entry that is not present.
use super::at_hand::{folio, is_migration, let_go, page_count, page_lock, ptl, returned};
use super::compound::counts::count_mapping;
use super::compound::wait::MIGRATION_ENTRY_WAIT;
use super::fault::{
    DO_SWAP_PAGE, FLAG_WRITE, NO_MEMORY, VM_FAULT_WRITE, VMF, has_changed, may_write,
    no_migration_entry, wants,
};
use super::gup::page_of_ret;
use super::swap::PUT_PAGE;
use super::swap_state::{SWAPIN_READAHEAD, slot};
use super::swapfile::{REUSE_SWAP_PAGE, TRY_TO_FREE_SWAP, swap_free};
use super::wp::DO_WP_PAGE;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Pte, Rmap, Slot};
use crate::properties::event;

const MIGRATION: Line =
    line("migration", "if (is_migration_entry(entry))", Op::If(is_migration, "wait"));
const ENTRY: Line = line("entry", "entry = pte_to_swp_entry(orig_pte)", Op::Let(read_slot));
const READ: Line =
    line("read", "page = lookup_swap_cache(), or read it", Op::Call(SWAPIN_READAHEAD, &[]));
const NONE: Line = line("none", "if (!page)", Op::If(|look| returned(look) == 0, "nopage"));
const PAGE: Line = line("page", "  (page)", Op::Let(page_of_ret));
const LOCK: Line = line("lock", "lock_page_or_retry(page, mm, flags)", Op::Acquire(page_lock));
const CACHED: Line =
    line("cached", "if (page_private(page) != entry.val)", Op::Branch(is_another, "outpage"));
const PTL: Line = line("ptl", "vmf->pte = pte_offset_map_lock(..)", Op::Acquire(ptl));
const SAME: Line =
    line("same", "if (!pte_same(*vmf->pte, orig_pte))", Op::Branch(is_stale, "nomap"));
const FREE: Line = line("free", "swap_free(entry)", Op::Do(|ctx| _ = swap_free(ctx)));
const PTE: Line = line("pte", "pte = mk_pte(page, vma->vm_page_prot)", Op::Let(make_pte));
const READS: Line = line("reads", "if (!(flags & FAULT_FLAG_WRITE))", Op::If(reads, "rmap"));
const COUNT: Line = line("count", "if (page_count(page) != 1)", Op::Branch(is_held, "rmap"));
const MARK: Line = line("mark", "pte = mkwrite(mkdirty(pte)); flags &= ~WRITE", Op::Let(mark));
const RMAP: Line = line("rmap", "do_page_add_anon_rmap(page, vma, addr)", Op::Do(add_rmap));
const SET: Line = line("set", "set_pte_at(mm, addr, vmf->pte, pte)", Op::Do(set_pte));
const UNLOCK_PAGE: Line = line("unlockp", "unlock_page(page)", Op::Release(page_lock));
const WRITES: Line =
    line("wp", "if (flags & FAULT_FLAG_WRITE)", Op::If(|look| !reads(look), "cow"));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl));
const OUT: Line = line("out", "return ret", Op::Return(|look| look.get(Local::Rc)));
const COW: Line = line("cow", "ret |= do_wp_page(vmf)", Op::Call(DO_WP_PAGE, &[]));
const COW_OUT: Line = line("cowout", "return ret", Op::Return(returned));
const NOT_MAPPED: Line = line("nomap", "out_nomap: pte_unmap_unlock(..)", Op::Release(ptl));
const OUT_PAGE: Line = line("outpage", "out_page: unlock_page(page)", Op::Release(page_lock));
const PUT: Line = line("put", "put_page(page)", Op::Call(PUT_PAGE, &[]));
const AGAIN: Line = line("again", "return 0", Op::Return(|_| 0));
const NO_PAGE: Line = line("nopage", "vmf->pte = pte_offset_map_lock(..)", Op::Acquire(ptl));
const STALE: Line =
    line("stale", "if (!pte_same(*vmf->pte, orig_pte))", Op::Branch(has_changed, "unlock"));
const UNLOCK_NO_PAGE: Line = line("unlockn", "pte_unmap_unlock(..)", Op::Release(ptl));
const WAIT: Line = line(
    "wait",
    "migration_entry_wait(vma->vm_mm, vmf->pmd, addr)",
    Op::Await(no_migration_entry, "the migration entry to go"),
);
const WAIT_CALL: Line = line(
    "wait",
    "migration_entry_wait(vma->vm_mm, vmf->pmd, addr)",
    Op::Call(MIGRATION_ENTRY_WAIT, &[]),
);
const WAITED: Line = line("waited", "return 0", Op::Return(|_| 0));

/// Whether the reference of the swap cache is worth dropping: it may be the only one but ours.
const ONLY_WRITES: Line = line("should", "if (!(flags & FAULT_FLAG_WRITE))", Op::If(reads, "pte"));
const ONLY_CACHE: Line =
    line("two", "if (page_count(page) != 2)", Op::Branch(is_held_by_others, "pte"));
const TRY_FREE: Line = line("tryfree", "try_to_free_swap(page)", Op::Call(TRY_TO_FREE_SWAP, &[]));

const fn do_swap_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: DO_SWAP_PAGE,
        source,
        omits: "a swap area that is nearly full, KSM, userfaultfd, device memory, writeback; up \
                to v5.15 the entry is set before its mapping is counted",
        params: VMF,
        locals: &[Local::Slot, Local::Page, Local::Exclusive, Local::Rc, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The page comes from the swap cache or from its slot, and is locked.
const FINDING: &[Line] = &[MIGRATION, ENTRY, READ, NONE, PAGE, LOCK, CACHED, PTL, SAME];
/// A store drops the swap cache's reference where that is the only other one.
const OWNING: &[Line] = &[FREE, ONLY_WRITES, ONLY_CACHE, TRY_FREE, PTE];
/// The entry.
const MAPPING: &[Line] = &[MARK, RMAP, SET];
/// A store that may not write yet goes on to copy; what failed is undone.
const LEAVING: &[Line] = &[
    UNLOCK_PAGE,
    WRITES,
    UNLOCK,
    OUT,
    COW,
    COW_OUT,
    NOT_MAPPED,
    OUT_PAGE,
    PUT,
    AGAIN,
    NO_PAGE,
    STALE,
    UNLOCK_NO_PAGE,
    NO_MEMORY,
];
/// How an entry of migration is waited for: until it is gone, or, on machines with huge pages, as
/// the kernel does it.
const WAITING: &[Line] = &[WAIT, WAITED];
const CALLING: &[Line] = &[WAIT_CALL, WAITED];

/// A store may write at once if no other entry maps the page.
const REUSING: &[Line] = &[
    PTE,
    READS,
    line("reuse", "ret = reuse_swap_page(page)", Op::Call(REUSE_SWAP_PAGE, &[])),
    line("shared", "if (!ret)", Op::If(|look| returned(look) == 0, "rmap")),
];
/// What the entry remembers.
const REMEMBERING: &[Line] = &[
    line("bug", "BUG_ON(PageAnonExclusive(page))", Op::BugOn(is_exclusive)),
    line("excl", "exclusive = pte_swp_exclusive(orig_pte)", Op::Let(read_exclusive)),
];
/// A page that is exclusive by that, or by its count, is so again.
const OWNED: &[Line] = &[
    line("alone", "if (exclusive)", Op::If(|look| look.get(Local::Exclusive), "mine")),
    COUNT,
    line("mine", "rmap_flags |= RMAP_EXCLUSIVE", Op::Let(set_exclusive)),
    READS,
];

/// A page of the swap cache is waited for while somebody has locked it. A store that finds the page
/// its own, by mappings and swap entries, may write at once, whoever else has a reference; a load
/// never may.
pub static DO_SWAP_PAGE_V5_8: [Routine; 2] = [
    do_swap_page(
        "mm/memory.c, v5.8 to v5.17",
        joined!(FINDING, REUSING, MAPPING, &[FREE], LEAVING, WAITING),
    ),
    do_swap_page(
        "mm/memory.c, v5.8 to v5.17",
        joined!(FINDING, REUSING, MAPPING, &[FREE], LEAVING, CALLING),
    ),
];

/// A store may write at once if nobody else has a reference (c145e0b47c77).
pub static DO_SWAP_PAGE_V5_18: [Routine; 2] = [
    do_swap_page(
        "mm/memory.c, v5.18",
        joined!(FINDING, OWNING, &[READS, COUNT], MAPPING, LEAVING, WAITING),
    ),
    do_swap_page(
        "mm/memory.c, v5.18",
        joined!(FINDING, OWNING, &[READS, COUNT], MAPPING, LEAVING, CALLING),
    ),
];

/// Or if the entry remembers that the page was exclusive; then it is so again, also for a load.
pub static DO_SWAP_PAGE_V5_19: [Routine; 2] = [
    do_swap_page(
        "mm/memory.c, v5.19 to v6.5",
        joined!(FINDING, REMEMBERING, OWNING, OWNED, MAPPING, LEAVING, WAITING),
    ),
    do_swap_page(
        "mm/memory.c, v5.19 to v6.5",
        joined!(FINDING, REMEMBERING, OWNING, OWNED, MAPPING, LEAVING, CALLING),
    ),
];

fn read_slot(ctx: &mut Ctx) {
    if let Pte::Swap { slot, .. } = ctx.get(Local::Pte) {
        ctx.set(Local::Slot, slot);
    }
}

/// Whether the entry is another by now. Else what is in the page is used.
fn is_stale(ctx: &mut Ctx) -> bool {
    let stale = has_changed(ctx);
    let fresh = !ctx.peek(folio(ctx).anon());
    if !stale && fresh && !ctx.peek(slot(ctx).settled()) {
        ctx.find(event::SWAP_NOT_SETTLED);
    }
    stale
}

/// Whether the page has left the swap cache, or stands for another slot by now.
fn is_another(ctx: &mut Ctx) -> bool {
    let swap = ctx.page(Local::Page).swap();
    ctx.load(swap) != Some(Slot(ctx.get(Local::Slot)))
}

fn reads(look: &Look) -> bool {
    !wants(look, FLAG_WRITE)
}

fn is_held(ctx: &mut Ctx) -> bool {
    page_count(ctx) != 1
}

fn is_held_by_others(ctx: &mut Ctx) -> bool {
    page_count(ctx) != 2
}

fn is_exclusive(ctx: &mut Ctx) -> bool {
    let (folio, page) = (folio(ctx), ctx.page(Local::Page));
    ctx.load(folio.anon()) && ctx.load(page.anon_exclusive())
}

fn read_exclusive(ctx: &mut Ctx) {
    let exclusive = matches!(ctx.get(Local::Pte), Pte::Swap { exclusive: true, .. });
    ctx.set(Local::Exclusive, exclusive);
}

fn set_exclusive(ctx: &mut Ctx) {
    ctx.set(Local::Exclusive, true);
}

fn make_pte(ctx: &mut Ctx) {
    ctx.set(Local::Pte, Pte::clean(ctx.get(Local::Page), false));
}

/// The store is done with; `do_wp_page` is not asked.
fn mark(ctx: &mut Ctx) {
    let (pfn, fault): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Fault));
    ctx.set(Local::Pte, Pte::Present { pfn, write: may_write(ctx), dirty: true });
    ctx.set(Local::Fault, fault & !FLAG_WRITE);
    ctx.set(Local::Rc, VM_FAULT_WRITE);
    set_exclusive(ctx);
}

/// A page that was read from its slot belongs to the mapping's oldest ancestor, whose relatives may
/// share it, unless it is exclusive.
fn add_rmap(ctx: &mut Ctx) {
    count_mapping(ctx, ctx.get(Local::Page), 1);
    let (page, folio) = (ctx.page(Local::Page), folio(ctx));
    let exclusive: bool = ctx.get(Local::Exclusive);
    if exclusive {
        ctx.update(page.anon_exclusive(), |_| true);
    }
    if ctx.load(folio.anon()) {
        return;
    }
    let mut process: u16 = ctx.get(Local::Mm);
    while let Some(parent) = ctx.geometry().processes[usize::from(process)].parent
        && !exclusive
    {
        process = parent as u16;
    }
    let address = ctx.get(Local::Addr);
    ctx.store(page.anon(), true);
    ctx.store(page.rmap(), Some(Rmap { process, address }));
}

/// The mapping answers for the reference from here on.
fn set_pte(ctx: &mut Ctx) {
    let pte: Pte = ctx.get(Local::Pte);
    ctx.store(ctx.pte(), pte);
    let_go(ctx, ctx.get(Local::Page), 1);
}
