//! `mm/rmap.c` and `mm/huge_memory.c`: replacing the entries of a compound page by migration
//! entries, whether they map it as a whole or page by page; and the counts of its mappings.
use super::counts::second_page;
use super::walk::{
    LEAF, NEXT_PTE, NO_TABLE, PMD, PMD_AGAIN, PMD_LOCK, PMD_UNLOCK, WAS_SPLIT, finds_none,
    first_address, is_behind, is_nothing, mm, pages,
};
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::word::Restore;
use crate::mm::{HugePmd, Pfn, Pmd, Pte};
use crate::properties::event;
use crate::routines::at_hand::{drop_reference, returned_nonzero, set_page_dirty, was_shared};
use crate::routines::mm_h::promise_not_pinned;
use crate::routines::rmap::{
    BUSY, CLEAR_EXCLUSIVE, EACH, FIRST, LOCK, LOOP, MB, MB_AFTER, NEXT, OUT,
    PAGE_TRY_SHARE_ANON_RMAP, PUT, SHARED_NOW, TRY_TO_MIGRATE, UNLOCK, page_try_share_anon_rmap,
    ptl,
};
use crate::routines::tlb::FLUSH_PAGE;

/// `page_mapped`, of a page or a compound page.
pub const PAGE_MAPPED: Function = Function("page_mapped");
/// `set_pmd_migration_entry`, with the entry's lock held.
pub const SET_PMD_MIGRATION_ENTRY: Function = Function("set_pmd_migration_entry");
/// `page_remove_rmap(page, true)`, of an anonymous page, by its head.
pub const REMOVE_COMPOUND_RMAP: Function = Function("page_remove_anon_compound_rmap");

/// The mapping of the whole is looked for first: who splits the entry that does it counts its pages
/// before that count falls.
pub static PAGE_MAPPED_V5_7: Routine = Routine {
    function: PAGE_MAPPED,
    source: "mm/util.c, v5.7 to v6.1",
    omits: "hugetlb pages",
    params: &[Local::Page],
    locals: &[Local::Index],
    returns: Returns::Bool,
    body: &[
        line("entire", "if (compound_mapcount(page) > 0)", Op::Branch(is_mapped_as_whole, "yes")),
        line("each", "for (i = 0; i < compound_nr(page); i++)", Op::If(no_page_left, "no")),
        line("one", "if (page[i]._mapcount >= 0)", Op::Branch(page_is_mapped, "yes")),
        line("loop", "next page", Op::Goto("each")),
        line("yes", "return true", Op::Return(|_| 1)),
        line("no", "return false", Op::Return(|_| 0)),
    ],
};

/// The last entry that maps the whole takes what each page counts because of it along.
pub static REMOVE_COMPOUND_RMAP_V5_7: Routine = Routine {
    function: REMOVE_COMPOUND_RMAP,
    source: "mm/rmap.c, v5.7 to v6.1",
    omits: "statistics, the deferred split queue; _large_mapcount changes in the same step",
    params: &[Local::Page],
    locals: &[Local::Index],
    returns: Returns::Nothing,
    body: &[
        line("entire", "if (compound_mapcount-- > 1)", Op::Branch(remains_mapped_as_whole, "out")),
        line("double", "if (!TestClearPageDoubleMap(page))", Op::Branch(was_not_double, "out")),
        line("each", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(no_page_left, "out")),
        line("one", "page[i]._mapcount--", Op::Do(uncount_double)),
        line("loop", "next page", Op::Goto("each")),
        OUT,
    ],
};

/// A page of no compound page is looked at by its own count.
fn is_mapped_as_whole(ctx: &mut Ctx) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    if pages(ctx, head) == 1 {
        return false;
    }
    let second = ctx.layout().second_page(head);
    second.is_some_and(|second| ctx.load(second.entire_mapcount()) as i16 > 0)
}

fn no_page_left(look: &Look) -> bool {
    look.get::<u16>(Local::Index) >= pages(look, look.get(Local::Page))
}

/// The next page of the compound page, by its number.
fn next_page(ctx: &mut Ctx) -> Pfn {
    let (head, index): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Index));
    ctx.set(Local::Index, index + 1);
    Pfn(head.0 + index)
}

fn page_is_mapped(ctx: &mut Ctx) -> bool {
    let page = next_page(ctx);
    ctx.load(ctx.layout().page(page).mapcount()) > 0
}

fn remains_mapped_as_whole(ctx: &mut Ctx) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    count_in_all(ctx, head, u16::MAX);
    let second = ctx.second_page(head);
    ctx.update(second.entire_mapcount(), |count| count.wrapping_sub(1)) > 1
}

fn was_not_double(ctx: &mut Ctx) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    let second = ctx.second_page(head);
    !ctx.update(second.double_map(), |_| false)
}

fn uncount_double(ctx: &mut Ctx) {
    let page = next_page(ctx);
    let mapcount = ctx.layout().page(page).mapcount();
    ctx.update(mapcount, |count| count.wrapping_sub(1));
}

/// `_large_mapcount` (v6.10) follows the count that it sums, in the same step.
pub(in crate::routines) fn count_in_all(ctx: &mut Ctx, head: Pfn, by: u16) {
    if let Some(second) = second_page(ctx, head) {
        ctx.update(second.large_mapcount(), |count| count.wrapping_add(by));
    }
}

const PEEK: Line = line("peek", "if (!map_pte(pvmw))", Op::Branch(maps_nothing, "step"));
pub(super) const CHECK: Line =
    line("check", "while (!check_pte(pvmw)) pvmw->pte++", Op::Branch(finds_no_page, "unlock"));
pub(super) const CLEAR: Line =
    line("clear", "pteval = ptep_clear_flush(vma, address, pte)", Op::Do(clear));
const ENTRY: Line = line("entry", "set_pte_at(mm, address, pte, swp_pte)", Op::Do(set_entry));
pub(super) const RMAP: Line = line("rmap", "page_remove_rmap(subpage, false)", Op::Do(remove_rmap));
pub(super) const MORE: Line = line("more", "page_vma_mapped_walk(&pvmw)", Op::Goto("check"));
/// Without the lock: the pages of the mapping one after another, until one may be mapped.
const STEPS: &[Line] = &[
    line("step", "pvmw.address += PAGE_SIZE", Op::Let(crate::routines::at_hand::next_address)),
    line("end", "if (pvmw.address < end)", Op::If(|look| !is_behind(look), "peek")),
    line("stepped", "next vma", Op::Goto("next")),
];
/// The entry above the page table, under its lock.
const OF_PMD: &[Line] = &[
    PMD_LOCK,
    PMD_AGAIN,
    WAS_SPLIT,
    line("other", "if (!check_pmd(pmd_pfn(pmde), pvmw))", Op::If(maps_another, "unlock")),
    line("set", "set_pmd_migration_entry(&pvmw, page)", Op::Call(SET_PMD_MIGRATION_ENTRY, &[])),
];
const PMD_DONE: Line = line("pmdout", "next vma", Op::Goto("unlock"));
const REFUSED: Line = line("failed", "if (it is pinned)", Op::If(returned_nonzero, "stop"));
pub(super) const STOP: &[Line] = &[
    line("stop", "spin_unlock(pvmw.ptl)", Op::Release(ptl)),
    line("stopped", "ret = false", Op::Return(|_| 0)),
];

pub(super) const EXCLUSIVE: Line =
    line("excl", "anon_exclusive = PageAnonExclusive(subpage)", Op::Do(read_exclusive));
const SHARED: Line = line("shared", "if (!anon_exclusive)", Op::If(was_shared, "entry"));
pub(super) const SHARE: Line = line(
    "share",
    "page_try_share_anon_rmap(subpage)",
    Op::Call(PAGE_TRY_SHARE_ANON_RMAP, &[(Local::Page, Local::Tail)]),
);
pub(super) const PTE_REFUSED: Line =
    line("refused", "if (it is pinned)", Op::If(returned_nonzero, "restore"));
pub(super) const RESTORE: &[Line] = &[
    line("restore", "set_pte_at(mm, address, pte, pteval)", Op::Do(put_back)),
    line("goto", "break", Op::Goto("stop")),
];

const WALK: &[Line] = &[FIRST, EACH, PMD, LEAF, NO_TABLE];
pub(super) const UNMAP: &[Line] = &[CHECK, CLEAR, FLUSH_PAGE, ENTRY, RMAP, PUT, NEXT_PTE, MORE];
pub(super) const UNMAP_EXCLUSIVE: &[Line] = &[
    CHECK,
    EXCLUSIVE,
    CLEAR,
    FLUSH_PAGE,
    SHARED,
    SHARE,
    PTE_REFUSED,
    ENTRY,
    RMAP,
    PUT,
    NEXT_PTE,
    MORE,
];
pub(super) const NEXT_VMA: &[Line] = &[UNLOCK, NEXT, LOOP, OUT];
const LOOKING: &[Line] = joined!(&[PEEK, LOCK], &[]);
const TO_TABLE: &[Line] = &[PMD_UNLOCK, line("look", "handle PTEs", Op::Goto("peek"))];
const TO_LOCKED: &[Line] = &[PMD_UNLOCK, line("look", "handle PTEs", Op::Goto("lock"))];
/// `PVMW_SYNC`: who has cleared the entry is waited for until the page is uncounted, too.
const SYNC_WALK: &[Line] = &[
    FIRST,
    EACH,
    PMD,
    LEAF,
    line("none", "if (!pmd_present(pmde))", Op::If(is_nothing, "sync")),
    LOCK,
];
const SYNC: &[Line] = &[
    line("sync", "ptl = pmd_lock(mm, pvmw.pmd)", Op::Acquire(ptl)),
    line("synced", "next vma", Op::Goto("unlock")),
];

const fn try_to_migrate(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: TRY_TO_MIGRATE,
        source,
        omits: "the dirty bit of an entry of a page table; it does not end early when nothing \
                maps the page any more",
        params: &[Local::Page],
        locals: &[
            Local::Vma,
            Local::Mm,
            Local::Addr,
            Local::Pmd,
            Local::Pte,
            Local::Tail,
            Local::Exclusive,
            Local::Ret,
        ],
        returns: Returns::Nothing,
        body,
    }
}

const PLAIN: &str = "mm/rmap.c, v5.7 to v5.18 (try_to_unmap_one with TTU_MIGRATION)";
const FIXED: &str = "mm/rmap.c, v5.19 to v6.1 (try_to_migrate_one)";

/// What maps the whole is replaced at once, by an entry for the whole; what maps its pages, page
/// by page. A count of mappings drops before the reference. The second form waits for who is
/// clearing an entry (`TTU_SYNC`, 732ed55823fc).
pub static TRY_TO_MIGRATE_V5_7: [Routine; 2] = [
    try_to_migrate(
        PLAIN,
        joined!(WALK, LOOKING, UNMAP, NEXT_VMA, STEPS, OF_PMD, &[PMD_DONE], TO_TABLE),
    ),
    try_to_migrate(
        PLAIN,
        joined!(SYNC_WALK, UNMAP, NEXT_VMA, SYNC, OF_PMD, &[PMD_DONE], TO_LOCKED),
    ),
];

/// An exclusive page that looks pinned keeps its mapping, and the walk ends there.
pub static TRY_TO_MIGRATE_V5_19: [Routine; 2] = [
    try_to_migrate(
        FIXED,
        joined!(
            WALK,
            LOOKING,
            UNMAP_EXCLUSIVE,
            NEXT_VMA,
            STEPS,
            OF_PMD,
            &[REFUSED, PMD_DONE],
            RESTORE,
            STOP,
            TO_TABLE
        ),
    ),
    try_to_migrate(
        FIXED,
        joined!(
            SYNC_WALK,
            UNMAP_EXCLUSIVE,
            NEXT_VMA,
            SYNC,
            OF_PMD,
            &[REFUSED, PMD_DONE],
            RESTORE,
            STOP,
            TO_LOCKED
        ),
    ),
];

/// The first entry of the walk is looked at for a page, the others for anything.
pub(super) fn maps_nothing(ctx: &mut Ctx) -> bool {
    let pte = ctx.load(ctx.pte());
    let first = ctx.get::<u16>(Local::Addr) == first_address(ctx);
    if first { pte.mapped().is_none() } else { pte == Pte::None }
}

fn finds_no_page(ctx: &mut Ctx) -> bool {
    finds_none(ctx, Pte::mapped)
}

fn read_exclusive(ctx: &mut Ctx) {
    let exclusive = ctx.page(Local::Tail).anon_exclusive();
    let value = ctx.load(exclusive);
    ctx.set(Local::Exclusive, value);
}

/// From here on the lane answers for the mapping's reference.
fn clear(ctx: &mut Ctx) {
    let cell = ctx.pte();
    let old = ctx.clear_pte(cell);
    ctx.set(Local::Pte, old);
    ctx.hold(ctx.get(Local::Page), 1);
}

fn restore_of(ctx: &Ctx, writes: bool) -> Restore {
    match (writes, ctx.get(Local::Exclusive)) {
        (true, _) => Restore::Writable,
        (false, true) => Restore::ReadableExclusive,
        (false, false) => Restore::Readable,
    }
}

fn set_entry(ctx: &mut Ctx) {
    let pfn = ctx.get(Local::Tail);
    let restore = restore_of(ctx, ctx.get::<Pte>(Local::Pte).writes());
    let cell = ctx.pte();
    ctx.store(cell, Pte::Migration { pfn, restore });
}

fn remove_rmap(ctx: &mut Ctx) {
    count_in_all(ctx, ctx.get(Local::Page), u16::MAX);
    let mapcount = ctx.page(Local::Tail).mapcount();
    ctx.update(mapcount, |count| count.wrapping_sub(1));
}

pub(super) fn put_back(ctx: &mut Ctx) {
    let old: Pte = ctx.get(Local::Pte);
    let cell = ctx.pte();
    ctx.store(cell, old);
    ctx.let_go(ctx.get(Local::Page), 1);
}

/// Also where the entry is one of migration already.
fn maps_another(look: &Look) -> bool {
    look.get::<Pmd>(Local::Pmd).mapped() != Some(look.get(Local::Page))
}

const fn set_pmd_migration_entry(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SET_PMD_MIGRATION_ENTRY,
        source,
        omits: "soft-dirty, young and userfaultfd bits",
        params: &[Local::Page, Local::Mm, Local::Vma],
        locals: &[Local::Pmd, Local::Exclusive, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

const INVALIDATE: Line =
    line("inval", "pmdval = pmdp_invalidate(vma, address, pmd)", Op::Do(invalidate));
const PMD_CLEAN: Line = line("clean", "if (!pmd_dirty(pmdval))", Op::If(is_clean_pmd, "entry"));
const PMD_DIRTY: Line = line("dirty", "set_page_dirty(page)", Op::Do(set_page_dirty));
const PMD_ENTRY: Line = line("entry", "set_pmd_at(mm, address, pmd, pmdswp)", Op::Do(set_pmd));
const PMD_RMAP: Line =
    line("rmap", "page_remove_rmap(page, true)", Op::Call(REMOVE_COMPOUND_RMAP, &[]));
const PMD_PUT: Line = line("put", "put_page(page)", Op::Do(drop_reference));
const SET: Line = line("done", "return 0", Op::Return(|_| 0));
const PMD_SHARE: &[Line] = &[
    line(
        "excl",
        "anon_exclusive = PageAnonExclusive(page)",
        Op::Do(crate::routines::at_hand::read_exclusive),
    ),
    line("shared", "if (!anon_exclusive)", Op::If(was_shared, "clean")),
    line("share", "page_try_share_anon_rmap(page)", Op::Call(PAGE_TRY_SHARE_ANON_RMAP, &[])),
    line("refused", "if (it is pinned)", Op::If(returned_nonzero, "restore")),
];
const PMD_REPLACE: &[Line] = &[PMD_CLEAN, PMD_DIRTY, PMD_ENTRY, PMD_RMAP, PMD_PUT, SET];
const PMD_RESTORE: &[Line] = &[
    line("restore", "set_pmd_at(mm, address, pmd, pmdval)", Op::Do(put_back_pmd)),
    line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
];

/// Whoever has pinned the page, its mapping goes.
pub static SET_PMD_MIGRATION_ENTRY_V5_7: Routine = set_pmd_migration_entry(
    "mm/huge_memory.c, v5.7 to v5.18",
    joined!(&[INVALIDATE, FLUSH_PAGE], PMD_REPLACE),
);

/// With the entry not present an exclusive page is looked at for pins, and gets it back if it looks
/// pinned.
pub static SET_PMD_MIGRATION_ENTRY_V5_19: Routine = set_pmd_migration_entry(
    "mm/huge_memory.c, v5.19 to v6.1",
    joined!(&[INVALIDATE, FLUSH_PAGE], PMD_SHARE, PMD_REPLACE, PMD_RESTORE),
);

/// Still an entry of a huge page to all that look under the lock.
fn invalidate(ctx: &mut Ctx) {
    let cell = mm(ctx).pmd();
    let old = ctx.update(cell, |pmd| match pmd {
        Pmd::Huge(huge) => Pmd::Invalid(huge),
        other => other,
    });
    ctx.set(Local::Pmd, old);
}

fn huge(look: &Look) -> Option<HugePmd> {
    match look.get(Local::Pmd) {
        Pmd::Huge(huge) | Pmd::Invalid(huge) => Some(huge),
        _ => None,
    }
}

fn is_clean_pmd(look: &Look) -> bool {
    huge(look).is_none_or(|huge| !huge.dirty)
}

/// From here on the lane answers for the mapping's reference.
fn set_pmd(ctx: &mut Ctx) {
    let head = ctx.get(Local::Page);
    let writes = matches!(ctx.get(Local::Pmd), Pmd::Huge(HugePmd { write: true, .. }));
    let restore = restore_of(ctx, writes);
    let cell = mm(ctx).pmd();
    ctx.store(cell, Pmd::Migration { head, restore });
    ctx.hold(head, 1);
}

fn put_back_pmd(ctx: &mut Ctx) {
    let old: Pmd = ctx.get(Local::Pmd);
    let cell = mm(ctx).pmd();
    ctx.store(cell, old);
}

const PINNED: Line =
    line("pinned", "if (page_maybe_dma_pinned(page))", Op::Branch(looks_pinned, "busy"));

/// Pins are counted for the compound page; what is exclusive is each of its pages, or by the head
/// all of it while one entry maps it.
pub static PAGE_TRY_SHARE_V5_19: Routine = page_try_share(
    "include/linux/rmap.h, v5.19 and v6.0",
    &[PINNED, CLEAR_EXCLUSIVE, SHARED_NOW, BUSY],
);
/// With the barriers that order entry, count and flag (088b8aa537c2).
pub static PAGE_TRY_SHARE_V6_1: Routine = page_try_share(
    "include/linux/rmap.h, v6.1 to v6.12",
    &[MB, PINNED, CLEAR_EXCLUSIVE, MB_AFTER, SHARED_NOW, BUSY],
);

const fn page_try_share(source: &'static str, body: &'static [Line]) -> Routine {
    Routine { omits: "device memory", ..page_try_share_anon_rmap(source, body) }
}

/// The head of the page at hand, which somebody here has a reference of: it cannot change.
fn head_of(ctx: &Ctx, page: Pfn) -> Pfn {
    ctx.peek(ctx.layout().compound(page).compound_head()).unwrap_or(page)
}

/// `page_maybe_dma_pinned`: exact where a compound page counts its pins.
pub(in crate::routines) fn maybe_dma_pinned(ctx: &mut Ctx, page: Pfn) -> bool {
    let head = head_of(ctx, page);
    let second = ctx.layout().second_page(head).filter(|_| pages(ctx, head) > 2);
    match second {
        Some(second) => ctx.load(second.pincount()) > 0,
        None => {
            let refs = ctx.load(ctx.layout().page(head).refcount());
            refs >= ctx.geometry().pin_bias
        }
    }
}

fn looks_pinned(ctx: &mut Ctx) -> bool {
    let page: Pfn = ctx.get(Local::Page);
    let pinned = maybe_dma_pinned(ctx, page);
    if !pinned && ctx.watches(event::PINNED_BEHIND_CHECK) {
        let head = head_of(ctx, page);
        let all = pages(ctx, head);
        (head.0..head.0 + all).for_each(|page| promise_not_pinned(ctx, Pfn(page)));
    }
    pinned
}
