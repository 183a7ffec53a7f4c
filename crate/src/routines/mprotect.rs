//! `mm/mprotect.c`: taking rights from page table entries, for `mprotect` and for NUMA hints.
use super::at_hand::{
    hold, is_not_mapped_once, is_not_present, is_protnone, let_go, looks_pinned, mmap_read,
    page_count, ptl, returned_nonzero, take_address,
};
use super::memory::{WRITE_LOCK, WRITE_UNLOCK};
use super::tlb::FLUSH_RANGE;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::word::Restore;
use crate::mm::{Pfn, Pte, vm};

/// `mprotect`, of one page.
pub const MPROTECT: Function = Function("mprotect");
/// `change_prot_numa`, of one page: what `task_numa_work` does to a virtual page.
pub const CHANGE_PROT_NUMA: Function = Function("change_prot_numa");
/// `change_pte_range`
pub const CHANGE_PTE_RANGE: Function = Function("change_pte_range");
/// `prot_numa_skip`: a function of its own since v6.18, part of the one above before.
pub const PROT_NUMA_SKIP: Function = Function("prot_numa_skip");

const LOCK: Line = line("lock", "pte = pte_offset_map_lock(mm, pmd, addr, ..)", Op::Acquire(ptl));
const OLD: Line = line("old", "oldpte = *pte", Op::Do(read_entry));
const PRESENT: Line = line("present", "if (!pte_present(oldpte))", Op::If(is_not_present, "swap"));
const IS_NUMA: Line = line("numa", "if (!prot_numa)", Op::If(is_for_good, "start"));
const HINT: Line =
    line("hint", "if (pte_protnone(oldpte)) continue", Op::If(is_protnone, "unlock"));
const SKIP: Line = line("skip", "skip = prot_numa_skip(vma, page)", Op::Call(PROT_NUMA_SKIP, &[]));
const SKIPPED: Line = line("skipped", "if (skip) continue", Op::If(returned_nonzero, "unlock"));
const START: Line =
    line("start", "oldpte = ptep_modify_prot_start(vma, addr, pte)", Op::Do(prot_start));
const COMMIT: Line = line("commit", "ptep_modify_prot_commit(.., ptent)", Op::Do(commit));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(pte - 1, ptl)", Op::Release(ptl));
const OUT: Line = line("out", "return pages", Op::Return(|_| 0));
const SWAP: Line = line(
    "swap",
    "if (!is_writable_migration_entry(entry)) continue",
    Op::If(is_not_writable_entry, "unlock"),
);
const CONTINUE: Line = line("next", "continue", Op::Goto("unlock"));

/// How the entry of a migration loses its right to write. No pin is looked for.
const READABLE: Line = line(
    "entry",
    "set_pte_at(.., make_readable_migration_entry())",
    Op::Do(|ctx| downgrade(ctx, Restore::Readable)),
);
/// As before, but the page stays the process's alone (6c287605fd56).
const READABLE_EXCLUSIVE: Line = line(
    "entry",
    "set_pte_at(.., make_readable_exclusive_migration_..)",
    Op::Do(|ctx| downgrade(ctx, Restore::ReadableExclusive)),
);
const CAN_WRITE: Line =
    line("writable", "if (can_change_pte_writable(..)) pte_mkwrite(ptent)", Op::Do(read_exclusive));

const fn change_pte_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: CHANGE_PTE_RANGE,
        source,
        omits: "files, huge pages, swap entries, soft-dirty, the node that a page is on",
        params: &[Local::Mm, Local::Addr, Local::Prot],
        locals: &[Local::Pte, Local::Page, Local::Exclusive, Local::Ret],
        returns: Returns::Nothing,
        body,
    }
}

const fn protecting(entry: Line) -> [Line; 14] {
    [
        LOCK, OLD, PRESENT, IS_NUMA, HINT, SKIP, SKIPPED, START, COMMIT, UNLOCK, OUT, SWAP, entry,
        CONTINUE,
    ]
}

const fn trying(entry: Line) -> [Line; 15] {
    [
        LOCK, OLD, PRESENT, IS_NUMA, HINT, SKIP, SKIPPED, START, CAN_WRITE, COMMIT, UNLOCK, OUT,
        SWAP, entry, CONTINUE,
    ]
}

/// The entry is gone for a moment, under the page table lock, so that nothing is written to it
/// meanwhile. What a walk without locks does then is not waited for. First without
/// `PageAnonExclusive`, then with it.
pub static CHANGE_PTE_RANGE_V5_8: [Routine; 2] = [
    change_pte_range("mm/mprotect.c, v5.8 to v5.18", &protecting(READABLE)),
    change_pte_range("mm/mprotect.c, v5.19", &protecting(READABLE_EXCLUSIVE)),
];

/// As before; who may write again need not fault if the page is exclusive and dirty.
pub static CHANGE_PTE_RANGE_V6_0: [Routine; 2] = [
    change_pte_range("mm/mprotect.c, v6.0, on v5.18", &trying(READABLE)),
    change_pte_range("mm/mprotect.c, v6.0 and later", &trying(READABLE_EXCLUSIVE)),
];

const KSM: Line = line("ksm", "if (!page || PageKsm(page))", Op::Branch(is_special, "yes"));
const MAPPED: Line =
    line("map", "if (page_mapcount(page) != 1)", Op::Branch(is_not_mapped_once, "yes"));
const HELD: Line = line("ref", "if (page_count(page) != 1)", Op::Branch(is_held, "yes"));
const PINNED: Line =
    line("pinned", "if (page_maybe_dma_pinned(page))", Op::Branch(looks_pinned, "yes"));
const NO: Line = line("no", "return false", Op::Return(|_| 0));
const YES: Line = line("yes", "return true", Op::Return(|_| 1));

const fn prot_numa_skip(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: PROT_NUMA_SKIP,
        source,
        omits: "files, the node that a page is on",
        params: &[Local::Page, Local::Pte],
        locals: &[],
        returns: Returns::Bool,
        body,
    }
}

/// A page that several processes map is left alone.
pub static PROT_NUMA_SKIP_MAP: Routine =
    prot_numa_skip("mm/mprotect.c, v4.16 to v5.16", &[KSM, MAPPED, NO, YES]);
/// Any reference beside the mapping's keeps the entry as it is (80d47f5de5e3): a pin that is
/// there, not one that comes a moment later.
pub static PROT_NUMA_SKIP_REF: Routine =
    prot_numa_skip("mm/mprotect.c, v5.17 to v6.9", &[KSM, HELD, NO, YES]);
/// A pin is asked for by name, in front of the other question.
pub static PROT_NUMA_SKIP_PINNED: Routine = prot_numa_skip(
    "the RFC of January 2022 on mm/mprotect.c; v6.12 estimates how shared it is",
    &[KSM, PINNED, MAPPED, NO, YES],
);

pub(super) const ADDRESS: Line = line("one", "[addr, addr + PAGE_SIZE)", Op::Let(take_address));
pub(super) const CHANGE: Line =
    line("change", "change_protection(vma, start, end, ..)", Op::Call(CHANGE_PTE_RANGE, &[]));

/// A store through an entry that is left read-only faults, whatever the area allows by then.
pub static MPROTECT_V5_8: Routine = Routine {
    function: MPROTECT,
    source: "mm/mprotect.c, v5.8 and later",
    omits: "splitting the area, shared mappings",
    params: &[Local::Mm, Local::Given, Local::Prot],
    locals: &[Local::Addr, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        ADDRESS,
        WRITE_LOCK,
        line("same", "if (newflags == oldflags)", Op::Branch(has_these_rights, "mmapout")),
        line("flags", "vma->vm_flags = newflags", Op::Do(set_rights)),
        CHANGE,
        FLUSH_RANGE,
        WRITE_UNLOCK,
        line("out", "return 0", Op::Return(|_| 0)),
    ],
};

/// Under `mmap_lock` for reading: faults go on, and so does everybody who walks by reverse map.
pub static CHANGE_PROT_NUMA_V5_8: Routine = Routine {
    function: CHANGE_PROT_NUMA,
    source: "kernel/sched/fair.c (task_numa_work) and mm/mempolicy.c, v5.8 and later",
    omits: "which addresses are due; it only tries mmap_lock",
    params: &[Local::Mm, Local::Given],
    locals: &[Local::Addr, Local::Prot],
    returns: Returns::Nothing,
    body: &[
        ADDRESS,
        line("mmap", "mmap_read_lock(mm)", Op::Acquire(mmap_read)),
        line("change", "change_protection(.., MM_CP_PROT_NUMA)", Op::Call(CHANGE_PTE_RANGE, &[])),
        FLUSH_RANGE,
        line("mmapout", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// Reads the entry, and the page that it maps.
pub(super) fn read_entry(ctx: &mut Ctx) {
    let pte = ctx.load(ctx.pte());
    ctx.set(Local::Pte, pte);
    if let Some(pfn) = pte.mapped() {
        ctx.set(Local::Page, pfn);
    }
}

fn is_for_good(look: &Look) -> bool {
    look.get::<u16>(Local::Prot) != PROT_NUMA
}

/// `newprot` of [`CHANGE_PROT_NUMA`]: none, with `MM_CP_PROT_NUMA`. A local that nobody has set.
const PROT_NUMA: u16 = 0;

fn is_special(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let ksm = ctx.layout().page(pfn).ksm();
    let guarded = matches!(ctx.get(Local::Pte), Pte::UffdWp { .. });
    ctx.load(ksm) || guarded || ctx.geometry().is_zero_pfn(pfn)
}

fn is_held(ctx: &mut Ctx) -> bool {
    page_count(ctx) != 1
}

/// `ptep_modify_prot_start`: takes the entry away. The lane answers for the mapping's reference
/// until [`prot_commit`].
pub(super) fn prot_start(ctx: &mut Ctx) {
    let old = ctx.update(ctx.pte(), |_| Pte::None);
    ctx.set(Local::Pte, old);
    if let Some(pfn) = counted(ctx, old) {
        hold(ctx, pfn, 1);
    }
}

/// `ptep_modify_prot_commit`: sets what the entry is from here on.
pub(super) fn prot_commit(ctx: &mut Ctx, pte: Pte) {
    ctx.store(ctx.pte(), pte);
    if let Some(pfn) = counted(ctx, pte) {
        let_go(ctx, pfn, 1);
    }
}

/// The page of which an entry holds a reference.
fn counted(ctx: &Ctx, pte: Pte) -> Option<Pfn> {
    pte.mapped().filter(|pfn| !ctx.geometry().is_zero_pfn(*pfn))
}

/// An entry without the right to write. A hint keeps no dirty bit here, so that it comes back
/// dirty.
pub(super) fn wrprotect(pte: Pte) -> Pte {
    match pte {
        Pte::Present { pfn, dirty, .. } => Pte::Present { pfn, write: false, dirty },
        Pte::Protnone { pfn, .. } => Pte::Present { pfn, write: false, dirty: true },
        other => other,
    }
}

fn commit(ctx: &mut Ctx) {
    let (old, prot): (Pte, u16) = (ctx.get(Local::Pte), ctx.get(Local::Prot));
    let writable = prot & vm::WRITE != 0 && ctx.get(Local::Exclusive);
    let ptent = match (prot, old, wrprotect(old)) {
        (PROT_NUMA, Pte::Present { pfn, write, .. }, _) => Pte::Protnone { pfn, write },
        (_, Pte::Present { .. }, Pte::Present { pfn, dirty: true, .. }) if writable => {
            Pte::Present { pfn, write: true, dirty: true }
        }
        (_, _, protected) => protected,
    };
    prot_commit(ctx, ptent);
}

fn read_exclusive(ctx: &mut Ctx) {
    let page = ctx.page(Local::Page);
    let exclusive = ctx.load(page.anon()) && ctx.load(page.anon_exclusive());
    ctx.set(Local::Exclusive, exclusive);
}

fn is_not_writable_entry(look: &Look) -> bool {
    !matches!(look.get(Local::Pte), Pte::Migration { restore: Restore::Writable, .. })
}

fn downgrade(ctx: &mut Ctx, restore: Restore) {
    if let Pte::Migration { pfn, .. } = ctx.get(Local::Pte) {
        ctx.store(ctx.pte(), Pte::Migration { pfn, restore });
    }
}

/// The rights that `PROT_READ` and `PROT_READ | PROT_WRITE` stand for.
const RIGHTS: u16 = vm::READ | vm::WRITE;

pub(super) fn has_these_rights(ctx: &mut Ctx) -> bool {
    let flags = ctx.load(ctx.mm().vm_flags(ctx.get(Local::Addr)));
    flags & RIGHTS == ctx.get::<u16>(Local::Prot)
}

pub(super) fn set_rights(ctx: &mut Ctx) {
    let cell = ctx.mm().vm_flags(ctx.get(Local::Addr));
    let flags = ctx.load(cell) & !RIGHTS | ctx.get::<u16>(Local::Prot);
    ctx.store(cell, flags);
}
