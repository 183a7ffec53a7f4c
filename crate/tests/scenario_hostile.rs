//! Scenario texts that are made to hurt: they are refused quickly, and what they say stays plain.
use std::time::{Duration, Instant};

use pagerace::mm::Pfn;
use pagerace::scenario::{Complaint, Place, Scenario, limits, parse};
use pagerace::schedule::replay;

const GOOD: &str = r#"format = 1
title = "t"
about = "why"
[kernel]
base = "v5.17"
[machine]
blocks = ["movable", "cma:area0", "unmovable"]
[[process]]
name = "B"
map = ["a = page 2 anon rw"]
[[cpu]]
run = ["cma_alloc(area0, 2)"]
[[cpu]]
process = "B"
run = ["p = pin_user_pages_fast(a, FOLL_WRITE)", "unpin_user_page(p)"]
[[expect]]
never = { p = "0" }
"#;

fn edited(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` stands once");
    GOOD.replace(from, to)
}

fn first(text: &str) -> Complaint {
    parse(text).expect_err(text)[0].clone()
}

fn refused(from: &str, to: &str, (line, column): (u32, u32), message: &str) {
    let found = first(&edited(from, to));
    assert_eq!((found.message.as_str(), found.place), (message, Place { line, column }), "{to}");
}

fn read(text: &str) -> Scenario {
    parse(text).unwrap_or_else(|complaints| panic!("{complaints:?}\n{text}"))
}

#[test]
fn claims_that_would_say_nothing_are_refused() {
    let message = |name: &str| format!("no call that returns a value is named `{name}`");
    refused("p = \"0\"", "cpu1 = \"0\"", (17, 11), &message("cpu1"));
    let text = edited("\"unpin", "\"u = unpin").replace("{ p = \"0\"", "{ u = \"0\"");
    assert_eq!(first(&text).message, message("u"));
    refused("p = \"0\"", "breaks = []", (17, 20), "breaks names no property");
    refused("p = \"0\"", "", (17, 9), "a claim says nothing");
    read(&edited("p = \"0\"", "cpu0 = \"NULL\""));
}

#[test]
fn the_words_of_claims_name_no_call() {
    for word in ["end", "breaks"] {
        let message = format!("`{word}` has a meaning of its own in claims");
        refused("\"cma_alloc", &format!("\"{word} = cma_alloc"), (12, 9), &message);
    }
    let message = "`cpu7` stands for the calls of a lane that have no name";
    refused("\"cma_alloc", "\"cpu7 = cma_alloc", (12, 9), message);
    read(&edited("\"cma_alloc", "\"cpu = cma_alloc"));
}

#[test]
fn only_what_can_fail_is_retried() {
    let message = "`unpin_user_page` cannot fail";
    refused("\"unpin", "\"retry unpin", (15, 57), message);
    read(&edited("\"cma_alloc", "\"retry cma_alloc"));
}

#[test]
fn an_interrupt_counts_among_the_operations_of_its_lane() {
    let calls = |count: usize| vec!["'unpin_user_page(p)'"; count].join(", ");
    let lane = |run, interrupt| {
        let (run, interrupt) = (calls(run), calls(interrupt));
        format!("{GOOD}[[cpu]]\nrun = [{run}]\ninterrupt = [{interrupt}]\n")
    };
    read(&lane(limits::OPERATIONS - 1, 1));
    read(&lane(0, limits::OPERATIONS));
    let message = "a lane has at most 64 operations, its interrupt's included";
    for (run, interrupt) in [(63, 2), (64, 1), (64, 64)] {
        let found = first(&lane(run, interrupt));
        assert_eq!((found.message.as_str(), found.place.line), (message, 20));
    }
}

/// As many pins as there can be, of the largest bias: the count does not come round to a small one.
#[test]
fn the_largest_bias_never_overflows_a_count() {
    let pins = |bias: usize| {
        let pin = |n: usize| format!("'p{n} = pin_user_pages_fast(a, FOLL_WRITE)'");
        let calls: Vec<String> = (0..limits::PINS).map(pin).collect();
        let list = format!("[{}]\n[[expect]]\nnever = {{ p0 = '0' }}\n", calls.join(", "));
        let text = GOOD.split_once("[\"p = ").expect("the pin").0;
        format!("{text}{list}").replace("[machine]", &format!("[machine]\npin_bias = {bias}"))
    };
    let scenario = read(&pins(2048));
    let (system, mut memory) = scenario.build(&scenario.kernel).expect("it builds");
    replay(&system, &mut memory, "1*", Place::default()).expect("it plays");
    let count = memory.peek(system.layout.page(Pfn(2)).refcount());
    assert_eq!(usize::from(count), 1 + limits::PINS * 2048);
    let found = first(&pins(2049));
    assert_eq!(found.message, "pin_bias cannot be 2049");
    assert_eq!(found.hint.as_deref(), Some("from 2 to 2048"));
}

#[test]
fn what_would_steer_a_terminal_is_refused() {
    let steering = "\\u001b[2J";
    let message = |what: &str| format!("{what} has the control character U+001B");
    refused("\"t\"", &format!("\"{steering}\""), (2, 9), &message("title"));
    refused("\"why\"", &format!("\"{steering}\""), (3, 9), &message("about"));
    refused("\"0\"", &format!("\"{steering}\""), (17, 15), &message("p"));
    refused("\"t\"", "\"a\\nb\"", (2, 9), "title is one line");
    refused("area0, 2", "area0,\\n2", (12, 8), "run is one line");
    read(&edited("\"why\"", "\"\"\"\nwhy\n\tnot\n\"\"\""));
    // TOML refuses it raw; no complaint repeats it.
    for text in [edited("\"t\"", "\"\u{1b}[2J\""), edited("title", "\u{1b}"), "\u{1b}".into()] {
        assert!(!first(&text).message.contains(char::is_control), "{text:?}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_lines_move_no_column() {
    let wrong = edited("\"t\"", "7");
    for text in [wrong.clone(), format!("\u{feff}{wrong}"), wrong.replace('\n', "\r\n")] {
        assert_eq!(first(&text).place, Place { line: 2, column: 9 });
    }
    assert_eq!(first("\u{feff}format = 2").place, Place { line: 1, column: 10 });
    read(&GOOD.replace("\"why\"", "\"\"\"\nwhy\n\"\"\"").replace('\n', "\r\n"));
    assert!(parse("\u{feff}").is_err() && parse("\u{feff}=").is_err());
}

#[test]
fn a_long_word_is_not_taken_for_a_short_one() {
    let found = first(&edited("cma_alloc(area0", &format!("{}(area0", "x".repeat(200_000))));
    assert_eq!(found.hint.as_deref(), Some("`pagerace ops` lists the operations"));
    assert!(found.message.len() < 100);
}

#[test]
fn a_schedule_that_never_ends_stops_at_its_bound() {
    let text = edited("\"cma_alloc", "\"retry cma_alloc").replace(", \"unpin_user_page(p)\"", "");
    let scenario = read(&text);
    let (system, mut memory) = scenario.build(&scenario.kernel).expect("it builds");
    let place = Place { line: 9, column: 5 };
    let found = replay(&system, &mut memory, "1* 0*", place).expect_err("it is held for ever");
    assert_eq!(found.message, format!("a schedule has at most {} steps", limits::STEPS));
    assert_eq!(found.place, Place { line: 9, column: 8 });
}

/// The largest texts that are read at all. With the square of their size this took minutes.
#[test]
fn the_largest_texts_are_refused_quickly() {
    let list = |entry: &str, count: usize| vec![entry; count].join(",");
    let keys: String = (0..28_000).map(|n| format!("k{n}=1\n")).collect();
    let machine =
        |key: &str, list: &str| edited("[machine]", &format!("[machine]\n{key} = [{list}]"));
    let texts = [
        format!("format = 1\n{keys}"),
        machine("allocated", &list("1", 120_000)),
        machine("allocated", &list("''", 80_000)),
        edited("[\"a = page 2", &format!("[{}, \"a = page 2", list("\"\"", 80_000))),
        edited("[\"a = page 2", &format!("[{}, \"a = page 2", list("1", 120_000))),
        format!("{GOOD}{}", "[[cpu]]\n".repeat(30_000)),
        format!("{GOOD}{}", "[[expect]]\nnever={q='1'}\n".repeat(9000)),
        edited("FOLL_WRITE", &["FOLL_WRITE"; 20_000].join("|")),
        edited("area0, 2", &list("area0", 40_000)),
        format!("format = 1\n{} = 1", ["a"; 120_000].join(".")),
        format!("format = 1\na = {}{}", "[".repeat(120_000), "]".repeat(120_000)),
        format!("format = 1\n[{}]", ["a"; 120_000].join(".")),
    ];
    for text in texts {
        assert!(text.len() <= limits::TEXT);
        let start = Instant::now();
        let _ = parse(&text);
        let (took, begins) = (start.elapsed(), &text[..text.len().min(300)]);
        assert!(took < Duration::from_secs(20), "{took:?}: {begins}");
    }
}

/// What a machine does not have is said where it is asked for.
#[test]
fn a_call_that_the_machine_has_nothing_for_is_refused() {
    let call = |call: &str| edited("\"unpin_user_page(p)\"", &format!("\"{call}\""));
    let refused = |text: &str, message: &str, hint: &str| {
        let found = first(text);
        assert_eq!((found.message.as_str(), found.hint.as_deref()), (message, Some(hint)));
        assert_eq!(found.place, Place { line: 15, column: 51 });
    };
    let sections = "`remove_memory` needs memory sections";
    let more = "give [machine] `section_pages`, and `hpage_pages`";
    refused(&call("remove_memory(0, 2)"), sections, more);
    let huge = call("remove_memory(0, 4)").replace("[machine]", "[machine]\nhpage_pages = 2");
    let huge = huge.replace("\"unmovable\"", "\"movable\"").replace("page 2 anon", "page 4 anon");
    assert_eq!(first(&huge).message, sections);
    let file = "`uffd_continue` needs a mapping of a file";
    refused(&call("uffd_continue(a)"), file, "map one: `f = page 3 file rw`");
    let named = call("retry shrink_page_list(q)").replace("\"cma_alloc", "\"q = cma_alloc");
    let found = first(&named);
    assert_eq!(found.message, "`shrink_page_list` is not retried for a page that may be NULL");
    read(&call("offline_pages(0, 2)"));
}

/// What has run before the lanes has made a huge page, too.
#[test]
fn nothing_walks_a_page_that_was_collapsed_before() {
    let before = "[[before]]\nprocess = \"B\"\nrun = [\"collapse_huge_page()\"]\n[[cpu]]\nrun";
    let text = GOOD.replacen("[[cpu]]\nrun", before, 1);
    let text =
        text.replace("[\"a = page 2 anon rw\"]", "[\"a = page 2 anon rw\", \"b = anon rw\"]");
    let message = "`cma_alloc` cannot run beside `collapse_huge_page`";
    assert_eq!(first(&text).message, message);
}
