//! What the page is shown of page tables, pins, contents, swap slots, translations and stores.
use std::rc::Rc;

use pagerace::mm::{Layout, Memory, Pfn, Pte, Restore, Rmap, Slot};
use pagerace::player::Player;
use pagerace::routines::entry::foll;
use pagerace::scenario::{Scenario, parse};
use pagerace::schedule;
use pagerace::view::protocol::{ContentsView, MappingView, PinView, StateView, StepView};
use pagerace::view::{ascii, lanes, picture};

/// A scenario with the rest of its tables.
fn text(kernel: &str, machine: &str, rest: &str) -> String {
    format!(
        "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\n{kernel}\n[machine]\nblocks = \
         [\"movable\", \"movable\", \"movable\"]\n{machine}\n{rest}"
    )
}

fn open(text: &str, edit: impl FnOnce(&Layout, &mut Memory)) -> Stage {
    let scenario = parse(text).unwrap_or_else(|complaints| panic!("{complaints:?}"));
    let (system, mut memory) = scenario.build(&scenario.kernel).expect("it builds");
    edit(&system.layout, &mut memory);
    let player = Player::new(Rc::new(system), memory);
    Stage { scenario, player }
}

struct Stage {
    scenario: Scenario,
    player: Player,
}

impl Stage {
    fn play(&mut self, steps: &str) {
        for word in steps.split_whitespace() {
            let choice = schedule::parse_choice(word, self.player.system()).expect("a choice");
            self.player.step(choice).expect("it can move");
        }
    }

    /// Steps a lane until it is through.
    fn finish(&mut self, cpu: &str) {
        let choice = schedule::parse_choice(cpu, self.player.system()).expect("a choice");
        while self.player.step(choice).is_ok() {}
    }

    fn state(&self) -> StateView {
        picture::state(&self.scenario, &self.player)
    }

    fn last_step(&self) -> StepView {
        lanes::trace(&self.player).pop().expect("a step was made")
    }

    fn ascii(&self) -> String {
        ascii::timeline(&self.scenario, &self.player, ascii::Extras::default())
    }
}

const ONE_PROCESS: &str = "[[process]]\nname = \"B\"\nmap = [\"a = page 2 anon rw\"]\n";

fn with_run(run: &str) -> String {
    format!("{ONE_PROCESS}[[cpu]]\nprocess = \"B\"\nrun = [{run}]\n")
}

/// Forked, pinned for reading, then written by the parent: before v5.19 the parent gets another
/// page, and the pin stays where it was.
fn lost_sync(pin: &str) -> Stage {
    let child = "[[process]]\nname = \"C\"\nchild_of = \"B\"\n";
    let run = format!("\"fork(C)\", \"p = {pin}\", \"store(a[0], 7)\", \"dma_write(p[1], 9)\"");
    let processes = with_run(&run).replace("[[cpu]]", &format!("{child}[[cpu]]"));
    let mut stage = open(&text("base = \"v5.17\"", "", &processes), |_, _| {});
    stage.finish("0");
    stage
}

fn mapping<'a>(state: &'a StateView, process: &str, name: &str) -> &'a MappingView {
    let process = state.processes.iter().find(|it| it.name == process).expect("a process");
    process.mappings.iter().find(|it| it.name == name).expect("a mapping")
}

fn contents<'a>(state: &'a StateView, name: &str) -> &'a ContentsView {
    state.contents.iter().find(|it| it.name == name).expect("a virtual page")
}

#[test]
fn every_kind_of_entry_has_its_flags() {
    let rest = with_run("\"munmap(a)\"");
    let pfn = Pfn(2);
    for (pte, instead, flags) in [
        (Pte::None, Some("none"), vec![]),
        (Pte::Present { pfn, write: true, dirty: true }, None, vec!["rw", "dirty"]),
        (Pte::clean(pfn, false), None, vec!["ro"]),
        (Pte::UffdWp { pfn, dirty: true }, None, vec!["ro", "dirty", "uffd-wp"]),
        (Pte::Protnone { pfn, write: true }, None, vec!["rw", "protnone"]),
        (Pte::Swap { slot: 0, exclusive: true }, Some("swap slot 0"), vec!["exclusive"]),
        (
            Pte::Migration { pfn, restore: Restore::ReadableExclusive },
            Some("migration entry"),
            vec!["readable exclusive"],
        ),
    ] {
        let stage = open(&text("base = \"v5.17\"", "", &rest), |layout, memory| {
            memory.poke(layout.mm(0).pte(0), pte);
        });
        let state = stage.state();
        let mapping = mapping(&state, "B", "a");
        assert_eq!(mapping.instead.as_deref(), instead, "{pte:?}");
        assert_eq!(mapping.flags, flags, "{pte:?}");
        assert_eq!(mapping.area.as_deref(), Some("VM_READ VM_WRITE"));
    }
}

#[test]
fn an_area_that_is_gone_is_none() {
    let mut stage = open(&text("base = \"v5.17\"", "", &with_run("\"munmap(a)\"")), |_, _| {});
    assert!(mapping(&stage.state(), "B", "a").area.is_some());
    let held = (0..4).find_map(|_| {
        stage.play("0");
        stage.state().processes[0].mmap_lock.clone()
    });
    assert_eq!(held.expect("munmap takes mmap_lock").holders, [0]);
    stage.finish("0");
    let state = stage.state();
    assert_eq!(mapping(&state, "B", "a").area, None);
    assert!(state.processes[0].mmap_lock.is_none());
}

#[test]
fn a_pin_and_a_page_table_that_differ_are_told_with_both_pages() {
    let stage = lost_sync("pin_user_pages_fast(a, FOLL_LONGTERM)");
    let state = stage.state();
    let PinView { pfn, kind, longterm, taken_through, apart, .. } = &state.pins[0];
    assert_eq!((*pfn, kind.as_str(), *longterm), (Some(2), "pin", true));
    assert_eq!(taken_through.as_deref(), Some("B:a"));
    let now = mapping(&state, "B", "a").pfn.expect("mapped");
    assert_ne!(now, 2);
    let sentence = format!("the device reads page 2, process B has page {now}");
    assert_eq!(apart.as_deref(), Some(sentence.as_str()));
    let of_b = contents(&state, "B:a");
    assert_eq!(of_b.expected, [Some(7), Some(9)]);
    let ways: Vec<_> = of_b.ways.iter().map(|it| (it.who.as_str(), it.words.clone())).collect();
    assert_eq!(ways, [("process B", vec![7, 10]), ("the device with pin p", vec![10, 9])]);
    let wrong = format!(
        "{sentence}; B:a[0] was last set to 7: the device with pin p finds 10; B:a[1] was \
         last set to 9: process B finds 10"
    );
    assert_eq!(of_b.wrong.as_deref(), Some(wrong.as_str()));
}

#[test]
fn a_plain_reference_is_no_pin() {
    let state = lost_sync("get_user_pages_fast(a, 0)").state();
    let now = mapping(&state, "B", "a").pfn.expect("mapped");
    let sentence = format!("the reference is on page 2, process B has page {now}");
    assert_eq!(state.pins[0].apart.as_deref(), Some(sentence.as_str()));
    assert_eq!(state.pins[0].kind, "reference");
    assert_eq!(contents(&state, "B:a").ways[1].who, "the device with reference p");
}

#[test]
fn a_pin_for_writing_says_that_the_device_writes() {
    let run = "\"p = pin_user_pages_fast(a, FOLL_WRITE)\", \"dma_write(p, 7)\"";
    for (pte, expected) in [
        (Pte::clean(Pfn(4), false), Some("the device writes page 2, process B reads page 4")),
        (
            Pte::Swap { slot: 0, exclusive: false },
            Some("the device writes page 2, process B reads swap slot 0"),
        ),
        (Pte::clean(Pfn(2), false), None),
        (Pte::None, None),
    ] {
        let stage = open(&text("base = \"v5.17\"", "", &with_run(run)), |layout, memory| {
            let pin = layout.pin(0);
            memory.poke(pin.page(), Some(Pfn(2)));
            memory.poke(pin.flags(), foll::PIN | foll::WRITE);
            memory.poke(pin.mapping(), Some(Rmap { process: 0, address: 0 }));
            memory.poke(layout.mm(0).pte(0), pte);
        });
        assert_eq!(stage.state().pins[0].apart.as_deref(), expected, "{pte:?}");
    }
}

#[test]
fn contents_are_shown_where_they_are_used_only() {
    let run = "\"p = pin_user_pages_fast(a, FOLL_WRITE)\"";
    let stage = open(&text("base = \"v5.17\"", "", &with_run(run)), |_, _| {});
    assert!(stage.state().contents.is_empty());
    assert!(stage.state().pages.iter().all(|page| page.words.is_empty()));
    let run = "\"v = load(a)\"";
    let stage = open(&text("base = \"v5.17\"", "", &with_run(run)), |_, _| {});
    assert_eq!(stage.state().pages[2].words, [10, 10]);
    assert_eq!(contents(&stage.state(), "B:a").wrong, None);
}

#[test]
fn a_slot_shows_who_names_it_and_what_it_holds() {
    let rest = with_run("\"v = load(a)\"");
    let unused = open(&text("base = \"v5.17\"", "", &rest), |_, _| {});
    assert!(unused.state().swap.is_empty());
    let stage = open(&text("base = \"v5.17\"", "swap_slots = 2", &rest), |layout, memory| {
        memory.poke(layout.mm(0).pte(0), Pte::Swap { slot: 1, exclusive: false });
        memory.poke(layout.swap_slot(1).count(), 1);
        memory.poke(layout.swap_slot(1).content(0), 5);
    });
    let state = stage.state();
    assert_eq!(state.swap.len(), 1);
    let slot = &state.swap[0];
    assert_eq!((slot.number, slot.count, slot.page), (1, 1, None));
    assert_eq!(slot.words, [5, 0]);
    let way = &contents(&state, "B:a").ways[0];
    assert_eq!((way.at.as_str(), way.words.as_slice()), ("swap slot 1", &[5, 0][..]));
    let cached = open(&text("base = \"v5.17\"", "swap_slots = 2", &rest), |layout, memory| {
        memory.poke(layout.mm(0).pte(0), Pte::Swap { slot: 1, exclusive: false });
        memory.poke(layout.swap_slot(1).page(), Some(Pfn(2)));
        memory.poke(layout.page(Pfn(2)).swap(), Some(Slot(1)));
        memory.poke(layout.page(Pfn(2)).dirty(), true);
    });
    let state = cached.state();
    assert_eq!(contents(&state, "B:a").ways[0].at, "page 2, of swap slot 1");
    assert_eq!(state.pages[2].slot, Some(1));
    let flags = &state.pages[2].flags;
    assert!(["dirty", "swapcache"].iter().all(|flag| flags.iter().any(|it| it == flag)));
}

#[test]
fn a_translation_that_a_cpu_keeps_is_stale_once_the_entry_says_otherwise() {
    let none = open(&text("base = \"v5.17\"", "", &with_run("\"v = load(a)\"")), |_, _| {});
    assert!(mapping(&none.state(), "B", "a").translations.is_empty());
    let rest = format!("{}tlb = [\"a\"]\n", with_run("\"v = load(a)\""));
    let stage = open(&text("base = \"v5.17\"", "", &rest), |_, _| {});
    let state = stage.state();
    let kept = &mapping(&state, "B", "a").translations;
    assert_eq!((kept.len(), kept[0].cpu, kept[0].stale), (1, 0, false));
    assert!(kept[0].pte.starts_with("page 2 rw"), "{}", kept[0].pte);
    let stale = open(&text("base = \"v5.17\"", "", &rest), |layout, memory| {
        memory.poke(layout.mm(0).pte(0), Pte::clean(Pfn(4), false));
    });
    let state = stale.state();
    assert!(mapping(&state, "B", "a").translations[0].stale);
    assert_eq!(contents(&state, "B:a").ways[1].who, "CPU0 with its translation");
}

#[test]
fn a_store_waits_on_its_lane_and_reaches_memory_by_a_step_of_its_own() {
    let rest = with_run("\"store(a[0], 7)\"");
    let mut stage = open(&text("base = \"v5.17\"\nmemory = \"tso\"", "", &rest), |_, _| {});
    let lane = &stage.state().lanes[0];
    assert_eq!(lane.stores.as_deref(), Some(&[][..]));
    assert_eq!(lane.why_no_drain.as_deref(), Some("none of its stores is on its way"));
    stage.play("0");
    let state = stage.state();
    let waiting = state.lanes[0].stores.clone().expect("there are store buffers");
    assert_eq!(waiting.len(), 1);
    let store = &waiting[0];
    assert_eq!((store.subject.as_str(), store.field.as_str()), ("page 2", "word 0"));
    assert_eq!((store.value.as_str(), &state.lanes[0].why_no_drain), ("7", &None));
    assert_eq!(state.pages[2].words, [10, 10]);
    assert_eq!(contents(&state, "B:a").wrong, None, "what is on its way is not lost");
    stage.play("0d");
    let step = stage.last_step();
    assert!(step.lines.is_empty());
    assert_eq!(step.changes.len(), 1);
    assert!(step.sentence.contains("its oldest store reaches memory. page 2 word 0: 10 to 7."));
    let state = stage.state();
    assert_eq!(state.pages[2].words, [7, 10]);
    assert!(state.pages[2].changed);
    assert!(stage.ascii().contains("<its oldest store reaches memory>"));
    assert!(!stage.ascii().contains("<Interrupt>"));
}

#[test]
fn without_store_buffers_there_is_nothing_to_drain() {
    let stage = open(&text("base = \"v5.17\"", "", &with_run("\"store(a, 7)\"")), |_, _| {});
    let lane = &stage.state().lanes[0];
    assert!(lane.stores.is_none() && lane.why_no_drain.is_none());
}
