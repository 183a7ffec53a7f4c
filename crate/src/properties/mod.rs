//! Floor 2: named predicates on a state.
use crate::machine::Property;

/// All properties; a finding's number is its place here.
pub static PROPERTIES: &[Property] = &[];
