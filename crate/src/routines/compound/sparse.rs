//! `mm/sparse.c`, `include/linux/mmzone.h`: whether there is a `struct page` for a page frame
//! number, and taking it away.
//!
//! Who asks holds nothing when the answer is there: neither a lock nor a reference keeps the
//! section, and the first look at a page is a look at memory that may be gone.
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Lock, Mode, Pfn, Section, touched};
use crate::routines::at_hand::returned_zero;

/// `pfn_valid`
pub const PFN_VALID: Function = Function("pfn_valid");
/// `pfn_to_online_page`
pub const PFN_TO_ONLINE_PAGE: Function = Function("pfn_to_online_page");
/// `pageblock_pfn_to_page`
pub const PAGEBLOCK_PFN_TO_PAGE: Function = Function("pageblock_pfn_to_page");
/// `section_deactivate`
pub const SECTION_DEACTIVATE: Function = Function("section_deactivate");
/// `remove_memory`
pub const REMOVE_MEMORY: Function = Function("remove_memory");

const VALID: Line = line("valid", "if (!valid_section(ms))", Op::Branch(has_no_mem_map, "no"));
const USAGE_PLAIN: Line = line("usage", "usage = ms->usage", Op::Do(read_usage));
const USAGE: Line = line("usage", "usage = READ_ONCE(ms->usage)", Op::Do(read_usage));
const IS_NULL: Line = line("null", "if (!usage)", Op::If(usage_is_null, "no"));
const TEST: Line =
    line("test", "if (!test_bit(idx, usage->subsection_map))", Op::Branch(is_not_there, "no"));
const RCU: Line = line("rcu", "rcu_read_lock_sched()", Op::PreemptOff);
const RCU_END: Line = line("unrcu", "rcu_read_unlock_sched()", Op::PreemptOn);
const NO_RCU: Line = line("no", "rcu_read_unlock_sched()", Op::PreemptOn);
const YES: Line = line("yes", "return 1", Op::Return(|_| 1));
const NO: Line = line("no", "return 0", Op::Return(|_| 0));
const INVALID: Line = line("invalid", "return 0", Op::Return(|_| 0));

const fn pfn_valid(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: PFN_VALID,
        source,
        omits: "sections that were there at boot (early_section): their usage map is never freed",
        params: &[Local::Page],
        locals: &[Local::Usage],
        returns: Returns::Bool,
        body,
    }
}

/// Nothing keeps the usage map between the look at the section and the look at the map.
pub static PFN_VALID_V5_3: Routine =
    pfn_valid("include/linux/mmzone.h, v5.3 to v6.7", &[VALID, USAGE_PLAIN, TEST, YES, NO]);
/// The map outlives whoever has read that there is one (5ec8e8ea8b77), but the pointer to it may
/// be `NULL` by now.
pub static PFN_VALID_V6_8: Routine = pfn_valid(
    "include/linux/mmzone.h, v6.8 and v6.9",
    &[RCU, VALID, USAGE, TEST, RCU_END, YES, NO_RCU, INVALID],
);
/// Which is looked at since 82f0b6f041fa.
pub static PFN_VALID_V6_10: Routine = pfn_valid(
    "include/linux/mmzone.h, v6.10 to v6.12",
    &[RCU, VALID, USAGE, IS_NULL, TEST, RCU_END, YES, NO_RCU, INVALID],
);

const ONLINE: Line = line("online", "if (!online_section(ms))", Op::Branch(is_offline, "no"));
const PAGE: Line = line("page", "return pfn_to_page(pfn)", Op::Return(page_at_hand));
const NULL: Line = line("no", "return NULL", Op::Return(|_| 0));

const fn pfn_to_online_page(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: PFN_TO_ONLINE_PAGE,
        source,
        omits: "device memory",
        params: &[Local::Page],
        locals: &[Local::Usage],
        returns: Returns::Page,
        body,
    }
}

/// It looks at the usage map, too, and outside RCU in every version.
pub static PFN_TO_ONLINE_PAGE_V5_3: Routine = pfn_to_online_page(
    "mm/memory_hotplug.c, v5.3 to v6.7",
    &[ONLINE, USAGE_PLAIN, TEST, PAGE, NULL],
);
/// The pointer is read by `READ_ONCE` (5ec8e8ea8b77).
pub static PFN_TO_ONLINE_PAGE_V6_8: Routine =
    pfn_to_online_page("mm/memory_hotplug.c, v6.8 and v6.9", &[ONLINE, USAGE, TEST, PAGE, NULL]);
/// A map that is gone is noticed, one that was freed is not.
pub static PFN_TO_ONLINE_PAGE_V6_10: Routine = pfn_to_online_page(
    "mm/memory_hotplug.c, v6.10 to v6.12",
    &[ONLINE, USAGE, IS_NULL, TEST, PAGE, NULL],
);

/// A zone without holes is not looked at any closer: whoever has the range from before the hole was
/// made goes in.
pub static PAGEBLOCK_PFN_TO_PAGE_V4_6: Routine = Routine {
    function: PAGEBLOCK_PFN_TO_PAGE,
    source: "mm/page_alloc.c (mm/mm_init.c), v4.6 to v6.12",
    omits: "",
    params: &[Local::Start, Local::End],
    locals: &[Local::Last, Local::Ret],
    returns: Returns::Page,
    body: &[
        line("contiguous", "if (zone->contiguous)", Op::Branch(is_contiguous, "page")),
        line("last", "end_pfn--", Op::Let(to_last)),
        line("start", "pfn_valid(start_pfn)", Op::Call(PFN_VALID, &[(Local::Page, Local::Start)])),
        line("nostart", "if (!pfn_valid(start_pfn))", Op::If(returned_zero, "no")),
        line("end", "pfn_valid(end_pfn)", Op::Call(PFN_VALID, &[(Local::Page, Local::Last)])),
        line("noend", "if (!pfn_valid(end_pfn))", Op::If(returned_zero, "no")),
        line(
            "online",
            "start_page = pfn_to_online_page(start_pfn)",
            Op::Call(PFN_TO_ONLINE_PAGE, &[(Local::Page, Local::Start)]),
        ),
        line("offline", "if (!start_page)", Op::If(returned_zero, "no")),
        line("zone", "if (page_zone(start_page) != zone)", Op::Do(read_zone_of_start)),
        line("id", "if (page_zone_id(end_page) != ..)", Op::Do(read_zone_of_last)),
        line("page", "return start_page", Op::Return(start_page)),
        NULL,
    ],
};

const SUBSECTIONS: Line =
    line("subsections", "clear_subsection_map(pfn, nr_pages)", Op::Do(clear_subsections));
const CLEAR_VALID: Line = line(
    "valid",
    "ms->section_mem_map &= ~SECTION_HAS_MEM_MAP",
    Op::Do(|ctx| clear(ctx, Section::has_mem_map)),
);
const CLEAR_USAGE: Line =
    line("usage", "ms->usage = NULL", Op::Do(|ctx| clear(ctx, Section::usage)));
const UNMAP: Line = line(
    "unmap",
    "depopulate_section_memmap(pfn, nr_pages)",
    Op::Do(|ctx| clear(ctx, Section::memmap)),
);
const OUT: Line = line("out", "return", Op::Return(|_| 0));

const fn section_deactivate(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: SECTION_DEACTIVATE,
        source,
        omits: "parts of a section; sections that were there at boot",
        params: &[Local::Page],
        locals: &[],
        returns: Returns::Nothing,
        body,
    }
}

/// The usage map goes while the section still counts as valid.
pub static SECTION_DEACTIVATE_V5_3: Routine = section_deactivate(
    "mm/sparse.c, v5.3 to v6.7",
    &[
        SUBSECTIONS,
        line("free", "kfree(ms->usage)", Op::Do(free_usage)),
        CLEAR_USAGE,
        CLEAR_VALID,
        UNMAP,
        OUT,
    ],
);
/// The section is not valid any more when the map goes, and the map goes when nobody is left who
/// has seen the section valid (5ec8e8ea8b77). Nobody waits for that in truth, nor does anything
/// here: the rest is done by then.
pub static SECTION_DEACTIVATE_V6_8: Routine = section_deactivate(
    "mm/sparse.c, v6.8 to v6.12",
    &[
        SUBSECTIONS,
        CLEAR_VALID,
        line("usage", "kfree_rcu(..); WRITE_ONCE(ms->usage, NULL)", CLEAR_USAGE.op),
        UNMAP,
        line("order", "kfree_rcu: smp_mb()", Op::Fence),
        line("grace", "kfree_rcu: a grace period", Op::Await(nobody_reads, "a grace period")),
        line("free", "kfree_rcu: kfree(usage)", Op::Do(free_usage)),
        OUT,
    ],
);

/// What is online stays.
pub static REMOVE_MEMORY_V4_18: Routine = Routine {
    function: REMOVE_MEMORY,
    source: "mm/memory_hotplug.c, v4.18 to v6.12 (try_remove_memory)",
    omits: "device_hotplug_lock and the devices of memory blocks; page tables of the kernel; \
            plugging memory in again",
    params: &[Local::Start, Local::End],
    locals: &[Local::Page],
    returns: Returns::Errno,
    body: &[
        line("lock", "mem_hotplug_begin()", Op::Acquire(mem_hotplug_write)),
        line("check", "if (a memory block is online)", Op::Branch(any_is_online, "busy")),
        line("first", "pfn = start", Op::Let(to_start)),
        line("each", "for (; pfn < end_pfn; ..)", Op::If(past_end, "done")),
        line(
            "remove",
            "section_deactivate(pfn, nr_pages, altmap)",
            Op::Call(SECTION_DEACTIVATE, &[]),
        ),
        line("next", "pfn += PAGES_PER_SECTION", Op::Let(next_section)),
        line("loop", "for (..)", Op::Goto("each")),
        line("done", "mem_hotplug_done()", Op::Release(mem_hotplug_write)),
        line("zero", "return 0", Op::Return(|_| 0)),
        line("busy", "mem_hotplug_done()", Op::Release(mem_hotplug_write)),
        line("ebusy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
    ],
};

/// What of a range is in the zone, as it is now: a walker goes by what it has read here.
pub fn clamp_to_zone(ctx: &mut Ctx) {
    let Some([first, end]) = ctx.layout().zone_span() else { return };
    let start = ctx.load(first).max(ctx.get(Local::Start));
    let end = ctx.load(end).min(ctx.get(Local::End));
    ctx.set(Local::Start, start);
    ctx.set(Local::End, end);
}

/// `mem_hotplug_lock`, taken for writing.
pub(in crate::routines) fn mem_hotplug_write(look: &Look) -> Lock {
    look.layout().mem_hotplug_lock(Mode::Exclusive)
}

/// `mem_hotplug_lock`, taken for reading.
pub(super) fn mem_hotplug_read(look: &Look) -> Lock {
    look.layout().mem_hotplug_lock(Mode::Shared)
}

fn section(ctx: &Ctx) -> Option<Section> {
    ctx.layout().section_of(ctx.get(Local::Page))
}

fn has_no_mem_map(ctx: &mut Ctx) -> bool {
    section(ctx).is_some_and(|section| !ctx.load(section.has_mem_map()))
}

fn is_offline(ctx: &mut Ctx) -> bool {
    section(ctx).is_some_and(|section| !ctx.load(section.online()))
}

fn read_usage(ctx: &mut Ctx) {
    let usage = section(ctx).is_none_or(|section| ctx.load(section.usage()));
    ctx.set(Local::Usage, usage);
}

fn usage_is_null(look: &Look) -> bool {
    !look.get::<bool>(Local::Usage)
}

/// `NULL` leads nowhere; what was freed reads as it was, for a while.
fn is_not_there(ctx: &mut Ctx) -> bool {
    let Some(section) = section(ctx) else { return false };
    if !ctx.get::<bool>(Local::Usage) {
        ctx.fault(touched::USAGE);
    } else if ctx.peek(section.usage_freed()) {
        ctx.touch(touched::USAGE);
    }
    !ctx.load(section.subsection_map())
}

fn is_contiguous(ctx: &mut Ctx) -> bool {
    ctx.layout().contiguous().is_none_or(|contiguous| ctx.load(contiguous))
}

fn to_last(ctx: &mut Ctx) {
    let end: Pfn = ctx.get(Local::End);
    ctx.set(Local::Last, Pfn(end.0 - 1));
}

/// The zone is written in the flags, one word with `PG_lru`.
fn read_zone(ctx: &mut Ctx, of: Local) {
    let flags = ctx.page(of).lru();
    ctx.load(flags);
}

fn read_zone_of_start(ctx: &mut Ctx) {
    read_zone(ctx, Local::Start);
}

fn read_zone_of_last(ctx: &mut Ctx) {
    read_zone(ctx, Local::Last);
}

fn start_page(look: &Look) -> u16 {
    look.get::<u16>(Local::Start) + 1
}

fn page_at_hand(look: &Look) -> u16 {
    look.get::<u16>(Local::Page) + 1
}

fn clear(ctx: &mut Ctx, word: fn(Section) -> crate::mm::Cell<bool>) {
    if let Some(section) = section(ctx) {
        ctx.store(word(section), false);
    }
}

fn clear_subsections(ctx: &mut Ctx) {
    clear(ctx, Section::subsection_map);
}

fn free_usage(ctx: &mut Ctx) {
    if let Some(section) = section(ctx) {
        ctx.store(section.usage_freed(), true);
    }
}

/// Every other CPU has let itself be preempted.
pub(super) fn nobody_reads(look: &Look) -> bool {
    (0..look.geometry().cpus).all(|cpu| cpu == look.cpu() || !look.is_atomic(cpu))
}

fn any_is_online(ctx: &mut Ctx) -> bool {
    let (start, end): (Pfn, Pfn) = (ctx.get(Local::Start), ctx.get(Local::End));
    let sections: Vec<Section> = ctx.layout().sections_in(start, end).collect();
    sections.into_iter().any(|section| ctx.load(section.online()))
}

fn to_start(ctx: &mut Ctx) {
    let start: Pfn = ctx.get(Local::Start);
    ctx.set(Local::Page, start);
}

fn past_end(look: &Look) -> bool {
    look.get::<Pfn>(Local::Page) >= look.get(Local::End)
}

fn next_section(ctx: &mut Ctx) {
    let page: Pfn = ctx.get(Local::Page);
    ctx.set(Local::Page, Pfn(page.0 + ctx.geometry().section_pages()));
}
