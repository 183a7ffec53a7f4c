//! `mm/madvise.c`: `MADV_FREE`, whose pages may be discarded until the next store.
use super::at_hand::{is_clean, is_clean_entry, is_not_mapped_once, page_lock, ptl, returned};
use super::memory::{LOOP, NEXT, OUT, PTL, is_no_swap_entry, past_last};
use super::swap_state::{is_not_cached, trylock_fails};
use super::swapfile::{FREE_SWAP_AND_CACHE, TRY_TO_FREE_SWAP};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{ANY, Pte, WORDS};

/// `madvise_free_pte_range`
pub const MADVISE_FREE_PTE_RANGE: Function = Function("madvise_free_pte_range");

const EACH: Line = line("each", "for (; addr != end; pte++)", Op::If(past_last, "unlock"));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(orig_pte, ptl)", Op::Release(ptl));

/// The entry is clean from here on, and the next store makes it dirty again. A page that somebody
/// else has locked or mapped is left alone if it is dirty itself.
pub static MADVISE_FREE_PTE_RANGE_V5_8: Routine = Routine {
    function: MADVISE_FREE_PTE_RANGE,
    source: "mm/madvise.c, v5.8 to v6.1",
    omits: "the pagevec between mark_page_lazyfree and the flag, young entries, huge pages",
    params: &[Local::Mm, Local::Addr, Local::Last],
    locals: &[Local::Pte, Local::Page, Local::Slot, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        PTL,
        EACH,
        line("pte", "ptent = *pte", Op::Do(read_pte)),
        line("none", "if (pte_none(ptent))", Op::If(has_no_page, "entry")),
        line("cached", "if (!PageSwapCache(page))", Op::Branch(is_not_cached, "flag")),
        line("test", "  (it is)", Op::Goto("trylock")),
        line("flag", "if (!PageDirty(page))", Op::Branch(is_clean, "young")),
        line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "next")),
        line("mapped", "if (page_mapcount(page) != 1)", Op::Branch(is_not_mapped_once, "busy")),
        line("uncached", "if (!PageSwapCache(page))", Op::Branch(is_not_cached, "clean")),
        line("free", "ret = try_to_free_swap(page)", Op::Call(TRY_TO_FREE_SWAP, &[])),
        line("kept", "if (!ret)", Op::If(|look| returned(look) == 0, "busy")),
        line("clean", "ClearPageDirty(page)", Op::Do(clear_dirty)),
        line("unlockp", "unlock_page(page)", Op::Release(page_lock)),
        line("young", "if (!pte_dirty(ptent))", Op::If(is_clean_entry, "lazy")),
        line("clear", "ptent = ptep_get_and_clear_full(..)", Op::Do(clear)),
        line("set", "set_pte_at(.., pte_mkclean(ptent))", Op::Do(set_clean)),
        line("lazy", "mark_page_lazyfree(page)", Op::Do(mark_lazyfree)),
        NEXT,
        LOOP,
        line("busy", "unlock_page(page); continue", Op::Release(page_lock)),
        line("skip", "continue", Op::Goto("next")),
        line("entry", "if (!is_swap_pte(ptent))", Op::If(is_no_swap_entry, "next")),
        line("swap", "free_swap_and_cache(entry)", Op::Call(FREE_SWAP_AND_CACHE, &[])),
        line("gone", "pte_clear_not_present_full(..)", Op::Do(clear_swap_entry)),
        line("after", "continue", Op::Goto("next")),
        UNLOCK,
        OUT,
    ],
};

fn read_pte(ctx: &mut Ctx) {
    let pte = ctx.load(ctx.pte());
    ctx.set(Local::Pte, pte);
    if let Some(pfn) = pte.mapped() {
        ctx.set(Local::Page, pfn);
    }
    if let Pte::Swap { slot, .. } = pte {
        ctx.set(Local::Slot, slot);
    }
}

/// Nor is the zero page one: its entry is special.
fn has_no_page(look: &Look) -> bool {
    let pfn = look.get::<Pte>(Local::Pte).mapped();
    pfn.is_none_or(|pfn| look.geometry().is_zero_pfn(pfn))
}

fn clear_dirty(ctx: &mut Ctx) {
    let dirty = ctx.page(Local::Page).dirty();
    ctx.update(dirty, |_| false);
}

/// From here on the lane answers for the mapping's reference. What was stored before may be lost.
fn clear(ctx: &mut Ctx) {
    let old = ctx.update(ctx.pte(), |_| Pte::None);
    ctx.set(Local::Pte, old);
    ctx.hold(ctx.get(Local::Page), 1);
    forget_contents(ctx);
}

fn set_clean(ctx: &mut Ctx) {
    let clean = ctx.get::<Pte>(Local::Pte).cleaned();
    ctx.store(ctx.pte(), clean);
    ctx.let_go(ctx.get(Local::Page), 1);
}

/// What was swapped out is gone.
fn clear_swap_entry(ctx: &mut Ctx) {
    ctx.store(ctx.pte(), Pte::None);
    forget_contents(ctx);
}

/// Ghost: the process is to find what was there or zeroes.
fn forget_contents(ctx: &mut Ctx) {
    let (mm, address): (_, u16) = (ctx.mm(), ctx.get(Local::Addr));
    let (memory, _) = ctx.ghosts();
    (0..WORDS).for_each(|word| memory.store(mm.written(address, word), ANY));
}

/// An anonymous page on the LRU that has no slot.
fn mark_lazyfree(ctx: &mut Ctx) {
    let page = ctx.page(Local::Page);
    let fits = ctx.load(page.lru()) && ctx.load(page.anon()) && ctx.load(page.swap()).is_none();
    if fits && ctx.load(page.swapbacked()) {
        ctx.update(page.swapbacked(), |_| false);
        if !ctx.get::<Pte>(Local::Pte).is_dirty() {
            forget_contents(ctx);
        }
    }
}
