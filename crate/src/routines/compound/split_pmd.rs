//! `__split_huge_pmd` of `mm/huge_memory.c`: a huge entry becomes a page table; the compound page
//! stays whole.
use super::counts::{
    FIRST_PAGE, bias, leaves_entire_mappings, next_page, one_entire_less, page_of_index,
    past_last_page, second, was_not_double_mapped,
};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{HugePmd, Pfn, Pmd, Pte, Restore};
use crate::properties::event;
use crate::routines::at_hand::{
    clear_exclusive, drop_reference, get_page, looks_pinned, page_lock, ptl, read_exclusive,
    was_shared,
};
use crate::routines::compound::counts::count_mapping;
use crate::routines::kernels::Chosen;
use crate::routines::swap::PUT_PAGE;
use crate::routines::swap_state::trylock_fails;
use crate::routines::tlb::FLUSH_PAGE;

/// `__split_huge_pmd`, of whatever stands there.
pub const SPLIT_HUGE_PMD: Function = Function("__split_huge_pmd");
/// `__split_huge_pmd`, of an entry of the locked compound page at hand; `freeze` says whether its
/// pages get migration entries.
pub const SPLIT_HUGE_PMD_OF: Function = Function("__split_huge_pmd (page)");
/// `__split_huge_pmd_locked`, with the page table lock held.
pub const SPLIT_HUGE_PMD_LOCKED: Function = Function("__split_huge_pmd_locked");

const fn split(source: &'static str, omits: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SPLIT_HUGE_PMD,
        source,
        omits,
        params: &[Local::Mm],
        locals: &[Local::Page, Local::Pmd, Local::Freeze, Local::Ret],
        returns: Returns::Nothing,
        body,
    }
}

const LOCK: Line = line("lock", "ptl = pmd_lock(vma->vm_mm, pmd)", Op::Acquire(ptl));
const IS_ANY: Line = line(
    "huge",
    "if (!pmd_trans_huge(*pmd) && !migration entry)",
    Op::Branch(is_no_huge_entry, "out"),
);
const SPLIT: Line =
    line("split", "__split_huge_pmd_locked(vma, pmd, ..)", Op::Call(SPLIT_HUGE_PMD_LOCKED, &[]));
const OUT: Line = line("out", "spin_unlock(ptl)", Op::Release(ptl));
const RETURN: Line = line("ret", "return", Op::Return(|_| 0));
const NOTIFIERS: &str = "MMU notifiers, mlock, files, the huge zero page";

/// Under the page table lock alone: whoever sums up the counts of the page finds them on their way.
pub static SPLIT_HUGE_PMD_V5_7: Routine = split(
    "mm/huge_memory.c, v5.7, and v5.18 to v6.12",
    NOTIFIERS,
    &[LOCK, IS_ANY, SPLIT, OUT, RETURN],
);

/// And under the page lock, for `reuse_swap_page` (c444eb564fb1): the lock is tried first, and
/// waited for with the page table lock dropped.
pub static SPLIT_HUGE_PMD_V5_8: Routine = split(
    "mm/huge_memory.c, v5.8 to v5.17",
    NOTIFIERS,
    &[
        LOCK,
        line("huge", "if (!pmd_trans_huge(*pmd))", Op::Branch(is_not_trans_huge, "else")),
        line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "sleep")),
        SPLIT,
        OUT,
        line("unlockp", "unlock_page(page)", Op::Release(page_lock)),
        RETURN,
        line("else", "if (!is_pmd_migration_entry(*pmd))", Op::Branch(is_no_huge_entry, "none")),
        line("entry", "__split_huge_pmd_locked(..)", Op::Call(SPLIT_HUGE_PMD_LOCKED, &[])),
        line("none", "spin_unlock(ptl)", Op::Release(ptl)),
        line("done", "return", Op::Return(|_| 0)),
        line("sleep", "get_page(page)", Op::Do(get_page)),
        line("wait", "spin_unlock(ptl)", Op::Release(ptl)),
        line("lockp", "lock_page(page)", Op::Acquire(page_lock)),
        line("relock", "spin_lock(ptl)", Op::Acquire(ptl)),
        line("same", "if (!pmd_same(*pmd, _pmd))", Op::Branch(has_changed, "stale")),
        line("put", "put_page(page)", Op::Do(drop_reference)),
        line("locked", "  (it is locked)", Op::Goto("split")),
        line("stale", "unlock_page(page)", Op::Release(page_lock)),
        line("sput", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("repeat", "goto repeat", Op::Goto("huge")),
    ],
);

const fn split_of(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SPLIT_HUGE_PMD_OF,
        source,
        omits: NOTIFIERS,
        params: &[Local::Mm, Local::Page, Local::Freeze],
        locals: &[Local::Pmd, Local::Ret],
        returns: Returns::Nothing,
        body,
    }
}

/// For reverse map walks, which hold the page lock: the entry must map that page. What `pmd_page`
/// makes of an entry of migration is compared, and is not the page.
pub static SPLIT_HUGE_PMD_OF_V5_7: Routine = split_of(
    "mm/huge_memory.c, v5.7 to v5.17",
    &[
        LOCK,
        line("page", "if (page != pmd_page(*pmd))", Op::Branch(maps_another_page, "out")),
        SPLIT,
        OUT,
        RETURN,
    ],
);
/// Of what it makes the head is looked up.
pub static SPLIT_HUGE_PMD_OF_V5_18: Routine = split_of(
    "mm/huge_memory.c, v5.18 to v6.14",
    &[
        LOCK,
        line("folio", "page_folio(pmd_page(*pmd))", Op::BugOn(follows_migration_entry)),
        line("page", "if (folio != ..)", Op::If(mapped_another_page, "out")),
        SPLIT,
        OUT,
        RETURN,
    ],
);
/// An entry of migration is another page's: the lock of the one at hand is held (be6e843fc51a).
pub static SPLIT_HUGE_PMD_OF_V6_15: Routine = split_of(
    "mm/huge_memory.c, v6.15",
    &[
        LOCK,
        line(
            "page",
            "if (pmd_migration || folio != pmd_folio(*pmd))",
            Op::Branch(maps_another_page, "out"),
        ),
        SPLIT,
        OUT,
        RETURN,
    ],
);

/// The form of a kernel.
pub(super) fn of_folio(chosen: &Chosen) -> &'static Routine {
    match chosen.get("split_folio_check") {
        "pmd_page" => &SPLIT_HUGE_PMD_OF_V5_7,
        "page_folio" => &SPLIT_HUGE_PMD_OF_V5_18,
        _ => &SPLIT_HUGE_PMD_OF_V6_15,
    }
}

const fn split_locked(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SPLIT_HUGE_PMD_LOCKED,
        source,
        omits: NOTIFIERS,
        params: &[Local::Mm, Local::Freeze],
        locals: &[Local::Page, Local::Pmd, Local::Index, Local::Exclusive],
        returns: Returns::Nothing,
        body,
    }
}

/// Not present to the hardware, but still huge to those who look under the lock.
const INVALIDATE: Line =
    line("inv", "old_pmd = pmdp_invalidate(vma, haddr, pmd)", Op::Do(invalidate));
const IS_ENTRY: Line =
    line("migr", "if (is_pmd_migration_entry(old_pmd))", Op::If(is_migration, "start"));
const DIRTY: Line = line("dirty", "if (pmd_dirty(old_pmd)) SetPageDirty", Op::Do(set_dirty));
const REFS: Line = line("refs", "page_ref_add(page, HPAGE_PMD_NR - 1)", Op::Do(add_references));
const EXCLUSIVE: Line =
    line("excl", "anon_exclusive = PageAnonExclusive(page)", Op::Do(read_exclusive));
const START: Line = line("start", "i = 0", FIRST_PAGE.op);
const EACH: Line =
    line("each", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(past_last_page, "whole"));
const PTE: Line = line("pte", "set_pte_at(mm, addr, pte, entry)", Op::Do(set_pte));
const NO_COUNT: Line = line("nocount", "if (pmd_migration)", Op::If(is_migration, "next"));
const COUNT: Line = line("count", "atomic_inc(&page[i]._mapcount)", Op::Do(count_page));
const NEXT: Line = line("next", "addr += PAGE_SIZE", Op::Let(next_page));
const LOOP: Line = line("loop", "  (the next)", Op::Goto("each"));
const WHOLE: Line = line("whole", "if (pmd_migration)", Op::If(is_migration, "populate"));
const TWICE: Line =
    line("twice", "if (compound_mapcount(page) <= 1)", Op::Branch(is_mapped_once, "drop"));
const SET_DOUBLE: Line =
    line("double", "if (TestSetPageDoubleMap(page))", Op::Branch(was_double_mapped, "drop"));
const BIAS_START: Line = line("biasi", "i = 0", FIRST_PAGE.op);
const BIAS_EACH: Line =
    line("biaseach", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(past_last_page, "drop"));
const BIAS: Line = line("bias", "atomic_inc(&page[i]._mapcount)", Op::Do(|ctx| bias(ctx, 1)));
const BIAS_NEXT: Line = line("biasnext", "i++", Op::Let(next_page));
const BIAS_LOOP: Line = line("biasloop", "  (the next)", Op::Goto("biaseach"));
const DROP: Line = line(
    "drop",
    "if (!atomic_add_negative(-1, compound_mapcount))",
    Op::Branch(leaves_entire_mappings, "populate"),
);
const CLEAR_DOUBLE: Line = line(
    "clear",
    "if (!TestClearPageDoubleMap(page))",
    Op::Branch(was_not_double_mapped, "populate"),
);
const LESS_START: Line = line("lessi", "i = 0", FIRST_PAGE.op);
const LESS_EACH: Line =
    line("lesseach", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(past_last_page, "populate"));
const LESS: Line = line("less", "atomic_dec(&page[i]._mapcount)", Op::Do(|ctx| bias(ctx, -1)));
const LESS_NEXT: Line = line("lessnext", "i++", Op::Let(next_page));
const LESS_LOOP: Line = line("lessloop", "  (the next)", Op::Goto("lesseach"));
/// Behind a write barrier: who sees the table sees what is in it.
const POPULATE: Line = line("populate", "pmd_populate(mm, pmd, pgtable)", Op::Do(populate));
const FROZEN: Line =
    line("frozen", "if (!freeze)", Op::If(|look| !look.get::<bool>(Local::Freeze), "ret"));
const FREEZE_START: Line = line("freezei", "i = 0", FIRST_PAGE.op);
const FREEZE_EACH: Line =
    line("fzeach", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(past_last_page, "ret"));
const FREEZE_RMAP: Line =
    line("fzrmap", "page_remove_rmap(page + i, false)", Op::Do(remove_rmap_of_index));
const FREEZE_PUT: Line = line("fzput", "put_page(page + i)", Op::Do(drop_reference));
const FREEZE_NEXT: Line = line("fznext", "i++", Op::Let(next_page));
const FREEZE_LOOP: Line = line("fzloop", "  (the next)", Op::Goto("fzeach"));
const DONE: Line = line("ret", "return", Op::Return(|_| 0));

const PTES: &[Line] = &[START, EACH, PTE, NO_COUNT, COUNT, NEXT, LOOP, WHOLE];
const DOUBLE_MAP: &[Line] = &[
    TWICE,
    SET_DOUBLE,
    BIAS_START,
    BIAS_EACH,
    BIAS,
    BIAS_NEXT,
    BIAS_LOOP,
    DROP,
    CLEAR_DOUBLE,
    LESS_START,
    LESS_EACH,
    LESS,
    LESS_NEXT,
    LESS_LOOP,
];
const REMAP: &[Line] = &[
    POPULATE,
    FROZEN,
    FREEZE_START,
    FREEZE_EACH,
    FREEZE_RMAP,
    FREEZE_PUT,
    FREEZE_NEXT,
    FREEZE_LOOP,
    DONE,
];

/// As if the page were mapped, of an entry of migration too.
const EVERY_PTE: &[Line] =
    &[START, EACH, PTE, COUNT, NEXT, LOOP, line("whole", "  (all of them)", Op::Let(|_| ()))];
const LEAKING_REMAP: &[Line] = &[
    line("populate", "pmd_populate(mm, pmd, pgtable)", Op::Do(populate_leaking)),
    FROZEN,
    FREEZE_START,
    FREEZE_EACH,
    FREEZE_RMAP,
    FREEZE_PUT,
    FREEZE_NEXT,
    FREEZE_LOOP,
    DONE,
];
const BEGIN: &[Line] = &[INVALIDATE, FLUSH_PAGE, IS_ENTRY, DIRTY, REFS];
const BEGIN_ANY: &[Line] = &[INVALIDATE, FLUSH_PAGE, DIRTY, REFS];
/// What is not present is left as it is (3a5a8d343e1c).
const BEGIN_PRESENT: &[Line] = &[
    line("migr", "if (is_pmd_migration_entry(*pmd))", Op::Branch(reads_migration, "start")),
    INVALIDATE,
    FLUSH_PAGE,
    DIRTY,
    REFS,
];
const BEGIN_ANY_PRESENT: &[Line] = &[
    line("migr", "if (is_pmd_migration_entry(*pmd))", Op::Branch(reads_migration, "dirty")),
    INVALIDATE,
    FLUSH_PAGE,
    DIRTY,
    REFS,
];
const ONE_LESS: &[Line] =
    &[line("drop", "page_remove_rmap(page, vma, true)", Op::Do(one_entire_less))];

/// One for each way in which counts change of a page that the entry does not map any more, since it
/// is an entry of migration: as if it did; only the references; not at all. Then the same, with
/// only what is present invalidated.
macro_rules! by_migration {
    ($source:expr, $sharing:expr, $whole:expr) => {
        [
            split_locked($source, joined!(BEGIN_ANY, $sharing, EVERY_PTE, $whole, LEAKING_REMAP)),
            split_locked($source, joined!(BEGIN_ANY, $sharing, PTES, $whole, LEAKING_REMAP)),
            split_locked($source, joined!(BEGIN, $sharing, PTES, $whole, REMAP)),
            split_locked(
                $source,
                joined!(BEGIN_ANY_PRESENT, $sharing, EVERY_PTE, $whole, LEAKING_REMAP),
            ),
            split_locked(
                $source,
                joined!(BEGIN_ANY_PRESENT, $sharing, PTES, $whole, LEAKING_REMAP),
            ),
            split_locked($source, joined!(BEGIN_PRESENT, $sharing, PTES, $whole, REMAP)),
        ]
    };
}

/// References first, then an entry and a count for each page; while others map the whole, every
/// page counts one mapping more; then the whole is mapped once less. So for a moment the counts of
/// mappings say more than the references do.
pub static SPLIT_HUGE_PMD_LOCKED_V5_8: [Routine; 6] =
    by_migration!("mm/huge_memory.c, v5.7 to v5.18", &[], DOUBLE_MAP);
/// Each page is as exclusive as the whole was, which is not frozen if it looks pinned.
pub static SPLIT_HUGE_PMD_LOCKED_V5_19: [Routine; 6] =
    by_migration!("mm/huge_memory.c, v5.19 to v6.1", SHARING, DOUBLE_MAP);
/// Without `PageDoubleMap`: the counts of the pages and that of the whole stand for themselves.
pub static SPLIT_HUGE_PMD_LOCKED_V6_2: [Routine; 6] =
    by_migration!("mm/huge_memory.c, v6.2 to v6.12", SHARING, ONE_LESS);

/// The form of a kernel.
pub(super) fn locked(chosen: &Chosen) -> &'static Routine {
    let forms = match (chosen.is("double_map", "on"), chosen.get("cow")) {
        (false, _) => &SPLIT_HUGE_PMD_LOCKED_V6_2,
        (true, "exclusive" | "exclusive_any") => &SPLIT_HUGE_PMD_LOCKED_V5_19,
        _ => &SPLIT_HUGE_PMD_LOCKED_V5_8,
    };
    let counts = match chosen.get("split_migration_pmd") {
        "counts" => 0,
        "refs" => 1,
        _ => 2,
    };
    let present = usize::from(chosen.is("pmd_invalidate", "present"));
    &forms[counts + 3 * present]
}

const SHARING: &[Line] = &[
    EXCLUSIVE,
    line("shared", "if (!freeze || !anon_exclusive)", Op::If(need_not_share, "start")),
    line("pinned", "if (page_maybe_dma_pinned(page))", Op::Branch(looks_pinned, "nofreeze")),
    line("share", "ClearPageAnonExclusive(page)", Op::Do(clear_exclusive)),
    line("goon", "  (as it was told)", Op::Goto("start")),
    line("nofreeze", "freeze = false", Op::Let(|ctx| ctx.set(Local::Freeze, false))),
];

/// Reads the entry, and the page that it names.
fn read_pmd(ctx: &mut Ctx) -> Pmd {
    let pmd = ctx.load(ctx.mm().pmd());
    ctx.set(Local::Pmd, pmd);
    if let Some(head) = pmd.head() {
        ctx.set(Local::Page, head);
    }
    pmd
}

/// Neither `pmd_trans_huge` nor `is_pmd_migration_entry`.
fn is_no_huge_entry(ctx: &mut Ctx) -> bool {
    read_pmd(ctx).head().is_none()
}

/// `pmd_trans_huge`, inverted.
fn is_not_trans_huge(ctx: &mut Ctx) -> bool {
    read_pmd(ctx).mapped().is_none()
}

fn maps_another_page(ctx: &mut Ctx) -> bool {
    let page: Pfn = ctx.get(Local::Page);
    ctx.load(ctx.mm().pmd()).mapped() != Some(page)
}

/// `pmd_page` of an entry of migration takes bits of a swap entry for a page frame number, and
/// `page_folio` reads what they lead to.
fn follows_migration_entry(ctx: &mut Ctx) -> bool {
    let pmd = ctx.load(ctx.mm().pmd());
    ctx.set(Local::Pmd, pmd);
    let wild = matches!(pmd, Pmd::Migration { .. });
    if wild {
        ctx.find(event::WILD_PAGE_POINTER);
    }
    wild
}

fn mapped_another_page(look: &Look) -> bool {
    look.get::<Pmd>(Local::Pmd).mapped() != Some(look.get(Local::Page))
}

/// `pmd_same`, inverted.
pub(in crate::routines) fn has_changed(ctx: &mut Ctx) -> bool {
    ctx.load(ctx.mm().pmd()) != ctx.get::<Pmd>(Local::Pmd)
}

/// Whether the entry that was read is one of migration.
pub(in crate::routines) fn is_migration(look: &Look) -> bool {
    matches!(look.get(Local::Pmd), Pmd::Migration { .. })
}

fn invalidate(ctx: &mut Ctx) {
    let old = ctx.update(ctx.mm().pmd(), |pmd| match pmd {
        Pmd::Huge(huge) => Pmd::Invalid(huge),
        Pmd::Migration { head, restore } => Pmd::InvalidMigration { head, restore },
        other => other,
    });
    ctx.set(Local::Pmd, old);
    if let Some(head) = old.head() {
        ctx.set(Local::Page, head);
    }
}

/// Reads the entry under the lock; nobody changes it from here on.
fn reads_migration(ctx: &mut Ctx) -> bool {
    matches!(read_pmd(ctx), Pmd::Migration { .. })
}

fn set_dirty(ctx: &mut Ctx) {
    if let Pmd::Huge(HugePmd { dirty: true, .. }) = ctx.get(Local::Pmd) {
        ctx.update(ctx.page(Local::Page).dirty(), |_| true);
    }
}

/// Those of the page table entries to come; the last of them has that of the huge entry.
fn add_references(ctx: &mut Ctx) {
    let more = ctx.geometry().hpage_pages() - 1;
    ctx.get_page(ctx.get(Local::Page), more);
}

fn need_not_share(look: &Look) -> bool {
    !look.get::<bool>(Local::Freeze) || was_shared(look)
}

/// One entry of the table that nobody sees yet. A page is as exclusive as the whole. That it was
/// written to the page knows by now.
fn set_pte(ctx: &mut Ctx) {
    let (pfn, index) = (page_of_index(ctx), ctx.get(Local::Index));
    let exclusive: bool = ctx.get(Local::Exclusive);
    let entry = match ctx.get(Local::Pmd) {
        Pmd::Migration { restore, .. } => Pte::Migration { pfn, restore },
        Pmd::Huge(HugePmd { write, .. }) if ctx.get(Local::Freeze) => {
            let restore = match (write, exclusive) {
                (true, _) => Restore::Writable,
                (false, true) => Restore::ReadableExclusive,
                (false, false) => Restore::Readable,
            };
            Pte::Migration { pfn, restore }
        }
        Pmd::Huge(HugePmd { write, .. }) => Pte::clean(pfn, write),
        Pmd::Table | Pmd::None | Pmd::Invalid(_) | Pmd::InvalidMigration { .. } => Pte::None,
    };
    if exclusive && entry.mapped().is_some() {
        ctx.update(ctx.layout().page(pfn).anon_exclusive(), |_| true);
    }
    ctx.store(ctx.mm().pte(index), entry);
}

fn count_page(ctx: &mut Ctx) {
    count_mapping(ctx, page_of_index(ctx), 1);
}

fn is_mapped_once(ctx: &mut Ctx) -> bool {
    let count: u16 = ctx.load(second(ctx).entire_mapcount());
    count <= 1
}

fn was_double_mapped(ctx: &mut Ctx) -> bool {
    ctx.update(second(ctx).double_map(), |_| true)
}

/// The entries answer for their references from here on; entries of migration hold none.
fn populate(ctx: &mut Ctx) {
    let (page, pages) = (ctx.get(Local::Page), ctx.geometry().hpage_pages());
    ctx.store(ctx.mm().pmd(), Pmd::Table);
    match ctx.get(Local::Pmd) {
        Pmd::Huge(_) if ctx.get(Local::Freeze) => ctx.hold(page, 1),
        Pmd::Huge(_) => ctx.let_go(page, pages - 1),
        _ => {}
    }
}

/// Those of an entry of migration have no page table entry that will drop them. Ghost: nobody does.
fn populate_leaking(ctx: &mut Ctx) {
    populate(ctx);
    let (page, refs) = (ctx.get(Local::Page), ctx.geometry().hpage_pages() - 1);
    if let Pmd::Migration { .. } = ctx.get(Local::Pmd) {
        ctx.let_go(page, refs);
        let owned = ctx.layout().page(page).owned();
        let (memory, _) = ctx.ghosts();
        let before: u16 = memory.peek(owned);
        memory.store(owned, before + refs);
        ctx.find(event::COUNTS_OF_NOBODY);
    }
}

fn remove_rmap_of_index(ctx: &mut Ctx) {
    count_mapping(ctx, page_of_index(ctx), -1);
}
