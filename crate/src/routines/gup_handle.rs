//! What a caller of `get_user_pages` keeps: the page, and who answers for the references.
use super::at_hand::{head, let_go};
use super::entry::foll;
use super::gup_put::refs_of;
use super::mm_h::{check_exclusive, end_walk};
use crate::machine::{Ctx, Local};
use crate::mm::{Pfn, Rmap};
use crate::properties::event;

/// The handle answers for the references from here on.
pub(super) fn publish(ctx: &mut Ctx) {
    let pfn = ctx.must(ctx.get::<Option<Pfn>>(Local::Ret));
    let (flags, pin): (u16, u16) = (ctx.get(Local::Flags), ctx.get(Local::Pin));
    let handle = ctx.layout().pin(usize::from(pin));
    ctx.store(handle.page(), Some(pfn));
    ctx.store(handle.flags(), flags);
    let mapping = Rmap { process: ctx.get(Local::Mm), address: ctx.get(Local::Addr) };
    ctx.store(handle.mapping(), Some(mapping));
    ctx.store(handle.process(), mapping.process);
    hand_over(ctx, pfn, flags);
    if flags & foll::PIN != 0 {
        end_walk(ctx, pfn);
    }
}

/// Ghost: the handle answers for the references from here on; if they are of another page, nobody
/// does, and the handle has none.
fn hand_over(ctx: &mut Ctx, pfn: Pfn, flags: u16) {
    let (refs, own, cpu) = (refs_of(ctx, pfn, flags), head(ctx, pfn), ctx.cpu());
    let held = |pfn: &Pfn| ctx.peek(ctx.layout().page(*pfn).held_by(cpu)) >= refs;
    let foreign = if held(&own) { None } else { ctx.layout().pfns().find(held) };
    let Some(other) = foreign else { return let_go(ctx, pfn, refs) };
    ctx.let_go(other, refs);
    let handle = ctx.layout().pin(usize::from(ctx.get::<u16>(Local::Pin)));
    let (memory, layout) = ctx.ghosts();
    memory.update(layout.page(other).owned(), |owned: u16| owned + refs);
    memory.store(handle.flags(), flags | foll::UNCOUNTED);
    ctx.find(event::REFERENCE_OF_ANOTHER_PAGE);
}

/// As [`publish`], with a check of `CONFIG_DEBUG_VM` that is a ghost here.
pub(super) fn publish_exclusive(ctx: &mut Ctx) {
    publish(ctx);
    check_exclusive(ctx, ctx.must(ctx.get::<Option<Pfn>>(Local::Ret)));
}
