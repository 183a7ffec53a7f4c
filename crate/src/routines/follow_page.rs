//! `__get_user_pages` of `mm/gup.c`: looks for a page under the page table lock, and takes faults
//! until there is one.
use super::at_hand::{
    folio, head, is_not_anon, is_not_present, is_read_only, ptl, returned, returned_error,
};
use super::compound::counts::count_pin;
use super::entry::foll;
use super::fault::{FLAG_UNSHARE, FLAG_WRITE, HANDLE_MM_FAULT, MEMALLOC_PIN, VM_FAULT_WRITE};
use super::gup::{flag, got_page, is_get, page_word};
use super::gup_put::{is_pin_of_zero, refs_of};
use super::mm_h::begin_walk;
use super::uaccess::walk;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Cell, Pfn, Pte, vm};
use crate::properties::event;

/// `__get_user_pages`; returns the page here, where the kernel fills an array.
pub const GET_USER_PAGES: Function = Function("__get_user_pages");
/// `follow_page_pte`
pub const FOLLOW_PAGE_PTE: Function = Function("follow_page_pte");
/// `faultin_page`; returns 1 where the kernel changes `*flags`.
pub const FAULTIN_PAGE: Function = Function("faultin_page");

const GUP: &[Local] = &[Local::Mm, Local::Addr, Local::Flags];

const AREA: Line =
    line("area", "if (check_vma_flags(vma, gup_flags))", Op::Branch(is_refused, "efault"));
const RETRY: Line = line(
    "retry",
    "page = follow_page_mask(vma, start, foll_flags)",
    Op::Call(FOLLOW_PAGE_PTE, &[]),
);
const FOUND: Line = line("found", "if (page)", Op::If(got_page, "out"));
const NO_FLAGS: Line = line("flags", "fault_flags = 0", Op::Let(|ctx| ctx.set(Local::Fault, 0u16)));
const UNSHARE: Line =
    line("flags", "unshare = PTR_ERR(page) == -EMLINK", Op::Let(unshare_if_asked));
const FAULT: Line =
    line("fault", "ret = faultin_page(vma, start, &foll_flags)", Op::Call(FAULTIN_PAGE, &[]));
const FAILED: Line = line("failed", "if (ret < 0)", Op::If(returned_error, "out"));
const AGAIN: Line = line("again", "goto retry", Op::Goto("retry"));
const OUT: Line = line("out", "return page or error", Op::Return(returned));
const EFAULT: Line = line("efault", "return -EFAULT", Op::Return(|_| errno::EFAULT));
const FORCE: Line = line(
    "force",
    "if (should_force_cow_break(vma)) foll_flags |= FOLL_WRITE",
    Op::Let(|ctx| change_flags(ctx, |flags| flags | foll::WRITE)),
);
const DROP_WRITE: Line = line("broken", "  (foll_flags &= ~FOLL_WRITE)", Op::Let(drop_write));
const SET_COW: Line = line("broken", "  (foll_flags |= FOLL_COW)", Op::Let(set_cow));
const fn get_user_pages(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: GET_USER_PAGES,
        source,
        omits: "more than one page, fatal signals, huge pages, faults that drop mmap_lock",
        params: GUP,
        locals: &[Local::Fault, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const fn rounds(flags: Line, changed: Line) -> [Line; 10] {
    [AREA, RETRY, FOUND, flags, FAULT, FAILED, changed, AGAIN, OUT, EFAULT]
}

const fn without_flags(flags: Line) -> [Line; 9] {
    [AREA, RETRY, FOUND, flags, FAULT, FAILED, AGAIN, OUT, EFAULT]
}

const fn forced_rounds(changed: Line) -> [Line; 11] {
    [AREA, FORCE, RETRY, FOUND, NO_FLAGS, FAULT, FAILED, changed, AGAIN, OUT, EFAULT]
}

/// Who only reads asks for the right to write all the same, so that it is this process that gets
/// the copy (17839856fd58, taken back by a308c71bf1e6).
pub static GET_USER_PAGES_V5_8: [Routine; 3] = [
    get_user_pages("mm/gup.c, v4.8, on v5.8", &forced_rounds(DROP_WRITE)),
    get_user_pages("mm/gup.c, v5.8", &forced_rounds(SET_COW)),
    get_user_pages("mm/gup.c, v6.0, on v5.8", &forced_rounds(SET_COW)),
];

/// Each round looks at the entry anew. What a broken COW does to the flags: `FOLL_WRITE` goes, or
/// `FOLL_COW` comes (19be0eaffa3a, v4.9), or nothing (5535be309971, v6.0).
pub static GET_USER_PAGES_V5_9: [Routine; 3] = [
    get_user_pages("mm/gup.c, v4.8, on v5.9", &rounds(NO_FLAGS, DROP_WRITE)),
    get_user_pages("mm/gup.c, v5.9 to v5.18", &rounds(NO_FLAGS, SET_COW)),
    get_user_pages("mm/gup.c, v6.0, on v5.9", &without_flags(NO_FLAGS)),
];

/// A page that is to be the process's alone first is faulted in as such (a7f226604170).
pub static GET_USER_PAGES_V5_19: [Routine; 3] = [
    get_user_pages("mm/gup.c, v4.8, on v5.19", &rounds(UNSHARE, DROP_WRITE)),
    get_user_pages("mm/gup.c, v5.19", &rounds(UNSHARE, SET_COW)),
    get_user_pages("mm/gup.c, v6.0 and later", &without_flags(UNSHARE)),
];

const LOCK: Line = line("lock", "ptep = pte_offset_map_lock(mm, pmd, ..)", Op::Acquire(ptl));
const PTE: Line = line("pte", "pte = *ptep", Op::Do(read_entry));
const PRESENT: Line =
    line("present", "if (!pte_present(pte) || pte_protnone(pte))", Op::If(not_present, "none"));
const READS: Line = line("reads", "if (!(flags & FOLL_WRITE))", Op::If(only_reads, "grab"));
const READS_FIRST: Line = line("reads", "if (!(flags & FOLL_WRITE))", Op::If(only_reads, "shared"));
const WRITABLE: Line = line("shared", "if (pte_write(pte))", Op::If(needs_no_unshare, "grab"));
const MUST: Line =
    line("must", "if (gup_must_unshare(flags, page))", Op::Branch(must_unshare, "emlink"));
const MUST_ALL: Line =
    line("must", "if (gup_must_unshare(vma, flags, page))", Op::Branch(must_unshare_all, "emlink"));
const FOLLOWED: Line = line("present", "if (!pte_present(pte))", Op::If(is_not_present, "none"));
const ZERO: Line =
    line("grab", "if (is_zero_page(page)) no reference", Op::If(is_pin_of_zero, "unlock"));
const COUNT: Line = line("count", "try_grab_page(page, flags)", Op::Do(try_grab_page));
const GRAB: Line = line("grab", "try_grab_page(page, flags)", Op::Do(try_grab_page));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(ptep, ptl)", Op::Release(ptl));
const PAGE: Line = line("out", "return page", Op::Return(page_word));
const NO_PAGE: Line = line("none", "pte_unmap_unlock(ptep, ptl)", Op::Release(ptl));
const NULL: Line = line("null", "return NULL", Op::Return(|_| 0));
const EMLINK: Line = line("emlink", "pte_unmap_unlock(ptep, ptl)", Op::Release(ptl));
const ASK: Line = line("ask", "return ERR_PTR(-EMLINK)", Op::Return(|_| errno::EMLINK));

const PLAIN: Line = line("write", "if (!pte_write(pte))", Op::If(is_read_only, "none"));
const DIRTY: Line =
    line("write", "if (!can_follow_write_pte(pte, flags))", Op::If(is_not_broken, "none"));
const EXCLUSIVE: Line = line(
    "write",
    "if (!can_follow_write_pte(pte, page, vma, flags))",
    Op::Branch(is_not_exclusive, "none"),
);

const PLAIN_OR_HINT: Line =
    line("write", "if (!pte_write(pte))", Op::If(is_read_only_or_hint, "none"));
const DIRTY_OR_HINT: Line =
    line("write", "if (!can_follow_write_pte(pte, flags))", Op::If(is_not_broken_or_hint, "none"));
const OF_HINTS: Line = line(
    "write",
    "if (!can_follow_write_pte(pte, page, vma, flags))",
    Op::Branch(is_not_exclusive_or_hint, "none"),
);

const fn follow_page_pte(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FOLLOW_PAGE_PTE,
        source,
        omits: "huge pages, device pages, FOLL_TOUCH and FOLL_MLOCK",
        params: GUP,
        locals: &[Local::Pte, Local::Page],
        returns: Returns::Page,
        body,
    }
}

const fn follow(write: Line) -> [Line; 10] {
    [LOCK, PTE, PRESENT, READS, write, GRAB, UNLOCK, PAGE, NO_PAGE, NULL]
}

const fn follow_or_unshare(write: Line, must: Line) -> [Line; 14] {
    [
        LOCK,
        PTE,
        PRESENT,
        READS_FIRST,
        write,
        WRITABLE,
        must,
        GRAB,
        UNLOCK,
        PAGE,
        NO_PAGE,
        NULL,
        EMLINK,
        ASK,
    ]
}

const fn follow_hints(write: Line) -> [Line; 15] {
    [
        LOCK,
        PTE,
        FOLLOWED,
        READS_FIRST,
        write,
        WRITABLE,
        MUST_ALL,
        ZERO,
        COUNT,
        UNLOCK,
        PAGE,
        NO_PAGE,
        NULL,
        EMLINK,
        ASK,
    ]
}

/// Under the page table lock the whole reference is one addition, and nobody can clear the entry
/// meanwhile. `FOLL_FORCE` writes through an entry that is not writable: not at all, behind a copy
/// that is dirty, or behind a page that is exclusive.
pub static FOLLOW_PAGE_PTE_V5_8: [Routine; 3] = [
    follow_page_pte("mm/gup.c, v4.8", &follow(PLAIN)),
    follow_page_pte("mm/gup.c, v4.9 to v5.18", &follow(DIRTY)),
    follow_page_pte("mm/gup.c, v6.0, without gup_must_unshare", &follow(EXCLUSIVE)),
];

/// A read-only pin of an anonymous page that is not exclusive asks for a copy first (a7f226604170).
pub static FOLLOW_PAGE_PTE_V5_19: [Routine; 3] = [
    follow_page_pte("mm/gup.c, v4.8, with gup_must_unshare", &follow_or_unshare(PLAIN, MUST)),
    follow_page_pte("mm/gup.c, v5.19", &follow_or_unshare(DIRTY, MUST)),
    follow_page_pte("mm/gup.c, v6.0 and v6.1", &follow_or_unshare(EXCLUSIVE, MUST)),
];

/// And a long-term pin for reading asks for a copy of whatever else a private mapping maps: the
/// next store would replace it.
pub static FOLLOW_PAGE_PTE_V6_2: [Routine; 3] = [
    follow_page_pte("mm/gup.c, v4.8, on v6.2", &follow_or_unshare(PLAIN, MUST_ALL)),
    follow_page_pte("mm/gup.c, v5.19, on v6.2", &follow_or_unshare(DIRTY, MUST_ALL)),
    follow_page_pte("mm/gup.c, v6.2 to v6.4", &follow_or_unshare(EXCLUSIVE, MUST_ALL)),
];

/// The zero page gets no reference of a pin, of which it would need very many (c8070b787519, v6.5).
/// A NUMA hint is passed by: no fault makes an entry of it again (7acddcc1ae30, v6.6). Who writes
/// needs the fault all the same, for a hint has no right to write.
pub static FOLLOW_PAGE_PTE_V6_6: [Routine; 3] = [
    follow_page_pte("mm/gup.c, v4.8, on v6.6", &follow_hints(PLAIN_OR_HINT)),
    follow_page_pte("mm/gup.c, v5.19, on v6.6", &follow_hints(DIRTY_OR_HINT)),
    follow_page_pte("mm/gup.c, v6.6 and later", &follow_hints(OF_HINTS)),
];

/// A store that broke COW without leaving the entry writable is told apart: the area is read-only,
/// and the next round must not fault for ever.
pub static FAULTIN_PAGE_V5_8: Routine = Routine {
    function: FAULTIN_PAGE,
    source: "mm/gup.c, v4.8 and later",
    omits: "faults that drop mmap_lock, FOLL_NOFAULT; the test of VM_FAULT_WRITE is gone in v6.2, \
            when nobody asked for its result any more",
    params: &[Local::Mm, Local::Addr, Local::Flags, Local::Fault],
    locals: &[Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("flags", "fault_flags = of *flags and unshare", Op::Let(fault_flags)),
        line("fault", "ret = handle_mm_fault(vma, address, ..)", Op::Call(HANDLE_MM_FAULT, &[])),
        line("failed", "if (ret & VM_FAULT_ERROR)", Op::If(returned_error, "error")),
        line("wrote", "if (ret & VM_FAULT_WRITE && !VM_WRITE)", Op::If(broke_cow, "broken")),
        line("out", "return 0", Op::Return(|_| 0)),
        line("broken", "*flags changes; return 0", Op::Return(|_| BROKE_COW)),
        line("error", "return vm_fault_to_errno(ret)", Op::Return(returned)),
    ],
};

/// What `faultin_page` returns here where the kernel changes `*flags`.
const BROKE_COW: u16 = 1;

fn change_flags(ctx: &mut Ctx, change: impl FnOnce(u16) -> u16) {
    let flags = change(ctx.get(Local::Flags));
    ctx.set(Local::Flags, flags);
}

fn drop_write(ctx: &mut Ctx) {
    if ctx.get::<u16>(Local::Ret) == BROKE_COW {
        change_flags(ctx, |flags| flags & !foll::WRITE);
    }
}

fn set_cow(ctx: &mut Ctx) {
    if ctx.get::<u16>(Local::Ret) == BROKE_COW {
        change_flags(ctx, |flags| flags | foll::COW);
    }
}

/// Whether the area does not admit the access. `FOLL_FORCE` may write to a private mapping that is
/// read-only; all mappings are private here.
fn is_refused(ctx: &mut Ctx) -> bool {
    let area = ctx.load(ctx.mm().vm_flags(ctx.get(Local::Addr)));
    let flags: u16 = ctx.get(Local::Flags);
    let writes = flags & foll::WRITE != 0 && flags & foll::FORCE == 0;
    area & vm::READ == 0 || writes && area & vm::WRITE == 0
}

fn unshare_if_asked(ctx: &mut Ctx) {
    let asked = ctx.get::<u16>(Local::Ret) == errno::EMLINK;
    ctx.set(Local::Fault, if asked { FLAG_UNSHARE } else { 0 });
}

fn fault_flags(ctx: &mut Ctx) {
    let flags: u16 = ctx.get(Local::Flags);
    let unshare: u16 = ctx.get(Local::Fault);
    let write = if flags & foll::WRITE != 0 { FLAG_WRITE } else { 0 };
    let pin = if flags & foll::LONGTERM != 0 { MEMALLOC_PIN } else { 0 };
    ctx.set(Local::Fault, unshare | write | pin);
}

/// `vm_flags` do not change while `mmap_lock` is held.
fn broke_cow(look: &Look) -> bool {
    let area: u16 = look.peek(look.mm().vm_flags(look.get(Local::Addr)));
    look.get::<u16>(Local::Ret) == VM_FAULT_WRITE && area & vm::WRITE == 0
}

/// `FOLL_FORCE` looks behind `pte_protnone`.
fn not_present(look: &Look) -> bool {
    match look.get(Local::Pte) {
        Pte::Protnone { .. } => !flag(look, foll::FORCE),
        pte => pte.mapped().is_none(),
    }
}

fn only_reads(look: &Look) -> bool {
    !flag(look, foll::WRITE)
}

/// v5.8 sets `FOLL_COW` for readers too, and does not ask for `FOLL_FORCE`: who has the one behind
/// an area that is read-only has the other, or was a reader.
fn is_not_broken(look: &Look) -> bool {
    let dirty = match look.get(Local::Pte) {
        Pte::Present { dirty, .. } | Pte::UffdWp { dirty, .. } => dirty,
        _ => false,
    };
    is_read_only(look) && !(flag(look, foll::COW) && dirty)
}

fn is_not_exclusive(ctx: &mut Ctx) -> bool {
    !ctx.get::<Pte>(Local::Pte).writes() && may_not_force(ctx)
}

/// Whether `FOLL_FORCE` does not make up for an entry that is not writable.
fn may_not_force(ctx: &mut Ctx) -> bool {
    let pte: Pte = ctx.get(Local::Pte);
    let (flags, area) = (ctx.get::<u16>(Local::Flags), ctx.mm().vm_flags(ctx.get(Local::Addr)));
    let anon = folio(ctx).anon();
    flags & foll::FORCE == 0
        || ctx.load(area) & vm::WRITE != 0
        || !ctx.load(anon)
        || !ctx.load(exclusive(ctx))
        || matches!(pte, Pte::UffdWp { .. })
}

fn is_hint(look: &Look) -> bool {
    matches!(look.get(Local::Pte), Pte::Protnone { .. })
}

fn is_read_only_or_hint(look: &Look) -> bool {
    is_hint(look) || is_read_only(look)
}

fn is_not_broken_or_hint(look: &Look) -> bool {
    is_hint(look) || is_not_broken(look)
}

fn is_not_exclusive_or_hint(ctx: &mut Ctx) -> bool {
    let hint = matches!(ctx.get(Local::Pte), Pte::Protnone { .. });
    if hint { may_not_force(ctx) } else { is_not_exclusive(ctx) }
}

fn needs_no_unshare(look: &Look) -> bool {
    is_get(look) || flag(look, foll::WRITE) || look.get::<Pte>(Local::Pte).writes()
}

/// `PageAnonExclusive`: of a page that a huge entry maps, that of the whole.
fn exclusive(ctx: &Ctx) -> Cell<bool> {
    let huge = ctx.peek(ctx.mm().pmd()).mapped();
    ctx.layout().page(huge.unwrap_or(ctx.get(Local::Page))).anon_exclusive()
}

/// Reads the entry, and the page where it is present. A huge entry is read by the same line, under
/// the same lock.
fn read_entry(ctx: &mut Ctx) {
    let pte = walk(ctx);
    ctx.set(Local::Pte, pte);
    if let Some(pfn) = pte.mapped() {
        ctx.set(Local::Page, pfn);
        begin_walk(ctx, pfn);
    }
}

pub(super) fn must_unshare(ctx: &mut Ctx) -> bool {
    let anon = folio(ctx).anon();
    ctx.load(anon) && !ctx.load(exclusive(ctx))
}

/// A long-term pin for reading of a page that is not anonymous would be lost to the next store: all
/// mappings are private here.
pub(super) fn must_unshare_all(ctx: &mut Ctx) -> bool {
    if is_not_anon(ctx) {
        return ctx.get::<u16>(Local::Flags) & foll::LONGTERM != 0;
    }
    must_unshare(ctx)
}

/// Ghost: remembers a pin that counts on the zero page.
fn try_grab_page(ctx: &mut Ctx) {
    let flags: u16 = ctx.get(Local::Flags);
    if flags & foll::PIN != 0 && ctx.geometry().is_zero_pfn(ctx.get(Local::Page)) {
        ctx.find(event::ZERO_PAGE_COUNTED);
    }
    let pfn: Pfn = ctx.get(Local::Page);
    let refs = refs_of(ctx, pfn, flags);
    ctx.get_page(head(ctx, pfn), refs);
    if flags & foll::PIN != 0 {
        count_pin(ctx, pfn, 1);
    }
}
