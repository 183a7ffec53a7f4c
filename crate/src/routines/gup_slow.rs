//! `mm/gup.c`: the way into a pin under `mmap_lock` and the page table lock, and the check of
//! long-term pins that is made with the pin already held.
use super::at_hand::{mmap_read, returned, returned_nonzero, returned_zero};
use super::follow_page::GET_USER_PAGES;
use super::gup::{got_no_page, got_page, is_not_longterm, page_of_ret, page_word};
use super::gup_put::{PUT_PAGE_OF_PIN, UNPIN_USER_PAGES};
use super::migrate;
use super::mm_h::IS_PINNABLE_PAGE;
use super::vmscan;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::Migratetype;

/// `__gup_longterm_unlocked`
pub const GUP_LONGTERM_UNLOCKED: Function = Function("__gup_longterm_unlocked");
/// `__gup_longterm_locked`
pub const GUP_LONGTERM_LOCKED: Function = Function("__gup_longterm_locked");
/// `check_and_migrate_movable_pages`
pub const CHECK_AND_MIGRATE: Function = Function("check_and_migrate_movable_pages");

const GUP: &[Local] = &[Local::Mm, Local::Addr, Local::Flags];

/// `mmap_lock` is held for reading throughout, which keeps fork out.
pub static GUP_LONGTERM_UNLOCKED_V5_17: Routine = Routine {
    function: GUP_LONGTERM_UNLOCKED,
    source: "mm/gup.c, v5.17 to v6.2",
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

/// `mmap_lock` is taken where the pages are asked for.
pub static GUP_LONGTERM_UNLOCKED_V6_5: Routine = Routine {
    source: "mm/gup.c, v6.5 and later (internal_get_user_pages_fast)",
    body: &[
        line("gup", "ret = __gup_longterm_locked(..)", Op::Call(GUP_LONGTERM_LOCKED, &[])),
        line("out", "return ret", Op::Return(returned)),
    ],
    ..GUP_LONGTERM_UNLOCKED_V5_17
};

const FOLLOW: Line = line("gup", "rc = __get_user_pages_locked(..)", Op::Call(GET_USER_PAGES, &[]));
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

/// The check itself asks for the pages again.
pub static GUP_LONGTERM_LOCKED_V5_8: Routine = Routine {
    source: "mm/gup.c, v5.8 to v5.12",
    omits: "device mappings, memalloc_nocma_save's other effects",
    body: &[FOLLOW, FAILED, SHORT, PAGES, CHECK, RETURN],
    ..GUP_LONGTERM_LOCKED_V5_17
};

/// The loop goes on while the check returns `-EAGAIN` (24a95998e9ba).
pub static GUP_LONGTERM_LOCKED_V6_1: Routine = Routine {
    source: "mm/gup.c, v6.1 and v6.2",
    body: &loop_on(line("again", "while (rc == -EAGAIN)", Op::If(returned_eagain, "gup"))),
    ..GUP_LONGTERM_LOCKED_V5_17
};

/// `__get_user_pages_locked` takes `mmap_lock` and drops it: what was pinned is looked at, and
/// migrated, without it, and each round takes it anew.
pub static GUP_LONGTERM_LOCKED_V6_5: Routine = Routine {
    source: "mm/gup.c, v6.5 and later",
    body: &[
        line("lock", "__get_user_pages_locked: mmap_read_lock(mm)", Op::Acquire(mmap_read)),
        line("gup", "  rc = __get_user_pages(..)", Op::Call(GET_USER_PAGES, &[])),
        line("unlock", "  mmap_read_unlock(mm)", Op::Release(mmap_read)),
        FAILED,
        SHORT,
        PAGES,
        CHECK,
        line("again", "while (rc == -EAGAIN)", Op::If(returned_eagain, "lock")),
        RETURN,
    ],
    ..GUP_LONGTERM_LOCKED_V5_17
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

const CMA_PAGES: Line =
    line("check", "ok = !is_migrate_cma_page(page)", Op::Call(IS_PINNABLE_PAGE, &[]));
const UNSEEN: Line =
    line("empty", "if (list_empty(&cma_page_list))", Op::If(returned_nonzero, "done"));
const NOT_MOVED: Line = line("allow", "if (ret) migrate_allow = false", Op::Let(count_error));
const MOVED: Line = line("success", "if (!ret)", Op::If(returned_zero, "again"));
const ASK_AGAIN: Line =
    line("again", "ret = __get_user_pages_locked(..)", Op::Call(GET_USER_PAGES, &[]));
const NOTHING: Line = line("nothing", "if (ret <= 0)", Op::If(got_no_page, "error"));
const NEW_PAGES: Line = line("pages", "pages = what was taken", Op::Let(page_of_ret));
const ALLOWED: Line = line("loop", "if (migrate_allow)", Op::If(is_allowed, "check"));
const ERROR: Line = line("error", "return ret", Op::Return(returned));
const PUT_ONE: Line = line("unpin", "put_page(pages[i])", Op::Call(PUT_PAGE_OF_PIN, &[]));

const fn check_and_migrate_cma(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: CHECK_AND_MIGRATE,
        source,
        omits: "lru_add_drain_all (there are no pagevecs), hugetlb pages; the target is not \
                movable in any version here (in v5.9 to v5.12 it is movable and not of CMA)",
        params: &[Local::Mm, Local::Addr, Local::Page, Local::Flags],
        locals: &[Local::Ret, Local::Errors, Local::Wanted],
        returns: Returns::Page,
        body,
    }
}

const fn or_keep(drop: Line) -> [Line; 16] {
    [
        CMA_PAGES,
        ALL_WELL,
        ISOLATE,
        UNSEEN,
        drop,
        WITHOUT_MOVABLE,
        MIGRATE,
        NOT_MOVED,
        MOVED,
        PUTBACK,
        ASK_AGAIN,
        NOTHING,
        NEW_PAGES,
        ALLOWED,
        DONE,
        ERROR,
    ]
}

const fn or_check_again(drop: Line) -> [Line; 16] {
    [
        CMA_PAGES,
        ALL_WELL,
        ISOLATE,
        line("empty", "if (list_empty(&..)) goto check_again", Op::If(returned_nonzero, "check")),
        drop,
        WITHOUT_MOVABLE,
        MIGRATE,
        MOVED,
        PUTBACK,
        NO_MEMORY,
        ASK_AGAIN,
        NOTHING,
        NEW_PAGES,
        line("loop", "goto check_again", Op::Goto("check")),
        DONE,
        ERROR,
    ]
}

/// The pages are asked for again behind the migration, and a page that could not be migrated, or
/// not even isolated, keeps its pin. One reference of the pin is dropped, where `unpin_user_page`
/// would drop all: the others are lost, and migration meets them.
pub static CHECK_AND_MIGRATE_V5_8: Routine =
    check_and_migrate_cma("mm/gup.c, v5.8 and v5.9", &or_keep(PUT_ONE));
/// With `unpin_user_pages` (96e1fac162cc, v5.10).
pub static CHECK_AND_MIGRATE_V5_11: Routine =
    check_and_migrate_cma("mm/gup.c, v5.10 to v5.12", &or_keep(DROP));
/// A page that cannot be isolated is looked at again with the pin held; one that cannot be migrated
/// is an error.
pub static CHECK_AND_MIGRATE_V5_12: Routine =
    check_and_migrate_cma("mm/gup.c, v5.12.9", &or_check_again(DROP));
/// As before, with the slip of v5.8.
pub static CHECK_AND_MIGRATE_V5_12_PUTTING: Routine =
    check_and_migrate_cma("mm/gup.c, v5.12.9, on v5.9", &or_check_again(PUT_ONE));

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
pub static CHECK_AND_MIGRATE_V6_1: Routine =
    check_and_migrate("mm/gup.c, v6.1 to v6.13", &RETRY_EAGAIN);

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

fn returned_eagain(look: &Look) -> bool {
    look.get::<u16>(Local::Ret) == errno::EAGAIN
}

/// `migrate_allow`, kept as the count of errors.
fn is_allowed(look: &Look) -> bool {
    look.get::<u16>(Local::Errors) == 0
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
