//! Floor 7: the door to the terminal.
fn main() {}
