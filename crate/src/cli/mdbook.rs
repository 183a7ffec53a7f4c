//! `mdbook`: a preprocessor of mdBook. It reads what mdBook says of a book, and writes the book
//! with its races (<https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>).
use std::fmt::Write;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use pagerace::view::export::svg::canvas::escape;
use pagerace::view::export::{self, Form, Options, Race};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::Value;

use super::explore;
use super::input::{self, Input, Problem};

/// The kind of a fenced block that is a race; and the preprocessor's name in `book.toml`.
const KIND: &str = "page-race";

/// A book is no longer than this, in bytes.
const MOST: u64 = 256 << 20;

/// The words of an element that readers look at, and the values that each may have.
const SHOWN: [(&str, &[&str]); 3] = [
    ("view", &["timeline", "memory", "both", "text"]),
    ("controls", &["full", "steps", "none"]),
    ("theme", &["light", "dark", "auto"]),
];

/// What is the same in all of a book.
struct Book {
    /// Where its chapters lie.
    folder: PathBuf,
    /// The address of Pagerace's page.
    page: String,
    /// Races can run in what is made of it.
    runs: bool,
}

/// What a block asks for.
#[derive(Default)]
struct Wanted {
    file: Option<String>,
    kernel: Option<String>,
    schedule: Option<String>,
    /// Attributes of the element.
    shown: Vec<(String, String)>,
}

/// What mdBook may ask before.
#[derive(Subcommand)]
pub enum Question {
    /// Whether books can be made for a renderer: for any.
    Supports {
        /// Its name.
        renderer: String,
    },
}

/// `pagerace mdbook`
pub fn preprocess(question: Option<&Question>) -> Result<ExitCode, Problem> {
    if question.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    let read = std::io::stdin().take(MOST).read_to_string(&mut text);
    read.map_err(|error| Problem(format!("standard input: {error}\n")))?;
    let told = "mdBook runs this: see integrations/mdbook/README.md";
    let (context, mut book): (Value, Value) = serde_json::from_str(&text)
        .map_err(|error| Problem(format!("standard input: {error}\n    hint: {told}\n")))?;
    let config = &context["config"];
    let text = |value: &Value, other: &str| value.as_str().unwrap_or(other).to_string();
    let folder = text(&config["book"]["src"], "src");
    let whole = Book {
        folder: Path::new(&text(&context["root"], "")).join(folder),
        page: text(&config["preprocessor"][KIND]["page"], ""),
        runs: context["renderer"] == "html",
    };
    chapters(&mut book, &whole)?;
    input::print_json(&book);
    Ok(ExitCode::SUCCESS)
}

/// Puts races into all chapters of a part of a book, however deep they lie.
fn chapters(part: &mut Value, book: &Book) -> Result<(), Problem> {
    match part {
        Value::Array(parts) => parts.iter_mut().try_for_each(|part| chapters(part, book)),
        Value::Object(parts) => {
            if let Some(chapter) = parts.get_mut("Chapter") {
                put_races(chapter, book)?;
            }
            parts.values_mut().try_for_each(|part| chapters(part, book))
        }
        _ => Ok(()),
    }
}

fn put_races(chapter: &mut Value, book: &Book) -> Result<(), Problem> {
    let path = chapter["source_path"].as_str().unwrap_or_default();
    let path = book.folder.join(path);
    let Some(content) = chapter["content"].as_str() else { return Ok(()) };
    let mut content = content.to_string();
    for (range, words, text) in blocks(&content).into_iter().rev() {
        let line = content[..range.start].matches('\n').count() + 1;
        let name = format!("{}:{line}", path.display());
        let race = wanted(&words)
            .map_err(|why| Problem(format!("{name}: {why}\n")))
            .and_then(|wanted| race(book, &path, &name, wanted, text))?;
        let block = beside(&content, &range, &race);
        content.replace_range(range, &block);
    }
    chapter["content"] = content.into();
    Ok(())
}

/// The blocks that are races: where each stands, the words behind its kind, and what is in it.
fn blocks(content: &str) -> Vec<(Range<usize>, String, String)> {
    let mut blocks: Vec<(Range<usize>, String, String)> = Vec::new();
    let mut inside = false;
    for (event, range) in Parser::new(content).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let words = info.strip_prefix(KIND);
                let words = words.filter(|words| !words.starts_with(|next: char| next != ' '));
                inside = words.is_some();
                blocks.extend(words.map(|words| (range, words.to_string(), String::new())));
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => {
                let last = blocks.last_mut();
                last.into_iter().for_each(|(_, _, all)| all.push_str(&text));
            }
            _ => {}
        }
    }
    blocks
}

/// A text in the place of a block: in a list or a quotation each of its lines is.
fn beside(content: &str, range: &Range<usize>, text: &str) -> String {
    let start = content[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let inside = |sign: char| if sign == '>' { sign } else { ' ' };
    let before: String = content[start..range.start].chars().map(inside).collect();
    text.trim_end().replace('\n', &format!("\n{before}"))
}

fn wanted(words: &str) -> Result<Wanted, String> {
    let words = shlex::split(words).ok_or("a quotation mark is missing")?;
    let mut wanted = Wanted::default();
    for word in words {
        let (name, value) = word.split_once('=').unwrap_or((&word, ""));
        let place = match name {
            "kernel" => &mut wanted.kernel,
            "schedule" => &mut wanted.schedule,
            _ if word.ends_with(".toml") => &mut wanted.file,
            _ => {
                wanted.shown.push(shown(name, value)?);
                continue;
            }
        };
        let value = if name == word { name } else { value };
        if place.replace(value.to_string()).is_some() {
            return Err(format!("`{word}` is one too many"));
        }
    }
    Ok(wanted)
}

/// An attribute of the element.
fn shown(name: &str, value: &str) -> Result<(String, String), String> {
    let known = SHOWN.iter().find(|(known, _)| *known == name).map(|(_, values)| *values);
    let is_right = match (name, known) {
        ("ro", _) => value.is_empty(),
        ("at", _) => value.parse::<u32>().is_ok(),
        (_, Some(values)) => values.contains(&value),
        _ => {
            let all = "at, view, controls, theme, ro, kernel, schedule, or a file NAME.toml";
            return Err(format!("there is no `{name}`; there is: {all}"));
        }
    };
    let what = known.map_or_else(|| "a number".to_string(), |values| values.join(", "));
    match is_right {
        true => Ok((name.to_string(), value.to_string())),
        false if name == "ro" => Err("`ro` has no value".to_string()),
        false => Err(format!("`{name}` is {what}, not `{value}`")),
    }
}

/// What stands in the place of a block.
fn race(
    book: &Book,
    chapter: &Path,
    name: &str,
    wanted: Wanted,
    text: String,
) -> Result<String, Problem> {
    let mut input = match &wanted.file {
        Some(file) => input::read(&chapter.parent().unwrap_or(chapter).join(file))?,
        None => Input::of(name.to_string(), text)?,
    };
    input.scenario.kernel = input::kernel(&input, wanted.kernel.as_deref())?;
    let player = explore::played(&input, wanted.schedule.as_deref())?;
    let race = Race { text: &input.text, scenario: &input.scenario, player: &player, found: None };
    let told = |form, options: &Options| {
        export::export(form, &race, options).map_err(|why| Problem(format!("{name}: {why}\n")))
    };
    let timeline = told(Form::Ascii, &Options::default())?;
    if !book.runs {
        return Ok(format!("```text\n{}\n```", timeline.trim_end()));
    }
    let options = Options { link: Some(book.page.clone()), ..Options::default() };
    let href = ("href".to_string(), told(Form::Link, &options)?.trim_end().to_string());
    let mut html = "<page-race".to_string();
    for (name, value) in [href].iter().chain(&wanted.shown) {
        let _ = write!(html, " {name}=\"{}\"", escape(value));
    }
    // Markdown's blocks of HTML end at an empty line, but for that of `pre`.
    let _ = write!(html, ">\n\n<pre>{}</pre>\n\n</page-race>", escape(&timeline));
    Ok(html)
}
