//! `mm/migrate.c`: moving a compound page, or a page by itself, to another of its size.
use super::page_alloc::PREP_COMPOUND_PAGE;
use super::rmap::PAGE_MAPPED;
use super::split::SPLIT_HUGE_PAGE_TO_LIST;
use super::walk::pages;
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Migratetype, Pfn};
use crate::properties::event;
use crate::routines::at_hand::{
    page_lock, returned_enomem, returned_nonzero, returned_zero, target_joins_lru,
};
use crate::routines::migrate::{
    self as plain, MIGRATE_PAGES, UNMAP_AND_MOVE, UNMAP_AND_MOVE_LOCKED,
};

/// A compound page for which there is no target is split, and its pages are migrated one by one.
pub static MIGRATE_PAGES_V5_7: Routine = Routine {
    function: MIGRATE_PAGES,
    source: "mm/migrate.c, v5.7 to v6.1",
    omits: "hugetlb pages; the number of passes is a parameter of the machine (10 in the kernel); \
            from v5.18 on the pages of one that was split come last",
    params: &[Local::Wanted],
    locals: &[Local::Page, Local::Pass, Local::Errors, Local::Head, Local::Ret],
    returns: Returns::Count,
    body: &[
        line("pass", "for (pass = 0; pass < 10 && retry; pass++)", Op::Let(plain::first_page)),
        line(
            "each",
            "list_for_each_entry_safe(page, .., from)",
            Op::If(plain::list_ended, "passed"),
        ),
        line("move", "rc = unmap_and_move(.., page, ..)", Op::Call(UNMAP_AND_MOVE, &[])),
        line("memory", "case -ENOMEM", Op::If(returned_enomem, "huge")),
        line("retry", "case -EAGAIN: retry++", Op::Let(plain::count_retry)),
        line("loop", "next page", Op::Goto("each")),
        line("passed", "next pass", Op::If(plain::another_pass, "pass")),
        line("out", "return nr_failed", Op::Return(|look| look.get(Local::Errors))),
        line("huge", "if (!PageTransHuge(page))", Op::If(is_single, "fail")),
        line("lock", "lock_page(page)", Op::Acquire(page_lock)),
        line("list", "  (from)", Op::Let(|ctx| ctx.set(Local::Head, true))),
        line(
            "split",
            "rc = split_huge_page_to_list(page, from)",
            Op::Call(SPLIT_HUGE_PAGE_TO_LIST, &[]),
        ),
        line("unlock", "unlock_page(page)", Op::Release(page_lock)),
        line("again", "if (!rc) goto retry", Op::If(returned_zero, "move")),
        line("fail", "return rc", Op::Return(|_| errno::ENOMEM)),
    ],
};

fn is_single(look: &Look) -> bool {
    pages(look, look.get(Local::Page)) == 1
}

const ORDER: Line = line("order", "order = compound_order(page)", Op::Do(read_order));
const WAIT: Line =
    line("wait", "wait until a block is free", Op::Await(a_block_is_free, "a free block"));
const SINGLE: Line = line("single", "if (!order)", Op::If(|look| order(look) == 0, "move"));
const PREP: Line = line(
    "prep",
    "prep_compound_page(newpage, order)",
    Op::Call(PREP_COMPOUND_PAGE, &[(Local::Page, Local::NewPage)]),
);

/// What a target is made of.
const OF_SIZE: &[Line] = &[plain::TOOK, SINGLE, PREP, plain::MOVE, plain::BUSY];
const FAILS: &[Line] = &[ORDER, plain::TARGET, plain::NO_TARGET];
const WAITS: &[Line] = &[ORDER, WAIT, plain::TARGET, plain::WAIT_AGAIN];
const LEAVE: &[Line] =
    &[plain::GONE, plain::PUT_OLD, plain::SUCCESS, plain::PUT_NEW, plain::EAGAIN];

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

const OLD: &str = "mm/migrate.c, v5.7 to v5.17";
const NEW: &str = "mm/migrate.c, v5.18 to v6.1";
const RFC: &str = "the RFC of January 2022 on mm/migrate.c";

macro_rules! forms {
    ($source:expr, $lru:expr) => {
        [
            [
                unmap_and_move(
                    $source,
                    joined!(&[plain::FREED], FAILS, OF_SIZE, &[$lru], LEAVE, &[plain::ENOMEM]),
                ),
                unmap_and_move($source, joined!(&[plain::FREED], WAITS, OF_SIZE, &[$lru], LEAVE)),
            ],
            [
                unmap_and_move(
                    RFC,
                    joined!(
                        &[plain::FREED, plain::PINNED],
                        FAILS,
                        OF_SIZE,
                        &[$lru],
                        LEAVE,
                        &[plain::ENOMEM]
                    ),
                ),
                unmap_and_move(
                    RFC,
                    joined!(&[plain::FREED, plain::PINNED], WAITS, OF_SIZE, &[$lru], LEAVE),
                ),
            ],
        ]
    };
}

/// The target is as large as the page, and compound if that is. In the second row a page that
/// looks pinned is left alone; in the second column the target is waited for.
pub static UNMAP_AND_MOVE_V5_7: [[Routine; 2]; 2] = forms!(OLD, plain::LRU);
/// As before, but the target is on the LRU since `__unmap_and_move` put it there.
pub static UNMAP_AND_MOVE_V5_18: [[Routine; 2]; 2] = forms!(NEW, plain::PUT_NEW_MOVED);

pub(super) const LOCK_TARGET: Line =
    line("newlock", "trylock_page(newpage)", Op::Acquire(target_lock));
pub(super) const ASK: Line = line("ask", "page_mapped(page)", Op::Call(PAGE_MAPPED, &[]));
const MAPPED: Line = line("mapped", "if (!page_mapped(page))", Op::If(returned_zero, "move"));
pub(super) const ASK_AGAIN: Line =
    line("askagain", "page_mapped(page)", Op::Call(PAGE_MAPPED, &[]));
pub(super) const NOTE: Line = line("note", "  (whether it is)", Op::Let(note_still_mapped));
pub(super) const STILL: Line =
    line("still", "if (page_mapped(page)) rc = -EAGAIN", Op::If(returned_nonzero, "busy"));
pub(super) const ON_LRU: Line = line("lru", "lru_cache_add(newpage)", Op::Do(target_joins_lru));
const UNMAP: &[Line] = &[
    plain::LOCK,
    LOCK_TARGET,
    ASK,
    MAPPED,
    plain::UNMAP,
    plain::WAS_MAPPED,
    ASK_AGAIN,
    NOTE,
    STILL,
];
/// With nothing mapped any more.
pub(super) const UNMAPPED: &[Line] = &[plain::MOVE_IT, plain::MOVED];
pub(super) const RESTORE: &[Line] = &[
    plain::NO_ENTRY,
    plain::TO_NEW,
    line("unlock", "unlock_page(newpage)", Op::Release(target_lock)),
    line("unlockold", "unlock_page(page)", Op::Release(page_lock)),
    plain::DONE,
    plain::NOT_MOVED,
    plain::TO_OLD,
    line("release", "unlock_page(newpage)", Op::Release(target_lock)),
    line("releaseold", "unlock_page(page)", Op::Release(page_lock)),
    plain::EAGAIN,
];

pub(super) const fn locked(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: UNMAP_AND_MOVE_LOCKED,
        source,
        omits: "trylock in the first passes; writeback; a target that is locked, since nobody \
                knows it",
        params: plain::LOCKED_PARAMS,
        locals: &[Local::Mapped, Local::AnonVma, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

/// The mappings become migration entries, the counts are compared, and the entries become
/// mappings again: of the target, or of the page itself where somebody else holds it.
pub static UNMAP_AND_MOVE_LOCKED_V5_7: Routine = locked(OLD, joined!(UNMAP, UNMAPPED, RESTORE));
/// As before, but the target is on the LRU before an entry points to it.
pub static UNMAP_AND_MOVE_LOCKED_V5_18: Routine =
    locked(NEW, joined!(UNMAP, UNMAPPED, &[ON_LRU], RESTORE));

fn order(look: &Look) -> u16 {
    look.get(Local::Order)
}

/// The lane's reference keeps it as it is.
fn read_order(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::Page);
    ctx.load(ctx.layout().compound(head).head());
    let order = pages(ctx, head).ilog2() as u16;
    ctx.set(Local::Order, order);
}

/// Nothing is allocated from the isolate lists, and nothing from another CPU's pcplist.
fn a_block_is_free(look: &Look) -> bool {
    let (zone, most) = (look.layout().zone(), look.geometry().max_order);
    let lists = (order(look) as u8..=most)
        .flat_map(|order| Migratetype::ALL.map(|mt| (order, mt)))
        .filter(|(_, mt)| *mt != Migratetype::Isolate);
    let single = order(look) == 0 && look.peek(look.this_pcp().count()) > 0;
    single
        || lists
            .into_iter()
            .any(|(order, mt)| look.peek(zone.free_list(order, mt).first()).is_some())
}

pub(super) fn target_lock(look: &Look) -> Lock {
    look.page(Local::NewPage).lock()
}

fn note_still_mapped(ctx: &mut Ctx) {
    if ctx.get::<u16>(Local::Ret) != 0 {
        ctx.find(event::STILL_MAPPED);
    }
}
