//! What `collapse_huge_page` needs: huge pages are not split, nor walked by most.
use super::machine_table::StartMachine;
use super::reader::Reader;
use super::{Before, Place, Timeline};
use crate::machine::{Arg, Function, Local, Operation};
use crate::mm::vm;
use crate::routines::entry::foll;
use crate::routines::khugepaged::COLLAPSE_HUGE_PAGE;
use crate::routines::{dma, gup, gup_put, uaccess};

/// What can run beside it, whatever its arguments: it meets no huge page, or knows how to walk one.
const BESIDE: [Function; 8] = [
    COLLAPSE_HUGE_PAGE,
    uaccess::LOAD,
    uaccess::STORE,
    dma::DMA_WRITE,
    dma::DMA_READ,
    gup_put::UNPIN_USER_PAGE,
    gup_put::RELEASE_PAGES,
    gup_put::KVM_RELEASE_PAGE_DIRTY,
];

/// Complains about what a collapse cannot run beside or behind, and about processes that cannot
/// have a huge page. `places` are those of all calls, first of what has happened before, then of
/// each lane, if all of them could be read.
pub fn check(
    reader: &mut Reader,
    machine: &StartMachine,
    before: &[Before],
    cpus: &[Timeline],
    places: &[Place],
) {
    let before = before.iter().map(|before| (before.process, &before.run));
    let runs = cpus.iter().flat_map(|cpu| [(cpu.process, &cpu.run), (cpu.process, &cpu.interrupt)]);
    let all: Vec<_> = before
        .chain(runs)
        .flat_map(|(process, calls)| calls.iter().map(move |call| (process, call)))
        .zip(places)
        .map(|((process, call), place)| (process, call, *place))
        .collect();
    if !reader.complaints.is_empty() || !all.iter().any(|(_, call, _)| collapses(call)) {
        return;
    }
    for (process, call, place) in all {
        if let Some(process) = process.filter(|_| collapses(call)) {
            whole(reader, machine, process, place);
        } else if !can_be_beside(call) {
            let message = say!("`{}` cannot run beside `collapse_huge_page`", call.function.0);
            let hint = "only load, store, devices, dropping a pin, and pin_user_pages_fast or \
                        get_user_pages_fast with FOLL_FAST_ONLY know huge pages";
            reader.complain(place, message, Some(say!("{hint}")));
        }
    }
}

fn collapses(call: &Operation) -> bool {
    call.function == COLLAPSE_HUGE_PAGE
}

fn can_be_beside(call: &Operation) -> bool {
    let is_fast = [gup::PIN_USER_PAGES_FAST, gup::GET_USER_PAGES_FAST].contains(&call.function);
    let fast_only = |(local, arg): &(Local, Arg)| {
        *local == Local::Flags && matches!(arg, Arg::Value(flags) if flags & foll::FAST_ONLY != 0)
    };
    BESIDE.contains(&call.function) || is_fast && call.args.iter().any(fast_only)
}

/// One pmd stands above all pages of a process, which are its own and written to as it likes.
fn whole(reader: &mut Reader, machine: &StartMachine, process: usize, place: Place) {
    let constants = &machine.geometry.processes[process];
    let pages = constants.mappings.len();
    let largest = 1usize << machine.geometry.max_order;
    let name = &constants.name;
    if !pages.is_power_of_two() || pages < 2 || pages > largest {
        let message = say!("the mappings of `{name}` do not fill a huge page");
        let hint = say!("a huge page is a block of 2 pages or more, up to {largest} here");
        reader.complain(place, message, Some(hint));
    }
    let own = machine.mappings[process].iter().all(|start| {
        start.pfn.is_some() && start.write && !start.lazyfree && start.vm_flags & vm::FILE == 0
    });
    if !own || constants.parent.is_some() {
        let message = say!("`{name}` has mappings that are not collapsed");
        let hint = "all of them are anonymous pages that it may write to: `a = anon rw`";
        reader.complain(place, message, Some(say!("{hint}")));
    }
}
