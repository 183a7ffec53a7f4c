//! `kernel/fork.c`: the part of fork that makes a child's memory.
use super::at_hand::{has_failed, keep_result, returned};
use std::ops::Deref;

use super::copy_pte::COPY_PTE_RANGE;
use super::memory::{ALL, EXIT_MMAP, PROPOSED, SEM, SEM_OUT, WRITE_LOCK, WRITE_UNLOCK};
use super::tlb::FLUSH_TLB_RANGE;
use crate::machine::routine::line;
use crate::machine::{At, Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Cell, Lock, Memory, Mm, Pmd, Pte, WORDS};

/// `fork`, as far as memory goes (`dup_mmap`).
pub const FORK: Function = Function("fork");
/// `copy_page_range`
pub const COPY_PAGE_RANGE: Function = Function("copy_page_range");
/// `ret_from_fork`: where a child begins.
pub const RET_FROM_FORK: Function = Function("ret_from_fork");

const CHILD_LOCK: Line = line("child", "mmap_write_lock_nested(mm)", Op::Acquire(child_mmap));
/// Nobody knows the child's areas yet, so they are there with the step that took its lock.
const AREAS: Line = line("areas", "tmp = vm_area_dup(mpnt)", Op::Let(copy_areas));
const COPY: Line = line("copy", "copy_page_range(tmp, mpnt)", Op::Call(COPY_PAGE_RANGE, &[]));
const RESULT: Line = line("retval", "retval = ret", Op::Let(keep_result));
const CHILD_UNLOCK: Line = line("childout", "mmap_write_unlock(mm)", Op::Release(child_mmap));
const FLUSH: Line = line("flush", "flush_tlb_mm(oldmm)", Op::Call(FLUSH_TLB_RANGE, &[]));
const FAILED: Line = line("failed", "if (retval)", Op::If(has_failed, "exit"));
const WAKE: Line = line("wake", "wake_up_new_task(p)", Op::Do(let_child_run));
const OUT: Line = line("out", "return 0", Op::Return(|_| 0));
const EXIT: Line = line("exit", "mmput(mm)", Op::Call(EXIT_MMAP, &[(Local::Mm, Local::Child)]));
const GONE: Line = line("gone", "  (there is no child)", Op::Do(leave_no_child));
const FAIL: Line = line("fail", "return retval", Op::Return(|look| look.get(Local::Rc)));

const fn fork(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: FORK,
        source,
        omits: "all but memory; MADV_DONTFORK; dup_userfaultfd, as areas have no VM_UFFD_WP here: \
                copying its entries takes the child out of userfaultfd's sight; the areas are \
                copied as one",
        params: &[Local::Mm, Local::Child],
        locals: &[Local::Addr, Local::Last, Local::Ret, Local::Rc],
        returns: Returns::Errno,
        body,
    }
}

/// Both `mmap_lock`s are held for writing, so faults and the slow path of `get_user_pages` wait.
/// There is one flush, behind all entries and before the parent's lock is dropped.
pub static FORK_V3_16: [Routine; 2] = [
    fork(
        "kernel/fork.c (dup_mmap), v3.16 to v6.12",
        &[
            ALL,
            WRITE_LOCK,
            CHILD_LOCK,
            AREAS,
            COPY,
            RESULT,
            CHILD_UNLOCK,
            FLUSH,
            WRITE_UNLOCK,
            FAILED,
            WAKE,
            OUT,
            EXIT,
            GONE,
            FAIL,
        ],
    ),
    fork(
        PROPOSED,
        &[
            ALL,
            WRITE_LOCK,
            CHILD_LOCK,
            AREAS,
            SEM,
            COPY,
            RESULT,
            SEM_OUT,
            CHILD_UNLOCK,
            FLUSH,
            WRITE_UNLOCK,
            FAILED,
            WAKE,
            OUT,
            EXIT,
            GONE,
            FAIL,
        ],
    ),
];

pub(super) const fn copy_page_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: COPY_PAGE_RANGE,
        source,
        omits: "the walk above the page table, MMU notifiers; areas without anonymous pages, which \
                are not copied; all areas are one",
        params: &[Local::Mm, Local::Child, Local::Addr, Local::Last],
        locals: &[Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

const TABLES: Line = line("copy", "ret = copy_p4d_range(..)", Op::Call(COPY_PTE_RANGE, &[]));
pub(in crate::routines) const RETURN: Line = line("out", "return ret", Op::Return(returned));
/// From here on `pin_user_pages_fast` takes the slow path.
pub(in crate::routines) const BEGIN: Line =
    line("begin", "raw_write_seqcount_begin(&write_protect_seq)", Op::Do(count_up));
/// Whoever began before this does, too.
pub(in crate::routines) const END: Line =
    line("end", "raw_write_seqcount_end(&write_protect_seq)", Op::Do(count_up));

/// Who walks without locks is not told.
pub static COPY_PAGE_RANGE_V3_16: Routine =
    copy_page_range("mm/memory.c, v3.16 to v5.10.0", &[TABLES, RETURN]);
/// While the sequence is odd, and if it has changed, `pin_user_pages_fast` takes the slow path,
/// which waits for `mmap_lock` (57efa1fe5957).
pub static COPY_PAGE_RANGE_V5_11: Routine =
    copy_page_range("mm/memory.c, v5.11 to v6.12", &[BEGIN, TABLES, END, RETURN]);

/// A child does not run before fork has made it.
pub static RET_FROM_FORK_V3_16: Routine = Routine {
    function: RET_FROM_FORK,
    source: "arch/x86/entry/entry_64.S, v3.16 to v6.12",
    omits: "all but the wait",
    params: &[Local::Mm],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("wait", "ret_from_fork", Op::Await(|look| look.peek(look.mm().runs()), "its fork")),
        line("out", "return to user mode", Op::Return(|_| 0)),
    ],
};

/// The child's memory.
pub(super) fn child<M: Deref<Target = Memory>>(at: &At<'_, M>) -> Mm {
    at.layout().mm(usize::from(at.get::<u16>(Local::Child)))
}

fn child_mmap(look: &Look) -> Lock {
    child(look).mmap_write()
}

/// How many virtual pages parent and child have.
fn addresses(ctx: &Ctx) -> std::ops::Range<u16> {
    let process = usize::from(ctx.get::<u16>(Local::Child));
    0..ctx.geometry().processes[process].mappings.len() as u16
}

fn copy_areas(ctx: &mut Ctx) {
    let (parent, child) = (ctx.mm(), child(ctx));
    for address in addresses(ctx) {
        let flags: u16 = ctx.load(parent.vm_flags(address));
        ctx.store(child.vm_flags(address), flags);
    }
}

fn let_child_run(ctx: &mut Ctx) {
    let child = child(ctx);
    ctx.update(child.runs(), |_| true);
    for address in addresses(ctx) {
        (0..WORDS).for_each(|word| inherit(ctx, child, address, word));
    }
}

/// Ghost: a child is to find what is there when it begins, present or not at that moment.
fn inherit(ctx: &mut Ctx, child: Mm, address: u16, word: u16) {
    let layout = ctx.layout();
    let pmd = match ctx.peek(child.pmd()) {
        Pmd::Invalid(huge) => Pmd::Huge(huge),
        pmd => pmd,
    };
    let pte = pmd.entry(address, || ctx.peek(child.pte(address)));
    let page = match pte {
        // A page that nobody has mapped yet may not have been read yet.
        Pte::Swap { slot, .. } => {
            let cached = ctx.peek(layout.swap_slot(slot).page());
            cached.filter(|pfn| ctx.peek(layout.page(*pfn).anon()))
        }
        pte => pte.pfn(),
    };
    let cell = match (page, pte) {
        (Some(pfn), _) => layout.page(pfn).content(word),
        (None, Pte::Swap { slot, .. }) => layout.swap_slot(slot).content(word),
        (None, _) => return,
    };
    let found: u16 = ctx.peek(cell);
    let (memory, _) = ctx.ghosts();
    memory.store(child.written(address, word), found);
}

/// Ghost: a lane that waits for the child goes on, and finds no memory.
fn leave_no_child(ctx: &mut Ctx) {
    let child = child(ctx);
    for address in addresses(ctx) {
        ctx.store(child.vm_flags(address), 0u16);
    }
    let_child_run(ctx);
}

pub(super) fn count_up(ctx: &mut Ctx) {
    let seq = ctx.mm().write_protect_seq();
    let now: u16 = ctx.load(seq);
    ctx.store(seq, now.wrapping_add(1));
}

/// The child's entry of the virtual page.
pub(super) fn child_pte(ctx: &Ctx) -> Cell<Pte> {
    child(ctx).pte(ctx.get(Local::Addr))
}
