//! `migrate_page_move_mapping` of `mm/migrate.c`: what is known of a page goes to another, if
//! nobody else holds it.
use super::at_hand::get_target;
use super::migrate::LOCKED_PARAMS;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Page, Pfn, Place, Slot, WORDS};
use crate::properties::event;

/// `migrate_page_move_mapping`
pub const MOVE_MAPPING: Function = Function("migrate_page_move_mapping");

/// For an anonymous page without swap cache the count is compared once and not frozen: with the
/// entry gone, a late reference fails its second read of the entry. A page of the swap cache can be
/// found there, and is frozen while the cache takes the other page for it. Who finds that waits for
/// its lock until the contents are there; the kernel has it locked from `__unmap_and_move` on, and
/// until the entries are back.
pub static MOVE_MAPPING_V5_17: Routine = Routine {
    function: MOVE_MAPPING,
    source: "mm/migrate.c, v5.8 to v6.1 (with migrate_page_copy)",
    omits: "files; the lock of the swap cache, since the page lock keeps the others out; the lock \
                of a target that nobody can find",
    params: LOCKED_PARAMS,
    locals: &[Local::Count],
    returns: Returns::Errno,
    body: &[
        line(
            "expected",
            "if (page_count != expected, or !page_ref_freeze())",
            Op::Branch(is_held, "busy"),
        ),
        line("mapping", "if (!mapping)", Op::If(has_no_mapping, "plain")),
        line("lock", "(newpage was locked: trylock_page)", Op::Acquire(target_lock)),
        line("ref", "page_ref_add(newpage, 1)", Op::Do(get_target)),
        line("cache", "SetPageSwapCache(newpage)", Op::Do(set_swap_cache)),
        line("store", "xas_store(&xas, newpage)", Op::Do(replace)),
        line("unfreeze", "page_ref_unfreeze(page, expected_count - 1)", Op::Do(unfreeze)),
        line("copy", "newpage->index, mapping = page's", Op::Do(copy_mapping)),
        line("unlock", "(unlock_page(newpage))", Op::Release(target_lock)),
        line("done", "return MIGRATEPAGE_SUCCESS", Op::Return(|_| 0)),
        line("plain", "newpage->index, mapping = page's", Op::Do(copy_mapping)),
        line("moved", "return MIGRATEPAGE_SUCCESS", Op::Return(|_| 0)),
        line("busy", "return -EAGAIN", Op::Return(|_| errno::EAGAIN)),
    ],
};

fn target_lock(look: &Look) -> Lock {
    look.page(Local::NewPage).lock()
}

fn slot(ctx: &mut Ctx, page: Page) -> Option<Slot> {
    ctx.load(page.swap())
}

/// One reference is expected: the isolation's; and that of the swap cache, which no page joins or
/// leaves while it is locked. Ghost: of a frozen page nobody holds anything.
fn is_held(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let page = ctx.layout().page(pfn);
    let expected = 1 + u16::from(slot(ctx, page).is_some());
    ctx.set(Local::Count, expected);
    let held = if expected == 1 {
        ctx.load(page.refcount()) != expected
    } else {
        let freeze = |count: u16| if count == expected { 0 } else { count };
        ctx.update(page.refcount(), freeze) != expected
    };
    if held {
        ctx.find(event::COUNT_AT_MOVE_MAPPING);
    } else if expected > 1 {
        ctx.let_go(pfn, 1);
        ctx.store(page.place(), Place::InFlight);
    }
    held
}

fn has_no_mapping(look: &Look) -> bool {
    look.get::<u16>(Local::Count) == 1
}

/// The swap cache answers for the reference from here on.
fn set_swap_cache(ctx: &mut Ctx) {
    let (old, new) = (ctx.page(Local::Page), ctx.page(Local::NewPage));
    let entry = slot(ctx, old);
    ctx.update(new.swap(), |_| entry);
    ctx.let_go(ctx.get(Local::NewPage), 1);
}

/// Who looks the slot up finds the other page from here on.
fn replace(ctx: &mut Ctx) {
    let new: Pfn = ctx.get(Local::NewPage);
    let old = ctx.page(Local::Page);
    if let Some(Slot(number)) = slot(ctx, old) {
        let cached = ctx.layout().swap_slot(number).page();
        ctx.store(cached, Some(new));
    }
}

/// The isolation's reference is there again, and that of the swap cache is not. With it goes
/// `PG_swapcache`, which the kernel clears a moment later, with the page still locked.
fn unfreeze(ctx: &mut Ctx) {
    let (page, left) = (ctx.page(Local::Page), ctx.get::<u16>(Local::Count).wrapping_sub(1));
    ctx.update(page.swap(), |_| None);
    ctx.store(page.refcount(), left);
    ctx.hold(ctx.get(Local::Page), left);
    ctx.store(page.place(), Place::Allocated);
}

/// Nobody else knows either page, and what is in them follows.
fn copy_mapping(ctx: &mut Ctx) {
    let (old, new) = (ctx.page(Local::Page), ctx.page(Local::NewPage));
    let rmap = ctx.load(old.rmap());
    ctx.store(new.rmap(), rmap);
    for (from, to) in [
        (old.anon(), new.anon()),
        (old.swapbacked(), new.swapbacked()),
        (old.dirty(), new.dirty()),
        (old.ksm(), new.ksm()),
    ] {
        let flag = ctx.load(from);
        ctx.store(to, flag);
    }
    for word in 0..WORDS {
        let content = ctx.load(old.content(word));
        ctx.store(new.content(word), content);
    }
}
