//! The forms of `get_user_pages`, with and without locks, and of the check of long-term pins.
use super::kernels::Chosen;
use super::{follow_page, gup, gup_put, gup_slow, mm_h, try_grab};
use crate::machine::{Function, Routine};

pub(super) fn pincheck(value: &str, zero_refused: bool) -> &'static Routine {
    let form = match value {
        "two_reads_cma_first" => &mm_h::TWO_READS_CMA_FIRST,
        "two_reads_iso_first" => &mm_h::TWO_READS_ISO_FIRST,
        "volatile_local" => &mm_h::VOLATILE_LOCAL,
        "read_once_local" => &mm_h::READ_ONCE_OF_LOCAL,
        "bitmask" => &mm_h::BITMASK,
        "single_read" => &mm_h::SINGLE_READ,
        _ => &mm_h::CMA_ONLY,
    };
    &form[usize::from(zero_refused)]
}

/// What v6.10 calls the functions that walk without locks.
pub(super) const GUP_FAST_NAMES: [(Function, &str); 4] = [
    (gup::INTERNAL_GET_USER_PAGES_FAST, "gup_fast_fallback"),
    (gup::LOCKLESS_PAGES_FROM_MM, "gup_fast"),
    (gup::GUP_PTE_RANGE, "gup_fast_pte_range"),
    (try_grab::TRY_GRAB_FOLIO, "try_grab_folio_fast"),
];

/// The values of `gup` that know folios, from the first to the last.
const FOLIOS: [&str; 5] = ["v5.18", "v5.19", "v6.2", "v6.6", "v6.10"];

/// What is behind the calls that take and drop pins, in terms of folios.
fn of_folios(value: &str, pmd: usize) -> [&'static Routine; 5] {
    let walk: &Routine = match value {
        "v5.18" => &gup::GUP_PTE_RANGE_V5_18[pmd],
        "v5.19" => &gup::GUP_PTE_RANGE_V5_19[pmd],
        "v6.10" => &gup::GUP_PTE_RANGE_V6_10[pmd],
        _ => &gup::GUP_PTE_RANGE_V6_2[pmd],
    };
    let (grab, put): (&Routine, &Routine) = if is_late(value) {
        (&try_grab::TRY_GRAB_FOLIO_V6_5, &gup_put::GUP_PUT_FOLIO_V6_5)
    } else {
        (&try_grab::TRY_GRAB_FOLIO_V5_18, &gup_put::GUP_PUT_FOLIO_V5_18)
    };
    let unpin: &Routine = match value {
        "v5.18" => &gup_put::UNPIN_USER_PAGE_V5_18,
        _ => &gup_put::UNPIN_USER_PAGE_V5_19,
    };
    [walk, grab, put, &gup_put::UNPIN_USER_PAGES_V5_18, unpin]
}

fn is_late(value: &str) -> bool {
    ["v6.6", "v6.10"].contains(&value)
}

/// The calls themselves.
fn calls(value: &str) -> [&'static Routine; 4] {
    let (internal, lockless): (&Routine, &Routine) = match value {
        "v5.8" => (&gup::INTERNAL_GET_USER_PAGES_FAST_V5_8, &gup::LOCKLESS_PAGES_FROM_MM_V5_8),
        "v5.9" => (&gup::INTERNAL_GET_USER_PAGES_FAST_V5_9, &gup::LOCKLESS_PAGES_FROM_MM_V5_9),
        "v5.11" => (&gup::INTERNAL_GET_USER_PAGES_FAST_V5_9, &gup::LOCKLESS_PAGES_FROM_MM_V5_11),
        "v6.10" => (&gup::INTERNAL_GET_USER_PAGES_FAST_V6_10, &gup::LOCKLESS_PAGES_FROM_MM_V6_10),
        _ => (&gup::INTERNAL_GET_USER_PAGES_FAST_V5_14, &gup::LOCKLESS_PAGES_FROM_MM_V5_11),
    };
    let pin: &Routine = match value {
        "v5.19" | "v6.2" => &gup::PIN_USER_PAGES_FAST_V5_19,
        "v6.6" => &gup::PIN_USER_PAGES_FAST_V6_5,
        "v6.10" => &gup::PIN_USER_PAGES_FAST_V6_10,
        _ => &gup::PIN_USER_PAGES_FAST_V5_8,
    };
    let get: &Routine = match value {
        "v6.10" => &gup::GET_USER_PAGES_FAST_V6_10,
        _ => &gup::GET_USER_PAGES_FAST_V5_8,
    };
    [pin, get, internal, lockless]
}

pub(super) fn gup_of(chosen: &Chosen) -> Vec<&'static Routine> {
    let value = chosen.get("gup");
    let pmd = usize::from(chosen.is("pmd_recheck", "on"));
    let mut routines: Vec<&'static Routine> =
        vec![&gup_put::RELEASE_PAGES_V5_17, &gup_put::KVM_RELEASE_PAGE_DIRTY_V5_8];
    routines.extend(calls(value));
    if FOLIOS.contains(&value) {
        routines.extend(of_folios(value, pmd));
        return routines;
    }
    let at_once = value != "v5.17";
    routines.extend([
        &gup::GUP_PTE_RANGE_V5_8[pmd],
        if at_once {
            &try_grab::TRY_GRAB_COMPOUND_HEAD_V5_8
        } else {
            &try_grab::TRY_GRAB_COMPOUND_HEAD_V5_14
        },
        &gup_put::PUT_COMPOUND_HEAD_V5_8,
    ]);
    let unpin: [&Routine; 2] = match value {
        "v5.8" | "v5.9" => [&gup_put::UNPIN_USER_PAGES_V5_8, &gup_put::UNPIN_USER_PAGE_V5_8],
        _ => [&gup_put::UNPIN_USER_PAGES_V5_11, &gup_put::UNPIN_USER_PAGE_V5_11],
    };
    routines.extend(unpin);
    routines
}

/// The walk under the locks, by what `FOLL_FORCE` may do.
pub(super) fn following(chosen: &Chosen) -> [&'static Routine; 3] {
    let forces = ["drops_write", "foll_cow", "exclusive"];
    let force = forces.iter().position(|value| chosen.is("foll_force", value)).unwrap_or_default();
    let (rounds, follow) = match chosen.get("gup") {
        "v5.8" => (&follow_page::GET_USER_PAGES_V5_8, &follow_page::FOLLOW_PAGE_PTE_V5_8),
        "v5.19" => (&follow_page::GET_USER_PAGES_V5_19, &follow_page::FOLLOW_PAGE_PTE_V5_19),
        "v6.2" => (&follow_page::GET_USER_PAGES_V5_19, &follow_page::FOLLOW_PAGE_PTE_V6_2),
        value if is_late(value) => {
            (&follow_page::GET_USER_PAGES_V5_19, &follow_page::FOLLOW_PAGE_PTE_V6_6)
        }
        _ => (&follow_page::GET_USER_PAGES_V5_9, &follow_page::FOLLOW_PAGE_PTE_V5_8),
    };
    [&rounds[force], &follow[force], &follow_page::FAULTIN_PAGE_V5_8]
}

/// The check that treats a failure as success knows the loop of v6.1 and later only, unless it has
/// its own.
pub(super) fn longterm(chosen: &Chosen) -> Vec<&'static Routine> {
    let retry = chosen.is("isolation_failure", "retry");
    if chosen.is("longterm_loop", "check_again") {
        let puts = ["v5.8", "v5.9"].contains(&chosen.get("gup"));
        let check: &Routine = match (retry, puts) {
            (false, true) => &gup_slow::CHECK_AND_MIGRATE_V5_8,
            (false, false) => &gup_slow::CHECK_AND_MIGRATE_V5_11,
            (true, false) => &gup_slow::CHECK_AND_MIGRATE_V5_12,
            (true, true) => &gup_slow::CHECK_AND_MIGRATE_V5_12_PUTTING,
        };
        return vec![
            &gup_slow::GUP_LONGTERM_UNLOCKED_V5_17,
            &gup_slow::GUP_LONGTERM_LOCKED_V5_8,
            check,
            &gup_put::PUT_PAGE_OF_PIN_V5_8,
        ];
    }
    let (unlocked, again): (&Routine, &Routine) = match (retry, chosen.get("longterm_loop")) {
        (_, "unlocked") => {
            (&gup_slow::GUP_LONGTERM_UNLOCKED_V6_5, &gup_slow::GUP_LONGTERM_LOCKED_V6_5)
        }
        (true, "while_zero") => {
            (&gup_slow::GUP_LONGTERM_UNLOCKED_V5_17, &gup_slow::GUP_LONGTERM_LOCKED_V5_17)
        }
        _ => (&gup_slow::GUP_LONGTERM_UNLOCKED_V5_17, &gup_slow::GUP_LONGTERM_LOCKED_V6_1),
    };
    let check: &Routine = match (retry, chosen.is("longterm_loop", "while_zero")) {
        (true, true) => &gup_slow::CHECK_AND_MIGRATE_V5_17,
        (true, false) => &gup_slow::CHECK_AND_MIGRATE_V6_1,
        (false, _) => &gup_slow::CHECK_AND_MIGRATE_SUCCESS,
    };
    vec![unlocked, again, check]
}
