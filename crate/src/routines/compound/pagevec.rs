//! `mm/swap.c`: pages that wait in per-CPU pagevecs, where some are compound. Those do not wait: a
//! pagevec that gets one is drained at once.
use crate::machine::routine::line;
use crate::machine::{Ctx, Line, Local, Op, Routine};
use crate::mm::Pfn;
use crate::routines::at_hand::{get_page, head};
use crate::routines::kernels::Chosen;
use crate::routines::memory::{OUT, PTL};
use crate::routines::pagevec::{
    self as plain, ADD, ADDRESS, LRU_ADD_DRAIN, UNLOCK, is_enabled, mark_page_accessed,
};

const NOT_PRESENT: Line = line("pte", "if (!pte_present(*pte))", Op::Branch(has_no_page, "unlock"));
const GET: Line = line("get", "get_page(page)", Op::Do(get_page));
const DRAIN: Line = line("drain", "pagevec_lru_move_fn(pvec, ..)", Op::Call(LRU_ADD_DRAIN, &[]));

/// A page by itself stays on the pagevec until somebody drains it.
pub static MARK_PAGE_ACCESSED_V5_8: Routine = mark_page_accessed(
    "mm/swap.c, v5.8 to v5.12",
    &[
        ADDRESS,
        PTL,
        NOT_PRESENT,
        GET,
        ADD,
        line("wait", "if (!PageCompound(page))", Op::Branch(is_single, "unlock")),
        DRAIN,
        UNLOCK,
        OUT,
    ],
);
/// With the LRU caches disabled it is drained at once, too (d479960e44f2).
pub static MARK_PAGE_ACCESSED_V5_13: Routine = mark_page_accessed(
    "mm/swap.c, v5.13 to v6.12",
    &[
        ADDRESS,
        PTL,
        NOT_PRESENT,
        GET,
        ADD,
        line("compound", "if (PageCompound(page))", Op::Branch(|ctx| !is_single(ctx), "drain")),
        line("disabled", "if (!lru_cache_disabled())", Op::Branch(is_enabled, "unlock")),
        DRAIN,
        UNLOCK,
        OUT,
    ],
);

/// What fills a pagevec, if there is one.
pub(super) fn filling(chosen: &Chosen) -> Option<&'static Routine> {
    match chosen.get("lru_pagevec") {
        "none" => None,
        "disabled" => Some(&MARK_PAGE_ACCESSED_V5_13),
        _ => Some(&MARK_PAGE_ACCESSED_V5_8),
    }
}

/// The head of what is mapped there, by one entry or by many.
fn has_no_page(ctx: &mut Ctx) -> bool {
    let (whole, address) = (ctx.load(ctx.mm().pmd()), ctx.get(Local::Addr));
    let cell = ctx.pte();
    let entry = whole.entry(address, || ctx.load(cell));
    let Some(pfn) = entry.mapped() else { return true };
    let head = head(ctx, pfn);
    ctx.set(Local::Page, head);
    plain::is_waiting(ctx, head)
}

/// The entry keeps the page as it is.
fn is_single(ctx: &mut Ctx) -> bool {
    let page: Pfn = ctx.get(Local::Page);
    !ctx.load(ctx.layout().compound(page).head())
}
