//! `mm/swap.c`: a page moves to the front of the active list, which takes it off the LRU for a
//! moment.
use super::move_pages::find_page;
use super::swap::to_head;
use crate::machine::routine::{joined, line};
use crate::machine::{Function, Line, Local, Look, Op, Returns, Routine};
use crate::routines::at_hand::{get_page, join_lru, ptl, take_address};
use crate::routines::swap::PUT_PAGE;
use crate::routines::vmscan::test_and_clear_lru_fails;

/// `activate_page`, of the page behind an address.
pub const ACTIVATE_PAGE: Function = Function("activate_page");

const FIND: &[Line] = &[
    line("one", "addr", Op::Let(take_address)),
    line("lock", "page = follow_page(vma, addr, FOLL_GET)", Op::Acquire(ptl)),
    line("pte", "  page = vm_normal_page(*ptep), or of *pmd", Op::Do(find_page)),
    line("none", "  if (!page)", Op::If(|look: &Look| !look.get::<bool>(Local::Head), "nopage")),
    line("head", "  page = compound_head(page)", Op::Do(to_head)),
    line("get", "  get_page(page)", Op::Do(get_page)),
    line("unlock", "  pte_unmap_unlock(ptep, ptl)", Op::Release(ptl)),
];
const PUT: &[Line] = &[
    line("put", "put_page(page)", Op::Call(PUT_PAGE, &[])),
    line("out", "return", Op::Return(|_| 0)),
    line("nopage", "  pte_unmap_unlock(ptep, ptl)", Op::Release(ptl)),
    line("nothing", "return", Op::Return(|_| 0)),
];

const fn activate(source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: ACTIVATE_PAGE,
        source,
        omits: "pages that are active already; pagevecs: a compound page does not wait on one; \
                the lists and lruvec->lru_lock",
        params: &[Local::Mm, Local::Given],
        locals: &[Local::Addr, Local::Page, Local::Head],
        returns: Returns::Nothing,
        body,
    }
}

/// Under the lock of the lists `PG_lru` stays set.
pub static ACTIVATE_PAGE_V5_8: Routine = activate("mm/swap.c, v5.8 to v5.10", joined!(FIND, PUT));
/// Who clears `PG_lru` owns the page's place on its list (fc574c23558c).
pub static ACTIVATE_PAGE_V5_11: Routine = activate(
    "mm/swap.c, v5.11 to v6.12",
    joined!(
        FIND,
        &[
            line(
                "clear",
                "if (!TestClearPageLRU(page))",
                Op::Branch(test_and_clear_lru_fails, "put")
            ),
            line("set", "lruvec_add_folio(); SetPageLRU(page)", Op::Do(join_lru)),
        ],
        PUT
    ),
);
