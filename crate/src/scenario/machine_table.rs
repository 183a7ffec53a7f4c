//! `[machine]` and `[[process]]`: the starting machine.
use super::call::is_name;
use super::mapping::{self, StartMapping, Wants};
use super::reader::{Item, Reader, Table, Text, nearest, nearest_or_all, short};
use super::{Place, StartBlock, keys, limits};
use crate::mm::{CmaArea, Geometry, Mapping, Migratetype, Pfn, Process, vm};

/// What the two tables say.
pub struct StartMachine {
    /// Sizes and names; the lanes and the pins are not known yet.
    pub geometry: Geometry,
    /// The type of each pageblock.
    pub blocks: Vec<Migratetype>,
    /// The page behind each mapping; none of a process that is yet to be forked.
    pub mappings: Vec<Vec<StartMapping>>,
    /// Blocks that somebody else has.
    pub allocated: Vec<StartBlock>,
    /// Who uses which page.
    pub used: Used,
    /// Every line of a lock section is a step.
    pub fine: bool,
}

const DEFAULT_BIAS: usize = 1024;
const MOST_BIAS: usize = 2048;
/// All handles and lanes can pin one page at once, and its count still fits a cell.
const _: () = assert!((limits::PINS + limits::CPUS + 1) * MOST_BIAS <= u16::MAX as usize);
const DEFAULT_PASSES: usize = 2;
const DEFAULT_TRIES: usize = 1;
const DEFAULT_PCP_HIGH: usize = 6;
const MOST_PCP_HIGH: usize = 64;
const DEFAULT_GATHER: usize = 2;
const MOST_GATHER: usize = 8;

/// Reads both tables; nothing without usable pageblocks.
pub fn read(reader: &mut Reader, root: &Table) -> Option<StartMachine> {
    let Some(item) = root.get("machine") else {
        let hint = Some(say!("add [machine] with `blocks = [\"movable\", ...]`"));
        reader.complain(Place::default(), "there is no [machine]", hint);
        return None;
    };
    let place = reader.at(item);
    let table = reader.table(item, "machine")?;
    reader.only_keys(table, &keys::MACHINE);
    let pageblock_order = pageblock_order(reader, table)?;
    let (blocks, cma_areas) = blocks(reader, table, place, pageblock_order)?;
    let mut number = |key: &str, default: usize, bounds: (usize, usize)| {
        let item = table.get(key);
        item.map_or(Some(default), |item| reader.number(item, key, bounds))
    };
    let pin_bias = number("pin_bias", DEFAULT_BIAS, (2, MOST_BIAS))?;
    let migrate_passes = number("migrate_passes", DEFAULT_PASSES, (1, 10))?;
    let migrate_tries = number("migrate_tries", DEFAULT_TRIES, (1, 5))?;
    let pcp_high = number("pcp_high", DEFAULT_PCP_HIGH, (0, MOST_PCP_HIGH))?;
    let pcp_batch = number("pcp_batch", 1, (1, pcp_high.max(1)))?;
    let gather_pages = number("gather_pages", DEFAULT_GATHER, (1, MOST_GATHER))?;
    let swap_slots = number("swap_slots", 1, (0, limits::SWAP_SLOTS))?;
    let order = usize::from(pageblock_order);
    let max_order = number("max_order", order, (order, order + 1))?;
    let hpage_pages = hpage_pages(reader, table, place, max_order)?;
    let section_pages = section_pages(reader, table, hpage_pages, order, blocks.len())?;
    let fine = table.get("fine").is_some_and(|item| reader.flag(item, "fine"));
    let geometry = Geometry {
        pageblock_order,
        max_order: max_order as u8,
        blocks: blocks.len(),
        cma_areas,
        processes: Vec::new(),
        pins: Vec::new(),
        cpus: 0,
        pin_bias: pin_bias as u16,
        migrate_passes: migrate_passes as u16,
        migrate_tries: migrate_tries as u16,
        hpage_order: hpage_pages.trailing_zeros() as u8,
        section_pages: section_pages as u16,
        zero_page: None,
        pcp_high: pcp_high as u16,
        pcp_batch: pcp_batch as u16,
        gather_pages: gather_pages as u16,
        runs: Vec::new(),
        tlb: false,
        swap_slots: swap_slots as u16,
        smp: true,
        preempt_rt: false,
        debug_vm: false,
    };
    let last = geometry.pages() - 1;
    let used = Used { taken: vec![None; last + 1] };
    let (mappings, allocated) = (Vec::new(), Vec::new());
    let mut machine = StartMachine { geometry, blocks, mappings, allocated, used, fine };
    check_blocks(reader, table, place, &mut machine);
    if let Some(item) = table.get("zero_page") {
        zero_page(reader, item, &mut machine);
    }
    if let Some(item) = table.get("allocated") {
        allocated_blocks(reader, item, last, &mut machine);
    }
    processes(reader, root, &mut machine);
    Some(machine)
}

/// The pages of a huge page; 1 without any. The module that the page starts with has none.
fn hpage_pages(
    reader: &mut Reader,
    table: &Table,
    place: Place,
    max_order: usize,
) -> Option<usize> {
    let Some(item) = table.get("hpage_pages").filter(|_| cfg!(feature = "whole")) else {
        return Some(1);
    };
    let pages = reader.number(item, "hpage_pages", (1, 1 << max_order))?;
    if pages == 1 || !pages.is_power_of_two() {
        let hint = Some(say!("2, 4 or 8, up to the largest block"));
        reader.complain(place, "a huge page has a power of two of pages", hint);
        return None;
    }
    Some(pages)
}

/// The pages of a memory section: whole pageblocks, by which the zone is filled. Taking memory out
/// is modelled where pages may be compound.
fn section_pages(
    reader: &mut Reader,
    table: &Table,
    hpage_pages: usize,
    order: usize,
    blocks: usize,
) -> Option<usize> {
    let Some(item) = table.get("section_pages").filter(|_| cfg!(feature = "whole")) else {
        return Some(0);
    };
    let pages = reader.number(item, "section_pages", (1, blocks << order))?;
    let place = reader.at(item);
    if pages % (1 << order) != 0 || !(blocks << order).is_multiple_of(pages) {
        let hint = Some(say!("whole pageblocks, by which the zone is filled"));
        reader.complain(place, "the zone is not made of such sections", hint);
        return None;
    }
    if hpage_pages == 1 {
        let hint = Some(say!("add `hpage_pages = 2` or more"));
        reader.complain(place, "a machine with sections has huge pages", hint);
        return None;
    }
    Some(pages)
}

/// Isolated pageblocks, and that the largest blocks fill the zone and lie inside CMA areas.
fn check_blocks(reader: &mut Reader, table: &Table, place: Place, machine: &mut StartMachine) {
    if let Some(item) = table.get("isolated") {
        let last = machine.geometry.blocks - 1;
        for (block, place) in reader.numbers(item, "isolated", (0, last)) {
            if std::mem::replace(&mut machine.blocks[block], Migratetype::Isolate)
                == Migratetype::Isolate
            {
                reader.complain(place, say!("pageblock {block} is isolated already"), None);
            }
        }
    }
    let spanned = 1usize << (machine.geometry.max_order - machine.geometry.pageblock_order);
    if !machine.geometry.blocks.is_multiple_of(spanned) {
        let hint = Some(say!("add a pageblock, or leave `max_order` out"));
        let message = say!("blocks of {spanned} pageblocks do not fill the zone");
        reader.complain(place, message, hint);
    }
    let pages = (machine.geometry.pageblock_pages() * spanned) as u16;
    let aligned = |pfn: u16| pfn.is_multiple_of(pages);
    let area = machine.geometry.cma_areas.iter();
    if let Some(area) = area.into_iter().find(|a| !aligned(a.base.0) || !aligned(a.count)) {
        let message = say!("`{}` is not aligned to the largest block", area.name);
        let hint = Some(say!("a CMA area is made of whole blocks of {pages} pages"));
        reader.complain(place, message, hint);
    }
}

/// `allocated = [0, "6-7"]`: a page, or a block that was allocated as one.
fn allocated_blocks(reader: &mut Reader, item: &Item, last: usize, machine: &mut StartMachine) {
    for (first, end, place) in reader.page_ranges(item, "allocated", last) {
        let pages = end - first + 1;
        let largest = 1usize << machine.geometry.max_order;
        if !pages.is_power_of_two() || pages > largest || !first.is_multiple_of(pages) {
            let message = say!("pages {first} to {end} cannot be one block");
            let hint = Some(say!("its size is a power of two up to {largest}, and it is aligned"));
            reader.complain(place, message, hint);
            continue;
        }
        let free = (first..=end).all(|pfn| machine.used.take(reader, pfn, "is allocated", place));
        if free {
            let order = pages.trailing_zeros() as u8;
            machine.allocated.push(StartBlock { pfn: Pfn(first as u16), order });
        }
    }
}

/// Who uses each page, so that none is used twice.
pub struct Used {
    taken: Vec<Option<String>>,
}

impl Used {
    /// Takes a page for a use; whether it was unused, with a complaint if not.
    pub fn take(&mut self, reader: &mut Reader, pfn: usize, how: &str, place: Place) -> bool {
        match &self.taken[pfn] {
            Some(other) => {
                reader.complain(place, say!("page {pfn} {how}, and it {other} already"), None);
                false
            }
            None => {
                self.taken[pfn] = Some(how.to_string());
                true
            }
        }
    }
}

fn pageblock_order(reader: &mut Reader, table: &Table) -> Option<u8> {
    let Some(item) = table.get("pageblock_pages") else { return Some(1) };
    let pages = reader.number(item, "pageblock_pages", (1, limits::PAGEBLOCK_PAGES))?;
    if !pages.is_power_of_two() {
        let place = reader.at(item);
        let hint = Some(say!("such as {}", pages.next_power_of_two()));
        reader.complain(place, "pageblock_pages is a power of two", hint);
        return None;
    }
    Some(pages.trailing_zeros() as u8)
}

/// The types, and the CMA areas that stand next to each other in them.
fn blocks(
    reader: &mut Reader,
    table: &Table,
    place: Place,
    order: u8,
) -> Option<(Vec<Migratetype>, Vec<CmaArea>)> {
    let item = table.get("blocks");
    let texts = item.map_or(Vec::new(), |item| reader.strings(item, "blocks", limits::BLOCKS));
    if texts.is_empty() {
        let hint = Some(say!("write `blocks = [\"movable\", \"cma:area0\"]`"));
        reader.complain(place, "the machine has no pageblocks", hint);
        return None;
    }
    if texts.len() << order > limits::PAGES {
        let message = say!(
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

/// The types of pageblocks, by their numbers; behind `cma:` stands the name of an area.
const BLOCKS: [&str; 6] =
    ["unmovable", "movable", "reclaimable", "highatomic", "cma:NAME", "isolate"];

/// What a type says, by its number.
pub fn sentence(number: usize) -> &'static str {
    match Migratetype::ALL[number] {
        Migratetype::Unmovable => "For memory of the kernel that cannot be moved.",
        Migratetype::Movable => "For memory that can be migrated elsewhere.",
        Migratetype::Reclaimable => "For memory of the kernel that reclaim can free.",
        Migratetype::Highatomic => "Kept back for atomic allocations of a high order.",
        Migratetype::Cma => "Of a CMA area: for movable memory, until cma_alloc() takes it.",
        Migratetype::Isolate => "Isolated: nothing is allocated from it.",
    }
}

/// The words of pageblocks, each with the kernel's name and a sentence.
pub fn block_words() -> Vec<(String, String)> {
    let words = BLOCKS.iter().zip(Migratetype::ALL).enumerate();
    words.map(|(at, (word, mt))| ((*word).into(), format!("{mt}. {}", sentence(at)))).collect()
}

fn block(reader: &mut Reader, text: &Text) -> Option<Migratetype> {
    let found = match text.value.split_once(':') {
        Some(("cma", name)) if is_name(name) => Some(Migratetype::Cma),
        Some(_) => None,
        None => BLOCKS.iter().position(|word| *word == text.value).map(|at| Migratetype::ALL[at]),
    };
    if found.is_none() {
        let hint = nearest_or_all(&text.value, &BLOCKS, "it is one of");
        let message = say!("`{}` is no type of pageblock", short(&text.value));
        reader.complain(text.place, message, hint);
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
            let message = say!("the pageblocks of `{name}` do not stand together");
            reader.complain(place, message, Some(say!("name the second area differently")));
        }
    }
    if let Some(area) = areas.iter().find(|area| usize::from(area.count) > limits::CMA_PAGES) {
        let message = say!("`{}` has more than {} pages", area.name, limits::CMA_PAGES);
        reader.complain(place, message, None);
    }
}

fn zero_page(reader: &mut Reader, item: &Item, machine: &mut StartMachine) {
    let last = machine.geometry.pages() - 1;
    let Some(pfn) = reader.number(item, "zero_page", (0, last)) else { return };
    let place = reader.at(item);
    let page = Pfn(pfn as u16);
    if machine.blocks[machine.geometry.block_of(page)] != Migratetype::Unmovable {
        let hint = Some(say!("choose a page of an `unmovable` block"));
        reader.complain(place, "the zero page is in an unmovable pageblock", hint);
    } else if machine.used.take(reader, pfn, "is the zero page", place) {
        machine.geometry.zero_page = Some(page);
    }
}

fn processes(reader: &mut Reader, root: &Table, machine: &mut StartMachine) {
    let Some(item) = root.get("process") else { return };
    let mut waiting = Vec::new();
    for (table, place) in reader.tables(item, "[[process]]", limits::PROCESSES) {
        reader.only_keys(table, &keys::PROCESS);
        let name = table.get("name").and_then(|item| reader.string(item, "name"));
        let Some(name) = name.filter(|name| is_name(&name.value)) else {
            let hint = Some(say!("letters, digits and `_`: `name = \"B\"`"));
            reader.complain(place, "a [[process]] has a `name`", hint);
            continue;
        };
        if machine.geometry.processes.iter().any(|process| process.name == name.value) {
            let message = say!("two processes are named `{}`", name.value);
            reader.complain(name.place, message, None);
            continue;
        }
        if let Some(item) = table.get("child_of") {
            child(reader, table, item, name.value, machine);
            continue;
        }
        let map = table.get("map");
        let maps = map.map_or(Vec::new(), |item| reader.strings(item, "map", limits::MAPPINGS));
        let (mut mappings, mut starts) = (Vec::new(), Vec::new());
        for text in &maps {
            let Some((name, start, wants)) = mapping::read(reader, text, machine) else { continue };
            if mappings.iter().any(|mapping: &Mapping| mapping.name == name) {
                reader.complain(text.place, say!("two mappings are named `{name}`"), None);
                continue;
            }
            if start.huge && maps.len() > 1 {
                let hint = Some(say!("put the other mappings into another process"));
                reader.complain(text.place, "a huge page is all that its process maps", hint);
                continue;
            }
            if wants != Wants::Nothing {
                waiting.push((machine.mappings.len(), starts.len(), wants, text.place));
            }
            let file = start.pfn.filter(|_| start.vm_flags & vm::FILE != 0);
            let pages = if start.huge { machine.geometry.hpage_pages() } else { 1 };
            for page in 0..pages {
                let name = if page == 0 { name.clone() } else { format!("{name}+{page}") };
                mappings.push(Mapping { name, file });
                starts.push(start.behind(page));
            }
        }
        machine.geometry.processes.push(Process { name: name.value, mappings, parent: None });
        machine.mappings.push(starts);
    }
    for (process, address, wants, place) in waiting {
        let pages = if wants == Wants::HugePage { machine.geometry.hpage_pages() } else { 1 };
        let Some(pfn) = free_pages(machine, usize::from(pages)) else {
            reader.complain(place, "no movable or CMA page is left for this mapping", None);
            continue;
        };
        for page in 0..pages {
            machine.used.taken[usize::from(pfn.0 + page)] = Some(say!("is mapped"));
            let start = &mut machine.mappings[process][address + usize::from(page)];
            start.pfn = Some(Pfn(pfn.0 + page));
        }
    }
}

/// `child_of = "B"`: a process that `fork` is to fill. It has the virtual pages of its parent, and
/// nothing in them.
fn child(
    reader: &mut Reader,
    table: &Table,
    item: &Item,
    name: String,
    machine: &mut StartMachine,
) {
    let Some(of) = reader.string(item, "child_of") else { return };
    if let Some(map) = table.get("map") {
        let place = reader.at(map);
        reader.complain(place, "a child gets its mappings from fork", Some(say!("leave it out")));
    }
    let known = machine.geometry.process_names();
    let Some(parent) = known.iter().position(|known| *known == of.value) else {
        let hint = nearest(&of.value, &known).or_else(|| Some(say!("its parent stands before it")));
        let message = say!("there is no process `{}`", short(&of.value));
        reader.complain(of.place, message, hint);
        return;
    };
    let mappings = machine.geometry.processes[parent].mappings.clone();
    machine.geometry.processes.push(Process { name, mappings, parent: Some(parent) });
    machine.mappings.push(Vec::new());
}

/// The first aligned block of `pages` unused pages that an anonymous mapping may get.
fn free_pages(machine: &StartMachine, pages: usize) -> Option<Pfn> {
    let fits = |pfn: &usize, mt: Migratetype| {
        let unused = |pfn: usize| {
            machine.used.taken[pfn].is_none()
                && machine.blocks[machine.geometry.block_of(Pfn(pfn as u16))] == mt
        };
        (*pfn..*pfn + pages).all(unused)
    };
    [Migratetype::Movable, Migratetype::Cma].into_iter().find_map(|mt| {
        let ends = machine.geometry.pages() + 1 - pages;
        let found = (0..ends).step_by(pages).find(|pfn| fits(pfn, mt));
        found.map(|pfn| Pfn(pfn as u16))
    })
}
