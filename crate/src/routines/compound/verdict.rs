//! Whether a page looks pinned to `isolate_migratepages_block`, by counts that were read one after
//! the other; and, ghost, whether it is.
use super::mm_h::{is_head, word_of_second};
use crate::machine::{Ctx, Local};
use crate::mm::{Compound, GARBAGE, Pfn, Place};
use crate::properties::event;

pub(super) fn keep_count(ctx: &mut Ctx) {
    let count: u16 = ctx.get(Local::Ret);
    ctx.set(Local::Refs, count);
}

pub(super) fn keep_mapcount(ctx: &mut Ctx) {
    let mapcount: u16 = ctx.get(Local::Ret);
    ctx.set(Local::Mapcount, mapcount);
}

pub(super) fn expect_cache(ctx: &mut Ctx) {
    let order = if is_head(ctx) { word_of_second(ctx, Local::Page, Compound::order) } else { 0 };
    if order == GARBAGE {
        ctx.find(event::GARBAGE_VERDICT);
    }
    ctx.set(Local::Count, if order == GARBAGE { 0 } else { 1u16 << order });
}

/// Whether there are more references than mappings, but for `own` ones.
pub(super) fn judge(ctx: &mut Ctx, own: i16) {
    let (count, mapcount): (i16, i16) = (ctx.get(Local::Refs), ctx.get(Local::Ret));
    conclude(ctx, mapcount, count.wrapping_sub(own) > mapcount);
}

pub(super) fn judge_exactly(ctx: &mut Ctx) {
    let (count, mapcount): (i16, i16) = (ctx.get(Local::Ret), ctx.get(Local::Mapcount));
    let extra: i16 = ctx.get(Local::Count);
    conclude(ctx, mapcount, count != mapcount.wrapping_add(extra).wrapping_add(1));
}

/// The verdict. Ghost: what it was made of, and whether it is right.
fn conclude(ctx: &mut Ctx, mapcount: i16, pinned: bool) {
    if mapcount.unsigned_abs() > GARBAGE / 2 {
        ctx.find(event::GARBAGE_VERDICT);
    }
    if ctx.watches(event::STALE_VERDICT) && generation(ctx) != ctx.get::<u16>(Local::Life) {
        ctx.find(event::STALE_VERDICT);
    }
    if pinned && is_in_use(ctx) && !has_an_owner(ctx) {
        ctx.find(event::UNPINNED_SKIPPED);
    }
    ctx.set(Local::Ret, pinned);
}

/// Ghost: the head of what the page belongs to now.
fn block(ctx: &Ctx) -> Pfn {
    ctx.layout().block_head(ctx.memory(), ctx.get(Local::Page))
}

/// Ghost: whether it is somebody's memory.
fn is_in_use(ctx: &Ctx) -> bool {
    let page = ctx.layout().page(block(ctx));
    ctx.peek(page.place()) == Place::Allocated && ctx.peek(page.anon())
}

/// Ghost: whether somebody has a reference for as long as he likes.
pub(super) fn has_an_owner(ctx: &Ctx) -> bool {
    let head = block(ctx);
    let (memory, layout) = (ctx.memory(), ctx.layout());
    ctx.peek(layout.page(head).owned()) > 0
        || layout.folio(memory, head).any(|page| layout.pins_on(memory, page).next().is_some())
}

pub(super) fn generation(ctx: &Ctx) -> u16 {
    ctx.peek(ctx.layout().compound(ctx.get(Local::Page)).generation())
}
