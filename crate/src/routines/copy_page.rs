//! `copy_present_page` of `mm/memory.c`: a page that may be pinned is copied for the child, and
//! stays with the parent.
use super::at_hand::{is_read_only, target_joins_lru};
use super::copy_pte::{
    COPY_PRESENT_PAGE, ENTRY_AND_PAGE, NEVER_PINNED, NOT_PINNED, PROTECT, SHARES, has_no_page,
};
use super::fault::{add_new_anon_rmap_of, copy_word};
use super::fork::{child, child_pte};
use super::tlb::FLUSH_PAGE;
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Line, Local, Op, Returns, Routine};
use crate::mm::{Pfn, Pte, Rmap, vm};

const fn copy_present_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: COPY_PRESENT_PAGE,
        source,
        omits: "memory cgroups",
        params: ENTRY_AND_PAGE,
        locals: &[],
        returns: Returns::Errno,
        body,
    }
}

const NO_PREALLOC: Line = line("new", "if (!*prealloc)", Op::If(has_no_page, "eagain"));
const COPY: Line =
    line("copy", "copy_user_highpage(new_page, page, addr)", Op::Do(|ctx| copy_word(ctx, 0)));
const COPY_REST: Line = line("copy1", "  (its second half)", Op::Do(|ctx| copy_word(ctx, 1)));
const RMAP: Line = line("rmap", "page_add_new_anon_rmap(new_page, ..)", Op::Do(add_rmap));
const LRU: Line =
    line("lru", "lru_cache_add_inactive_or_unevictable(..)", Op::Do(target_joins_lru));
const SET_COPY: Line =
    line("set", "set_pte_at(dst_mm, addr, dst_pte, writable)", Op::Do(set_child_copy));
const DONE: Line = line("done", "return 0", Op::Return(|_| 0));
const EAGAIN: Line = line("eagain", "return -EAGAIN", Op::Return(|_| errno::EAGAIN));
const DO_SHARE: Line = line("share", "return 1", Op::Return(|_| SHARES));

/// The page that was allocated before becomes the copy.
const COPYING: &[Line] = &[COPY, COPY_REST, RMAP, LRU, SET_COPY, DONE, EAGAIN];

/// The check, then write protection by the caller: a pin that is taken without locks in between is
/// seen by neither, unless it looks at `write_protect_seq`.
pub static COPY_PRESENT_PAGE_V5_9: Routine = copy_present_page(
    "mm/memory.c, v5.9 to v5.18",
    joined!(&[NEVER_PINNED, NOT_PINNED, NO_PREALLOC], COPYING, &[DO_SHARE]),
);
/// Write protection, then the check: a pin for writing sees the entry changed, or is seen. If the
/// page is to be copied, the entry gets its right to write back.
pub static COPY_PRESENT_PAGE_V5_9_RC7: Routine = copy_present_page(
    "mm/memory.c, v5.9-rc7 (70e806e4e645, undone by f3c64eda3e50)",
    joined!(
        &[
            line("wp", "if (pte_write(pte))", Op::If(is_read_only, "pinned")),
            PROTECT,
            NEVER_PINNED,
            NOT_PINNED,
            line("wrote", "if (pte_write(pte))", Op::If(is_read_only, "new")),
            line("restore", "set_pte_at(src_mm, addr, src_pte, pte)", Op::Do(restore)),
            NO_PREALLOC
        ],
        COPYING,
        &[DO_SHARE]
    ),
);
/// The caller has checked.
pub static COPY_PRESENT_PAGE_V5_19: Routine =
    copy_present_page("mm/memory.c, v5.19 to v6.12", joined!(&[NO_PREALLOC], COPYING));

/// As proposed in June 2025: nobody stores to the page while it is copied, nor before the rest is
/// write-protected: the fault waits for `mmap_lock`, and then reuses the page, which is exclusive.
pub static COPY_PRESENT_PAGE_PROTECTED: Routine = copy_present_page(
    "mm/memory.c, v6.12 with \"mm/memory: ensure fork child sees coherent memory snapshot\"",
    joined!(
        &[
            NO_PREALLOC,
            line("wp", "if (pte_write(pte))", Op::If(is_read_only, "copy")),
            PROTECT,
            FLUSH_PAGE
        ],
        COPYING
    ),
);

/// Nobody can have stored there meanwhile.
fn restore(ctx: &mut Ctx) {
    let pte: Pte = ctx.get(Local::Pte);
    ctx.store(ctx.pte(), pte);
}

fn add_rmap(ctx: &mut Ctx) {
    let rmap = Rmap { process: ctx.get(Local::Child), address: ctx.get(Local::Addr) };
    add_new_anon_rmap_of(ctx, rmap);
}

/// The copy is the child's alone.
fn set_child_copy(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::NewPage);
    let area: u16 = ctx.peek(child(ctx).vm_flags(ctx.get(Local::Addr)));
    let pte = Pte::Present { pfn, write: area & vm::WRITE != 0, dirty: true };
    ctx.store(child_pte(ctx), pte);
    ctx.let_go(pfn, 1);
}
