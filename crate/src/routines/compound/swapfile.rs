//! `mm/swapfile.c`: is a page, or any page of a compound page, this mapping's alone?
use super::counts::{FIRST_PAGE, next_page, page_mapcount, page_of_index, past_last_page, second};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Slot};
use crate::routines::at_hand::{head, is_ksm, set_page_dirty};
use crate::routines::compound::counts::second_page;
use crate::routines::swap_state::{DELETE_FROM_SWAP_CACHE, is_not_cached};

/// `reuse_swap_page`, of a locked page: 0, 1, or [`ALONE`].
pub const REUSE_SWAP_PAGE: Function = crate::routines::swapfile::REUSE_SWAP_PAGE;

/// What is returned where `*total_map_swapcount` is 1: this entry is the only one of the whole.
pub const ALONE: u16 = 2;

/// The counts of a compound page are read one after the other, under the page lock: those who count
/// without it are not kept out.
pub static REUSE_SWAP_PAGE_V5_8: Routine = Routine {
    function: REUSE_SWAP_PAGE,
    source: "mm/swapfile.c, v5.7 to v5.17 (page_trans_huge_map_swapcount)",
    omits: "writeback; the lock of the cluster",
    params: &[Local::Page],
    locals: &[Local::Tail, Local::Index, Local::Count, Local::Mapcount, Local::Refs],
    returns: Returns::Bool,
    body: &[
        line("ksm", "if (PageKsm(page))", Op::Branch(is_ksm, "no")),
        line("whole", "if (PageTransCompound(page))", Op::If(is_compound, "head")),
        line("map", "count = page_mapcount(page) + page_swapcount", Op::Do(count_one)),
        line("single", "  (a page by itself)", Op::Goto("swap")),
        line("head", "page = compound_head(page)", Op::Let(to_head)),
        line("start", "i = 0", FIRST_PAGE.op),
        line("each", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(past_last_page, "double")),
        line("count", "mapcount = page[i]._mapcount + 1; max()", Op::Do(count_page)),
        line("next", "i++", Op::Let(next_page)),
        line("loop", "  (the next)", Op::Goto("each")),
        line("double", "if (!PageDoubleMap(page))", Op::Branch(is_not_double, "entire")),
        line("less", "map_swapcount -= 1; total -= HPAGE_PMD_NR", Op::Let(subtract_bias)),
        line("entire", "map_swapcount += compound_mapcount(page)", Op::Do(add_entire)),
        line("swap", "if (!PageSwapCache(page))", Op::Branch(is_not_cached, "verdict")),
        line("one", "if (count != 1)", Op::If(|look| count(look) != 1, "verdict")),
        line(
            "others",
            "if (total_swapcount != page_swapcount(page))",
            Op::Branch(others_are_swapped, "verdict"),
        ),
        line("delete", "delete_from_swap_cache(page)", Op::Call(DELETE_FROM_SWAP_CACHE, &[])),
        line("dirty", "SetPageDirty(page)", Op::Do(set_page_dirty)),
        line("verdict", "if (count > 1)", Op::If(|look| count(look) > 1, "no")),
        line("yes", "return true", Op::Return(verdict)),
        line("no", "return false", Op::Return(|_| 0)),
    ],
};

fn count(look: &Look) -> i16 {
    look.get(Local::Count)
}

fn verdict(look: &Look) -> u16 {
    if look.get::<u16>(Local::Mapcount) == 1 { ALONE } else { 1 }
}

fn is_compound(look: &Look) -> bool {
    second_page(look, look.get(Local::Page)).is_some()
}

/// The page that was asked about is remembered.
fn to_head(ctx: &mut Ctx) {
    let page = ctx.get(Local::Page);
    let head = head(ctx, page);
    ctx.set(Local::Tail, page);
    ctx.set(Local::Page, head);
}

/// The entries of swap that name the slot of a page which is `index` behind the one with the first.
fn entries(ctx: &mut Ctx, index: u16) -> u16 {
    let first = ctx.page(Local::Page).swap();
    let Some(Slot(first)) = ctx.load(first) else { return 0 };
    ctx.load(ctx.layout().swap_slot(first + index).count())
}

/// As long as swap entries name other pages of a compound page it must be found by them.
fn others_are_swapped(ctx: &mut Ctx) -> bool {
    let (head, page): (Pfn, Pfn) = (ctx.get(Local::Page), ctx.get(Local::Tail));
    let whole = ctx.layout().compound(head).head();
    ctx.load(whole) && entries(ctx, page.0.wrapping_sub(head.0)) != ctx.get::<u16>(Local::Refs)
}

fn count_one(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    let sum = page_mapcount(ctx, page) + entries(ctx, 0);
    ctx.set(Local::Count, sum);
    ctx.set(Local::Mapcount, sum);
}

/// The largest of them counts, and their sum.
fn count_page(ctx: &mut Ctx) {
    let mapcount: u16 = ctx.load(ctx.layout().page(page_of_index(ctx)).mapcount());
    let index = ctx.get(Local::Index);
    let swapped = entries(ctx, index);
    let (sum, all) =
        (mapcount.wrapping_add(swapped), ctx.get::<u16>(Local::Refs).wrapping_add(swapped));
    let (most, total): (u16, u16) = (ctx.get(Local::Count), ctx.get(Local::Mapcount));
    ctx.set(Local::Refs, all);
    ctx.set(Local::Count, most.max(sum));
    ctx.set(Local::Mapcount, total.wrapping_add(sum));
}

fn is_not_double(ctx: &mut Ctx) -> bool {
    !ctx.load(second(ctx).double_map())
}

fn subtract_bias(ctx: &mut Ctx) {
    let (most, total): (u16, u16) = (ctx.get(Local::Count), ctx.get(Local::Mapcount));
    ctx.set(Local::Count, most.wrapping_sub(1));
    ctx.set(Local::Mapcount, total.wrapping_sub(ctx.geometry().hpage_pages()));
}

fn add_entire(ctx: &mut Ctx) {
    let entire: u16 = ctx.load(second(ctx).entire_mapcount());
    let (most, total): (u16, u16) = (ctx.get(Local::Count), ctx.get(Local::Mapcount));
    ctx.set(Local::Count, most.wrapping_add(entire));
    ctx.set(Local::Mapcount, total.wrapping_add(entire));
}
