//! `mm/migrate.c`: moving a page's contents and mappings to another page.
use super::at_hand::{
    get_target, is_mapped, looks_pinned, page_lock, returned_enomem, returned_zero,
    target_joins_lru,
};
use super::compaction::first_on_list;
use super::move_mapping::MOVE_MAPPING;
use super::page_alloc::RMQUEUE;
use super::rmap::{TRY_TO_MIGRATE, first_vma, next_vma, no_vma, pte, ptl};
use super::swap;
use super::vmscan::{PUTBACK_LRU_PAGE, leave_list};
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::word::Restore;
use crate::mm::{Migratetype, OwnListKind, Pfn, Pte};
use crate::properties::event;

/// `migrate_pages`, of the lane's list; returns how many pages stay on it.
pub const MIGRATE_PAGES: Function = Function("migrate_pages");
/// `unmap_and_move`
pub const UNMAP_AND_MOVE: Function = Function("unmap_and_move");
/// `__unmap_and_move`
pub const UNMAP_AND_MOVE_LOCKED: Function = Function("__unmap_and_move");
/// `remove_migration_ptes`
pub const REMOVE_MIGRATION_PTES: Function = Function("remove_migration_ptes");
/// `putback_movable_pages`, of the lane's list.
pub const PUTBACK_MOVABLE_PAGES: Function = Function("putback_movable_pages");

/// What a target is allocated with, where nothing else is asked for.
pub(super) const TARGET_GFP: Line = line(
    "gfp",
    "mtc.gfp_mask = GFP_HIGHUSER_MOVABLE",
    Op::Let(|ctx| ctx.set(Local::Wanted, Migratetype::Movable)),
);

/// A page that is busy is tried again in the next pass, with a new target.
pub static MIGRATE_PAGES_V5_17: Routine = Routine {
    function: MIGRATE_PAGES,
    source: "mm/migrate.c, v5.17",
    omits: "huge pages; the number of passes is a parameter of the machine (10 in the kernel)",
    params: &[Local::Wanted],
    locals: &[Local::Page, Local::Pass, Local::Errors, Local::Ret],
    returns: Returns::Count,
    body: &[
        line("pass", "for (pass = 0; pass < 10 && retry; pass++)", Op::Let(first_page)),
        line("each", "list_for_each_entry_safe(page, .., from)", Op::If(list_ended, "passed")),
        line("move", "rc = unmap_and_move(.., page, ..)", Op::Call(UNMAP_AND_MOVE, &[])),
        line("memory", "case -ENOMEM", Op::If(returned_enomem, "fail")),
        line("retry", "case -EAGAIN: retry++", Op::Let(count_retry)),
        line("loop", "next page", Op::Goto("each")),
        line("passed", "next pass", Op::If(another_pass, "pass")),
        line("out", "return nr_failed", Op::Return(|look| look.get(Local::Errors))),
        line("fail", "return -ENOMEM", Op::Return(|_| errno::ENOMEM)),
    ],
};

pub(super) const FREED: Line =
    line("freed", "if (page_count(page) == 1)", Op::Branch(is_last_ref, "gone"));
/// Before the page is locked, and before anything is done to its mappings.
pub(super) const PINNED: Line = line(
    "pinned",
    "if (page_maybe_dma_pinned(page)) return -EAGAIN",
    Op::Branch(looks_pinned, "eagain"),
);
pub(super) const TARGET: Line =
    line("target", "newpage = get_new_page(page)", Op::Call(RMQUEUE, &[]));
pub(super) const NO_TARGET: Line = line("none", "if (!newpage)", Op::If(returned_zero, "fail"));
pub(super) const TOOK: Line = line("took", "newpage", Op::Let(take_target));
pub(super) const MOVE: Line =
    line("move", "rc = __unmap_and_move(page, newpage)", Op::Call(UNMAP_AND_MOVE_LOCKED, &[]));
pub(super) const BUSY: Line = line("busy", "if (rc)", Op::If(|look| !returned_zero(look), "again"));
pub(super) const GONE: Line = line("gone", "list_del(&page->lru)", Op::Let(leave_list));
pub(super) const PUT_OLD: Line = line("put", "put_page(page)", Op::Call(swap::PUT_PAGE, &[]));
pub(super) const SUCCESS: Line = line("done", "return 0", Op::Return(|_| 0));
pub(super) const PUT_NEW: Line =
    line("again", "put_page(newpage)", Op::Call(swap::PUT_PAGE, &[(Local::Page, Local::NewPage)]));
pub(super) const EAGAIN: Line = line("eagain", "return -EAGAIN", Op::Return(|_| errno::EAGAIN));
pub(super) const ENOMEM: Line = line("fail", "return -ENOMEM", Op::Return(|_| errno::ENOMEM));

pub(super) const LRU: Line = line(
    "lru",
    "putback_lru_page(newpage)",
    Op::Call(PUTBACK_LRU_PAGE, &[(Local::Page, Local::NewPage)]),
);
pub(super) const PUT_NEW_MOVED: Line =
    line("lru", "put_page(newpage)", Op::Call(swap::PUT_PAGE, &[(Local::Page, Local::NewPage)]));
const WAIT: Line =
    line("wait", "wait until a page is free", Op::Await(a_page_is_free, "a free page"));
pub(super) const WAIT_AGAIN: Line =
    line("none", "if (!newpage) wait again", Op::If(returned_zero, "wait"));

const fn unmap_and_move(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: UNMAP_AND_MOVE,
        source,
        omits: "writeback, non-LRU pages; LRU pagevecs",
        params: &[Local::Page, Local::Wanted],
        locals: &[Local::NewPage, Local::Order, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

const fn fails(lru: Line) -> [Line; 13] {
    [
        FREED, TARGET, NO_TARGET, TOOK, MOVE, BUSY, lru, GONE, PUT_OLD, SUCCESS, PUT_NEW, EAGAIN,
        ENOMEM,
    ]
}

const fn waits(lru: Line) -> [Line; 13] {
    [
        FREED, WAIT, TARGET, WAIT_AGAIN, TOOK, MOVE, BUSY, lru, GONE, PUT_OLD, SUCCESS, PUT_NEW,
        EAGAIN,
    ]
}

/// A form with a question in front of the target.
const fn asking(form: [Line; 13]) -> [Line; 14] {
    let [freed, a, b, c, d, e, f, g, h, i, j, k, l] = form;
    [freed, PINNED, a, b, c, d, e, f, g, h, i, j, k, l]
}

/// The target is allocated before the page is locked. A page whose last reference is the
/// isolation's was freed meanwhile. The target joins the LRU when all is done. In the second row a
/// page that looks pinned is left alone; in the second column the target is waited for.
pub static UNMAP_AND_MOVE_V5_17: [[Routine; 2]; 2] = [
    [
        unmap_and_move("mm/migrate.c, v3.16 to v5.17", &fails(LRU)),
        unmap_and_move("mm/migrate.c, v3.16 to v5.17, without memory", &waits(LRU)),
    ],
    [
        unmap_and_move("the RFC of January 2022 on mm/migrate.c, v5.17", &asking(fails(LRU))),
        unmap_and_move("the same, without memory", &asking(waits(LRU))),
    ],
];

/// As before, but the target is on the LRU since `__unmap_and_move` put it there.
pub static UNMAP_AND_MOVE_V5_18: [[Routine; 2]; 2] = [
    [
        unmap_and_move("mm/migrate.c, v5.18 to v6.1", &fails(PUT_NEW_MOVED)),
        unmap_and_move("mm/migrate.c, v5.18 to v6.1, without memory", &waits(PUT_NEW_MOVED)),
    ],
    [
        unmap_and_move("the RFC of January 2022 on v5.18", &asking(fails(PUT_NEW_MOVED))),
        unmap_and_move("the same, without memory", &asking(waits(PUT_NEW_MOVED))),
    ],
];

pub(super) const LOCK: Line = line("lock", "lock_page(page)", Op::Acquire(page_lock));
const MAPPED: Line = line("mapped", "if (!page_mapped(page))", Op::Branch(is_not_mapped, "move"));
pub(super) const UNMAP: Line =
    line("unmap", "try_to_migrate(page, 0)", Op::Call(TRY_TO_MIGRATE, &[]));
pub(super) const WAS_MAPPED: Line = line("was", "page_was_mapped = true", Op::Let(remember_mapped));
const STILL: Line =
    line("still", "if (page_mapped(page)) rc = -EAGAIN", Op::Branch(is_still_mapped, "busy"));
pub(super) const MOVE_IT: Line =
    line("move", "rc = move_to_new_page(newpage, page)", Op::Call(MOVE_MAPPING, &[]));
pub(super) const MOVED: Line = line("rc", "if (rc)", Op::If(|look| !returned_zero(look), "busy"));
pub(super) const NO_ENTRY: Line =
    line("entry", "if (!page_was_mapped)", Op::If(was_not_mapped, "unlock"));
pub(super) const TO_NEW: Line =
    line("restore", "remove_migration_ptes(page, newpage)", Op::Call(REMOVE_MIGRATION_PTES, &[]));
pub(super) const UNLOCK: Line = line("unlock", "unlock_page(page)", Op::Release(page_lock));
pub(super) const DONE: Line = line("done", "return 0", Op::Return(|_| 0));
pub(super) const NOT_MOVED: Line =
    line("busy", "if (!page_was_mapped)", Op::If(was_not_mapped, "release"));
pub(super) const TO_OLD: Line = line(
    "back",
    "remove_migration_ptes(page, page)",
    Op::Call(REMOVE_MIGRATION_PTES, &[(Local::NewPage, Local::Page)]),
);
pub(super) const RELEASE: Line = line("release", "unlock_page(page)", Op::Release(page_lock));

pub(super) const LOCKED_PARAMS: &[Local] = &[Local::Page, Local::NewPage];
const LOCKED_LOCALS: &[Local] = &[Local::Mapped, Local::Ret];
const LOCKED_OMITS: &str = "the lock of the target, but see migrate_page_move_mapping; trylock in \
                            the first passes; page contents";

/// The mappings become migration entries, the counts are compared, and the entries become
/// mappings again: of the target, or of the page itself where somebody else holds it.
pub static UNMAP_AND_MOVE_LOCKED_V5_17: Routine = Routine {
    function: UNMAP_AND_MOVE_LOCKED,
    source: "mm/migrate.c, v5.17",
    omits: LOCKED_OMITS,
    params: LOCKED_PARAMS,
    locals: LOCKED_LOCALS,
    returns: Returns::Errno,
    body: &[
        LOCK, MAPPED, UNMAP, WAS_MAPPED, STILL, MOVE_IT, MOVED, NO_ENTRY, TO_NEW, UNLOCK, DONE,
        NOT_MOVED, TO_OLD, RELEASE, EAGAIN,
    ],
};

/// As before, but the target is on the LRU before an entry points to it.
pub static UNMAP_AND_MOVE_LOCKED_V5_18: Routine = Routine {
    function: UNMAP_AND_MOVE_LOCKED,
    source: "mm/migrate.c, v5.18 to v6.1",
    omits: LOCKED_OMITS,
    params: LOCKED_PARAMS,
    locals: LOCKED_LOCALS,
    returns: Returns::Errno,
    body: &[
        LOCK,
        MAPPED,
        UNMAP,
        WAS_MAPPED,
        STILL,
        MOVE_IT,
        MOVED,
        line("lru", "lru_cache_add(newpage)", Op::Do(target_joins_lru)),
        NO_ENTRY,
        TO_NEW,
        UNLOCK,
        DONE,
        NOT_MOVED,
        TO_OLD,
        RELEASE,
        EAGAIN,
    ],
};

const FIRST: Line = line("first", "rmap_walk(old, &rwc)", Op::Let(first_vma));
const EACH: Line = line("each", "anon_vma_interval_tree_foreach(vma)", Op::If(no_vma, "out"));
const NEXT: Line = line("next", "next vma", Op::Let(next_vma));
const LOOP: Line = line("loop", "anon_vma_interval_tree_foreach(vma)", Op::Goto("each"));
const PTL: Line = line("lock", "spin_lock(pvmw.ptl)", Op::Acquire(ptl));
const IS_ENTRY: Line =
    line("check", "if (!is_migration_entry(*pvmw.pte))", Op::Branch(no_entry, "unlock"));
const GET: Line = line("get", "get_page(new)", Op::Do(get_target));
const ADD_RMAP: Line = line("rmap", "page_add_anon_rmap(new, vma, address)", Op::Do(add_rmap));
const SET_PTE: Line = line("set", "set_pte_at(mm, address, pvmw.pte, pte)", Op::Do(set_pte));
const UNLOCK_PTL: Line = line("unlock", "spin_unlock(pvmw.ptl)", Op::Release(ptl));
const OUT: Line = line("out", "return", Op::Return(|_| 0));

/// Reference, entry, count of mappings, in this order.
pub static REMOVE_MIGRATION_PTES_V5_9: Routine = Routine {
    source: "mm/migrate.c, v3.16 to v5.15 (remove_migration_pte)",
    body: &[FIRST, EACH, PTL, IS_ENTRY, GET, SET_PTE, ADD_RMAP, UNLOCK_PTL, NEXT, LOOP, OUT],
    ..REMOVE_MIGRATION_PTES_V5_17
};

/// Reference, count of mappings, entry, in this order. What the entry allows comes from the
/// migration entry, not from what was mapped before.
pub static REMOVE_MIGRATION_PTES_V5_17: Routine = Routine {
    function: REMOVE_MIGRATION_PTES,
    source: "mm/migrate.c, v5.17 and v5.18 (remove_migration_pte)",
    omits: "soft-dirty and userfaultfd bits",
    params: LOCKED_PARAMS,
    locals: &[Local::Vma],
    returns: Returns::Nothing,
    body: &[FIRST, EACH, PTL, IS_ENTRY, GET, ADD_RMAP, SET_PTE, UNLOCK_PTL, NEXT, LOOP, OUT],
};

/// An entry that is not readable only makes the page exclusive again.
pub static REMOVE_MIGRATION_PTES_V5_19: Routine = Routine {
    function: REMOVE_MIGRATION_PTES,
    source: "mm/migrate.c, v5.19 to v6.1 (remove_migration_pte)",
    omits: "soft-dirty and userfaultfd bits",
    params: LOCKED_PARAMS,
    locals: &[Local::Vma],
    returns: Returns::Nothing,
    body: &[
        FIRST,
        EACH,
        PTL,
        IS_ENTRY,
        GET,
        ADD_RMAP,
        line("excl", "if (rmap_flags & RMAP_EXCLUSIVE) Set..", Op::Do(set_exclusive)),
        SET_PTE,
        UNLOCK_PTL,
        NEXT,
        LOOP,
        OUT,
    ],
};

/// Page by page back to the LRU.
pub static PUTBACK_MOVABLE_PAGES_V5_17: Routine = Routine {
    function: PUTBACK_MOVABLE_PAGES,
    source: "mm/migrate.c, v5.17",
    omits: "non-LRU and huge pages",
    params: &[],
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("first", "list_for_each_entry_safe(page, .., l)", Op::Let(first_page_of_list)),
        line("end", "if (list_empty(l))", Op::If(returned_zero, "out")),
        line("put", "putback_lru_page(page)", Op::Call(PUTBACK_LRU_PAGE, &[])),
        line("loop", "next page", Op::Goto("first")),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

fn set_next(ctx: &mut Ctx, from: Pfn) {
    let next = first_on_list(ctx, OwnListKind::Migratepages, from);
    ctx.set(Local::Page, next.unwrap_or(Pfn(Pfn::LIMIT as u16)));
}

pub(super) fn first_page(ctx: &mut Ctx) {
    let pass: u16 = ctx.get(Local::Pass);
    ctx.set(Local::Pass, pass + 1);
    ctx.set(Local::Errors, 0u16);
    set_next(ctx, Pfn(0));
}

pub(super) fn list_ended(look: &Look) -> bool {
    usize::from(look.get::<u16>(Local::Page)) == Pfn::LIMIT
}

pub(super) fn count_retry(ctx: &mut Ctx) {
    if ctx.get::<u16>(Local::Ret) == errno::EAGAIN {
        let errors: u16 = ctx.get(Local::Errors);
        ctx.set(Local::Errors, errors + 1);
    }
    let page: Pfn = ctx.get(Local::Page);
    set_next(ctx, Pfn(page.0 + 1));
}

pub(super) fn another_pass(look: &Look) -> bool {
    look.get::<u16>(Local::Errors) > 0
        && look.get::<u16>(Local::Pass) < look.geometry().migrate_passes
}

fn is_last_ref(ctx: &mut Ctx) -> bool {
    let refcount = ctx.page(Local::Page).refcount();
    ctx.load(refcount) == 1
}

/// Nothing is allocated from the isolate lists, and nothing from another CPU's pcplist.
fn a_page_is_free(look: &Look) -> bool {
    look.peek(look.layout().zone().nr_free()) > 0 || look.peek(look.this_pcp().count()) > 0
}

fn take_target(ctx: &mut Ctx) {
    let target: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::NewPage, ctx.must(target));
}

fn is_still_mapped(ctx: &mut Ctx) -> bool {
    let mapped = is_mapped(ctx);
    if mapped {
        ctx.find(event::STILL_MAPPED);
    }
    mapped
}

fn is_not_mapped(ctx: &mut Ctx) -> bool {
    !is_mapped(ctx)
}

fn remember_mapped(ctx: &mut Ctx) {
    ctx.set(Local::Mapped, true);
}

fn was_not_mapped(look: &Look) -> bool {
    !look.get::<bool>(Local::Mapped)
}

fn entry(ctx: &mut Ctx) -> Pte {
    let cell = pte(ctx);
    ctx.load(cell)
}

fn no_entry(ctx: &mut Ctx) -> bool {
    let page = ctx.get(Local::Page);
    !matches!(entry(ctx), Pte::Migration { pfn, .. } if pfn == page)
}

fn add_rmap(ctx: &mut Ctx) {
    let mapcount = ctx.page(Local::NewPage).mapcount();
    ctx.update(mapcount, |count| count.wrapping_add(1));
}

fn set_exclusive(ctx: &mut Ctx) {
    let readable = matches!(entry(ctx), Pte::Migration { restore: Restore::Readable, .. });
    if !readable {
        let exclusive = ctx.page(Local::NewPage).anon_exclusive();
        ctx.store(exclusive, true);
    }
}

/// From here on the mapping answers for the reference.
fn set_pte(ctx: &mut Ctx) {
    let pfn = ctx.get(Local::NewPage);
    let writable = matches!(entry(ctx), Pte::Migration { restore: Restore::Writable, .. });
    let cell = pte(ctx);
    ctx.store(cell, Pte::Present { pfn, write: writable, dirty: true });
    ctx.let_go(pfn, 1);
}

fn first_page_of_list(ctx: &mut Ctx) {
    let first = first_on_list(ctx, OwnListKind::Migratepages, Pfn(0));
    ctx.set(Local::Ret, first);
    if let Some(pfn) = first {
        ctx.set(Local::Page, pfn);
    }
}
