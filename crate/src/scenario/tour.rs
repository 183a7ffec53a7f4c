//! `[[tour]]`: prose tied to steps. Whether the steps are there is known once they are played.
use super::patch::Patch;
use super::reader::{Item, Reader, Table, integer};
use super::{KernelChoice, Place, kernel_choice, keys, limits};
use crate::mm::Pfn;

/// Where a stop stands in its schedule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum At {
    /// Behind so many steps.
    Step(usize),
    /// Behind the next step that runs this line of this function.
    Line(String, String),
}

/// One stop of a tour, with all that it takes over from the one before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stop {
    /// The kernel that plays.
    pub kernel: KernelChoice,
    /// The interleaving, and where it stands.
    pub steps: (String, Place),
    /// It is the first with this kernel and these steps.
    pub begins: bool,
    /// Where in it.
    pub at: At,
    /// Where `at` is written.
    pub place: Place,
    /// The page to look at.
    pub page: Option<Pfn>,
    /// What there is to see.
    pub text: String,
}

/// The stops of a text; `of_file` is its kernel and its schedule, with which a tour begins.
pub(super) fn read(
    reader: &mut Reader,
    root: &Table,
    of_file: (&KernelChoice, Option<&(String, Place)>),
    patches: &[Patch],
    pages: usize,
) -> Vec<Stop> {
    let Some(item) = root.get("tour") else { return Vec::new() };
    let mut kernel = of_file.0.clone();
    let mut steps = of_file.1.cloned().unwrap_or_default();
    let mut begins = true;
    let mut stops = Vec::new();
    for (table, place) in reader.tables(item, "[[tour]]", limits::STOPS) {
        reader.only_keys(table, &keys::TOUR);
        if let Some(item) = table.get("kernel") {
            kernel = kernel_choice::read(reader, item, Some(of_file.0), patches)
                .unwrap_or_else(|| kernel.clone());
            begins = true;
        }
        if let Some(text) = table.get("steps").and_then(|item| reader.prose(item, "steps")) {
            steps = (text.value, text.place);
            begins = true;
        }
        let at = table.get("at").and_then(|item| at(reader, item));
        let page = table.get("look").and_then(|item| page(reader, item, pages));
        let text = table.get("text").and_then(|item| reader.prose(item, "text"));
        for key in ["at", "text"].into_iter().filter(|key| !table.contains_key(*key)) {
            let hint = match key {
                "at" => say!("write how many steps were made, `at = 5`, or a line, `at = \"f.l\"`"),
                _ => say!("say what there is to see: `text = \"...\"`"),
            };
            reader.complain(place, say!("the stop has no `{key}`"), Some(hint));
        }
        if let Some(text) = text.as_ref().filter(|text| text.value.len() > limits::PROSE) {
            let message = say!("the text of a stop has at most {} bytes", limits::PROSE);
            reader.complain(text.place, message, None);
        }
        let (Some((at, place)), Some(text)) = (at, text) else { continue };
        let text = text.value.trim().to_string();
        stops.push(Stop {
            kernel: kernel.clone(),
            steps: steps.clone(),
            begins: std::mem::take(&mut begins),
            at,
            place,
            page,
            text,
        });
    }
    stops
}

/// `5`, or `"gup_pte_range.pte"`.
fn at(reader: &mut Reader, item: &Item) -> Option<(At, Place)> {
    if item.as_ref().is_str() {
        let text = reader.string(item, "at")?;
        if let Some((function, label)) = text.value.split_once('.') {
            return Some((At::Line(function.into(), label.into()), text.place));
        }
        let hint = Some(say!("write `at = \"function.label\"`; `pagerace lines` lists them"));
        reader.complain(text.place, "`at` names no line", hint);
        return None;
    }
    let place = reader.at(item);
    let number = item.as_ref().as_integer().and_then(integer);
    let number = number.and_then(|number| usize::try_from(number).ok());
    let number = number.filter(|number| *number <= limits::STEPS);
    if number.is_none() {
        let hint = Some(say!("it is how many steps were made, at most {}", limits::STEPS));
        reader.complain(place, "`at` is no step", hint);
    }
    number.map(|number| (At::Step(number), place))
}

/// `"page 2"`
fn page(reader: &mut Reader, item: &Item, pages: usize) -> Option<Pfn> {
    let text = reader.string(item, "look")?;
    let number = text.value.strip_prefix("page ").and_then(|number| number.parse::<usize>().ok());
    let number = number.filter(|number| *number < pages);
    if number.is_none() {
        let hint = Some(say!("write `look = \"page 0\"`, up to page {}", pages - 1));
        reader.complain(text.place, "`look` names no page of the machine", hint);
    }
    number.map(|number| Pfn(number as u16))
}
