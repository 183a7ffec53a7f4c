//! Entries of those who take rights from a mapping, or move its page, while somebody else counts on
//! it, and of the caller that counts on it most.
use super::entry::{ADDRESS, Entry, PLAIN, Param, ParamKind, param};
use super::{khugepaged, ksm, move_pages, mprotect, soft_dirty, umcg};

const PROT: Param = param("prot", ParamKind::Prot, "PROT_READ or PROT_READ | PROT_WRITE");

pub(super) const MPROTECT: Entry = Entry {
    name: "mprotect",
    function: mprotect::MPROTECT,
    params: &[ADDRESS, PROT],
    needs_process: true,
    help: "Changes the rights to one page. An entry that has lost its right to write gets it \
           back from the fault of a store.",
    ..PLAIN
};

pub(super) const CHANGE_PROT_NUMA: Entry = Entry {
    name: "change_prot_numa",
    function: mprotect::CHANGE_PROT_NUMA,
    params: &[ADDRESS],
    needs_process: true,
    help: "The scanner of NUMA balancing makes one page inaccessible, so that the next access \
           tells who uses it.",
    ..PLAIN
};

pub(super) const CLEAR_REFS: Entry = Entry {
    name: "clear_refs",
    function: soft_dirty::CLEAR_REFS,
    params: &[ADDRESS],
    needs_process: true,
    help: "Write-protects one page to learn whether it is written to (soft-dirty tracking).",
    ..PLAIN
};

pub(super) const MOVE_PAGES: Entry = Entry {
    name: "move_pages",
    function: move_pages::MOVE_PAGES,
    params: &[ADDRESS],
    needs_process: true,
    help: "Migrates one page to another one.",
    returns: "0, -ENOENT, -EBUSY, or how many pages stayed where they were: 1",
    ..PLAIN
};

pub(super) const COLLAPSE_HUGE_PAGE: Entry = Entry {
    name: "collapse_huge_page",
    function: khugepaged::COLLAPSE_HUGE_PAGE,
    needs_process: true,
    help: "khugepaged copies all pages of a process to a huge page, if nobody else holds one. \
           Only loads, stores, devices and calls with FOLL_FAST_ONLY can run beside it.",
    returns: "whether there is a huge page now",
    ..PLAIN
};

pub(super) const KSM_WRITE_PROTECT: Entry = Entry {
    name: "ksm_write_protect",
    function: ksm::WRITE_PROTECT_PAGE,
    params: &[ADDRESS],
    needs_process: true,
    help: "KSM write-protects one page before it compares it, unless somebody else holds it.",
    returns: "0 or -EFAULT",
    ..PLAIN
};

pub(super) const UMCG_PIN: Entry = Entry {
    name: "umcg_pin_and_load",
    function: umcg::UMCG_PIN,
    params: &[ADDRESS],
    makes_pin: true,
    needs_process: true,
    can_retry: false,
    help: "Pins the page of a task's state and tries it, so that the scheduler may access it \
           without a fault (an RFC of 2022). The toggle `umcg_pin` says how it tries.",
    returns: "0 or -EFAULT",
    ..PLAIN
};

pub(super) const UMCG_UPDATE: Entry = Entry {
    name: "umcg_update",
    function: umcg::UMCG_UPDATE,
    params: &[ADDRESS],
    needs_process: true,
    help: "The scheduler adds one to word 1 of a page, with page faults disabled.",
    returns: "0, or -EFAULT if it would have faulted",
    can_retry: false,
    ..PLAIN
};
