//! `mm/vmscan.c`: reclaiming a compound page that is mapped as a whole, as kswapd does: all of it
//! goes to the swap cache.
use super::rmap::PAGE_MAPPED;
use super::split::SPLIT_HUGE_PAGE_TO_LIST;
use super::swap_state::forget_slots;
use super::walk::pages;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Place, Slot, WORDS};
use crate::routines::at_hand::{
    is_clean, nothing_given, page_lock, returned_nonzero, returned_zero, take_page_given,
};
use crate::routines::reclaim::{REMOVE_MAPPING, SHRINK_PAGE_LIST};
use crate::routines::swap::{PUT_LAST, PUT_PAGE};
use crate::routines::swap_state::{ADD_TO_SWAP, is_not_cached, settle, trylock_fails};
use crate::routines::try_to_unmap::TRY_TO_UNMAP;
use crate::routines::vmscan::{PUTBACK_LRU_PAGE, test_and_clear_lru_fails};

const ISOLATE: &[Line] = &[
    line("empty", "while (!list_empty(page_list))", Op::If(nothing_given, "out")),
    line("page", "page = lru_to_page(src)", Op::Let(take_page_given)),
    line("get", "if (!get_page_unless_zero(page))", Op::Branch(is_free, "out")),
    line("lru", "if (!TestClearPageLRU(page))", Op::Branch(test_and_clear_lru_fails, "put")),
    line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "keep")),
    line("cached", "if (PageSwapCache(page))", Op::Branch(is_cached, "mapped")),
    line("huge", "if (!PageTransHuge(page))", Op::If(is_single, "swap")),
    line("can", "if (!can_split_huge_page(page, NULL))", Op::Branch(is_held, "locked")),
    line("whole", "if (compound_mapcount(page))", Op::Branch(is_mapped_as_whole, "swap")),
    line(
        "split",
        "split_huge_page_to_list(page, page_list)",
        Op::Call(SPLIT_HUGE_PAGE_TO_LIST, &[]),
    ),
    line("failed", "if (it failed)", Op::If(returned_nonzero, "locked")),
];
const UNMAP: &[Line] = &[
    line("swap", "ret = add_to_swap(page)", Op::Call(ADD_TO_SWAP, &[])),
    line("full", "if (!ret)", Op::If(returned_zero, "locked")),
    line("mapped", "page_mapped(page)", Op::Call(PAGE_MAPPED, &[])),
    line("was", "if (!page_mapped(page))", Op::If(returned_zero, "dirty")),
    line("unmap", "try_to_unmap(page, TTU_SPLIT_HUGE_PMD)", Op::Call(TRY_TO_UNMAP, &[])),
    line("ask", "page_mapped(page)", Op::Call(PAGE_MAPPED, &[])),
    line("still", "if (page_mapped(page))", Op::If(returned_nonzero, "locked")),
];
const FREE: &[Line] = &[
    line("dirty", "if (!PageDirty(page))", Op::Branch(is_clean, "mapping")),
    line("held", "if (page_count(page) != 1 + nr)", Op::Branch(is_held, "locked")),
    line("clean", "if (!clear_page_dirty_for_io(page))", Op::Branch(was_clean, "mapping")),
    line("write", "__swap_writepage(page, wbc)", Op::Do(write_page)),
    line("written", "  unlock_page(page)", Op::Release(page_lock)),
    line("back", "if (PageWriteback(page))", Op::Goto("keep")),
    line("mapping", "if (!page_mapping(page))", Op::Branch(is_not_cached, "locked")),
    line("remove", "ret = __remove_mapping(mapping, page)", Op::Call(REMOVE_MAPPING, &[])),
    line("kept", "if (!ret)", Op::If(returned_zero, "locked")),
    line("unlock", "unlock_page(page)", Op::Release(page_lock)),
    line("free", "(*get_compound_page_dtor(page))(page)", Op::Call(PUT_LAST, &[])),
    line("reclaimed", "return nr_pages", Op::Return(|_| 1)),
    line("locked", "keep_locked: unlock_page(page)", Op::Release(page_lock)),
    line("keep", "keep: putback_lru_page(page)", Op::Call(PUTBACK_LRU_PAGE, &[])),
    line("out", "return 0", Op::Return(|_| 0)),
    line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    line("busy", "  (somebody else has isolated it)", Op::Goto("out")),
];

/// A compound page that nobody maps as a whole is split first; else all of it gets slots, and its
/// entries are those of its pages. The write to the device is on its way when the page is put back:
/// it stays in the swap cache until reclaim comes again.
pub static SHRINK_PAGE_LIST_V5_7: Routine = Routine {
    function: SHRINK_PAGE_LIST,
    source: "mm/vmscan.c, v5.7 to v6.3",
    omits: "PageReferenced and young entries, MADV_FREE, files, TLB flushes; a page that looks \
            pinned, which has references too many already; the pages of one that was split, \
            which stay on the LRU",
    params: &[Local::Given],
    locals: &[Local::Page, Local::Head, Local::Ret],
    returns: Returns::Count,
    body: joined!(ISOLATE, UNMAP, FREE),
};

/// The count is frozen at what isolation and swap cache hold.
pub static REMOVE_MAPPING_V5_7: Routine = Routine {
    function: REMOVE_MAPPING,
    source: "mm/vmscan.c, v5.7 to v6.5",
    omits: "the lock of the XArray; files, shadow entries",
    params: &[Local::Page],
    locals: &[Local::Count],
    returns: Returns::Bool,
    body: &[
        line("freeze", "if (!page_ref_freeze(page, 1 + nr))", Op::Branch(is_not_frozen, "no")),
        line("dirty", "if (PageDirty(page))", Op::Branch(|ctx| !is_clean(ctx), "unfreeze")),
        line("delete", "__delete_from_swap_cache(page, swap)", Op::Do(delete)),
        line("yes", "return 1", Op::Return(|_| 1)),
        line("unfreeze", "page_ref_unfreeze(page, 1 + nr)", Op::Do(unfreeze)),
        line("no", "return 0", Op::Return(|_| 0)),
    ],
};

/// `get_page_unless_zero`, inverted: of a tail there is no reference.
pub(super) fn is_free(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let refcount = ctx.page(Local::Page).refcount();
    let before: u16 = ctx.update(refcount, |count| if count == 0 { 0 } else { count + 1 });
    if before > 0 {
        ctx.hold(pfn, 1);
    }
    before == 0
}

fn is_cached(ctx: &mut Ctx) -> bool {
    !is_not_cached(ctx)
}

fn is_single(look: &Look) -> bool {
    pages(look, look.get(Local::Page)) == 1
}

fn is_mapped_as_whole(ctx: &mut Ctx) -> bool {
    let second = ctx.layout().second_page(ctx.get(Local::Page));
    second.is_some_and(|second| ctx.load(second.entire_mapcount()) > 0)
}

/// `can_split_huge_page`, and `is_page_cache_freeable` of a page that nothing maps: more references
/// than isolation, entries and swap cache hold. The counts of mappings are read at once.
pub(super) fn is_held(ctx: &mut Ctx) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    let page = ctx.layout().page(head);
    let cached = if ctx.load(page.swap()).is_some() { pages(ctx, head) } else { 0 };
    let mapped = ctx.layout().total_mapcount(ctx.memory(), head);
    ctx.load(page.refcount()) != mapped.wrapping_add(cached).wrapping_add(1)
}

fn was_clean(ctx: &mut Ctx) -> bool {
    let dirty = ctx.page(Local::Page).dirty();
    !ctx.update(dirty, |_| false)
}

/// Each page to its slot.
fn write_page(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::Page);
    let Some(Slot(first)) = ctx.load(ctx.page(Local::Page).swap()) else { return };
    for index in 0..pages(ctx, head) {
        let slot = ctx.layout().swap_slot(first + index);
        let page = ctx.layout().page(Pfn(head.0 + index));
        for word in 0..WORDS {
            let value = ctx.load(page.content(word));
            ctx.store(slot.content(word), value);
        }
        settle(ctx, slot, false);
    }
}

/// The lane's reference is among those expected.
fn is_not_frozen(ctx: &mut Ctx) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    let (page, expected) = (ctx.layout().page(head), 1 + pages(ctx, head));
    let before: u16 =
        ctx.update(page.refcount(), |count| if count == expected { 0 } else { count });
    if before == expected {
        ctx.set(Local::Count, expected);
        ctx.let_go(head, 1);
        ctx.store(page.place(), Place::InFlight);
    }
    before != expected
}

fn unfreeze(ctx: &mut Ctx) {
    let page = ctx.page(Local::Page);
    ctx.store(page.refcount(), ctx.get(Local::Count));
    ctx.hold(ctx.get(Local::Page), 1);
    ctx.store(page.place(), Place::Allocated);
}

/// From here on the slots have the contents alone.
fn delete(ctx: &mut Ctx) {
    let all = pages(ctx, ctx.get(Local::Page));
    if let Some(first) = forget_slots(ctx) {
        for number in first..first + all {
            let slot = ctx.layout().swap_slot(number);
            settle(ctx, slot, true);
        }
    }
}
