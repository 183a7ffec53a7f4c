//! `mm/page_ext.c`, `mm/page_owner.c`: what is kept of a page beside its `struct page`, and who
//! reads it with nothing that keeps the page.
use super::sparse::{PFN_VALID, nobody_reads};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Cell, Pfn, Place, Section, touched};
use crate::routines::at_hand::returned_zero;
use crate::routines::kernels::Chosen;

/// `offline_page_ext`, which a notifier calls for sections that are offline.
pub const OFFLINE_PAGE_EXT: Function = Function("offline_page_ext");
/// `read_page_owner`, of one page.
pub const READ_PAGE_OWNER: Function = Function("read_page_owner");

const FREE: Line =
    line("free", "free_page_ext(base)", Op::Do(|ctx| set(ctx, Section::page_ext_freed, true)));
const DONE: Line = line("out", "return", Op::Return(|_| 0));

const fn offline_page_ext(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: OFFLINE_PAGE_EXT,
        source,
        omits: "one section after the other; pages that nobody has onlined",
        params: &[Local::Start, Local::End],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

/// Whoever has looked it up goes on with it.
static OFFLINE_PAGE_EXT_V3_19: Routine = offline_page_ext(
    "mm/page_ext.c, v3.19 to v6.0",
    &[
        FREE,
        line("null", "ms->page_ext = NULL", Op::Do(|ctx| set(ctx, Section::page_ext, false))),
        DONE,
    ],
);
/// Nobody finds it any more, and who has found it is waited for.
static OFFLINE_PAGE_EXT_V6_1: Routine = offline_page_ext(
    "mm/page_ext.c, v6.1 to v6.12",
    &[
        line(
            "invalid",
            "WRITE_ONCE(ms->page_ext, val + PAGE_EXT_INVALID)",
            Op::Do(|ctx| set(ctx, Section::page_ext, false)),
        ),
        line("order", "synchronize_rcu: smp_mb()", Op::Fence),
        line("grace", "synchronize_rcu()", Op::Await(nobody_reads, "a grace period")),
        FREE,
        DONE,
    ],
);

/// Nobody is to be told.
static OFFLINE_PAGE_EXT_NONE: Routine =
    offline_page_ext("mm/memory_hotplug.c without CONFIG_PAGE_EXTENSION", &[DONE]);

const fn read_page_owner(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: READ_PAGE_OWNER,
        source,
        omits: "the walk over all pages, and that one of a block in MAX_ORDER_NR_PAGES is asked \
                for pfn_valid; drain_all_pages; the flags of page_ext follow the page's place; \
                printing",
        params: &[Local::Given],
        locals: &[Local::Page, Local::Usage, Local::Ret],
        returns: Returns::Page,
        body,
    }
}

const NO_PAGE: Line = line("none", "if (pfn >= max_pfn)", Op::If(is_no_page, "null"));
const PAGE: Line = line("page", "page = pfn_to_page(pfn)", Op::Let(take_page));
const VALID: Line = line("valid", "pfn_valid(pfn)", Op::Call(PFN_VALID, &[]));
const INVALID: Line = line("invalid", "if (!pfn_valid(pfn))", Op::If(returned_zero, "null"));
const BUDDY: Line = line("buddy", "if (PageBuddy(page))", Op::Branch(is_buddy, "null"));
const FLAGS: &str = "if (!test_bit(OWNER_ALLOCATED, &page_ext->flags))";
const HANDLE: Line =
    line("handle", "handle = READ_ONCE(page_owner->handle)", Op::Do(read_page_ext));
const OUT: Line = line("out", "return page", Op::Return(|look| look.get::<u16>(Local::Page) + 1));
const NULL: Line = line("null", "return 0", Op::Return(|_| 0));

/// The page has no reference, and its section may go.
static READ_PAGE_OWNER_V3_19: Routine = read_page_owner(
    "mm/page_owner.c, v3.19 to v6.0",
    &[
        NO_PAGE,
        PAGE,
        VALID,
        INVALID,
        BUDDY,
        line("ext", "page_ext = lookup_page_ext(page)", Op::Branch(has_none, "null")),
        line("flags", FLAGS, Op::Branch(is_not_allocated, "null")),
        HANDLE,
        OUT,
        NULL,
    ],
);
/// What it has found stays until it has read it.
static READ_PAGE_OWNER_V6_1: Routine = read_page_owner(
    "mm/page_owner.c, v6.1 to v6.12",
    &[
        NO_PAGE,
        PAGE,
        VALID,
        INVALID,
        BUDDY,
        line("rcu", "page_ext_get: rcu_read_lock()", Op::PreemptOff),
        line("ext", "page_ext = READ_ONCE(section->page_ext)", Op::Branch(has_none, "unrcu")),
        line("flags", FLAGS, Op::Branch(is_not_allocated, "unrcu")),
        HANDLE,
        line("put", "page_ext_put(page_ext)", Op::PreemptOn),
        OUT,
        line("unrcu", "rcu_read_unlock()", Op::PreemptOn),
        NULL,
    ],
);

/// The forms of a kernel, with `CONFIG_PAGE_EXTENSION` or without.
pub(super) fn routines(chosen: &Chosen) -> Vec<&'static Routine> {
    match (chosen.get("page_extension"), chosen.get("page_ext")) {
        ("on", "rcu") => vec![&OFFLINE_PAGE_EXT_V6_1, &READ_PAGE_OWNER_V6_1],
        ("on", _) => vec![&OFFLINE_PAGE_EXT_V3_19, &READ_PAGE_OWNER_V3_19],
        _ => vec![&OFFLINE_PAGE_EXT_NONE],
    }
}

fn set(ctx: &mut Ctx, word: fn(Section) -> Cell<bool>, value: bool) {
    let sections = ctx.layout().sections_in(ctx.get(Local::Start), ctx.get(Local::End));
    for section in sections.collect::<Vec<_>>() {
        ctx.store(word(section), value);
    }
}

fn is_no_page(look: &Look) -> bool {
    look.get::<Option<Pfn>>(Local::Given).is_none()
}

fn take_page(ctx: &mut Ctx) {
    let page = ctx.must(ctx.get::<Option<Pfn>>(Local::Given));
    ctx.set(Local::Page, page);
}

fn is_buddy(ctx: &mut Ctx) -> bool {
    let place = ctx.page(Local::Page).place();
    ctx.load(place) == Place::Buddy
}

fn has_none(ctx: &mut Ctx) -> bool {
    let section = ctx.layout().section_of(ctx.get(Local::Page));
    section.is_some_and(|section| !ctx.load(section.page_ext()))
}

/// What was freed reads as it was, for a while.
fn read_page_ext(ctx: &mut Ctx) {
    let section = ctx.layout().section_of(ctx.get(Local::Page));
    if section.is_some_and(|section| ctx.load(section.page_ext_freed())) {
        ctx.touch(touched::PAGE_EXT);
    }
}

fn is_not_allocated(ctx: &mut Ctx) -> bool {
    read_page_ext(ctx);
    let place = ctx.page(Local::Page).place();
    ctx.peek(place) != Place::Allocated
}
