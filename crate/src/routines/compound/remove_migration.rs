//! `remove_migration_ptes` of `mm/migrate.c` and `mm/huge_memory.c`: migration entries become
//! mappings again, of the target or of the page itself.
use super::rmap::count_in_all;
use super::walk::{
    LEAF, NEXT_PTE, NO_TABLE, PMD, PMD_AGAIN, PMD_LOCK, PMD_UNLOCK, WAS_SPLIT, finds_none, mm,
};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::word::Restore;
use crate::mm::{HugePmd, Pfn, Pmd, Pte};
use crate::routines::at_hand::get_target;
use crate::routines::migrate::{LOCKED_PARAMS, REMOVE_MIGRATION_PTES};
use crate::routines::rmap::{EACH, FIRST, LOCK, LOOP, NEXT, OUT, UNLOCK};

/// `remove_migration_pmd`, with the entry's lock held.
pub const REMOVE_MIGRATION_PMD: Function = Function("remove_migration_pmd");

const CHECK: Line =
    line("check", "while (!check_pte(pvmw)) pvmw->pte++", Op::Branch(finds_no_entry, "unlock"));
const GET: Line = line("get", "get_page(new)", Op::Do(get_target));
const ADD_RMAP: Line = line("rmap", "page_add_anon_rmap(new, vma, address)", Op::Do(add_rmap));
const EXCLUSIVE: Line =
    line("excl", "if (rmap_flags & RMAP_EXCLUSIVE) Set..", Op::Do(set_exclusive));
const SET_PTE: Line = line("set", "set_pte_at(mm, address, pvmw.pte, pte)", Op::Do(set_pte));
const MORE: Line = line("more", "page_vma_mapped_walk(&pvmw)", Op::Goto("check"));

/// The lock is taken before any entry is looked at (`PVMW_SYNC`).
const WALK: &[Line] = &[FIRST, EACH, PMD, LEAF, NO_TABLE, LOCK, CHECK, GET];
const NEXT_VMA: &[Line] = &[
    NEXT_PTE,
    MORE,
    UNLOCK,
    NEXT,
    LOOP,
    OUT,
    PMD_LOCK,
    PMD_AGAIN,
    WAS_SPLIT,
    line("other", "if (it is no migration entry of the page)", Op::If(names_another, "unlock")),
    line("pmdset", "remove_migration_pmd(&pvmw, new)", Op::Call(REMOVE_MIGRATION_PMD, &[])),
    line("pmdout", "next vma", Op::Goto("unlock")),
    PMD_UNLOCK,
    line("look", "handle PTEs", Op::Goto("lock")),
];

const fn remove_migration_ptes(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: REMOVE_MIGRATION_PTES,
        source,
        omits: "soft-dirty and userfaultfd bits",
        params: LOCKED_PARAMS,
        locals: &[
            Local::Vma,
            Local::Mm,
            Local::Addr,
            Local::Pmd,
            Local::Pte,
            Local::Tail,
            Local::Ret,
        ],
        returns: Returns::Nothing,
        body,
    }
}

/// Reference, entry, count of mappings, in this order; of an entry for the whole the count comes
/// before the entry.
pub static REMOVE_MIGRATION_PTES_V5_7: Routine = remove_migration_ptes(
    "mm/migrate.c, v5.7 to v5.15 (remove_migration_pte)",
    joined!(WALK, &[SET_PTE, ADD_RMAP], NEXT_VMA),
);
/// Reference, count of mappings, entry, in this order.
pub static REMOVE_MIGRATION_PTES_V5_17: Routine = remove_migration_ptes(
    "mm/migrate.c, v5.17 and v5.18 (remove_migration_pte)",
    joined!(WALK, &[ADD_RMAP, SET_PTE], NEXT_VMA),
);
/// An entry that is not readable only makes the page exclusive again.
pub static REMOVE_MIGRATION_PTES_V5_19: Routine = remove_migration_ptes(
    "mm/migrate.c, v5.19 to v6.1 (remove_migration_pte)",
    joined!(WALK, &[ADD_RMAP, EXCLUSIVE, SET_PTE], NEXT_VMA),
);

const fn remove_migration_pmd(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: REMOVE_MIGRATION_PMD,
        source,
        omits: "soft-dirty, young and userfaultfd bits; _large_mapcount changes in the same step",
        params: &[Local::NewPage, Local::Vma, Local::Pmd],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

const PMD_RMAP: Line =
    line("rmap", "page_add_anon_rmap(new, vma, addr, compound)", Op::Do(add_compound_rmap));
const SET_PMD: Line = line("set", "set_pmd_at(mm, address, pvmw->pmd, pmde)", Op::Do(set_pmd));

/// What the entry allows comes from the migration entry.
pub static REMOVE_MIGRATION_PMD_V5_7: Routine =
    remove_migration_pmd("mm/huge_memory.c, v5.7 to v5.18", &[GET, PMD_RMAP, SET_PMD, OUT]);
/// With one that is not readable only the page is exclusive again, by its head.
pub static REMOVE_MIGRATION_PMD_V5_19: Routine = remove_migration_pmd(
    "mm/huge_memory.c, v5.19 to v6.1",
    &[
        GET,
        PMD_RMAP,
        line("excl", "if (rmap_flags & RMAP_EXCLUSIVE) Set..", Op::Do(set_pmd_exclusive)),
        SET_PMD,
        OUT,
    ],
);

fn finds_no_entry(ctx: &mut Ctx) -> bool {
    finds_none(ctx, |pte| match pte {
        Pte::Migration { pfn, .. } => Some(pfn),
        _ => None,
    })
}

/// The page of the target that the entry is to map.
fn new_page(ctx: &Ctx) -> Pfn {
    let (tail, old, new): (Pfn, Pfn, Pfn) =
        (ctx.get(Local::Tail), ctx.get(Local::Page), ctx.get(Local::NewPage));
    Pfn(new.0.wrapping_add(tail.0).wrapping_sub(old.0))
}

fn restore(ctx: &Ctx) -> Restore {
    match ctx.get(Local::Pte) {
        Pte::Migration { restore, .. } => restore,
        _ => Restore::Readable,
    }
}

fn add_rmap(ctx: &mut Ctx) {
    count_in_all(ctx, ctx.get(Local::NewPage), 1);
    let mapcount = ctx.layout().page(new_page(ctx)).mapcount();
    ctx.update(mapcount, |count| count.wrapping_add(1));
}

fn set_exclusive(ctx: &mut Ctx) {
    if restore(ctx) != Restore::Readable {
        let exclusive = ctx.layout().page(new_page(ctx)).anon_exclusive();
        ctx.update(exclusive, |_| true);
    }
}

/// From here on the mapping answers for the reference, which is the head's.
fn set_pte(ctx: &mut Ctx) {
    let (pfn, write) = (new_page(ctx), restore(ctx) == Restore::Writable);
    let cell = ctx.pte();
    ctx.store(cell, Pte::Present { pfn, write, dirty: true });
    ctx.let_go(ctx.get(Local::NewPage), 1);
}

fn names_another(look: &Look) -> bool {
    let head: Pfn = look.get(Local::Page);
    !matches!(look.get(Local::Pmd), Pmd::Migration { head: named, .. } if named == head)
}

fn pmd_restore(ctx: &Ctx) -> Restore {
    match ctx.get(Local::Pmd) {
        Pmd::Migration { restore, .. } => restore,
        _ => Restore::Readable,
    }
}

fn add_compound_rmap(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::NewPage);
    count_in_all(ctx, head, 1);
    let second = ctx.second_page(head);
    ctx.update(second.entire_mapcount(), |count| count.wrapping_add(1));
}

fn set_pmd_exclusive(ctx: &mut Ctx) {
    if pmd_restore(ctx) != Restore::Readable {
        let exclusive = ctx.page(Local::NewPage).anon_exclusive();
        ctx.update(exclusive, |_| true);
    }
}

/// From here on the mapping answers for the reference.
fn set_pmd(ctx: &mut Ctx) {
    let head = ctx.get(Local::NewPage);
    let write = pmd_restore(ctx) == Restore::Writable;
    let cell = mm(ctx).pmd();
    ctx.store(cell, Pmd::Huge(HugePmd { head, write, dirty: true }));
    ctx.let_go(head, 1);
}
