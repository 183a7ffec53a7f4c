//! `mm/swap_state.c`: the swap cache, by which a page and its slot find each other.
use super::at_hand::{
    drop_reference, folio, get_page, is_mapped, join_lru, page_lock, returned, set_page_dirty,
};
use super::fault::MOVABLE;
use super::gup::{page_of_ret, page_word};
use super::page_alloc::alloc::RMQUEUE;
use super::swap::PUT_PAGE;
use super::swapfile::TRY_TO_FREE_SWAP;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::{Pfn, Slot, SwapSlot, WORDS};

/// `add_to_swap`, of a locked page.
pub const ADD_TO_SWAP: Function = Function("add_to_swap");
/// `delete_from_swap_cache`, of a locked page.
pub const DELETE_FROM_SWAP_CACHE: Function = Function("delete_from_swap_cache");
/// `free_swap_cache`
pub const FREE_SWAP_CACHE: Function = Function("free_swap_cache");
/// `swapin_readahead`, and the look into the swap cache before it.
pub const SWAPIN_READAHEAD: Function = Function("swapin_readahead");

const PAGE: &[Local] = &[Local::Page];

/// Nobody has the entry yet, so the slot and its page may as well know each other at once. The swap
/// cache holds a reference. The page is dirty, whatever its entries say: it must be written.
pub static ADD_TO_SWAP_V5_8: Routine = Routine {
    function: ADD_TO_SWAP,
    source: "mm/swap_state.c, v5.8 to v6.5",
    omits: "the XArray; several slots for a huge page",
    params: PAGE,
    locals: &[Local::Slot],
    returns: Returns::Bool,
    body: &[
        line("slot", "entry = get_swap_page(page); if (!entry.val)", Op::Branch(is_full, "full")),
        line("ref", "page_ref_add(page, 1)", Op::Do(get_page)),
        line("cache", "SetPageSwapCache(page), page_private = entry", Op::Do(set_swap_cache)),
        line("dirty", "set_page_dirty(page)", Op::Do(set_page_dirty)),
        line("done", "return 1", Op::Return(|_| 1)),
        line("full", "return 0", Op::Return(|_| 0)),
    ],
};

/// The slot is free when no entry names it either.
pub static DELETE_FROM_SWAP_CACHE_V5_8: Routine = Routine {
    function: DELETE_FROM_SWAP_CACHE,
    source: "mm/swap_state.c, v5.8 to v6.5",
    omits: "the XArray and its lock; cached slots",
    params: PAGE,
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("delete", "__delete_from_swap_cache(page, entry)", Op::Do(delete)),
        line("sub", "page_ref_sub(page, 1)", Op::Do(drop_reference)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// A page that nobody maps any more needs no slot.
pub static FREE_SWAP_CACHE_V5_8: Routine = Routine {
    function: FREE_SWAP_CACHE,
    source: "mm/swap_state.c, v5.8 to v6.5",
    omits: "huge pages",
    params: PAGE,
    locals: &[Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("cached", "if (!PageSwapCache(page))", Op::Branch(is_not_cached, "out")),
        line("mapped", "if (page_mapped(page))", Op::Branch(is_mapped, "out")),
        line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "out")),
        line("free", "try_to_free_swap(page)", Op::Call(TRY_TO_FREE_SWAP, &[])),
        line("unlock", "unlock_page(page)", Op::Release(page_lock)),
        OUT,
    ],
};

/// The page of the swap cache with a reference, or a fresh one that is read from the slot. Whoever
/// else finds it there waits for its lock until it is read. Readers that come at the same time
/// agree on one page.
pub static SWAPIN_READAHEAD_V5_8: Routine = Routine {
    function: SWAPIN_READAHEAD,
    source: "mm/swap_state.c, v5.8 to v6.5 (__read_swap_cache_async)",
    omits: "reading ahead; devices that are read without the swap cache; the first of two looks \
            into the swap cache; references of speculation",
    params: &[Local::Slot, Local::Fault],
    locals: &[Local::Page, Local::Order, Local::Wanted, Local::Ret],
    returns: Returns::Page,
    body: &[
        line("find", "page = find_get_page(.., entry)", Op::Branch(finds_page, "out")),
        line("frozen", "  (again, while it is frozen)", Op::Branch(is_frozen, "find")),
        line("gone", "if (!__swp_swapcount(entry))", Op::Branch(is_gone, "none")),
        MOVABLE,
        line("alloc", "page = alloc_page_vma(gfp_mask, vma, addr)", Op::Call(RMQUEUE, &[])),
        line("oom", "if (!page)", Op::If(|look| returned(look) == 0, "none")),
        line("took", "  (page)", Op::Let(page_of_ret)),
        line("lock", "__SetPageLocked(page)", Op::Acquire(page_lock)),
        line("prepare", "if (swapcache_prepare(entry))", Op::Branch(is_prepared, "raced")),
        line("lru", "lru_cache_add(page)", Op::Do(join_lru)),
        line("read", "swap_readpage(page)", Op::Do(read_page)),
        line("unlock", "unlock_page(page)", Op::Release(page_lock)),
        line("out", "return page", Op::Return(page_word)),
        line("raced", "unlock_page(page)", Op::Release(page_lock)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("again", "continue", Op::Goto("find")),
        line("none", "return NULL", Op::Return(|_| 0)),
    ],
};

const OUT: Line = line("out", "return", Op::Return(|_| 0));

pub(super) fn trylock_fails(ctx: &mut Ctx) -> bool {
    let lock = folio(ctx).lock();
    !ctx.trylock(lock)
}

/// `PageSwapCache`, inverted.
pub(super) fn is_not_cached(ctx: &mut Ctx) -> bool {
    let swap = folio(ctx).swap();
    ctx.load(swap).is_none()
}

/// The slot that `entry` names.
pub(super) fn slot(ctx: &Ctx) -> SwapSlot {
    ctx.layout().swap_slot(ctx.get(Local::Slot))
}

/// Takes a slot that neither an entry nor a page names; whether there is none.
fn is_full(ctx: &mut Ctx) -> bool {
    for number in 0..ctx.geometry().swap_slots {
        let slot = ctx.layout().swap_slot(number);
        if ctx.load(slot.count()) == 0 && ctx.load(slot.page()).is_none() {
            let pfn: Pfn = ctx.get(Local::Page);
            ctx.update(slot.page(), |_| Some(pfn));
            settle(ctx, slot, false);
            ctx.set(Local::Slot, number);
            return false;
        }
    }
    true
}

/// Ghost: whether the slot stands for a page that was frozen and freed.
pub(super) fn settle(ctx: &mut Ctx, slot: SwapSlot, settled: bool) {
    let (memory, _) = ctx.ghosts();
    memory.store(slot.settled(), settled);
}

/// The swap cache answers for the reference from here on.
fn set_swap_cache(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let slot = Slot(ctx.get(Local::Slot));
    ctx.update(ctx.layout().page(pfn).swap(), |_| Some(slot));
    ctx.let_go(pfn, 1);
}

/// A page and its slot forget each other; the slot's number, if they knew each other.
pub(super) fn forget_slot(ctx: &mut Ctx) -> Option<SwapSlot> {
    let page = ctx.page(Local::Page);
    let Slot(number) = ctx.update(page.swap(), |_| None)?;
    let slot = ctx.layout().swap_slot(number);
    ctx.update(slot.page(), |_| None);
    Some(slot)
}

/// The lane answers for the swap cache's reference from here on.
fn delete(ctx: &mut Ctx) {
    if forget_slot(ctx).is_some() {
        ctx.hold(ctx.get(Local::Page), 1);
    }
}

/// `find_get_page`: a page of the swap cache that is not frozen, with a reference.
pub(super) fn finds_page(ctx: &mut Ctx) -> bool {
    let Some(pfn) = ctx.load(slot(ctx).page()) else { return false };
    let refcount = ctx.layout().page(pfn).refcount();
    let before: u16 = ctx.update(refcount, |count| if count == 0 { 0 } else { count + 1 });
    if before == 0 {
        return false;
    }
    ctx.hold(pfn, 1);
    ctx.set(Local::Page, page_of_slot(ctx, pfn));
    true
}

/// `folio_file_page`: of a compound page the one whose place in it is that of the slot.
fn page_of_slot(ctx: &Ctx, found: Pfn) -> Pfn {
    let huge = ctx.geometry().has_huge_pages() && ctx.peek(ctx.layout().compound(found).head());
    let place = ctx.get::<u16>(Local::Slot) % ctx.geometry().hpage_pages();
    if huge { Pfn(found.0 + place) } else { found }
}

/// Its page is in the swap cache, and `__remove_mapping` has frozen it.
fn is_frozen(ctx: &mut Ctx) -> bool {
    ctx.load(slot(ctx).page()).is_some()
}

fn is_gone(ctx: &mut Ctx) -> bool {
    ctx.load(slot(ctx).count()) == 0
}

/// Whether somebody else has brought a page, or the entry is gone. Else the page, which nobody
/// knows yet, is of the swap cache, and that has a reference.
fn is_prepared(ctx: &mut Ctx) -> bool {
    let own = slot(ctx);
    if ctx.load(own.count()) == 0 || ctx.load(own.page()).is_some() {
        return true;
    }
    let pfn: Pfn = ctx.get(Local::Page);
    let (page, number) = (ctx.layout().page(pfn), Slot(ctx.get(Local::Slot)));
    ctx.update(page.refcount(), |count| count + 1);
    ctx.update(page.swapbacked(), |_| true);
    ctx.update(page.swap(), |_| Some(number));
    ctx.update(own.page(), |_| Some(pfn));
    false
}

fn read_page(ctx: &mut Ctx) {
    let (slot, page) = (slot(ctx), ctx.page(Local::Page));
    for word in 0..WORDS {
        let value = ctx.load(slot.content(word));
        ctx.store(page.content(word), value);
    }
}
