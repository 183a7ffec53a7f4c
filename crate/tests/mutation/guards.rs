//! What the kernel changes under a lock alone is written by the holder of that lock, or with
//! interrupts off where that is the guard. This is what a lock is for in scenarios where nobody
//! contends for it.
use pagerace::machine::System;
use pagerace::mm::{Access, AccessKind, LockKind, LockWord, Memory, Pfn, Pte, Subject, Unit, Word};

/// The first write of a line that its lane had no right to, by the field's name. `before` is the
/// memory before the line, and is brought to that behind it.
pub fn unguarded(
    system: &System,
    before: &mut Memory,
    cpu: usize,
    accesses: &[Access],
) -> Option<String> {
    let mut wrong = None;
    for access in accesses {
        let writes = access.kind != AccessKind::Load;
        if wrong.is_none() && writes && !is_guarded(system, before, cpu, access) {
            let info = system.layout.info(access.cell);
            wrong = Some(format!("CPU{cpu} writes {} of {:?} unguarded", info.field, info.subject));
        }
        before.redo(access);
    }
    wrong
}

fn is_guarded(system: &System, memory: &Memory, cpu: usize, access: &Access) -> bool {
    let layout = &system.layout;
    let holds = |lock: pagerace::mm::Lock| memory.peek(lock.cell).held_by(cpu);
    let lock_of = |pfn: Pfn| layout.page(layout.block_head(memory, pfn)).lock();
    let irqs_off = memory.peek(system.lanes[cpu].cells.irqs_off()) > 0;
    let info = layout.info(access.cell);
    match (info.subject, info.field) {
        (Subject::Zone, "free_list head" | "free_list tail" | "nr_isolate_pageblock") => {
            holds(layout.zone().lock())
        }
        (Subject::Zone, "NR_FREE_PAGES" | "NR_FREE_CMA_PAGES") => {
            irqs_off || holds(layout.zone().lock())
        }
        (Subject::Block(_), "migratetype") => {
            !system.kernel.config.types_change_under_lock || holds(layout.zone().lock())
        }
        (Subject::Cpu(of), "pcp->count" | "free_list head" | "free_list tail") => {
            let own = of == if system.kernel.config.smp { cpu as u16 } else { 0 };
            own && irqs_off || holds(layout.pcp(usize::from(of)).lock(LockKind::Spin))
        }
        (Subject::Cma(area), "bitmap") => holds(layout.cma_lock(usize::from(area))),
        (Subject::Mm(mm), "pmd") => holds(layout.mm(usize::from(mm)).ptl()),
        // Nobody looks at the areas of a process that is being made.
        (Subject::Mm(mm), "vm_flags") => {
            let mm = layout.mm(usize::from(mm));
            let lock = memory.peek(mm.mmap_write().cell);
            !memory.peek(mm.runs()) || lock.exclusive() && lock.held_by(cpu)
        }
        (Subject::Page(pfn), "_mapcount + 1" | "PG_anon_exclusive") => {
            let tables = 0..layout.geometry.processes.len();
            let unmapped = memory.peek(layout.page(Pfn(pfn)).mapcount()) == 0;
            unmapped || tables.map(|mm| layout.mm(mm).ptl()).any(holds)
        }
        // The first one is given to a page that nobody else knows.
        (Subject::Page(pfn), "mapping and index") => {
            access.old == 0 || access.new == 0 || holds(layout.page(Pfn(pfn)).lock())
        }
        // Of a compound page, the head's lock is the lock of all.
        (Subject::Page(pfn), "PG_swapcache") => holds(lock_of(Pfn(pfn))),
        // The hardware sets the dirty bit without a lock.
        (Subject::Mm(_), "pte") if differs_in_dirty(access) => true,
        (Subject::Mm(mm), "pte") => {
            let restores = match (Pte::from_word(access.old), Pte::from_word(access.new)) {
                (Pte::Migration { pfn, .. }, Pte::Present { .. }) => Some(pfn),
                _ => None,
            };
            holds(layout.mm(usize::from(mm)).ptl())
                && restores.is_none_or(|pfn| holds(lock_of(pfn)))
        }
        _ => true,
    }
}

fn differs_in_dirty(access: &Access) -> bool {
    let dirty = |word: u16| match Pte::from_word(word) {
        Pte::Present { pfn, write: true, .. } => Pte::Present { pfn, write: true, dirty: true },
        other => other,
    };
    access.kind == AccessKind::Rmw && dirty(access.old) == dirty(access.new)
}

/// The first lock that is held when every lane has run to its end. A scenario may begin or end
/// with the pcplists disabled, and so with the lock of that.
pub fn still_locked(system: &System, memory: &Memory) -> Option<String> {
    let outside = system.layout.zone().pcp_batch_high_lock().cell.index();
    let mut locks = (0..system.layout.len())
        .filter(|cell| *cell != outside)
        .filter(|cell| system.layout.info(*cell as u32).unit == Unit::Lock);
    let held = locks.find(|cell| LockWord::of(memory, *cell as u32) != LockWord::FREE)?;
    Some(format!("{} is still held in the end", system.layout.info(held as u32).field))
}
