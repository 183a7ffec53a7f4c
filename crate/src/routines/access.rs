//! `access_remote_vm` of `mm/memory.c`: a write to `/proc/self/mem`.
use super::at_hand::{mmap_read, page_lock, set_page_dirty};
use super::entry::foll;
use super::follow_page::GET_USER_PAGES;
use super::gup::{got_no_page, page_of_ret};
use super::swap::PUT_PAGE;
use super::uaccess::note_written;
use crate::machine::routine::{errno, line};
use crate::machine::{Ctx, Function, Local, Op, Returns, Routine};
use crate::mm::Pfn;

/// `access_remote_vm`, which writes.
pub const ACCESS_REMOTE_VM: Function = Function("access_remote_vm");

/// What the area admits does not matter to `FOLL_FORCE`: a debugger sets breakpoints in code. What
/// it writes to must be the process's own copy all the same.
pub static ACCESS_REMOTE_VM_V5_8: Routine = Routine {
    function: ACCESS_REMOTE_VM,
    source: "mm/memory.c, v3.16 to v6.1 (__access_remote_vm)",
    omits: "more than one word; -EIO, which the caller of write() gets",
    params: &[Local::Mm, Local::Addr, Local::Word, Local::Value],
    locals: &[Local::Flags, Local::Page, Local::Ret],
    returns: Returns::Value,
    body: &[
        line("lock", "mmap_read_lock(mm)", Op::Acquire(mmap_read)),
        line("flags", "gup_flags = FOLL_WRITE | FOLL_FORCE", Op::Let(set_flags)),
        line("gup", "ret = get_user_pages_remote(mm, addr, 1, ..)", Op::Call(GET_USER_PAGES, &[])),
        line("none", "if (ret <= 0)", Op::If(got_no_page, "fail")),
        line("page", "maddr = kmap(page)", Op::Let(page_of_ret)),
        line("copy", "copy_to_user_page(vma, page, addr, maddr, buf)", Op::Do(write)),
        line("plock", "set_page_dirty_lock(page): lock_page", Op::Acquire(page_lock)),
        line("dirty", "  set_page_dirty(page)", Op::Do(set_page_dirty)),
        line("punlock", "  unlock_page(page)", Op::Release(page_lock)),
        line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
        line("unlock", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
        line("out", "return bytes written", Op::Return(|_| 0)),
        line("fail", "mmap_read_unlock(mm)", Op::Release(mmap_read)),
        line("error", "return 0 bytes", Op::Return(|_| errno::EFAULT)),
    ],
};

fn set_flags(ctx: &mut Ctx) {
    ctx.set(Local::Flags, foll::GET | foll::WRITE | foll::FORCE);
}

/// The kernel writes to the page that it was given. Ghost: the process is to find that, if it still
/// has the page.
fn write(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let (word, value): (u16, u16) = (ctx.get(Local::Word), ctx.get(Local::Value));
    ctx.store(ctx.layout().page(pfn).content(word), value);
    if ctx.peek(ctx.pte()).pfn() == Some(pfn) {
        note_written(ctx, ctx.get(Local::Mm), ctx.get(Local::Addr), word, value);
    }
}
