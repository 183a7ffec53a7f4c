//! `mm/gup.c`: dropping pins, those of callers and those that the way into a pin took too early.
use super::at_hand::{head, hold, is_zero_page, page_lock, set_page_dirty};
use super::entry::foll;
use super::gup::is_get;
use super::mm_h::check_exclusive;
use super::swap::{self, drop_references};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::Pfn;

/// `unpin_user_page`, of a caller's handle.
pub const UNPIN_USER_PAGE: Function = Function("unpin_user_page");
/// `release_pages`, of the handle of a caller of `get_user_pages_fast`.
pub const RELEASE_PAGES: Function = Function("release_pages");
/// `kvm_release_page_dirty`, of the handle of a caller of `get_user_pages_fast`.
pub const KVM_RELEASE_PAGE_DIRTY: Function = Function("kvm_release_page_dirty");
/// `put_compound_head`, up to v5.17.
pub const PUT_COMPOUND_HEAD: Function = Function("put_compound_head");
/// `gup_put_folio`, since v5.18.
pub const GUP_PUT_FOLIO: Function = Function("gup_put_folio");
/// `unpin_user_pages`, of pages that no caller has yet.
pub const UNPIN_USER_PAGES: Function = Function("unpin_user_pages");
/// `put_page` of a page that is pinned: what a long-term pin that must go drops, up to v5.9.
pub const PUT_PAGE_OF_PIN: Function = Function("put_page (of a pin)");

pub(super) const PAGE: Line = line("page", "if (!page)", Op::Branch(holds_no_page, "out"));
const PAGE_CHECKED: Line = line("page", "if (!page)", Op::Branch(holds_no_exclusive_page, "out"));
pub(super) const GET: Line = line("get", "if (flags & FOLL_GET)", Op::If(is_get, "put"));
const SUB: Line =
    line("sub", "page_ref_sub(page, GUP_PIN_COUNTING_BIAS - 1)", Op::Do(drop_bias_less_one));
pub(super) const PUT: Line = line("put", "put_page(page)", Op::Call(swap::PUT_PAGE, &[]));
const SUB_TEST: Line =
    line("sub", "if (!folio_ref_sub_and_test(folio, refs))", Op::Branch(some_remain, "out"));
const ZERO: Line = line("zero", "if (is_zero_folio(folio))", Op::If(is_pin_of_zero, "out"));
const SUB_PAGE: Line =
    line("sub", "if (!page_ref_sub_and_test(page, refs))", Op::Branch(some_remain, "out"));
pub(super) const RELEASE: Line = line("release", "__put_page(page)", Op::Call(swap::PUT_LAST, &[]));
const PUT_HEAD: Line =
    line("put", "put_compound_head(page, 1, FOLL_PIN)", Op::Call(PUT_COMPOUND_HEAD, &[]));
const PUT_FOLIO: Line =
    line("put", "gup_put_folio(folio, 1, FOLL_PIN)", Op::Call(GUP_PUT_FOLIO, &[]));
const PUT_ONE: Line = line("put", "put_page(page)", Op::Do(put_one));
pub(super) const OUT: Line = line("out", "return", Op::Return(|_| 0));

pub(super) const fn put(
    function: Function,
    source: &'static str,
    body: &'static [Line],
) -> Routine {
    Routine {
        function,
        source,
        omits: "compound pages",
        params: &[Local::Page, Local::Flags],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

pub(super) const fn caller(
    function: Function,
    source: &'static str,
    body: &'static [Line],
) -> Routine {
    Routine {
        function,
        source,
        omits: "compound pages",
        params: &[Local::Pin],
        locals: &[Local::Page, Local::Flags],
        returns: Returns::Nothing,
        body,
    }
}

/// Two atomic operations: between them the page is referenced and no longer looks pinned. The
/// last put frees the page if its mapping went away meanwhile.
pub static PUT_COMPOUND_HEAD_V5_8: Routine =
    put(PUT_COMPOUND_HEAD, "mm/gup.c, v5.8 to v5.17", &[GET, SUB, PUT, OUT]);
/// One atomic operation.
pub static GUP_PUT_FOLIO_V5_18: Routine =
    put(GUP_PUT_FOLIO, "mm/gup.c, v5.18 to v6.4", &[SUB_TEST, RELEASE, OUT]);
/// A pin of the zero page has no reference to drop (c8070b787519).
pub static GUP_PUT_FOLIO_V6_5: Routine =
    put(GUP_PUT_FOLIO, "mm/gup.c, v6.5 and later", &[ZERO, SUB_TEST, RELEASE, OUT]);
/// Drops what the way into a pin holds, in one atomic operation.
pub static UNPIN_USER_PAGES_V5_8: Routine =
    put(UNPIN_USER_PAGES, "mm/gup.c, v5.8 and v5.9", &[SUB_PAGE, RELEASE, OUT]);
/// As the undo of the walk without locks: two atomic operations.
pub static UNPIN_USER_PAGES_V5_11: Routine =
    put(UNPIN_USER_PAGES, "mm/gup.c, v5.11 to v5.17", &[PUT_HEAD, OUT]);
/// As before, in terms of folios.
pub static UNPIN_USER_PAGES_V5_18: Routine =
    put(UNPIN_USER_PAGES, "mm/gup.c, v5.18 and later", &[PUT_FOLIO, OUT]);

/// The caller gives its pin back, and must not touch the page after.
pub static UNPIN_USER_PAGE_V5_8: Routine =
    caller(UNPIN_USER_PAGE, "mm/gup.c, v5.8 and v5.9", &[PAGE, SUB_PAGE, RELEASE, OUT]);
/// As before, in two atomic operations.
pub static UNPIN_USER_PAGE_V5_11: Routine =
    caller(UNPIN_USER_PAGE, "mm/gup.c, v5.11 to v5.17", &[PAGE, PUT_HEAD, OUT]);
/// As the first, in terms of folios.
pub static UNPIN_USER_PAGE_V5_18: Routine =
    caller(UNPIN_USER_PAGE, "mm/gup.c, v5.18", &[PAGE, PUT_FOLIO, OUT]);
/// As before; a pinned page is exclusive, or not anonymous (b6a2619c60b4).
pub static UNPIN_USER_PAGE_V5_19: Routine =
    caller(UNPIN_USER_PAGE, "mm/gup.c, v5.19 and later", &[PAGE_CHECKED, PUT_FOLIO, OUT]);
/// As the unpin, for the one reference of `get_user_pages_fast`. What a device has written to is
/// marked as dirty first, as direct IO does.
pub static RELEASE_PAGES_V5_17: Routine = Routine {
    omits: "batches; in an interrupt the kernel leaves the lock and the mark to a work item",
    ..caller(
        RELEASE_PAGES,
        "block/bio.c (bio_release_pages) and mm/swap.c, v5.8 to v6.1",
        &[
            PAGE,
            line("read", "if (!mark_dirty)", Op::If(is_unwritten, "put")),
            line("lock", "set_page_dirty_lock(page): lock_page(page)", Op::Acquire(page_lock)),
            line("dirty", "  set_page_dirty(page)", Op::Do(set_page_dirty)),
            line("unlock", "  unlock_page(page)", Op::Release(page_lock)),
            PUT,
            OUT,
        ],
    )
};
/// The other references of the pin are nobody's from here on, and stay.
pub static PUT_PAGE_OF_PIN_V5_8: Routine = Routine {
    function: PUT_PAGE_OF_PIN,
    source: "mm/gup.c, v5.8 and v5.9 (check_and_migrate_cma_pages)",
    omits: "nothing",
    params: &[Local::Page, Local::Flags],
    locals: &[],
    returns: Returns::Nothing,
    body: &[PUT_ONE, OUT],
};

/// Without the page lock: whoever has it may find the page clean, and then marked and let go.
pub static KVM_RELEASE_PAGE_DIRTY_V5_8: Routine = caller(
    KVM_RELEASE_PAGE_DIRTY,
    "virt/kvm/kvm_main.c, v5.8 to v6.1",
    &[PAGE, line("dirty", "SetPageDirty(page)", Op::Do(set_page_dirty)), PUT, OUT],
);

fn is_unwritten(look: &Look) -> bool {
    look.get::<u16>(Local::Flags) & foll::WRITTEN == 0
}

/// Since v6.5 a pin of the zero page takes and drops no reference.
pub(super) fn is_pin_of_zero(look: &Look) -> bool {
    !is_get(look) && is_zero_page(look)
}

/// How many references a call with these flags takes of a page.
pub(super) fn refs_of(ctx: &Ctx, pfn: Pfn, flags: u16) -> u16 {
    let counted = ctx.layout().counts_pins(ctx.memory(), pfn);
    foll::refs(flags, if counted { 1 } else { ctx.geometry().pin_bias })
}

/// The handle gives its references to the lane that drops them.
fn holds_no_page(ctx: &mut Ctx) -> bool {
    let pin: u16 = ctx.get(Local::Pin);
    let handle = ctx.layout().pin(usize::from(pin));
    let Some(pfn) = ctx.load(handle.page()) else { return true };
    let flags = ctx.load(handle.flags());
    ctx.set(Local::Page, pfn);
    ctx.set(Local::Flags, flags);
    ctx.store(handle.page(), None);
    ctx.store(handle.flags(), 0);
    ctx.store(handle.mapping(), None);
    ctx.store(handle.process(), 0u16);
    hold(ctx, pfn, refs_of(ctx, pfn, flags));
    false
}

/// As [`holds_no_page`], with a check of `CONFIG_DEBUG_VM` that is a ghost here.
fn holds_no_exclusive_page(ctx: &mut Ctx) -> bool {
    let none = holds_no_page(ctx);
    if !none {
        check_exclusive(ctx, ctx.get(Local::Page));
    }
    none
}

/// Never the last one: the rest of the pin is there. Ghost: nobody answers for that any more.
fn put_one(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let rest = refs_of(ctx, pfn, ctx.get(Local::Flags)) - 1;
    let pfn = head(ctx, pfn);
    ctx.put_page(pfn, 1);
    ctx.let_go(pfn, rest);
    let owned = ctx.layout().page(pfn).owned();
    let (memory, _) = ctx.ghosts();
    memory.update(owned, |refs: u16| refs.wrapping_add(rest));
}

pub(super) fn drop_bias_less_one(ctx: &mut Ctx) {
    let bias = ctx.geometry().pin_bias;
    ctx.put_page(ctx.get(Local::Page), bias - 1);
}

pub(super) fn some_remain(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let refs = refs_of(ctx, pfn, ctx.get(Local::Flags));
    !drop_references(ctx, pfn, refs)
}
