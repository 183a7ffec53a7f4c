//! `[[expect]]`: what a scenario claims of all executions, and under which kernels.
use super::kernel_choice;
use super::keys::Section;
use super::patch::Patch;
use super::reader::{Item, Reader, Table, integer, nearest_or_all, short};
use super::{End, Expectation, KernelChoice, Pattern, Quantifier, keys, limits};
use crate::properties;

/// The claims of an array of tables of this section, for each kernel that each names.
pub(super) fn expectations(
    reader: &mut Reader,
    item: Option<&Item>,
    section: &Section,
    of_file: (&KernelChoice, &[Patch]),
    names: &[String],
) -> Vec<Expectation> {
    let tables = item.map(|item| reader.tables(item, section.head, limits::EXPECTS));
    let mut expects = Vec::new();
    for (table, place) in tables.unwrap_or_default() {
        reader.only_keys(table, section);
        let kernels = kernels_of_claim(reader, table, of_file);
        let claims: Vec<(Quantifier, &Item)> = Quantifier::ALL
            .into_iter()
            .filter_map(|quantifier| Some((quantifier, table.get(quantifier.word())?)))
            .collect();
        let [(quantifier, item)] = claims.as_slice() else {
            let message = say!("{} has one of `never`, `sometimes` and `always`", section.said);
            reader.complain(place, message, None);
            continue;
        };
        let pattern = pattern(reader, item, names);
        let Some(pattern) = pattern else { continue };
        expects.extend(kernels.into_iter().map(|kernel| Expectation {
            kernel,
            quantifier: *quantifier,
            pattern: pattern.clone(),
            place,
        }));
        if expects.len() > limits::EXPECTS {
            let message = say!("there are more than {} claims", limits::EXPECTS);
            reader.complain(place, message, Some(say!("one for each kernel of a list")));
            break;
        }
    }
    expects
}

/// The kernels that a claim is about: that of the file, another one, or each of a list.
fn kernels_of_claim(
    reader: &mut Reader,
    table: &Table,
    (own, patches): (&KernelChoice, &[Patch]),
) -> Vec<KernelChoice> {
    let kernel =
        |reader: &mut Reader, item: &Item| kernel_choice::read(reader, item, Some(own), patches);
    let Some(item) = table.get("kernel") else { return vec![own.clone()] };
    let Some(list) = item.as_ref().as_array() else {
        return kernel(reader, item).into_iter().collect();
    };
    let place = reader.at(item);
    if list.is_empty() || list.len() > limits::EXPECTS {
        let message = say!("a claim is about 1 to {} kernels", limits::EXPECTS);
        reader.complain(place, message, None);
        return Vec::new();
    }
    list.iter().filter_map(|item| kernel(reader, item)).collect()
}

fn pattern(reader: &mut Reader, item: &Item, names: &[String]) -> Option<Pattern> {
    let table = reader.table(item, "a claim")?;
    let mut pattern = Pattern::default();
    for (key, item) in table.iter() {
        match key.as_ref().as_ref() {
            "breaks" => pattern.breaks = broken(reader, item),
            "drift" => pattern.drift = drift(reader, item),
            "end" => pattern.end = end(reader, item),
            name if names.iter().any(|known| known == name) => {
                let value = reader.string(item, name)?;
                pattern.results.insert(name.to_string(), value.value);
            }
            other => {
                let place = reader.key_place(table, other);
                let mut known: Vec<&str> = names.iter().map(String::as_str).collect();
                known.extend(keys::CLAIM.names());
                let hint = nearest_or_all(other, &known, "there is");
                let message = say!("no call that returns a value is named `{}`", short(other));
                reader.complain(place, message, hint);
            }
        }
    }
    if table.is_empty() {
        let place = reader.at(item);
        reader.complain(place, "a claim says nothing", None);
    }
    Some(pattern)
}

fn broken(reader: &mut Reader, item: &Item) -> Vec<String> {
    let texts = if item.as_ref().is_str() {
        reader.string(item, "breaks").into_iter().collect()
    } else {
        reader.strings(item, "breaks", properties::PROPERTIES.len())
    };
    if item.as_ref().as_array().is_some_and(|names| names.is_empty()) {
        let place = reader.at(item);
        reader.complain(place, "breaks names no property", None);
    }
    let mut names = Vec::new();
    for text in texts {
        if properties::find(&text.value).is_some() {
            names.push(text.value);
            continue;
        }
        let known = properties::PROPERTIES.iter().map(|property| property.name);
        let hint = nearest_or_all(&text.value, &known.collect::<Vec<_>>(), "there is");
        let message = say!("there is no property `{}`", short(&text.value));
        reader.complain(text.place, message, hint);
    }
    names
}

fn drift(reader: &mut Reader, item: &Item) -> Option<i32> {
    let pages = limits::PAGES as i64;
    let found = item.as_ref().as_integer().and_then(integer);
    let found = found.filter(|drift| (-pages..=pages).contains(drift));
    if found.is_none() {
        let place = reader.at(item);
        let hint = Some(say!("how many pages NR_FREE_PAGES is too high: `drift = -4`"));
        reader.complain(place, "this is no drift", hint);
    }
    found.map(|drift| drift as i32)
}

fn end(reader: &mut Reader, item: &Item) -> Option<End> {
    let text = reader.string(item, "end")?;
    let found = End::ALL.into_iter().find(|end| end.word() == text.value);
    if found.is_none() {
        let words = End::ALL.map(End::word).join(", ");
        let message = say!("`{}` is no end", short(&text.value));
        reader.complain(text.place, message, Some(say!("it is one of: {words}")));
    }
    found
}
