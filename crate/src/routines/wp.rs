//! `do_wp_page` of `mm/memory.c`: a store to a page that may be shared.
use super::at_hand::{
    drop_reference, folio, get_page, head, is_ksm, is_not_anon, is_not_mapped_once, is_zero_page,
    page_count, page_lock, ptl, returned,
};
use super::compound::counts::second_page;
use super::compound::swapfile::ALONE;
use super::fault::{FLAG_UNSHARE, VM_FAULT_WRITE, VMF, has_changed, may_write, wants};
use super::pagevec::LRU_ADD_DRAIN;
use super::swap::PUT_PAGE;
use super::swap_state::{is_not_cached, trylock_fails};
use super::swapfile::{REUSE_SWAP_PAGE, TRY_TO_FREE_SWAP};
use super::wp_copy::WP_PAGE_COPY;
use crate::machine::routine::{joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Pte, Rmap, Slot};
use crate::properties::event;

/// `do_wp_page`, with the page table lock held, which it drops.
pub const DO_WP_PAGE: Function = Function("do_wp_page");

const PAGE: Line = line("page", "page = vm_normal_page(vma, addr, orig_pte)", Op::Let(old_page));
const ZERO: Line = line("normal", "if (!page)", Op::If(is_zero_page, "unlock"));
const ANON: Line = line("anon", "if (!PageAnon(page))", Op::Branch(is_not_anon, "get"));
const KSM: Line = line("ksm", "if (PageKsm(page))", Op::Branch(is_ksm, "get"));
const TRYLOCK: Line = line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "get"));
const HELD: Line = line("count", "if (page_count(page) != 1)", Op::Branch(is_held, "busy"));
const UNLOCK_PAGE: Line = line("unlockp", "unlock_page(page)", Op::Release(page_lock));
const REUSE: Line = line("reuse", "wp_page_reuse(vmf)", Op::Do(make_writable));
const REUSE_OUT: Line = line("reused", "pte_unmap_unlock(vmf->pte, ptl)", Op::Release(ptl));
const WROTE: Line = line("wrote", "return VM_FAULT_WRITE", Op::Return(|_| VM_FAULT_WRITE));
const BUSY: Line = line("busy", "unlock_page(page)", Op::Release(page_lock));
const GET: Line = line("get", "get_page(page)", Op::Do(get_page_to_copy));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl));
const COPY: Line = line("copy", "return wp_page_copy(vmf)", Op::Call(WP_PAGE_COPY, &[]));
const OUT: Line = line("out", "return ret", Op::Return(returned));

const fn do_wp_page(
    source: &'static str,
    omits: &'static str,
    locals: &'static [Local],
    body: &'static [Line],
) -> Routine {
    Routine {
        function: DO_WP_PAGE,
        source,
        omits,
        params: VMF,
        locals,
        returns: Returns::Errno,
        body,
    }
}

/// The entry gets its right to write, or the page is copied.
const REUSING: &[Line] = &[REUSE, REUSE_OUT, WROTE, BUSY, GET, UNLOCK, COPY, OUT];
/// Nobody has a reference but the mapping, the swap cache aside.
const COUNTED: &[Line] =
    &[KSM, MANY, ON_LRU, DRAIN, REFS, EARLY, TRYLOCK, CACHED, FREE_SWAP, KSM_AGAIN, HELD];

/// Whether entries of page tables and swap allow it.
const ASKED: &[Line] = &[
    PAGE,
    ZERO,
    ANON,
    KSM,
    line("trylock", "if (!trylock_page(page))", Op::Branch(trylock_fails, "sleep")),
    line("mine", "if (!reuse_swap_page(page, &total))", Op::Call(REUSE_SWAP_PAGE, &[])),
    line("shared", " (it is shared)", Op::If(|look| returned(look) == 0, "busy")),
];
const MOVE: Line = line("move", "page_move_anon_rmap(page, vma)", Op::Do(move_anon_rmap));
/// Waiting for the page lock, with the page table lock dropped.
const SLEEP: &[Line] = &[
    line("sleep", "get_page(page)", Op::Do(get_page)),
    line("wait", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
    line("lockp", "lock_page(page)", Op::Acquire(page_lock)),
    line("lock", "vmf->pte = pte_offset_map_lock(..)", Op::Acquire(ptl)),
    line("same", "if (!pte_same(*vmf->pte, vmf->orig_pte))", Op::Branch(has_changed, "stale")),
    line("put", "put_page(page)", Op::Do(drop_reference)),
    line("locked", " (it is locked)", Op::Goto("mine")),
    line("stale", "unlock_page(page)", Op::Release(page_lock)),
    line("sunlock", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
    line("sput", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    line("again", "return 0", Op::Return(|_| 0)),
];

/// A page that no other entry maps or names in swap is reused, whoever else has a reference. A page
/// that is locked is waited for.
pub static DO_WP_PAGE_V5_8: Routine = do_wp_page(
    "mm/memory.c, v3.16 to v5.8",
    "shared mappings; reusing KSM pages (v5.1 to v5.8)",
    &[Local::Page, Local::Ret],
    joined!(ASKED, &[MOVE, UNLOCK_PAGE], REUSING, SLEEP),
);
/// Where pages may be compound, others may map the rest of it.
pub static DO_WP_PAGE_V5_8_COMPOUND: Routine = do_wp_page(
    "mm/memory.c, v5.7 and v5.8",
    "shared mappings; reusing KSM pages",
    &[Local::Page, Local::Ret],
    joined!(
        ASKED,
        &[
            line("total", "if (total_map_swapcount != 1)", Op::If(is_not_alone, "unlockp")),
            MOVE,
            UNLOCK_PAGE
        ],
        REUSING,
        SLEEP
    ),
);

/// A page with one reference is reused; one that somebody else holds is copied, whoever that is
/// (09854ba94c6a).
pub static DO_WP_PAGE_V5_9: Routine = do_wp_page(
    "mm/memory.c, v5.9 to v5.17",
    "shared mappings",
    &[Local::Page, Local::Ret],
    joined!(
        &[
            PAGE,
            ZERO,
            ANON,
            KSM,
            line("early", "if (page_count(page) != 1)", Op::Branch(is_held, "get")),
            TRYLOCK,
            line("ksm2", "if (PageKsm(page))", Op::Branch(is_ksm, "busy")),
            line("mapped", "if (page_mapcount(page) != 1)", Op::Branch(is_not_mapped_once, "busy")),
            HELD,
            UNLOCK_PAGE
        ],
        REUSING
    ),
);

const MANY: Line = line("many", "if (page_count(page) > 3)", Op::Branch(has_many, "get"));
const ON_LRU: Line = line("lru", "if (!PageLRU(page))", Op::Branch(is_on_lru, "refs"));
const DRAIN: Line = line("drain", "lru_add_drain()", Op::Call(LRU_ADD_DRAIN, &[]));
const REFS: Line = line("refs", "refs = page_count(page)", Op::Do(count_references));
const EARLY: Line =
    line("early", "if (refs > 1 + PageSwapCache(page))", Op::Branch(is_held_besides, "get"));
const CACHED: Line = line("cached", "if (PageSwapCache(page))", Op::Branch(is_not_cached, "ksm2"));
const FREE_SWAP: Line = line("free", "try_to_free_swap(page)", Op::Call(TRY_TO_FREE_SWAP, &[]));
const KSM_AGAIN: Line = line("ksm2", "if (PageKsm(page))", Op::Branch(is_ksm, "busy"));

const COUNTING: &[Local] = &[Local::Page, Local::Refs, Local::Ret];

/// As before, but the references of the swap cache and of this CPU's pagevecs do not count: they
/// are dropped first (53a05ad9f21d, d4c470970d45). How often the page is mapped does not matter.
pub static DO_WP_PAGE_V5_18: Routine = do_wp_page(
    "mm/memory.c, v5.18",
    "shared mappings",
    COUNTING,
    joined!(&[PAGE, ZERO, ANON], COUNTED, &[UNLOCK_PAGE], REUSING),
);

const EXCL: Line = line("excl", "if (PageAnonExclusive(page))", Op::Branch(is_exclusive, "ours"));
/// A fault that is to make the page exclusive leaves the entry as it is.
const TAKEN_OVER: &[Line] = &[
    line("move", "page_move_anon_rmap(page, vma)", Op::Do(move_anon_rmap)),
    line("set", " SetPageAnonExclusive(page)", Op::Do(set_exclusive)),
    UNLOCK_PAGE,
    line("ours", "if (unshare)", Op::If(is_unshare, "nothing")),
];
const NOTHING: &[Line] = &[
    line("nothing", "pte_unmap_unlock(vmf->pte, vmf->ptl)", Op::Release(ptl)),
    line("again", "return 0", Op::Return(|_| 0)),
];

/// An exclusive page is reused, whoever has a reference (6c287605fd56).
pub static DO_WP_PAGE_V5_19: Routine = do_wp_page(
    "mm/memory.c, v5.19 to v6.1",
    "shared mappings",
    COUNTING,
    joined!(
        &[
            PAGE,
            line("normal", "if (!page)", Op::If(is_zero_page, "special")),
            line("anon", "if (!PageAnon(page))", Op::Branch(is_not_anon, "file")),
            EXCL
        ],
        COUNTED,
        TAKEN_OVER,
        REUSING,
        &[
            line("special", "if (unshare)", Op::If(is_unshare, "nothing")),
            line("zeroed", " (else a page of zeroes)", Op::Goto("unlock")),
            line("file", "if (unshare)", Op::If(is_unshare, "nothing")),
            line("private", " (else a copy of the file's page)", Op::Goto("get"))
        ],
        NOTHING
    ),
);

/// As before; what is not anonymous is copied for a fault that is to make it exclusive, too
/// (8d6a0ac09a16).
pub static DO_WP_PAGE_V6_2: Routine = do_wp_page(
    "mm/memory.c, v6.2 to v6.12",
    "shared mappings; large folios (v6.9 and later)",
    COUNTING,
    joined!(&[PAGE, ZERO, ANON, EXCL], COUNTED, TAKEN_OVER, REUSING, NOTHING),
);

/// `reuse_swap_page` says whether this entry is the only one of the whole.
fn is_not_alone(look: &Look) -> bool {
    returned(look) != ALONE
}

pub(super) fn old_page(ctx: &mut Ctx) {
    let pte: Pte = ctx.get(Local::Pte);
    ctx.set(Local::Page, ctx.must(pte.mapped()));
}

pub(super) fn is_unshare(look: &Look) -> bool {
    wants(look, FLAG_UNSHARE)
}

pub(super) fn is_exclusive(ctx: &mut Ctx) -> bool {
    let exclusive = ctx.page(Local::Page).anon_exclusive();
    ctx.load(exclusive)
}

fn is_held(ctx: &mut Ctx) -> bool {
    page_count(ctx) != 1
}

fn has_many(ctx: &mut Ctx) -> bool {
    page_count(ctx) > 3
}

fn is_on_lru(ctx: &mut Ctx) -> bool {
    let lru = folio(ctx).lru();
    ctx.load(lru)
}

fn count_references(ctx: &mut Ctx) {
    let count = page_count(ctx);
    ctx.set(Local::Refs, count);
}

fn is_held_besides(ctx: &mut Ctx) -> bool {
    let own = 1 + u16::from(!is_not_cached(ctx));
    ctx.get::<u16>(Local::Refs) > own
}

/// The reverse map looks no more at parents and siblings.
pub(super) fn move_anon_rmap(ctx: &mut Ctx) {
    let (pfn, address): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Addr));
    let head = head(ctx, pfn);
    let rmap = Rmap { process: ctx.get(Local::Mm), address: address - (pfn.0 - head.0) };
    let cell = ctx.layout().page(head).rmap();
    ctx.store(cell, Some(rmap));
}

pub(super) fn set_exclusive(ctx: &mut Ctx) {
    let exclusive = ctx.page(Local::Page).anon_exclusive();
    ctx.update(exclusive, |_| true);
}

fn make_writable(ctx: &mut Ctx) {
    let pfn = ctx.get(Local::Page);
    ctx.store(ctx.pte(), Pte::Present { pfn, write: may_write(ctx), dirty: true });
}

/// Ghost: no other entry maps the page or names its slot, and nobody has it pinned: whoever made
/// the count too high needs no copy. Of a compound page that is not said.
fn get_page_to_copy(ctx: &mut Ctx) {
    let (layout, pfn) = (ctx.layout(), ctx.get::<Pfn>(Local::Page));
    let page = layout.page(pfn);
    let slot = ctx.peek(page.swap()).map(|Slot(slot)| layout.swap_slot(slot).count());
    let compound = second_page(ctx, pfn).is_some();
    let needed = compound
        || !ctx.peek(page.anon())
        || ctx.peek(page.ksm())
        || ctx.peek(page.mapcount()) != 1
        || slot.is_some_and(|count| ctx.peek(count) > 0)
        || layout.pins_on(ctx.memory(), pfn).next().is_some();
    if !needed {
        ctx.find(event::UNNECESSARY_COW);
    }
    get_page(ctx);
}
