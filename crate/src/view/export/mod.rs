//! The forms in which people pass a race on.
mod document;
mod json;
pub mod svg;
mod words;

use std::collections::BTreeMap;

use super::protocol::ExplorationView;
use super::{ascii, link};
use crate::player::Player;
use crate::scenario::{KernelChoice, Place, Scenario, edit, parse};
use crate::schedule;
use document::{Frame, Language};
use svg::palette::Theme;
use svg::{Look, Part};

/// A form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The timeline as kernel commit messages draw it.
    Ascii,
    /// The trace for programs.
    Json,
    /// A picture in one file.
    Svg,
    /// A piece of a Markdown document.
    Markdown,
    /// A piece of the kernel's documentation.
    Rst,
    /// A page that needs nothing else.
    Html,
    /// An address that opens it.
    Link,
}

impl Form {
    /// All there are.
    pub const ALL: &[Form] =
        &[Form::Ascii, Form::Json, Form::Svg, Form::Markdown, Form::Rst, Form::Html, Form::Link];

    /// Its name in requests and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Form::Ascii => "ascii",
            Form::Json => "json",
            Form::Svg => "svg",
            Form::Markdown => "markdown",
            Form::Rst => "rst",
            Form::Html => "html",
            Form::Link => "link",
        }
    }

    /// The form of this name.
    ///
    /// # Errors
    /// There is none: which there are.
    pub fn read(name: &str) -> Result<Form, String> {
        let found = Form::ALL.iter().find(|form| form.name() == name);
        found.copied().ok_or_else(|| {
            let known: Vec<&str> = Form::ALL.iter().map(|form| form.name()).collect();
            format!("there is no form `{name}`; there is: {}", known.join(", "))
        })
    }
}

/// What else may be asked for. A form ignores what does not concern it.
#[derive(Clone, Default, Debug)]
pub struct Options {
    /// ASCII: a numbered list in place of columns.
    pub list: bool,
    /// ASCII: what each line changes of the counts of pages.
    pub refcounts: bool,
    /// ASCII: how all executions end, from a search.
    pub outcomes: bool,
    /// The address of a Pagerace; a fragment that it has stays as it is. ASCII has a link to the
    /// race in its last line if this is given, and a link without it is the fragment alone.
    pub link: Option<String>,
    /// The name of the scenario in the gallery, where it comes from there. It names the test in
    /// what is said of outcomes, and the scenario in links, unless it was changed.
    pub gallery: Option<String>,
    /// Pictures: what is drawn, and how.
    pub look: Look,
    /// Documents: the file of the picture.
    pub file: Option<String>,
}

impl Options {
    /// Reads them from names and values; `yes` is the value of what is only asked for.
    ///
    /// # Errors
    /// There is no such option, or it has no such value.
    pub fn read(given: &BTreeMap<String, String>) -> Result<Options, String> {
        let mut options = Options::default();
        for (name, value) in given {
            match name.as_str() {
                "picture" => options.look.part = one_of(name, value, Part::ALL, Part::word)?,
                "theme" => options.look.theme = one_of(name, value, Theme::ALL, Theme::word)?,
                "at" => {
                    let wrong =
                        |_| format!("the option `at` is the number of a step, not `{value}`");
                    options.look.at = Some(value.parse().map_err(wrong)?);
                }
                "file" => options.file = Some(value.clone()),
                "list" => options.list = flag(name, value)?,
                "refcounts" => options.refcounts = flag(name, value)?,
                "outcomes" => options.outcomes = flag(name, value)?,
                "link" => options.link = Some(value.clone()),
                "gallery" => options.gallery = Some(value.clone()),
                _ => return Err(format!("there is no option `{name}`")),
            }
        }
        Ok(options)
    }
}

fn flag(name: &str, value: &str) -> Result<bool, String> {
    match value {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("the option `{name}` is `yes` or `no`, not `{value}`")),
    }
}

fn one_of<T: Copy, const N: usize>(
    name: &str,
    value: &str,
    known: [T; N],
    word: fn(T) -> &'static str,
) -> Result<T, String> {
    let words = known.map(word).map(|word| format!("`{word}`"));
    let found = known.into_iter().find(|it| word(*it) == value);
    found
        .ok_or_else(|| format!("the option `{name}` is one of {}, not `{value}`", words.join(", ")))
}

/// What is passed on.
pub struct Race<'a> {
    /// The text of the scenario.
    pub text: &'a str,
    /// The scenario, which may stand under another kernel than its text.
    pub scenario: &'a Scenario,
    /// Its trace; what lies ahead of the cursor is not shown.
    pub player: &'a Player,
    /// What a search has found, where outcomes are asked for.
    pub found: Option<&'a ExplorationView>,
}

impl Race<'_> {
    /// The text with the kernel and the trace, in which nothing is touched that says so already.
    pub fn text(&self) -> String {
        let KernelChoice { base, toggles } = &self.scenario.kernel;
        let own = parse(self.text).ok().map(|scenario| scenario.kernel.name());
        let text = if own.is_some_and(|name| name == self.scenario.kernel.name()) {
            self.text.to_string()
        } else {
            edit::with_kernel(self.text, base, toggles)
        };
        let played = |(steps, place): &(String, Place)| {
            let mut memory = self.player.start().clone();
            schedule::replay(self.player.system(), &mut memory, steps, *place).ok()
        };
        let own = self.scenario.schedule.as_ref().and_then(played).unwrap_or_default();
        let trace = self.player.steps();
        if own.iter().map(|it| it.choice).eq(trace.iter().map(|it| it.choice)) {
            return text;
        }
        edit::with_schedule(&text, &self.player.schedule().to_text())
    }

    /// An address that opens the race.
    fn address(&self, options: &Options) -> Result<String, String> {
        let page = options.link.as_deref().unwrap_or_default();
        if page.contains('#') {
            return Ok(page.into());
        }
        let text = self.text();
        let fragment = match &options.gallery {
            Some(name) if text == self.text => format!("g={name}"),
            _ => link::pack(&text)?,
        };
        Ok(format!("{page}#{fragment}"))
    }
}

/// The race in a form.
///
/// # Errors
/// It has no such form: why.
pub fn export(form: Form, race: &Race, options: &Options) -> Result<String, String> {
    match form {
        Form::Ascii => {
            let link = options.link.is_some().then(|| race.address(options)).transpose()?;
            Ok(timeline(race, options, link.as_deref()))
        }
        Form::Json => Ok(format!("{}\n", json::trace(race))),
        Form::Link => Ok(race.address(options)? + "\n"),
        Form::Svg => Ok(svg::svg(race, options.look)),
        Form::Markdown => document(Language::Markdown, race, options),
        Form::Rst => document(Language::Rst, race, options),
        Form::Html => document(Language::Html, race, options),
    }
}

fn document(language: Language, race: &Race, options: &Options) -> Result<String, String> {
    let link = options.link.is_some().then(|| race.address(options)).transpose()?;
    let text = timeline(race, options, None);
    let (look, file) = (options.look, options.file.as_deref());
    let frame = Frame { look, file, text: &text, link: link.as_deref() };
    Ok(document::document(language, race, &frame))
}

fn timeline(race: &Race, options: &Options, link: Option<&str>) -> String {
    let name = options.gallery.as_deref().unwrap_or(&race.scenario.title);
    let extras = ascii::Extras {
        list: options.list,
        refcounts: options.refcounts,
        found: race.found.map(|found| (name, found)),
        link,
    };
    ascii::timeline(race.scenario, race.player, extras)
}
