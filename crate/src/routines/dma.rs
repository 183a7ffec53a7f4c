//! A device that reads and writes a pinned page: no kernel function, and no lock.
use super::entry::foll;
use super::uaccess::{note_shared, note_written};
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Line, Local, Op, Returns, Routine};
use crate::mm::Pfn;

/// A device writes.
pub const DMA_WRITE: Function = Function("dma_write");
/// A device reads.
pub const DMA_READ: Function = Function("dma_read");

const NO_PIN: Line = line("nopin", "(no page is pinned)", Op::Return(|_| errno::EFAULT));

const fn device(
    function: Function,
    params: &'static [Local],
    locals: &'static [Local],
    body: &'static [Line],
) -> Routine {
    Routine {
        function,
        source: "a device, by the address that it was given for the page",
        omits: "the IOMMU, bounce buffers",
        params,
        locals,
        returns: Returns::Value,
        body,
    }
}

/// The device knows the page, not the page table.
pub static DMA_WRITE_V5_8: Routine = device(
    DMA_WRITE,
    &[Local::Pin, Local::Word, Local::Value],
    &[],
    &[
        line("write", "the device writes the page", Op::Branch(writes, "done")),
        NO_PIN,
        line("done", "done", Op::Return(|_| 0)),
    ],
);

/// As the write.
pub static DMA_READ_V5_8: Routine = device(
    DMA_READ,
    &[Local::Pin, Local::Word],
    &[Local::Value],
    &[
        line("read", "the device reads the page", Op::Branch(reads, "done")),
        NO_PIN,
        line("done", "val", Op::Return(|look| look.get(Local::Value))),
    ],
);

fn pinned(ctx: &mut Ctx) -> Option<Pfn> {
    let pin: u16 = ctx.get(Local::Pin);
    ctx.load(ctx.layout().pin(usize::from(pin)).page())
}

/// What a device writes through a pin, the process behind the pin is to find. A device has no store
/// buffer, and the barrier of its doorbell lets the stores before it reach memory.
fn writes(ctx: &mut Ctx) -> bool {
    let Some(pfn) = pinned(ctx) else { return false };
    let (word, value): (u16, u16) = (ctx.get(Local::Word), ctx.get(Local::Value));
    ctx.update(ctx.layout().page(pfn).content(word), |_| value);
    let pin = ctx.layout().pin(usize::from(ctx.get::<u16>(Local::Pin)));
    let flags: u16 = ctx.peek(pin.flags());
    ctx.store(pin.flags(), flags | foll::WRITTEN);
    if let Some(mapping) = ctx.peek(pin.mapping()) {
        note_written(ctx, mapping.process, mapping.address, word, value);
    }
    note_shared(ctx, pfn, ctx.peek(pin.process()));
    true
}

fn reads(ctx: &mut Ctx) -> bool {
    let Some(pfn) = pinned(ctx) else { return false };
    let word: u16 = ctx.get(Local::Word);
    let value = ctx.load(ctx.layout().page(pfn).content(word));
    ctx.set(Local::Value, value);
    true
}
