//! What a text says of the kernel that it names, it goes on to say of that one when it is given
//! another: claims, and the stops of a tour, come to name the kernel that they left to the file.
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::edit::{line_end, quoted};
use super::reader::{Item, Table};

type Edits = Vec<(Range<usize>, String)>;

/// What to put where, before the `[kernel]` of a text becomes another one.
pub(super) fn edits(text: &str, root: &DeTable) -> Edits {
    let Some(own) = root.get("kernel").and_then(|item| item.as_ref().as_table()) else {
        return Edits::new();
    };
    let Some(base) = own.get("base").and_then(|item| item.as_ref().as_str()).map(quoted) else {
        return Edits::new();
    };
    let claims = tables(root, "expect").map(|claim| (claim, true));
    // A stop without a kernel has that of the stop before.
    let stops = tables(root, "tour").enumerate().map(|(number, stop)| (stop, number == 0));
    let mut edits = Edits::new();
    for ((item, table), is_of_file) in claims.chain(stops) {
        let start = item.span().start;
        match table.get("kernel") {
            None if is_of_file => edits.push(put(text, start, "kernel", &value(own, &base))),
            None => {}
            Some(kernel) => with_base(text, start, kernel, &base, &mut edits),
        }
    }
    edits
}

fn tables<'a>(
    root: &'a DeTable,
    name: &str,
) -> impl Iterator<Item = (&'a Item<'a>, &'a Table<'a>)> {
    let all = root.get(name).and_then(|item| item.as_ref().as_array());
    all.into_iter().flatten().filter_map(|item| Some((item, item.as_ref().as_table()?)))
}

/// The kernel of the file as a claim names it.
fn value(own: &Table, base: &str) -> String {
    let toggles: String = own
        .iter()
        .filter(|(key, _)| key.as_ref() != "base")
        .filter_map(|(key, item)| Some(format!(", {key} = {}", quoted(item.as_ref().as_str()?))))
        .collect();
    if toggles.is_empty() { base.to_string() } else { format!("{{ base = {base}{toggles} }}") }
}

/// Tables without a base mean that of the file; `start` is where the claim begins.
fn with_base(text: &str, start: usize, kernel: &Item, base: &str, edits: &mut Edits) {
    match kernel.as_ref() {
        DeValue::Table(table) if !table.contains_key("base") => {
            let own = kernel.span().start;
            let is_in_place = text[own..].starts_with(['{', '[']);
            edits.push(match is_in_place {
                true => put(text, own, "base", base),
                false => put(text, start, "kernel.base", base),
            });
        }
        DeValue::Array(kernels) => {
            kernels.iter().for_each(|kernel| with_base(text, start, kernel, base, edits));
        }
        _ => {}
    }
}

/// A key as the first of a table, which stands within a line or below its header.
fn put(text: &str, start: usize, key: &str, value: &str) -> (Range<usize>, String) {
    if text[start..].starts_with('{') {
        let rest = text[start + 1..].trim_start();
        let end = if rest.starts_with('}') { " " } else { "," };
        return (start + 1..start + 1, format!(" {key} = {value}{end}"));
    }
    let at = line_end(text, start);
    (at..at, format!("{key} = {value}\n"))
}
