//! Changes to a scenario text that keep its comments and its order: only the bytes of the values
//! concerned are replaced.
use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::DeTable;

use super::named_kernels;
use super::reader::Table;

/// The text with another kernel: what it claims of its own, it claims of that one by name. Toggles
/// not given are taken out; a text that cannot be read is returned as it is.
pub fn with_kernel(text: &str, base: &str, toggles: &BTreeMap<String, String>) -> String {
    let mut wanted = vec![("base".to_string(), base.to_string())];
    wanted.extend(toggles.iter().map(|(name, value)| (name.clone(), value.clone())));
    let Ok(document) = DeTable::parse(text) else { return text.to_string() };
    let own = document.as_ref().get("kernel").and_then(|item| item.as_ref().as_table());
    if own.is_some_and(|own| is(own, &wanted)) {
        return text.to_string();
    }
    let named = replaced(text, named_kernels::edits(text, document.as_ref()));
    with_table(&named, "kernel", &wanted)
}

/// The text with another schedule; with an empty one where there is nothing to play.
pub fn with_schedule(text: &str, steps: &str) -> String {
    with_table(text, "schedule", &[("steps".to_string(), steps.to_string())])
}

/// The text with these edits in the `[[patch]]` of a name and a function, which is put behind the
/// other patches, or the kernel, where there is none. Without any edits it is taken out.
#[cfg(feature = "whole")]
pub fn with_patch(text: &str, name: &str, function: &str, edits: &str) -> String {
    let Ok(document) = DeTable::parse(text) else { return text.to_string() };
    let root = document.as_ref();
    let all = root.get("patch").and_then(|item| item.as_ref().as_array());
    let tables = || all.into_iter().flatten();
    let is = |table: &Table, key: &str, wanted: &str| {
        table.get(key).and_then(|item| item.as_ref().as_str()) == Some(wanted)
    };
    let known = tables().find(|item| {
        let table = item.as_ref().as_table();
        table.is_some_and(|table| is(table, "name", name) && is(table, "function", function))
    });
    let end = |table: &Table| table.values().map(|item| line_end(text, item.span().end)).max();
    let (span, new) = match known.map(|item| (item, item.as_ref().as_table())) {
        Some((item, Some(table))) => match table.get("edits") {
            _ if edits.is_empty() => {
                let rest = end(table).unwrap_or(item.span().end);
                let blank = usize::from(text[rest..].starts_with('\n'));
                (line_start(text, item.span().start)..rest + blank, String::new())
            }
            Some(old) => (old.span(), edits.to_string()),
            None => {
                let behind = line_end(text, item.span().start);
                (behind..behind, format!("edits = {edits}\n"))
            }
        },
        _ if edits.is_empty() => return text.to_string(),
        _ => {
            // Behind a header alone: what follows a table within a line would become part of it.
            let headed = |item: &&toml::Spanned<toml::de::DeValue>| {
                text[item.span().start..].starts_with('[')
            };
            let last = tables().last().or(root.get("kernel")).filter(headed);
            let table = last.and_then(|item| item.as_ref().as_table());
            let at = table.and_then(end).unwrap_or(text.len());
            let newline = if text[..at].ends_with('\n') { "" } else { "\n" };
            let (name, function) = (quoted(name), quoted(function));
            let keys = format!("name = {name}\nfunction = {function}\nedits = {edits}\n");
            (at..at, format!("{newline}\n[[patch]]\n{keys}"))
        }
    };
    replaced(text, vec![(span, new)])
}

/// Whether a table has just these strings.
fn is(table: &Table, wanted: &[(String, String)]) -> bool {
    let has = |(key, value): &(String, String)| {
        table.get(key.as_str()).and_then(|item| item.as_ref().as_str()) == Some(value.as_str())
    };
    table.len() == wanted.len() && wanted.iter().all(has)
}

/// The text with a table of just these strings.
fn with_table(text: &str, name: &str, wanted: &[(String, String)]) -> String {
    let Ok(document) = DeTable::parse(text) else { return text.to_string() };
    let lines = || wanted.iter().map(|(key, value)| format!("{key} = {}", quoted(value)));
    match document.as_ref().get(name) {
        None => {
            let lines: Vec<String> = lines().collect();
            format!("{}\n\n[{name}]\n{}\n", text.trim_end(), lines.join("\n"))
        }
        Some(item) => match item.as_ref().as_table() {
            Some(table) if !text[item.span().start..].starts_with('{') => {
                in_place(text, table, item.span().start, wanted)
            }
            _ => {
                let inline: Vec<String> = lines().collect();
                replaced(text, vec![(item.span(), format!("{{ {} }}", inline.join(", ")))])
            }
        },
    }
}

/// Replaces the values of keys that stay, takes out the lines of those that go, and puts new ones
/// behind the last line of the table, which starts at `start`.
fn in_place(text: &str, table: &Table, start: usize, wanted: &[(String, String)]) -> String {
    let mut edits = Vec::new();
    let mut last = line_end(text, start);
    for (key, item) in table.iter() {
        let value = item.span();
        last = last.max(line_end(text, value.end));
        match wanted.iter().find(|(name, _)| name == key.as_ref()) {
            Some((_, new)) => edits.push((value, quoted(new))),
            None => {
                let line = line_start(text, key.span().start)..line_end(text, value.end);
                edits.push((line, String::new()));
            }
        }
    }
    let new = wanted.iter().filter(|(name, _)| !table.contains_key(name.as_str()));
    let added: String = new.map(|(key, value)| format!("{key} = {}\n", quoted(value))).collect();
    let newline = if text[..last].ends_with('\n') || added.is_empty() { "" } else { "\n" };
    edits.push((last..last, format!("{newline}{added}")));
    replaced(text, edits)
}

fn line_start(text: &str, byte: usize) -> usize {
    text[..byte].rfind('\n').map_or(0, |newline| newline + 1)
}

pub(super) fn line_end(text: &str, byte: usize) -> usize {
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
pub(super) fn quoted(value: &str) -> String {
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
    fn claims_come_to_name_the_kernel_that_they_were_about() {
        let claims = |kernel: &str, claims: [&str; 8]| {
            let [plain, list, dotted, headed, inline, first, second, third] = claims;
            format!(
                "[kernel]\nbase = \"{kernel}\"\n\n[[expect]] # why\n{plain}\
                 never = {{ drift = 1 }}\n\
                 [[expect]]\nkernel = \"v6.1\"\n[[expect]]\nkernel = [\"v6.1\", {list}]\n\
                 [[expect]]\n{dotted}kernel.cow = \"x\"\n[[expect]]\n[expect.kernel]\n{headed}\
                 cow = \"x\"\n[[expect]]\nkernel = {inline}\n[[tour]]\n{first}at = 0\n\
                 [[tour]]\n{second}at = 1\n[[tour]]\nkernel = {third}\nat = 1\n"
            )
        };
        let plain = ["", "{ cow = \"x\" }, {}", "", "", "{ base = \"v6.1\" }", "", "", "{}"];
        let base = "base = \"v5.17\"";
        let (kernel, whole) = ("kernel = \"v5.17\"\n", format!("{{ {base} }}"));
        let named = [
            kernel,
            &format!("{{ {base}, cow = \"x\" }}, {whole}"),
            &format!("kernel.{base}\n"),
            &format!("{base}\n"),
            "{ base = \"v6.1\" }",
            kernel,
            "",
            &whole,
        ];
        let text = with_kernel(&claims("v5.17", plain), "v5.19", &toggles(&[]));
        assert_eq!(text, claims("v5.19", named));
        assert_eq!(with_kernel(&text, "v6.1", &toggles(&[])), claims("v6.1", named));
    }

    #[test]
    fn a_claim_names_the_toggles_of_the_file_too() {
        let text = format!("expect = [{{ never = {{ drift = 1 }} }}]\n{TEXT}");
        let named = with_kernel(&text, "v5.19", &toggles(&[]));
        let first = named.lines().next();
        let wanted = "expect = [{ kernel = { base = \"v5.17\", pincheck = \"bitmask\" }, never = { \
                      drift = 1 } }]";
        assert_eq!(first, Some(wanted));
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
    fn a_patch_is_added_replaced_and_taken_out() {
        let once = with_patch(TEXT, "mine", "f", "[{ drop = \"a\" }]");
        let patch = "\n[[patch]]\nname = \"mine\"\nfunction = \"f\"\nedits = [{ drop = \"a\" }]\n";
        assert_eq!(once, TEXT.replace("\n\n[machine]", &format!("\n{patch}\n[machine]")));
        let noted = once.replace("name = \"mine\"", "name = \"mine\" # why");
        let twice = with_patch(&noted, "mine", "f", "[{ drop = \"b\" }]");
        assert_eq!(twice, noted.replace("\"a\"", "\"b\""));
        let other = with_patch(&twice, "mine", "g", "[{ drop = \"c\" }]");
        assert!(
            other.contains("\"b\" }]\n\n[[patch]]\nname = \"mine\"\nfunction = \"g\""),
            "{other}"
        );
        assert_eq!(with_patch(&other, "mine", "g", ""), twice);
        assert_eq!(with_patch(&once, "mine", "f", ""), TEXT);
        assert_eq!(with_patch(TEXT, "mine", "f", ""), TEXT);
    }

    #[test]
    fn a_patch_never_takes_keys_of_an_inline_kernel() {
        let text = with_patch("kernel = { base = \"v5.17\" }\nformat = 1\n", "m", "f", "[]");
        assert!(
            text.starts_with("kernel = { base = \"v5.17\" }\nformat = 1\n\n[[patch]]"),
            "{text}"
        );
    }

    #[test]
    fn a_broken_text_is_left_alone_and_strings_are_quoted() {
        assert_eq!(with_schedule("[", "0"), "[");
        assert_eq!(quoted("a\"\\\n"), r#""a\"\\\u000A""#);
    }
}
