//! `copy_pmd_range` of `mm/memory.c` and `copy_huge_pmd` of `mm/huge_memory.c`: a child shares a
//! compound page, or gets a page table.
use super::counts::one_entire_more;
use super::memory::{is_small, no_table};
use super::split_pmd::{SPLIT_HUGE_PMD, is_migration};
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{HugePmd, Pfn, Pmd, Restore};
use crate::routines::at_hand::{ptl, returned, returned_zero};
use crate::routines::copy_pte::{
    COPY_PTE_RANGE, EXCLUSIVE, GET, NEVER_PINNED, NOT_PINNED, OUT, REFUSED, SHARE, child_ptl,
};
use crate::routines::fork::{BEGIN, END, RETURN, child, copy_page_range};
use crate::routines::mm_h::{page_maybe_dma_pinned, promise_not_pinned};

/// `copy_pmd_range`
pub const COPY_PMD_RANGE: Function = Function("copy_pmd_range");
/// `copy_huge_pmd`
pub const COPY_HUGE_PMD: Function = Function("copy_huge_pmd");

const TABLES: Line = line("copy", "ret = copy_p4d_range(..)", Op::Call(COPY_PMD_RANGE, &[]));

/// Who walks without locks is not told.
pub static COPY_PAGE_RANGE_V5_7: Routine =
    copy_page_range("mm/memory.c, v5.7 to v5.10.0", &[TABLES, RETURN]);
/// Who walks without locks is told (57efa1fe5957).
pub static COPY_PAGE_RANGE_V5_11: Routine =
    copy_page_range("mm/memory.c, v5.11 to v6.12", &[BEGIN, TABLES, END, RETURN]);

/// What cannot be shared as a whole is split by then, and goes entry by entry.
pub static COPY_PMD_RANGE_V5_7: Routine = Routine {
    function: COPY_PMD_RANGE,
    source: "mm/memory.c, v5.7 to v6.12",
    omits: "what stands above; the page table that is deposited",
    params: &[Local::Mm, Local::Child, Local::Addr, Local::Last],
    locals: &[Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("huge", "if (!pmd_trans_huge(*src) && !is_swap_pmd)", Op::Branch(is_small, "ptes")),
        line("copy", "err = copy_huge_pmd(dst_mm, src_mm, ..)", Op::Call(COPY_HUGE_PMD, &[])),
        line("done", "if (!err) continue", Op::If(returned_zero, "out")),
        line("ptes", "if (pmd_none_or_clear_bad(src_pmd))", Op::Branch(no_table, "out")),
        line("alloc", "__pte_alloc: ptl = pmd_lock(dst_mm, pmd)", Op::Acquire(child_ptl)),
        line("populate", "pmd_populate(dst_mm, pmd, new)", Op::Do(give_child_a_table)),
        line("allocout", "spin_unlock(ptl)", Op::Release(child_ptl)),
        line("range", "ret = copy_pte_range(..)", Op::Call(COPY_PTE_RANGE, &[])),
        line("ret", "return ret", Op::Return(returned)),
        OUT,
    ],
};

const fn copy_huge_pmd(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: COPY_HUGE_PMD,
        source,
        omits: "the huge zero page, userfaultfd, soft-dirty",
        params: &[Local::Mm, Local::Child],
        locals: &[Local::Page, Local::Pmd, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

const LOOK: &[Line] = &[
    line("dst", "dst_ptl = pmd_lock(dst_mm, dst_pmd)", Op::Acquire(child_ptl)),
    line("src", "spin_lock_nested(src_ptl)", Op::Acquire(ptl)),
    line("pmd", "pmd = *src_pmd", Op::Do(read_pmd)),
    line("swap", "if (is_swap_pmd(pmd))", Op::If(is_migration, "entry")),
    line("huge", "if (!pmd_trans_huge(pmd))", Op::If(maps_nothing, "again")),
];
const DUP: Line = line("dup", "page_dup_rmap(src_page, true)", Op::Do(one_entire_more));
const COPY: &[Line] = &[
    line("wp", "pmdp_set_wrprotect(src_mm, addr, src_pmd)", Op::Do(write_protect)),
    line("set", "set_pmd_at(dst_mm, addr, dst_pmd, pmd)", Op::Do(set_child_pmd)),
    line("srcout", "spin_unlock(src_ptl)", Op::Release(ptl)),
    line("dstout", "spin_unlock(dst_ptl)", Op::Release(child_ptl)),
    OUT,
    line("entry", "if (is_readable_migration_entry(entry))", Op::If(is_readable, "mset")),
    line("read", "set_pmd_at(src_mm, .., make_readable(entry))", Op::Do(make_readable)),
    line("mset", "set_pmd_at(dst_mm, addr, dst_pmd, pmd)", Op::Do(set_child_entry)),
    line("copied", "  (it holds no reference)", Op::Goto("srcout")),
    line("again", "spin_unlock(src_ptl)", Op::Release(ptl)),
    line("againdst", "spin_unlock(dst_ptl)", Op::Release(child_ptl)),
    EAGAIN,
];
const EAGAIN: Line = line("eagain", "return -EAGAIN", Op::Return(|_| errno::EAGAIN));
const SPLIT: &[Line] = &[
    line("splitsrc", "spin_unlock(src_ptl)", Op::Release(ptl)),
    line("splitdst", "spin_unlock(dst_ptl)", Op::Release(child_ptl)),
    line("split", "__split_huge_pmd(vma, src_pmd, ..)", Op::Call(SPLIT_HUGE_PMD, &[])),
    line("retry", "return -EAGAIN", Op::Return(|_| errno::EAGAIN)),
];

/// Reference, count of mappings, both entries. Nobody asks whether the page is pinned.
pub static COPY_HUGE_PMD_V5_7: Routine =
    copy_huge_pmd("mm/huge_memory.c, v5.7 and v5.8", joined!(LOOK, &[GET, DUP], COPY));

const NEVER: Line = line("never", NEVER_PINNED.text, to_get(NEVER_PINNED.op));
const MAYBE: Line = line("maybe", NOT_PINNED.text, Op::Branch(is_not_pinned, "get"));
const MAYBE_EXCLUSIVE: Line = line("maybe", NOT_PINNED.text, Op::Branch(is_not_pinned, "share"));

/// A page that is not pinned goes to where its reference is taken.
const fn to_get(op: Op) -> Op {
    match op {
        Op::Branch(test, _) => Op::Branch(test, "get"),
        other => other,
    }
}

/// A page that may be pinned is not shared: the entry is split, and its pages are copied one by one
/// (d042035eaf5f).
pub static COPY_HUGE_PMD_V5_9: Routine = copy_huge_pmd(
    "mm/huge_memory.c, v5.9 to v5.18",
    joined!(LOOK, &[NEVER, MAYBE], SPLIT, &[GET, DUP], COPY),
);

/// Nor one that is exclusive and may be pinned; any other is exclusive no more (6c287605fd56).
pub static COPY_HUGE_PMD_V5_19: Routine = copy_huge_pmd(
    "mm/huge_memory.c, v5.19 to v6.12",
    joined!(
        LOOK,
        &[GET, EXCLUSIVE, NEVER_PINNED, MAYBE_EXCLUSIVE, REFUSED],
        SPLIT,
        &[SHARE, DUP],
        COPY
    ),
);

fn give_child_a_table(ctx: &mut Ctx) {
    ctx.store(child(ctx).pmd(), Pmd::Table);
}

/// Reads the entry, and the page where it is present.
fn read_pmd(ctx: &mut Ctx) {
    let pmd = ctx.load(ctx.mm().pmd());
    ctx.set(Local::Pmd, pmd);
    if let Some(head) = pmd.mapped() {
        ctx.set(Local::Page, head);
    }
}

/// With `write_protect_seq` odd this is a promise for all its pages.
fn is_not_pinned(ctx: &mut Ctx) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    let pinned = page_maybe_dma_pinned(ctx, head);
    if !pinned && ctx.peek(ctx.mm().write_protect_seq()) & 1 == 1 {
        let pages = head.0..head.0 + ctx.geometry().hpage_pages();
        pages.for_each(|pfn| promise_not_pinned(ctx, Pfn(pfn)));
    }
    !pinned
}

fn maps_nothing(look: &Look) -> bool {
    look.get::<Pmd>(Local::Pmd).mapped().is_none()
}

fn protected(pmd: Pmd) -> Pmd {
    match pmd {
        Pmd::Huge(huge) => Pmd::Huge(HugePmd { write: false, ..huge }),
        other => other,
    }
}

fn write_protect(ctx: &mut Ctx) {
    ctx.update(ctx.mm().pmd(), protected);
}

/// The child's entry answers for the reference from here on.
fn set_child_pmd(ctx: &mut Ctx) {
    let pmd = protected(ctx.get(Local::Pmd));
    ctx.store(child(ctx).pmd(), pmd);
    ctx.let_go(ctx.get(Local::Page), 1);
}

fn is_readable(look: &Look) -> bool {
    matches!(look.get(Local::Pmd), Pmd::Migration { restore: Restore::Readable, .. })
}

fn make_readable(ctx: &mut Ctx) {
    if let Pmd::Migration { head, .. } = ctx.get(Local::Pmd) {
        let readable = Pmd::Migration { head, restore: Restore::Readable };
        ctx.store(ctx.mm().pmd(), readable);
        ctx.set(Local::Pmd, readable);
    }
}

fn set_child_entry(ctx: &mut Ctx) {
    let pmd: Pmd = ctx.get(Local::Pmd);
    ctx.store(child(ctx).pmd(), pmd);
}
