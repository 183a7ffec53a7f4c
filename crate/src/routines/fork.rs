//! `copy_pte_range` of `mm/memory.c`, and `kernel/fork.c` around it: a child's page tables.
use std::ops::Deref;

use super::memory::{
    ALL, LOOP, NEXT, OUT, PROPOSED, SEM, SEM_OUT, WRITE_LOCK, WRITE_UNLOCK, past_last, ptl,
};
use super::mm_h::page_maybe_dma_pinned;
use crate::machine::routine::line;
use crate::machine::{At, Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::word::Restore;
use crate::mm::{Cell, Lock, Memory, Mm, Pfn, Pte, WORDS};

/// `fork`, as far as the page tables go (`dup_mmap`).
pub const FORK: Function = Function("fork");
/// `copy_pte_range`
pub const COPY_PTE_RANGE: Function = Function("copy_pte_range");

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

fn child<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Mm {
    at.layout().mm(usize::from(at.get::<u16>(Local::Child)))
}

fn child_ptl(look: &Look) -> Lock {
    child(look).ptl()
}

fn is_not_present(ctx: &mut Ctx) -> bool {
    let cell = ctx.pte();
    let pte = ctx.load(cell);
    ctx.set(Local::Pte, pte);
    let Some(pfn) = pte.mapped() else { return true };
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
        Pte::Present { pfn, dirty, .. } => Pte::Present { pfn, write: false, dirty },
        Pte::Protnone { pfn, .. } => Pte::Protnone { pfn, write: false },
        other => other,
    });
    ctx.set(Local::Pte, pte);
}

fn child_pte(ctx: &Ctx) -> Cell<Pte> {
    child(ctx).pte(ctx.get(Local::Addr))
}

/// The child's mapping answers for the reference from here on.
fn set_child_pte(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    ctx.store(child_pte(ctx), Pte::clean(pfn, false));
    ctx.let_go(pfn, 1);
    inherit(ctx, pfn);
}

/// Ghost: the child has the parent's area, and is to find what is in the page at this moment.
fn inherit(ctx: &mut Ctx, pfn: Pfn) {
    let address: u16 = ctx.get(Local::Addr);
    let (parent, child) = (ctx.mm(), child(ctx));
    let (memory, layout) = ctx.ghosts();
    memory.store(child.vm_flags(address), memory.peek(parent.vm_flags(address)));
    for word in 0..WORDS {
        let found = memory.peek(layout.page(pfn).content(word));
        memory.store(child.written(address, word), found);
    }
}

/// A migration entry is copied as one that restores no right to write, in both.
fn copy_entry(ctx: &mut Ctx) {
    let cell = ctx.pte();
    match ctx.load(cell) {
        Pte::Migration { pfn, .. } => {
            inherit(ctx, pfn);
            let readable = Pte::Migration { pfn, restore: Restore::Readable };
            ctx.store(cell, readable);
            ctx.store(child_pte(ctx), readable);
        }
        pte => ctx.store(child_pte(ctx), pte),
    }
}
