//! `mm/gup.c`: the way into a pin under `mmap_lock` and the page table lock, and the check of
//! long-term pins that is made with the pin already held.
use super::gup::{
    got_no_page, got_page, is_not_longterm, page_of_ret, page_word, read_pte, returned,
};
use super::gup_put::{UNPIN_USER_PAGES, refs_of};
use super::migrate;
use super::mm_h::IS_PINNABLE_PAGE;
use super::vmscan;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Migratetype, Pte};

/// `__gup_longterm_unlocked`
pub const GUP_LONGTERM_UNLOCKED: Function = Function("__gup_longterm_unlocked");
/// `__gup_longterm_locked`
pub const GUP_LONGTERM_LOCKED: Function = Function("__gup_longterm_locked");
/// `follow_page_pte`
pub const FOLLOW_PAGE_PTE: Function = Function("follow_page_pte");
/// `check_and_migrate_movable_pages`
pub const CHECK_AND_MIGRATE: Function = Function("check_and_migrate_movable_pages");

const GUP: &[Local] = &[Local::Mm, Local::Addr, Local::Flags];

/// `mmap_lock` is held for reading throughout, which keeps fork out.
pub static GUP_LONGTERM_UNLOCKED_V5_17: Routine = Routine {
    function: GUP_LONGTERM_UNLOCKED,
    source: "mm/gup.c, v5.17",
    omits: "get_user_pages_unlocked's retries without mmap_lock",
    params: GUP,
    locals: &[Local::Ret],
    returns: Returns::Page,
    body: &[
        line("lock", "mmap_read_lock(mm)", Op::Acquire(mmap_read)),
        line("gup", "ret = __gup_longterm_locked(..)", Op::Call(GUP_LONGTERM_LOCKED, &[])),
        line("unlock", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
        line("out", "return ret", Op::Return(returned)),
    ],
};

const FOLLOW: Line =
    line("gup", "rc = __get_user_pages_locked(..)", Op::Call(FOLLOW_PAGE_PTE, &[]));
const FAILED: Line = line("rc", "if (rc <= 0)", Op::If(got_no_page, "out"));
const SHORT: Line =
    line("long", "if (!(gup_flags & FOLL_LONGTERM))", Op::If(is_not_longterm, "out"));
const PAGES: Line = line("pages", "pages = what was taken", Op::Let(page_of_ret));
const CHECK: Line =
    line("check", "rc = check_and_migrate_movable_pages(..)", Op::Call(CHECK_AND_MIGRATE, &[]));
const RETURN: Line = line("out", "return rc", Op::Return(returned));

const fn loop_on(again: Line) -> [Line; 7] {
    [FOLLOW, FAILED, SHORT, PAGES, CHECK, again, RETURN]
}

/// The loop goes on for as long as the check returns 0: pages were migrated, or could not be
/// isolated.
pub static GUP_LONGTERM_LOCKED_V5_17: Routine = Routine {
    function: GUP_LONGTERM_LOCKED,
    source: "mm/gup.c, v5.13 to v5.19",
    omits: "device mappings, memalloc_pin_save's other effects",
    params: GUP,
    locals: &[Local::Ret, Local::Page],
    returns: Returns::Page,
    body: &loop_on(line("again", "while (!rc)", Op::If(returned_zero, "gup"))),
};

/// The loop goes on while the check returns `-EAGAIN` (24a95998e9ba).
pub static GUP_LONGTERM_LOCKED_V6_1: Routine = Routine {
    source: "mm/gup.c, v6.1",
    body: &loop_on(line("again", "while (rc == -EAGAIN)", Op::If(returned_eagain, "gup"))),
    ..GUP_LONGTERM_LOCKED_V5_17
};

/// Under the page table lock the whole reference is one addition, and nobody can clear the entry
/// meanwhile.
pub static FOLLOW_PAGE_PTE_V5_17: Routine = Routine {
    function: FOLLOW_PAGE_PTE,
    source: "mm/gup.c, v5.17",
    omits: "faults other than the wait for migration; gup_must_unshare (nothing shares pages yet)",
    params: GUP,
    locals: &[Local::Pte, Local::Page],
    returns: Returns::Page,
    body: &[
        line("lock", "ptep = pte_offset_map_lock(mm, pmd, ..)", Op::Acquire(ptl)),
        line("pte", "pte = *ptep", Op::Do(read_pte)),
        line("present", "if (!pte_present(pte))", Op::If(not_present, "fault")),
        line("grab", "try_grab_page(page, flags)", Op::Do(try_grab_page)),
        line("unlock", "pte_unmap_unlock(ptep, ptl)", Op::Release(ptl)),
        line("out", "return page", Op::Return(page_word)),
        line("fault", "pte_unmap_unlock(ptep, ptl)", Op::Release(ptl)),
        line(
            "wait",
            "faultin_page() -> migration_entry_wait()",
            Op::Await(no_migration_entry, "the migration entry to go"),
        ),
        line("again", "goto retry", Op::Goto("lock")),
    ],
};

const PINNABLE: Line =
    line("check", "ok = is_pinnable_page(page)", Op::Call(IS_PINNABLE_PAGE, &[]));
const ALL_WELL: Line = line("ok", "if (ok)", Op::If(got_page, "done"));
const ISOLATE: Line =
    line("isolate", "err = isolate_lru_page(page)", Op::Call(vmscan::ISOLATE_LRU_PAGE, &[]));
const COUNT: Line = line("count", "if (err) isolation_error_count++", Op::Let(count_error));
const DROP: Line =
    line("unpin", "unpin_user_pages(pages, nr_pages)", Op::Call(UNPIN_USER_PAGES, &[]));
const EMPTY: Line =
    line("empty", "if (list_empty(&movable_page_list))", Op::If(isolated_none, "again"));
const WITHOUT_MOVABLE: Line =
    line("mtc", "gfp_mask = GFP_USER, no __GFP_MOVABLE", Op::Let(want_unmovable));
const MIGRATE: Line = line(
    "migrate",
    "ret = migrate_pages(&movable_page_list)",
    Op::Call(migrate::MIGRATE_PAGES, &[]),
);
const MIGRATED: Line = line("success", "if (!ret)", Op::If(returned_zero, "again"));
const PUTBACK: Line = line(
    "putback",
    "putback_movable_pages(&movable_page_list)",
    Op::Call(migrate::PUTBACK_MOVABLE_PAGES, &[]),
);
const NO_MEMORY: Line = line("fail", "return -ENOMEM", Op::Return(|_| errno::ENOMEM));
const DONE: Line = line("done", "return nr_pages", Op::Return(page_word));
const AGAIN_ZERO: Line = line("again", "return 0", Op::Return(|_| 0));
const AGAIN_EAGAIN: Line = line("again", "return -EAGAIN", Op::Return(|_| errno::EAGAIN));

const fn check_and_migrate(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: CHECK_AND_MIGRATE,
        source,
        omits: "lru_add_drain_all (there are no pagevecs), hugetlb pages",
        params: &[Local::Page, Local::Flags],
        locals: &[Local::Ret, Local::Errors, Local::Wanted],
        returns: Returns::Page,
        body,
    }
}

const fn unpin_and_return(again: Line) -> [Line; 13] {
    [
        PINNABLE,
        ALL_WELL,
        ISOLATE,
        COUNT,
        DROP,
        EMPTY,
        WITHOUT_MOVABLE,
        MIGRATE,
        MIGRATED,
        PUTBACK,
        NO_MEMORY,
        DONE,
        again,
    ]
}

const RETRY_ZERO: [Line; 13] = unpin_and_return(AGAIN_ZERO);
const RETRY_EAGAIN: [Line; 13] = unpin_and_return(AGAIN_EAGAIN);

/// The check is made with the pin held: others see the pin of a page that may not be pinned.
/// A page that somebody else has isolated cannot be migrated now: the pin is dropped, and the
/// caller tries again.
pub static CHECK_AND_MIGRATE_V5_17: Routine =
    check_and_migrate("mm/gup.c, v5.13 to v5.19", &RETRY_ZERO);
/// As before, in the terms of `collect_` and `migrate_longterm_unpinnable_pages`.
pub static CHECK_AND_MIGRATE_V6_1: Routine = check_and_migrate("mm/gup.c, v6.1", &RETRY_EAGAIN);

/// An empty list is taken to mean that every page may stay, although one was refused and could
/// not be isolated (1aaf8c122918, reverted by 517f496e1e61).
pub static CHECK_AND_MIGRATE_SUCCESS: Routine = check_and_migrate(
    "mm/gup.c, v6.14 and v6.15",
    &[
        PINNABLE,
        ALL_WELL,
        ISOLATE,
        COUNT,
        line("empty", "if (list_empty(&movable_page_list))", Op::If(isolated_none, "done")),
        DROP,
        WITHOUT_MOVABLE,
        MIGRATE,
        MIGRATED,
        PUTBACK,
        NO_MEMORY,
        DONE,
        AGAIN_EAGAIN,
    ],
);

fn mmap_read(look: &Look) -> Lock {
    look.mm().mmap_read()
}

fn ptl(look: &Look) -> Lock {
    look.mm().ptl()
}

pub(super) fn returned_zero(look: &Look) -> bool {
    look.get::<u16>(Local::Ret) == 0
}

fn returned_eagain(look: &Look) -> bool {
    look.get::<u16>(Local::Ret) == errno::EAGAIN
}

fn not_present(look: &Look) -> bool {
    look.get::<Pte>(Local::Pte).permits(false).is_none()
}

fn no_migration_entry(look: &Look) -> bool {
    !matches!(look.peek(look.pte()), Pte::Migration { .. })
}

fn try_grab_page(ctx: &mut Ctx) {
    let refs = refs_of(ctx, ctx.get(Local::Flags));
    ctx.get_page(ctx.get(Local::Page), refs);
}

fn count_error(ctx: &mut Ctx) {
    let failed = ctx.get::<u16>(Local::Ret) != 0;
    ctx.set(Local::Errors, u16::from(failed));
}

fn isolated_none(look: &Look) -> bool {
    look.get::<u16>(Local::Errors) != 0
}

/// GFP_USER has no `__GFP_MOVABLE`: the target comes from neither a movable nor a CMA list, unless
/// one is stolen from.
fn want_unmovable(ctx: &mut Ctx) {
    ctx.set(Local::Wanted, Migratetype::Unmovable);
}
