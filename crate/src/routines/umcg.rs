//! "User Mode Concurrency Groups", an RFC of January 2022 that was not merged: a task pins the
//! page of its state and tries it; the scheduler accesses it without a fault from then on.
use super::at_hand::{returned_error, take_address};
use super::entry::foll;
use super::gup::PIN_USER_PAGES_FAST;
use super::gup_put::UNPIN_USER_PAGE;
use super::uaccess::{AGAIN, BAD, FAULT, LOAD, SEGV, STORE, WRITE, translate, wrote};
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::Rmap;
use crate::properties::event;

/// `umcg_pin_and_load`, and what it became in the discussion.
pub const UMCG_PIN: Function = Function("umcg_pin_and_load");
/// A read-modify-write by a process.
pub const READ_MODIFY_WRITE: Function = Function("rmw");
/// A read-modify-write of a task's state by the scheduler, with page faults disabled.
pub const UMCG_UPDATE: Function = Function("umcg_update");

const FLAGS: Line = line("flags", "gup_flags = 0", Op::Let(|ctx| want(ctx, 0)));
const PIN: Line =
    line("pin", "ret = pin_user_pages_fast(self, 1, 0, &page)", Op::Call(PIN_USER_PAGES_FAST, &[]));
const PINNED: Line = line("pinned", "if (ret != 1)", Op::If(has_not_pinned, "efault"));
const ANON: Line = line("anon", "if (!PageAnon(page))", Op::Branch(is_not_anon, "unpin"));
const WORD: Line = line("word", "&self->state", Op::Let(take_state));
const FAILED: Line = line("failed", "if (ret)", Op::If(returned_error, "unpin"));
const VALID: Line = line("valid", "tsk->umcg_page = page", Op::Do(note_valid));
const DONE: Line = line("done", "return 0", Op::Return(|_| 0));
const UNPIN: Line = line("unpin", "unpin_user_page(page)", Op::Call(UNPIN_USER_PAGE, &[]));
const EFAULT: Line = line("efault", "return -EFAULT", Op::Return(|_| errno::EFAULT));

const fn umcg_pin(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: UMCG_PIN,
        source,
        omits: "all else that the RFC does; the state is word 1 of the page",
        params: &[Local::Mm, Local::Addr, Local::Pin],
        locals: &[Local::Flags, Local::Ret, Local::Word, Local::Value],
        returns: Returns::Errno,
        body,
    }
}

/// Pinned for reading, and tried with a load: nobody may unmap it from then on, was the idea.
pub static UMCG_PIN_LOAD: Routine = umcg_pin(
    "kernel/sched/umcg.c of the RFC, v2",
    &[
        FLAGS,
        PIN,
        PINNED,
        ANON,
        WORD,
        line("try", "ret = get_user(state, &self->state)", Op::Call(LOAD, &[])),
        FAILED,
        VALID,
        DONE,
        UNPIN,
        EFAULT,
    ],
);
/// Tried with what the scheduler will do. Where the page is shared, the try maps another one.
pub static UMCG_PIN_RMW: Routine = umcg_pin(
    "as considered on 21 January 2022",
    &[
        FLAGS,
        PIN,
        PINNED,
        ANON,
        WORD,
        line("try", "ret = a read-modify-write of self->state", Op::Call(READ_MODIFY_WRITE, &[])),
        FAILED,
        VALID,
        DONE,
        UNPIN,
        EFAULT,
    ],
);
/// Pinned for writing: what is shared is copied before the page is pinned.
pub static UMCG_PIN_FOLL_WRITE: Routine = umcg_pin(
    "as posted on 21 January 2022",
    &[
        line("flags", "gup_flags = FOLL_WRITE", Op::Let(|ctx| want(ctx, foll::WRITE))),
        PIN,
        PINNED,
        ANON,
        WORD,
        line("try", "ret = put_user(0, &self->state)", Op::Call(STORE, &[])),
        FAILED,
        VALID,
        DONE,
        UNPIN,
        EFAULT,
    ],
);

/// As a store, of what was loaded plus one, in one locked instruction.
pub static READ_MODIFY_WRITE_V5_8: Routine = Routine {
    function: READ_MODIFY_WRITE,
    source: "an instruction; the fault is arch/x86/mm/fault.c, v5.17",
    omits: "caches",
    params: &[Local::Mm, Local::Addr, Local::Word],
    locals: &[Local::Fault, Local::Ret],
    returns: Returns::Value,
    body: &[
        line("access", "lock; *addr += 1", Op::Branch(adds, "done")),
        WRITE,
        FAULT,
        BAD,
        AGAIN,
        SEGV,
        line("done", "stored", Op::Return(|_| 0)),
    ],
};

/// An entry that does not permit it is not waited for: the task is killed for it.
pub static UMCG_UPDATE_RFC: Routine = Routine {
    function: UMCG_UPDATE,
    source: "kernel/sched/umcg.c of the RFC, v2 (umcg_update_state)",
    omits: "the states; SIGKILL if it fails",
    params: &[Local::Mm, Local::Given],
    locals: &[Local::Addr, Local::Word],
    returns: Returns::Errno,
    body: &[
        line("one", "&tsk->umcg_task->state", Op::Let(take_task)),
        line("access", "pagefault_disable(); *state += 1", Op::Branch(adds_without_fault, "done")),
        line("fault", "return -EFAULT", Op::Return(|_| errno::EFAULT)),
        line("done", "return 0", Op::Return(|_| 0)),
    ],
};

/// The word of the page that is the task's state.
const STATE: u16 = 1;

fn take_state(ctx: &mut Ctx) {
    ctx.set(Local::Word, STATE);
    ctx.set(Local::Value, 0u16);
}

fn take_task(ctx: &mut Ctx) {
    take_address(ctx);
    ctx.set(Local::Word, STATE);
}

fn want(ctx: &mut Ctx, flags: u16) {
    ctx.set(Local::Flags, foll::PIN | flags);
}

fn has_not_pinned(look: &Look) -> bool {
    look.get::<u16>(Local::Ret) != 1
}

/// A pin that an interrupt has dropped meanwhile is of no page.
fn is_not_anon(ctx: &mut Ctx) -> bool {
    let pin: u16 = ctx.get(Local::Pin);
    let pinned = ctx.load(ctx.layout().pin(usize::from(pin)).page());
    pinned.is_none_or(|pfn| {
        let anon = ctx.layout().page(pfn).anon();
        !ctx.load(anon)
    })
}

/// Ghost: from here on the scheduler counts on the mapping.
fn note_valid(ctx: &mut Ctx) {
    let pin: u16 = ctx.get(Local::Pin);
    let flags = ctx.layout().pin(usize::from(pin)).flags();
    let now = ctx.peek(flags);
    if now & foll::PIN != 0 {
        let (memory, _) = ctx.ghosts();
        memory.store(flags, now | foll::TRIED);
    }
}

/// Whether the entry permits it; then the word is one more, in the same step.
fn adds(ctx: &mut Ctx) -> bool {
    let Some(pfn) = translate(ctx, true) else { return false };
    let word = ctx.layout().page(pfn).content(ctx.get(Local::Word));
    let before: u16 = ctx.update(word, |value: u16| value.wrapping_add(1));
    wrote(ctx, pfn, before.wrapping_add(1));
    true
}

/// U1: it counts where a pin was taken for it, and tried.
fn adds_without_fault(ctx: &mut Ctx) -> bool {
    let added = adds(ctx);
    let mapping = Rmap { process: ctx.get(Local::Mm), address: ctx.get(Local::Addr) };
    let pins = 0..ctx.geometry().pins.len();
    let mut pins = pins.map(|pin| ctx.layout().pin(pin));
    let tried = pins.any(|pin| {
        ctx.peek(pin.mapping()) == Some(mapping) && ctx.peek(pin.flags()) & foll::TRIED != 0
    });
    if !added && tried {
        ctx.find(event::NOFAULT_FAULTED);
    }
    added
}
