//! Scenario text to a scenario. Every mistake is a complaint with its place; the text is the
//! user's and hostile, so everything is bounded.
use super::call::{self, Named, Names};
use super::claims;
use super::machine_table::{self, StartMachine};
use super::patch;
use super::reader::{Item, Reader, Table, Text, integer, nearest, short};
use super::{Before, Complaint, Place, Scenario, Timeline, limits};
use super::{challenge, tour};
use super::{collapse, kernel_choice, keys};
use crate::machine::{Arg, Frame, Kernel, Local, Operation};
use crate::mm::{Geometry, Mapping, Pfn};
use crate::routines::fork::FORK;
use crate::routines::{kernels, presets};

const FORMAT: i64 = 1;
const TITLE: usize = 200;

/// Reads a scenario.
///
/// # Errors
/// What is wrong with the text, in the order of its lines; one complaint at least.
pub fn parse(text: &str) -> Result<Scenario, Vec<Complaint>> {
    let mut reader = Reader::new(text);
    let document = reader.document()?;
    let scenario = read(&mut reader, document.as_ref());
    match scenario {
        Some(scenario) if reader.complaints.is_empty() => Ok(scenario),
        _ => {
            if reader.complaints.is_empty() {
                reader.complain(Place::default(), "this is not a whole scenario", None);
            }
            Err(reader.complaints)
        }
    }
}

fn read(reader: &mut Reader, root: &Table) -> Option<Scenario> {
    format(reader, root)?;
    if !cfg!(feature = "whole") && asks_for_more(root) {
        return None;
    }
    reader.only_keys(root, &keys::ROOT);
    let title = required(reader, root, "title");
    if let Some(title) = title.as_ref().filter(|title| title.value.chars().count() > TITLE) {
        reader.complain(title.place, say!("title has at most {TITLE} characters"), None);
    }
    let about = required(reader, root, "about");
    let refs = root.get("refs").map_or(Vec::new(), |item| {
        reader.strings(item, "refs", 64).into_iter().map(|text| text.value).collect()
    });
    let patches = whole(|| patch::read(reader, root));
    let kernel = match root.get("kernel") {
        Some(item) => kernel_choice::read(reader, item, None, &patches),
        None => {
            reader.complain(Place::default(), "there is no [kernel]", Some(kernel_choice::hint()));
            None
        }
    };
    let mut machine = machine_table::read(reader, root)?;
    let huge_pages = machine.geometry.has_huge_pages();
    let routines = kernel.as_ref().and_then(|choice| {
        let preset = presets::preset(&choice.base)?;
        Some(kernels::kernel(preset, &choice.toggles, huge_pages))
    });
    let (before, mut places) = whole(|| before(reader, root, &mut machine, routines.as_ref()));
    let (cpus, of_lanes) = timelines(reader, root, &mut machine, routines.as_ref())?;
    places.extend(of_lanes);
    whole(|| collapse::check(reader, &machine, &before, &cpus, &places));
    each_child_is_forked_once(reader, &before, &cpus);
    machine.geometry.cpus = cpus.len();
    machine.geometry.tlb = cpus.iter().any(|cpu| cpu.tlb.is_some());
    whole(|| nothing_is_translated_before(reader, &machine.geometry, &before));
    machine.geometry.runs = cpus.iter().map(|cpu| cpu.process).collect();
    let schedule = schedule(reader, root);
    let kernel = kernel?;
    let names = result_names(&cpus, &routines?);
    let claimed = root.get("expect");
    let of_file = (&kernel, patches.as_slice());
    let expects = claims::expectations(reader, claimed, &keys::EXPECT, of_file, &names);
    let pages = machine.geometry.pages();
    let tour = whole(|| tour::read(reader, root, (&kernel, schedule.as_ref()), &patches, pages));
    let challenge = whole(|| challenge::read(reader, root, (&kernel, &patches), &names));
    if cfg!(feature = "whole") && reader.complaints.is_empty() {
        let claims = expects.iter().map(|claim| &claim.kernel);
        let named = claims.chain(tour.iter().map(|stop| &stop.kernel)).chain([&kernel]).collect();
        patch::check(reader, &patches, &kernel, &named, huge_pages);
    }
    Some(Scenario {
        title: title?.value,
        about: about?.value.trim().to_string(),
        refs,
        kernel,
        geometry: machine.geometry,
        blocks: machine.blocks,
        mappings: machine.mappings,
        allocated: machine.allocated,
        before,
        cpus,
        patches,
        fine: machine.fine,
        schedule,
        expects,
        tour,
        challenge,
    })
}

/// What is done in the module with all routines; in the other there is nothing to do.
fn whole<T: Default>(done: impl FnOnce() -> T) -> T {
    if cfg!(feature = "whole") { done() } else { T::default() }
}

/// What the module that the page starts with does not read, and has no code for.
fn asks_for_more(root: &Table) -> bool {
    let has = |item: Option<&Item>, keys: &[&str]| {
        let table = item.and_then(|item| item.as_ref().as_table());
        table.is_some_and(|table| keys.iter().any(|key| table.contains_key(*key)))
    };
    let cpus = root.get("cpu").and_then(|item| item.as_ref().as_array());
    ["patch", "before"].iter().any(|key| root.contains_key(*key))
        || has(root.get("machine"), &["hpage_pages", "section_pages"])
        || cpus.is_some_and(|cpus| cpus.iter().any(|cpu| has(Some(cpu), &["tlb"])))
}

/// The format comes first: of another one nothing else can be said.
fn format(reader: &mut Reader, root: &Table) -> Option<()> {
    let Some(item) = root.get("format") else {
        let hint = Some(say!("start with `format = {FORMAT}`"));
        reader.complain(Place { line: 1, column: 1 }, "there is no `format`", hint);
        return None;
    };
    let place = reader.at(item);
    match item.as_ref().as_integer().and_then(integer) {
        Some(FORMAT) => Some(()),
        Some(newer) if newer > FORMAT => {
            let message = say!("this scenario is of format {newer}, made for a newer Pagerace");
            reader.complain(place, message, Some(say!("this one reads format {FORMAT}")));
            None
        }
        _ => {
            let hint = Some(say!("write `format = {FORMAT}`"));
            reader.complain(place, "this is not a format", hint);
            None
        }
    }
}

fn required(reader: &mut Reader, root: &Table, key: &str) -> Option<Text> {
    let Some(item) = root.get(key) else {
        let hint = Some(say!("say it in a sentence: `{key} = \"...\"`"));
        reader.complain(Place { line: 1, column: 1 }, say!("there is no `{key}`"), hint);
        return None;
    };
    let text = if key == "title" { reader.string(item, key) } else { reader.prose(item, key) }?;
    if text.value.trim().is_empty() {
        reader.complain(text.place, say!("the {key} is empty"), None);
        return None;
    }
    Some(text)
}

/// A lane as it was read, its calls not understood yet.
struct Lane {
    process: Option<usize>,
    run: Vec<Text>,
    interrupt: Vec<Text>,
    pcp: Vec<Pfn>,
    tlb: Option<Vec<u16>>,
}

fn lane(reader: &mut Reader, table: &Table, machine: &mut StartMachine) -> Lane {
    reader.only_keys(table, &keys::CPU);
    let process = table.get("process");
    let process = process.and_then(|item| process_named(reader, item, &machine.geometry));
    let list = |reader: &mut Reader, key: &str| {
        let item = table.get(key);
        item.map_or(Vec::new(), |item| reader.strings(item, key, limits::OPERATIONS))
    };
    let (run, interrupt) = (list(reader, "run"), list(reader, "interrupt"));
    if let Some(beyond) = interrupt.get(limits::OPERATIONS - run.len()) {
        let most = limits::OPERATIONS;
        let message = say!("a lane has at most {most} operations, its interrupt's included");
        reader.complain(beyond.place, message, None);
    }
    let last = machine.geometry.pages() - 1;
    let pages = table.get("pcp").map(|item| reader.numbers(item, "pcp", (0, last)));
    let mut pcp = Vec::new();
    for (pfn, place) in pages.unwrap_or_default() {
        if machine.used.take(reader, pfn, "is on a pcplist", place) {
            pcp.push(Pfn(pfn as u16));
        }
    }
    let tlb = whole(|| table.get("tlb"));
    let tlb = tlb.map(|item| translations(reader, item, process, &machine.geometry));
    Lane { process, run, interrupt, pcp, tlb }
}

/// `tlb = ["a"]`: the mappings whose translations the CPU has at the start.
fn translations(
    reader: &mut Reader,
    item: &Item,
    process: Option<usize>,
    geometry: &Geometry,
) -> Vec<u16> {
    let mappings: &[Mapping] =
        process.map_or(&[], |number| geometry.processes[number].mappings.as_slice());
    let names: Vec<&str> = mappings.iter().map(|mapping| mapping.name.as_str()).collect();
    let mut kept = Vec::new();
    for text in reader.strings(item, "tlb", limits::MAPPINGS) {
        match names.iter().position(|name| *name == text.value) {
            Some(address) => kept.push(address as u16),
            None => {
                let message = say!("`{}` is no mapping of the lane's process", short(&text.value));
                reader.complain(text.place, message, nearest(&text.value, &names));
            }
        }
    }
    kept
}

/// `[[before]]`: calls that have returned when the lanes begin, with their places. Only pins have
/// names there.
fn before(
    reader: &mut Reader,
    root: &Table,
    machine: &mut StartMachine,
    kernel: Option<&Kernel>,
) -> (Vec<Before>, Vec<Place>) {
    let (mut all, mut places) = (Vec::new(), Vec::new());
    let Some(item) = root.get("before") else { return (all, places) };
    for (table, _) in reader.tables(item, "[[before]]", limits::BEFORE) {
        reader.only_keys(table, &keys::BEFORE);
        let process = table.get("process");
        let process = process.and_then(|item| process_named(reader, item, &machine.geometry));
        let run = table.get("run");
        let texts = run.map_or(Vec::new(), |item| reader.strings(item, "run", limits::OPERATIONS));
        let mut names = Vec::new();
        for text in &texts {
            name_result(reader, &mut machine.geometry, text, Arg::Value(0), &mut names);
            if names.pop().is_some_and(|named: Named| !named.entry.makes_pin) {
                let hint = Some(say!("leave the name out"));
                reader.complain(text.place, "only a pin has a name in [[before]]", hint);
            }
        }
        let names = Names { geometry: &machine.geometry, process, results: &[], cpus: 0, kernel };
        all.push(Before { process, run: operations(reader, &texts, &names, false) });
        places.extend(texts.iter().map(|text| text.place));
    }
    (all, places)
}

/// The lanes, and the places of their calls. Results are named before any call is understood: one
/// lane may drop another's pin.
fn timelines(
    reader: &mut Reader,
    root: &Table,
    machine: &mut StartMachine,
    kernel: Option<&Kernel>,
) -> Option<(Vec<Timeline>, Vec<Place>)> {
    let tables = root.get("cpu").map(|item| reader.tables(item, "[[cpu]]", limits::CPUS));
    let tables = tables.unwrap_or_default();
    if tables.is_empty() {
        let hint = Some(say!("add a [[cpu]] with `run = [\"...\"]`"));
        reader.complain(Place::default(), "there is no [[cpu]]", hint);
        return None;
    }
    let lanes: Vec<Lane> = tables.iter().map(|(table, _)| lane(reader, table, machine)).collect();
    let mut results: Vec<Named> = Vec::new();
    for (cpu, lane) in lanes.iter().enumerate() {
        for (frame, texts) in [(Frame::Task, &lane.run), (Frame::Interrupt, &lane.interrupt)] {
            for (operation, text) in texts.iter().enumerate() {
                let at = Arg::Result { cpu, frame, operation };
                name_result(reader, &mut machine.geometry, text, at, &mut results);
            }
        }
    }
    let count = lanes.len();
    let calls = lanes.iter().flat_map(|lane| lane.run.iter().chain(&lane.interrupt));
    let places = calls.map(|text| text.place).collect();
    let cpus = lanes.into_iter().map(|lane| {
        let names = Names {
            geometry: &machine.geometry,
            process: lane.process,
            results: &results,
            cpus: count,
            kernel,
        };
        Timeline {
            process: lane.process,
            run: operations(reader, &lane.run, &names, false),
            interrupt: operations(reader, &lane.interrupt, &names, true),
            pcp: lane.pcp,
            tlb: lane.tlb,
        }
    });
    Some((cpus.collect(), places))
}

fn nothing_is_translated_before(reader: &mut Reader, geometry: &Geometry, before: &[Before]) {
    if geometry.has_tlb() && !before.is_empty() {
        let hint = Some(say!("leave out `tlb`, or `[[before]]`"));
        reader.complain(Place::default(), "no CPU has translated anything [[before]]", hint);
    }
}

/// A child's page table is empty when fork fills it.
fn each_child_is_forked_once(reader: &mut Reader, before: &[Before], cpus: &[Timeline]) {
    let mut forked: Vec<Arg> = Vec::new();
    let calls = cpus.iter().flat_map(|cpu| cpu.run.iter().chain(&cpu.interrupt));
    let earlier = before.iter().flat_map(|before| &before.run);
    for call in earlier.chain(calls).filter(|call| call.function == FORK) {
        let child = call.args.iter().find(|(local, _)| *local == Local::Child);
        let Some((_, child)) = child else { continue };
        if forked.contains(child) {
            let hint = Some(say!("name another process with `child_of`"));
            reader.complain(Place::default(), "a child is forked twice", hint);
        }
        forked.push(*child);
    }
}

fn process_named(reader: &mut Reader, item: &Item, geometry: &Geometry) -> Option<usize> {
    let name = reader.string(item, "process")?;
    let known = geometry.process_names();
    let found = known.iter().position(|other| *other == name.value);
    if found.is_none() {
        let hint = nearest(&name.value, &known).or_else(|| Some(say!("name it in a [[process]]")));
        let message = say!("there is no process `{}`", short(&name.value));
        reader.complain(name.place, message, hint);
    }
    found
}

/// Notes the name that a call gives its result, and the pin if it makes one.
fn name_result(
    reader: &mut Reader,
    geometry: &mut Geometry,
    text: &Text,
    at: Arg,
    taken: &mut Vec<Named>,
) {
    let Ok(parts) = call::take_apart(&text.value, text.place) else { return };
    let (Some((name, _)), Ok(entry)) = (parts.result, parts.entry(text.place)) else { return };
    if taken.iter().any(|other| other.name == name) {
        let message = say!("two calls are named `{name}`");
        reader.complain(text.place, message, Some(say!("give each its own name")));
        return;
    }
    if keys::CLAIM.has(name) {
        let message = say!("`{name}` has a meaning of its own in claims");
        reader.complain(text.place, message, Some(say!("choose another name")));
        return;
    }
    if is_lane_name(name) {
        let message = say!("`{name}` stands for the calls of a lane that have no name");
        reader.complain(text.place, message, Some(say!("choose another name")));
        return;
    }
    taken.push(Named { name: name.to_string(), entry, at });
    if !entry.makes_pin {
        return;
    }
    if geometry.pins.len() == limits::PINS {
        let message = say!("there are more than {} pins", limits::PINS);
        reader.complain(text.place, message, None);
    } else {
        geometry.pins.push(name.to_string());
    }
}

fn is_lane_name(name: &str) -> bool {
    let number = name.strip_prefix("cpu").filter(|number| !number.is_empty());
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn operations(
    reader: &mut Reader,
    texts: &[Text],
    names: &Names,
    in_interrupt: bool,
) -> Vec<Operation> {
    let mut operations = Vec::new();
    for text in texts {
        let read = call::take_apart(&text.value, text.place).and_then(|parts| {
            let entry = parts.entry(text.place)?;
            if in_interrupt && !entry.in_interrupt {
                let message = say!("`{}` may sleep", entry.name);
                let hint = Some(say!("an interrupt cannot call it: put it in `run`"));
                return Err(Complaint { place: text.place, message, hint });
            }
            parts.operation(entry, names, &text.value, text.place)
        });
        match read {
            Ok(operation) => operations.push(operation),
            Err(complaint) => {
                reader.complain(complaint.place, complaint.message, complaint.hint);
            }
        }
    }
    operations
}

fn schedule(reader: &mut Reader, root: &Table) -> Option<(String, Place)> {
    let item = root.get("schedule")?;
    let table = reader.table(item, "schedule")?;
    reader.only_keys(table, &keys::SCHEDULE);
    let Some(steps) = table.get("steps") else {
        let place = reader.at(item);
        let hint = Some(say!("write `steps = \"1*4 0*2 1*\"`"));
        reader.complain(place, "the schedule has no `steps`", hint);
        return None;
    };
    let text = reader.prose(steps, "steps")?;
    Some((text.value, text.place))
}

/// The names that outcomes of these lanes have, and `cpuN` of each lane with unnamed calls. A call
/// that returns nothing has no place in an outcome: a claim about it would say nothing.
fn result_names(cpus: &[Timeline], kernel: &Kernel) -> Vec<String> {
    let mut names = Vec::new();
    for (number, cpu) in cpus.iter().enumerate() {
        let calls = || {
            let all = cpu.run.iter().chain(&cpu.interrupt);
            all.filter(|call| call::returns_something(kernel, call.function))
        };
        names.extend(calls().filter_map(|call| call.result.clone()));
        if calls().any(|call| call.result.is_none()) {
            names.push(format!("cpu{number}"));
        }
    }
    names
}
