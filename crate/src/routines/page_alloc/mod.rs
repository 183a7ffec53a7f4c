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

/// `__mod_zone_freepage_state`: isolated pages are not counted.
pub fn account(memory: &mut Memory, layout: &Layout, pages: i16, mt: Migratetype) {
    if mt == Migratetype::Isolate {
        return;
    }
    memory.update(layout.zone().nr_free(), |free: i16| free.wrapping_add(pages));
    if mt == Migratetype::Cma {
        memory.update(layout.zone().nr_free_cma(), |free: i16| free.wrapping_add(pages));
    }
}

/// Whether a page's pageblock is isolated and its isolation has returned: nobody should get it.
fn is_isolated_for_good(ctx: &Ctx, pfn: Pfn) -> bool {
    ctx.peek(ctx.layout().isolation(ctx.geometry().block_of(pfn))) == Isolation::Done
}

/// The block at hand: its first page and its order.
fn block_at_hand(ctx: &Ctx) -> (Pfn, u8) {
    (ctx.get(Local::Page), ctx.get::<u16>(Local::Order) as u8)
}
