//! `mm/memory.c`, `mm/mmu_gather.c` and the callers in `mm/mmap.c` and `mm/madvise.c`:
//! unmapping, an entry at a time.
use super::at_hand::{folio, hold, let_go, mmap_read, mmap_write, next_address, ptl, remove_rmap};
use super::entry::advice;
use super::madvise::MADVISE_FREE_PTE_RANGE;
use super::swap::PUT_PAGE;
use super::swap_state::FREE_SWAP_CACHE;
use super::swapfile::FREE_SWAP_AND_CACHE;
use super::tlb::FLUSH_TLB_RANGE;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Mode, Pfn, Pte, Rmap, WORDS};

/// `munmap`, of one page.
pub const MUNMAP: Function = Function("munmap");
/// `madvise`, of one page.
pub const MADVISE: Function = Function("madvise");
/// `exit_mmap`
pub const EXIT_MMAP: Function = Function("exit_mmap");
/// `zap_pte_range`, of the entries from `first` to `last`.
pub const ZAP_PTE_RANGE: Function = Function("zap_pte_range");
/// `tlb_flush_mmu`: also `tlb_finish_mmu`.
pub const TLB_FLUSH_MMU: Function = Function("tlb_flush_mmu");

pub(super) const PTL: Line =
    line("lock", "pte = pte_offset_map_lock(mm, pmd, addr)", Op::Acquire(ptl));
const ZAP_EACH: Line = line("each", "do { if (addr > end) break", Op::If(past_last, "unlock"));
const CLEAR: Line =
    line("clear", "ptent = ptep_get_and_clear_full(mm, addr)", Op::Branch(clears_no_page, "entry"));
const REMOVE_RMAP: Line = line("rmap", "page_remove_rmap(page)", Op::Do(remove_rmap));
const GATHER: Line =
    line("gather", "if (__tlb_remove_page(tlb, page))", Op::Branch(fills_batch, "full"));
pub(super) const NEXT: Line = line("next", "addr += PAGE_SIZE", Op::Let(next_address));
pub(super) const LOOP: Line = line("loop", "} while (addr != end)", Op::Goto("each"));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(start_pte, ptl)", Op::Release(ptl));
pub(super) const OUT: Line = line("out", "return", Op::Return(|_| 0));

/// Entry, count of mappings, batch: under the page table lock. The page's reference is kept until
/// the TLB is flushed, behind the lock: meanwhile it is referenced and not mapped.
pub static ZAP_PTE_RANGE_V5_9: Routine = Routine {
    function: ZAP_PTE_RANGE,
    source: "mm/memory.c, v3.16 to v6.12",
    omits: "files, device memory; dropping the lock when somebody waits for the CPU",
    params: &[Local::Mm, Local::Addr, Local::Last],
    locals: &[Local::Page, Local::Pte, Local::Slot, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        PTL,
        ZAP_EACH,
        CLEAR,
        REMOVE_RMAP,
        GATHER,
        NEXT,
        LOOP,
        UNLOCK,
        OUT,
        line("full", "force_flush = 1; addr += PAGE_SIZE; break", Op::Let(next_address)),
        line("unlock2", "pte_unmap_unlock(start_pte, ptl)", Op::Release(ptl)),
        line("flush", "if (force_flush) tlb_flush_mmu(tlb)", Op::Call(TLB_FLUSH_MMU, &[])),
        line("again", "if (addr != end) goto again", Op::If(|look| !past_last(look), "lock")),
        line("done", "return", Op::Return(|_| 0)),
        line("entry", "if (!is_swap_pte(ptent))", Op::If(is_no_swap_entry, "next")),
        line("swap", "free_swap_and_cache(entry)", Op::Call(FREE_SWAP_AND_CACHE, &[])),
        line("after", "continue", Op::Goto("next")),
    ],
};

/// The flush, then the references of the batch.
pub static TLB_FLUSH_MMU_V5_9: Routine = Routine {
    function: TLB_FLUSH_MMU,
    source: "mm/mmu_gather.c and mm/swap.c (release_pages), v3.16 to v6.12",
    omits: "page tables; lru_add_drain; freeing all pages of a batch together",
    params: &[Local::Mm],
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("tlb", "tlb_flush_mmu_tlbonly(tlb)", Op::Call(FLUSH_TLB_RANGE, &[])),
        line("each", "release_pages(batch->pages, batch->nr)", Op::If(batch_is_empty, "out")),
        line("page", "page = pages[i]", Op::Let(take_from_batch)),
        line("cached", "if (!PageSwapCache(page))", Op::If(is_not_cached, "put")),
        line("cache", "free_swap_cache(page)", Op::Call(FREE_SWAP_CACHE, &[])),
        line("put", "if (put_page_testzero(page)) free it", Op::Call(PUT_PAGE, &[])),
        line("loop", "for (i = 0; i < nr; i++)", Op::Goto("each")),
        OUT,
    ],
};

pub(super) const SEM: Line = line("sem", "down_read(&unmap_sem)", Op::Acquire(unmap_sem));
pub(super) const SEM_OUT: Line = line("semout", "up_read(&unmap_sem)", Op::Release(unmap_sem));
pub(super) const ONE: Line = line("one", "[addr, addr + PAGE_SIZE)", Op::Let(only_address));
pub(super) const ALL: Line = line("all", "the whole address space", Op::Let(all_addresses));
const ZAP: Line = line("zap", "unmap_vmas(&tlb, vma, ..)", Op::Call(ZAP_PTE_RANGE, &[]));
pub(super) const FINISH: Line =
    line("finish", "tlb_finish_mmu(&tlb)", Op::Call(TLB_FLUSH_MMU, &[]));
pub(super) const WRITE_LOCK: Line = line("mmap", "mmap_write_lock(mm)", Op::Acquire(mmap_write));
pub(super) const WRITE_UNLOCK: Line =
    line("mmapout", "mmap_write_unlock(mm)", Op::Release(mmap_write));
/// Faults look at the area under `mmap_lock` only, so this runs with the step that took it.
pub(super) const DETACH: Line =
    line("detach", "detach_vmas_to_be_unmapped(vma, end)", Op::Let(forget_the_area));
pub(super) const READ_LOCK: Line = line("mmap", "mmap_read_lock(mm)", Op::Acquire(mmap_read));
pub(super) const READ_UNLOCK: Line =
    line("mmapout", "mmap_read_unlock(mm)", Op::Release(mmap_read));

pub(super) const fn unmapping(
    function: Function,
    source: &'static str,
    params: &'static [Local],
    body: &'static [Line],
) -> Routine {
    Routine {
        function,
        source,
        omits: "the VMAs; downgrading mmap_lock (v4.20 and later)",
        params,
        locals: &[Local::Addr, Local::Last],
        returns: Returns::Nothing,
        body,
    }
}

pub(super) const ADDRESS: &[Local] = &[Local::Mm, Local::Given];
pub(super) const ADVISED: &[Local] = &[Local::Mm, Local::Given, Local::Flags];
pub(super) const SPACE: &[Local] = &[Local::Mm];
pub(super) const PROPOSED: &str =
    "the sleeping lock that was floated in August 2020, on mm/memory.c";

/// Under `mmap_lock` for writing.
pub static MUNMAP_V5_9: [Routine; 2] = [
    unmapping(
        MUNMAP,
        "mm/mmap.c, v3.16 to v4.19",
        ADDRESS,
        &[ONE, WRITE_LOCK, DETACH, ZAP, FINISH, WRITE_UNLOCK, OUT],
    ),
    unmapping(
        MUNMAP,
        PROPOSED,
        ADDRESS,
        &[ONE, WRITE_LOCK, DETACH, SEM, ZAP, FINISH, SEM_OUT, WRITE_UNLOCK, OUT],
    ),
];
const IS_FREE: Line = line("advice", "if (behavior == MADV_FREE)", Op::If(is_free, "free"));
const FREE: Line =
    line("free", "madvise_free_single_vma(vma, ..)", Op::Call(MADVISE_FREE_PTE_RANGE, &[]));
const FREED: Line = line("freed", "  (flush, as below)", Op::Goto("finish"));

const fn madvise(source: &'static str, body: &'static [Line]) -> Routine {
    Routine { omits: "the VMAs", ..unmapping(MADVISE, source, ADVISED, body) }
}

/// Under `mmap_lock` for reading.
pub static MADVISE_V5_9: [Routine; 2] = [
    madvise(
        "mm/madvise.c, v3.16 to v6.12, MADV_DONTNEED and MADV_FREE",
        &[ONE, READ_LOCK, IS_FREE, ZAP, FINISH, READ_UNLOCK, OUT, FREE, FREED],
    ),
    madvise(
        PROPOSED,
        &[ONE, READ_LOCK, SEM, IS_FREE, ZAP, FINISH, SEM_OUT, READ_UNLOCK, OUT, FREE, FREED],
    ),
];
/// The last user of the address space is gone: no lock but those of the page tables.
pub static EXIT_MMAP_V5_9: [Routine; 2] = [
    unmapping(EXIT_MMAP, "mm/mmap.c, v3.16 to v5.13", SPACE, &[ALL, ZAP, FINISH, OUT]),
    unmapping(EXIT_MMAP, PROPOSED, SPACE, &[ALL, SEM, ZAP, FINISH, SEM_OUT, OUT]),
];

/// Those who unmap share it; migration wants it alone.
fn unmap_sem(look: &Look) -> Lock {
    look.layout().zone().unmap_sem(Mode::Shared)
}

fn is_free(look: &Look) -> bool {
    look.get::<u16>(Local::Flags) == advice::FREE
}

fn only_address(ctx: &mut Ctx) {
    let address: u16 = ctx.get(Local::Given);
    ctx.set(Local::Addr, address);
    ctx.set(Local::Last, address);
}

fn forget_the_area(ctx: &mut Ctx) {
    let flags = ctx.mm().vm_flags(ctx.get(Local::Addr));
    ctx.store(flags, 0);
}

fn all_addresses(ctx: &mut Ctx) {
    let process = usize::from(ctx.get::<u16>(Local::Mm));
    let mappings = ctx.geometry().processes[process].mappings.len() as u16;
    ctx.set(Local::Addr, 0u16);
    ctx.set(Local::Last, mappings.wrapping_sub(1));
}

pub(super) fn past_last(look: &Look) -> bool {
    let last: u16 = look.get(Local::Last);
    last == u16::MAX || look.get::<u16>(Local::Addr) > last
}

/// A migration entry goes without a trace: it holds no reference. The reference of a mapping is the
/// lane's from here on.
fn clears_no_page(ctx: &mut Ctx) -> bool {
    let cell = ctx.pte();
    let old = ctx.update(cell, |_| Pte::None);
    forget_contents(ctx);
    ctx.set(Local::Pte, old);
    if let Pte::Swap { slot, .. } = old {
        ctx.set(Local::Slot, slot);
    }
    let Some(pfn) = old.mapped() else { return true };
    if ctx.geometry().is_zero_pfn(pfn) {
        return true;
    }
    ctx.set(Local::Page, pfn);
    hold(ctx, pfn, 1);
    false
}

pub(super) fn is_no_swap_entry(look: &Look) -> bool {
    !matches!(look.get(Local::Pte), Pte::Swap { .. })
}

/// A page that was not in the swap cache when the TLB was flushed: nothing has to be done that
/// others could see, so this takes no step. Who finds it there looks again.
fn is_not_cached(look: &Look) -> bool {
    look.peek(folio(look).swap()).is_none()
}

/// Ghost: the process does without its page, which is no loss, and a pin of it is not meant to be
/// found through this entry any more.
pub(super) fn forget_contents(ctx: &mut Ctx) {
    let at = Rmap { process: ctx.get(Local::Mm), address: ctx.get(Local::Addr) };
    let mm = ctx.mm();
    let (memory, layout) = ctx.ghosts();
    (0..WORDS).for_each(|word| memory.store(mm.written(at.address, word), 0u16));
    for pin in (0..layout.geometry.pins.len()).map(|pin| layout.pin(pin)) {
        if memory.peek(pin.mapping()) == Some(at) {
            memory.store(pin.mapping(), None);
        }
    }
}

/// Whether this was the last room. The reference is the batch's from here on.
pub(super) fn fills_batch(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let gather = ctx.layout().gather(ctx.cpu());
    let nr = ctx.load(gather.nr());
    ctx.store(gather.page(nr), Some(pfn));
    ctx.store(gather.nr(), nr + 1);
    let_go(ctx, pfn, 1);
    nr + 1 == ctx.geometry().gather_pages
}

fn batch_is_empty(look: &Look) -> bool {
    look.peek(look.layout().gather(look.cpu()).nr()) == 0
}

/// The first page of the batch; its reference is the lane's from here on.
fn take_from_batch(ctx: &mut Ctx) {
    let gather = ctx.layout().gather(ctx.cpu());
    let nr = ctx.load(gather.nr());
    let first = ctx.load(gather.page(0));
    let pfn = ctx.must(first.filter(|_| nr > 0));
    for slot in 1..nr {
        let page = ctx.load(gather.page(slot));
        ctx.store(gather.page(slot - 1), page);
    }
    ctx.store(gather.page(nr.saturating_sub(1)), None);
    ctx.store(gather.nr(), nr.saturating_sub(1));
    ctx.set(Local::Page, pfn);
    hold(ctx, pfn, 1);
}
