//! The fixed words that arguments may be, with what they stand for: what the reader accepts, and
//! what a form offers.
use crate::mm::{Migratetype, vm};
use crate::routines::entry::{Entry, ParamKind, advice, gfp};

/// A word of a call, and its value in a cell.
pub type Known = (&'static str, u16);

/// Beside the type in the word of a `gfp_mask`, until the two are told apart.
pub(super) const COMPOUND: u16 = 1 << 8;

pub(super) const GFP: &[Known] = &[
    ("GFP_KERNEL", Migratetype::Unmovable as u16),
    ("GFP_HIGHUSER_MOVABLE", Migratetype::Movable as u16),
    ("__GFP_RECLAIMABLE", Migratetype::Reclaimable as u16),
    ("__GFP_COMP", COMPOUND),
];
pub(super) const PROT: &[Known] =
    &[("PROT_READ", vm::READ), ("PROT_READ | PROT_WRITE", vm::READ | vm::WRITE)];
pub(super) const ADVICE: &[Known] =
    &[("MADV_DONTNEED", advice::DONTNEED), ("MADV_FREE", advice::FREE)];
const CMA_GFP: &[Known] = &[("0", 0), ("__GFP_NOFAIL", gfp::NOFAIL)];
const BOOL: &[Known] = &[("false", 0), ("true", 1)];
pub(super) const MIGRATETYPES: &[Known] = &[
    ("MIGRATE_CMA", Migratetype::Cma as u16),
    ("MIGRATE_MOVABLE", Migratetype::Movable as u16),
    ("MIGRATE_UNMOVABLE", Migratetype::Unmovable as u16),
];

/// The words that an argument of a kind may be; none where it is a name or a number.
pub fn of(entry: &Entry, kind: ParamKind) -> &'static [Known] {
    match kind {
        ParamKind::GupFlags => entry.flags,
        ParamKind::Gfp => GFP,
        ParamKind::Prot => PROT,
        ParamKind::Advice => ADVICE,
        ParamKind::CmaGfp => CMA_GFP,
        ParamKind::Bool => BOOL,
        ParamKind::Migratetype => MIGRATETYPES,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_everywhere_else() {
        for (name, value) in MIGRATETYPES {
            let named = Migratetype::ALL.iter().find(|mt| mt.name() == *name);
            assert_eq!(named.map(|mt| *mt as u16), Some(*value), "{name}");
        }
    }
}
