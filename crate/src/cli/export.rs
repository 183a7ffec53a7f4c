//! `export`.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pagerace::explore::Limits;
use pagerace::view::exploration;
use pagerace::view::export::svg::palette::Theme;
use pagerace::view::export::svg::{Look, Part};
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
    /// The address of a Pagerace, to make a link with: ASCII gets a last line `Link:`, documents a
    /// link. An address with a `#` stays as it is.
    #[arg(long, value_name = "ADDRESS")]
    link: Option<String>,
    /// The file is in the gallery: links name it (`#g=NAME`) unless the schedule or the kernel
    /// is another.
    #[arg(long)]
    gallery: bool,
    /// Pictures: what is drawn.
    #[arg(long, value_parser = one_of(Part::ALL, Part::word), default_value = Part::Both.word())]
    picture: Part,
    /// Pictures: the step whose memory is shown; else the first that breaks a property, else the
    /// last.
    #[arg(long)]
    at: Option<u32>,
    /// Pictures: their colours; `auto` follows the reader's system.
    #[arg(long, value_parser = one_of(Theme::ALL, Theme::word), default_value = Theme::Auto.word())]
    theme: Theme,
    /// Documents: the file of the picture; HTML without one holds the picture itself.
    #[arg(long = "file", value_name = "NAME")]
    picture_file: Option<String>,
    /// Write to a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Reads one of a few words.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    known: [T; N],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let find = move |name: String| known.into_iter().find(|it| word(*it) == name);
    PossibleValuesParser::new(known.map(word)).try_map(move |name| find(name).ok_or("unknown"))
}

impl Arguments {
    fn options(self, file: &Path) -> Options {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Options {
            list: self.list,
            refcounts: self.refcounts,
            outcomes: self.outcomes,
            link: self.link,
            gallery: name.filter(|_| self.gallery),
            look: Look { part: self.picture, at: self.at, theme: self.theme },
            file: self.picture_file,
        }
    }
}

/// `pagerace export`
pub fn export(
    file: &Path,
    form: Form,
    (schedule, kernel): (Option<&str>, Option<&str>),
    (arguments, limits): (Arguments, Limits),
) -> Result<ExitCode, Problem> {
    let output = arguments.output.clone();
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
    let made = made.map_err(|why| Problem(format!("{}: {why}\n", input.name)))?;
    match output {
        Some(path) => fs::write(&path, made)
            .map_err(|error| Problem(format!("{}: {error}\n", path.display())))?,
        None => input::print(&made),
    }
    Ok(ExitCode::SUCCESS)
}
