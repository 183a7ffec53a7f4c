//! `migrate_page_move_mapping` of `mm/migrate.c`: what is known of a compound page goes to another,
//! if nobody else holds it.
use super::walk::pages;
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Place, Slot, WORDS};
use crate::properties::event;
use crate::routines::migrate::LOCKED_PARAMS;
use crate::routines::move_mapping::MOVE_MAPPING;

const fn move_mapping(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: MOVE_MAPPING,
        source,
        omits: "files; the lock of the swap cache, since the page lock keeps the others out",
        params: LOCKED_PARAMS,
        locals: &[Local::Count, Local::Index],
        returns: Returns::Errno,
        body,
    }
}

const FREEZE: Line = line(
    "expected",
    "if (page_count != expected, or !page_ref_freeze())",
    Op::Branch(|ctx| is_held(ctx, false), "busy"),
);
const FREEZE_ANON: Line = line(
    "expected",
    "if (!folio_ref_freeze(folio, expected_count))",
    Op::Branch(|ctx| is_held(ctx, true), "busy"),
);
const BEGIN: &[Line] = &[
    line("index", "newpage->index, mapping = page's", Op::Do(copy_mapping)),
    line("mapping", "if (!mapping)", Op::If(has_no_mapping, "copy")),
    line("ref", "page_ref_add(newpage, nr)", Op::Do(add_references)),
];
const HEAD_PRIVATE: Line =
    line("cache", "SetPageSwapCache; private = page's, of the head", Op::Do(set_swap_cache));
const ALL_PRIVATE: Line =
    line("cache", "SetPageSwapCache; newpage->swap = page's", Op::Do(set_every_swap));
const DIRTY: Line = line("dirty", "if (PageDirty) Clear.., SetPageDirty(new)", Op::Do(move_dirty));
const STORE: Line = line("store", "xas_store(&xas, newpage)", Op::Do(store_next));
const STORE_ALL: &[Line] = &[
    line("each", "for (i = 0; i < nr; i++)", Op::If(all_are_stored, "unfreeze")),
    STORE,
    line("next", "  xas_next(&xas)", Op::Goto("each")),
];
const MOVE: &[Line] = &[
    line("unfreeze", "page_ref_unfreeze(page, expected_count - nr)", Op::Do(unfreeze)),
    line("copy", "migrate_page_copy(newpage, page)", Op::Do(copy)),
    line("done", "return MIGRATEPAGE_SUCCESS", Op::Return(|_| 0)),
    line("busy", "return -EAGAIN", Op::Return(|_| errno::EAGAIN)),
];

/// Of a compound page, too, one reference is expected, that of the isolation: nothing maps it by
/// now. The swap cache has one for each of its pages; then the count is frozen while every slot
/// gets the other page. Which slot each page has, the other one knows of its head alone.
pub static MOVE_MAPPING_V5_7: Routine = move_mapping(
    "mm/migrate.c, v5.7 to v5.15 (with migrate_page_copy)",
    joined!(&[FREEZE], BEGIN, &[HEAD_PRIVATE, DIRTY], STORE_ALL, MOVE),
);
/// One slot gets the other page (3417013e0d18): the others go on naming the old one.
pub static MOVE_MAPPING_V5_16: Routine = move_mapping(
    "mm/migrate.c, v5.16 to v6.6 (folio_migrate_mapping)",
    joined!(&[FREEZE], BEGIN, &[HEAD_PRIVATE, DIRTY, STORE], MOVE),
);
/// Every slot again (fc346d0a70a1), and each page's slot follows from the head's (cfeed8ffe55b).
pub static MOVE_MAPPING_V6_7: Routine = move_mapping(
    "mm/migrate.c, v6.7 to v6.12 (folio_migrate_mapping)",
    joined!(&[FREEZE], BEGIN, &[ALL_PRIVATE, DIRTY], STORE_ALL, MOVE),
);

/// As before, but the references of the swap cache are expected of an anonymous page alone
/// (`folio_expected_ref_count`, 86ebd50224c0): one that was read in and never mapped has one too
/// many, for ever.
pub static MOVE_MAPPING_V6_16: Routine = move_mapping(
    "mm/migrate.c, v6.16 to v6.18 (folio_migrate_mapping)",
    joined!(&[FREEZE_ANON], BEGIN, &[ALL_PRIVATE, DIRTY], STORE_ALL, MOVE),
);

/// The isolation's reference, and that of the swap cache for each page. Ghost: of a frozen page
/// nobody holds anything.
fn is_held(ctx: &mut Ctx, anon_only: bool) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    let page = ctx.layout().page(head);
    let cached = ctx.load(page.swap()).is_some();
    let counted = cached && (!anon_only || ctx.load(page.anon()));
    let expected = if counted { 1 + pages(ctx, head) } else { 1 };
    ctx.set(Local::Count, expected);
    let count: u16 = if cached {
        ctx.update(page.refcount(), |count| if count == expected { 0 } else { count })
    } else {
        ctx.load(page.refcount())
    };
    if count != expected {
        ctx.find(event::COUNT_AT_MOVE_MAPPING);
    } else if cached {
        ctx.let_go(head, 1);
        ctx.store(page.place(), Place::InFlight);
    }
    count != expected
}

fn has_no_mapping(look: &Look) -> bool {
    look.get::<u16>(Local::Count) == 1
}

fn copy_mapping(ctx: &mut Ctx) {
    let (old, new) = (ctx.page(Local::Page), ctx.page(Local::NewPage));
    let rmap = ctx.load(old.rmap());
    ctx.store(new.rmap(), rmap);
    let unmarked = ctx.layout().compound(ctx.get(Local::NewPage)).bare_anon_vma();
    ctx.store(unmarked, false);
    for (from, to) in [(old.anon(), new.anon()), (old.swapbacked(), new.swapbacked())] {
        let flag = ctx.load(from);
        ctx.store(to, flag);
    }
}

fn add_references(ctx: &mut Ctx) {
    let more = pages(ctx, ctx.get(Local::Page));
    ctx.get_page(ctx.get(Local::NewPage), more);
}

/// The swap cache answers for the references from here on.
fn set_swap_cache(ctx: &mut Ctx) {
    let slot = ctx.load(ctx.page(Local::Page).swap());
    ctx.update(ctx.page(Local::NewPage).swap(), |_| slot);
    let head: Pfn = ctx.get(Local::NewPage);
    let refs = pages(ctx, head);
    ctx.let_go(head, refs);
}

/// And each page has its slot.
fn set_every_swap(ctx: &mut Ctx) {
    set_swap_cache(ctx);
    let new: Pfn = ctx.get(Local::NewPage);
    let first = ctx.load(ctx.page(Local::Page).swap());
    for index in 1..pages(ctx, new) {
        let slot = first.map(|Slot(slot)| Slot(slot + index));
        ctx.store(ctx.layout().page(Pfn(new.0 + index)).swap(), slot);
    }
}

fn move_dirty(ctx: &mut Ctx) {
    let (old, new) = (ctx.page(Local::Page), ctx.page(Local::NewPage));
    if ctx.update(old.dirty(), |_| false) {
        ctx.update(new.dirty(), |_| true);
    }
}

fn all_are_stored(look: &Look) -> bool {
    look.get::<u16>(Local::Index) >= pages(look, look.get(Local::Page))
}

/// Who looks the slot up finds the other page from here on.
fn store_next(ctx: &mut Ctx) {
    let (new, index): (Pfn, u16) = (ctx.get(Local::NewPage), ctx.get(Local::Index));
    if let Some(Slot(first)) = ctx.peek(ctx.page(Local::Page).swap()) {
        ctx.store(ctx.layout().swap_slot(first + index).page(), Some(new));
    }
    ctx.set(Local::Index, index + 1);
}

/// The isolation's reference is there again, and those of the swap cache are not. With them go
/// `PG_swapcache` and the numbers of the slots, which the kernel clears a moment later, with the
/// page still locked, or when the pages are used again.
fn unfreeze(ctx: &mut Ctx) {
    let head: Pfn = ctx.get(Local::Page);
    let (page, all) = (ctx.layout().page(head), pages(ctx, head));
    let left = ctx.get::<u16>(Local::Count).wrapping_sub(all);
    for index in 0..all {
        ctx.store(ctx.layout().page(Pfn(head.0 + index)).swap(), None);
    }
    ctx.store(page.refcount(), left);
    ctx.hold(head, left);
    ctx.store(page.place(), Place::Allocated);
}

/// Nobody else writes to the page by now: all that is in it follows.
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
    let ksm = ctx.load(old.ksm());
    ctx.store(new.ksm(), ksm);
    if ctx.load(old.dirty()) {
        ctx.update(new.dirty(), |_| true);
    }
}

/// Ghost: reports that somebody has a handle of a page that moves away.
fn note_pinned(ctx: &mut Ctx, head: Pfn) {
    let (memory, all) = (ctx.memory(), head.0..head.0 + pages(ctx, head));
    if all.map(Pfn).any(|page| ctx.layout().pins_on(memory, page).next().is_some()) {
        ctx.find(event::PINNED_MIGRATED);
    }
}
