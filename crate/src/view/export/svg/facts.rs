//! What stands below the pageblocks: who holds pages, page tables, lists, counters, locks.
use super::memory::DETAILED;
use crate::view::protocol::{CountersView, PageView, StateView};

/// Of more pages than this that are in use the rest is only counted.
const MOST_PAGES: usize = 16;

/// Of more virtual pages than this, too.
const MOST_MAPPINGS: usize = 24;

/// A row: what it is about, what is so, and whether that is as it should be.
pub struct Fact {
    /// `page 2`, `free lists`
    pub about: String,
    /// What is so.
    pub words: String,
    /// It is wrong.
    pub bad: bool,
}

fn fact(about: &str, words: String) -> Fact {
    Fact { about: about.into(), words, bad: false }
}

/// All that a picture of the memory tells in words.
pub fn facts(state: &StateView) -> Vec<Fact> {
    let mut facts = Vec::new();
    if state.pages.len() > DETAILED {
        facts.push(fact("pages", "those with a square are in use".into()));
    }
    facts.extend(holders(&state.pages));
    facts.extend(page_tables(state));
    facts.extend(large(state));
    for slot in &state.swap {
        let page = slot.page.map_or(String::new(), |pfn| format!(", page {pfn} in the cache"));
        let words = format!("swap_map {}{page}", slot.count);
        facts.push(fact(&format!("swap slot {}", slot.number), words));
    }
    let wrong = state.contents.iter().filter_map(|contents| {
        let words = contents.wrong.clone()?;
        Some(Fact { about: contents.name.clone(), words, bad: true })
    });
    facts.extend(wrong);
    facts.extend(lists(state));
    facts.extend(counters(&state.counters));
    for area in &state.cma {
        let bits: String = area.bitmap.iter().map(|bit| if *bit { " 1" } else { " 0" }).collect();
        let words = format!("{}{bits} (from page {})", area.name, area.base);
        facts.push(fact("CMA bitmap", words));
    }
    for lock in &state.locks {
        let cpus = |lanes: &[u32]| {
            lanes.iter().map(|cpu| format!("CPU{cpu}")).collect::<Vec<_>>().join(", ")
        };
        let mut words = Vec::new();
        if !lock.holders.is_empty() {
            words.push(format!("held by {}", cpus(&lock.holders)));
        }
        if !lock.waiters.is_empty() {
            words.push(format!("waited for by {}", cpus(&lock.waiters)));
        }
        let name = lock.name.trim_start_matches("the ");
        facts.push(fact(name, words.join(", ")));
    }
    facts
}

/// Who holds the references of each page that is mapped, pinned or in nobody's free list.
fn holders(pages: &[PageView]) -> Vec<Fact> {
    let held: Vec<&PageView> = pages.iter().filter(|page| is_held(page)).collect();
    let mut facts = Vec::new();
    for page in held.iter().take(MOST_PAGES) {
        let parts = page.ledger.iter().map(|part| format!("{} {}", part.refs, part.holder));
        let sum = parts.collect::<Vec<_>>().join(" + ");
        let mut words = format!("refcount {}", page.refcount);
        if !sum.is_empty() {
            words += &format!(" = {sum}");
        }
        let about = format!("page {}", page.pfn);
        facts.push(fact(&about, words));
        if let Some(surplus) = &page.surplus {
            facts.push(fact("", format!("migration would fail: {surplus}")));
        }
    }
    if held.len() > MOST_PAGES {
        facts.push(fact("pages", format!("{} more are in use", held.len() - MOST_PAGES)));
    }
    facts
}

fn is_held(page: &PageView) -> bool {
    !page.mapped_by.is_empty() || page.pins > 0 || page.surplus.is_some() || page.ledger.len() > 1
}

fn page_tables(state: &StateView) -> Vec<Fact> {
    let mut facts = Vec::new();
    for process in &state.processes {
        let entries = process.mappings.iter().take(MOST_MAPPINGS);
        let mut words: Vec<String> = process.pmd.iter().map(|pmd| format!("pmd: {pmd}")).collect();
        words.extend(entries.map(|mapping| format!("{}: {}", mapping.name, mapping.pte)));
        let more = process.mappings.len().saturating_sub(MOST_MAPPINGS);
        words.extend((more > 0).then(|| format!("{more} more")));
        if !words.is_empty() {
            facts.push(fact(&format!("process {}", process.name), words.join("; ")));
        }
    }
    for pin in &state.pins {
        if let Some(pfn) = pin.pfn {
            let flags = &pin.flags;
            let words = format!("page {pfn}, {flags}");
            facts.push(fact(&format!("{} {}", pin.kind, pin.name), words));
        }
        if let Some(apart) = &pin.apart {
            facts.push(Fact { about: String::new(), words: apart.clone(), bad: true });
        }
    }
    facts
}

/// Huge pages and sections.
fn large(state: &StateView) -> Vec<Fact> {
    let mut facts = Vec::new();
    for compound in &state.compounds {
        let (head, last) = (compound.head, compound.last);
        let counts: Vec<String> = compound.mapcounts.iter().map(u32::to_string).collect();
        let mut words = format!("refcount {}", compound.refcount);
        if let Some(entire) = compound.entire_mapcount {
            words += &format!(", compound_mapcount {entire}");
        }
        words += &format!(", _mapcount + 1: {}", counts.join(" "));
        if let Some(unfinished) = &compound.unfinished {
            words += &format!(", {unfinished}");
        }
        facts.push(fact(&format!("pages {head}-{last}"), words));
    }
    for section in &state.sections {
        let online = if section.online { "online" } else { "offline" };
        let (usage, memmap) = (&section.usage, &section.memmap);
        let words = format!("{online}, struct pages {memmap}, usage map {usage}");
        facts.push(fact(&format!("section {}", section.number), words));
    }
    facts
}

fn lists(state: &StateView) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for list in &state.free_lists {
        let long = (1_u32 << list.order) - 1;
        let heads = list.heads.iter().map(|head| match long {
            0 => head.to_string(),
            _ => format!("{head}-{}", head + long),
        });
        let words = format!("{}: {}", list.letter, heads.collect::<Vec<_>>().join(", "));
        let about = format!("free, order {}", list.order);
        match facts.last_mut().filter(|last| last.about == about) {
            Some(last) => last.words += &format!("; {words}"),
            None => facts.push(fact(&about, words)),
        }
    }
    for pcp in state.pcps.iter().filter(|pcp| pcp.count > 0 || !pcp.lists.is_empty()) {
        let lists = pcp.lists.iter().map(|list| {
            let pages: Vec<String> = list.pages.iter().map(u32::to_string).collect();
            format!("{}: {}", list.letter, pages.join(", "))
        });
        let lists = lists.collect::<Vec<_>>().join("; ");
        let words = format!("{lists} (count {})", pcp.count);
        facts.push(fact(&format!("pcplist CPU{}", pcp.cpu), words.trim_start().into()));
    }
    facts
}

/// The zone's counters against what they count.
fn counters(counters: &CountersView) -> Vec<Fact> {
    let isolated = counters.nr_isolate_pageblock.map(|count| (count, counters.isolated));
    let rows = [
        ("NR_FREE_PAGES", Some((counters.nr_free, counters.free)), "on the lists"),
        ("NR_FREE_CMA_PAGES", Some((counters.nr_free_cma, counters.free_cma)), "on the lists"),
        ("nr_isolate_pageblock", isolated, "isolated"),
    ];
    let shown = rows.into_iter().filter_map(|(name, values, what)| {
        let (says, is) = values?;
        let drift = says - is as i32;
        let words = match drift {
            0 => format!("{says} = {what}"),
            _ => format!("{says}, but {is} {what}: drift {drift:+}"),
        };
        Some(Fact { about: name.into(), words, bad: drift != 0 })
    });
    shown.collect()
}
