//! Tours and challenges: every stop is there, every challenge is open as it is given, and solved by
//! its solution; mistakes are told with their place.
#[path = "common/gallery.rs"]
mod gallery;

use std::fs;
use std::path::PathBuf;

use pagerace::explore::Limits;
use pagerace::scenario::{Complaint, Place, Scenario, edit, parse};
use pagerace::tour::stands;
use pagerace::view::guide::{JudgedView, card, judged};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn given(name: &str) -> String {
    read(folder("../scenarios").join(format!("{name}.toml")))
}

fn solution(name: &str) -> String {
    read(folder("tests/solutions").join(format!("{name}.toml")))
}

fn judge(given: &str, own: &str) -> JudgedView {
    let view = judged(given, own, Limits::default());
    assert!(view.diagnostics.is_empty(), "{:?}", view.diagnostics);
    view
}

#[test]
fn every_tour_stands() {
    let mut tours = Vec::new();
    for (name, scenario) in gallery::scenarios() {
        let found = stands(&scenario).unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
        assert_eq!(found.len(), scenario.tour.len(), "{name}");
        if !found.is_empty() {
            assert!(found.len() >= 5, "{name} has a short tour");
            let own = |stand: &&pagerace::tour::Stand| stand.stop.kernel == scenario.kernel;
            assert!(found.iter().any(|stand| !own(&stand)), "{name} shows no other kernel");
            tours.push(name);
        }
    }
    assert!(tours.len() >= 5, "{tours:?}");
}

/// Each group of the gallery that begins with a mail has a tour.
#[test]
fn every_mail_has_a_tour() {
    let list = given_list();
    let groups = list.split("\n## ").filter(|group| group.contains("\nThe mail: "));
    let mut mails = 0;
    for group in groups {
        mails += 1;
        let names = group.lines().filter_map(|line| line.strip_prefix("| [")?.split(']').next());
        let toured = names.filter(|name| given(name).contains("\n[[tour]]\n")).count();
        assert_eq!(toured, 1, "{}", group.lines().next().unwrap_or_default());
    }
    assert_eq!(mails, 5);
}

fn given_list() -> String {
    read(folder("../scenarios/README.md"))
}

#[test]
fn every_challenge_is_open_and_can_be_solved() {
    let mut challenges = 0;
    for (name, scenario) in gallery::scenarios() {
        let Some(challenge) = &scenario.challenge else { continue };
        challenges += 1;
        assert!(!challenge.hints.is_empty() && !challenge.goals.is_empty(), "{name}");
        let open = judge(&given(&name), &given(&name));
        assert!(!open.met && open.trespasses.is_empty(), "{name}: {open:?}");
        assert!(open.goals.iter().any(|goal| goal.verdict == "broken"), "{name}: {open:?}");
        let solved = judge(&given(&name), &solution(&name));
        assert!(solved.met, "{name}: {solved:?}");
    }
    assert!(challenges >= 5);
}

/// The card of a scenario is what the gallery shows.
#[test]
fn a_card_says_which_kernels_are_broken() {
    let front = card(&given("cma-longterm-pin")).expect("it reads");
    assert_eq!(front.cpus, 2);
    assert_eq!(front.functions, ["cma_alloc", "pin_user_pages_fast"]);
    assert!(front.broken.iter().any(|kernel| kernel == "v5.17"));
    assert!(front.kernels.iter().any(|kernel| kernel == "v5.19"));
    assert!(!front.broken.iter().any(|kernel| kernel == "v5.19"));
    assert!(front.stops > 5 && front.task.is_none());
    let task = card(&given("challenge-move-one-line")).expect("it reads").task;
    assert!(task.is_some_and(|task| task.contains("one line")));
}

/// What the solver may not change is told.
#[test]
fn trespasses_are_told() {
    let name = "challenge-fail-with-one-call";
    for (from, to, told) in [
        (r#""load(a)""#, r#""load(a)", "load(a)", "munmap(a)""#, "call more: 1 at most"),
        (r#""load(a)""#, r#""munmap(a)""#, "`load(a)` of CPU1 is gone"),
        ("pageblock_pages = 1", "pageblock_pages = 2", "[machine]"),
        (r#"base = "v5.8""#, r#"base = "v5.9""#, "the kernel is v5.9, not v5.8"),
        ("pcp_high = 0", "pcp_high = 1", "[machine]"),
        (r#"base = "v5.8""#, "base = \"v5.8\"\ncma_retry = \"finite\"", "changed toggle: none"),
        ("calls = 1", "calls = 2", "the [challenge] itself"),
        (r#"sometimes = { cpu0 = "NULL", "#, r#"never = { cpu0 = "NULL", "#, "the [challenge]"),
    ] {
        let own = given(name).replacen(from, to, 1);
        assert_ne!(own, given(name), "{from}");
        let view = judge(&given(name), &own);
        let all = view.trespasses.join("; ");
        assert!(!view.met && all.contains(told), "{to}: {all}");
    }
    let free = edit::with_schedule(&solution(name), "0").replace("pins\nanything", "pins any");
    assert!(judge(&given(name), &free).met, "prose and schedule are free");
}

#[test]
fn edits_of_routines_are_counted() {
    let name = "challenge-move-one-line";
    let edits = "edits = [{ move = \"read\", after = \"irqoff\" }]";
    for (edits_instead, told) in [
        (
            "edits = [{ move = \"irqoff\", before = \"read\" }]\n\
             [[patch]]\nname = \"hunk\"\nfunction = \"__free_pages_ok\"\n\
             edits = [{ move = \"cache\", before = \"irqoff\" }]",
            "edit of a routine: 1 at most",
        ),
        (
            "edits = [{ insert = \"b\", fence = \"smp_mb\", after = \"read\" }]",
            "edit that moves no line: none",
        ),
    ] {
        let own = solution(name).replace(edits, edits_instead);
        let all = judge(&given(name), &own).trespasses.join("; ");
        assert!(all.contains(told), "{edits_instead}: {all}");
    }
    let other = solution(name).replace(edits, "edits = [{ move = \"irqoff\", before = \"read\" }]");
    assert!(judge(&given(name), &other).met, "the other line may be moved as well");
}

const TEXT: &str = r#"format = 1
title = "t"
about = "why"
[kernel]
base = "v5.17"
[machine]
blocks = ["movable"]
[[process]]
name = "B"
map = ["a = page 0 anon rw"]
[[cpu]]
process = "B"
run = ["p = pin_user_pages_fast(a, FOLL_WRITE)"]
[schedule]
steps = "0*5"
[[tour]]
at = 2
look = "page 0"
text = "one"
[[tour]]
at = "gup_pte_range.pte"
text = "two"
[[tour]]
kernel = "v5.18"
steps = "0*"
at = 1
text = "three"
[challenge]
task = "do"
may = { calls = 1 }
hint = ["h"]
[[challenge.goal]]
sometimes = { p = "0" }
"#;

fn good(text: &str) -> Scenario {
    parse(text).unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

#[test]
fn stops_take_over_kernel_and_steps() {
    let scenario = good(TEXT);
    let found = stands(&scenario).expect("they stand");
    let all: Vec<_> =
        found.iter().map(|it| (it.kernel.as_str(), it.cursor, it.stop.text.as_str())).collect();
    assert_eq!(all, [("v5.17", 2, "one"), ("v5.17", 5, "two"), ("v5.18", 1, "three")]);
    assert_eq!(found[1].schedule, "0*5");
    assert!(found[2].schedule.len() > 3);
    assert_eq!(scenario.tour[0].page.map(|pfn| pfn.0), Some(0));
}

/// A changed schedule or kernel keeps tours and challenges in the text.
#[test]
fn a_shared_text_keeps_its_guides() {
    let shared = edit::with_schedule(TEXT, "0*6");
    assert_eq!(good(&shared).tour.len(), 3);
    assert_eq!(good(&shared).challenge, good(TEXT).challenge);
}

fn complaint(from: &str, to: &str) -> Complaint {
    assert_eq!(TEXT.matches(from).count(), 1, "`{from}` stands once");
    match parse(&TEXT.replace(from, to)) {
        Err(complaints) => complaints[0].clone(),
        Ok(scenario) => stands(&scenario).map(|_| ()).expect_err("it was accepted"),
    }
}

/// What is replaced by what, and the complaint: its place, its message, its hint if that is fixed.
type Mistake = (&'static str, &'static str, (u32, u32), &'static str, &'static str);

const MISTAKES: &[Mistake] = &[
    (
        "at = 2\n",
        "at = 6\n",
        (17, 6),
        "there is no step 6",
        "its schedule has 5 steps on this kernel",
    ),
    (
        "at = 2\n",
        "at = 5\n",
        (21, 7),
        "no step behind step 5 runs the line `gup_pte_range.pte`",
        "`pagerace lines FILE` lists the lines",
    ),
    (
        "at = \"gup_pte_range.pte\"",
        "at = 2",
        (21, 6),
        "step 2 is not behind the stop before, at step 2",
        "stops are in the order of their steps; with `steps` a new interleaving begins",
    ),
    (
        "at = \"gup_pte_range.pte\"",
        "at = \"pte\"",
        (21, 7),
        "`at` names no line",
        "write `at = \"function.label\"`; `pagerace lines` lists them",
    ),
    (
        "at = 2\n",
        "at = -1\n",
        (17, 6),
        "`at` is no step",
        "it is how many steps were made, at most 10000",
    ),
    (
        "at = 2\n",
        "",
        (16, 1),
        "the stop has no `at`",
        "write how many steps were made, `at = 5`, or a line, `at = \"f.l\"`",
    ),
    (
        "text = \"two\"\n",
        "",
        (20, 1),
        "the stop has no `text`",
        "say what there is to see: `text = \"...\"`",
    ),
    (
        "look = \"page 0\"",
        "look = \"page 9\"",
        (18, 9),
        "`look` names no page of the machine",
        "write `look = \"page 0\"`, up to page 1",
    ),
    (
        "look = \"page 0\"",
        "lok = \"page 0\"",
        (18, 1),
        "a [[tour]] has no `lok`",
        "did you mean `look`?",
    ),
    ("kernel = \"v5.18\"", "kernel = \"v5.1\"", (24, 11), "there is no kernel `v5.1`", ""),
    ("steps = \"0*\"", "steps = \"1\"", (25, 10), "there is no CPU1", "the lanes are CPU0 to CPU0"),
    ("calls = 1", "calls = 0", (30, 17), "calls cannot be 0", "from 1 to 32"),
    ("calls = 1", "lines = 1", (30, 9), "`may` has no `lines`", ""),
    (
        "task = \"do\"\n",
        "",
        (28, 1),
        "the challenge has no `task`",
        "say what is to be brought about: `task = \"...\"`",
    ),
    (
        "sometimes = {",
        "some = {",
        (32, 1),
        "a [[challenge.goal]] has one of `never`, `sometimes` and `always`",
        "",
    ),
    ("p = \"0\"", "q = \"0\"", (33, 15), "no call that returns a value is named `q`", ""),
];

#[test]
fn mistakes_are_told_with_their_place() {
    for (from, to, (line, column), message, hint) in MISTAKES {
        let found = complaint(from, to);
        assert_eq!(found.message, *message, "{to}");
        assert_eq!(found.place, Place { line: *line, column: *column }, "{to}: {message}");
        if !hint.is_empty() {
            assert_eq!(found.hint.as_deref(), Some(*hint), "{to}: {message}");
        }
    }
}
