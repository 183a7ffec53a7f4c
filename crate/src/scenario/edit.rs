//! Changes to a scenario text that keep its comments and its order: only the bytes of the values
//! concerned are replaced.
use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

/// The text with another kernel. Toggles not given are taken out; a text that cannot be read is
/// returned as it is.
pub fn with_kernel(text: &str, base: &str, toggles: &BTreeMap<String, String>) -> String {
    let mut wanted = vec![("base".to_string(), base.to_string())];
    wanted.extend(toggles.iter().map(|(name, value)| (name.clone(), value.clone())));
    with_table(text, "kernel", &wanted)
}

/// The text with another schedule; with an empty one where there is nothing to play.
pub fn with_schedule(text: &str, steps: &str) -> String {
    with_table(text, "schedule", &[("steps".to_string(), steps.to_string())])
}

/// The text with a table of just these strings.
fn with_table(text: &str, name: &str, wanted: &[(String, String)]) -> String {
    let Ok(document) = Document::parse(text) else { return text.to_string() };
    let lines = || wanted.iter().map(|(key, value)| format!("{key} = {}", quoted(value)));
    match document.as_table().get(name) {
        None => {
            let lines: Vec<String> = lines().collect();
            format!("{}\n\n[{name}]\n{}\n", text.trim_end(), lines.join("\n"))
        }
        Some(Item::Table(table)) => in_place(text, table, wanted),
        Some(item) => {
            let inline: Vec<String> = lines().collect();
            let edits = item.span().map(|span| (span, format!("{{ {} }}", inline.join(", "))));
            replaced(text, edits.into_iter().collect())
        }
    }
}

/// Replaces the values of keys that stay, takes out the lines of those that go, and puts new ones
/// behind the last line of the table.
fn in_place(text: &str, table: &toml_edit::Table, wanted: &[(String, String)]) -> String {
    let mut edits = Vec::new();
    let mut last = table.span().map_or(text.len(), |span| line_end(text, span.start));
    for (key, item) in TableLike::iter(table) {
        let (Some(value), Some(key_span)) = (item.span(), key_span(table, key)) else { continue };
        last = last.max(line_end(text, value.end));
        match wanted.iter().find(|(name, _)| name == key) {
            Some((_, new)) => edits.push((value, quoted(new))),
            None => edits
                .push((line_start(text, key_span.start)..line_end(text, value.end), String::new())),
        }
    }
    let new = wanted.iter().filter(|(name, _)| !table.contains_key(name));
    let added: String = new.map(|(key, value)| format!("{key} = {}\n", quoted(value))).collect();
    let newline = if text[..last].ends_with('\n') || added.is_empty() { "" } else { "\n" };
    edits.push((last..last, format!("{newline}{added}")));
    replaced(text, edits)
}

fn key_span(table: &toml_edit::Table, key: &str) -> Option<Range<usize>> {
    table.get_key_value(key).and_then(|(key, _)| key.span())
}

fn line_start(text: &str, byte: usize) -> usize {
    text[..byte].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, byte: usize) -> usize {
    text[byte..].find('\n').map_or(text.len(), |newline| byte + newline + 1)
}

/// Makes the edits, which do not overlap, from the last to the first.
fn replaced(text: &str, edits: Vec<(Range<usize>, String)>) -> String {
    let mut ordered: Vec<(Range<usize>, String)> = Vec::with_capacity(edits.len());
    for edit in edits {
        let place = ordered.partition_point(|(span, _)| span.start <= edit.0.start);
        ordered.insert(place, edit);
    }
    let mut result = text.to_string();
    for (span, new) in ordered.into_iter().rev() {
        result.replace_range(span, &new);
    }
    result
}

/// A TOML basic string.
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => text.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "format = 1 # one\n[kernel]\n# why\nbase = \"v5.17\" # old\npincheck = \
                        \"bitmask\"\n\n[machine]\nfine = true\n";

    fn toggles(names: &[(&str, &str)]) -> BTreeMap<String, String> {
        names.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn a_kernel_is_replaced_and_comments_stay() {
        let text = with_kernel(TEXT, "v5.19", &toggles(&[("cma_mutex", "off")]));
        let expected = "format = 1 # one\n[kernel]\n# why\nbase = \"v5.19\" # old\ncma_mutex = \
                        \"off\"\n\n[machine]\nfine = true\n";
        assert_eq!(text, expected);
        assert_eq!(with_kernel(&text, "v5.17", &toggles(&[("pincheck", "bitmask")])), TEXT);
    }

    #[test]
    fn an_inline_kernel_is_replaced_whole() {
        let text = with_kernel("kernel = { base = \"v5.17\" } # k\n", "v6.1", &toggles(&[]));
        assert_eq!(text, "kernel = { base = \"v6.1\" } # k\n");
    }

    #[test]
    fn a_schedule_is_added_and_replaced() {
        let once = with_schedule(TEXT, "1*4");
        assert!(once.ends_with("fine = true\n\n[schedule]\nsteps = \"1*4\"\n"), "{once}");
        let twice = with_schedule(&once, "0*");
        assert!(twice.ends_with("[schedule]\nsteps = \"0*\"\n"), "{twice}");
    }

    #[test]
    fn a_table_at_the_end_without_a_newline_is_continued() {
        let text =
            with_kernel("[kernel]\nbase = \"v5.17\"", "v5.17", &toggles(&[("gup", "v5.18")]));
        assert_eq!(text, "[kernel]\nbase = \"v5.17\"\ngup = \"v5.18\"\n");
    }

    #[test]
    fn a_broken_text_is_left_alone_and_strings_are_quoted() {
        assert_eq!(with_schedule("[", "0"), "[");
        assert_eq!(quoted("a\"\\\n"), r#""a\"\\\u000A""#);
    }
}
