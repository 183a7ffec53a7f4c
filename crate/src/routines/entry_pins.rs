//! Entries of those who take and drop references of the pages behind a mapping.
use super::entry::{ADDRESS, Entry, PLAIN, Param, ParamKind, foll, param};
use super::gup_put;
use crate::machine::Function;

const PIN: Param = param("page", ParamKind::Pin, "the name that a pin was given");
const FLAGS: Param = param(
    "gup_flags",
    ParamKind::GupFlags,
    "0, or flags joined by `|`: FOLL_WRITE, FOLL_LONGTERM, FOLL_FAST_ONLY",
);

pub(super) const PIN_USER_PAGES_FAST: Entry = Entry {
    name: "pin_user_pages_fast",
    function: Function("pin_user_pages_fast"),
    params: &[ADDRESS, FLAGS],
    implied_flags: foll::PIN,
    flags: &[
        ("FOLL_WRITE", foll::WRITE),
        ("FOLL_LONGTERM", foll::LONGTERM),
        ("FOLL_FAST_ONLY", foll::FAST_ONLY),
    ],
    makes_pin: true,
    needs_process: true,
    can_retry: false,
    help: "Pins the page behind one address for DMA: lockless first, under the locks if that \
           fails. FOLL_LONGTERM pins must not land on CMA pages.",
    returns: "how many pages were pinned: 1, 0, or a negative error number",
    ..PLAIN
};

pub(super) const GET_USER_PAGES_FAST: Entry = Entry {
    name: "get_user_pages_fast",
    function: Function("get_user_pages_fast"),
    params: &[ADDRESS, FLAGS],
    implied_flags: foll::GET,
    flags: &[("FOLL_WRITE", foll::WRITE), ("FOLL_FAST_ONLY", foll::FAST_ONLY)],
    makes_pin: true,
    needs_process: true,
    can_retry: false,
    help: "Takes one plain reference on the page behind one address. It skips the pinnable \
           check and the fork handshake.",
    returns: "how many pages were taken: 1, 0, or a negative error number",
    ..PLAIN
};

pub(super) const UNPIN_USER_PAGE: Entry = Entry {
    name: "unpin_user_page",
    function: Function("unpin_user_page"),
    params: &[PIN],
    in_interrupt: true,
    help: "Drops a pin of `pin_user_pages_fast`; does nothing if there is none.",
    ..PLAIN
};

pub(super) const RELEASE_PAGES: Entry = Entry {
    name: "release_pages",
    function: Function("release_pages"),
    params: &[PIN],
    in_interrupt: true,
    help: "Drops the reference of `get_user_pages_fast`; does nothing if there is none. A page \
           that a device has written to is locked and marked dirty first.",
    ..PLAIN
};

pub(super) const KVM_RELEASE_PAGE_DIRTY: Entry = Entry {
    name: "kvm_release_page_dirty",
    function: gup_put::KVM_RELEASE_PAGE_DIRTY,
    params: &[PIN],
    in_interrupt: true,
    help: "Marks the page of `get_user_pages_fast` dirty, without its lock, and drops the \
           reference; does nothing if there is none.",
    ..PLAIN
};
