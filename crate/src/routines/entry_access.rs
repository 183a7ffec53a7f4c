//! Entries of those who read and write memory: a process, a device, a debugger, a monitor.
use super::entry::{ADDRESS, Entry, Needs, PLAIN, Param, ParamKind, param};
use super::{access, dma, uaccess, uffd_continue, userfaultfd};

const WORD: Param = param("addr", ParamKind::Word, "a word of a mapping: `a[1]`; `a` is `a[0]`");
const PIN_WORD: Param =
    param("page", ParamKind::PinWord, "a word of a pinned page: `p[0]`; `p` is `p[0]`");
const VALUE: Param = param("value", ParamKind::Value, "what is stored, from 0 to 255");
const ENABLE_WP: Param = param("enable_wp", ParamKind::Bool, "true to protect, false to let go");

pub(super) const LOAD: Entry = Entry {
    name: "load",
    function: uaccess::LOAD,
    params: &[WORD],
    needs_process: true,
    help: "The process reads a word of its memory. Behind an entry that permits it this takes \
           no lock; else it faults. At the start a word holds 10 times the mapping's number.",
    returns: "the value, or -EFAULT",
    can_retry: false,
    ..PLAIN
};

pub(super) const STORE: Entry = Entry {
    name: "store",
    function: uaccess::STORE,
    params: &[WORD, VALUE],
    needs_process: true,
    help: "The process writes a word of its memory, as `load` reads it.",
    returns: "0, or -EFAULT",
    can_retry: false,
    ..PLAIN
};

pub(super) const MEM_WRITE: Entry = Entry {
    name: "mem_write",
    function: access::ACCESS_REMOTE_VM,
    params: &[WORD, VALUE],
    needs_process: true,
    help: "The process writes a word through /proc/self/mem (access_remote_vm with \
           FOLL_FORCE): also where its mapping is read-only.",
    returns: "0, or -EFAULT",
    can_retry: false,
    ..PLAIN
};

pub(super) const UFFD_CONTINUE: Entry = Entry {
    name: "uffd_continue",
    function: uffd_continue::MCONTINUE_ATOMIC_PTE,
    params: &[ADDRESS],
    needs_process: true,
    needs: Needs::File,
    help: "Maps a page of a file in shared memory that is in the page cache already \
           (UFFDIO_CONTINUE of userfaultfd, v5.14 and later).",
    returns: "0, or -EEXIST where something is mapped",
    can_retry: false,
    ..PLAIN
};

pub(super) const DMA_WRITE: Entry = Entry {
    name: "dma_write",
    function: dma::DMA_WRITE,
    params: &[PIN_WORD, VALUE],
    in_interrupt: true,
    help: "A device writes a word of a pinned page; does nothing if there is none.",
    ..PLAIN
};

pub(super) const DMA_READ: Entry = Entry {
    name: "dma_read",
    function: dma::DMA_READ,
    params: &[PIN_WORD],
    in_interrupt: true,
    can_retry: false,
    help: "A device reads a word of a pinned page.",
    returns: "the value, or -EFAULT if no page is pinned",
    ..PLAIN
};

pub(super) const MWRITEPROTECT_RANGE: Entry = Entry {
    name: "mwriteprotect_range",
    function: userfaultfd::MWRITEPROTECT_RANGE,
    params: &[ADDRESS, ENABLE_WP],
    needs_process: true,
    help: "Write-protects one page for a monitor of userfaultfd, or lets it go. A store to a \
           protected page waits for that.",
    returns: "0",
    can_retry: false,
    ..PLAIN
};
