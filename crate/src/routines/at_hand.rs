//! What the lines of many tables look at and do: the page, the entry, the locks and the result at
//! hand, by the locals that name them.
use std::ops::Deref;

use super::compound::counts::{count_mapping, page_mapcount};
use super::mm_h::page_maybe_dma_pinned;
use crate::machine::routine::errno;
use crate::machine::{At, Ctx, Local, Look};
use crate::mm::{Lock, Memory, Migratetype, Page, Pfn, Pte};

/// The lock of the page table of `mm`.
pub(super) fn ptl(look: &Look) -> Lock {
    look.mm().ptl()
}

/// `mmap_lock` of `mm`, taken for reading.
pub(super) fn mmap_read(look: &Look) -> Lock {
    look.mm().mmap_read()
}

/// `mmap_lock` of `mm`, taken for writing.
pub(super) fn mmap_write(look: &Look) -> Lock {
    look.mm().mmap_write()
}

/// `compound_head`, where it cannot change: of a page that is mapped or referenced. A page of a
/// machine without huge pages is by itself.
pub(super) fn head<M: Deref<Target = Memory>>(at: &At<'_, M>, pfn: Pfn) -> Pfn {
    if !at.geometry().has_huge_pages() {
        return pfn;
    }
    at.peek(at.layout().compound(pfn).compound_head()).unwrap_or(pfn)
}

/// What counts for the whole of a compound page: its first page.
pub(super) fn folio<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Page {
    at.layout().page(head(at, at.get(Local::Page)))
}

/// Ghost: this lane answers for `refs` references more of the page or compound page.
pub(super) fn hold(ctx: &mut Ctx, pfn: Pfn, refs: u16) {
    ctx.hold(head(ctx, pfn), refs);
}

/// Ghost: it no longer does.
pub(super) fn let_go(ctx: &mut Ctx, pfn: Pfn, refs: u16) {
    ctx.let_go(head(ctx, pfn), refs);
}

/// The lock of `page`.
pub(super) fn page_lock(look: &Look) -> Lock {
    folio(look).lock()
}

/// What the last call returned.
pub(super) fn returned(look: &Look) -> u16 {
    look.get(Local::Ret)
}

/// Whether the last call returned 0, or no page.
pub(super) fn returned_zero(look: &Look) -> bool {
    returned(look) == 0
}

/// Whether it returned anything else.
pub(super) fn returned_nonzero(look: &Look) -> bool {
    !returned_zero(look)
}

/// Whether it returned an error number.
pub(super) fn returned_error(look: &Look) -> bool {
    look.get::<i16>(Local::Ret) < 0
}

/// Whether it returned `-ENOMEM`.
pub(super) fn returned_enomem(look: &Look) -> bool {
    returned(look) == errno::ENOMEM
}

/// The function will return what the last call returned.
pub(super) fn keep_result(ctx: &mut Ctx) {
    let ret: u16 = ctx.get(Local::Ret);
    ctx.set(Local::Rc, ret);
}

/// Whether the function will return an error.
pub(super) fn has_failed(look: &Look) -> bool {
    look.get::<u16>(Local::Rc) != 0
}

/// Whether the caller was given no page: that of a call which returned `NULL`.
pub(super) fn nothing_given(look: &Look) -> bool {
    look.get::<Option<Pfn>>(Local::Given).is_none()
}

/// The page that the caller was given; there is one.
pub(super) fn take_page_given(ctx: &mut Ctx) {
    let page: Option<Pfn> = ctx.get(Local::Given);
    ctx.set(Local::Page, ctx.must(page));
}

/// The one virtual page that a system call is about.
pub(super) fn take_address(ctx: &mut Ctx) {
    let address: u16 = ctx.get(Local::Given);
    ctx.set(Local::Addr, address);
}

/// On to the next virtual page.
pub(super) fn next_address(ctx: &mut Ctx) {
    let address: u16 = ctx.get(Local::Addr);
    ctx.set(Local::Addr, address.wrapping_add(1));
}

/// `GFP_HIGHUSER_MOVABLE`
pub(super) fn want_movable(ctx: &mut Ctx) {
    ctx.set(Local::Wanted, Migratetype::Movable);
}

/// Whether the entry that was read maps nothing.
pub(super) fn is_not_present(look: &Look) -> bool {
    look.get::<Pte>(Local::Pte).mapped().is_none()
}

/// Whether it does not permit a store.
pub(super) fn is_read_only(look: &Look) -> bool {
    !look.get::<Pte>(Local::Pte).writes()
}

/// Whether nothing was stored through it.
pub(super) fn is_clean_entry(look: &Look) -> bool {
    !look.get::<Pte>(Local::Pte).is_dirty()
}

/// Whether it is an entry of migration.
pub(super) fn is_migration(look: &Look) -> bool {
    matches!(look.get(Local::Pte), Pte::Migration { .. })
}

/// Whether it is a NUMA hint.
pub(super) fn is_protnone(look: &Look) -> bool {
    matches!(look.get(Local::Pte), Pte::Protnone { .. })
}

/// Whether the page is the zero page, which is no page of `vm_normal_page`: its entry is special.
pub(super) fn is_zero_page(look: &Look) -> bool {
    look.geometry().is_zero_pfn(look.get(Local::Page))
}

/// Whether the entry maps no page that `vm_normal_page` knows.
pub(super) fn is_no_page(look: &Look) -> bool {
    is_not_present(look) || is_zero_page(look)
}

/// Takes a reference of the page.
pub(super) fn get_page(ctx: &mut Ctx) {
    ctx.get_page(head(ctx, ctx.get(Local::Page)), 1);
}

/// Drops one that is never the last: somebody here has another.
pub(super) fn drop_reference(ctx: &mut Ctx) {
    ctx.put_page(head(ctx, ctx.get(Local::Page)), 1);
}

/// Takes a reference of the target.
pub(super) fn get_target(ctx: &mut Ctx) {
    ctx.get_page(ctx.get(Local::NewPage), 1);
}

/// `page_count`
pub(super) fn page_count(ctx: &mut Ctx) -> u16 {
    let refcount = folio(ctx).refcount();
    ctx.load(refcount)
}

/// `page_maybe_dma_pinned`, where the answer may be old by the time that it is used.
pub(super) fn looks_pinned(ctx: &mut Ctx) -> bool {
    page_maybe_dma_pinned(ctx, ctx.get(Local::Page))
}

/// `PageAnon`, inverted.
pub(super) fn is_not_anon(ctx: &mut Ctx) -> bool {
    let anon = folio(ctx).anon();
    !ctx.load(anon)
}

/// `PageKsm`
pub(super) fn is_ksm(ctx: &mut Ctx) -> bool {
    let ksm = ctx.page(Local::Page).ksm();
    ctx.load(ksm)
}

/// `page_mapped`
pub(super) fn is_mapped(ctx: &mut Ctx) -> bool {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.load(mapcount) > 0
}

/// Whether no entry maps the page, or more than one.
pub(super) fn is_not_mapped_once(ctx: &mut Ctx) -> bool {
    page_mapcount(ctx, ctx.get(Local::Page)) != 1
}

/// `page_remove_rmap`
pub(super) fn remove_rmap(ctx: &mut Ctx) {
    count_mapping(ctx, ctx.get(Local::Page), -1);
}

/// `PageDirty`, inverted.
pub(super) fn is_clean(ctx: &mut Ctx) -> bool {
    let dirty = folio(ctx).dirty();
    !ctx.load(dirty)
}

/// `set_page_dirty`
pub(super) fn set_page_dirty(ctx: &mut Ctx) {
    let dirty = folio(ctx).dirty();
    ctx.update(dirty, |_| true);
}

/// The page joins its LRU list.
pub(super) fn join_lru(ctx: &mut Ctx) {
    let lru = folio(ctx).lru();
    ctx.update(lru, |_| true);
}

/// The new page joins its LRU list.
pub(super) fn target_joins_lru(ctx: &mut Ctx) {
    let lru = ctx.page(Local::NewPage).lru();
    ctx.update(lru, |_| true);
}

/// `PageAnonExclusive`
pub(super) fn read_exclusive(ctx: &mut Ctx) {
    let exclusive = ctx.page(Local::Page).anon_exclusive();
    let value = ctx.load(exclusive);
    ctx.set(Local::Exclusive, value);
}

/// Whether it was not exclusive when that was read.
pub(super) fn was_shared(look: &Look) -> bool {
    !look.get::<bool>(Local::Exclusive)
}

/// `ClearPageAnonExclusive`
pub(super) fn clear_exclusive(ctx: &mut Ctx) {
    let exclusive = ctx.page(Local::Page).anon_exclusive();
    ctx.update(exclusive, |_| false);
}
