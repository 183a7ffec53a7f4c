//! `mm/migrate.c` since v6.3: a migration in two halves, between which its target keeps what the
//! second must know.
use super::migrate::{ASK, ASK_AGAIN, LOCK_TARGET, NOTE, ON_LRU, RESTORE, STILL, UNMAPPED, locked};
use super::rmap::PAGE_MAPPED;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Line, Local, Op, Routine};
use crate::mm::scratch;
use crate::routines::at_hand::returned_zero;
use crate::routines::migrate as plain;

const BEGIN: &[Line] = &[
    plain::LOCK,
    line("anon", "if (folio_test_anon(src) && !ksm)", Op::Branch(is_not_plain_anon, "newlock")),
    line("held", "anon_vma = folio_get_anon_vma(src)", Op::Call(PAGE_MAPPED, &[])),
    line("vma", "  (anon_vma)", Op::Let(keep_anon_vma)),
    LOCK_TARGET,
    ASK,
    line("mapped", "if (!folio_mapped(src))", Op::If(returned_zero, "record")),
    plain::UNMAP,
    plain::WAS_MAPPED,
    ASK_AGAIN,
    NOTE,
    STILL,
];
/// Two words of the target, which nobody else uses: that is what the comment says.
const IN_MAPPING: &[Line] = &[
    line("record", "dst->mapping = anon_vma", Op::Do(park_in_mapping)),
    line("flag", "dst->private = page_was_mapped", Op::Do(park_was_mapped)),
    line("extract", "anon_vma, page_was_mapped = of dst", Op::Do(take_from_mapping)),
    line("clear", "dst->mapping = NULL", Op::Do(clear_mapping)),
    line("noflag", "dst->private = NULL", Op::Do(clear_private)),
];
/// One word, which nobody reads of a page that is neither free nor in the swap cache.
const IN_PRIVATE: &[Line] = &[
    line("record", "dst->private = anon_vma + old_page_state", Op::Do(park_in_private)),
    line("extract", "anon_vma, old_page_state = dst->private", Op::Do(take_from_private)),
    line("clear", "dst->private = NULL", Op::Do(clear_private)),
];

/// `__migrate_folio_record` and `__migrate_folio_extract` use `dst->mapping`, which does not say
/// that it is no file's.
pub static MIGRATE_FOLIO_V6_3: Routine = locked(
    "mm/migrate.c, v6.3 (64c8902ed441) to v6.7 (migrate_folio_unmap, migrate_folio_move)",
    joined!(BEGIN, IN_MAPPING, UNMAPPED, &[ON_LRU], RESTORE),
);
/// They use `dst->private`.
pub static MIGRATE_FOLIO_V6_8: Routine = locked(
    "mm/migrate.c, v6.8 (d1adb25df711) to v6.12 (migrate_folio_unmap, migrate_folio_move)",
    joined!(BEGIN, IN_PRIVATE, UNMAPPED, &[ON_LRU], RESTORE),
);

fn is_not_plain_anon(ctx: &mut Ctx) -> bool {
    let page = ctx.page(Local::Page);
    !ctx.load(page.anon()) || ctx.load(page.ksm())
}

/// None is had of a page that nothing maps.
fn keep_anon_vma(ctx: &mut Ctx) {
    let mapped: bool = ctx.get(Local::Ret);
    ctx.set(Local::AnonVma, mapped);
}

fn park_in_mapping(ctx: &mut Ctx) {
    let anon_vma: bool = ctx.get(Local::AnonVma);
    let mapping = ctx.layout().compound(ctx.get(Local::NewPage)).bare_anon_vma();
    ctx.store(mapping, anon_vma);
}

fn clear_mapping(ctx: &mut Ctx) {
    let mapping = ctx.layout().compound(ctx.get(Local::NewPage)).bare_anon_vma();
    ctx.store(mapping, false);
}

fn was_mapped(ctx: &Ctx) -> u16 {
    if ctx.get(Local::Mapped) { scratch::WAS_MAPPED } else { 0 }
}

fn park_was_mapped(ctx: &mut Ctx) {
    let word = was_mapped(ctx);
    store_private(ctx, word);
    forget(ctx);
}

fn park_in_private(ctx: &mut Ctx) {
    let anon_vma = if ctx.get(Local::AnonVma) { scratch::ANON_VMA } else { 0 };
    let word = anon_vma | was_mapped(ctx);
    store_private(ctx, word);
    forget(ctx);
}

/// The other half is another function, with variables of its own.
fn forget(ctx: &mut Ctx) {
    ctx.set(Local::Mapped, false);
    ctx.set(Local::AnonVma, false);
}

fn clear_private(ctx: &mut Ctx) {
    store_private(ctx, 0);
}

fn store_private(ctx: &mut Ctx, word: u16) {
    let cell = ctx.layout().compound(ctx.get(Local::NewPage)).private();
    ctx.store(cell, word);
}

fn take_was_mapped(ctx: &mut Ctx) -> u16 {
    let word = ctx.load(ctx.layout().compound(ctx.get(Local::NewPage)).private());
    ctx.set(Local::Mapped, word & scratch::WAS_MAPPED != 0);
    word
}

/// Nobody else writes there.
fn take_from_mapping(ctx: &mut Ctx) {
    take_was_mapped(ctx);
    let anon_vma = ctx.load(ctx.layout().compound(ctx.get(Local::NewPage)).bare_anon_vma());
    ctx.set(Local::AnonVma, anon_vma);
}

fn take_from_private(ctx: &mut Ctx) {
    let word = take_was_mapped(ctx);
    ctx.set(Local::AnonVma, word & scratch::ANON_VMA != 0);
}
