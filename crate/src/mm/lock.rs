//! Lock words: free, held by one lane, or shared by several.
use super::memory::{Cell, Memory};
use super::word::Word;

/// What kind of lock it is; decides who may sleep and what an interrupt may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LockKind {
    /// `spin_lock_irqsave`: interrupts are off on the holder's CPU.
    SpinIrq,
    /// `spin_lock`
    Spin,
    /// `mutex_lock`
    Mutex,
    /// `down_read` and `down_write`
    RwSem,
    /// `lock_page`
    Page,
}

/// Alone or with other readers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mode {
    /// Nobody else may hold it.
    Exclusive,
    /// Other readers may hold it too.
    Shared,
}

/// A lock that a line takes or drops.
#[derive(Clone, Copy, Debug)]
pub struct Lock {
    /// Where its word is.
    pub cell: Cell<LockWord>,
    /// What it is.
    pub kind: LockKind,
    /// How it is taken.
    pub mode: Mode,
}

/// Who holds a lock: one bit per lane, and whether it is held exclusively.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LockWord(u16);

const EXCLUSIVE: u16 = 1 << 15;

impl LockWord {
    /// Held by nobody.
    pub const FREE: LockWord = LockWord(0);

    /// Whether `cpu` (below 15) could take it in this mode.
    pub fn admits(self, mode: Mode) -> bool {
        match mode {
            Mode::Exclusive => self.0 == 0,
            Mode::Shared => self.0 & EXCLUSIVE == 0,
        }
    }

    /// The word after `cpu` (below 15) took it.
    pub fn taken(self, cpu: usize, mode: Mode) -> LockWord {
        let flag = if mode == Mode::Exclusive { EXCLUSIVE } else { 0 };
        LockWord(self.0 | 1 << cpu | flag)
    }

    /// The word after `cpu` (below 15) dropped it.
    pub fn dropped(self, cpu: usize) -> LockWord {
        let readers = self.0 & !EXCLUSIVE & !(1 << cpu);
        LockWord(readers)
    }

    /// Whether `cpu` (below 15) holds it.
    pub fn held_by(self, cpu: usize) -> bool {
        self.0 & 1 << cpu != 0
    }

    /// Whether it is held exclusively.
    pub fn exclusive(self) -> bool {
        self.0 & EXCLUSIVE != 0
    }

    /// The lock word in a cell that the layout says holds one.
    pub fn of(memory: &Memory, cell: u32) -> LockWord {
        memory.peek(Cell::at(cell))
    }

    /// The lanes that hold it, lowest first.
    pub fn holders(self) -> impl Iterator<Item = usize> {
        (0..15).filter(move |cpu| self.held_by(*cpu))
    }
}

impl Word for LockWord {
    fn to_word(self) -> u16 {
        self.0
    }
    fn from_word(word: u16) -> Self {
        LockWord(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_and_a_writer_does_not() {
        let one = LockWord::FREE.taken(1, Mode::Shared);
        assert!(one.admits(Mode::Shared) && !one.admits(Mode::Exclusive));
        let two = one.taken(3, Mode::Shared);
        assert_eq!(two.holders().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(two.dropped(1).dropped(3), LockWord::FREE);
        let writer = LockWord::FREE.taken(0, Mode::Exclusive);
        assert!(!writer.admits(Mode::Shared) && writer.exclusive());
        assert_eq!(writer.dropped(0), LockWord::FREE);
    }
}
