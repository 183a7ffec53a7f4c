//! `mm/gup.c`: the walk without locks, where an entry may map a compound page as a whole, or a page
//! of one.
use super::split_pmd::has_changed;
use super::try_grab::{TAKE_FOLIO, UNDO_FOLIO, UNDO_HEAD};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{HugePmd, Pfn, Pmd};
use crate::properties::event;
use crate::routines::at_hand::returned;
use crate::routines::entry::foll;
use crate::routines::gup::{
    self as plain, GRAB_FOLIO, GRAB_FOLIO_FAST, GRAB_HEAD, GRABBED, GUP, GUP_PTE_RANGE, NONE,
    PAGE_OUT, PERMITTED, PTE, RECHECK, RECHECK_PMD, RW, UNSHARE, UNSHARE_ALL, falls_back_if, flag,
    is_get,
};
use crate::routines::gup_put::UNPIN_USER_PAGES;
use crate::routines::kernels::Chosen;
use crate::routines::mm_h::begin_walk;

/// `gup_pmd_range`
pub const GUP_PMD_RANGE: Function = Function("gup_pmd_range");
/// `gup_huge_pmd`
pub const GUP_HUGE_PMD: Function = Function("gup_huge_pmd");

const WALK: Line =
    line("walk", "gup_pgd_range(..) -> gup_pmd_range(..)", Op::Call(GUP_PMD_RANGE, &[]));
const UNPIN: Line =
    line("unpin", "unpin_user_pages(pages, nr_pinned)", Op::Call(UNPIN_USER_PAGES, &[]));

/// As without huge pages, by version.
static LOCKLESS_V5_8: Routine =
    Routine { body: &plain::asking_to_write(WALK), ..plain::LOCKLESS_PAGES_FROM_MM_V5_8 };
static LOCKLESS_V5_9: Routine = Routine {
    body: &[plain::IRQ_OFF, WALK, plain::IRQ_ON, plain::NR_PINNED],
    ..plain::LOCKLESS_PAGES_FROM_MM_V5_9
};
static LOCKLESS_V5_11: Routine =
    Routine { body: &plain::watching_fork(WALK, UNPIN), ..plain::LOCKLESS_PAGES_FROM_MM_V5_11 };
static LOCKLESS_V6_10: Routine = Routine {
    body: &plain::watching_fork(
        line("walk", "gup_fast_pgd_range() .. pmd_range()", Op::Call(GUP_PMD_RANGE, &[])),
        line("unpin", "gup_fast_unpin_user_pages(..)", Op::Call(UNPIN_USER_PAGES, &[])),
    ),
    ..plain::LOCKLESS_PAGES_FROM_MM_V6_10
};

/// The entry above decides which way it goes.
pub static GUP_PMD_RANGE_V5_8: Routine = Routine {
    function: GUP_PMD_RANGE,
    source: "mm/gup.c, v5.7 to v6.12",
    omits: "what stands above; hugetlb pages, device pages, NUMA hints",
    params: GUP,
    locals: &[Local::Pmd, Local::Page, Local::Ret],
    returns: Returns::Page,
    body: &[
        line("pmd", "pmd = READ_ONCE(*pmdp)", Op::Do(read_pmd)),
        line("present", "if (!pmd_present(pmd))", Op::If(is_not_present, "none")),
        line("table", "if (!pmd_trans_huge(pmd))", Op::If(is_table, "ptes")),
        line("huge", "gup_huge_pmd(pmd, pmdp, addr, ..)", Op::Call(GUP_HUGE_PMD, &[])),
        line("out", "return nr", Op::Return(returned)),
        line("ptes", "gup_pte_range(pmd, addr, next, ..)", Op::Call(GUP_PTE_RANGE, &[])),
        line("done", "return nr", Op::Return(returned)),
        NONE,
    ],
};

const fn gup_huge_pmd(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: GUP_HUGE_PMD,
        source,
        omits: "more than one page a call, device pages, PageReferenced",
        params: &[Local::Mm, Local::Addr, Local::Flags, Local::Pmd, Local::Page],
        locals: &[Local::Folio, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const ACCESS: Line =
    line("access", "if (!pmd_access_permitted(orig, write))", Op::If(is_not_permitted, "none"));
const CHANGED: Line =
    line("recheck", "if (pmd_val(orig) != pmd_val(*pmdp))", Op::Branch(pmd_changed, "undo"));
const WRITABLE: Line =
    line("rw", "if (pmd_write(orig) || !(flags & PIN))", Op::If(needs_no_unshare, "out"));
const HEAD: &[Line] = &[ACCESS, GRAB_HEAD, GRABBED, TAKE_FOLIO, CHANGED];
const FOLIO: &[Line] = &[ACCESS, GRAB_FOLIO, GRABBED, TAKE_FOLIO, CHANGED];

/// A reference of the head, then the entry again: who takes the page away clears the entry first.
static GUP_HUGE_PMD_V5_8: Routine =
    gup_huge_pmd("mm/gup.c, v5.7 to v5.17", joined!(HEAD, &[PAGE_OUT, UNDO_HEAD, NONE]));
/// As before, in terms of folios.
static GUP_HUGE_PMD_V5_18: Routine =
    gup_huge_pmd("mm/gup.c, v5.18", joined!(FOLIO, &[PAGE_OUT, UNDO_FOLIO, NONE]));
/// A read-only pin needs a page that is exclusive as a whole.
static GUP_HUGE_PMD_V5_19: Routine =
    gup_huge_pmd("mm/gup.c, v5.19 and later", joined!(FOLIO, EXCLUSIVE));
/// Where `pmd_access_permitted` asks for `pmd_present` alone: what is invalidated is present, and
/// what `pmd_page` makes of an entry that was one of migration leads nowhere.
static GUP_HUGE_PMD_PRESENT: Routine = gup_huge_pmd(
    "mm/gup.c, v5.19 and later, with the pmd_access_permitted of include/linux/pgtable.h",
    joined!(
        &[
            line(
                "access",
                "if (!pmd_access_permitted(orig, write))",
                Op::If(is_not_permitted_by_software, "none")
            ),
            line("page", "page = pmd_page(orig); page_folio(page)", Op::BugOn(leads_nowhere)),
            GRAB_FOLIO,
            GRABBED,
            TAKE_FOLIO,
            CHANGED
        ],
        EXCLUSIVE
    ),
);
const EXCLUSIVE: &[Line] = &[
    WRITABLE,
    line(
        "unshare",
        "if (gup_must_unshare(flags, &folio->page))",
        Op::Branch(must_unshare_first, "undo"),
    ),
    PAGE_OUT,
    UNDO_FOLIO,
    NONE,
];

const fn gup_pte_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: GUP_PTE_RANGE,
        source,
        omits: "device pages, secret memory, PageReferenced",
        params: GUP,
        locals: &[Local::Pte, Local::Page, Local::Folio, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const fn with_heads(recheck: Line) -> [Line; 9] {
    [PTE, PERMITTED, GRAB_HEAD, GRABBED, TAKE_FOLIO, recheck, PAGE_OUT, UNDO_HEAD, NONE]
}
const fn with_folios(recheck: Line) -> [Line; 9] {
    [PTE, PERMITTED, GRAB_FOLIO, GRABBED, TAKE_FOLIO, recheck, PAGE_OUT, UNDO_FOLIO, NONE]
}
const fn with_unshare(grab: Line, recheck: Line, unshare: Line) -> [Line; 11] {
    [PTE, PERMITTED, grab, GRABBED, TAKE_FOLIO, recheck, RW, unshare, PAGE_OUT, UNDO_FOLIO, NONE]
}

/// As without huge pages; the reference is the head's, and given back there. The second form reads
/// the entry above again, too.
static GUP_PTE_RANGE_V5_8: [Routine; 2] = [
    gup_pte_range("mm/gup.c, v5.8 to v5.17", &with_heads(RECHECK)),
    gup_pte_range("mm/gup.c, v5.17 with 70cbc3cc78a9", &with_heads(RECHECK_PMD)),
];
/// As before, in terms of folios.
static GUP_PTE_RANGE_V5_18: [Routine; 2] = [
    gup_pte_range("mm/gup.c, v5.18", &with_folios(RECHECK)),
    gup_pte_range("mm/gup.c, v5.18 with 70cbc3cc78a9", &with_folios(RECHECK_PMD)),
];
/// A read-only pin of an anonymous page needs `PageAnonExclusive`, of this very page.
static GUP_PTE_RANGE_V5_19: [Routine; 2] = [
    gup_pte_range("mm/gup.c, v5.19", &with_unshare(GRAB_FOLIO, RECHECK, UNSHARE)),
    gup_pte_range("mm/gup.c, v6.0 and v6.1", &with_unshare(GRAB_FOLIO, RECHECK_PMD, UNSHARE)),
];
/// And what is not anonymous goes the slow way.
static GUP_PTE_RANGE_V6_2: [Routine; 2] = [
    gup_pte_range("mm/gup.c, v6.2, on v5.19", &with_unshare(GRAB_FOLIO, RECHECK, UNSHARE_ALL)),
    gup_pte_range("mm/gup.c, v6.2 to v6.9", &with_unshare(GRAB_FOLIO, RECHECK_PMD, UNSHARE_ALL)),
];
/// As before: it is `gup_fast_pte_range`.
static GUP_PTE_RANGE_V6_10: [Routine; 2] = [
    gup_pte_range(
        "mm/gup.c, v6.10, on v5.19",
        &with_unshare(GRAB_FOLIO_FAST, RECHECK, UNSHARE_ALL),
    ),
    gup_pte_range(
        "mm/gup.c, v6.10 and later (gup_fast_pte_range)",
        &with_unshare(GRAB_FOLIO_FAST, RECHECK_PMD, UNSHARE_ALL),
    ),
];

/// The walk of a kernel, from the lock that it does without down to the entry.
pub(super) fn walk(chosen: &Chosen) -> [&'static Routine; 4] {
    let recheck = usize::from(chosen.is("pmd_recheck", "on"));
    let value = chosen.get("gup");
    let lockless: &Routine = match value {
        "v5.8" => &LOCKLESS_V5_8,
        "v5.9" => &LOCKLESS_V5_9,
        "v6.10" => &LOCKLESS_V6_10,
        _ => &LOCKLESS_V5_11,
    };
    let by_folio = match chosen.get("pmd_access") {
        "present" => &GUP_HUGE_PMD_PRESENT,
        _ => &GUP_HUGE_PMD_V5_19,
    };
    let (huge, ptes): (&Routine, &Routine) = match value {
        "v5.8" | "v5.9" | "v5.11" | "v5.17" => (&GUP_HUGE_PMD_V5_8, &GUP_PTE_RANGE_V5_8[recheck]),
        "v5.18" => (&GUP_HUGE_PMD_V5_18, &GUP_PTE_RANGE_V5_18[recheck]),
        "v5.19" => (by_folio, &GUP_PTE_RANGE_V5_19[recheck]),
        "v6.10" => (by_folio, &GUP_PTE_RANGE_V6_10[recheck]),
        _ => (by_folio, &GUP_PTE_RANGE_V6_2[recheck]),
    };
    [lockless, &GUP_PMD_RANGE_V5_8, huge, ptes]
}

/// Reads the entry, and which page of a whole it is that is asked for.
fn read_pmd(ctx: &mut Ctx) {
    let pmd = ctx.load(ctx.mm().pmd());
    ctx.set(Local::Pmd, pmd);
    if let Some(head) = pmd.mapped() {
        let page = Pfn(head.0 + ctx.get::<u16>(Local::Addr));
        ctx.set(Local::Page, page);
        begin_walk(ctx, page);
    }
}

/// An entry that is being taken apart is present to this, and permits nothing.
fn is_not_present(look: &Look) -> bool {
    matches!(look.get(Local::Pmd), Pmd::None | Pmd::Migration { .. })
}

fn is_table(look: &Look) -> bool {
    look.get::<Pmd>(Local::Pmd) == Pmd::Table
}

fn is_not_permitted(look: &Look) -> bool {
    match look.get(Local::Pmd) {
        Pmd::Huge(HugePmd { write, .. }) => flag(look, foll::WRITE) && !write,
        _ => true,
    }
}

fn is_not_permitted_by_software(look: &Look) -> bool {
    match look.get(Local::Pmd) {
        Pmd::Huge(HugePmd { write, .. }) | Pmd::Invalid(HugePmd { write, .. }) => {
            flag(look, foll::WRITE) && !write
        }
        Pmd::InvalidMigration { .. } => flag(look, foll::WRITE),
        _ => true,
    }
}

fn leads_nowhere(ctx: &mut Ctx) -> bool {
    let wild = matches!(ctx.get(Local::Pmd), Pmd::InvalidMigration { .. });
    if wild {
        ctx.find(event::WILD_PAGE_POINTER);
    }
    wild
}

fn pmd_changed(ctx: &mut Ctx) -> bool {
    let changed = has_changed(ctx);
    falls_back_if(ctx, changed);
    changed
}

fn needs_no_unshare(look: &Look) -> bool {
    is_get(look)
        || match look.get(Local::Pmd) {
            Pmd::Huge(HugePmd { write, .. }) | Pmd::Invalid(HugePmd { write, .. }) => write,
            _ => false,
        }
}

/// The flag of the head stands for the whole.
fn must_unshare_first(ctx: &mut Ctx) -> bool {
    let exclusive = ctx.page(Local::Folio).anon_exclusive();
    let shared = !ctx.load(exclusive);
    falls_back_if(ctx, shared);
    shared
}
