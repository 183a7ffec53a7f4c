//! Mistakes in scenario texts: each is told with its place, and none of them panics.
use pagerace::scenario::{Complaint, Place, Scenario, parse};

const GOOD: &str = r#"format = 1
title = "t"
about = "why"

[kernel]
base = "v5.17"

[machine]
pageblock_pages = 2
blocks = ["movable", "cma:area0", "unmovable"]

[[process]]
name = "B"
map = ["a = page 2 anon rw", "r = page 0 anon ro"]

[[cpu]]
run = ["cma_alloc(area0, 2)"]

[[cpu]]
process = "B"
run = ["p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM)", "unpin_user_page(p)"]

[schedule]
steps = "1*4 0*2"

[[expect]]
sometimes = { cpu0 = "page 2", p = "1", end = "done" }
"#;

fn good() -> Scenario {
    parse(GOOD).expect("it is good")
}

/// The good text with one piece replaced, and the first complaint about it.
fn complaint(from: &str, to: &str) -> Complaint {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` stands once");
    match parse(&GOOD.replace(from, to)) {
        Ok(_) => panic!("`{to}` was accepted"),
        Err(complaints) => complaints[0].clone(),
    }
}

fn kernels() -> String {
    let names: Vec<&str> = pagerace::routines::presets::PRESETS.iter().map(|p| p.name).collect();
    names.join(", ")
}

fn check(from: &str, to: &str, (line, column): (u32, u32), message: &str, hint: &str) {
    let found = complaint(from, to);
    assert_eq!(found.message, message, "{to}");
    assert_eq!(found.place, Place { line, column }, "{to}: {message}");
    assert_eq!(found.hint.as_deref().unwrap_or(""), hint, "{to}: {message}");
}

#[test]
fn the_good_text_says_what_it_says() {
    let scenario = good();
    assert_eq!(scenario.kernel.base, "v5.17");
    assert_eq!(scenario.geometry.pages(), 6);
    assert_eq!(scenario.geometry.cma_areas[0].count, 2);
    assert_eq!(scenario.geometry.pins, ["p"]);
    assert_eq!(scenario.cpus[1].run[0].result.as_deref(), Some("p"));
    assert_eq!(scenario.expects[0].pattern.to_string(), "cpu0 = page 2, p = 1, end = done");
    assert_eq!(scenario.schedule.expect("given").1, Place { line: 24, column: 10 });
}

#[test]
fn wrong_words_are_told_with_the_word_meant() {
    let meant = |word: &str| format!("did you mean `{word}`?");
    check(
        "cma_alloc(area0",
        "cma_aloc(area0",
        (17, 9),
        "`cma_aloc` is not an operation",
        &meant("cma_alloc"),
    );
    check("alloc(area0, 2", "alloc(area, 2", (17, 19), "`area` is no CMA area", &meant("area0"));
    check(
        "FOLL_LONGTERM)",
        "FOLL_LONGTREM)",
        (21, 49),
        "`FOLL_LONGTREM` is no flag of `pin_user_pages_fast`",
        &meant("FOLL_LONGTERM"),
    );
    check("fast(a,", "fast(b,", (21, 33), "`b` is no mapping of B", &meant("a"));
    check("page(p)", "page(q)", (21, 83), "`q` is no pin of this scenario", &meant("p"));
    check(
        "\"v5.17\"",
        "\"v5.16\"",
        (6, 9),
        "there is no kernel `v5.16`",
        &format!("it is one of: {}", kernels()),
    );
    check(
        "base =",
        "pinchek = \"bitmask\"\nbase =",
        (6, 1),
        "there is no toggle `pinchek`",
        &meant("pincheck"),
    );
    check(
        "base =",
        "pincheck = \"bitmsk\"\nbase =",
        (6, 13),
        "`bitmsk` is no value of pincheck",
        &meant("bitmask"),
    );
    check(
        "pageblock_pages =",
        "pageblock_page =",
        (9, 1),
        "[machine] has no `pageblock_page`",
        &meant("pageblock_pages"),
    );
    check(
        "\"movable\",",
        "\"moveable\",",
        (10, 12),
        "`moveable` is no type of pageblock",
        &meant("movable"),
    );
    check(
        "end = \"done\"",
        "end = \"dune\"",
        (27, 48),
        "`dune` is no end",
        "it is one of: done, deadlock, livelock, BUG",
    );
    check(
        "cpu0 = \"page 2\"",
        "cpu0 = \"page 2\", cpu9 = \"x\"",
        (27, 32),
        "no call that returns a value is named `cpu9`",
        &meant("cpu0"),
    );
    check("process = \"B\"", "process = \"A\"", (20, 12), "there is no process `A`", &meant("B"));
}

#[test]
fn numbers_out_of_bounds_name_the_bounds() {
    check("area0, 2", "area0, 3", (17, 26), "area0 has 2 pages, not 3", "");
    check(
        "area0, 2",
        "area0, 99999999999999999999",
        (17, 26),
        "`99999999999999999999` is not a number of pages",
        "from 1 to 16",
    );
    check(
        "pageblock_pages = 2",
        "pageblock_pages = 3",
        (9, 19),
        "pageblock_pages is a power of two",
        "such as 4",
    );
    check(
        "pageblock_pages = 2",
        "pageblock_pages = -1",
        (9, 19),
        "pageblock_pages cannot be -1",
        "from 1 to 512",
    );
    check("page 2 anon", "page 6 anon", (14, 9), "there is no page `6`", "the pages are 0 to 5");
}

#[test]
fn contradictions_are_refused() {
    check("page 0 anon", "page 2 anon", (14, 31), "page 2 is mapped, and it is mapped already", "");
    check(
        "process = \"B\"\n",
        "",
        (20, 13),
        "`pin_user_pages_fast` needs a process",
        "give the lane a `process`",
    );
    check(
        "\"p = pin",
        "\"pin",
        (21, 9),
        "`pin_user_pages_fast` needs a name for what it pins",
        "write `p = pin_user_pages_fast(addr, gup_flags)`",
    );
    check(
        "run = [\"cma",
        "interrupt = [\"cma_alloc(area0, 1)\"]\nrun = [\"cma",
        (17, 15),
        "`cma_alloc` may sleep",
        "an interrupt cannot call it: put it in `run`",
    );
    check(
        "\"unmovable\"]",
        "\"cma:area0\", \"movable\", \"cma:area0\"]",
        (10, 60),
        "the pageblocks of `area0` do not stand together",
        "name the second area differently",
    );
    check(
        "\"p = pin",
        "\"p = retry pin",
        (21, 19),
        "`pin_user_pages_fast` cannot be retried",
        "only calls that leave nothing behind when they fail can be retried",
    );
    check(
        "[\"cma_alloc(area0, 2)\"]",
        "[\"p = cma_alloc(area0, 2)\"]",
        (21, 9),
        "two calls are named `p`",
        "give each its own name",
    );
}

#[test]
fn what_is_missing_is_asked_for() {
    check("format = 1\n", "", (1, 1), "there is no `format`", "start with `format = 1`");
    check(
        "format = 1\n",
        "format = 2\n",
        (1, 10),
        "this scenario is of format 2, made for a newer Pagerace",
        "this one reads format 1",
    );
    check(
        "about = \"why\"\n",
        "",
        (1, 1),
        "there is no `about`",
        "say it in a sentence: `about = \"...\"`",
    );
    check("title = \"t\"", "title = 7", (2, 9), "title is a string, not an integer", "");
    check(
        "[kernel]\nbase = \"v5.17\"\n",
        "",
        (0, 0),
        "there is no [kernel]",
        &format!("give it a `base`, one of: {}", kernels()),
    );
}

#[test]
fn three_hundred_cpus_are_too_many() {
    let lanes = "[[cpu]]\nrun = []\n".repeat(300);
    let found = complaint("[schedule]", &format!("{lanes}[schedule]"));
    assert_eq!(found.message, "there are 302 [[cpu]] tables, 8 at most");
}

#[test]
fn text_that_is_not_toml_is_told_with_its_place() {
    let found = complaint("[machine]", "[machine");
    assert_eq!((found.place.line, found.hint.is_some()), (8, true), "{found:?}");
    assert!(parse("").is_err());
    let long = format!("{GOOD}#{}", " ".repeat(256 * 1024));
    let found = &parse(&long).expect_err("too long")[0];
    assert!(found.message.contains("at most 262144"), "{found:?}");
}

/// No prefix of a text and no text with a byte changed makes the reader panic.
#[test]
fn damaged_texts_are_read_or_refused() {
    for (end, _) in GOOD.char_indices() {
        let _ = parse(&GOOD[..end]).map(|scenario| scenario.build(&scenario.kernel).map(|_| ()));
    }
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..2000 {
        let mut bytes = GOOD.as_bytes().to_vec();
        for _ in 0..3 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let place = (seed >> 33) as usize % bytes.len();
            bytes[place] = b"\"'[]{}=,#\n 019azAZ_|*\\\0"[(seed >> 20) as usize % 23];
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(scenario) = parse(&text) {
            assert!(scenario.build(&scenario.kernel).is_ok());
        }
    }
}

#[test]
fn every_complaint_is_a_line_about_a_place_in_the_text() {
    let text = GOOD.replace("area0, 2", "areaX, 77").replace("rw\"", "rx\"");
    let complaints = parse(&text).expect_err("two mistakes");
    assert!(complaints.len() >= 2);
    for complaint in &complaints {
        assert!(complaint.place.line as usize <= text.lines().count());
        assert!(!complaint.message.contains('\n') && !complaint.message.ends_with('.'));
    }
}

/// A huge page is not for everybody, nor everybody beside one.
#[test]
fn what_cannot_meet_a_huge_page_is_refused() {
    let text = |maps: &str, call: &str| {
        format!(
            "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\nbase = \"v6.1\"\n\
             [machine]\nblocks = [\"movable\", \"movable\"]\n\
             [[process]]\nname = \"B\"\nmap = [{maps}]\n\
             [[cpu]]\nprocess = \"B\"\nrun = [\"collapse_huge_page()\", \"{call}\"]\n"
        )
    };
    let own = "\"a = anon rw\", \"b = anon rw\"";
    assert!(parse(&text(own, "p = pin_user_pages_fast(a, FOLL_FAST_ONLY)")).is_ok());
    let refused = [
        (own, "munmap(a)", "`munmap` cannot run beside `collapse_huge_page`"),
        (
            own,
            "p = pin_user_pages_fast(a, FOLL_WRITE)",
            "`pin_user_pages_fast` cannot run beside `collapse_huge_page`",
        ),
        ("\"a = anon rw\"", "load(a)", "the mappings of `B` do not fill a huge page"),
        ("\"a = anon rw\", \"b = anon ro\"", "load(a)", "`B` has mappings that are not collapsed"),
    ];
    for (maps, call, message) in refused {
        let found = parse(&text(maps, call)).map(|_| ()).expect_err(message);
        assert_eq!((found[0].place.line, found[0].message.as_str()), (13, message));
        assert!(found[0].hint.is_some(), "{message}");
    }
}
