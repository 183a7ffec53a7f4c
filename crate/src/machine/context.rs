//! What a line can see and do: its locals, the memory, and what the checker must remember.
use std::cell::Cell as Flag;
use std::ops::Deref;

use super::lane::{Lane, LaneCells};
use super::local::Local;
use super::program::Call;
use super::routine::CpuMask;
use super::store_buffer::StoreBuffer;
use crate::mm::{
    Cell, Compound, Geometry, Layout, Lock, LockKind, LockWord, Meets, Memory, Mm, Page, Pcp, Pfn,
    Pte, Subject, Unit, Word,
};

/// One lane at one line, with the memory: to look at, or to change.
pub struct At<'a, M> {
    pub(super) memory: M,
    pub(super) layout: &'a Layout,
    pub(super) cpu: usize,
    pub(super) lanes: &'a [Lane],
    pub(super) watched: u128,
    pub(super) buffer: Option<StoreBuffer>,
    /// Whether an access has met a page that is gone: the line ends there.
    pub(super) faulted: Flag<bool>,
    pub(super) call: &'a Call,
    /// Index of the first local cell of the program that runs.
    pub(super) slots: u32,
}

/// A line that only looks: a lock to name, a condition to wait for, a decision on locals.
pub type Look<'a> = At<'a, &'a Memory>;

/// A line that acts.
pub type Ctx<'a> = At<'a, &'a mut Memory>;

impl<M: Deref<Target = Memory>> At<'_, M> {
    /// The memory, for ghosts.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The layout, for its typed views.
    pub fn layout(&self) -> &Layout {
        self.layout
    }

    /// The constants of the machine.
    pub fn geometry(&self) -> &Geometry {
        &self.layout.geometry
    }

    /// The lane that runs.
    pub fn cpu(&self) -> usize {
        self.cpu
    }

    fn lane(&self) -> LaneCells {
        self.lanes[self.cpu].cells
    }

    /// Ghost: whether a CPU is in the middle of something that must not be interrupted: with
    /// interrupts off or a spinlock held.
    pub fn is_at_work(&self, cpu: usize) -> bool {
        let cells = self.lanes[cpu].cells;
        self.memory.peek(cells.irqs_off()) > 0 || self.memory.peek(cells.spinlocks()) > 0
    }

    /// Whether the task of a CPU keeps it: a grace period of `rcu_read_lock_sched` waits for it.
    pub fn is_atomic(&self, cpu: usize) -> bool {
        self.is_at_work(cpu) || self.memory.peek(self.lanes[cpu].cells.preempt_off()) > 0
    }

    /// The CPU that it is: its own, or the only one without `CONFIG_SMP`.
    pub fn this_cpu(&self) -> usize {
        if self.geometry().smp { self.cpu } else { 0 }
    }

    /// How many CPUs there are: who asks goes through them by number.
    pub fn cpus(&self) -> usize {
        self.memory.note_order();
        if self.geometry().smp { self.geometry().cpus } else { 1 }
    }

    /// All CPUs but this one.
    pub fn other_cpus(&self) -> CpuMask {
        ((1u32 << self.cpus()) - 1) as CpuMask & !(1 << self.this_cpu())
    }

    /// The page lists of this CPU.
    pub fn this_pcp(&self) -> Pcp {
        self.layout.pcp(self.this_cpu())
    }

    /// Whether every CPU has run what this one asked for last.
    pub fn calls_done(&self) -> bool {
        self.memory.peek(self.lane().awaited()) == 0
    }

    fn slot(&self, local: Local) -> Cell<u16> {
        let slot = self.call.slot(local).unwrap_or_else(|| {
            let function = self.call.routine.function.0;
            panic!("{function} uses `{}` and does not declare it", local.name())
        });
        Cell::at(self.slots + u32::from(slot))
    }

    /// A local's value.
    pub fn get<T: Word>(&self, local: Local) -> T {
        T::from_word(self.memory.peek(self.slot(local)))
    }

    /// A look at the memory that is no access of the kernel's: for ghosts and waiting conditions.
    pub fn peek<T: Word>(&self, cell: Cell<T>) -> T {
        self.check(cell);
        self.own_store(cell).unwrap_or_else(|| self.memory.peek(cell))
    }

    /// An access of what is not there is a fault: a patched routine may run behind an end.
    fn check<T: Word>(&self, cell: Cell<T>) {
        if self.layout.is_nowhere(cell.index() as u32) {
            self.faulted.set(true);
        }
    }

    /// Whether the line ends here: on memory that is gone, or as a patched line may.
    pub(super) fn has_faulted(&self) -> bool {
        cfg!(feature = "whole") && self.faulted.get()
    }

    /// What the order of a routine's lines sees to, and a patch may not have: without it the line
    /// faults, as on a pointer that leads nowhere.
    pub fn must<T: Default>(&self, value: Option<T>) -> T {
        if cfg!(feature = "whole") && value.is_none() {
            self.faulted.set(true);
        }
        value.unwrap_or_default()
    }

    /// The second page of a compound page, which every one has.
    pub fn second_page(&self, head: Pfn) -> Compound {
        let second = self.layout.second_page(head);
        if second.is_none() {
            self.faulted.set(true);
        }
        second.unwrap_or_else(|| self.layout.compound(head))
    }

    /// What this CPU has stored there and others do not see yet.
    fn own_store<T: Word>(&self, cell: Cell<T>) -> Option<T> {
        let own = self.buffer?.own(&self.memory, cell.index() as u32);
        own.map(T::from_word)
    }

    /// Whether a finding is watched: a ghost that serves it alone need not be kept otherwise.
    pub fn watches(&self, finding: usize) -> bool {
        self.watched & 1 << finding != 0
    }

    /// The page that a local names.
    pub fn page(&self, local: Local) -> Page {
        self.layout.page(self.get(local))
    }

    /// The process that `mm` names.
    pub fn mm(&self) -> Mm {
        self.layout.mm(usize::from(self.get::<u16>(Local::Mm)))
    }

    /// The page table entry that `mm` and `addr` name.
    pub fn pte(&self) -> Cell<Pte> {
        self.mm().pte(self.get(Local::Addr))
    }
}

impl Ctx<'_> {
    /// The memory and the layout together, for the list operations of floor 0. They work under a
    /// lock, so what stands before them has reached memory.
    pub fn parts(&mut self) -> (&mut Memory, &Layout) {
        self.drain();
        (self.memory, self.layout)
    }

    /// The memory and the layout together, for ghosts: no access of the kernel's.
    pub fn ghosts(&mut self) -> (&mut Memory, &Layout) {
        (self.memory, self.layout)
    }

    /// All stores before this reach memory.
    pub(super) fn drain(&mut self) {
        if let Some(buffer) = self.buffer {
            buffer.drain(self.memory);
        }
    }

    /// Does again what a line has done, to compare: whether the locals come to differ. They are
    /// as before behind it.
    pub(super) fn finds_otherwise(&mut self, effect: fn(&mut Ctx)) -> bool {
        let slots = self.call.slots();
        let cells = || slots.clone().map(|slot| Cell::<u16>::at(self.slots + u32::from(slot)));
        let cells: Vec<Cell<u16>> = cells().collect();
        let before: Vec<u16> = cells.iter().map(|cell| self.memory.peek(*cell)).collect();
        effect(self);
        let mut differs = false;
        for (cell, old) in cells.into_iter().zip(before) {
            if self.memory.peek(cell) != old {
                self.memory.store(cell, old);
                differs = true;
            }
        }
        differs
    }

    /// Sets a local.
    pub fn set<T: Word>(&mut self, local: Local, value: T) {
        let slot = self.slot(local);
        self.memory.store(slot, value.to_word());
    }

    /// A load of shared memory; of this CPU's own store where it has one on its way.
    pub fn load<T: Word>(&mut self, cell: Cell<T>) -> T {
        if let Some(ones) = self.meet(cell) {
            return ones;
        }
        self.own_store(cell).unwrap_or_else(|| self.memory.load(cell))
    }

    /// What an atomic operation waits for.
    pub(super) fn before_atomic<T: Word>(&mut self, cell: Cell<T>) {
        if let Some(buffer) = self.buffer {
            buffer.before_atomic(self.memory, cell.index() as u32);
        }
    }

    /// Takes a lock that admits it.
    pub(super) fn acquire(&mut self, lock: Lock) {
        let cpu = self.cpu;
        self.update(lock.cell, |word| word.taken(cpu, lock.mode));
        if !self.has_faulted() {
            self.count_lock(lock.kind, 1);
        }
    }

    /// Drops a lock, behind all stores before. Where atomic operations order nothing a spinlock is
    /// dropped by a plain store, and what follows does not wait for it.
    pub(super) fn release(&mut self, lock: Lock) {
        let spins = matches!(lock.kind, LockKind::Spin | LockKind::SpinIrq);
        match self.buffer.filter(|buffer| spins && buffer.unlocks_plainly()) {
            Some(buffer) => {
                buffer.push(self.memory, lock.cell.index() as u32, LockWord::FREE.to_word());
            }
            None => {
                self.drain();
                let cpu = self.cpu;
                self.update(lock.cell, |word| word.dropped(cpu));
            }
        }
    }

    /// `smp_mb`, in a line that does something else too.
    pub fn fence(&mut self) {
        if let Some(buffer) = self.buffer {
            buffer.fence(self.memory);
        }
    }

    /// `ptep_get_and_clear`: an exchange, or a load and a plain store where the machine has no
    /// need of one.
    pub fn clear_pte(&mut self, cell: Cell<Pte>) -> Pte {
        if self.buffer.is_none_or(|buffer| !buffer.clears_plainly()) {
            return self.update(cell, |_| Pte::None);
        }
        let old = self.load(cell);
        self.store(cell, Pte::None);
        old
    }

    /// What another CPU has stored reaches memory: it has no use for an old translation any more.
    pub fn drain_of(&mut self, cpu: usize) {
        if let Some(buffer) = self.lanes[cpu].buffer {
            buffer.drain(self.memory);
        }
    }

    /// A plain store to shared memory. Ghosts, where a page is, and what callers keep are there at
    /// once.
    pub fn store<T: Word>(&mut self, cell: Cell<T>, value: T) {
        if self.meet(cell).is_some() {
            return;
        }
        match self.buffer.filter(|_| self.waits(cell.index() as u32)) {
            Some(buffer) => buffer.push(self.memory, cell.index() as u32, value.to_word()),
            None => self.memory.store(cell, value),
        }
    }

    /// Whether a store to this cell is one that can wait in a store buffer.
    fn waits(&self, cell: u32) -> bool {
        let info = self.layout.info(cell);
        let real = !matches!(info.unit, Unit::Hidden | Unit::Place);
        real && !matches!(info.subject, Subject::Pin(_))
    }

    /// Ghost: what the checker remembers of the store before, when that reaches memory.
    pub fn remember<T: Word>(&mut self, cell: Cell<T>, value: T) {
        match self.buffer.filter(|buffer| !buffer.is_empty(self.memory)) {
            Some(buffer) => buffer.push_ghost(self.memory, cell.index() as u32, value.to_word()),
            None => self.memory.store(cell, value),
        }
    }

    /// One atomic read-modify-write; the value before it. The stores before it reach memory first.
    pub fn update<T: Word>(&mut self, cell: Cell<T>, change: impl FnOnce(T) -> T) -> T {
        if let Some(ones) = self.meet(cell) {
            return ones;
        }
        self.before_atomic(cell);
        self.memory.update(cell, change)
    }

    /// The one place where a page whose section is gone is noticed: what an access of it finds in
    /// place of the word, if that is not to be had. The line does nothing behind a fault.
    fn meet<T: Word>(&mut self, cell: Cell<T>) -> Option<T> {
        self.check(cell);
        self.layout.touched()?;
        let (meets, bit) = self.layout.meets(self.memory, cell.index() as u32);
        if bit != 0 && !self.faulted.get() {
            self.touch(bit);
        }
        self.faulted.set(self.faulted.get() || meets == Meets::Fault);
        match meets {
            Meets::Ones(word) => Some(T::from_word(word)),
            _ if self.faulted.get() => Some(self.memory.peek(cell)),
            _ => None,
        }
    }

    /// Ghost: something was touched that is gone, of [`touched`](crate::mm::touched).
    pub fn touch(&mut self, bit: u16) {
        if let Some(touched) = self.layout.touched() {
            let bits = self.memory.peek(touched);
            self.memory.store(touched, bits | bit);
        }
    }

    /// And the CPU gets no further: a pointer leads nowhere.
    pub fn fault(&mut self, bit: u16) {
        self.touch(bit);
        self.faulted.set(true);
    }

    /// `spin_trylock` and its forms: takes the lock if it is free; whether it did.
    pub fn trylock(&mut self, lock: Lock) -> bool {
        let before = self.load(lock.cell);
        if self.has_faulted() || !before.admits(lock.mode) {
            return false;
        }
        self.acquire(lock);
        true
    }

    /// Counts a lock that the lane has taken (1) or dropped (-1), for who may interrupt or preempt
    /// it.
    pub(super) fn count_lock(&mut self, kind: LockKind, by: i16) {
        let irq = kind == LockKind::SpinIrq && !self.geometry().preempt_rt;
        if irq {
            let cell = self.lane().irqs_off();
            self.count(cell, by);
        }
        if matches!(kind, LockKind::Spin | LockKind::SpinIrq) {
            let cell = self.lane().spinlocks();
            self.count(cell, by);
        }
    }

    pub(super) fn count(&mut self, cell: Cell<u16>, by: i16) {
        self.memory.update(cell, |depth: u16| depth.wrapping_add_signed(by));
    }

    /// Takes `refs` references that this lane holds for the length of its work, in one atomic
    /// addition; the ghost ledger remembers whose they are.
    pub fn get_page(&mut self, pfn: Pfn, refs: u16) {
        let page = self.layout.page(pfn);
        self.update(page.refcount(), |count| count.wrapping_add(refs));
        self.hold(pfn, refs);
    }

    /// Drops `refs` of them in one atomic subtraction; whether the count came to zero.
    pub fn put_page(&mut self, pfn: Pfn, refs: u16) -> bool {
        let page = self.layout.page(pfn);
        let before = self.update(page.refcount(), |count| count.wrapping_sub(refs));
        self.let_go(pfn, refs);
        before == refs
    }

    /// Ghost: this lane answers for `refs` references more.
    ///
    /// What was taken of a page that is gone nobody has.
    pub fn hold(&mut self, pfn: Pfn, refs: u16) {
        if self.layout.is_gone(self.memory, pfn) {
            return;
        }
        let held = self.layout.page(pfn).held_by(self.cpu);
        let now: u16 = self.memory.peek(held);
        self.memory.store(held, now.wrapping_add(refs));
    }

    /// Ghost: this lane no longer answers for `refs` references: a page table, a pin or nobody
    /// does.
    pub fn let_go(&mut self, pfn: Pfn, refs: u16) {
        self.hold(pfn, refs.wrapping_neg());
    }

    /// Ghost: remembers that a property, by its number, was broken by what this line did, if it is
    /// watched.
    pub fn find(&mut self, finding: usize) {
        if !self.watches(finding) {
            return;
        }
        let cell = self.layout.findings(finding / 16);
        let now = self.memory.peek(cell);
        self.memory.store(cell, now | 1 << (finding % 16));
    }
}
