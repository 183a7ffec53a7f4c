//! `migrate_page_move_mapping` of `mm/migrate.c`: what is known of a compound page goes to another,
//! if nobody else holds it.
use super::walk::pages;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Local, Op, Returns, Routine};
use crate::mm::{Pfn, WORDS};
use crate::properties::event;
use crate::routines::migrate::LOCKED_PARAMS;
use crate::routines::move_mapping::MOVE_MAPPING;

/// Of a compound page too one reference is expected, that of the isolation: nothing maps it by now.
/// The count is compared once and not frozen.
pub static MOVE_MAPPING_V5_7: Routine = Routine {
    function: MOVE_MAPPING,
    source: "mm/migrate.c, v5.7 to v6.1 (with migrate_page_copy)",
    omits: "files",
    params: LOCKED_PARAMS,
    locals: &[],
    returns: Returns::Errno,
    body: &[
        line("expected", "if (page_count(page) != 1)", Op::Branch(is_held, "busy")),
        line("mapping", "newpage->index, mapping = page's", Op::Do(move_mapping)),
        line("copy", "migrate_page_copy(newpage, page)", Op::Do(copy)),
        line("done", "return MIGRATEPAGE_SUCCESS", Op::Return(|_| 0)),
        line("busy", "return -EAGAIN", Op::Return(|_| errno::EAGAIN)),
    ],
};

fn is_held(ctx: &mut Ctx) -> bool {
    let held = ctx.load(ctx.page(Local::Page).refcount()) != 1;
    if held {
        ctx.find(event::COUNT_AT_MOVE_MAPPING);
    }
    held
}

fn move_mapping(ctx: &mut Ctx) {
    let (old, new) = (ctx.page(Local::Page), ctx.page(Local::NewPage));
    let rmap = ctx.load(old.rmap());
    ctx.store(new.rmap(), rmap);
    for (from, to) in [(old.anon(), new.anon()), (old.swapbacked(), new.swapbacked())] {
        let flag = ctx.load(from);
        ctx.store(to, flag);
    }
}

/// Nobody else knows the target, and nobody maps the page: all that is in them follows.
fn copy(ctx: &mut Ctx) {
    let (old, new): (Pfn, Pfn) = (ctx.get(Local::Page), ctx.get(Local::NewPage));
    note_pinned(ctx, old);
    for index in 0..pages(ctx, old) {
        let (from, to) =
            (ctx.layout().page(Pfn(old.0 + index)), ctx.layout().page(Pfn(new.0 + index)));
        for word in 0..WORDS {
            let content = ctx.load(from.content(word));
            ctx.store(to.content(word), content);
        }
    }
    let (old, new) = (ctx.page(Local::Page), ctx.page(Local::NewPage));
    for (from, to) in [(old.dirty(), new.dirty()), (old.ksm(), new.ksm())] {
        let flag = ctx.load(from);
        ctx.store(to, flag);
    }
}

/// Ghost: reports that somebody has a handle of a page that moves away.
fn note_pinned(ctx: &mut Ctx, head: Pfn) {
    let (memory, all) = (ctx.memory(), head.0..head.0 + pages(ctx, head));
    if all.map(Pfn).any(|page| ctx.layout().pins_on(memory, page).next().is_some()) {
        ctx.find(event::PINNED_MIGRATED);
    }
}
