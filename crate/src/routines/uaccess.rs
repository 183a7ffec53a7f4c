//! What a process does with its memory, and the fault that it takes (`arch/x86/mm/fault.c`).
use super::at_hand::{mmap_read, returned, returned_error};
use super::fault::{FLAG_WRITE, HANDLE_MM_FAULT};
use super::tlb::translation;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::{HugePmd, Pfn, Pmd, Pte, vm};
use crate::properties::event;

/// A load by a process.
pub const LOAD: Function = Function("load");
/// A store by a process.
pub const STORE: Function = Function("store");
/// `do_user_addr_fault`
pub const DO_USER_ADDR_FAULT: Function = Function("do_user_addr_fault");

pub(super) const FAULT: Line =
    line("fault", "-> do_user_addr_fault(addr, flags)", Op::Call(DO_USER_ADDR_FAULT, &[]));
pub(super) const WRITE: Line =
    line("write", "flags = FAULT_FLAG_WRITE", Op::Let(|ctx| ctx.set(Local::Fault, FLAG_WRITE)));
pub(super) const BAD: Line =
    line("bad", "if (it is a bad area) SIGSEGV", Op::If(returned_error, "segv"));
pub(super) const AGAIN: Line = line("again", "the instruction again", Op::Goto("access"));
pub(super) const SEGV: Line = line("segv", "SIGSEGV", Op::Return(|_| errno::EFAULT));

const fn access(
    function: Function,
    params: &'static [Local],
    locals: &'static [Local],
    body: &'static [Line],
) -> Routine {
    Routine {
        function,
        source: "an instruction; the fault is arch/x86/mm/fault.c, v5.17",
        omits: "caches",
        params,
        locals,
        returns: Returns::Value,
        body,
    }
}

/// An entry that permits it is all that a load needs: no lock.
pub static LOAD_V5_8: Routine = access(
    LOAD,
    &[Local::Mm, Local::Addr, Local::Word],
    &[Local::Value, Local::Fault, Local::Ret],
    &[
        line("access", "val = *addr", Op::Branch(loads, "done")),
        FAULT,
        BAD,
        AGAIN,
        SEGV,
        line("done", "val", Op::Return(|look| look.get(Local::Value))),
    ],
);

/// As a load; the hardware sets the dirty bit as it stores.
pub static STORE_V5_8: Routine = access(
    STORE,
    &[Local::Mm, Local::Addr, Local::Word, Local::Value],
    &[Local::Fault, Local::Ret],
    &[
        line("access", "*addr = val", Op::Branch(stores, "done")),
        WRITE,
        FAULT,
        BAD,
        AGAIN,
        SEGV,
        line("done", "stored", Op::Return(|_| 0)),
    ],
);

/// `mmap_lock` is held for reading while the fault is handled, which keeps fork out.
pub static DO_USER_ADDR_FAULT_V5_8: Routine = Routine {
    function: DO_USER_ADDR_FAULT,
    source: "arch/x86/mm/fault.c, v5.8 to v6.1",
    omits: "trylock first, retries without mmap_lock, stack growth",
    params: &[Local::Mm, Local::Addr, Local::Fault],
    locals: &[Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("lock", "mmap_read_lock(mm)", Op::Acquire(mmap_read)),
        line("area", "if (access_error(error_code, vma))", Op::Branch(is_bad_area, "bad")),
        line("fault", "fault = handle_mm_fault(vma, addr, flags)", Op::Call(HANDLE_MM_FAULT, &[])),
        line("unlock", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
        line("out", "return fault", Op::Return(returned)),
        line("bad", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
        line("segv", "bad_area_access_error(..)", Op::Return(|_| errno::EFAULT)),
    ],
};

/// Whether the area does not admit the access.
pub(super) fn is_bad_area(ctx: &mut Ctx) -> bool {
    let flags = ctx.load(ctx.mm().vm_flags(ctx.get(Local::Addr)));
    let write = ctx.get::<u16>(Local::Fault) & FLAG_WRITE != 0;
    flags & vm::READ == 0 || write && flags & vm::WRITE == 0
}

/// What a walk finds of the virtual page: the walk above the page table and its last level are one
/// step.
pub(super) fn walk(ctx: &mut Ctx) -> Pte {
    let pmd = ctx.load(ctx.mm().pmd());
    pmd.entry(ctx.get(Local::Addr), || ctx.load(ctx.pte()))
}

/// The page that the access goes to, if the entry permits it: what this CPU has translated before,
/// or else what the page table says now. The hardware sets the dirty bit of an entry that it stores
/// through for the first time.
pub(super) fn translate(ctx: &mut Ctx, write: bool) -> Option<Pfn> {
    let own = translation(ctx, ctx.cpu(), ctx.get(Local::Addr));
    if let Some(kept) = own.map(|cell| ctx.load(cell)) {
        let fresh = write && matches!(kept, Pte::Present { dirty: false, .. });
        if let Some(pfn) = kept.permits(write).filter(|_| !fresh) {
            return Some(pfn);
        }
    }
    let mut pte = walk(ctx);
    let pfn = pte.permits(write)?;
    if let Pte::Present { write: true, dirty: false, .. } = pte
        && write
    {
        pte = Pte::Present { pfn, write: true, dirty: true };
        set_dirty_bit(ctx, pte);
    }
    if let Some(own) = own {
        let (memory, _) = ctx.ghosts();
        memory.store(own, pte);
    }
    Some(pfn)
}

/// The hardware sets it in the entry that it came through.
fn set_dirty_bit(ctx: &mut Ctx, pte: Pte) {
    let pmd = ctx.mm().pmd();
    match ctx.peek(pmd) {
        Pmd::Huge(huge) => {
            ctx.update(pmd, |_| Pmd::Huge(HugePmd { dirty: true, ..huge }));
        }
        _ => {
            ctx.update(ctx.pte(), |_| pte);
        }
    }
}

/// Whether the entry permits a load; then the value is read in the same step.
fn loads(ctx: &mut Ctx) -> bool {
    let Some(pfn) = translate(ctx, false) else { return false };
    let word = ctx.layout().page(pfn).content(ctx.get(Local::Word));
    let value = ctx.load(word);
    ctx.set(Local::Value, value);
    true
}

/// Whether the entry permits a store; then the value is written in the same step.
fn stores(ctx: &mut Ctx) -> bool {
    let Some(pfn) = translate(ctx, true) else { return false };
    let (word, value): (u16, u16) = (ctx.get(Local::Word), ctx.get(Local::Value));
    ctx.store(ctx.layout().page(pfn).content(word), value);
    wrote(ctx, pfn, value);
    true
}

/// Ghost: what the process has written, and who sees it that should not.
pub(super) fn wrote(ctx: &mut Ctx, pfn: Pfn, value: u16) {
    let word: u16 = ctx.get(Local::Word);
    note_written(ctx, ctx.get(Local::Mm), ctx.get(Local::Addr), word, value);
    note_shared(ctx, pfn, ctx.get(Local::Mm));
}

/// Ghost: what a process must find there from now on.
pub(super) fn note_written(ctx: &mut Ctx, mm: u16, address: u16, word: u16, value: u16) {
    let written = ctx.layout().mm(usize::from(mm)).written(address, word);
    ctx.remember(written, value);
}

/// Ghost: reports that another process maps the page that `own` has written to, or has it pinned,
/// whatever it still maps. One that is being forked does not run yet.
pub(super) fn note_shared(ctx: &mut Ctx, pfn: Pfn, own: u16) {
    let (layout, own) = (ctx.layout(), usize::from(own));
    let processes = layout.geometry.processes.iter().enumerate();
    let mut others = processes.filter(|(process, _)| *process != own);
    let maps = others.any(|(process, other)| {
        let mm = layout.mm(process);
        ctx.peek(mm.runs())
            && (0..other.mappings.len() as u16).any(|address| {
                let entry = ctx.peek(mm.pmd()).entry(address, || ctx.peek(mm.pte(address)));
                entry.mapped() == Some(pfn)
            })
    });
    let pinned = layout
        .pins_on(ctx.memory(), pfn)
        .any(|pin| usize::from(ctx.peek(layout.pin(pin).process())) != own);
    if maps || pinned {
        ctx.find(event::MISSED_COW);
    }
}
