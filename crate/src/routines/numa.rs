//! `do_numa_page` of `mm/memory.c`, and the migration that a hint may lead to.
use super::at_hand::{drop_reference, get_page, ptl, returned_nonzero, returned_zero};
use super::fault::{VMF, has_changed};
use super::migrate::{MIGRATE_PAGES, PUTBACK_MOVABLE_PAGES, TARGET_GFP};
use super::mprotect::{prot_commit, prot_start};
use super::swap::PUT_PAGE;
use super::vmscan::ISOLATE_LRU_PAGE;
use super::wp::old_page;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::Pte;

/// `do_numa_page`
pub const DO_NUMA_PAGE: Function = Function("do_numa_page");
/// `migrate_misplaced_page`
pub const MIGRATE_MISPLACED_PAGE: Function = Function("migrate_misplaced_page");

const LOCK: Line = line("lock", "spin_lock(vmf->ptl)", Op::Acquire(ptl));
const SAME: Line =
    line("same", "if (!pte_same(*vmf->pte, vmf->orig_pte))", Op::Branch(has_changed, "unlock"));
const PAGE: Line = line("page", "page = vm_normal_page(vma, addr, pte)", Op::Let(old_page));
const PREP: Line = line("get", "numa_migrate_prep() -> get_page(page)", Op::Do(get_page));
const START: Line = line("start", "old_pte = ptep_modify_prot_start(..)", Op::Do(prot_start));
const COMMIT: Line = line("commit", "ptep_modify_prot_commit(.., pte)", Op::Do(restore));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl));
const OUT: Line = line("out", "return 0", Op::Return(|_| 0));
const UNLOCK_FIRST: Line = line("drop", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl));
const MIGRATE: Line = line(
    "migrate",
    "migrate_misplaced_page(page, vma, target_nid)",
    Op::Call(MIGRATE_MISPLACED_PAGE, &[]),
);
const DONE: Line = line("done", "return 0", Op::Return(|_| 0));

const fn do_numa_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: DO_NUMA_PAGE,
        source,
        omits: "which node the page belongs on is said by the toggle; statistics",
        params: VMF,
        locals: &[Local::Page, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The entry is made what it was first. The second form then asks for a migration, of a page that
/// is mapped again.
pub static DO_NUMA_PAGE_V5_8: [Routine; 2] = [
    do_numa_page(
        "mm/memory.c, v5.8 to v5.13, the page stays",
        &[
            LOCK,
            SAME,
            START,
            COMMIT,
            PAGE,
            PREP,
            UNLOCK_FIRST,
            line("put", "if (target_nid == NUMA_NO_NODE) put_page(page)", Op::Call(PUT_PAGE, &[])),
            DONE,
            UNLOCK,
            OUT,
        ],
    ),
    do_numa_page(
        "mm/memory.c, v5.8 to v5.13, the page is to move",
        &[LOCK, SAME, START, COMMIT, PAGE, PREP, UNLOCK_FIRST, MIGRATE, DONE, UNLOCK, OUT],
    ),
];

/// The entry stays a hint while the page migrates, and is made what it was if that fails
/// (b99a342d4f11).
pub static DO_NUMA_PAGE_V5_14: [Routine; 2] = [
    do_numa_page(
        "mm/memory.c, v5.14 and later, the page stays",
        &[
            LOCK,
            SAME,
            PAGE,
            PREP,
            line("put", "if (target_nid == NUMA_NO_NODE) put_page(page)", Op::Do(drop_reference)),
            START,
            COMMIT,
            UNLOCK,
            OUT,
        ],
    ),
    do_numa_page(
        "mm/memory.c, v5.14 and later, the page is to move",
        &[
            LOCK,
            SAME,
            PAGE,
            PREP,
            UNLOCK_FIRST,
            MIGRATE,
            line("moved", "if (it was migrated) goto out", Op::If(returned_nonzero, "out")),
            line("relock", "spin_lock(vmf->ptl)", Op::Acquire(ptl)),
            line(
                "still",
                "if (!pte_same(*vmf->pte, vmf->orig_pte))",
                Op::Branch(has_changed, "unlock"),
            ),
            START,
            COMMIT,
            UNLOCK,
            OUT,
        ],
    ),
];

/// The reference of the fault keeps the page until the isolation has its own. Nothing here looks
/// for a pin: migration finds one reference too many.
pub static MIGRATE_MISPLACED_PAGE_V5_8: Routine = Routine {
    function: MIGRATE_MISPLACED_PAGE,
    source: "mm/migrate.c, v5.8 to v6.1",
    omits: "the free memory of the other node; MIGRATE_ASYNC, which only tries the page lock",
    params: &[Local::Page],
    locals: &[Local::Ret, Local::Wanted],
    returns: Returns::Bool,
    body: &[
        line(
            "isolate",
            "isolated = numamigrate_isolate_page(pgdat, page)",
            Op::Call(ISOLATE_LRU_PAGE, &[]),
        ),
        line("busy", "if (!isolated)", Op::If(|look| !returned_zero(look), "fail")),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        TARGET_GFP,
        line("migrate", "nr_remaining = migrate_pages(..)", Op::Call(MIGRATE_PAGES, &[])),
        line("remain", "if (nr_remaining)", Op::If(|look| !returned_zero(look), "putback")),
        line("yes", "return 1", Op::Return(|_| 1)),
        line("putback", "putback_lru_page(page)", Op::Call(PUTBACK_MOVABLE_PAGES, &[])),
        line("no", "return 0", Op::Return(|_| 0)),
        line("fail", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("none", "return 0", Op::Return(|_| 0)),
    ],
};

/// The right to write comes back from the hint. A hint keeps no dirty bit here: the entry comes
/// back dirty.
fn restore(ctx: &mut Ctx) {
    if let Pte::Protnone { pfn, write } = ctx.get(Local::Pte) {
        prot_commit(ctx, Pte::Present { pfn, write, dirty: true });
    }
}
