//! The forms of `get_user_pages`, with and without locks, and of the check of long-term pins.
use super::kernels::Chosen;
use super::{access, follow_page, gup, gup_put, gup_slow, mm_h};
use crate::machine::Routine;

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

pub(super) fn gup_of(chosen: &Chosen) -> Vec<&'static Routine> {
    let value = chosen.get("gup");
    let pmd = usize::from(chosen.is("pmd_recheck", "on"));
    let mut routines: Vec<&'static Routine> = vec![
        &gup::GET_USER_PAGES_FAST_V5_8,
        &gup_slow::GUP_LONGTERM_UNLOCKED_V5_17,
        &gup_put::RELEASE_PAGES_V5_17,
        &access::ACCESS_REMOTE_VM_V5_8,
        &gup_put::KVM_RELEASE_PAGE_DIRTY_V5_8,
    ];
    let (internal, lockless): (&Routine, &Routine) = match value {
        "v5.8" => (&gup::INTERNAL_GET_USER_PAGES_FAST_V5_8, &gup::LOCKLESS_PAGES_FROM_MM_V5_8),
        "v5.9" => (&gup::INTERNAL_GET_USER_PAGES_FAST_V5_9, &gup::LOCKLESS_PAGES_FROM_MM_V5_9),
        "v5.11" => (&gup::INTERNAL_GET_USER_PAGES_FAST_V5_9, &gup::LOCKLESS_PAGES_FROM_MM_V5_11),
        _ => (&gup::INTERNAL_GET_USER_PAGES_FAST_V5_14, &gup::LOCKLESS_PAGES_FROM_MM_V5_11),
    };
    routines.extend([internal, lockless]);
    let unshare = value == "v5.19";
    routines.push(if unshare {
        &gup::PIN_USER_PAGES_FAST_V5_19
    } else {
        &gup::PIN_USER_PAGES_FAST_V5_8
    });
    if ["v5.18", "v5.19"].contains(&value) {
        routines.extend([
            if unshare { &gup::GUP_PTE_RANGE_V5_19[pmd] } else { &gup::GUP_PTE_RANGE_V5_18[pmd] },
            &gup::TRY_GRAB_FOLIO_V5_18,
            &gup_put::GUP_PUT_FOLIO_V5_18,
            &gup_put::UNPIN_USER_PAGES_V5_18,
            if unshare { &gup_put::UNPIN_USER_PAGE_V5_19 } else { &gup_put::UNPIN_USER_PAGE_V5_18 },
        ]);
        return routines;
    }
    let at_once = value != "v5.17";
    routines.extend([
        &gup::GUP_PTE_RANGE_V5_8[pmd],
        if at_once {
            &gup::TRY_GRAB_COMPOUND_HEAD_V5_8
        } else {
            &gup::TRY_GRAB_COMPOUND_HEAD_V5_14
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
        _ => (&follow_page::GET_USER_PAGES_V5_9, &follow_page::FOLLOW_PAGE_PTE_V5_8),
    };
    [&rounds[force], &follow[force], &follow_page::FAULTIN_PAGE_V5_8]
}

/// The check that treats a failure as success knows the loop of v6.1 only, unless it has its own.
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
        return vec![&gup_slow::GUP_LONGTERM_LOCKED_V5_8, check, &gup_put::PUT_PAGE_OF_PIN_V5_8];
    }
    match (retry, chosen.is("longterm_loop", "while_zero")) {
        (true, true) => {
            vec![&gup_slow::GUP_LONGTERM_LOCKED_V5_17, &gup_slow::CHECK_AND_MIGRATE_V5_17]
        }
        (true, false) => {
            vec![&gup_slow::GUP_LONGTERM_LOCKED_V6_1, &gup_slow::CHECK_AND_MIGRATE_V6_1]
        }
        (false, _) => {
            vec![&gup_slow::GUP_LONGTERM_LOCKED_V6_1, &gup_slow::CHECK_AND_MIGRATE_SUCCESS]
        }
    }
}
