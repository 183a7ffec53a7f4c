//! `mm/cma.c`: the contiguous memory allocator.
use super::alloc_contig::{ALLOC_CONTIG_RANGE, FREE_CONTIG_RANGE};
use super::at_hand::returned_zero;
use super::entry::gfp;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, LockKind, Migratetype, Pfn, Place};
use crate::properties::event;

/// `cma_alloc` (`dma_alloc_from_contiguous` up to v3.16)
pub const CMA_ALLOC: Function = Function("cma_alloc");
/// `cma_release`
pub const CMA_RELEASE: Function = Function("cma_release");

const START: Line = line("start", "ret = -ENOMEM; start = 0", Op::Let(start_search));
const FIND: Line = line(
    "find",
    "if (bitmap_find_next_zero_area_off(..) >= maxno)",
    Op::Branch(finds_none, "none"),
);
const SET: Line = line("set", "bitmap_set(cma->bitmap, bitmap_no, count)", Op::Do(set_bitmap));
const MUTEX: Line = line("mutex", "mutex_lock(&cma_mutex)", Op::Acquire(cma_mutex));
const ALLOC: Line =
    line("alloc", "ret = alloc_contig_range(pfn, pfn + count)", Op::Call(ALLOC_CONTIG_RANGE, &[]));
const TYPE: Line = line("type", "migratetype = MIGRATE_CMA", Op::Let(of_cma));
const MUTEX_OUT: Line = line("mutexout", "mutex_unlock(&cma_mutex)", Op::Release(cma_mutex));
const OK: Line = line("ok", "if (ret == 0) page = pfn_to_page(pfn)", Op::If(returned_zero, "page"));
const CLEAR_BITS: Line = line("bits", "bitmap_clear(cma->bitmap, ..)", Op::Do(clear_bitmap));
const GIVE_UP: Line = line("busy", "if (ret != -EBUSY) break", Op::If(is_not_busy, "null"));
const NEXT: Line = line("next", "start = bitmap_no + mask + 1", Op::Let(search_on));
const LOOP: Line = line("loop", "for (;;)", Op::Goto("lock"));
const PAGE: Line = line("page", "return page", Op::Return(first_page));
const LOST: Line = line("null", "page = NULL", Op::Let(note_null));
const NULL: Line = line("out", "return NULL", Op::Return(|_| 0));

/// `cma->lock` in its three places; a mutex up to v5.13, then a spinlock (0ef7dcac998f).
struct Bitmap {
    lock: Line,
    unlock: Line,
    clear: Line,
    cleared: Line,
    none: Line,
}

const MUTEXED: Bitmap = Bitmap {
    lock: line("lock", "mutex_lock(&cma->lock)", Op::Acquire(cma_mutexed)),
    unlock: line("unlock", "mutex_unlock(&cma->lock)", Op::Release(cma_mutexed)),
    clear: line("clear", "cma_clear_bitmap(cma, pfn, count)", Op::Acquire(cma_mutexed)),
    cleared: line("cleared", "mutex_unlock(&cma->lock)", Op::Release(cma_mutexed)),
    none: line("none", "mutex_unlock(&cma->lock)", Op::Release(cma_mutexed)),
};
const SPINNING: Bitmap = Bitmap {
    lock: line("lock", "spin_lock_irq(&cma->lock)", Op::Acquire(cma_lock)),
    unlock: line("unlock", "spin_unlock_irq(&cma->lock)", Op::Release(cma_lock)),
    clear: line("clear", "cma_clear_bitmap(cma, pfn, count)", Op::Acquire(cma_lock)),
    cleared: line("cleared", "spin_unlock_irq(&cma->lock)", Op::Release(cma_lock)),
    none: line("none", "spin_unlock_irq(&cma->lock)", Op::Release(cma_lock)),
};

/// What patches do when the bitmap was swept without success: the lines between `none` and `null`.
const FINITE: [Line; 4] = retry(Op::If(tried_often, "null"), count_sweep);
const INFINITE: [Line; 4] = retry(Op::If(is_not_busy, "null"), start_search);
const NOFAIL: [Line; 4] = retry(Op::Branch(gives_up_on_signal, "null"), start_search);

const fn retry(test: Op, sweep: fn(&mut Ctx)) -> [Line; 4] {
    [
        line("again", "if (it is not to be tried again) break", test),
        line("sleep", "msleep(100)", Op::Do(|_| {})),
        line("sweep", "start = 0; ret = -ENOMEM; num_attempts++", Op::Let(sweep)),
        line("resweep", "goto lock", Op::Goto("lock")),
    ]
}

const fn cma_alloc(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: CMA_ALLOC,
        source,
        omits: "alignment, the log",
        params: &[Local::Area, Local::Count, Local::Flags],
        locals: &[
            Local::Search,
            Local::Start,
            Local::End,
            Local::Wanted,
            Local::Retries,
            Local::Ret,
        ],
        returns: Returns::Page,
        body,
    }
}

const fn with_mutex(bitmap: &Bitmap) -> [Line; 20] {
    [
        START,
        bitmap.lock,
        FIND,
        SET,
        bitmap.unlock,
        TYPE,
        MUTEX,
        ALLOC,
        MUTEX_OUT,
        OK,
        bitmap.clear,
        CLEAR_BITS,
        bitmap.cleared,
        GIVE_UP,
        NEXT,
        LOOP,
        PAGE,
        bitmap.none,
        LOST,
        NULL,
    ]
}

const fn without_mutex(bitmap: &Bitmap) -> [Line; 18] {
    [
        START,
        bitmap.lock,
        FIND,
        SET,
        bitmap.unlock,
        TYPE,
        ALLOC,
        OK,
        bitmap.clear,
        CLEAR_BITS,
        bitmap.cleared,
        GIVE_UP,
        NEXT,
        LOOP,
        PAGE,
        bitmap.none,
        LOST,
        NULL,
    ]
}

/// The lines of a patch go in behind `none`: `N` is 4 more than there are.
const fn patched<const N: usize>(body: &[Line], retry: &[Line; 4]) -> [Line; N] {
    let mut lines = [LOST; N];
    let (head, mut at) = (body.len() - 2, 0);
    while at < N {
        lines[at] = if at < head {
            body[at]
        } else if at < head + 4 {
            retry[at - head]
        } else {
            body[at - 4]
        };
        at += 1;
    }
    lines
}

const fn all_forms(
    source: &'static str,
    plain: &'static [Line],
    finite: &'static [Line],
    infinite: &'static [Line],
    nofail: &'static [Line],
) -> [Routine; 4] {
    [
        cma_alloc(source, plain),
        cma_alloc(V1, finite),
        cma_alloc(V2, infinite),
        cma_alloc(V5, nofail),
    ]
}

const V1: &str = "patch v1 of 2020 (finite retries) on mm/cma.c";
const V2: &str = "patch v2 of 2020 (infinite retries) on mm/cma.c";
const V5: &str = "patches v3 to v5 of 2020 (__GFP_NOFAIL) on mm/cma.c";

/// The bits are set before success is known. A range that is busy is given up and the search goes
/// on behind it; when the bitmap is exhausted the caller gets `NULL`, and the error number only
/// reaches the log. It never waits for whoever holds a page: a caller that needs the pages calls
/// again, or one of the patches of 2020 does so here.
pub static CMA_ALLOC_V3_16: [Routine; 4] = all_forms(
    "mm/cma.c, v3.16 to v5.10",
    &with_mutex(&MUTEXED),
    &patched::<24>(&with_mutex(&MUTEXED), &FINITE),
    &patched::<24>(&with_mutex(&MUTEXED), &INFINITE),
    &patched::<24>(&with_mutex(&MUTEXED), &NOFAIL),
);
/// Without `cma_mutex` (a4efc174b382).
pub static CMA_ALLOC_V5_11: [Routine; 4] = all_forms(
    "mm/cma.c, v5.11 to v5.13",
    &without_mutex(&MUTEXED),
    &patched::<22>(&without_mutex(&MUTEXED), &FINITE),
    &patched::<22>(&without_mutex(&MUTEXED), &INFINITE),
    &patched::<22>(&without_mutex(&MUTEXED), &NOFAIL),
);
/// And with a spinlock for the bitmap.
pub static CMA_ALLOC_V5_14: [Routine; 4] = all_forms(
    "mm/cma.c, v5.14 to v5.18",
    &without_mutex(&SPINNING),
    &patched::<22>(&without_mutex(&SPINNING), &FINITE),
    &patched::<22>(&without_mutex(&SPINNING), &INFINITE),
    &patched::<22>(&without_mutex(&SPINNING), &NOFAIL),
);
/// With `cma_mutex` around the allocation of the range again (60a60e32cf91).
pub static CMA_ALLOC_V5_19: [Routine; 4] = all_forms(
    "mm/cma.c, v5.19 to v6.12",
    &with_mutex(&SPINNING),
    &patched::<24>(&with_mutex(&SPINNING), &FINITE),
    &patched::<24>(&with_mutex(&SPINNING), &INFINITE),
    &patched::<24>(&with_mutex(&SPINNING), &NOFAIL),
);

const NO_PAGE: Line = line("none", "if (!pages) return false", Op::If(gave_no_page, "false"));
const RANGE: Line = line("range", "pfn = page_to_pfn(pages)", Op::Let(range_of_given));
const FREE: Line = line("free", "free_contig_range(pfn, count)", Op::Call(FREE_CONTIG_RANGE, &[]));
const TRUE: Line = line("true", "return true", Op::Return(|_| 1));
const FALSE: Line = line("false", "return false", Op::Return(|_| 0));

const fn cma_release(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: CMA_RELEASE,
        source,
        omits: "",
        params: &[Local::Area, Local::Given, Local::Count],
        locals: &[Local::Start, Local::Search],
        returns: Returns::Bool,
        body,
    }
}

/// The pages are free before their bits are clear.
pub static CMA_RELEASE_V3_16: Routine = cma_release(
    "mm/cma.c, v3.16 to v5.13",
    &[NO_PAGE, RANGE, FREE, MUTEXED.clear, CLEAR_BITS, MUTEXED.cleared, TRUE, FALSE],
);
/// As before.
pub static CMA_RELEASE_V5_14: Routine = cma_release(
    "mm/cma.c, v5.14 to v6.12",
    &[NO_PAGE, RANGE, FREE, SPINNING.clear, CLEAR_BITS, SPINNING.cleared, TRUE, FALSE],
);

fn area(look: &Look) -> usize {
    usize::from(look.get::<u16>(Local::Area))
}

fn cma_lock(look: &Look) -> Lock {
    look.layout().cma_lock(area(look))
}

fn cma_mutexed(look: &Look) -> Lock {
    Lock { kind: LockKind::Mutex, ..cma_lock(look) }
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

fn of_cma(ctx: &mut Ctx) {
    ctx.set(Local::Wanted, Migratetype::Cma);
}

/// Five sweeps, as patch v1 says.
const MOST_ATTEMPTS: u16 = 5;

fn tried_often(look: &Look) -> bool {
    is_not_busy(look) || look.get::<u16>(Local::Retries) >= MOST_ATTEMPTS
}

fn gives_up_on_signal(ctx: &mut Ctx) -> bool {
    let pending = ctx.layout().fatal_signal_pending(ctx.cpu());
    let asked = ctx.get::<u16>(Local::Flags) & gfp::NOFAIL != 0;
    !asked || ctx.get::<u16>(Local::Ret) != errno::EBUSY || ctx.load(pending)
}

/// The attempts are counted only where somebody compares them: an endless loop must come back to
/// where it was.
fn count_sweep(ctx: &mut Ctx) {
    let attempts: u16 = ctx.get(Local::Retries);
    ctx.set(Local::Retries, attempts + 1);
    start_search(ctx);
}

/// Ghost: whether pages enough for the caller are free by now.
fn note_null(ctx: &mut Ctx) {
    let area = &ctx.geometry().cma_areas[usize::from(ctx.get::<u16>(Local::Area))];
    let (base, pages, count) = (area.base.0, area.count, ctx.get::<u16>(Local::Count));
    let is_free = |pfn: u16| {
        let place = ctx.peek(ctx.layout().page(Pfn(pfn)).place());
        matches!(place, Place::Buddy | Place::BuddyTail | Place::Pcp | Place::Parked)
    };
    let free_from = |from: u16| (from..from + count).all(is_free);
    if (base..=base + pages - count).any(free_from) {
        ctx.find(event::NULL_THOUGH_FREE);
    }
}

fn gave_no_page(look: &Look) -> bool {
    look.get::<Option<Pfn>>(Local::Given).is_none()
}

fn range_of_given(ctx: &mut Ctx) {
    let start = ctx.must(ctx.get::<Option<Pfn>>(Local::Given));
    let area = &ctx.geometry().cma_areas[usize::from(ctx.get::<u16>(Local::Area))];
    let bit = start.0.saturating_sub(area.base.0);
    ctx.set(Local::Start, start);
    ctx.set(Local::Search, bit);
}

fn first_page(look: &Look) -> u16 {
    look.get::<Pfn>(Local::Start).0 + 1
}
