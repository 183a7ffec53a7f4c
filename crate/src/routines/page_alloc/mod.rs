//! `mm/page_alloc.c`: the buddy lists, the per-CPU page lists before them, allocating, freeing and
//! draining.
pub mod alloc;
pub mod buddy;
pub mod drain;
pub mod free;
pub mod pages;
pub mod pcp;

use crate::machine::{Ctx, Local, Look};
use crate::mm::{Isolation, Layout, Lock, Memory, Migratetype, Pfn};

pub use alloc::RMQUEUE;
pub use free::FREE_UNREF_PAGE;

/// `zone->lock`
pub fn zone_lock(look: &Look) -> Lock {
    look.layout().zone().lock()
}

/// `__mod_zone_freepage_state`: what callers do unless the type is ISOLATE.
pub fn account_unless_isolated(memory: &mut Memory, layout: &Layout, pages: i16, mt: Migratetype) {
    if mt != Migratetype::Isolate {
        account(memory, layout, pages, mt);
    }
}

/// `__mod_zone_freepage_state`
pub fn account(memory: &mut Memory, layout: &Layout, pages: i16, mt: Migratetype) {
    memory.update(layout.zone().nr_free(), |free: i16| free.wrapping_add(pages));
    if mt == Migratetype::Cma {
        memory.update(layout.zone().nr_free_cma(), |free: i16| free.wrapping_add(pages));
    }
}

/// Whether a page's pageblock is isolated and its isolation has returned: nobody should get it.
fn is_isolated_for_good(ctx: &Ctx, pfn: Pfn) -> bool {
    ctx.peek(ctx.layout().isolation(ctx.geometry().block_of(pfn))) == Isolation::Done
}

/// Ghost: whether a page belongs to a block that somebody has a reference on, by its first page.
fn is_in_a_block(ctx: &Ctx, pfn: Pfn) -> bool {
    ctx.layout().allocated_head(ctx.memory(), pfn).is_some()
}

/// The block at hand: its first page and its order.
fn block_at_hand(ctx: &Ctx) -> (Pfn, u8) {
    // No block is larger, but for a patched routine.
    (ctx.get(Local::Page), ctx.get::<u16>(Local::Order).min(15) as u8)
}
