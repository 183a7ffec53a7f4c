//! `export`.
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pagerace::explore::Limits;
use pagerace::view::exploration;
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
    /// ASCII: show what each line changes of _refcount, _mapcount and pincount.
    #[arg(long)]
    refcounts: bool,
    /// ASCII: add how all executions end, as herd7 prints it, from a search.
    #[arg(long)]
    outcomes: bool,
    /// The address of a Pagerace, to make a link with: ASCII gets a last line `Link:`. An address
    /// with a `#` stays as it is.
    #[arg(long, value_name = "ADDRESS")]
    link: Option<String>,
    /// The file is in the gallery: links name it (`#g=NAME`) unless the schedule or the kernel
    /// is another.
    #[arg(long)]
    gallery: bool,
}

impl Arguments {
    fn options(self, file: &Path) -> Options {
        let Arguments { list, refcounts, outcomes, link, gallery } = self;
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Options { list, refcounts, outcomes, link, gallery: name.filter(|_| gallery) }
    }
}

/// `pagerace export`
pub fn export(
    file: &Path,
    form: Form,
    (schedule, kernel): (Option<&str>, Option<&str>),
    (arguments, limits): (Arguments, Limits),
) -> Result<ExitCode, Problem> {
    let options = arguments.options(file);
    let mut input = input::read(file)?;
    input.scenario.kernel = input::kernel(&input, kernel)?;
    let player = explore::played(&input, schedule)?;
    let scenario = &input.scenario;
    let found = options.outcomes.then(|| {
        explore::obey_interrupts();
        let report = explore::search(player.system(), player.start(), limits);
        exploration::exploration(&report, scenario, &player)
    });
    let race = Race { text: &input.text, scenario, player: &player, found: found.as_ref() };
    let made = export::export(form, &race, &options);
    input::print(&made.map_err(|why| Problem(format!("{}: {why}\n", input.name)))?);
    Ok(ExitCode::SUCCESS)
}
