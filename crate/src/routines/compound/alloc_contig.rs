//! `mm/page_alloc.c`, `drivers/virtio/virtio_mem.c`: a range of contiguous pages, with what is
//! compound in it migrated away as a whole.
use crate::machine::routine::{errno, joined, line};
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::routines::alloc_contig::{
    ALLOC_CONTIG_MIGRATE_RANGE, ALLOC_CONTIG_RANGE, MIGRATE_RANGE, MIGRATE_RANGE_DRAINING,
};
use crate::routines::at_hand::{returned_enomem, returned_zero, want_movable};
use crate::routines::kernels::Chosen;

/// `virtio_mem_fake_offline`
pub const VIRTIO_MEM_FAKE_OFFLINE: Function = Function("virtio_mem_fake_offline");

const fn alloc_contig_migrate_range(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ALLOC_CONTIG_MIGRATE_RANGE,
        source,
        omits: "fatal signals; isolating 32 pages at a time; the number of tries is a parameter \
                (5 in the kernel)",
        params: &[Local::Start, Local::End],
        locals: &[Local::Tries, Local::Order, Local::Wanted, Local::AllocContig, Local::Ret],
        returns: Returns::Errno,
        body,
    }
}

const FOR_CONTIG: Line = line("cc", "cc.alloc_contig = true", Op::Let(for_contig));

/// What callers of `alloc_contig_range` are told apart by: compound pages are taken too
/// (1da2f328fa64).
pub static ALLOC_CONTIG_MIGRATE_RANGE_V5_7: Routine = alloc_contig_migrate_range(
    "mm/page_alloc.c, v5.7 to v6.12",
    joined!(&[FOR_CONTIG], MIGRATE_RANGE),
);
/// And pagevecs give their pages back first.
pub static ALLOC_CONTIG_MIGRATE_RANGE_DRAINING: Routine = alloc_contig_migrate_range(
    "mm/page_alloc.c, v5.7 to v6.12, with pagevecs",
    joined!(&[FOR_CONTIG], MIGRATE_RANGE_DRAINING),
);

/// A part of a memory block is taken from the allocator, so that the block can be unplugged when
/// all its parts are. A driver that fails comes back some minutes later.
pub static VIRTIO_MEM_FAKE_OFFLINE_V5_11: Routine = Routine {
    function: VIRTIO_MEM_FAKE_OFFLINE,
    source: "drivers/virtio/virtio_mem.c, v5.11 to v6.12",
    omits: "marking the pages; two tries stand for the five that it makes in ZONE_MOVABLE",
    params: &[Local::Start, Local::End],
    locals: &[Local::Wanted, Local::Tries, Local::Ret],
    returns: Returns::Errno,
    body: &[
        line("try", "for (retry_count = 0; retry_count < 5; ..)", Op::If(tried_twice, "busy")),
        line("count", "retry_count++", Op::Let(count_try)),
        line("contig", "rc = alloc_contig_range(pfn, ..)", Op::Call(ALLOC_CONTIG_RANGE, &[])),
        line("nomem", "if (rc == -ENOMEM) return rc", Op::If(returned_enomem, "fail")),
        line("failed", "else if (rc)", Op::If(|look| !returned_zero(look), "try")),
        line("done", "return 0", Op::Return(|_| 0)),
        line("busy", "return -EBUSY", Op::Return(|_| errno::EBUSY)),
        line("fail", "return rc", Op::Return(|_| errno::ENOMEM)),
    ],
};

/// The forms that a kernel has of these.
pub(super) fn routines(chosen: &Chosen) -> [&'static Routine; 2] {
    let migrates = match chosen.get("lru_pagevec") {
        "none" => &ALLOC_CONTIG_MIGRATE_RANGE_V5_7,
        _ => &ALLOC_CONTIG_MIGRATE_RANGE_DRAINING,
    };
    [migrates, &VIRTIO_MEM_FAKE_OFFLINE_V5_11]
}

fn for_contig(ctx: &mut Ctx) {
    ctx.set(Local::AllocContig, true);
}

fn tried_twice(look: &Look) -> bool {
    look.get::<u16>(Local::Tries) >= 2
}

fn count_try(ctx: &mut Ctx) {
    let tries: u16 = ctx.get(Local::Tries);
    ctx.set(Local::Tries, tries + 1);
    want_movable(ctx);
}
