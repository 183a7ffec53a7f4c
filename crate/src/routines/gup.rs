//! `mm/gup.c`: the way into a pin without locks.
//!
//! The slow path, with locks, is in [`super::gup_slow`].
use super::at_hand::returned;
use super::entry::foll;
use super::follow_page::{must_unshare, must_unshare_all};
use super::gup_handle::{publish, publish_exclusive};
use super::gup_put::{GUP_PUT_FOLIO, PUT_COMPOUND_HEAD, UNPIN_USER_PAGES};
use super::gup_slow;
use super::mm_h::begin_walk;
use super::try_grab::{TRY_GRAB_COMPOUND_HEAD, TRY_GRAB_FOLIO};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Pmd, Pte};
use crate::properties::event;

/// `pin_user_pages_fast`
pub const PIN_USER_PAGES_FAST: Function = Function("pin_user_pages_fast");
/// `get_user_pages_fast`
pub const GET_USER_PAGES_FAST: Function = Function("get_user_pages_fast");
/// `internal_get_user_pages_fast`; returns the page here, where the kernel fills an array.
pub const INTERNAL_GET_USER_PAGES_FAST: Function = Function("internal_get_user_pages_fast");
/// `lockless_pages_from_mm`
pub const LOCKLESS_PAGES_FROM_MM: Function = Function("lockless_pages_from_mm");
/// `gup_pte_range`
pub const GUP_PTE_RANGE: Function = Function("gup_pte_range");
pub(super) const GUP: &[Local] = &[Local::Mm, Local::Addr, Local::Flags];
const GUP_HANDLE: &[Local] = &[Local::Mm, Local::Addr, Local::Flags, Local::Pin];

const CALL: Line = line(
    "gup",
    "ret = internal_get_user_pages_fast(start, 1, gup_flags, ..)",
    Op::Call(INTERNAL_GET_USER_PAGES_FAST, &[]),
);
const NO_PAGE: Line = line("none", "if (ret <= 0)", Op::If(got_no_page, "out"));
const PUBLISH: Line = line("pages", "pages[0] = page", Op::Do(publish));
const ONE: Line = line("one", "return 1", Op::Return(|_| 1));
const RETURN_ERROR: Line = line("out", "return ret", Op::Return(error_of));

const PUBLISH_CHECKED: Line = line("pages", "pages[0] = page", Op::Do(publish_exclusive));
const PUBLISH_UNCOUNTED: Line = line("pages", "pages[0] = page", Op::Do(publish_uncounted));
const CALL_V6_10: Line = line(
    "gup",
    "ret = gup_fast_fallback(start, 1, gup_flags, ..)",
    Op::Call(INTERNAL_GET_USER_PAGES_FAST, &[]),
);

const fn gup_fast(function: Function, source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function,
        source,
        omits: "more than one page a call",
        params: GUP_HANDLE,
        locals: &[Local::Ret],
        returns: Returns::Count,
        body,
    }
}

/// The pin is the caller's, and a breach of the rules for pins counts, from `pages[0]` on.
pub static PIN_USER_PAGES_FAST_V5_8: Routine = gup_fast(
    PIN_USER_PAGES_FAST,
    "mm/gup.c, v5.7 to v5.18",
    &[CALL, NO_PAGE, PUBLISH, ONE, RETURN_ERROR],
);
/// What comes out is exclusive, or not anonymous (b6a2619c60b4).
pub static PIN_USER_PAGES_FAST_V5_19: Routine = gup_fast(
    PIN_USER_PAGES_FAST,
    "mm/gup.c, v5.19 to v6.4",
    &[CALL, NO_PAGE, PUBLISH_CHECKED, ONE, RETURN_ERROR],
);
/// A pin of the zero page stands for no reference (c8070b787519).
pub static PIN_USER_PAGES_FAST_V6_5: Routine = gup_fast(
    PIN_USER_PAGES_FAST,
    "mm/gup.c, v6.5 to v6.9",
    &[CALL, NO_PAGE, PUBLISH_UNCOUNTED, ONE, RETURN_ERROR],
);
/// As before, where the walk without locks is `gup_fast`.
pub static PIN_USER_PAGES_FAST_V6_10: Routine = gup_fast(
    PIN_USER_PAGES_FAST,
    "mm/gup.c, v6.10 and later",
    &[CALL_V6_10, NO_PAGE, PUBLISH_UNCOUNTED, ONE, RETURN_ERROR],
);
/// As the pin, with one reference in place of `GUP_PIN_COUNTING_BIAS`.
pub static GET_USER_PAGES_FAST_V5_8: Routine = gup_fast(
    GET_USER_PAGES_FAST,
    "mm/gup.c, v5.8 to v6.9",
    &[CALL, NO_PAGE, PUBLISH, ONE, RETURN_ERROR],
);
/// As before, where the walk without locks is `gup_fast`.
pub static GET_USER_PAGES_FAST_V6_10: Routine = gup_fast(
    GET_USER_PAGES_FAST,
    "mm/gup.c, v6.10 and later",
    &[CALL_V6_10, NO_PAGE, PUBLISH, ONE, RETURN_ERROR],
);

const NOT_PINNING: Line = line("get", "if (!(gup_flags & FOLL_PIN))", Op::If(is_get, "fast"));
const FAST: Line =
    line("fast", "nr_pinned = lockless_pages_from_mm(..)", Op::Call(LOCKLESS_PAGES_FROM_MM, &[]));
const ALL: Line = line("all", "if (nr_pinned == nr_pages)", Op::If(got_page, "out"));
const FAST_ONLY: Line =
    line("only", "if (gup_flags & FOLL_FAST_ONLY)", Op::If(is_fast_only, "out"));
const SLOW: Line = line(
    "slow",
    "ret = __gup_longterm_unlocked(..)",
    Op::Call(gup_slow::GUP_LONGTERM_UNLOCKED, &[]),
);
const OUT: Line = line("out", "return ret", Op::Return(returned));

/// Nothing tells fork that the process pins.
pub static INTERNAL_GET_USER_PAGES_FAST_V5_8: Routine = Routine {
    function: INTERNAL_GET_USER_PAGES_FAST,
    source: "mm/gup.c, v5.8",
    omits: "argument checks, partly filled page arrays",
    params: GUP,
    locals: &[Local::Ret],
    returns: Returns::Page,
    body: &[FAST, ALL, FAST_ONLY, SLOW, OUT],
};
/// `has_pinned` is set before anything else, so that fork cannot miss it.
pub static INTERNAL_GET_USER_PAGES_FAST_V5_9: Routine = Routine {
    source: "mm/gup.c, v5.9 to v5.13",
    body: &[
        NOT_PINNING,
        line("pinned", "atomic_set(&mm->has_pinned, 1)", Op::Do(set_has_pinned)),
        FAST,
        ALL,
        FAST_ONLY,
        SLOW,
        OUT,
    ],
    ..INTERNAL_GET_USER_PAGES_FAST_V5_8
};
const HAS: Line =
    line("has", "if (test_bit(MMF_HAS_PINNED, mm_flags))", Op::Branch(has_pinned, "fast"));
const HAS_PINNED: Line =
    line("pinned", "set_bit(MMF_HAS_PINNED, mm_flags)", Op::Do(set_has_pinned_bit));

const fn with_flag(fast: Line, slow: Line) -> [Line; 8] {
    [NOT_PINNING, HAS, HAS_PINNED, fast, ALL, FAST_ONLY, slow, OUT]
}

/// As before, in the flag `MMF_HAS_PINNED`.
pub static INTERNAL_GET_USER_PAGES_FAST_V5_14: Routine = Routine {
    source: "mm/gup.c, v5.14 to v6.9",
    body: &with_flag(FAST, SLOW),
    ..INTERNAL_GET_USER_PAGES_FAST_V5_8
};
/// As before: it is `gup_fast_fallback`.
pub static INTERNAL_GET_USER_PAGES_FAST_V6_10: Routine = Routine {
    source: "mm/gup.c, v6.10 and later (gup_fast_fallback)",
    body: &with_flag(
        line("fast", "nr_pinned = gup_fast(..)", Op::Call(LOCKLESS_PAGES_FROM_MM, &[])),
        line(
            "slow",
            "ret = __gup_longterm_locked(..)",
            Op::Call(gup_slow::GUP_LONGTERM_UNLOCKED, &[]),
        ),
    ),
    ..INTERNAL_GET_USER_PAGES_FAST_V5_8
};

pub(super) const IRQ_OFF: Line = line("irqoff", "local_irq_save(flags)", Op::IrqOff);
const WALK: Line =
    line("walk", "gup_pgd_range(..) -> gup_pte_range(..)", Op::Call(GUP_PTE_RANGE, &[]));
pub(super) const IRQ_ON: Line = line("irqon", "local_irq_restore(flags)", Op::IrqOn);
pub(super) const NR_PINNED: Line = line("out", "return nr_pinned", Op::Return(returned));

pub(super) const fn asking_to_write(walk: Line) -> [Line; 6] {
    [
        line("only", "if (gup_flags & FOLL_FAST_ONLY)", Op::If(is_fast_only, "irqoff")),
        line("force", "fast_flags |= FOLL_WRITE", Op::Let(want_write)),
        IRQ_OFF,
        walk,
        IRQ_ON,
        NR_PINNED,
    ]
}

/// Who only reads asks for the right to write all the same, unless there is no slow path to fall
/// back on (17839856fd58).
pub static LOCKLESS_PAGES_FROM_MM_V5_8: Routine = Routine {
    function: LOCKLESS_PAGES_FROM_MM,
    source: "mm/gup.c, v5.8 (within internal_get_user_pages_fast)",
    omits: "the walk above the page table",
    params: GUP,
    locals: &[Local::Ret],
    returns: Returns::Page,
    body: &asking_to_write(WALK),
};
/// A reader takes what it finds (a308c71bf1e6).
pub static LOCKLESS_PAGES_FROM_MM_V5_9: Routine = Routine {
    source: "mm/gup.c, v5.9 (within internal_get_user_pages_fast)",
    body: &[IRQ_OFF, WALK, IRQ_ON, NR_PINNED],
    ..LOCKLESS_PAGES_FROM_MM_V5_8
};

pub(super) const fn watching_fork(walk: Line, unpin: Line) -> [Line; 13] {
    [
        line("get", "if (!(gup_flags & FOLL_PIN))", Op::If(is_get, "irqoff")),
        line("seq", "seq = raw_read_seqcount(write_protect_seq)", Op::Do(read_seq)),
        line("odd", "if (seq & 1)", Op::If(seq_is_odd, "none")),
        IRQ_OFF,
        walk,
        IRQ_ON,
        line("nothing", "if (!nr_pinned)", Op::If(got_no_page, "none")),
        line("get2", "if (!(gup_flags & FOLL_PIN))", Op::If(is_get, "out")),
        line("page", "pages = what the walk took", Op::Let(page_of_ret)),
        line("retry", "if (!read_seqcount_retry(.., seq))", Op::Branch(seq_unchanged, "out")),
        unpin,
        NONE,
        NR_PINNED,
    ]
}

/// Interrupts are off while the page table is walked, which holds off the freeing of tables.
/// A fork that began meanwhile shows in `write_protect_seq`; `FOLL_GET` does not look.
pub static LOCKLESS_PAGES_FROM_MM_V5_11: Routine = Routine {
    function: LOCKLESS_PAGES_FROM_MM,
    source: "mm/gup.c, v5.11 to v6.9",
    omits: "the walk above the page table",
    params: GUP,
    locals: &[Local::Seq, Local::Ret, Local::Page],
    returns: Returns::Page,
    body: &watching_fork(
        WALK,
        line("unpin", "unpin_user_pages(pages, nr_pinned)", Op::Call(UNPIN_USER_PAGES, &[])),
    ),
};
/// As before: it is `gup_fast`.
pub static LOCKLESS_PAGES_FROM_MM_V6_10: Routine = Routine {
    source: "mm/gup.c, v6.10 and later (gup_fast)",
    body: &watching_fork(
        line("walk", "gup_fast_pgd_range() .. pte_range()", Op::Call(GUP_PTE_RANGE, &[])),
        line("unpin", "gup_fast_unpin_user_pages(..)", Op::Call(UNPIN_USER_PAGES, &[])),
    ),
    ..LOCKLESS_PAGES_FROM_MM_V5_11
};

pub(super) const PTE: Line = line("pte", "pte = ptep_get_lockless(ptep)", Op::Do(read_pte));
pub(super) const PERMITTED: Line = line(
    "access",
    "if (!pte_access_permitted(pte, write) || pte_special)",
    Op::If(not_for_fast, "none"),
);
pub(super) const GRAB_HEAD: Line = line(
    "grab",
    "head = try_grab_compound_head(page, 1, flags)",
    Op::Call(TRY_GRAB_COMPOUND_HEAD, &[]),
);
pub(super) const GRAB_FOLIO: Line =
    line("grab", "folio = try_grab_folio(page, 1, flags)", Op::Call(TRY_GRAB_FOLIO, &[]));
pub(super) const GRAB_FOLIO_FAST: Line =
    line("grab", "folio = try_grab_folio_fast(page, 1, flags)", Op::Call(TRY_GRAB_FOLIO, &[]));
pub(super) const GRABBED: Line = line("grabbed", "if (!head)", Op::If(got_no_page, "none"));
pub(super) const RECHECK: Line =
    line("recheck", "if (pte_val(pte) != pte_val(*ptep))", Op::Branch(pte_changed, "undo"));
pub(super) const RECHECK_PMD: Line = line(
    "recheck",
    "if (pmd_val(pmd) != .. || pte_val(pte) != ..)",
    Op::Branch(pmd_or_pte_changed, "undo"),
);
pub(super) const PAGE_OUT: Line = line("out", "pages[*nr] = page; return 1", Op::Return(page_word));
const UNDO_HEAD: Line =
    line("undo", "put_compound_head(head, 1, flags)", Op::Call(PUT_COMPOUND_HEAD, &[]));
const UNDO_FOLIO: Line =
    line("undo", "gup_put_folio(folio, 1, flags)", Op::Call(GUP_PUT_FOLIO, &[]));
pub(super) const NONE: Line = line("none", "return 0", Op::Return(|_| 0));

pub(super) const RW: Line =
    line("rw", "if (pte_write(pte) || !(flags & FOLL_PIN))", Op::If(needs_no_unshare, "out"));
pub(super) const UNSHARE: Line =
    line("unshare", "if (gup_must_unshare(flags, page))", Op::Branch(is_not_exclusive, "undo"));

pub(super) const UNSHARE_ALL: Line = line(
    "unshare",
    "if (gup_must_unshare(NULL, flags, page))",
    Op::Branch(is_not_exclusive_anon, "undo"),
);

const fn gup_pte_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: GUP_PTE_RANGE,
        source,
        omits: "device pages, secret memory, PageReferenced; huge pages: it gives up; since v6.5 \
                whether a file's page may be pinned for long (shared mappings)",
        params: GUP,
        locals: &[Local::Pte, Local::Page, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const fn with_heads(recheck: Line) -> [Line; 8] {
    [PTE, PERMITTED, GRAB_HEAD, GRABBED, recheck, PAGE_OUT, UNDO_HEAD, NONE]
}
const fn with_folios(recheck: Line) -> [Line; 8] {
    [PTE, PERMITTED, GRAB_FOLIO, GRABBED, recheck, PAGE_OUT, UNDO_FOLIO, NONE]
}
const fn with_unshare(grab: Line, recheck: Line, unshare: Line) -> [Line; 10] {
    [PTE, PERMITTED, grab, GRABBED, recheck, RW, unshare, PAGE_OUT, UNDO_FOLIO, NONE]
}

/// A reference is taken without a lock, so the entry is read again after it: who clears the entry
/// first and looks at the count then, or the other way round, will see one of the two. The second
/// form reads the pmd again too, for who takes the whole table out first.
pub static GUP_PTE_RANGE_V5_8: [Routine; 2] = [
    gup_pte_range("mm/gup.c, v5.8 to v5.17", &with_heads(RECHECK)),
    gup_pte_range("mm/gup.c, v5.17 with 70cbc3cc78a9", &with_heads(RECHECK_PMD)),
];

/// As before, in terms of folios.
pub static GUP_PTE_RANGE_V5_18: [Routine; 2] = [
    gup_pte_range("mm/gup.c, v5.18", &with_folios(RECHECK)),
    gup_pte_range("mm/gup.c, v5.18 with 70cbc3cc78a9", &with_folios(RECHECK_PMD)),
];

/// With `gup_must_unshare` behind the second read: a read-only pin of an anonymous page needs
/// `PageAnonExclusive`.
pub static GUP_PTE_RANGE_V5_19: [Routine; 2] = [
    gup_pte_range("mm/gup.c, v5.19", &with_unshare(GRAB_FOLIO, RECHECK, UNSHARE)),
    gup_pte_range("mm/gup.c, v6.0 and v6.1", &with_unshare(GRAB_FOLIO, RECHECK_PMD, UNSHARE)),
];

/// A long-term pin for reading goes the slow way with every page that is not anonymous: whether its
/// area is a private mapping is not known here.
pub static GUP_PTE_RANGE_V6_2: [Routine; 2] = [
    gup_pte_range("mm/gup.c, v6.2, on v5.19", &with_unshare(GRAB_FOLIO, RECHECK, UNSHARE_ALL)),
    gup_pte_range("mm/gup.c, v6.2 to v6.9", &with_unshare(GRAB_FOLIO, RECHECK_PMD, UNSHARE_ALL)),
];

/// As before: it is `gup_fast_pte_range`.
pub static GUP_PTE_RANGE_V6_10: [Routine; 2] = [
    gup_pte_range(
        "mm/gup.c, v6.10, on v5.19",
        &with_unshare(GRAB_FOLIO_FAST, RECHECK, UNSHARE_ALL),
    ),
    gup_pte_range(
        "mm/gup.c, v6.10 and later (gup_fast_pte_range)",
        &with_unshare(GRAB_FOLIO_FAST, RECHECK_PMD, UNSHARE_ALL),
    ),
];

pub(super) fn flag(look: &Look, bit: u16) -> bool {
    look.get::<u16>(Local::Flags) & bit != 0
}

pub(super) fn is_get(look: &Look) -> bool {
    !flag(look, foll::PIN)
}

pub(super) fn is_not_longterm(look: &Look) -> bool {
    !flag(look, foll::LONGTERM)
}

fn is_fast_only(look: &Look) -> bool {
    flag(look, foll::FAST_ONLY)
}

pub(super) fn page_word(look: &Look) -> u16 {
    look.get::<Pfn>(Local::Page).0 + 1
}

/// `Ret` is a page's word or an error number, which is negative.
pub(super) fn got_no_page(look: &Look) -> bool {
    look.get::<i16>(Local::Ret) <= 0
}

pub(super) fn got_page(look: &Look) -> bool {
    !got_no_page(look)
}

/// `Ret` as a page: the routines return a page's word where the kernel fills an array.
pub(super) fn page_of_ret(ctx: &mut Ctx) {
    let pfn: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::Page, ctx.must(pfn));
}

fn error_of(look: &Look) -> u16 {
    look.get::<i16>(Local::Ret).min(0) as u16
}

fn set_has_pinned(ctx: &mut Ctx) {
    let flag = ctx.mm().has_pinned();
    ctx.store(flag, true);
}

fn has_pinned(ctx: &mut Ctx) -> bool {
    let flag = ctx.mm().has_pinned();
    ctx.load(flag)
}

fn set_has_pinned_bit(ctx: &mut Ctx) {
    let flag = ctx.mm().has_pinned();
    ctx.update(flag, |_| true);
}

fn want_write(ctx: &mut Ctx) {
    let flags: u16 = ctx.get(Local::Flags);
    ctx.set(Local::Flags, flags | foll::WRITE);
}

fn read_seq(ctx: &mut Ctx) {
    let cell = ctx.mm().write_protect_seq();
    let seq = ctx.load(cell);
    ctx.set(Local::Seq, seq);
}

fn seq_is_odd(look: &Look) -> bool {
    look.get::<u16>(Local::Seq) & 1 == 1
}

fn seq_unchanged(ctx: &mut Ctx) -> bool {
    let cell = ctx.mm().write_protect_seq();
    let unchanged = ctx.load(cell) == ctx.get::<u16>(Local::Seq);
    falls_back_if(ctx, !unchanged);
    unchanged
}

/// Reads the entry, and the page where it is present. The walk above the page table and its last
/// level are one step; it gives up where there is no page table.
pub(super) fn read_pte(ctx: &mut Ctx) {
    let has_table = ctx.load(ctx.mm().pmd()) == Pmd::Table;
    let pte = if has_table { ctx.load(ctx.pte()) } else { Pte::None };
    ctx.set(Local::Pte, pte);
    if let Some(pfn) = pte.mapped() {
        ctx.set(Local::Page, pfn);
        begin_walk(ctx, pfn);
    }
}

/// Not present, not writable where that is wanted, or the zero page, whose entry is special.
fn not_for_fast(look: &Look) -> bool {
    let permitted = look.get::<Pte>(Local::Pte).permits(flag(look, foll::WRITE));
    permitted.is_none_or(|pfn| look.geometry().is_zero_pfn(pfn))
}

fn pte_changed(ctx: &mut Ctx) -> bool {
    let now = ctx.load(ctx.pte());
    let changed = now != ctx.get::<Pte>(Local::Pte);
    falls_back_if(ctx, changed);
    changed
}

/// The walk came through a page table.
fn pmd_or_pte_changed(ctx: &mut Ctx) -> bool {
    let has_table = ctx.load(ctx.mm().pmd()) == Pmd::Table;
    falls_back_if(ctx, !has_table);
    !has_table || pte_changed(ctx)
}

fn is_not_exclusive(ctx: &mut Ctx) -> bool {
    let shared = must_unshare(ctx);
    falls_back_if(ctx, shared);
    shared
}

fn is_not_exclusive_anon(ctx: &mut Ctx) -> bool {
    let shared = must_unshare_all(ctx);
    falls_back_if(ctx, shared);
    shared
}

/// Ghost: the walk has taken a reference, and drops it again.
pub(super) fn falls_back_if(ctx: &mut Ctx, undoes: bool) {
    if undoes {
        ctx.find(event::FAST_FALLBACK);
    }
}

pub(super) fn needs_no_unshare(look: &Look) -> bool {
    is_get(look) || look.get::<Pte>(Local::Pte).writes()
}

/// As [`publish_exclusive`]. Ghost: whether there is a reference at all.
fn publish_uncounted(ctx: &mut Ctx) {
    let pfn = ctx.must(ctx.get::<Option<Pfn>>(Local::Ret));
    if ctx.geometry().is_zero_pfn(pfn) {
        let flags: u16 = ctx.get(Local::Flags);
        ctx.set(Local::Flags, flags | foll::UNCOUNTED);
    }
    publish_exclusive(ctx);
}
