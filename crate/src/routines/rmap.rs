//! `mm/rmap.c`: replacing the page table entries of a page by migration entries.
use super::mm_h::page_maybe_dma_pinned;
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::word::Restore;
use crate::mm::{Lock, Mm, Pte, Rmap};

/// `try_to_migrate`
pub const TRY_TO_MIGRATE: Function = Function("try_to_migrate");

const PEEK: Line = line("peek", "if (!pte_present(*pvmw.pte))", Op::Branch(not_mapped, "out"));
const LOCK: Line = line("lock", "spin_lock(pvmw.ptl)", Op::Acquire(ptl));
const CHECK: Line =
    line("check", "if (pte_page(*pvmw.pte) != page)", Op::Branch(not_mapped, "unlock"));
const CLEAR: Line = line("clear", "pteval = ptep_clear_flush(vma, address, pte)", Op::Do(clear));
const ENTRY: Line = line("entry", "set_pte_at(mm, address, pte, swp_pte)", Op::Do(set_entry));
const RMAP: Line = line("rmap", "page_remove_rmap(page)", Op::Do(remove_rmap));
const PUT: Line = line("put", "put_page(page)", Op::Do(put_mapping_ref));
const UNLOCK: Line = line("unlock", "spin_unlock(pvmw.ptl)", Op::Release(ptl));
const OUT: Line = line("out", "return", Op::Return(|_| 0));

const OMITS: &str =
    "waiting for a TLB flush while a CPU has interrupts off; dirty bit; rmap walk order";

/// The entry is looked at without the lock first: one that is being cleared is passed over. The
/// count of mappings drops before the reference.
pub static TRY_TO_MIGRATE_V5_17: Routine = Routine {
    function: TRY_TO_MIGRATE,
    source: "mm/rmap.c, v5.15 to v5.18 (try_to_migrate_one)",
    omits: OMITS,
    params: &[Local::Page],
    locals: &[Local::Pte, Local::Exclusive],
    returns: Returns::Nothing,
    body: &[PEEK, LOCK, CHECK, CLEAR, ENTRY, RMAP, PUT, UNLOCK, OUT],
};

/// An exclusive page that looks pinned keeps its mapping: the entry is put back. The pin is looked
/// for with the entry gone, so a pin that comes later sees the entry changed.
pub static TRY_TO_MIGRATE_V5_19: Routine = Routine {
    function: TRY_TO_MIGRATE,
    source: "mm/rmap.c, v5.19 to v6.1 (try_to_migrate_one)",
    omits: OMITS,
    params: &[Local::Page],
    locals: &[Local::Pte, Local::Exclusive],
    returns: Returns::Nothing,
    body: &[
        PEEK,
        LOCK,
        CHECK,
        line("excl", "anon_exclusive = PageAnonExclusive(page)", Op::Do(read_exclusive)),
        CLEAR,
        line("shared", "if (!anon_exclusive)", Op::If(is_shared, "entry")),
        line("pinned", "if (page_maybe_dma_pinned(page))", Op::Branch(looks_pinned, "restore")),
        line("share", "ClearPageAnonExclusive(page)", Op::Do(clear_exclusive)),
        ENTRY,
        RMAP,
        PUT,
        UNLOCK,
        OUT,
        line("restore", "set_pte_at(mm, address, pte, pteval)", Op::Do(put_back)),
        line("goto", "break", Op::Goto("unlock")),
    ],
};

/// The virtual page that `page->mapping` and `page->index` name.
pub(super) fn rmap(ctx: &Ctx) -> Rmap {
    ctx.peek(ctx.page(Local::Page).rmap()).expect("a mapped page has a reverse map")
}

fn mm(ctx: &Ctx) -> Mm {
    ctx.layout().mm(usize::from(rmap(ctx).process))
}

/// The lock of the page table that a page's reverse map leads to.
pub(super) fn ptl(look: &Look) -> Lock {
    let rmap = look.peek(look.page(Local::Page).rmap()).expect("a mapped page has a reverse map");
    look.layout().mm(usize::from(rmap.process)).ptl()
}

fn not_mapped(ctx: &mut Ctx) -> bool {
    let pte = ctx.load(mm(ctx).pte(rmap(ctx).address));
    !matches!(pte, Pte::Present { pfn, .. } if pfn == ctx.get(Local::Page))
}

/// From here on the lane answers for the mapping's reference.
fn clear(ctx: &mut Ctx) {
    let old = ctx.update(mm(ctx).pte(rmap(ctx).address), |_| Pte::None);
    ctx.set(Local::Pte, old);
    ctx.hold(ctx.get(Local::Page), 1);
}

fn set_entry(ctx: &mut Ctx) {
    let pfn = ctx.get(Local::Page);
    let restore = match ctx.get(Local::Pte) {
        Pte::Present { write: true, .. } => Restore::Writable,
        _ if ctx.get(Local::Exclusive) => Restore::ReadableExclusive,
        _ => Restore::Readable,
    };
    ctx.store(mm(ctx).pte(rmap(ctx).address), Pte::Migration { pfn, restore });
}

fn remove_rmap(ctx: &mut Ctx) {
    let mapcount = ctx.page(Local::Page).mapcount();
    ctx.update(mapcount, |count| count.wrapping_sub(1));
}

/// Never the last one: the isolation holds another.
fn put_mapping_ref(ctx: &mut Ctx) {
    ctx.put_page(ctx.get(Local::Page), 1);
}

fn read_exclusive(ctx: &mut Ctx) {
    let exclusive = ctx.page(Local::Page).anon_exclusive();
    let value = ctx.load(exclusive);
    ctx.set(Local::Exclusive, value);
}

fn is_shared(look: &Look) -> bool {
    !look.get::<bool>(Local::Exclusive)
}

fn looks_pinned(ctx: &mut Ctx) -> bool {
    page_maybe_dma_pinned(ctx, ctx.get(Local::Page))
}

fn clear_exclusive(ctx: &mut Ctx) {
    let exclusive = ctx.page(Local::Page).anon_exclusive();
    ctx.store(exclusive, false);
}

fn put_back(ctx: &mut Ctx) {
    let old: Pte = ctx.get(Local::Pte);
    ctx.store(mm(ctx).pte(rmap(ctx).address), old);
    ctx.let_go(ctx.get(Local::Page), 1);
}
