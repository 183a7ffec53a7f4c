//! `mm/vmscan.c`: reclaiming a page, as kswapd does.
use super::at_hand::{
    is_clean, is_mapped, looks_pinned, nothing_given, page_lock, returned, take_page_given,
};
use super::page_alloc::FREE_UNREF_PAGE;
use super::swap::PUT_PAGE;
use super::swap_state::{ADD_TO_SWAP, forget_slot, is_not_cached, settle, trylock_fails};
use super::swapfile::TRY_TO_FREE_SWAP;
use super::tlb::flush_batched;
use super::try_grab::no_reference;
use super::try_to_unmap::TRY_TO_UNMAP;
use super::vmscan::{PUTBACK_LRU_PAGE, test_and_clear_lru_fails};
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Place, Slot, WORDS};

/// `shrink_page_list`, of one page that it takes off the LRU itself; returns how many it freed.
pub const SHRINK_PAGE_LIST: Function = Function("shrink_page_list");
/// `__remove_mapping`
pub const REMOVE_MAPPING: Function = Function("__remove_mapping");

const EMPTY: Line = line("empty", "while (!list_empty(page_list))", Op::If(nothing_given, "out"));
const PAGE: Line = line("page", "page = lru_to_page(src)", Op::Let(take_page_given));
const GET: Line = line("get", "if (!get_page_unless_zero(page))", Op::Branch(no_reference, "out"));
const LRU: Line =
    line("lru", "if (!TestClearPageLRU(page))", Op::Branch(test_and_clear_lru_fails, "put"));
const TRYLOCK: Line =
    line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "keep"));
const ANON: Line =
    line("anon", "if (!PageAnon(page) || !PageSwapBacked(page))", Op::Branch(is_lazy, "mapped"));
const CACHED: Line = line("cached", "if (PageSwapCache(page))", Op::Branch(is_cached, "mapped"));
const PINNED: Line =
    line("pinned", "if (page_maybe_dma_pinned(page))", Op::Branch(looks_pinned, "locked"));
const SWAP: Line = line("swap", "ret = add_to_swap(page)", Op::Call(ADD_TO_SWAP, &[]));
const FULL: Line = line("full", "if (!ret)", Op::If(failed, "locked"));
const MAPPED: Line =
    line("mapped", "if (!page_mapped(page))", Op::Branch(|ctx| !is_mapped(ctx), "dirty"));
const UNMAP: Line =
    line("unmap", "try_to_unmap(page, TTU_BATCH_FLUSH)", Op::Call(TRY_TO_UNMAP, &[]));
const STILL: Line = line("still", "if (page_mapped(page))", Op::Branch(is_mapped, "locked"));
const LATE: Line =
    line("late", "if (folio_maybe_dma_pinned(folio))", Op::Branch(looks_pinned, "locked"));
const DIRTY: Line = line("dirty", "if (!PageDirty(page))", Op::Branch(is_clean, "lazy"));
const FLUSH: Line = line("flush", "try_to_unmap_flush_dirty()", Op::Do(flush_batched));
const HELD: Line = line("held", "if (page_count(page) != 2)", Op::Branch(is_held, "locked"));
const ORPHAN: Line =
    line("orphan", "if (!page_mapping(page))", Op::Branch(is_not_cached, "locked"));
const CLEAN: Line =
    line("clean", "if (!clear_page_dirty_for_io(page))", Op::Branch(was_clean, "lazy"));
const UNUSED: Line =
    line("unused", "ret = try_to_free_swap(page)", Op::Call(TRY_TO_FREE_SWAP, &[]));
const FREED: Line = line("freed", "if (ret)", Op::If(|look| !failed(look), "written"));
const WRITE: Line = line("write", "__swap_writepage(page, wbc)", Op::Do(write_page));
const WRITTEN: Line = line("written", "unlock_page(page)", Op::Release(page_lock));
const DIRTIED: Line =
    line("dirtied", "if (PageDirty(page))", Op::Branch(|ctx| !is_clean(ctx), "keep"));
const RELOCK: Line =
    line("trylock again", "if (!trylock_page(page))", Op::Branch(trylock_fails, "keep"));
const REDIRTIED: Line =
    line("redirtied", "if (PageDirty(page))", Op::Branch(|ctx| !is_clean(ctx), "locked"));
const LAZY: Line =
    line("lazy", "if (PageAnon(page) && !PageSwapBacked(page))", Op::Branch(is_lazy, "freeze"));
const MAPPING: Line =
    line("mapping", "if (!page_mapping(page))", Op::Branch(is_not_cached, "locked"));
const REMOVE: Line =
    line("remove", "ret = __remove_mapping(mapping, page)", Op::Call(REMOVE_MAPPING, &[]));
const KEPT: Line = line("kept", "if (!ret)", Op::If(failed, "locked"));
const UNLOCK: Line = line("unlock", "unlock_page(page)", Op::Release(page_lock));
const TLB: Line = line("tlb", "try_to_unmap_flush()", Op::Do(flush_batched));
const FREE: Line =
    line("free", "free_unref_page_list(&free_pages)", Op::Call(FREE_UNREF_PAGE, &[]));
const RECLAIMED: Line = line("reclaimed", "return 1", Op::Return(|_| 1));
const FREEZE: Line =
    line("freeze", "if (!page_ref_freeze(page, 1))", Op::Branch(|ctx| !freezes(ctx, 1), "locked"));
const DISCARD: Line = line("discard", "if (!PageDirty(page))", Op::Branch(is_clean, "unlock"));
const UNFREEZE: Line =
    line("unfreeze", "page_ref_unfreeze(page, 1)", Op::Do(|ctx| unfreeze(ctx, 1)));
const LOCKED: Line = line("locked", "keep_locked: unlock_page(page)", Op::Release(page_lock));
const KEEP: Line = line("keep", "keep: putback_lru_page(page)", Op::Call(PUTBACK_LRU_PAGE, &[]));
const OUT: Line = line("out", "return 0", Op::Return(|_| 0));
const PUT: Line = line("put", "put_page(page)", Op::Call(PUT_PAGE, &[]));
const NOT_ISOLATED: Line = line("busy", "  (somebody else has isolated it)", Op::Goto("out"));

const fn shrink_page_list(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SHRINK_PAGE_LIST,
        source,
        omits: "the LRU lists and their lock; PageReferenced and young entries, writeback (the \
                write is synchronous), dirty throttling, files, huge pages",
        params: &[Local::Given],
        locals: &[Local::Page, Local::Ret],
        returns: Returns::Count,
        body,
    }
}

/// The page is taken off its list, locked and looked at.
const ISOLATING: &[Line] = &[EMPTY, PAGE, GET, LRU, TRYLOCK, ANON, CACHED];
/// It gets a slot, and its entries name that.
const UNMAPPING: &[Line] = &[SWAP, FULL, MAPPED, UNMAP, STILL];
/// It is written out if it is dirty, and freed if nobody else has it.
const FREEING: &[Line] = &[
    DIRTY,
    FLUSH,
    HELD,
    ORPHAN,
    CLEAN,
    UNUSED,
    FREED,
    WRITE,
    WRITTEN,
    DIRTIED,
    RELOCK,
    REDIRTIED,
    LAZY,
    MAPPING,
    REMOVE,
    KEPT,
    UNLOCK,
    TLB,
    FREE,
    RECLAIMED,
    FREEZE,
    DISCARD,
    UNFREEZE,
    LOCKED,
    KEEP,
    OUT,
    PUT,
    NOT_ISOLATED,
];

/// Nobody asks whether the page is pinned.
pub static SHRINK_PAGE_LIST_V5_8: Routine =
    shrink_page_list("mm/vmscan.c, v5.8 to v5.10", joined!(ISOLATING, UNMAPPING, FREEING));

/// A page that looks pinned is kept (feb889fb40fa), unless it is in the swap cache already. The
/// entry still stands: who pins it now is not seen.
pub static SHRINK_PAGE_LIST_V5_11: Routine = shrink_page_list(
    "mm/vmscan.c, v5.11 to v6.3",
    joined!(ISOLATING, &[PINNED], UNMAPPING, FREEING),
);

/// And again with the entries gone, where the answer is final: it saves the work of a page that
/// cannot be freed (d824ec2a1546).
pub static SHRINK_PAGE_LIST_V6_4: Routine = shrink_page_list(
    "mm/vmscan.c, v6.4 and v6.5 (shrink_folio_list)",
    joined!(ISOLATING, &[PINNED], UNMAPPING, &[LATE], FREEING),
);

const NO: Line = line("no", "return 0", Op::Return(|_| 0));
const YES: Line = line("yes", "return 1", Op::Return(|_| 1));
const FREEZE_TWO: Line =
    line("freeze", "if (!page_ref_freeze(page, 2))", Op::Branch(|ctx| !freezes(ctx, 2), "no"));
const DELETE: Line = line("delete", "__delete_from_swap_cache(page, swap)", Op::Do(delete));

const fn remove_mapping(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: REMOVE_MAPPING,
        source,
        omits: "the lock of the XArray; files, shadow entries",
        params: &[Local::Page],
        locals: &[],
        returns: Returns::Bool,
        body,
    }
}

/// The count is frozen at what isolation and swap cache hold, and then `PageDirty` is read: who had
/// a reference and wrote has marked the page dirty before dropping it.
pub static REMOVE_MAPPING_V5_8: Routine = remove_mapping(
    "mm/vmscan.c, v5.8 to v6.5",
    &[
        FREEZE_TWO,
        line("dirty", "if (PageDirty(page))", Op::Branch(|ctx| !is_clean(ctx), "unfreeze")),
        DELETE,
        YES,
        line("unfreeze", "page_ref_unfreeze(page, 2)", Op::Do(|ctx| unfreeze(ctx, 2))),
        NO,
    ],
);

/// The two tests swapped: somebody may write, mark the page and drop the reference in between.
pub static REMOVE_MAPPING_DIRTY_FIRST: Routine = remove_mapping(
    "the order that a comment in mm/vmscan.c warns of",
    &[
        line("dirty", "if (PageDirty(page))", Op::Branch(|ctx| !is_clean(ctx), "no")),
        FREEZE_TWO,
        DELETE,
        YES,
        NO,
    ],
);

fn failed(look: &Look) -> bool {
    returned(look) == 0
}

/// Not an anonymous page with a claim to a slot: a page of `MADV_FREE`, or no anonymous page.
fn is_lazy(ctx: &mut Ctx) -> bool {
    let page = ctx.page(Local::Page);
    !ctx.load(page.swapbacked()) || !ctx.load(page.anon())
}

fn is_cached(ctx: &mut Ctx) -> bool {
    !is_not_cached(ctx)
}

/// `is_page_cache_freeable`, inverted: more references than isolation and swap cache hold.
fn is_held(ctx: &mut Ctx) -> bool {
    let refcount = ctx.page(Local::Page).refcount();
    ctx.load(refcount) != 2
}

fn was_clean(ctx: &mut Ctx) -> bool {
    let dirty = ctx.page(Local::Page).dirty();
    !ctx.update(dirty, |_| false)
}

/// What the slot held before is gone, and what it holds now is not needed until the page is freed.
fn write_page(ctx: &mut Ctx) {
    let page = ctx.page(Local::Page);
    let Some(Slot(number)) = ctx.load(page.swap()) else { return };
    let slot = ctx.layout().swap_slot(number);
    for word in 0..WORDS {
        let value = ctx.load(page.content(word));
        ctx.store(slot.content(word), value);
    }
    settle(ctx, slot, false);
}

/// `page_ref_freeze`: the count goes from what is expected to zero, or nowhere. The lane's
/// reference is among these.
fn freezes(ctx: &mut Ctx, expected: u16) -> bool {
    let page = ctx.page(Local::Page);
    let before: u16 =
        ctx.update(page.refcount(), |count| if count == expected { 0 } else { count });
    if before == expected {
        ctx.let_go(ctx.get(Local::Page), 1);
        ctx.store(page.place(), Place::InFlight);
    }
    before == expected
}

fn unfreeze(ctx: &mut Ctx, count: u16) {
    let page = ctx.page(Local::Page);
    ctx.store(page.refcount(), count);
    ctx.hold(ctx.get(Local::Page), 1);
    ctx.store(page.place(), Place::Allocated);
}

/// From here on the slot has the contents alone.
fn delete(ctx: &mut Ctx) {
    if let Some(slot) = forget_slot(ctx) {
        settle(ctx, slot, true);
    }
}
