//! `split_huge_page` of `mm/huge_memory.c`: a compound page becomes pages by themselves.
use super::reclaim::is_held;
use super::rmap::{NEXT_VMA, RESTORE, STOP, UNMAP, UNMAP_EXCLUSIVE, maps_nothing};
use super::split_pmd::SPLIT_HUGE_PMD_OF;
use super::walk::{NO_TABLE, PMD, is_behind, pages, set_mm};
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{GARBAGE, OwnList, OwnListKind, Pfn, Place, Rmap, Slot};
use crate::routines::at_hand::{
    keep_result, next_address, nothing_given, page_lock, take_page_given,
};
use crate::routines::khugepaged::UNLOCK_ISOLATED;
use crate::routines::migrate::REMOVE_MIGRATION_PTES;
use crate::routines::rmap::{EACH, FIRST, LOCK};
use crate::routines::swap::PUT_PAGE;

/// `split_huge_page_to_list`, of a locked page, by its head; the local `head` says whether its
/// tails go on the lane's list.
pub const SPLIT_HUGE_PAGE_TO_LIST: Function = Function("split_huge_page_to_list");
/// `split_huge_pages`, of one page.
pub const SPLIT_HUGE_PAGES: Function = Function("split_huge_pages");
/// `unmap_page`, of a page to be split: `try_to_migrate` with `TTU_SPLIT_HUGE_PMD`.
pub const UNMAP_PAGE: Function = Function("unmap_page");
/// `__split_huge_page`, of a page whose count is frozen.
pub const SPLIT_FROZEN: Function = Function("__split_huge_page");
/// `remap_page`
pub const REMAP_PAGE: Function = Function("remap_page");

pub(super) const MM: Line = line("mm", "split_huge_pmd_address(vma, address, ..)", Op::Let(set_mm));
pub(super) const SPLIT_PMD: Line =
    line("pmdsplit", "  __split_huge_pmd(vma, pmd, .., page)", Op::Call(SPLIT_HUGE_PMD_OF, &[]));
const FREEZE: Line = line("freeze", "  freeze = true", Op::Let(|ctx| ctx.set(Local::Freeze, true)));
const WALK: &[Line] = &[FIRST, EACH, MM, FREEZE, SPLIT_PMD, PMD, NO_TABLE];
/// Without the lock, entries that look empty are passed over.
const PEEK: &[Line] =
    &[line("peek", "if (!map_pte(pvmw))", Op::Branch(maps_nothing, "step")), LOCK];
const STEPS: &[Line] = &[
    line("step", "pvmw.address += PAGE_SIZE", Op::Let(next_address)),
    line("end", "if (pvmw.address < end)", Op::If(|look| !is_behind(look), "peek")),
    line("stepped", "next vma", Op::Goto("next")),
];

const fn unmap_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: UNMAP_PAGE,
        source,
        omits: "files, mlock; it does not end early when nothing maps the page any more",
        params: &[Local::Page],
        locals: &[
            Local::Vma,
            Local::Mm,
            Local::Addr,
            Local::Pmd,
            Local::Pte,
            Local::Tail,
            Local::Freeze,
            Local::Exclusive,
            Local::Ret,
        ],
        returns: Returns::Nothing,
        body,
    }
}

/// Every entry becomes one of migration: one for the whole is taken apart with its counts, those of
/// page tables page by page. Who is clearing an entry is not waited for.
pub static UNMAP_PAGE_V5_7: [Routine; 2] = [
    unmap_page(
        "mm/huge_memory.c, mm/rmap.c, v5.7 to v5.12",
        joined!(WALK, PEEK, UNMAP, NEXT_VMA, STEPS),
    ),
    unmap_page(
        "mm/huge_memory.c, mm/rmap.c, v5.19 without TTU_SYNC",
        joined!(WALK, PEEK, UNMAP_EXCLUSIVE, NEXT_VMA, STEPS, RESTORE, STOP),
    ),
];
/// Under the lock alone (`TTU_SYNC`, 732ed55823fc).
pub static UNMAP_PAGE_V5_13: [Routine; 2] = [
    unmap_page(
        "mm/huge_memory.c, mm/rmap.c, v5.13 to v5.18",
        joined!(WALK, &[LOCK], UNMAP, NEXT_VMA),
    ),
    unmap_page(
        "mm/huge_memory.c, mm/rmap.c, v5.19 to v6.1",
        joined!(WALK, &[LOCK], UNMAP_EXCLUSIVE, NEXT_VMA, RESTORE, STOP),
    ),
];

const fn split(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SPLIT_HUGE_PAGE_TO_LIST,
        source,
        omits: "anon_vma and its lock, files, writeback, the deferred split queue; \
                can_split_huge_page reads all counts at once",
        params: &[Local::Page, Local::Head],
        locals: &[Local::Count, Local::Mapcount, Local::Index, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

const CAN: Line =
    line("can", "if (!can_split_huge_page(head, &extra_pins))", Op::Branch(is_held, "busy"));
const DO_UNMAP: Line = line("unmap", "unmap_page(head)", Op::Call(UNMAP_PAGE, &[]));
const FREEZE_REFS: Line = line(
    "frozen",
    "if (!page_ref_freeze(head, 1 + extra_pins))",
    Op::Branch(is_not_frozen, "restore"),
);
const SPLIT: &[Line] = &[
    line("split", "__split_huge_page(page, list, end)", Op::Call(SPLIT_FROZEN, &[])),
    line("done", "return 0", Op::Return(|_| 0)),
    line(
        "restore",
        "remap_page(head)",
        Op::Call(REMOVE_MIGRATION_PTES, &[(Local::NewPage, Local::Page)]),
    ),
    line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
];

/// A look whether it can be done, then all entries become those of migration, and then the count
/// must be what caller and swap cache hold. A page that is mapped by then is a `BUG` of
/// `CONFIG_DEBUG_VM`.
pub static SPLIT_HUGE_PAGE_V5_7: Routine = split(
    "mm/huge_memory.c, v5.7 to v5.12",
    joined!(
        &[
            CAN,
            DO_UNMAP,
            line("whole", "VM_BUG_ON_PAGE(compound_mapcount(head))", Op::BugOn(is_whole)),
            line("first", "mapcount = compound_mapcount(head)", Op::Do(read_whole)),
            line("each", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(no_page_left, "counted")),
            line("count", "  mapcount += page_mapcount(head + i)", Op::Do(add_mapcount)),
            line("next", "  i++", Op::Goto("each")),
            line("counted", "if (!mapcount)", Op::If(is_unmapped, "frozen")),
            line(
                "bug",
                "if (DEBUG_VM && mapcount) BUG()",
                Op::BugOn(|ctx| ctx.geometry().debug_vm)
            ),
            line("mapped", "goto fail", Op::Goto("restore")),
            FREEZE_REFS
        ],
        SPLIT
    ),
);
/// The count of references alone decides (504e070dc08f).
pub static SPLIT_HUGE_PAGE_V5_13: Routine =
    split("mm/huge_memory.c, v5.13 to v6.1", joined!(&[CAN, DO_UNMAP, FREEZE_REFS], SPLIT));

/// Tail by tail, the last one first: what it needs to be a page by itself, then it is one, then its
/// reference, from where on others can have one. The head is the last one.
pub static SPLIT_FROZEN_V5_7: Routine = Routine {
    function: SPLIT_FROZEN,
    source: "mm/huge_memory.c, v5.7 to v6.1",
    omits: "files, statistics; lru_lock and the lock of the swap cache, under which nobody else \
            comes: the count is frozen",
    params: &[Local::Page, Local::Head],
    locals: &[Local::NewPage, Local::Count, Local::Index, Local::Tail, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("start", "i = HPAGE_PMD_NR", Op::Let(start)),
        line("each", "for (i = HPAGE_PMD_NR - 1; i >= 1; i--)", Op::If(no_tail_left, "head")),
        line("flags", "  page_tail->flags, mapping, index = head's", Op::Do(clone_head)),
        line("clear", "  clear_compound_head(page_tail)", Op::Do(clear_compound_head)),
        line("ref", "  page_ref_unfreeze(page_tail, 1 or 2)", Op::Do(unfreeze_tail)),
        line("lru", "  lru_add_page_tail(head, page_tail)", Op::Do(join_list)),
        line("slot", "  __xa_store(&swap_cache->i_pages, head + i)", Op::Do(store_slot)),
        line("loop", "next tail", Op::Goto("each")),
        line("head", "ClearPageCompound(head)", Op::Do(clear_head)),
        line("headref", "page_ref_add(head, 1 or 2)", Op::Do(unfreeze_head)),
        line("remap", "remap_page(head)", Op::Call(REMAP_PAGE, &[])),
        line("first", "i = 0", Op::Let(|ctx| ctx.set(Local::Index, 0u16))),
        line("sub", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(no_page_left, "out")),
        line("skip", "  if (subpage == page) continue", Op::Let(next_subpage)),
        line(
            "unlock",
            "  unlock_page(subpage)",
            Op::Call(UNLOCK_ISOLATED, &[(Local::Page, Local::Tail)]),
        ),
        line("put", "  put_page(subpage)", Op::Call(PUT_PAGE, &[(Local::Page, Local::Tail)])),
        line("subloop", "next page", Op::Goto("sub")),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// The pages are by themselves by now, and each gets its mappings back.
pub static REMAP_PAGE_V5_7: Routine = Routine {
    function: REMAP_PAGE,
    source: "mm/huge_memory.c, v5.7 to v6.1",
    omits: "",
    params: &[Local::Page, Local::Count],
    locals: &[Local::Index, Local::Tail, Local::Ret],
    returns: Returns::Nothing,
    body: &[
        line("each", "for (i = 0; i < HPAGE_PMD_NR; i++)", Op::If(no_page_left, "out")),
        line("page", "  page + i", Op::Let(take_page)),
        line(
            "remap",
            "  remove_migration_ptes(page + i, page + i)",
            Op::Call(
                REMOVE_MIGRATION_PTES,
                &[(Local::Page, Local::Tail), (Local::NewPage, Local::Tail)],
            ),
        ),
        line("loop", "next page", Op::Goto("each")),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

/// What `echo` to `/sys/kernel/debug/split_huge_pages` does to a page.
pub static SPLIT_HUGE_PAGES_V5_7: Routine = Routine {
    function: SPLIT_HUGE_PAGES,
    source: "mm/huge_memory.c, v5.7 to v6.1 (split_huge_pages_all)",
    omits: "all other pages; it sleeps for the lock from the first",
    params: &[Local::Given],
    locals: &[Local::Page, Local::Head, Local::Rc, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("hole", "if (!pfn_to_online_page(pfn))", Op::If(nothing_given, "none")),
        line("page", "page = pfn_to_online_page(pfn)", Op::Let(take_page_given)),
        line(
            "get",
            "if (!get_page_unless_zero(page))",
            Op::Branch(super::reclaim::is_free, "none"),
        ),
        line("head", "if (!PageHead(page) || !PageLRU(page))", Op::Branch(is_no_head, "next")),
        line("lock", "lock_page(page)", Op::Acquire(page_lock)),
        line("split", "split_huge_page(page)", Op::Call(SPLIT_HUGE_PAGE_TO_LIST, &[])),
        line("keep", "  (the result)", Op::Let(keep_result)),
        line("unlock", "unlock_page(page)", Op::Release(page_lock)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("out", "return", Op::Return(|look| look.get(Local::Rc))),
        line("next", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("none", "next page", Op::Return(|_| errno::EBUSY)),
    ],
};

/// Somebody may have split it before the lock.
fn is_no_head(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let head = ctx.load(ctx.layout().compound(pfn).head());
    !head || !ctx.load(ctx.page(Local::Page).lru())
}

fn whole(ctx: &mut Ctx) -> u16 {
    let second = ctx.second_page(ctx.get(Local::Page));
    ctx.load(second.entire_mapcount())
}

fn is_whole(ctx: &mut Ctx) -> bool {
    ctx.geometry().debug_vm && whole(ctx) != 0
}

fn read_whole(ctx: &mut Ctx) {
    let count = whole(ctx);
    ctx.set(Local::Mapcount, count);
}

fn no_page_left(look: &Look) -> bool {
    look.get::<u16>(Local::Index) >= 1 << look.geometry().hpage_order
}

fn add_mapcount(ctx: &mut Ctx) {
    let (head, index): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Index));
    let count: u16 = ctx.load(ctx.layout().page(Pfn(head.0.wrapping_add(index))).mapcount());
    let before: u16 = ctx.get(Local::Mapcount);
    ctx.set(Local::Mapcount, before.wrapping_add(count));
    ctx.set(Local::Index, index.wrapping_add(1));
}

fn is_unmapped(look: &Look) -> bool {
    look.get::<u16>(Local::Mapcount) == 0
}

/// Ghost: nobody holds anything of the page, and its parts are pages by themselves from here on.
fn is_not_frozen(ctx: &mut Ctx) -> bool {
    let head: Pfn = ctx.get(Local::Page);
    let (page, all) = (ctx.layout().page(head), pages(ctx, head));
    let cached = if ctx.load(page.swap()).is_some() { all } else { 0 };
    let before: u16 =
        ctx.update(page.refcount(), |count| if count == 1 + cached { 0 } else { count });
    if before == 1 + cached {
        ctx.let_go(head, 1);
        let (memory, layout) = ctx.ghosts();
        memory.store(page.order(), 0);
        for pfn in head.0..head.0 + all {
            memory.store(layout.page(Pfn(pfn)).place(), Place::InFlight);
        }
    }
    before != 1 + cached
}

fn start(ctx: &mut Ctx) {
    let all = ctx.geometry().hpage_pages();
    ctx.set(Local::Index, all);
}

fn no_tail_left(look: &Look) -> bool {
    look.get::<u16>(Local::Index) == 1
}

/// The tail is locked as its head is, and in the swap cache if that is: whether or not it knows its
/// slot, and 0 is one, too. Where it is mapped follows from where the head is.
fn clone_head(ctx: &mut Ctx) {
    let (head, index): (Pfn, u16) =
        (ctx.get(Local::Page), ctx.get::<u16>(Local::Index).wrapping_sub(1));
    ctx.set(Local::Index, index);
    ctx.set(Local::Tail, Pfn(head.0.wrapping_add(index)));
    let (page, tail) = (ctx.layout().page(head), ctx.page(Local::Tail));
    let rmap: Option<Rmap> = ctx.load(page.rmap());
    let rmap = rmap.map(|rmap| Rmap { address: rmap.address + index, ..rmap });
    ctx.store(tail.rmap(), rmap);
    for (from, to) in [
        (page.anon(), tail.anon()),
        (page.swapbacked(), tail.swapbacked()),
        (page.dirty(), tail.dirty()),
    ] {
        let flag = ctx.load(from);
        ctx.store(to, flag);
    }
    ctx.trylock(tail.lock());
    let cached = ctx.load(page.swap()).is_some();
    let own = ctx.load(tail.swap()).filter(|_| cached);
    let own = own.or(cached.then_some(Slot(0)));
    ctx.store(tail.swap(), own);
}

/// With the first tail goes what the second page held of the whole.
fn clear_compound_head(ctx: &mut Ctx) {
    let compound = ctx.layout().compound(ctx.get(Local::Tail));
    ctx.store(compound.compound_head(), None);
    for word in [compound.order(), compound.dtor(), compound.entire_mapcount()] {
        ctx.store(word, GARBAGE);
    }
    for word in [compound.large_mapcount(), compound.pincount()] {
        ctx.store(word, GARBAGE);
    }
}

fn is_cached(ctx: &mut Ctx) -> u16 {
    let swap = ctx.page(Local::Page).swap();
    u16::from(ctx.load(swap).is_some())
}

/// The lane's reference, and the swap cache's.
fn unfreeze_tail(ctx: &mut Ctx) {
    let refs = 1 + is_cached(ctx);
    let tail = ctx.page(Local::Tail);
    ctx.store(tail.refcount(), refs);
    ctx.store(tail.place(), Place::Allocated);
    ctx.hold(ctx.get(Local::Tail), 1);
}

/// The LRU, or the list that its head is on, which holds one more reference.
fn join_list(ctx: &mut Ctx) {
    let (pfn, tail) = (ctx.get(Local::Tail), ctx.page(Local::Tail));
    if ctx.get(Local::Head) {
        ctx.get_page(pfn, 1);
        let list = OwnList { cpu: ctx.cpu(), kind: OwnListKind::Migratepages };
        ctx.store(tail.isolated_by(), Some(list));
    } else {
        ctx.update(tail.lru(), |_| true);
    }
}

fn store_slot(ctx: &mut Ctx) {
    let (tail, index): (Pfn, u16) = (ctx.get(Local::Tail), ctx.get(Local::Index));
    if let Some(Slot(first)) = ctx.load(ctx.page(Local::Page).swap()) {
        ctx.store(ctx.layout().swap_slot(first + index).page(), Some(tail));
    }
}

fn clear_head(ctx: &mut Ctx) {
    let head = ctx.layout().compound(ctx.get(Local::Page)).head();
    ctx.update(head, |_| false);
}

fn unfreeze_head(ctx: &mut Ctx) {
    let (refs, head) = (1 + is_cached(ctx), ctx.page(Local::Page));
    ctx.update(head.refcount(), |count| count + refs);
    ctx.store(head.place(), Place::Allocated);
    ctx.hold(ctx.get(Local::Page), 1);
}

fn take_page(ctx: &mut Ctx) {
    let (head, index): (Pfn, u16) = (ctx.get(Local::Page), ctx.get(Local::Index));
    ctx.set(Local::Tail, Pfn(head.0 + index));
    ctx.set(Local::Index, index.wrapping_add(1));
}

/// The page that the caller has locked stays so.
fn next_subpage(ctx: &mut Ctx) {
    if ctx.get::<u16>(Local::Index) == 0 {
        ctx.set(Local::Index, 1u16);
    }
    take_page(ctx);
}
