//! `mm/cma.c`: the contiguous memory allocator.
use super::alloc_contig::ALLOC_CONTIG_RANGE;
use super::gup_slow::returned_zero;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Pfn};

/// `cma_alloc`
pub const CMA_ALLOC: Function = Function("cma_alloc");

const START: Line = line("start", "ret = -ENOMEM; start = 0", Op::Let(start_search));
const LOCK: Line = line("lock", "spin_lock_irq(&cma->lock)", Op::Acquire(cma_lock));
const FIND: Line = line(
    "find",
    "if (bitmap_find_next_zero_area_off(..) >= maxno)",
    Op::Branch(finds_none, "none"),
);
const SET: Line = line("set", "bitmap_set(cma->bitmap, bitmap_no, count)", Op::Do(set_bitmap));
const UNLOCK: Line = line("unlock", "spin_unlock_irq(&cma->lock)", Op::Release(cma_lock));
const MUTEX: Line = line("mutex", "mutex_lock(&cma_mutex)", Op::Acquire(cma_mutex));
const ALLOC: Line =
    line("alloc", "ret = alloc_contig_range(pfn, pfn + count)", Op::Call(ALLOC_CONTIG_RANGE, &[]));
const MUTEX_OUT: Line = line("mutexout", "mutex_unlock(&cma_mutex)", Op::Release(cma_mutex));
const OK: Line = line("ok", "if (ret == 0) page = pfn_to_page(pfn)", Op::If(returned_zero, "page"));
const CLEAR: Line = line("clear", "cma_clear_bitmap(cma, pfn, count)", Op::Acquire(cma_lock));
const CLEAR_BITS: Line = line("bits", "bitmap_clear(cma->bitmap, ..)", Op::Do(clear_bitmap));
const CLEAR_OUT: Line = line("cleared", "spin_unlock_irq(&cma->lock)", Op::Release(cma_lock));
const GIVE_UP: Line = line("busy", "if (ret != -EBUSY) break", Op::If(is_not_busy, "null"));
const NEXT: Line = line("next", "start = bitmap_no + mask + 1", Op::Let(search_on));
const LOOP: Line = line("loop", "for (;;)", Op::Goto("lock"));
const PAGE: Line = line("page", "return page", Op::Return(first_page));
const NONE: Line = line("none", "spin_unlock_irq(&cma->lock)", Op::Release(cma_lock));
const NULL: Line = line("null", "return NULL", Op::Return(|_| 0));

const PARAMS: &[Local] = &[Local::Area, Local::Count];
const LOCALS: &[Local] = &[Local::Search, Local::Start, Local::End, Local::Ret];

/// The bits are set before success is known. A range that is busy is given up and the search goes
/// on behind it; when the bitmap is exhausted the caller gets `NULL`, and the error number only
/// reaches the log. It never waits for a pin: a caller that needs the pages calls again.
pub static CMA_ALLOC_V5_12: Routine = Routine {
    function: CMA_ALLOC,
    source: "mm/cma.c, v5.12 to v5.18",
    omits: "alignment, the log",
    params: PARAMS,
    locals: LOCALS,
    returns: Returns::Page,
    body: &[
        START, LOCK, FIND, SET, UNLOCK, ALLOC, OK, CLEAR, CLEAR_BITS, CLEAR_OUT, GIVE_UP, NEXT,
        LOOP, PAGE, NONE, NULL,
    ],
};

/// With `cma_mutex` around the allocation of the range (60a60e32cf91).
pub static CMA_ALLOC_V5_19: Routine = Routine {
    function: CMA_ALLOC,
    source: "mm/cma.c, v5.19 to v6.1",
    omits: "alignment, the log",
    params: PARAMS,
    locals: LOCALS,
    returns: Returns::Page,
    body: &[
        START, LOCK, FIND, SET, UNLOCK, MUTEX, ALLOC, MUTEX_OUT, OK, CLEAR, CLEAR_BITS, CLEAR_OUT,
        GIVE_UP, NEXT, LOOP, PAGE, NONE, NULL,
    ],
};

fn area(look: &Look) -> usize {
    usize::from(look.get::<u16>(Local::Area))
}

fn cma_lock(look: &Look) -> Lock {
    look.layout().cma_lock(area(look))
}

fn cma_mutex(look: &Look) -> Lock {
    look.layout().cma_mutex()
}

fn start_search(ctx: &mut Ctx) {
    ctx.set(Local::Ret, errno::ENOMEM);
    ctx.set(Local::Search, 0u16);
}

/// `count` bits from `at` on; `at + count` is at most 16.
fn mask(count: u16, at: u16) -> u16 {
    (((1u32 << count) - 1) << at) as u16
}

/// Sets the range where a run of clear bits is found.
fn finds_none(ctx: &mut Ctx) -> bool {
    let number = usize::from(ctx.get::<u16>(Local::Area));
    let (count, from): (u16, u16) = (ctx.get(Local::Count), ctx.get(Local::Search));
    let bitmap = ctx.layout().cma_bitmap(number);
    let bits = ctx.load(bitmap);
    let (base, pages) = {
        let area = &ctx.geometry().cma_areas[number];
        (area.base.0, area.count)
    };
    let found = (from..pages).find(|bit| *bit + count <= pages && bits & mask(count, *bit) == 0);
    if let Some(bit) = found {
        ctx.set(Local::Search, bit);
        ctx.set(Local::Start, Pfn(base + bit));
        ctx.set(Local::End, Pfn(base + bit + count));
    }
    found.is_none()
}

fn change_bitmap(ctx: &mut Ctx, change: fn(u16, u16) -> u16) {
    let number = usize::from(ctx.get::<u16>(Local::Area));
    let mask = mask(ctx.get(Local::Count), ctx.get(Local::Search));
    let bitmap = ctx.layout().cma_bitmap(number);
    ctx.update(bitmap, |bits| change(bits, mask));
}

fn set_bitmap(ctx: &mut Ctx) {
    change_bitmap(ctx, |bits, mask| bits | mask);
}

fn clear_bitmap(ctx: &mut Ctx) {
    change_bitmap(ctx, |bits, mask| bits & !mask);
}

fn is_not_busy(look: &Look) -> bool {
    look.get::<u16>(Local::Ret) != errno::EBUSY
}

/// With no alignment asked for, the next bit.
fn search_on(ctx: &mut Ctx) {
    let bit: u16 = ctx.get(Local::Search);
    ctx.set(Local::Search, bit + 1);
    ctx.set(Local::Start, 0u16);
    ctx.set(Local::End, 0u16);
}

fn first_page(look: &Look) -> u16 {
    look.get::<Pfn>(Local::Start).0 + 1
}
