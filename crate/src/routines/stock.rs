//! What a patch can insert: the locks that have a name here, interrupts, preemption, a fence.
use super::at_hand::{mmap_read, mmap_write, page_lock, ptl};
use super::page_alloc::zone_lock;
use crate::machine::routine::line;
use crate::machine::{Line, Local, Look, Op};
use crate::mm::Lock;

/// A lock that a patch can take and drop.
pub struct StockLock {
    /// How the patch names it.
    pub name: &'static str,
    /// The line that takes it.
    pub acquire: Line,
    /// The line that drops it.
    pub release: Line,
    /// The locals that say which one it is: the routine must have them.
    pub needs: &'static [Local],
}

const fn lock(
    name: &'static str,
    acquire: &'static str,
    release: &'static str,
    which: fn(&Look) -> Lock,
    needs: &'static [Local],
) -> StockLock {
    StockLock {
        name,
        acquire: line("acquire", acquire, Op::Acquire(which)),
        release: line("release", release, Op::Release(which)),
        needs,
    }
}

fn cma_lock(look: &Look) -> Lock {
    look.layout().cma_lock(usize::from(look.get::<u16>(Local::Area)))
}

fn cma_mutex(look: &Look) -> Lock {
    look.layout().cma_mutex()
}

/// The locks.
pub static LOCKS: &[StockLock] = &[
    lock(
        "zone->lock",
        "spin_lock_irqsave(&zone->lock)",
        "spin_unlock_irqrestore(..)",
        zone_lock,
        &[],
    ),
    lock("ptl", "spin_lock(ptl)", "spin_unlock(ptl)", ptl, &[Local::Mm]),
    lock("mmap_lock read", "mmap_read_lock(mm)", "mmap_read_unlock(mm)", mmap_read, &[Local::Mm]),
    lock(
        "mmap_lock write",
        "mmap_write_lock(mm)",
        "mmap_write_unlock(mm)",
        mmap_write,
        &[Local::Mm],
    ),
    lock("page", "lock_page(page)", "unlock_page(page)", page_lock, &[Local::Page]),
    lock("cma_mutex", "mutex_lock(&cma_mutex)", "mutex_unlock(&cma_mutex)", cma_mutex, &[]),
    lock("cma->lock", "spin_lock_irq(&cma->lock)", "spin_unlock_irq(..)", cma_lock, &[Local::Area]),
];

/// What else can be inserted: the key, its value, and the line.
pub static LINES: &[(&str, &str, Line)] = &[
    ("irq", "off", line("irqoff", "local_irq_save(flags)", Op::IrqOff)),
    ("irq", "on", line("irqon", "local_irq_restore(flags)", Op::IrqOn)),
    ("preempt", "off", line("preemptoff", "preempt_disable()", Op::PreemptOff)),
    ("preempt", "on", line("preempton", "preempt_enable()", Op::PreemptOn)),
    ("fence", "smp_mb", line("fence", "smp_mb()", Op::Fence)),
];
