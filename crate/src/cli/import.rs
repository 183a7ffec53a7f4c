//! `import`.
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pagerace::scenario::{limits, parse};
use pagerace::view::ascii;
use pagerace::view::import::{self, Wanted};

use super::input::{self, Problem};

/// `pagerace import`
pub fn import(file: Option<&Path>, gallery: &Path) -> Result<ExitCode, Problem> {
    let (name, text) = pasted(file)?;
    let complain = |complaint| input::complain(&name, &text, &[complaint]);
    let imported = import::import(&text, |wanted| find(gallery, wanted)).map_err(complain)?;
    input::print(&imported.text);
    if let Some(differs) = imported.differs {
        eprint!("{}", complain(differs).0);
    }
    Ok(ExitCode::SUCCESS)
}

/// No more is read than a scenario may have, and a byte, by which it is known to be more.
fn pasted(file: Option<&Path>) -> Result<(String, String), Problem> {
    let name = file.map_or("standard input".into(), |path| path.display().to_string());
    let fail = |error: io::Error| Problem(format!("{name}: {error}\n"));
    let source: Box<dyn Read> = match file {
        Some(path) => Box::new(File::open(path).map_err(fail)?),
        None => Box::new(io::stdin()),
    };
    let mut text = String::new();
    source.take(limits::TEXT as u64 + 1).read_to_string(&mut text).map_err(fail)?;
    Ok((name, text))
}

/// The text of a scenario of the gallery.
fn find(gallery: &Path, wanted: &Wanted) -> Option<String> {
    let read = |path: &PathBuf| fs::read_to_string(path).ok();
    let title = match wanted {
        Wanted::Name(name) => return read(&gallery.join(format!("{name}.toml"))),
        Wanted::Title(title) => title,
    };
    let has_title = |text: &String| {
        parse(text).is_ok_and(|scenario| ascii::ascii(scenario.title.trim()) == *title)
    };
    input::files(&[gallery.to_path_buf()]).ok()?.iter().filter_map(read).find(has_title)
}
