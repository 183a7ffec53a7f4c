//! Random scenarios of all entries on machines of all kinds: most make little sense, and none of
//! them panics. The seeds are fixed, so that a failure repeats.
#[path = "common/any_kernel.rs"]
mod any_kernel;
#[path = "common/random.rs"]
mod random;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use any_kernel::kernel;
use pagerace::machine::{Choice, Status};
use pagerace::routines::entry::{ENTRIES, Entry, ParamKind, find};
use pagerace::scenario::parse;
use random::Random;

/// How many scenarios, and how many steps of each walk.
const SCENARIOS: u64 = 400;
const STEPS: usize = 400;

/// A machine of which calls may name parts.
struct Machine {
    text: String,
    pages: usize,
    block: usize,
    section: usize,
    huge: bool,
}

const BLOCKS: [&str; 6] = ["movable", "movable", "movable", "unmovable", "cma:area0", "isolate"];

fn machine(random: &mut Random) -> Machine {
    let order = random.below(4);
    let block = 1 << order;
    let taller = random.one_in(4);
    let count = 2 * (1 + random.below(2)) + 2 * usize::from(order < 2);
    let mut blocks: Vec<&str> = (0..count).map(|_| *random.pick(&BLOCKS)).collect();
    let first = blocks.iter().position(|block| block.starts_with("cma"));
    for (number, block) in blocks.iter_mut().enumerate() {
        // One area stands together, and fills the largest blocks.
        if taller || block.starts_with("cma") && first.is_some_and(|first| number > first + 1) {
            *block = if *block == "cma:area0" { "movable" } else { *block };
        }
    }
    if let Some(first) = first.filter(|_| !taller) {
        blocks[first] = "cma:area0";
    }
    let pages = count * block;
    let huge_order = random.below(order + 1 + usize::from(taller));
    let huge = huge_order > 0;
    let mut text = format!("[machine]\npageblock_pages = {block}\nblocks = {blocks:?}\n");
    if taller {
        text += &format!("max_order = {}\n", order + 1);
    }
    let mut section = 0;
    if huge {
        text += &format!("hpage_pages = {}\n", 1 << huge_order);
        if random.one_in(2) {
            section = block * if random.one_in(2) { 1 } else { count / 2 };
            text += &format!("section_pages = {section}\n");
        }
    }
    if let Some(number) = blocks.iter().position(|block| *block == "unmovable") {
        text += &format!("zero_page = {}\n", number * block);
    }
    if random.one_in(2) {
        text += &format!("swap_slots = {}\n", random.below(9));
    }
    if random.one_in(2) {
        text += &format!("gather_pages = {}\n", 1 + random.below(3));
    }
    if random.one_in(2) {
        text += &format!("pcp_high = {}\n", random.below(4));
    }
    text += &format!("fine = {}\nmigrate_tries = {}\n", random.one_in(4), 1 + random.below(2));
    if random.one_in(3) {
        text += &format!("allocated = [{}]\n", random.below(pages));
    }
    let huge_map = huge && !random.one_in(4);
    if huge_map {
        let map = *random.pick(&["huge anon rw", "huge anon wp", "huge none rw", "huge anon ro"]);
        text += &format!("[[process]]\nname = \"B\"\nmap = [\"a = {map}\"]\n");
    } else {
        let maps = maps(random, text.contains("zero_page"), pages);
        text += &format!("[[process]]\nname = \"B\"\nmap = {maps:?}\n");
    }
    text += "[[process]]\nname = \"C\"\nchild_of = \"B\"\n";
    Machine { text, pages, block, section, huge: huge_map }
}

/// What B has, named from `a` on.
fn maps(random: &mut Random, zero_page: bool, pages: usize) -> Vec<String> {
    if random.one_in(4) {
        return ["a = anon rw", "b = anon rw"].map(String::from).into();
    }
    let anon = ["anon rw", "anon wp", "anon ro", "none rw", "anon rw lazyfree"];
    let mut kinds: Vec<String> = anon.map(String::from).into();
    // Some calls are about pages of a file alone.
    let file = format!("page {} file rw", random.below(pages));
    kinds.extend(vec![file; 3]);
    if zero_page {
        kinds.extend(["zero page wp", "zero page ro"].map(String::from));
    }
    let count = 1 + random.below(3);
    (0..count).map(|n| format!("{} = {}", ["a", "b", "c"][n], random.pick(&kinds))).collect()
}

/// An argument of its kind: mostly one that the machine has.
fn argument(random: &mut Random, machine: &Machine, entry: &Entry, kind: ParamKind) -> String {
    let address = |random: &mut Random| match machine.huge {
        true if random.one_in(2) => "a+1".to_string(),
        true => "a".to_string(),
        false => random.pick(&["a", "a", "b"]).to_string(),
    };
    let step = if machine.section > 0 { machine.section } else { machine.block };
    let boundary = |random: &mut Random| random.below(machine.pages / step + 1) * step;
    match kind {
        ParamKind::Area => "area0".into(),
        ParamKind::Pages => (1 + random.below(4)).to_string(),
        ParamKind::Address => address(random),
        ParamKind::Word => format!("{}[{}]", address(random), random.below(2)),
        ParamKind::PinWord => format!("p[{}]", random.below(2)),
        ParamKind::Bool => (*random.pick(&["true", "false"])).into(),
        ParamKind::Value => random.below(256).to_string(),
        ParamKind::GupFlags => {
            let set: Vec<&str> =
                entry.flags.iter().filter(|_| random.one_in(2)).map(|(name, _)| *name).collect();
            if set.is_empty() { "0".into() } else { set.join(" | ") }
        }
        ParamKind::Pin => "p".into(),
        ParamKind::Order => random.below(3).to_string(),
        ParamKind::Gfp => {
            let gfp = ["GFP_KERNEL", "GFP_HIGHUSER_MOVABLE", "GFP_KERNEL | __GFP_COMP"];
            (*random.pick(&gfp)).into()
        }
        ParamKind::CmaGfp => (*random.pick(&["0", "__GFP_NOFAIL"])).into(),
        ParamKind::Advice => (*random.pick(&["MADV_DONTNEED", "MADV_FREE"])).into(),
        ParamKind::Page if random.one_in(4) => "page".into(),
        ParamKind::Page | ParamKind::StartPfn => random.below(machine.pages).to_string(),
        ParamKind::EndPfn => (1 + random.below(machine.pages)).to_string(),
        ParamKind::Start | ParamKind::End => boundary(random).to_string(),
        ParamKind::Migratetype => (*random.pick(&["MIGRATE_CMA", "MIGRATE_MOVABLE"])).into(),
        ParamKind::Child => "C".into(),
        ParamKind::Task => format!("cpu{}", random.below(2)),
        ParamKind::Prot => (*random.pick(&["PROT_READ", "PROT_READ | PROT_WRITE"])).into(),
    }
}

fn call(random: &mut Random, machine: &Machine, entry: &Entry) -> String {
    let left_out = random.one_in(2);
    let arguments: Vec<String> = entry
        .params
        .iter()
        .filter(|param| !param.is_optional() || !left_out)
        .map(|param| argument(random, machine, entry, param.kind))
        .collect();
    let retry = if entry.can_retry && random.one_in(8) { "retry " } else { "" };
    format!("{retry}{}({})", entry.name, arguments.join(", "))
}

/// What runs before, and on each lane.
#[derive(Clone, Default)]
struct Calls {
    before: Vec<(&'static str, String)>,
    lanes: [(Vec<String>, Vec<String>); 3],
    /// Whether CPUs keep translations, and a page on a pcplist.
    tlb: bool,
    pcp: Option<usize>,
}

impl Calls {
    /// With one more call somewhere. The first pin is `p`, and the first page `page`.
    fn with(&self, call: String, entry: &Entry, random: &mut Random) -> Calls {
        let mut more = self.clone();
        let text = format!("{}{:?}", self.lines(), self.before);
        let named = |name: &str| !text.contains(&format!("{name} = "));
        let call = match entry {
            entry if entry.makes_pin && named("p") => format!("p = {call}"),
            entry if entry.makes_pin => format!("q{} = {call}", text.len()),
            entry if entry.returns.contains("the first page") && named("page") => {
                format!("page = {call}")
            }
            _ => call,
        };
        if random.one_in(4) {
            more.before.push((*random.pick(&["B", "B", "C"]), call));
            return more;
        }
        let (run, interrupt) = &mut more.lanes[random.below(3)];
        if entry.in_interrupt && random.one_in(3) {
            interrupt.push(call)
        } else {
            run.push(call)
        }
        more
    }

    fn lines(&self) -> String {
        let before = |(process, call): &(&str, String)| {
            format!("[[before]]\nprocess = \"{process}\"\nrun = [{call:?}]\n")
        };
        let mut text: String = self.before.iter().map(before).collect();
        for (process, (run, interrupt)) in ["B", "B", "C"].iter().zip(&self.lanes) {
            text += &format!(
                "[[cpu]]\nprocess = \"{process}\"\nrun = {run:?}\ninterrupt = {interrupt:?}\n"
            );
        }
        let pcp = self.pcp.map(|pfn| format!("pcp = [{pfn}]\n"));
        text + if self.tlb { "tlb = []\n" } else { "" } + &pcp.unwrap_or_default()
    }
}

const HEAD: &str = "format = 1\ntitle = \"random\"\nabout = \"random\"\n";

/// Walks at random as far as it goes; how many steps that were. Nothing if the text is refused.
fn walk(text: &str, steps: usize, random: &mut Random) -> Option<usize> {
    let scenario = parse(text).ok()?;
    let (system, mut memory) = scenario.build(&scenario.kernel).ok()?;
    for step in 0..steps {
        let choices: Vec<Choice> = system
            .choices()
            .filter(|choice| system.status(&memory, *choice) == Status::Runnable)
            .collect();
        if choices.is_empty() {
            return Some(step);
        }
        system.make(&mut memory, *random.pick(&choices));
    }
    Some(steps)
}

/// As [`walk`]; a panic says what was run.
fn checked(seed: u64, text: &str, steps: usize, random: &mut Random) -> Option<usize> {
    let walked = catch_unwind(AssertUnwindSafe(|| walk(text, steps, random)));
    walked.unwrap_or_else(|_| panic!("seed {seed}:\n{text}"))
}

/// A machine that is one, with nothing running on it yet.
fn start(seed: u64, random: &mut Random) -> (Machine, String, Calls) {
    loop {
        let machine = machine(random);
        let head = format!("{HEAD}{}{}", kernel(random), machine.text);
        let pcp = random.one_in(4).then(|| random.below(machine.pages));
        let calls = Calls { tlb: random.one_in(8), pcp, ..Calls::default() };
        if checked(seed, &format!("{head}{}", calls.lines()), 0, random).is_some() {
            return (machine, head, calls);
        }
    }
}

#[test]
fn nothing_that_is_accepted_panics() {
    let (mut walked, mut called) = (0, BTreeSet::new());
    for seed in 1..=SCENARIOS {
        let random = &mut Random::of(seed);
        let (machine, head, mut calls) = start(seed, random);
        for number in 0..6 + random.below(12) {
            let entry = if number == 0 && seed.is_multiple_of(4) {
                find("collapse_huge_page").expect("it is one")
            } else {
                random.pick(ENTRIES)
            };
            let call = call(random, &machine, entry);
            let more = calls.with(call, entry, random);
            let text = format!("{head}{}", more.lines());
            if checked(seed, &text, 0, random).is_some() {
                called.insert(entry.name);
                calls = more;
            }
        }
        let text = format!("{head}{}", calls.lines());
        walked += checked(seed, &text, STEPS, random).unwrap_or_default();
    }
    assert!(walked as u64 > 40 * SCENARIOS, "{walked} steps are few");
    let never = ENTRIES.iter().map(|entry| entry.name).filter(|name| !called.contains(name));
    assert_eq!(never.collect::<Vec<_>>(), Vec::<&str>::new(), "never called");
}
