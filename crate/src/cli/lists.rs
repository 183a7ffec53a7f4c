//! `ops` and `kernels`: the lists that the page and the reference are made of, as text.
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use pagerace::machine::{Call, Frame};
use pagerace::view::catalogue::catalogue;

use super::input::{self, Problem};

/// The operations of timelines.
pub fn operations() -> String {
    let mut text = String::new();
    for operation in catalogue().operations {
        text += &format!("{}\n    {}\n", operation.signature, operation.help);
        for param in operation.params {
            text += &format!("    {}: {}\n", param.name, param.help);
        }
        text += &format!("    returns {}\n\n", operation.returns);
    }
    text
}

/// The presets with their toggles, and what the toggles mean.
pub fn kernels() -> String {
    let catalogue = catalogue();
    let mut text = String::new();
    for kernel in catalogue.kernels {
        text += &format!("{}  {}\n", kernel.name, kernel.sentence);
        for (toggle, value) in kernel.toggles {
            text += &format!("    {toggle} = \"{value}\"\n");
        }
        text.push('\n');
    }
    for toggle in catalogue.toggles {
        text += &format!("{}: {}\n", toggle.name, toggle.sentence);
        for (value, sentence) in toggle.values {
            text += &format!("    {value:<20} {sentence}\n");
        }
        text.push('\n');
    }
    text
}

/// `pagerace lines`: the functions that the lanes of a scenario run, by name.
pub fn lines(
    file: &Path,
    function: Option<&str>,
    kernel: Option<&str>,
) -> Result<ExitCode, Problem> {
    let input = input::read(file)?;
    let kernel = input::kernel(&input, kernel)?;
    let built = input.scenario.build(&kernel);
    let (system, _) = built.map_err(|c| Problem(format!("{}\n", c.message)))?;
    let programs = system.lanes.iter().flat_map(|lane| Frame::ALL.map(|frame| lane.program(frame)));
    let calls = programs.flat_map(|program| &program.calls);
    let name = |call: &Call| system.kernel.name_of(call.routine.function);
    let named: BTreeMap<&str, &Call> = calls.map(|call| (name(call), call)).collect();
    let wanted = |name: &str| function.is_none_or(|function| function == name);
    let mut text = String::new();
    for (name, call) in named.into_iter().filter(|(name, _)| wanted(name)) {
        text += &format!("{name}  {}\n", call.routine.source);
        for row in call.listing() {
            let mark = row.mark.word().map_or(String::new(), |word| format!("  ({word})"));
            text += &format!("    {:<16} {}{mark}\n", row.label, row.text);
        }
        text.push('\n');
    }
    if text.is_empty() {
        let function = function.unwrap_or_default();
        return Err(Problem(format!("no lane runs a function `{function}`\n")));
    }
    input::print(&text);
    Ok(ExitCode::SUCCESS)
}
