//! `export`.
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pagerace::view::export::{self, Form, Options, Race};

use super::explore;
use super::input::{self, Problem};

/// Reads the name of a form.
pub fn form() -> impl TypedValueParser<Value = Form> {
    let names = Form::ALL.iter().map(|form| form.name());
    PossibleValuesParser::new(names).try_map(|name| Form::read(&name))
}

/// What else may be asked for.
#[derive(Args)]
pub struct Arguments {
    /// ASCII: a numbered list, as scenarios with more than three CPUs always have it.
    #[arg(long)]
    list: bool,
}

impl From<Arguments> for Options {
    fn from(Arguments { list }: Arguments) -> Options {
        Options { list }
    }
}

/// `pagerace export`
pub fn export(
    file: &Path,
    form: Form,
    (schedule, kernel): (Option<&str>, Option<&str>),
    options: &Options,
) -> Result<ExitCode, Problem> {
    let mut input = input::read(file)?;
    input.scenario.kernel = input::kernel(&input, kernel)?;
    let player = explore::played(&input, schedule)?;
    let race = Race { scenario: &input.scenario, player: &player };
    input::print(&export::export(form, &race, options));
    Ok(ExitCode::SUCCESS)
}
