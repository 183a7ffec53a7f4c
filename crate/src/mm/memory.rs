//! One flat array of 16-bit cells, and the one door through which it is read and written.
//!
//! The record of what went through the door is what stepping back, highlighting, conflicts and
//! data-race reports are made of, so nothing may reach a cell by another way.
use std::marker::PhantomData;
use std::rc::Rc;

use super::word::Word;

/// The place of one value of type `T` in [`Memory`].
#[derive(Debug)]
pub struct Cell<T> {
    index: u32,
    holds: PhantomData<T>,
}

impl<T> Clone for Cell<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Cell<T> {}

impl<T: Word> Cell<T> {
    /// The cell at `index`; the layout alone makes these.
    pub(crate) fn at(index: u32) -> Self {
        Cell { index, holds: PhantomData }
    }

    /// Its place in the array.
    pub fn index(self) -> usize {
        self.index as usize
    }
}

/// What a cell belongs to, for words and for the page's highlighting.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// `struct zone`
    Zone,
    /// A pageblock, by number.
    Block(u16),
    /// A CMA area, by number.
    Cma(u16),
    /// `struct page`, by page frame number.
    Page(u16),
    /// `struct mm_struct`, by process number.
    Mm(u16),
    /// A slot of the swap area, by number.
    Swap(u16),
    /// `struct mem_section`, by number.
    Section(u16),
    /// A pin handle of the scenario, by number.
    Pin(u16),
    /// A lane, by number.
    Cpu(u16),
    /// What the checker remembers and the kernel does not.
    Ghost,
}

/// How the value of a cell is put into words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A plain number.
    Number,
    /// A number that may be negative.
    Signed,
    /// Yes or no.
    Flag,
    /// A page or none.
    Page,
    /// A page table entry.
    Pte,
    /// The entry above a page table.
    Pmd,
    /// A swap slot or none.
    Slot,
    /// A migratetype.
    Migratetype,
    /// A [`super::Place`].
    Place,
    /// A lock word.
    Lock,
    /// One bit per thing.
    Bits,
    /// Of no interest to a reader.
    Hidden,
}

/// What is known of one cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CellInfo {
    /// What it belongs to.
    pub subject: Subject,
    /// The kernel's name of the field.
    pub field: &'static str,
    /// Which of several, where the field is an array.
    pub index: u16,
    /// How to read it.
    pub unit: Unit,
}

/// What was done to a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AccessKind {
    /// Read.
    Load,
    /// Written.
    Store,
    /// Read and written as one atomic operation.
    Rmw,
}

/// One thing done to one cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    /// The cell's index.
    pub cell: u32,
    /// What was done.
    pub kind: AccessKind,
    /// The value before.
    pub old: u16,
    /// The value after; as before for a load.
    pub new: u16,
}

/// Parts of the machine, of which only some properties take notice. Cells of the lanes are none.
pub mod part {
    /// Free lists, pcplists, pageblocks, and what a page says of its place on them.
    pub const ALLOCATOR: u8 = 1 << 0;
    /// The rest: references, mappings, page tables, pins.
    pub const REST: u8 = 1 << 1;
    /// Both.
    pub const ALL: u8 = ALLOCATOR | REST;
}

/// The machine's state: every cell, and a record of accesses when one is wanted.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    cells: Vec<u16>,
    record: Option<Vec<Access>>,
    /// What each cell is part of; all of it where nothing is said.
    parts: Rc<[u8]>,
    touched: u8,
}

impl Memory {
    /// A memory with these values and no record.
    pub fn new(cells: Vec<u16>) -> Self {
        Memory { cells, record: None, parts: Rc::from([]), touched: part::ALL }
    }

    /// All values, in the order of the layout.
    pub fn cells(&self) -> &[u16] {
        &self.cells
    }

    /// Replaces all values; `cells` has the length of the layout.
    pub fn restore(&mut self, cells: &[u16]) {
        self.cells.copy_from_slice(cells);
    }

    /// The value of a cell, looked at from outside: not an access.
    pub fn peek<T: Word>(&self, cell: Cell<T>) -> T {
        T::from_word(self.cells[cell.index()])
    }

    /// Sets a cell from outside, as the starting state is made: not an access.
    pub fn poke<T: Word>(&mut self, cell: Cell<T>, value: T) {
        self.cells[cell.index()] = value.to_word();
    }

    /// Says what each cell is part of: bits of [`part`], in the order of the layout.
    pub fn set_parts(&mut self, parts: Rc<[u8]>) {
        self.parts = parts;
    }

    /// Forgets what was written.
    pub fn forget_writes(&mut self) {
        self.touched = 0;
    }

    /// The parts that were written to since.
    pub fn touched(&self) -> u8 {
        self.touched
    }

    fn touch(&mut self, cell: u32) {
        self.touched |= self.parts.get(cell as usize).copied().unwrap_or(part::ALL);
    }

    /// Starts a new record of accesses.
    pub fn start_record(&mut self) {
        self.record = Some(Vec::new());
    }

    /// The accesses since the record was started or last taken; the record goes on.
    pub fn take_record(&mut self) -> Vec<Access> {
        self.record.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Ends the record.
    pub fn stop_record(&mut self) {
        self.record = None;
    }

    /// A load.
    pub fn load<T: Word>(&mut self, cell: Cell<T>) -> T {
        let word = self.cells[cell.index()];
        self.note(cell.index, AccessKind::Load, word, word);
        T::from_word(word)
    }

    /// A store.
    pub fn store<T: Word>(&mut self, cell: Cell<T>, value: T) {
        let old = self.cells[cell.index()];
        let new = value.to_word();
        self.cells[cell.index()] = new;
        self.touch(cell.index);
        self.note(cell.index, AccessKind::Store, old, new);
    }

    /// One atomic read-modify-write: the value before it.
    pub fn update<T: Word>(&mut self, cell: Cell<T>, change: impl FnOnce(T) -> T) -> T {
        let old = self.cells[cell.index()];
        let new = change(T::from_word(old)).to_word();
        self.cells[cell.index()] = new;
        self.touch(cell.index);
        self.note(cell.index, AccessKind::Rmw, old, new);
        T::from_word(old)
    }

    /// Puts back what a recorded access changed; accesses are undone last first.
    pub fn undo(&mut self, access: &Access) {
        self.cells[access.cell as usize] = access.old;
    }

    /// Does again what a recorded access did.
    pub fn redo(&mut self, access: &Access) {
        self.cells[access.cell as usize] = access.new;
    }

    fn note(&mut self, cell: u32, kind: AccessKind, old: u16, new: u16) {
        if let Some(record) = &mut self.record {
            record.push(Access { cell, kind, old, new });
        }
    }
}
