//! `include/linux/mm.h` and `mm/rmap.c`: the counts of a compound page and of its pages.
use std::ops::Deref;

use super::rmap::count_in_all;
use crate::machine::routine::line;
use crate::machine::{At, Ctx, Line, Local, Look, Op};
use crate::mm::{Compound, Memory, Pfn};
use crate::routines::at_hand::head;

/// Of the loops over the pages of a compound page.
pub(in crate::routines) const FIRST_PAGE: Line =
    line("first", "i = 0", Op::Let(|ctx| ctx.set(Local::Index, 0u16)));

/// The words of the second page of the compound page that a page is of, if it is of one that
/// cannot change.
pub(in crate::routines) fn second_page<M>(at: &At<'_, M>, pfn: Pfn) -> Option<Compound>
where
    M: Deref<Target = Memory>,
{
    if !at.geometry().has_huge_pages() {
        return None;
    }
    let head = head(at, pfn);
    let is_head = at.peek(at.layout().compound(head).head());
    at.layout().second_page(head).filter(|_| is_head)
}

/// The words of the second page of `page`, which is a head.
pub(in crate::routines) fn second<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Compound {
    at.second_page(at.get(Local::Page))
}

/// `page_mapcount`, of a page whose page table entries nobody changes meanwhile, or where an answer
/// of several moments is as good: how often this very page is mapped.
pub(in crate::routines) fn page_mapcount(ctx: &mut Ctx, pfn: Pfn) -> u16 {
    let own: u16 = ctx.load(ctx.layout().page(pfn).mapcount());
    let Some(second) = second_page(ctx, pfn) else { return own };
    let entire: u16 = ctx.load(second.entire_mapcount());
    let twice = u16::from(ctx.load(second.double_map()));
    own.wrapping_add(entire).wrapping_sub(twice)
}

/// One page table entry more or less that maps the page. Of a compound page `_large_mapcount` goes
/// with it, which kernels have since v6.10.
pub(in crate::routines) fn count_mapping(ctx: &mut Ctx, pfn: Pfn, by: i16) {
    let mapcount = ctx.layout().page(pfn).mapcount();
    ctx.update(mapcount, |count: u16| count.wrapping_add_signed(by));
    if second_page(ctx, pfn).is_some() {
        count_in_all(ctx, head(ctx, pfn), by as u16);
    }
}

/// `atomic_inc(compound_mapcount_ptr(page))`
pub(in crate::routines) fn one_entire_more(ctx: &mut Ctx) {
    ctx.update(second(ctx).entire_mapcount(), |count: u16| count.wrapping_add(1));
    count_in_all(ctx, ctx.get(Local::Page), 1);
}

/// One huge entry less.
pub(in crate::routines) fn one_entire_less(ctx: &mut Ctx) {
    leaves_entire_mappings(ctx);
}

/// One huge entry less; whether others remain.
pub(in crate::routines) fn leaves_entire_mappings(ctx: &mut Ctx) -> bool {
    let before: u16 = ctx.update(second(ctx).entire_mapcount(), |count: u16| count.wrapping_sub(1));
    count_in_all(ctx, ctx.get(Local::Page), u16::MAX);
    before != 1
}

/// `TestClearPageDoubleMap`, inverted.
pub(in crate::routines) fn was_not_double_mapped(ctx: &mut Ctx) -> bool {
    !ctx.update(second(ctx).double_map(), |_| false)
}

/// What each page is counted too often or no more, while the whole is mapped in both ways.
pub(in crate::routines) fn bias(ctx: &mut Ctx, by: i16) {
    let page = ctx.layout().page(page_of_index(ctx));
    ctx.update(page.mapcount(), |count: u16| count.wrapping_add_signed(by));
}

/// `page + i`
pub(in crate::routines) fn page_of_index<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Pfn {
    Pfn(at.get::<Pfn>(Local::Page).0 + at.get::<u16>(Local::Index))
}

/// Whether a loop has been through all pages.
pub(in crate::routines) fn past_last_page(look: &Look) -> bool {
    look.get::<u16>(Local::Index) >= look.geometry().hpage_pages()
}

/// On to the next page.
pub(in crate::routines) fn next_page(ctx: &mut Ctx) {
    let index: u16 = ctx.get(Local::Index);
    ctx.set(Local::Index, index + 1);
}

/// Whether pins of the page are counted by themselves (`hpage_pincount_available`).
pub(in crate::routines) fn counts_pins<M>(at: &At<'_, M>, pfn: Pfn) -> bool
where
    M: Deref<Target = Memory>,
{
    at.layout().counts_pins(at.memory(), pfn)
}

/// `hpage_pincount_add` and `hpage_pincount_sub`, where there is such a count.
pub(in crate::routines) fn count_pin(ctx: &mut Ctx, pfn: Pfn, by: i16) {
    if let Some(second) = second_page(ctx, pfn).filter(|_| counts_pins(ctx, pfn)) {
        ctx.update(second.pincount(), |count: u16| count.wrapping_add_signed(by));
    }
}
