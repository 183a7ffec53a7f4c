//! Changes to a scenario text that keep its comments and its order.
use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

/// The text with another kernel. Toggles not given are taken out; a text that cannot be read is
/// returned as it is.
pub fn with_kernel(text: &str, base: &str, toggles: &BTreeMap<String, String>) -> String {
    edit(text, |document| {
        let Some(kernel) = table(document, "kernel") else { return };
        let stale: Vec<String> = kernel
            .iter()
            .map(|(key, _)| key.to_string())
            .filter(|key| key != "base" && !toggles.contains_key(key))
            .collect();
        for key in stale {
            kernel.remove(&key);
        }
        kernel.insert("base", value(base));
        for (toggle, choice) in toggles {
            kernel.insert(toggle, value(choice.as_str()));
        }
    })
}

/// The text with another schedule; with none where it is empty.
pub fn with_schedule(text: &str, steps: &str) -> String {
    edit(text, |document| {
        if steps.is_empty() {
            document.remove("schedule");
        } else if let Some(schedule) = table(document, "schedule") {
            schedule.insert("steps", value(steps));
        }
    })
}

fn edit(text: &str, change: impl FnOnce(&mut DocumentMut)) -> String {
    let Ok(mut document) = text.parse::<DocumentMut>() else { return text.to_string() };
    change(&mut document);
    document.to_string()
}

/// The table of a name, made where there is none; nothing where the name is something else.
fn table<'a>(document: &'a mut DocumentMut, name: &str) -> Option<&'a mut dyn TableLike> {
    let item = document.entry(name).or_insert_with(|| Item::Table(Table::new()));
    item.as_table_like_mut()
}
