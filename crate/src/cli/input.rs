//! Files and complaints.
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use pagerace::routines::{kernels, presets, toggles};
use pagerace::scenario::patch;
use pagerace::scenario::{Complaint, KernelChoice, Scenario, limits, parse};

/// Bad input, told in full.
pub struct Problem(pub String);

/// A scenario file.
pub struct Input {
    /// Its name, as given.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub scenario: Scenario,
}

/// Reads a scenario file.
pub fn read(path: &Path) -> Result<Input, Problem> {
    let (name, text) = text_of(path)?;
    Input::of(name, text)
}

impl Input {
    /// What a text says that has this name.
    pub fn of(name: String, text: String) -> Result<Input, Problem> {
        match parse(&text) {
            Ok(scenario) => Ok(Input { name, text, scenario }),
            Err(complaints) => Err(complain(&name, &text, &complaints)),
        }
    }
}

/// The name of a file and what stands in it.
fn text_of(path: &Path) -> Result<(String, String), Problem> {
    let name = path.display().to_string();
    let fail = |what: String| Problem(format!("{name}: {what}\n"));
    let size = fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if size > limits::TEXT as u64 {
        return Err(fail(format!("{size} bytes; a scenario has at most {}", limits::TEXT)));
    }
    let bytes = fs::read(path).map_err(|error| fail(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| fail(error.to_string()))?;
    Ok((name, text))
}

/// The scenario files that the paths name: themselves, and the *.toml files of folders.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let fail = |error: std::io::Error| Problem(format!("{}: {error}\n", path.display()));
        let mut inside = Vec::new();
        for entry in fs::read_dir(path).map_err(fail)? {
            inside.push(entry.map_err(fail)?.path());
        }
        inside.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        inside.sort();
        if inside.is_empty() {
            return Err(Problem(format!("{}: no *.toml files here\n", path.display())));
        }
        files.extend(inside);
    }
    Ok(files)
}

/// Complaints with their place, the line itself and a caret below it.
pub fn complain(name: &str, text: &str, complaints: &[Complaint]) -> Problem {
    let mut message = String::new();
    for complaint in complaints {
        let (line, column) = (complaint.place.line, complaint.place.column);
        let place = match (line, column) {
            (0, _) => name.to_string(),
            (line, 0) => format!("{name}:{line}"),
            (line, column) => format!("{name}:{line}:{column}"),
        };
        message += &format!("{place}: {}\n", complaint.message);
        let source = line.checked_sub(1).and_then(|index| text.lines().nth(index as usize));
        if let Some(source) = source.filter(|source| source.len() <= 200 && column > 0) {
            let caret = " ".repeat(column as usize - 1);
            // The text is the user's: it must not steer the terminal.
            let plain = source.replace('\t', " ").replace(char::is_control, "?");
            message += &format!("    {plain}\n    {caret}^\n");
        }
        if let Some(hint) = &complaint.hint {
            message += &format!("    hint: {hint}\n");
        }
    }
    Problem(message)
}

/// The kernel of the command line, or the scenario's own.
pub fn kernel(input: &Input, wanted: Option<&str>) -> Result<KernelChoice, Problem> {
    let Some(wanted) = wanted else { return Ok(input.scenario.kernel.clone()) };
    let mut words = wanted.split(',');
    let base = words.next().unwrap_or_default().to_string();
    if presets::preset(&base).is_none() {
        let names: Vec<&str> = presets::PRESETS.iter().map(|preset| preset.name).collect();
        let hint = names.join(", ");
        return Err(Problem(format!("--kernel: there is no `{base}`; there is: {hint}\n")));
    }
    let mut choice = KernelChoice { base, toggles: Default::default() };
    for word in words {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        if name == kernels::PATCH {
            let known: Vec<&str> = input.scenario.patches.iter().map(|p| p.name.as_str()).collect();
            if !known.contains(&value) {
                let known = if known.is_empty() { "none".into() } else { known.join(", ") };
                return Err(Problem(format!(
                    "--kernel: no such patch: `{word}`; there is: {known}\n"
                )));
            }
            choice.toggles.insert(name.to_string(), value.to_string());
            continue;
        }
        let toggle = toggles::toggle(name);
        let values = toggle.map_or(&[][..], |toggle| toggle.values);
        if !values.iter().any(|(known, _)| *known == value) {
            let what = if toggle.is_some() { "value" } else { "toggle" };
            let hint = "`pagerace kernels` lists them";
            return Err(Problem(format!("--kernel: no such {what}: `{word}`; {hint}\n")));
        }
        choice.toggles.insert(name.to_string(), value.to_string());
    }
    Ok(choice)
}

/// Takes the patches of another file; the name of the first.
pub fn take_patches(input: &mut Input, path: &Path) -> Result<Option<String>, Problem> {
    let (name, text) = text_of(path)?;
    let known = &input.scenario.patches;
    let patches =
        patch::read_alone(&text, known).map_err(|found| complain(&name, &text, &found))?;
    let first = patches.first().map(|patch| patch.name.clone());
    input.scenario.patches.extend(patches);
    Ok(first)
}

/// Prints to standard output; a reader that has closed it is no error.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// JSON on one line.
pub fn print_json(value: &serde_json::Value) {
    print(&format!("{value}\n"));
}
