//! Under construction.
pub fn parse() {}
