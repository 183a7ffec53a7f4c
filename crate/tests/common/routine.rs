//! A small table made into a routine.
use pagerace::machine::{Function, Line, Local, Returns, Routine};

/// A routine of these lines, which may count in a local of its own.
pub const fn routine(name: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function: Function(name),
        source: "a test",
        omits: "",
        params: &[],
        locals: &[Local::Count],
        returns: Returns::Nothing,
        body,
    }
}
