//! `copy_pte_range` of `mm/memory.c` and what it calls: a child's page table, an entry at a time.
use super::at_hand::{
    clear_exclusive, drop_reference, get_page, is_not_anon, is_not_present, is_read_only,
    is_zero_page, let_go, ptl, returned, want_movable,
};
use super::compound::counts::count_mapping;
use super::fork::{child, child_pte};
use super::memory::{LOOP, NEXT, past_last};
use super::mm_h::{page_maybe_dma_pinned, promise_not_pinned};
use super::page_alloc::alloc::RMQUEUE;
use super::swap::PUT_PAGE;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Pfn, Pte};

/// `copy_pte_range`
pub const COPY_PTE_RANGE: Function = Function("copy_pte_range");
/// `copy_one_pte`, up to v5.8.
pub const COPY_ONE_PTE: Function = Function("copy_one_pte");
/// `copy_present_pte`, since v5.9.
pub const COPY_PRESENT_PTE: Function = Function("copy_present_pte");
/// `copy_present_page`, since v5.9.
pub const COPY_PRESENT_PAGE: Function = Function("copy_present_page");
/// `copy_nonpresent_pte`; within `copy_one_pte` up to v5.8.
pub const COPY_NONPRESENT_PTE: Function = Function("copy_nonpresent_pte");

/// What the functions of one entry are told.
pub(super) const ENTRY: &[Local] = &[Local::Mm, Local::Child, Local::Addr, Local::Pte, Local::Page];
/// And whether there is a page for a copy.
pub(super) const ENTRY_AND_PAGE: &[Local] = &[
    Local::Mm,
    Local::Child,
    Local::Addr,
    Local::Pte,
    Local::Page,
    Local::NewPage,
    Local::Prealloc,
];

const CHILD_PTL: Line =
    line("dst", "dst_pte = pte_alloc_map_lock(dst_mm, ..)", Op::Acquire(child_ptl));
const PARENT_PTL: Line = line("src", "spin_lock_nested(src_ptl)", Op::Acquire(ptl));
const COPY_EACH: Line = line("each", "do { if (addr > end) break", Op::If(past_last, "srcout"));
const SKIP_NONE: Line = line("none", "if (pte_none(*src_pte))", Op::Branch(is_none, "next"));
const PARENT_OUT: Line = line("srcout", "spin_unlock(src_ptl)", Op::Release(ptl));
const CHILD_OUT: Line =
    line("dstout", "pte_unmap_unlock(orig_dst_pte, dst_ptl)", Op::Release(child_ptl));
pub(super) const OUT: Line = line("out", "return 0", Op::Return(|_| 0));
const AFTER: Line = line("after", "continue", Op::Goto("next"));

const fn copy_pte_range(
    source: &'static str,
    locals: &'static [Local],
    body: &'static [Line],
) -> Routine {
    Routine {
        function: COPY_PTE_RANGE,
        source,
        omits: "dropping the locks after 32 units; swap counts that overflow",
        params: &[Local::Mm, Local::Child, Local::Addr, Local::Last],
        locals,
        returns: Returns::Errno,
        body,
    }
}

/// Under both page table locks.
pub static COPY_PTE_RANGE_V3_16: Routine = copy_pte_range(
    "mm/memory.c, v3.16 to v5.8",
    &[Local::Page, Local::Pte, Local::Ret],
    &[
        CHILD_PTL,
        PARENT_PTL,
        COPY_EACH,
        SKIP_NONE,
        line("copy", "copy_one_pte(dst_mm, src_mm, ..)", Op::Call(COPY_ONE_PTE, &[])),
        NEXT,
        LOOP,
        PARENT_OUT,
        CHILD_OUT,
        OUT,
    ],
);

/// Where a page must be copied there has to be one: the locks are dropped to allocate it, and the
/// entry is looked at anew. One that is not wanted any more goes back.
pub static COPY_PTE_RANGE_V5_9: Routine = copy_pte_range(
    "mm/memory.c, v5.9 to v6.12",
    &[
        Local::Page,
        Local::Pte,
        Local::NewPage,
        Local::Prealloc,
        Local::Order,
        Local::Wanted,
        Local::Ret,
    ],
    &[
        CHILD_PTL,
        PARENT_PTL,
        COPY_EACH,
        SKIP_NONE,
        line("present", "if (!pte_present(*src_pte))", Op::If(is_not_present, "entry")),
        line("copy", "ret = copy_present_pte(.., &prealloc)", Op::Call(COPY_PRESENT_PTE, &[])),
        line("again", "if (ret == -EAGAIN) break", Op::If(needs_page, "break")),
        line("spare", "if (prealloc)", Op::Let(note_use)),
        line("unused", "  (it was not used)", Op::If(has_no_page, "next")),
        line("put", "put_page(prealloc)", Op::Call(PUT_PAGE, &[(Local::Page, Local::NewPage)])),
        line("null", "prealloc = NULL", Op::Let(|ctx| ctx.set(Local::Prealloc, false))),
        NEXT,
        LOOP,
        PARENT_OUT,
        CHILD_OUT,
        OUT,
        line("entry", "copy_nonpresent_pte(..)", Op::Call(COPY_NONPRESENT_PTE, &[])),
        AFTER,
        line("break", "spin_unlock(src_ptl)", Op::Release(ptl)),
        line("breakdst", "pte_unmap_unlock(orig_dst_pte, dst_ptl)", Op::Release(child_ptl)),
        line("gfp", "gfp = GFP_HIGHUSER_MOVABLE", Op::Let(want_movable)),
        line("alloc", "prealloc = page_copy_prealloc(src_mm, ..)", Op::Call(RMQUEUE, &[])),
        line("oom", "if (!prealloc)", Op::If(|look| returned(look) == 0, "nomem")),
        line("took", "ret = 0", Op::Let(take_page)),
        line("goto", "goto again", Op::Goto("dst")),
        line("nomem", "return -ENOMEM", Op::Return(|_| errno::ENOMEM)),
    ],
);

const NO_PAGE: Line =
    line("page", "page = vm_normal_page(..); if (!page)", Op::If(is_zero_page, "wp"));
const PREEMPT_OFF: Line = line("preempt", "preempt_disable()", Op::PreemptOff);
pub(super) const GET: Line = line("get", "get_page(page)", Op::Do(get_page));
const DUP: Line = line("dup", "page_dup_rmap(page, false)", Op::Do(dup_rmap));
const PREEMPT_ON: Line = line("preempton", "preempt_enable()", Op::PreemptOn);
const IS_WRITABLE: Line = line("wp", "if (pte_write(pte))", Op::If(is_read_only, "set"));
pub(super) const PROTECT: Line =
    line("protect", "ptep_set_wrprotect(src_mm, addr, src_pte)", Op::Do(write_protect));
const SET: Line = line("set", "set_pte_at(dst_mm, addr, dst_pte, pte)", Op::Do(set_child_pte));
/// The kernel tells by `*prealloc` whether it was used.
const SHARED: Line = line("shared", "return 0, *prealloc as it was", Op::Return(|_| SHARES));
const RETURN: Line = line("ret", "return ret", Op::Return(returned));
const PRESENT_FIRST: Line =
    line("present", "if (!pte_present(pte))", Op::If(is_not_present, "entry"));
const IS_WRITABLE_FIRST: Line = line("wp", "if (pte_write(pte))", Op::If(is_read_only, "page"));
const NO_PAGE_LAST: Line =
    line("page", "page = vm_normal_page(..); if (!page)", Op::If(is_zero_page, "set"));
const NOT_PRESENT: Line = line("entry", "  (a swap entry)", Op::Call(COPY_NONPRESENT_PTE, &[]));
const NOT_PRESENT_OUT: Line = line("entryout", "return 0", Op::Goto("out"));

const fn copy_one_pte(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: COPY_ONE_PTE,
        source,
        omits: "shared mappings, device pages",
        params: ENTRY,
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

const PREEMPT: &str = "preempt_disable, as proposed in August 2020, on mm/memory.c";

/// The parent's entry is write-protected first; then reference, count of mappings, the child's
/// entry. Nobody asks whether the page is pinned.
pub static COPY_ONE_PTE_V3_16: [Routine; 2] = [
    copy_one_pte(
        "mm/memory.c, v3.16 to v5.8",
        &[
            PRESENT_FIRST,
            IS_WRITABLE_FIRST,
            PROTECT,
            NO_PAGE_LAST,
            GET,
            DUP,
            SET,
            OUT,
            NOT_PRESENT,
            NOT_PRESENT_OUT,
        ],
    ),
    copy_one_pte(
        PREEMPT,
        &[
            PRESENT_FIRST,
            IS_WRITABLE_FIRST,
            PROTECT,
            NO_PAGE_LAST,
            PREEMPT_OFF,
            GET,
            DUP,
            PREEMPT_ON,
            SET,
            OUT,
            NOT_PRESENT,
            NOT_PRESENT_OUT,
        ],
    ),
];

const fn copy_present_pte(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: COPY_PRESENT_PTE,
        source,
        omits: "shared mappings",
        params: ENTRY_AND_PAGE,
        locals: &[Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

const COPY_FIRST: Line =
    line("early", "retval = copy_present_page(..)", Op::Call(COPY_PRESENT_PAGE, &[]));
const COPIED: Line = line("copied", "if (retval <= 0)", Op::If(is_not_shared, "ret"));

/// A page that may be pinned is copied for the child; else reference, count of mappings, both
/// entries.
pub static COPY_PRESENT_PTE_V5_9: [Routine; 2] = [
    copy_present_pte(
        "mm/memory.c, v5.9 to v5.18",
        &[NO_PAGE, COPY_FIRST, COPIED, GET, DUP, IS_WRITABLE, PROTECT, SET, SHARED, RETURN],
    ),
    copy_present_pte(
        PREEMPT,
        &[
            NO_PAGE,
            COPY_FIRST,
            COPIED,
            PREEMPT_OFF,
            GET,
            DUP,
            PREEMPT_ON,
            IS_WRITABLE,
            PROTECT,
            SET,
            SHARED,
            RETURN,
        ],
    ),
];

const ANON: Line = line("anon", "if (page && PageAnon(page))", Op::Branch(is_not_anon, "file"));
pub(super) const EXCLUSIVE: Line =
    line("excl", "if (!PageAnonExclusive(page))", Op::Branch(is_not_exclusive, "dup"));
pub(super) const NEVER_PINNED: Line =
    line("pinned", "if (!MMF_HAS_PINNED of src_mm)", Op::Branch(has_never_pinned, "share"));
pub(super) const NOT_PINNED: Line =
    line("maybe", "if (!page_maybe_dma_pinned(page))", Op::Branch(is_not_pinned, "share"));
pub(super) const REFUSED: Line = line("put", "put_page(page)", Op::Do(drop_reference));
pub(super) const SHARE: Line =
    line("share", "ClearPageAnonExclusive(page)", Op::Do(clear_exclusive));
const DUP_ANON: Line = line("dup", "__page_dup_rmap(page, compound)", Op::Do(dup_rmap));
const FILE: Line = line("file", "get_page(page)", Op::Do(get_page));
const DUP_FILE: Line = line("dupfile", "page_dup_file_rmap(page, false)", Op::Do(dup_rmap));
const FILE_OUT: Line = line("fileout", "  (a file's page)", Op::Goto("wp"));

/// `page_try_dup_anon_rmap`: a page that is exclusive and may be pinned is not shared. The entry is
/// still writable when the page is exclusive no more.
pub static COPY_PRESENT_PTE_V5_19: [Routine; 2] = [
    copy_present_pte(
        "mm/memory.c, v5.19 to v6.12",
        &[
            NO_PAGE,
            ANON,
            GET,
            EXCLUSIVE,
            NEVER_PINNED,
            NOT_PINNED,
            REFUSED,
            COPY_FIRST,
            RETURN,
            SHARE,
            DUP_ANON,
            IS_WRITABLE,
            PROTECT,
            SET,
            SHARED,
            FILE,
            DUP_FILE,
            FILE_OUT,
        ],
    ),
    copy_present_pte(
        PREEMPT,
        &[
            NO_PAGE,
            ANON,
            PREEMPT_OFF,
            GET,
            EXCLUSIVE,
            NEVER_PINNED,
            NOT_PINNED,
            REFUSED,
            line("refusedon", "preempt_enable()", Op::PreemptOn),
            COPY_FIRST,
            RETURN,
            SHARE,
            DUP_ANON,
            PREEMPT_ON,
            IS_WRITABLE,
            PROTECT,
            SET,
            SHARED,
            FILE,
            DUP_FILE,
            FILE_OUT,
        ],
    ),
];

/// What is returned for a page that parent and child share.
pub(super) const SHARES: u16 = 1;

pub(super) fn child_ptl(look: &Look) -> Lock {
    child(look).ptl()
}

/// Reads the entry, and the page where it is present.
fn is_none(ctx: &mut Ctx) -> bool {
    let pte = ctx.load(ctx.pte());
    ctx.set(Local::Pte, pte);
    if let Some(pfn) = pte.mapped() {
        ctx.set(Local::Page, pfn);
    }
    pte == Pte::None
}

fn needs_page(look: &Look) -> bool {
    returned(look) == errno::EAGAIN
}

fn note_use(ctx: &mut Ctx) {
    if ctx.get::<u16>(Local::Ret) != SHARES {
        ctx.set(Local::Prealloc, false);
    }
}

pub(super) fn has_no_page(look: &Look) -> bool {
    !look.get::<bool>(Local::Prealloc)
}

fn take_page(ctx: &mut Ctx) {
    let page: Option<Pfn> = ctx.get(Local::Ret);
    ctx.set(Local::NewPage, ctx.must(page));
    ctx.set(Local::Prealloc, true);
}

fn is_not_shared(look: &Look) -> bool {
    returned(look) != SHARES
}

fn is_not_exclusive(ctx: &mut Ctx) -> bool {
    let exclusive = ctx.page(Local::Page).anon_exclusive();
    !ctx.load(exclusive)
}

fn has_never_pinned(ctx: &mut Ctx) -> bool {
    let pinned = ctx.mm().has_pinned();
    !ctx.load(pinned)
}

/// With `write_protect_seq` odd this is a promise: a pin that comes without locks backs out.
fn is_not_pinned(ctx: &mut Ctx) -> bool {
    let pfn = ctx.get(Local::Page);
    let pinned = page_maybe_dma_pinned(ctx, pfn);
    if !pinned && ctx.peek(ctx.mm().write_protect_seq()) & 1 == 1 {
        promise_not_pinned(ctx, pfn);
    }
    !pinned
}

fn dup_rmap(ctx: &mut Ctx) {
    count_mapping(ctx, ctx.get(Local::Page), 1);
}

/// The entry without its right to write.
fn protected(pte: Pte) -> Pte {
    match pte {
        Pte::Present { pfn, dirty, .. } => Pte::Present { pfn, write: false, dirty },
        Pte::Protnone { pfn, .. } => Pte::Protnone { pfn, write: false },
        other => other,
    }
}

/// One bit of the entry is cleared: the hardware may set the dirty bit at any time.
fn write_protect(ctx: &mut Ctx) {
    let cell = ctx.pte();
    ctx.update(cell, protected);
}

/// The child's mapping answers for the reference from here on.
fn set_child_pte(ctx: &mut Ctx) {
    let pte = match protected(ctx.get(Local::Pte)) {
        Pte::UffdWp { pfn, dirty } => Pte::Present { pfn, write: false, dirty },
        pte => pte,
    };
    ctx.store(child_pte(ctx), pte);
    let pfn: Pfn = ctx.get(Local::Page);
    if !ctx.geometry().is_zero_pfn(pfn) {
        let_go(ctx, pfn, 1);
    }
}
