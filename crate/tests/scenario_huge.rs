//! Machines with huge pages and machines with a past: what their texts say, and what is wrong.
use std::rc::Rc;

use pagerace::mm::{HugePmd, Pfn, Place, Pmd};
use pagerace::player::Player;
use pagerace::scenario::{Scenario, parse};
use pagerace::view::{ascii, picture};

const GOOD: &str = r#"format = 1
title = "t"
about = "why"

[kernel]
base = "v6.1"

[machine]
pageblock_pages = 4
hpage_pages = 4
blocks = ["movable", "movable"]

[[process]]
name = "P"
map = ["a = huge page 4 anon rw"]

[[process]]
name = "C"
child_of = "P"

[[before]]
run = ["drain_all_pages()"]

[[cpu]]
process = "P"
pcp = [1]
run = ["drain_all_pages()"]
"#;

fn good() -> Scenario {
    parse(GOOD).expect("it is good")
}

fn check(from: &str, to: &str, line: u32, message: &str, hint: &str) {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` stands once");
    let complaints = parse(&GOOD.replace(from, to)).expect_err(to);
    assert_eq!(complaints[0].message, message, "{to}");
    assert_eq!(complaints[0].place.line, line, "{to}");
    assert_eq!(complaints[0].hint.as_deref().unwrap_or(""), hint, "{to}");
}

#[test]
fn a_huge_page_has_a_virtual_page_for_each_of_its_pages() {
    let scenario = good();
    let names = |process: usize| -> Vec<String> {
        let mappings = &scenario.geometry.processes[process].mappings;
        mappings.iter().map(|mapping| mapping.name.clone()).collect()
    };
    assert_eq!(names(0), ["a", "a+1", "a+2", "a+3"]);
    assert_eq!(names(1), names(0), "the child has the virtual pages of its parent");
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    let layout = &system.layout;
    assert_eq!(memory.peek(layout.mm(0).pmd()), Pmd::Huge(HugePmd::writable(Pfn(4))));
    assert_eq!(layout.total_mapcount(&memory, Pfn(4)), 1);
    let folio: Vec<Pfn> = layout.folio(&memory, Pfn(4)).collect();
    assert_eq!(folio, [4, 5, 6, 7].map(Pfn));
    assert_eq!(layout.entry(&memory, 0, 3).pfn(), Some(Pfn(7)));
}

#[test]
fn a_page_is_found_where_none_is_named() {
    let text = GOOD.replace("huge page 4 anon", "huge anon").replace("pcp = [1]\n", "");
    let scenario = parse(&text).expect("it reads");
    let pages: Vec<Option<Pfn>> = scenario.mappings[0].iter().map(|start| start.pfn).collect();
    assert_eq!(pages, [0, 1, 2, 3].map(|pfn| Some(Pfn(pfn))));
}

#[test]
fn what_has_happened_before_makes_the_start() {
    let scenario = good();
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    let place = |pfn: u16| memory.peek(system.layout.page(Pfn(pfn)).place());
    assert_eq!(place(1), Place::BuddyTail, "the pcplist was drained");
    let without = parse(&GOOD.replace("[[before]]\nrun = [\"drain_all_pages()\"]\n", ""));
    let without = without.expect("it reads");
    let (system, memory) = without.build(&without.kernel).expect("it builds");
    assert_eq!(memory.peek(system.layout.page(Pfn(1)).place()), Place::Pcp);
}

#[test]
fn the_picture_has_its_counts_and_the_timeline_its_past() {
    let scenario = good();
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    let player = Player::new(Rc::new(system), memory);
    let state = picture::state(&scenario, &player);
    assert_eq!(state.compounds.len(), 1);
    let compound = &state.compounds[0];
    assert_eq!((compound.head, compound.last, compound.refcount), (4, 7, 1));
    assert_eq!((compound.entire_mapcount, compound.total_mapcount), (Some(1), 1));
    assert_eq!(compound.mapcounts, [0, 0, 0, 0]);
    assert_eq!(compound.page_mapcounts, [1, 1, 1, 1]);
    assert_eq!((compound.double_map, compound.unfinished.as_deref()), (false, None));
    assert_eq!(state.processes[0].pmd.as_deref(), Some("huge page 4 rw dirty"));
    let roles: Vec<Option<&str>> =
        state.pages[3..6].iter().map(|page| page.compound.as_deref()).collect();
    assert_eq!(roles, [None, Some("head"), Some("tail of page 4")]);
    let timeline = ascii::timeline(&scenario, &player, ascii::Extras::default());
    assert!(timeline.contains("\nBefore: drain_all_pages()\n"), "{timeline}");
}

#[test]
fn mistakes_are_told_with_their_place() {
    let map = "a = huge page 4 anon rw";
    check(
        "hpage_pages = 4\n",
        "",
        14,
        "the machine has no huge pages",
        "give [machine] `hpage_pages = 4`",
    );
    check(
        "hpage_pages = 4",
        "hpage_pages = 3",
        8,
        "a huge page has a power of two of pages",
        "2, 4 or 8, up to the largest block",
    );
    check(
        map,
        "a = huge page 2 anon rw",
        15,
        "no huge page starts at page 2",
        "they start at multiples of 4",
    );
    check(
        map,
        "a = huge page 4 anon rw\", \"b = anon rw",
        15,
        "a huge page is all that its process maps",
        "put the other mappings into another process",
    );
    check(
        "[[before]]\nrun = [\"drain_all_pages()\"]",
        "[[before]]\nrun = [\"x = alloc_pages(GFP_KERNEL, 0)\"]",
        22,
        "only a pin has a name in [[before]]",
        "leave the name out",
    );
    check(
        "[[before]]\nrun",
        "[[before]]\nwhen",
        22,
        "a [[before]] has no `when`",
        "it has: process, run",
    );
    check(
        "process = \"P\"\npcp",
        "process = \"P\"\ntlb = [\"a\"]\npcp",
        0,
        "no CPU has translated anything [[before]]",
        "leave out `tlb`, or `[[before]]`",
    );
}

#[test]
fn a_past_that_does_not_end_is_refused() {
    let text = r#"format = 1
title = "t"
about = "why"
[kernel]
base = "v5.17"
[machine]
blocks = ["cma:area0", "movable"]
[[process]]
name = "B"
map = ["a = page 0 anon rw"]
[[before]]
process = "B"
run = ["p = get_user_pages_fast(a, FOLL_WRITE)", "retry cma_alloc(area0, 2)"]
[[cpu]]
run = ["drain_all_pages()"]
"#;
    let scenario = parse(text).expect("it reads");
    let error = scenario.build(&scenario.kernel).err().expect("it does not build");
    let message = "[[before]]: `retry cma_alloc(area0, 2)` does not return";
    assert_eq!(error.message, message);
    let scenario = parse(&text.replace("retry ", "")).expect("it reads");
    assert!(scenario.build(&scenario.kernel).is_ok(), "it fails, which is a past like another");
}

#[test]
fn what_does_not_know_compound_pages_says_so() {
    let text = GOOD.replace("run = [\"drain_all_pages()\"]\n\n[[cpu]]", "\n[[cpu]]");
    let text = text.replace("run = [\"drain_all_pages()\"]", "run = [\"clear_refs(a)\"]");
    let scenario = parse(&text).expect("it reads");
    let error = scenario.build(&scenario.kernel).err().expect("it does not build");
    assert_eq!(error.message, "CPU0: this kernel has no `clear_refs`");
    let hint = "it is modelled on machines without huge pages only";
    assert_eq!(error.hint.as_deref(), Some(hint));
}

/// A look that began before the page was freed tells of a life that is over.
#[test]
fn a_verdict_says_which_life_it_is_about() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/thp-freed-under-check.toml");
    let scenario = parse(&std::fs::read_to_string(path).expect("text")).expect("it reads");
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    let mut player = Player::new(Rc::new(system), memory);
    let (steps, place) = scenario.schedule.clone().expect("it has a schedule");
    player.play(&steps, place).expect("it plays");
    let mut said = Vec::new();
    for cursor in 0..=player.steps().len() {
        player.seek(cursor);
        let frames =
            picture::state(&scenario, &player).lanes.into_iter().flat_map(|lane| lane.stack);
        said.extend(frames.filter_map(|frame| frame.verdict));
    }
    assert!(said.iter().any(|words| !words.contains("by now")), "{said:?}");
    assert!(said.iter().any(|words| words.ends_with("which is in life 2 by now")), "{said:?}");
}
