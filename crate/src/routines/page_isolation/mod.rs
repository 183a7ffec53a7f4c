//! `mm/page_isolation.c`: taking pageblocks out of the allocator and putting them back.
pub mod block;
pub mod range;

use crate::machine::{Ctx, Local};
use crate::mm::{Isolation, Migratetype};

pub use block::{SET_MIGRATETYPE_ISOLATE, UNSET_MIGRATETYPE_ISOLATE};
pub use range::{START_ISOLATE_PAGE_RANGE, TEST_PAGES_ISOLATED, UNDO_ISOLATE_PAGE_RANGE};

/// What patch 5/8 of 2014 does with a block that is freed into an isolated pageblock.
pub const IS_PARKING: &str = "SetPageIsolated(page): on no list until the undo";

fn block(ctx: &Ctx) -> usize {
    usize::from(ctx.get::<u16>(Local::Block))
}

fn is_isolated(ctx: &mut Ctx) -> bool {
    let cell = ctx.layout().migratetype(block(ctx));
    ctx.load(cell) == Migratetype::Isolate
}

fn not_isolated(ctx: &mut Ctx) -> bool {
    !is_isolated(ctx)
}

/// Ghost: how far the isolation of the block at hand is.
fn note(ctx: &mut Ctx, isolation: Isolation) {
    let cell = ctx.layout().isolation(block(ctx));
    ctx.store(cell, isolation);
}
