//! `mm/swapfile.c`: slots of the swap area, and the entries that name them.
use super::at_hand::{head, is_ksm, is_mapped, page_lock, set_page_dirty};
use super::compound::counts::second_page;
use super::swap::PUT_PAGE;
use super::swap_state::{DELETE_FROM_SWAP_CACHE, finds_page, is_not_cached, slot, trylock_fails};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::Slot;

/// `reuse_swap_page`, of a locked page; up to v5.17.
pub const REUSE_SWAP_PAGE: Function = Function("reuse_swap_page");
/// `try_to_free_swap`, of a locked page.
pub const TRY_TO_FREE_SWAP: Function = Function("try_to_free_swap");
/// `free_swap_and_cache`, of an entry that goes.
pub const FREE_SWAP_AND_CACHE: Function = Function("free_swap_and_cache");

const PAGE: &[Local] = &[Local::Page];
const DELETE: Line =
    line("delete", "delete_from_swap_cache(page)", Op::Call(DELETE_FROM_SWAP_CACHE, &[]));
const DIRTY: Line = line("dirty", "SetPageDirty(page)", Op::Do(set_page_dirty));
const YES: Line = line("yes", "return true", Op::Return(|_| 1));
const NO: Line = line("no", "return false", Op::Return(|_| 0));

/// Whether the page is this mapping's alone: entries of page tables and of swap are counted, and
/// who else has a reference is not. Then it leaves the swap cache.
pub static REUSE_SWAP_PAGE_V5_8: Routine = Routine {
    function: REUSE_SWAP_PAGE,
    source: "mm/swapfile.c, v5.8 to v5.17",
    omits: "huge pages, writeback",
    params: PAGE,
    locals: &[Local::Count],
    returns: Returns::Bool,
    body: &[
        line("ksm", "if (PageKsm(page))", Op::Branch(is_ksm, "no")),
        line("map", "count = page_mapcount(page)", Op::Do(count_mappings)),
        line("cached", "if (!PageSwapCache(page))", Op::Branch(is_not_cached, "single")),
        line("swap", "count += page_swapcount(page)", Op::Do(add_entries)),
        line("shared", "if (count > 1)", Op::If(is_shared, "no")),
        line("unused", "if (count != 1)", Op::If(is_unused, "yes")),
        DELETE,
        DIRTY,
        YES,
        line("single", "if (count <= 1)", Op::If(|look| !is_shared(look), "yes")),
        NO,
    ],
};

/// The slot is given up if no entry names it.
pub static TRY_TO_FREE_SWAP_V5_8: Routine = Routine {
    function: TRY_TO_FREE_SWAP,
    source: "mm/swapfile.c, v5.8 to v6.5",
    omits: "writeback, hibernation",
    params: PAGE,
    locals: &[],
    returns: Returns::Bool,
    body: &[
        line("cached", "if (!PageSwapCache(page))", Op::Branch(is_not_cached, "no")),
        line("swapped", "if (page_swapped(page))", Op::Branch(is_swapped, "no")),
        DELETE,
        DIRTY,
        YES,
        NO,
    ],
};

/// The last entry takes the page of the swap cache along, unless somebody has locked it.
pub static FREE_SWAP_AND_CACHE_V5_8: Routine = Routine {
    function: FREE_SWAP_AND_CACHE,
    source: "mm/swapfile.c, v5.8 to v6.5",
    omits: "clusters, cached slots",
    params: &[Local::Slot],
    locals: &[Local::Page, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("free", "if (__swap_entry_free() != HAS_CACHE)", Op::Branch(frees_no_page, "out")),
        line("find", "page = find_get_page(..)", Op::Branch(|ctx| !finds_page(ctx), "out")),
        line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "put")),
        line("mapped", "if (page_mapped(page))", Op::Branch(is_mapped, "unlock")),
        line("try", "try_to_free_swap(page)", Op::Call(TRY_TO_FREE_SWAP, &[])),
        line("unlock", "unlock_page(page)", Op::Release(page_lock)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

fn count_mappings(ctx: &mut Ctx) {
    let mapcount = ctx.page(Local::Page).mapcount();
    let count: u16 = ctx.load(mapcount);
    ctx.set(Local::Count, count);
}

/// The entries that name the slot of a page: none, if it has no slot.
fn entries(ctx: &mut Ctx) -> u16 {
    let swap = ctx.page(Local::Page).swap();
    let Some(Slot(number)) = ctx.load(swap) else { return 0 };
    ctx.load(ctx.layout().swap_slot(number).count())
}

fn add_entries(ctx: &mut Ctx) {
    let count = ctx.get::<u16>(Local::Count) + entries(ctx);
    ctx.set(Local::Count, count);
}

fn is_shared(look: &Look) -> bool {
    look.get::<u16>(Local::Count) > 1
}

fn is_unused(look: &Look) -> bool {
    look.get::<u16>(Local::Count) == 0
}

/// `page_swapped`: of a compound page, whether an entry names any of its slots.
fn is_swapped(ctx: &mut Ctx) -> bool {
    let page = head(ctx, ctx.get(Local::Page));
    let all = second_page(ctx, page).map_or(1, |_| ctx.geometry().hpage_pages());
    let first = ctx.load(ctx.layout().page(page).swap());
    first.is_some_and(|Slot(first)| {
        (first..first + all).any(|slot| ctx.load(ctx.layout().swap_slot(slot).count()) > 0)
    })
}

/// `swap_duplicate`: one more entry names the slot.
pub(super) fn swap_duplicate(ctx: &mut Ctx) {
    let count = slot(ctx).count();
    ctx.update(count, |count| count.wrapping_add(1));
}

/// `swap_free`: one entry less; how many remain.
pub(super) fn swap_free(ctx: &mut Ctx) -> u16 {
    let count = slot(ctx).count();
    ctx.update(count, |count: u16| count.wrapping_sub(1)).wrapping_sub(1)
}

/// Whether other entries remain, or there is no page in the swap cache.
fn frees_no_page(ctx: &mut Ctx) -> bool {
    swap_free(ctx) > 0 || ctx.load(slot(ctx).page()).is_none()
}
