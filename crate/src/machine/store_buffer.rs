//! The store buffer of one CPU: plain stores wait there, in order, until they reach memory.
//!
//! Total store order as x86 has it (Sewell and others, x86-TSO, CACM 2010): a CPU sees its own
//! stores at once and others see them when they reach memory; an atomic read-modify-write, a lock
//! and a fence wait until all have.
use crate::mm::{Cell, Layout, Memory, Subject, Unit};

/// Where the cells of a store buffer are.
#[derive(Clone, Copy, Debug)]
pub struct StoreBuffer {
    base: u32,
    order: Order,
}

/// What orders stores, where they wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// Whether an atomic read-modify-write, taking a lock among them, waits for the stores before
    /// it, as the locked instructions of x86 do. If not, only a fence, a flush of translations and
    /// dropping a lock that sleeps do; a spinlock is dropped by a plain store.
    pub atomics: bool,
    /// Whether a page table entry is cleared by such an operation, or by a plain store.
    pub pte_clear: bool,
    /// Whether fences are there: `smp_mb`, and the barrier of a flush.
    pub fences: bool,
    /// There is none without all routines, and nothing of a store buffer is compiled.
    #[cfg(not(feature = "whole"))]
    pub none: std::convert::Infallible,
}

/// One store on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// The cell, by its index.
    pub cell: u32,
    /// What it will be.
    pub value: u16,
    /// A ghost's, which arrives with the store before it.
    pub ghost: bool,
}

/// Beside the upper half of a cell's index, of a ghost's.
const GHOST: u16 = 1 << 15;

impl StoreBuffer {
    /// The most stores that wait. One more sends the oldest to memory at once, which a CPU may do
    /// at any time.
    pub const ROOM: u16 = 6;

    /// Gives the buffer of a CPU its cells.
    pub(super) fn new(layout: &mut Layout, cpu: usize, order: Order) -> StoreBuffer {
        let subject = Subject::Cpu(cpu as u16);
        let base = layout.add(subject, "store buffer", 0, Unit::Hidden);
        for entry in 0..Self::ROOM {
            for field in ["store buffer cell", "store buffer cell, high", "store buffer value"] {
                layout.add(subject, field, entry, Unit::Hidden);
            }
        }
        StoreBuffer { base, order }
    }

    fn count(self) -> Cell<u16> {
        Cell::at(self.base)
    }

    /// The cells of an entry: the cell that it is for, in two halves, and the value.
    fn entry(self, entry: u16) -> [Cell<u16>; 3] {
        [1, 2, 3].map(|field| Cell::at(self.base + 3 * u32::from(entry) + field))
    }

    fn set(self, memory: &mut Memory, entry: u16, pending: Pending) {
        let [low, high, value] = self.entry(entry);
        memory.store(low, pending.cell as u16);
        let ghost = if pending.ghost { GHOST } else { 0 };
        memory.store(high, (pending.cell >> 16) as u16 | ghost);
        memory.store(value, pending.value);
    }

    /// The stores that wait, oldest first.
    pub fn pending(self, memory: &Memory) -> impl DoubleEndedIterator<Item = Pending> + '_ {
        (0..memory.peek(self.count())).map(move |entry| {
            let [low, high, value] = self.entry(entry).map(|cell| memory.peek(cell));
            let ghost = high & GHOST != 0;
            Pending { cell: u32::from(high & !GHOST) << 16 | u32::from(low), value, ghost }
        })
    }

    /// Whether none waits.
    pub fn is_empty(self, memory: &Memory) -> bool {
        memory.peek(self.count()) == 0
    }

    /// What this CPU has stored to a cell and nobody else sees yet.
    pub fn own(self, memory: &Memory, cell: u32) -> Option<u16> {
        self.pending(memory).rfind(|pending| pending.cell == cell).map(|pending| pending.value)
    }

    /// A plain store: it waits behind the others.
    pub(super) fn push(self, memory: &mut Memory, cell: u32, value: u16) {
        self.add(memory, Pending { cell, value, ghost: false });
    }

    /// What the checker remembers of the store before.
    pub(super) fn push_ghost(self, memory: &mut Memory, cell: u32, value: u16) {
        self.add(memory, Pending { cell, value, ghost: true });
    }

    fn add(self, memory: &mut Memory, pending: Pending) {
        if memory.peek(self.count()) == Self::ROOM {
            self.drain_one(memory);
        }
        let count = memory.peek(self.count());
        self.set(memory, count, pending);
        memory.store(self.count(), count + 1);
    }

    /// The oldest store reaches memory, with its ghosts. There is one.
    pub(super) fn drain_one(self, memory: &mut Memory) {
        self.take_first(memory);
        while self.pending(memory).next().is_some_and(|next| next.ghost) {
            self.take_first(memory);
        }
    }

    fn take_first(self, memory: &mut Memory) {
        let pending: Vec<Pending> = self.pending(memory).collect();
        let oldest = pending[0];
        memory.store::<u16>(Cell::at(oldest.cell), oldest.value);
        let last = pending.len() as u16 - 1;
        for (entry, next) in pending[1..].iter().enumerate() {
            self.set(memory, entry as u16, *next);
        }
        self.set(memory, last, Pending { cell: 0, value: 0, ghost: false });
        memory.store(self.count(), last);
    }

    /// Whether clearing an entry is a plain store.
    pub(super) fn clears_plainly(self) -> bool {
        !self.order.pte_clear
    }

    /// Whether a spinlock is dropped by a plain store.
    pub(super) fn unlocks_plainly(self) -> bool {
        !self.order.atomics
    }

    /// What an atomic operation on a cell waits for.
    pub(super) fn before_atomic(self, memory: &mut Memory, cell: u32) {
        if self.order.atomics {
            return self.drain(memory);
        }
        while self.own(memory, cell).is_some() {
            self.drain_one(memory);
        }
    }

    /// What a fence waits for.
    pub(super) fn fence(self, memory: &mut Memory) {
        if self.order.fences {
            self.drain(memory);
        }
    }

    /// All reach memory, in order.
    pub(super) fn drain(self, memory: &mut Memory) {
        while !self.is_empty(memory) {
            self.drain_one(memory);
        }
    }
}
