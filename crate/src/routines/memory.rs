//! `mm/memory.c`, `mm/mmu_gather.c` and the callers in `mm/mmap.c`, `mm/madvise.c` and
//! `kernel/fork.c`: unmapping and forking, an entry at a time.
use super::mm_h::page_maybe_dma_pinned;
use super::swap::PUT_PAGE;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::word::Restore;
use crate::mm::{Lock, Mm, Mode, Pfn, Pte};

/// `munmap`, of one page.
pub const MUNMAP: Function = Function("munmap");
/// `madvise(MADV_DONTNEED)`, of one page.
pub const MADVISE: Function = Function("madvise");
/// `exit_mmap`
pub const EXIT_MMAP: Function = Function("exit_mmap");
/// `zap_pte_range`, of the entries from `first` to `last`.
pub const ZAP_PTE_RANGE: Function = Function("zap_pte_range");
/// `tlb_flush_mmu`: also `tlb_finish_mmu`.
pub const TLB_FLUSH_MMU: Function = Function("tlb_flush_mmu");
/// `fork`, as far as the page tables go (`dup_mmap`).
pub const FORK: Function = Function("fork");
/// `copy_pte_range`
pub const COPY_PTE_RANGE: Function = Function("copy_pte_range");

const PTL: Line = line("lock", "pte = pte_offset_map_lock(mm, pmd, addr)", Op::Acquire(ptl));
const ZAP_EACH: Line = line("each", "do { if (addr > end) break", Op::If(past_last, "unlock"));
const CLEAR: Line =
    line("clear", "ptent = ptep_get_and_clear_full(mm, addr)", Op::Branch(clears_no_page, "next"));
const REMOVE_RMAP: Line = line("rmap", "page_remove_rmap(page)", Op::Do(remove_rmap));
const GATHER: Line =
    line("gather", "if (__tlb_remove_page(tlb, page))", Op::Branch(fills_batch, "full"));
const NEXT: Line = line("next", "addr += PAGE_SIZE", Op::Let(next_address));
const LOOP: Line = line("loop", "} while (addr != end)", Op::Goto("each"));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(start_pte, ptl)", Op::Release(ptl));
const OUT: Line = line("out", "return", Op::Return(|_| 0));

/// Entry, count of mappings, batch: under the page table lock. The page's reference is kept until
/// the TLB is flushed, behind the lock: meanwhile it is referenced and not mapped.
pub static ZAP_PTE_RANGE_V5_9: Routine = Routine {
    function: ZAP_PTE_RANGE,
    source: "mm/memory.c, v3.16 to v6.12",
    omits: "files, swap, device memory; dropping the lock when somebody waits for the CPU",
    params: &[Local::Mm, Local::Addr, Local::Last],
    locals: &[Local::Page, Local::Ret],
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
    ],
};

/// The flush, then the references of the batch.
pub static TLB_FLUSH_MMU_V5_9: Routine = Routine {
    function: TLB_FLUSH_MMU,
    source: "mm/mmu_gather.c and mm/swap.c (release_pages), v3.16 to v6.12",
    omits: "page tables; lru_add_drain; freeing all pages of a batch together",
    params: &[],
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("tlb", "tlb_flush_mmu_tlbonly(tlb)", Op::Do(|_| {})),
        line("each", "release_pages(batch->pages, batch->nr)", Op::If(batch_is_empty, "out")),
        line("page", "page = pages[i]", Op::Let(take_from_batch)),
        line("put", "if (put_page_testzero(page)) free it", Op::Call(PUT_PAGE, &[])),
        line("loop", "for (i = 0; i < nr; i++)", Op::Goto("each")),
        OUT,
    ],
};

const SEM: Line = line("sem", "down_read(&unmap_sem)", Op::Acquire(unmap_sem));
const SEM_OUT: Line = line("semout", "up_read(&unmap_sem)", Op::Release(unmap_sem));
const ONE: Line = line("one", "[addr, addr + PAGE_SIZE)", Op::Let(only_address));
const ALL: Line = line("all", "the whole address space", Op::Let(all_addresses));
const ZAP: Line = line("zap", "unmap_vmas(&tlb, vma, ..)", Op::Call(ZAP_PTE_RANGE, &[]));
const FINISH: Line = line("finish", "tlb_finish_mmu(&tlb)", Op::Call(TLB_FLUSH_MMU, &[]));
const WRITE_LOCK: Line = line("mmap", "mmap_write_lock(mm)", Op::Acquire(mmap_write));
const WRITE_UNLOCK: Line = line("mmapout", "mmap_write_unlock(mm)", Op::Release(mmap_write));
const READ_LOCK: Line = line("mmap", "mmap_read_lock(mm)", Op::Acquire(mmap_read));
const READ_UNLOCK: Line = line("mmapout", "mmap_read_unlock(mm)", Op::Release(mmap_read));

const fn unmapping(
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

const ADDRESS: &[Local] = &[Local::Mm, Local::Given];
const SPACE: &[Local] = &[Local::Mm];
const PROPOSED: &str = "the sleeping lock that was floated in August 2020, on mm/memory.c";

/// Under `mmap_lock` for writing.
pub static MUNMAP_V5_9: [Routine; 2] = [
    unmapping(
        MUNMAP,
        "mm/mmap.c, v3.16 to v4.19",
        ADDRESS,
        &[ONE, WRITE_LOCK, ZAP, FINISH, WRITE_UNLOCK, OUT],
    ),
    unmapping(
        MUNMAP,
        PROPOSED,
        ADDRESS,
        &[ONE, WRITE_LOCK, SEM, ZAP, FINISH, SEM_OUT, WRITE_UNLOCK, OUT],
    ),
];
/// Under `mmap_lock` for reading.
pub static MADVISE_V5_9: [Routine; 2] = [
    unmapping(
        MADVISE,
        "mm/madvise.c, v3.16 to v6.12, MADV_DONTNEED",
        ADDRESS,
        &[ONE, READ_LOCK, ZAP, FINISH, READ_UNLOCK, OUT],
    ),
    unmapping(
        MADVISE,
        PROPOSED,
        ADDRESS,
        &[ONE, READ_LOCK, SEM, ZAP, FINISH, SEM_OUT, READ_UNLOCK, OUT],
    ),
];
/// The last user of the address space is gone: no lock but those of the page tables.
pub static EXIT_MMAP_V5_9: [Routine; 2] = [
    unmapping(EXIT_MMAP, "mm/mmap.c, v3.16 to v5.13", SPACE, &[ALL, ZAP, FINISH, OUT]),
    unmapping(EXIT_MMAP, PROPOSED, SPACE, &[ALL, SEM, ZAP, FINISH, SEM_OUT, OUT]),
];

const CHILD_PTL: Line =
    line("dst", "dst_pte = pte_alloc_map_lock(dst_mm, ..)", Op::Acquire(child_ptl));
const PARENT_PTL: Line = line("src", "spin_lock_nested(src_ptl)", Op::Acquire(ptl));
const COPY_EACH: Line = line("each", "do { if (addr > end) break", Op::If(past_last, "srcout"));
const NOT_PRESENT: Line =
    line("present", "if (!pte_present(*src_pte))", Op::Branch(is_not_present, "entry"));
const PREEMPT_OFF: Line = line("preempt", "preempt_disable()", Op::PreemptOff);
const GET: Line = line("get", "get_page(page)", Op::Do(get_page));
const DUP: Line = line("dup", "page_dup_rmap(page, false)", Op::Do(dup_rmap));
const TRY_DUP: Line = line(
    "dup",
    "if (page_try_dup_anon_rmap(page, false, src_vma))",
    Op::Branch(dup_is_refused, "refused"),
);
const PREEMPT_ON: Line = line("preempton", "preempt_enable()", Op::PreemptOn);
const PROTECT: Line =
    line("protect", "ptep_set_wrprotect(src_mm, addr, src_pte)", Op::Do(write_protect));
const SET: Line = line("set", "set_pte_at(dst_mm, addr, dst_pte, pte)", Op::Do(set_child_pte));
const PARENT_OUT: Line = line("srcout", "spin_unlock(src_ptl)", Op::Release(ptl));
const CHILD_OUT: Line =
    line("dstout", "pte_unmap_unlock(orig_dst_pte, dst_ptl)", Op::Release(child_ptl));
const ENTRY: Line = line("entry", "copy_nonpresent_pte(..)", Op::Do(copy_entry));
const AFTER: Line = line("after", "continue", Op::Goto("next"));

const fn copy_pte_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: COPY_PTE_RANGE,
        source,
        omits: "dropping the locks after 32 units; files, swap; copying a page that is pinned \
                (v5.9 and later)",
        params: &[Local::Mm, Local::Child, Local::Addr, Local::Last],
        locals: &[Local::Page, Local::Pte],
        returns: Returns::Nothing,
        body,
    }
}

/// The parent's entry is write-protected first; then reference, count of mappings, the child's
/// entry, all under both page table locks.
pub static COPY_PTE_RANGE_V3_16: [Routine; 2] = [
    copy_pte_range(
        "mm/memory.c, v3.16 to v5.8 (copy_one_pte)",
        &[
            CHILD_PTL,
            PARENT_PTL,
            COPY_EACH,
            NOT_PRESENT,
            PROTECT,
            GET,
            DUP,
            SET,
            NEXT,
            LOOP,
            PARENT_OUT,
            CHILD_OUT,
            OUT,
            ENTRY,
            AFTER,
        ],
    ),
    copy_pte_range(
        "preempt_disable, as proposed in August 2020, on mm/memory.c, v5.8",
        &[
            CHILD_PTL,
            PARENT_PTL,
            COPY_EACH,
            NOT_PRESENT,
            PROTECT,
            PREEMPT_OFF,
            GET,
            DUP,
            PREEMPT_ON,
            SET,
            NEXT,
            LOOP,
            PARENT_OUT,
            CHILD_OUT,
            OUT,
            ENTRY,
            AFTER,
        ],
    ),
];
/// Reference, count of mappings, both entries.
pub static COPY_PTE_RANGE_V5_9: [Routine; 2] = [
    copy_pte_range(
        "mm/memory.c, v5.9 to v5.18 (copy_present_pte)",
        &[
            CHILD_PTL,
            PARENT_PTL,
            COPY_EACH,
            NOT_PRESENT,
            GET,
            DUP,
            PROTECT,
            SET,
            NEXT,
            LOOP,
            PARENT_OUT,
            CHILD_OUT,
            OUT,
            ENTRY,
            AFTER,
        ],
    ),
    copy_pte_range(
        "preempt_disable, as proposed in August 2020, on mm/memory.c, v5.9",
        &[
            CHILD_PTL,
            PARENT_PTL,
            COPY_EACH,
            NOT_PRESENT,
            PREEMPT_OFF,
            GET,
            DUP,
            PREEMPT_ON,
            PROTECT,
            SET,
            NEXT,
            LOOP,
            PARENT_OUT,
            CHILD_OUT,
            OUT,
            ENTRY,
            AFTER,
        ],
    ),
];
/// A page that is exclusive and may be pinned is not shared: the reference goes back.
pub static COPY_PTE_RANGE_V5_19: [Routine; 2] = [
    copy_pte_range(
        "mm/memory.c, v5.19 to v6.12 (copy_present_pte)",
        &[
            CHILD_PTL,
            PARENT_PTL,
            COPY_EACH,
            NOT_PRESENT,
            GET,
            TRY_DUP,
            PROTECT,
            SET,
            NEXT,
            LOOP,
            PARENT_OUT,
            CHILD_OUT,
            OUT,
            ENTRY,
            AFTER,
            line("refused", "put_page(page)", Op::Do(drop_reference)),
            line("nocopy", "copy_present_page(..)", Op::Goto("next")),
        ],
    ),
    copy_pte_range(
        "preempt_disable, as proposed in August 2020, on mm/memory.c, v5.19",
        &[
            CHILD_PTL,
            PARENT_PTL,
            COPY_EACH,
            NOT_PRESENT,
            PREEMPT_OFF,
            GET,
            TRY_DUP,
            PREEMPT_ON,
            PROTECT,
            SET,
            NEXT,
            LOOP,
            PARENT_OUT,
            CHILD_OUT,
            OUT,
            ENTRY,
            AFTER,
            line("refused", "put_page(page)", Op::Do(drop_reference)),
            line("refusedon", "preempt_enable()", Op::PreemptOn),
            line("nocopy", "copy_present_page(..)", Op::Goto("next")),
        ],
    ),
];

const COPY: Line = line("copy", "copy_page_range(dst_vma, src_vma)", Op::Call(COPY_PTE_RANGE, &[]));

const fn fork(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FORK,
        source,
        omits: "all but the page tables; write_protect_seq (v5.10 and later)",
        params: &[Local::Mm, Local::Child],
        locals: &[Local::Addr, Local::Last],
        returns: Returns::Nothing,
        body,
    }
}

/// The parent's `mmap_lock` is held for writing.
pub static FORK_V5_9: [Routine; 2] = [
    fork("kernel/fork.c (dup_mmap), v3.16 to v6.12", &[ALL, WRITE_LOCK, COPY, WRITE_UNLOCK, OUT]),
    fork(PROPOSED, &[ALL, WRITE_LOCK, SEM, COPY, SEM_OUT, WRITE_UNLOCK, OUT]),
];

fn parent<M: std::ops::Deref<Target = crate::mm::Memory>>(at: &crate::machine::At<'_, M>) -> Mm {
    at.mm()
}

fn child<M: std::ops::Deref<Target = crate::mm::Memory>>(at: &crate::machine::At<'_, M>) -> Mm {
    at.layout().mm(usize::from(at.get::<u16>(Local::Child)))
}

fn ptl(look: &Look) -> Lock {
    parent(look).ptl()
}

fn child_ptl(look: &Look) -> Lock {
    child(look).ptl()
}

fn mmap_read(look: &Look) -> Lock {
    look.mm().mmap_read()
}

fn mmap_write(look: &Look) -> Lock {
    look.mm().mmap_write()
}

/// Those who unmap share it; migration wants it alone.
fn unmap_sem(look: &Look) -> Lock {
    look.layout().zone().unmap_sem(Mode::Shared)
}

fn only_address(ctx: &mut Ctx) {
    let address: u16 = ctx.get(Local::Given);
    ctx.set(Local::Addr, address);
    ctx.set(Local::Last, address);
}

fn all_addresses(ctx: &mut Ctx) {
    let process = usize::from(ctx.get::<u16>(Local::Mm));
    let mappings = ctx.geometry().processes[process].mappings.len() as u16;
    ctx.set(Local::Addr, 0u16);
    ctx.set(Local::Last, mappings.wrapping_sub(1));
}

fn past_last(look: &Look) -> bool {
    let last: u16 = look.get(Local::Last);
    last == u16::MAX || look.get::<u16>(Local::Addr) > last
}

fn next_address(ctx: &mut Ctx) {
    let address: u16 = ctx.get(Local::Addr);
    ctx.set(Local::Addr, address + 1);
}

/// A migration entry goes without a trace: it holds no reference. The reference of a mapping is the
/// lane's from here on.
fn clears_no_page(ctx: &mut Ctx) -> bool {
    let cell = ctx.pte();
    let Pte::Present { pfn, .. } = ctx.update(cell, |_| Pte::None) else { return true };
    if ctx.geometry().is_zero_pfn(pfn) {
        return true;
    }
    ctx.set(Local::Page, pfn);
    ctx.hold(pfn, 1);
    false
}

fn remove_rmap(ctx: &mut Ctx) {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.update(mapcount, |count| count.wrapping_sub(1));
}

/// Whether this was the last room. The reference is the batch's from here on.
fn fills_batch(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let gather = ctx.layout().gather(ctx.cpu());
    let nr = ctx.load(gather.nr());
    ctx.store(gather.page(nr), Some(pfn));
    ctx.store(gather.nr(), nr + 1);
    ctx.let_go(pfn, 1);
    nr + 1 == ctx.geometry().gather_pages
}

fn batch_is_empty(look: &Look) -> bool {
    look.peek(look.layout().gather(look.cpu()).nr()) == 0
}

/// The first page of the batch; its reference is the lane's from here on.
fn take_from_batch(ctx: &mut Ctx) {
    let gather = ctx.layout().gather(ctx.cpu());
    let nr = ctx.load(gather.nr());
    let pfn = ctx.load(gather.page(0)).expect("a batch that is not empty has a page");
    for slot in 1..nr {
        let page = ctx.load(gather.page(slot));
        ctx.store(gather.page(slot - 1), page);
    }
    ctx.store(gather.page(nr - 1), None);
    ctx.store(gather.nr(), nr - 1);
    ctx.set(Local::Page, pfn);
    ctx.hold(pfn, 1);
}

fn is_not_present(ctx: &mut Ctx) -> bool {
    let cell = ctx.pte();
    let pte = ctx.load(cell);
    ctx.set(Local::Pte, pte);
    let Pte::Present { pfn, .. } = pte else { return true };
    ctx.set(Local::Page, pfn);
    ctx.geometry().is_zero_pfn(pfn)
}

fn get_page(ctx: &mut Ctx) {
    ctx.get_page(ctx.get(Local::Page), 1);
}

fn drop_reference(ctx: &mut Ctx) {
    ctx.put_page(ctx.get(Local::Page), 1);
}

fn dup_rmap(ctx: &mut Ctx) {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.update(mapcount, |count| count + 1);
}

fn dup_is_refused(ctx: &mut Ctx) -> bool {
    let exclusive = ctx.page(Local::Page).anon_exclusive();
    if ctx.load(exclusive) && page_maybe_dma_pinned(ctx, ctx.get(Local::Page)) {
        return true;
    }
    ctx.store(exclusive, false);
    dup_rmap(ctx);
    false
}

fn write_protect(ctx: &mut Ctx) {
    let cell = ctx.pte();
    let pte = ctx.update(cell, |pte| match pte {
        Pte::Present { pfn, .. } => Pte::Present { pfn, write: false },
        other => other,
    });
    ctx.set(Local::Pte, pte);
}

fn child_pte(ctx: &Ctx) -> crate::mm::Cell<Pte> {
    child(ctx).pte(ctx.get(Local::Addr))
}

/// The child's mapping answers for the reference from here on.
fn set_child_pte(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    ctx.store(child_pte(ctx), Pte::Present { pfn, write: false });
    ctx.let_go(pfn, 1);
}

/// A migration entry is copied as one that restores no right to write, in both.
fn copy_entry(ctx: &mut Ctx) {
    let cell = ctx.pte();
    match ctx.load(cell) {
        Pte::Migration { pfn, .. } => {
            let readable = Pte::Migration { pfn, restore: Restore::Readable };
            ctx.store(cell, readable);
            ctx.store(child_pte(ctx), readable);
        }
        pte => ctx.store(child_pte(ctx), pte),
    }
}
