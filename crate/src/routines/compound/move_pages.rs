//! `move_pages` of `mm/migrate.c`, of a page that may be one of a compound page: that is moved as a
//! whole.
use super::swap::to_head;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Local, Op, Routine};
use crate::mm::Pfn;
use crate::routines::move_pages::{self, FOLLOWING, MOVING};
use crate::routines::uaccess::walk;

/// The page is found under the lock, in the page table or behind the entry above it, and the
/// reference is of its head.
pub static MOVE_PAGES_V5_8: Routine = Routine {
    locals: &[Local::Addr, Local::Page, Local::Head, Local::Ret, Local::Rc, Local::Wanted],
    body: joined!(
        FOLLOWING,
        &[
            line("pte", "  page = vm_normal_page(*ptep), or of *pmd", Op::Do(find_page)),
            line("none", "  if (!page)", Op::If(|look| !look.get::<bool>(Local::Head), "nopage")),
            line("head", "  page = compound_head(page)", Op::Do(to_head)),
        ],
        MOVING
    ),
    ..move_pages::MOVE_PAGES_V5_8
};

/// `head` says whether there is one that is no zero page.
pub(super) fn find_page(ctx: &mut Ctx) {
    let found: Option<Pfn> = walk(ctx).mapped().filter(|pfn| !ctx.geometry().is_zero_pfn(*pfn));
    ctx.set(Local::Head, found.is_some());
    ctx.set(Local::Page, found.unwrap_or_default());
}
