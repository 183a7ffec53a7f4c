//! One flat array of 16-bit cells, and the one door through which it is read and written.
//!
//! The record of what went through the door is what stepping back, highlighting, conflicts and
//! data-race reports are made of, so nothing may reach a cell by another way.
use std::cell::{Cell as ShareableCell, RefCell};
use std::marker::PhantomData;

use super::fingerprint::Fingerprint;
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

/// The machine's state: every cell, and what is remembered of reads and writes where it is wanted.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    cells: Vec<u16>,
    record: Option<Vec<Access>>,
    search: Option<Trail>,
    /// The cells that were read, or only looked at, while they are listed.
    looks: RefCell<Vec<u32>>,
    watch: Watch,
    /// Somebody went through the CPUs by number.
    order: ShareableCell<bool>,
}

/// What a search keeps.
#[derive(Clone, Debug)]
struct Trail {
    /// The cells that were written, and what they were before.
    undo: Vec<(u32, u16)>,
    print: Fingerprint,
}

/// The most readers.
pub const MOST_READERS: usize = 63;
/// In the place of readers: looks are listed.
const LISTING: u64 = 1 << MOST_READERS;

/// Which cells the readers have looked at so far, one bit a reader; and whose cells were written.
///
/// A reader that looks at the same cells again and finds the same values comes to the same verdict,
/// so it need not look again before one of them is written.
#[derive(Clone, Debug, Default)]
struct Watch {
    /// For each cell, who has ever looked at it.
    readers: Vec<ShareableCell<u64>>,
    /// Who looks now, or that looks are listed.
    reading: ShareableCell<u64>,
    /// Who has looked at what was written since [`Memory::forget_writes`].
    disturbed: u64,
}

impl Memory {
    /// A memory with these values and no record.
    pub fn new(cells: Vec<u16>) -> Self {
        let readers = vec![ShareableCell::new(0); cells.len()];
        Memory { watch: Watch { readers, ..Watch::default() }, cells, ..Memory::default() }
    }

    /// All values, in the order of the layout.
    pub fn cells(&self) -> &[u16] {
        &self.cells
    }

    /// Replaces all values; `cells` has the length of the layout. The fingerprint is for the caller
    /// to replace, too.
    pub fn restore(&mut self, cells: &[u16]) {
        self.cells.copy_from_slice(cells);
    }

    /// The value of a cell, looked at from outside: not an access.
    #[inline(always)]
    pub fn peek<T: Word>(&self, cell: Cell<T>) -> T {
        self.look(cell.index());
        T::from_word(self.cells[cell.index()])
    }

    /// Looks without note being taken: whoever asks looks at other cells too, one of which is
    /// written whenever these matter.
    pub fn aside<T>(&self, look: impl FnOnce() -> T) -> T {
        let reading = self.watch.reading.replace(0);
        let seen = look();
        self.watch.reading.set(reading);
        seen
    }

    #[inline(always)]
    fn look(&self, cell: usize) {
        let reading = self.watch.reading.get();
        // Nobody is known to list.
        if reading != 0 && self.watch.readers[cell].get() & reading == 0 {
            self.note_look(cell);
        }
    }

    #[inline(never)]
    fn note_look(&self, cell: usize) {
        let reading = self.watch.reading.get();
        if reading == LISTING {
            self.looks.borrow_mut().push(cell as u32);
        } else {
            let readers = &self.watch.readers[cell];
            readers.set(readers.get() | reading);
        }
    }

    /// Sets a cell from outside, as the starting state is made: not an access.
    pub fn poke<T: Word>(&mut self, cell: Cell<T>, value: T) {
        self.cells[cell.index()] = value.to_word();
    }

    /// Whose looks the next ones are: bits of readers, or 0 for nobody's.
    pub fn look_for(&mut self, readers: u64) {
        self.watch.reading.set(readers);
    }

    /// Adds what other memories of the same layout know of readers: a word for each cell.
    pub fn learn_readers(&mut self, others: &[u64]) {
        let pairs = self.watch.readers.iter().zip(others);
        pairs.for_each(|(own, other)| own.set(own.get() | other));
    }

    /// The readers of all cells, in the order of the layout.
    pub fn all_readers(&self) -> Vec<u64> {
        self.watch.readers.iter().map(ShareableCell::get).collect()
    }

    /// Who has ever looked at a cell.
    pub fn readers_of(&self, cell: u32) -> u64 {
        self.watch.readers[cell as usize].get()
    }

    /// Forgets whom writes have disturbed.
    pub fn forget_writes(&mut self) {
        self.watch.disturbed = 0;
    }

    /// The readers of what was written since.
    pub fn disturbed(&self) -> u64 {
        self.watch.disturbed
    }

    /// Somebody goes through the CPUs by number, and may treat those differently that run the same.
    pub fn note_order(&self) {
        self.order.set(true);
    }

    /// Whether anybody has done so since the last call.
    pub fn take_order(&self) -> bool {
        self.order.take()
    }

    /// Starts a new record of accesses.
    pub fn start_record(&mut self) {
        self.record = Some(Vec::new());
    }

    /// The accesses since the record was started or last taken; the record goes on.
    pub fn take_record(&mut self) -> Vec<Access> {
        self.record.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Whether there is one.
    pub fn has_record(&self) -> bool {
        self.record.is_some()
    }

    /// Ends the record.
    pub fn stop_record(&mut self) {
        self.record = None;
    }

    /// Starts a list of the cells that are read, or only looked at.
    pub fn start_looks(&mut self) {
        self.forget_looks();
        self.watch.reading.set(LISTING);
    }

    /// Empties the list.
    pub fn forget_looks(&mut self) {
        self.looks.get_mut().clear();
    }

    /// Goes on with the list; how many it has.
    pub fn list_more_looks(&mut self) -> usize {
        self.watch.reading.set(LISTING);
        self.looks.get_mut().len()
    }

    /// Ends the list.
    pub fn stop_looks(&mut self) {
        self.watch.reading.set(0);
    }

    /// The list, of cells in whatever order and as often as they were looked at.
    pub fn looks(&mut self) -> &[u32] {
        self.looks.get_mut()
    }

    /// From here on writes can be taken back, and a fingerprint is kept.
    pub fn start_search(&mut self) {
        let print = Fingerprint::of(&self.cells);
        self.search = Some(Trail { undo: Vec::new(), print });
    }

    /// The fingerprint; 0 unless [`Memory::start_search`] was called.
    pub fn fingerprint(&self) -> u128 {
        self.search.as_ref().map_or(0, |search| search.print.value())
    }

    /// Takes the values of another state whose fingerprint is known: those of `base`, but for the
    /// cells and values in `changes`. Nothing can be taken back behind this.
    pub fn restore_search(
        &mut self,
        base: &[u16],
        changes: impl Iterator<Item = (usize, u16)>,
        print: u128,
    ) {
        self.cells.copy_from_slice(base);
        changes.for_each(|(cell, value)| self.cells[cell] = value);
        if let Some(search) = &mut self.search {
            search.print.set(print);
            search.undo.clear();
        }
    }

    /// Takes back all writes since [`Memory::start_search`], [`Memory::restore_search`] or the last
    /// call. `print` is the fingerprint of then.
    pub fn take_back(&mut self, print: u128) {
        if let Some(search) = &mut self.search {
            search.undo.iter().rev().for_each(|(cell, old)| self.cells[*cell as usize] = *old);
            search.undo.clear();
            search.print.set(print);
        }
    }

    /// The cells that were written since, and their values now.
    pub fn changes(&self) -> impl Iterator<Item = (u32, u16)> + '_ {
        self.trail().iter().map(|(cell, _)| (*cell, self.cells[*cell as usize]))
    }

    /// What was written so far is not taken back any more.
    pub fn commit(&mut self) {
        if let Some(search) = &mut self.search {
            search.undo.clear();
        }
    }

    fn trail(&self) -> &[(u32, u16)] {
        self.search.as_ref().map_or(&[], |search| &search.undo)
    }

    /// How many writes can be taken back.
    pub fn mark(&self) -> usize {
        self.trail().len()
    }

    /// The cells that were written since a [`Memory::mark`].
    pub fn written_since(&self, mark: usize) -> impl Iterator<Item = u32> + '_ {
        self.trail()[mark..].iter().map(|(cell, _)| *cell)
    }

    /// A load.
    #[inline(always)]
    pub fn load<T: Word>(&mut self, cell: Cell<T>) -> T {
        let word = self.cells[cell.index()];
        self.look(cell.index());
        self.note(cell.index, AccessKind::Load, word, word);
        T::from_word(word)
    }

    /// A store.
    #[inline(always)]
    pub fn store<T: Word>(&mut self, cell: Cell<T>, value: T) {
        let old = self.cells[cell.index()];
        self.write(cell.index, old, value.to_word());
        self.note(cell.index, AccessKind::Store, old, value.to_word());
    }

    /// One atomic read-modify-write: the value before it.
    #[inline(always)]
    pub fn update<T: Word>(&mut self, cell: Cell<T>, change: impl FnOnce(T) -> T) -> T {
        let old = self.cells[cell.index()];
        let new = change(T::from_word(old)).to_word();
        self.look(cell.index());
        self.write(cell.index, old, new);
        self.note(cell.index, AccessKind::Rmw, old, new);
        T::from_word(old)
    }

    #[inline]
    fn write(&mut self, cell: u32, old: u16, new: u16) {
        let at = cell as usize;
        self.cells[at] = new;
        self.watch.disturbed |= self.watch.readers[at].get();
        if let Some(search) = &mut self.search {
            search.undo.push((cell, old));
            search.print.change(at, old, new);
        }
    }

    /// Puts back what a recorded access changed; accesses are undone last first.
    pub fn undo(&mut self, access: &Access) {
        self.cells[access.cell as usize] = access.old;
    }

    /// Does again what a recorded access did.
    pub fn redo(&mut self, access: &Access) {
        self.cells[access.cell as usize] = access.new;
    }

    #[inline(always)]
    fn note(&mut self, cell: u32, kind: AccessKind, old: u16, new: u16) {
        if let Some(record) = &mut self.record {
            record.push(Access { cell, kind, old, new });
        }
    }
}
