//! `mm/swap_state.c`: a compound page in the swap cache has as many slots as pages, one behind the
//! other, and each slot names its head.
use super::walk::pages;
use crate::machine::routine::line;
use crate::machine::{Ctx, Local, Op, Returns, Routine};
use crate::mm::{Pfn, Slot};
use crate::routines::at_hand::{head, set_page_dirty};
use crate::routines::swap_state::{ADD_TO_SWAP, DELETE_FROM_SWAP_CACHE, settle};

/// Nobody has the entries yet, so the slots know the page as soon as they are its own. The swap
/// cache holds a reference for each page. The page is dirty, whatever its entries say.
pub static ADD_TO_SWAP_V5_7: Routine = Routine {
    function: ADD_TO_SWAP,
    source: "mm/swap_state.c, v5.7 to v6.5",
    omits: "the XArray and its lock; the second try with the page split",
    params: &[Local::Page],
    locals: &[Local::Slot],
    returns: Returns::Bool,
    body: &[
        line("slot", "entry = get_swap_page(page); if (!entry.val)", Op::Branch(is_full, "full")),
        line("ref", "page_ref_add(page, nr)", Op::Do(add_references)),
        line("cache", "SetPageSwapCache; page_private(page + i) = ..", Op::Do(set_swap_cache)),
        line("dirty", "set_page_dirty(page)", Op::Do(set_page_dirty)),
        line("done", "return 1", Op::Return(|_| 1)),
        line("full", "return 0", Op::Return(|_| 0)),
    ],
};

/// A slot is free when no entry names it either.
pub static DELETE_FROM_SWAP_CACHE_V5_7: Routine = Routine {
    function: DELETE_FROM_SWAP_CACHE,
    source: "mm/swap_state.c, v5.7 to v6.5",
    omits: "the XArray and its lock; cached slots",
    params: &[Local::Page],
    locals: &[Local::Count],
    returns: Returns::Nothing,
    body: &[
        line("delete", "__delete_from_swap_cache(page, entry)", Op::Do(delete)),
        line("sub", "page_ref_sub(page, nr)", Op::Do(drop_references)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// Takes as many slots as the page has pages, aligned to that, which neither an entry nor a page
/// names; whether there are none.
fn is_full(ctx: &mut Ctx) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    let wanted = pages(ctx, head);
    let all = ctx.geometry().swap_slots;
    let clusters = (0..all / wanted).map(|cluster| cluster * wanted);
    let mut free = clusters.filter(|first| {
        (*first..first + wanted).all(|number| {
            let slot = ctx.layout().swap_slot(number);
            ctx.peek(slot.count()) == 0 && ctx.peek(slot.page()).is_none()
        })
    });
    let Some(first) = free.next() else { return true };
    for number in first..first + wanted {
        let slot = ctx.layout().swap_slot(number);
        ctx.update(slot.page(), |_| Some(head));
        settle(ctx, slot, false);
    }
    ctx.set(Local::Slot, first);
    false
}

fn add_references(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::Page);
    let refs = pages(ctx, head);
    ctx.get_page(head, refs);
}

/// The swap cache answers for the references from here on.
fn set_swap_cache(ctx: &mut Ctx) {
    let (head, first): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Slot));
    let refs = pages(ctx, head);
    for index in 0..refs {
        let page = ctx.layout().page(Pfn(head.0 + index));
        ctx.update(page.swap(), |_| Some(Slot(first + index)));
    }
    ctx.let_go(head, refs);
}

/// The page and its slots forget each other; the first slot, if they knew each other.
pub(super) fn forget_slots(ctx: &mut Ctx) -> Option<u16> {
    let head = head(ctx, ctx.get(Local::Page));
    let Slot(first) = ctx.peek(ctx.layout().page(head).swap())?;
    for index in 0..pages(ctx, head) {
        ctx.update(ctx.layout().swap_slot(first + index).page(), |_| None);
        ctx.update(ctx.layout().page(Pfn(head.0 + index)).swap(), |_| None);
    }
    Some(first)
}

/// The lane answers for the swap cache's references from here on.
fn delete(ctx: &mut Ctx) {
    if forget_slots(ctx).is_some() {
        let head = head(ctx, ctx.get(Local::Page));
        let refs = pages(ctx, head);
        ctx.set(Local::Count, refs);
        ctx.hold(head, refs);
    }
}

fn drop_references(ctx: &mut Ctx) {
    let head = head(ctx, ctx.get(Local::Page));
    ctx.put_page(head, ctx.get(Local::Count));
}
