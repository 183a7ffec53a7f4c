//! The house rules that a program can check: floors, sizes, words.
use std::fs;
use std::path::{Path, PathBuf};

/// Each module's floor. A module uses its own floor and those below.
const FLOORS: &[(&str, u8)] = &[
    ("mm", 0),
    ("machine", 1),
    ("routines", 2),
    ("properties", 2),
    ("scenario", 3),
    ("schedule", 4),
    ("races", 4),
    ("explore", 4),
    ("player", 5),
    ("tour", 5),
    ("view", 6),
    ("cli", 7),
    ("wasm", 7),
    ("main", 7),
];

const MOST_LINES: usize = 500;
const MOST_LINES_OF_A_FUNCTION: usize = 70;
const MOST_COLUMNS: usize = 100;

fn crate_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files in a folder and in those below.
fn sources(folder: &Path) -> Vec<PathBuf> {
    files_of(folder, &["rs"])
}

fn files_of(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            files.extend(files_of(&path, endings));
        } else if path.extension().is_some_and(|it| endings.iter().any(|ending| it == *ending)) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(crate_dir().join("src")).expect("in src");
    let first = inside.components().next().expect("not empty").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_string()
}

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

#[test]
fn no_module_uses_a_floor_above_its_own() {
    for file in sources(&crate_dir().join("src")) {
        let module = module_of(&file);
        if module == "lib" {
            continue;
        }
        let own = floor(&module).unwrap_or_else(|| panic!("`{module}` has no floor"));
        let text = fs::read_to_string(&file).expect("readable");
        for (number, line) in text.lines().enumerate() {
            for path in ["crate::", "pagerace::"] {
                for after in line.split(path).skip(1) {
                    let used: String =
                        after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    let Some(other) = floor(&used) else { continue };
                    let place = format!("{}:{}", file.display(), number + 1);
                    assert!(other <= own, "{place}: {module} (floor {own}) uses {used}");
                }
            }
        }
    }
}

#[test]
fn properties_and_routines_do_not_know_each_other_more_than_they_say() {
    for file in sources(&crate_dir().join("src/routines")) {
        let text = fs::read_to_string(&file).expect("readable");
        let uses = text.matches("crate::properties::").count();
        let allowed = text.matches("crate::properties::event").count();
        assert_eq!(uses, allowed, "{}: routines only report findings", file.display());
    }
}

#[test]
fn files_functions_and_lines_stay_small() {
    for folder in ["src", "tests", "benches", "tools"] {
        let folder = crate_dir().join(folder);
        if !folder.exists() {
            continue;
        }
        for file in sources(&folder) {
            let text = fs::read_to_string(&file).expect("readable");
            let place = file.display();
            let lines = text.lines().count();
            // What crosses the boundary stands in one place, one type after the other.
            let limit = if file.ends_with("view/protocol.rs") { 750 } else { MOST_LINES };
            assert!(lines <= limit, "{place} has {lines} lines");
            let mut start = None;
            for (number, line) in text.lines().enumerate() {
                let columns = line.chars().count();
                assert!(columns <= MOST_COLUMNS, "{place}:{} has {columns} columns", number + 1);
                let code = line.trim_start();
                let indent = line.len() - code.len();
                let opens = code.starts_with("fn ") || code.contains(" fn ");
                if opens && !code.starts_with("//") && line.trim_end().ends_with('{') {
                    start = Some((number, indent));
                }
                if let Some((first, depth)) = start
                    && code == "}"
                    && indent == depth
                {
                    let length = number - first + 1;
                    let long = length > MOST_LINES_OF_A_FUNCTION;
                    assert!(!long, "{place}:{}: a function of {length} lines", first + 1);
                    start = None;
                }
            }
        }
    }
}

#[test]
fn the_pages_files_stay_small() {
    let files = files_of(&crate_dir().join("../www"), &["ts", "mjs", "css"]);
    assert!(files.len() > 100, "only {} files of the page were found", files.len());
    for file in files {
        let lines = fs::read_to_string(&file).expect("readable").lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", file.display());
    }
}

#[test]
fn nothing_unfinished_is_left_in_the_source() {
    for file in sources(&crate_dir().join("src")) {
        let text = fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for word in ["dbg!(", "todo!(", "unimplemented!(", ".unwrap()", "TODO", "FIXME"] {
            assert!(!code.contains(word), "{} has {word}", file.display());
        }
    }
}
