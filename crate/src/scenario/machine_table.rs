//! `[machine]` and `[[process]]`: the starting machine.
use toml_edit::{Item, TableLike};

use super::call::is_name;
use super::reader::{Reader, Text, nearest, short};
use super::{Place, StartMapping, limits};
use crate::mm::{CmaArea, Geometry, Mapping, Migratetype, Pfn, Process};

/// What the two tables say.
pub struct StartMachine {
    /// Sizes and names; the lanes and the pins are not known yet.
    pub geometry: Geometry,
    /// The type of each pageblock.
    pub blocks: Vec<Migratetype>,
    /// The page behind each mapping.
    pub mappings: Vec<Vec<StartMapping>>,
    /// Pages that somebody else has.
    pub allocated: Vec<Pfn>,
    /// Every line of a lock section is a step.
    pub fine: bool,
}

const KEYS: &[&str] = &[
    "pageblock_pages",
    "blocks",
    "fine",
    "pin_bias",
    "migrate_passes",
    "migrate_tries",
    "zero_page",
    "allocated",
];

const DEFAULT_BIAS: usize = 1024;
const MOST_BIAS: usize = 2048;
/// All handles and lanes can pin one page at once, and its count still fits a cell.
const _: () = assert!((limits::PINS + limits::CPUS + 1) * MOST_BIAS <= u16::MAX as usize);
const DEFAULT_PASSES: usize = 2;
const DEFAULT_TRIES: usize = 1;

/// Reads both tables; nothing without usable pageblocks.
pub fn read(reader: &mut Reader, root: &dyn TableLike) -> Option<StartMachine> {
    let Some(item) = root.get("machine") else {
        let hint = Some("add [machine] with `blocks = [\"movable\", ...]`".to_string());
        reader.complain(Place::default(), "there is no [machine]", hint);
        return None;
    };
    let place = reader.at(item);
    let table = reader.table(item, "machine")?;
    reader.only_keys(table, "[machine]", KEYS);
    let pageblock_order = pageblock_order(reader, table)?;
    let (blocks, cma_areas) = blocks(reader, table, place, pageblock_order)?;
    let mut number = |key: &str, default: usize, bounds: (usize, usize)| {
        let item = table.get(key);
        item.map_or(Some(default), |item| reader.number(item, key, bounds))
    };
    let pin_bias = number("pin_bias", DEFAULT_BIAS, (2, MOST_BIAS))?;
    let migrate_passes = number("migrate_passes", DEFAULT_PASSES, (1, 10))?;
    let migrate_tries = number("migrate_tries", DEFAULT_TRIES, (1, 5))?;
    let fine = table.get("fine").is_some_and(|item| reader.flag(item, "fine"));
    let geometry = Geometry {
        pageblock_order,
        // Larger blocks would span pageblocks, which isolation does not handle yet.
        max_order: pageblock_order,
        blocks: blocks.len(),
        cma_areas,
        processes: Vec::new(),
        pins: Vec::new(),
        cpus: 0,
        pin_bias: pin_bias as u16,
        migrate_passes: migrate_passes as u16,
        migrate_tries: migrate_tries as u16,
        zero_page: None,
    };
    let last = geometry.pages() - 1;
    let mut used = Used { taken: vec![None; last + 1] };
    let mut machine =
        StartMachine { geometry, blocks, mappings: Vec::new(), allocated: Vec::new(), fine };
    if let Some(item) = table.get("zero_page") {
        zero_page(reader, item, &mut machine, &mut used);
    }
    if let Some(item) = table.get("allocated") {
        for (pfn, place) in reader.numbers(item, "allocated", (0, last)) {
            if used.take(reader, pfn, "is allocated", place) {
                machine.allocated.push(Pfn(pfn as u16));
            }
        }
    }
    processes(reader, root, &mut machine, &mut used);
    Some(machine)
}

/// Who uses each page, so that none is used twice.
struct Used {
    taken: Vec<Option<String>>,
}

impl Used {
    fn take(&mut self, reader: &mut Reader, pfn: usize, how: &str, place: Place) -> bool {
        match &self.taken[pfn] {
            Some(other) => {
                reader.complain(place, format!("page {pfn} {how}, and it {other} already"), None);
                false
            }
            None => {
                self.taken[pfn] = Some(how.to_string());
                true
            }
        }
    }
}

fn pageblock_order(reader: &mut Reader, table: &dyn TableLike) -> Option<u8> {
    let Some(item) = table.get("pageblock_pages") else { return Some(1) };
    let pages = reader.number(item, "pageblock_pages", (1, limits::PAGEBLOCK_PAGES))?;
    if !pages.is_power_of_two() {
        let place = reader.at(item);
        let hint = Some(format!("such as {}", pages.next_power_of_two()));
        reader.complain(place, "pageblock_pages is a power of two", hint);
        return None;
    }
    Some(pages.trailing_zeros() as u8)
}

/// The types, and the CMA areas that stand next to each other in them.
fn blocks(
    reader: &mut Reader,
    table: &dyn TableLike,
    place: Place,
    order: u8,
) -> Option<(Vec<Migratetype>, Vec<CmaArea>)> {
    let item = table.get("blocks");
    let texts = item.map_or(Vec::new(), |item| reader.strings(item, "blocks", limits::BLOCKS));
    if texts.is_empty() {
        let hint = Some("write `blocks = [\"movable\", \"cma:area0\"]`".to_string());
        reader.complain(place, "the machine has no pageblocks", hint);
        return None;
    }
    if texts.len() << order > limits::PAGES {
        let message = format!(
            "{} pageblocks of {} pages are more than {} pages",
            texts.len(),
            1 << order,
            limits::PAGES
        );
        reader.complain(place, message, None);
        return None;
    }
    let mut types = Vec::new();
    let mut areas: Vec<CmaArea> = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let mt = block(reader, text)?;
        types.push(mt);
        if let Some(name) = text.value.strip_prefix("cma:") {
            let base = Pfn((number << order) as u16);
            join_area(reader, &mut areas, name, base, 1 << order, text.place);
        }
    }
    Some((types, areas))
}

fn block(reader: &mut Reader, text: &Text) -> Option<Migratetype> {
    let known = ["unmovable", "movable", "reclaimable", "highatomic", "cma:NAME", "isolate"];
    let found = match text.value.split_once(':') {
        Some(("cma", name)) if is_name(name) => Some(Migratetype::Cma),
        Some(_) => None,
        None => known
            .iter()
            .position(|word| *word == text.value)
            .filter(|position| known[*position] != "cma:NAME")
            .map(|position| Migratetype::ALL[position]),
    };
    if found.is_none() {
        let hint = nearest(&text.value, known.into_iter())
            .unwrap_or_else(|| format!("it is one of: {}", known.join(", ")));
        let message = format!("`{}` is no type of pageblock", short(&text.value));
        reader.complain(text.place, message, Some(hint));
    }
    found
}

fn join_area(
    reader: &mut Reader,
    areas: &mut Vec<CmaArea>,
    name: &str,
    base: Pfn,
    pages: u16,
    place: Place,
) {
    match areas.iter().position(|area| area.name == name) {
        None => areas.push(CmaArea { name: name.to_string(), base, count: pages }),
        Some(number) if areas[number].base.0 + areas[number].count == base.0 => {
            areas[number].count += pages;
        }
        Some(_) => {
            let message = format!("the pageblocks of `{name}` do not stand together");
            reader.complain(place, message, Some("name the second area differently".into()));
        }
    }
    if let Some(area) = areas.iter().find(|area| usize::from(area.count) > limits::CMA_PAGES) {
        let message = format!("`{}` has more than {} pages", area.name, limits::CMA_PAGES);
        reader.complain(place, message, None);
    }
}

fn zero_page(reader: &mut Reader, item: &Item, machine: &mut StartMachine, used: &mut Used) {
    let last = machine.geometry.pages() - 1;
    let Some(pfn) = reader.number(item, "zero_page", (0, last)) else { return };
    let place = reader.at(item);
    let page = Pfn(pfn as u16);
    if machine.blocks[machine.geometry.block_of(page)] != Migratetype::Unmovable {
        let hint = Some("choose a page of an `unmovable` block".to_string());
        reader.complain(place, "the zero page is in an unmovable pageblock", hint);
    } else if used.take(reader, pfn, "is the zero page", place) {
        machine.geometry.zero_page = Some(page);
    }
}

fn processes(
    reader: &mut Reader,
    root: &dyn TableLike,
    machine: &mut StartMachine,
    used: &mut Used,
) {
    let Some(item) = root.get("process") else { return };
    let mut waiting = Vec::new();
    for (table, place) in reader.tables(item, "[[process]]", limits::PROCESSES) {
        reader.only_keys(table, "a [[process]]", &["name", "map"]);
        let name = table.get("name").and_then(|item| reader.string(item, "name"));
        let Some(name) = name.filter(|name| is_name(&name.value)) else {
            let hint = Some("letters, digits and `_`: `name = \"B\"`".to_string());
            reader.complain(place, "a [[process]] has a `name`", hint);
            continue;
        };
        if machine.geometry.processes.iter().any(|process| process.name == name.value) {
            let message = format!("two processes are named `{}`", name.value);
            reader.complain(name.place, message, None);
            continue;
        }
        let map = table.get("map");
        let maps = map.map_or(Vec::new(), |item| reader.strings(item, "map", limits::MAPPINGS));
        let (mut mappings, mut starts) = (Vec::new(), Vec::new());
        for text in &maps {
            let Some((name, start)) = mapping(reader, text, machine, used) else { continue };
            if mappings.iter().any(|mapping: &Mapping| mapping.name == name) {
                reader.complain(text.place, format!("two mappings are named `{name}`"), None);
                continue;
            }
            if start.is_none() {
                waiting.push((machine.mappings.len(), starts.len(), text.place));
            }
            starts.push(start.unwrap_or(StartMapping { pfn: Pfn(0), write: writes(text) }));
            mappings.push(Mapping { name });
        }
        machine.geometry.processes.push(Process { name: name.value, mappings });
        machine.mappings.push(starts);
    }
    for (process, address, place) in waiting {
        if let Some(pfn) = free_page(machine, used) {
            used.taken[usize::from(pfn.0)] = Some("is mapped".into());
            machine.mappings[process][address].pfn = pfn;
        } else {
            reader.complain(place, "no movable or CMA page is left for this mapping", None);
        }
    }
}

fn writes(text: &Text) -> bool {
    text.value.ends_with("rw")
}

/// The first unused page that an anonymous mapping may get.
fn free_page(machine: &StartMachine, used: &Used) -> Option<Pfn> {
    [Migratetype::Movable, Migratetype::Cma].into_iter().find_map(|mt| {
        let pages = (0..machine.geometry.pages()).filter(|pfn| used.taken[*pfn].is_none());
        let of_type = |pfn: &Pfn| machine.blocks[machine.geometry.block_of(*pfn)] == mt;
        pages.map(|pfn| Pfn(pfn as u16)).find(of_type)
    })
}

/// `a = page 2 anon rw`, `a = anon rw`, `z = zero page ro`: the name, and the page unless one has
/// yet to be found.
fn mapping(
    reader: &mut Reader,
    text: &Text,
    machine: &StartMachine,
    used: &mut Used,
) -> Option<(String, Option<StartMapping>)> {
    let form = || Some("write `a = page 2 anon rw`, `a = anon rw` or `z = zero page ro`".into());
    let words: Vec<&str> = text.value.split_whitespace().collect();
    let (name, rest) = match words.as_slice() {
        [name, "=", rest @ ..] if is_name(name) => (name.to_string(), rest),
        _ => {
            let message = format!("`{}` is not a mapping", short(&text.value));
            reader.complain(text.place, message, form());
            return None;
        }
    };
    let write = matches!(rest.last(), Some(&"rw"));
    match rest {
        ["zero", "page", "ro"] => {
            let Some(pfn) = machine.geometry.zero_page else {
                let hint = Some("give [machine] a `zero_page`".to_string());
                reader.complain(text.place, "the machine has no zero page", hint);
                return None;
            };
            Some((name, Some(StartMapping { pfn, write: false })))
        }
        ["anon", "rw" | "ro"] => Some((name, None)),
        ["page", number, "anon", "rw" | "ro"] => {
            let last = machine.geometry.pages() - 1;
            let Some(pfn) = number.parse::<usize>().ok().filter(|pfn| *pfn <= last) else {
                let hint = Some(format!("the pages are 0 to {last}"));
                let message = format!("there is no page `{}`", short(number));
                reader.complain(text.place, message, hint);
                return None;
            };
            let mt = machine.blocks[machine.geometry.block_of(Pfn(pfn as u16))];
            if mt == Migratetype::Isolate {
                let message = format!("page {pfn} is in an isolated pageblock");
                reader.complain(text.place, message, None);
                return None;
            }
            let taken = used.take(reader, pfn, "is mapped", text.place);
            taken.then_some((name, Some(StartMapping { pfn: Pfn(pfn as u16), write })))
        }
        _ => {
            let message = format!("`{}` is not a mapping", short(&text.value));
            reader.complain(text.place, message, form());
            None
        }
    }
}
