//! The command line as a user meets it: what it prints, where, and with what exit status.
use std::path::PathBuf;
use std::process::{Command, Output};

fn pagerace(args: &[&str]) -> Output {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    Command::new(env!("CARGO_BIN_EXE_pagerace"))
        .args(args)
        .current_dir(root)
        .output()
        .expect("it starts")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// A file of our own, whose name tells the test that made it.
fn file(name: &str, text: &str) -> String {
    let path = std::env::temp_dir().join(format!("pagerace-{}-{name}.toml", std::process::id()));
    std::fs::write(&path, text).expect("it can be written");
    path.display().to_string()
}

const RACE: &str = "scenarios/cma-longterm-pin.toml";

#[test]
fn check_counts_claims_and_succeeds_when_all_are_met() {
    let output = pagerace(&["check", RACE, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(json["scenarios"], 1);
    assert_eq!(json["met"], json["expectations"]);
    assert_eq!((&json["broken"], &json["undecided"]), (&0.into(), &0.into()));
    assert_eq!(json["files"][0]["file"], RACE);
}

#[test]
fn a_broken_claim_is_status_1_with_the_schedule_that_breaks_it() {
    let text =
        std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(RACE));
    let broken =
        text.expect("readable").replace("always = { end = \"done\" }", "always = { p = \"0\" }");
    let output = pagerace(&["check", &file("broken", &broken)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("broken: v5.17: always p = 0: an execution does not"));
    assert!(out(&output).contains("--schedule '"));
}

#[test]
fn an_undecided_claim_is_status_1_and_names_the_limit() {
    let output = pagerace(&["check", RACE, "--max-states", "20"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("undecided"));
    assert!(out(&output).contains("stopped at the limit of 20 states"));
}

#[test]
fn explore_prints_the_contract_of_its_json() {
    let output = pagerace(&["explore", RACE, "--json", "--kernel", "v5.17"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(json["complete"], true);
    assert!(json["states"].as_u64() > Some(1000) && json["transitions"].as_u64() > Some(1000));
    let outcomes = json["outcomes"].as_array().expect("a list");
    let broken = |outcome: &&serde_json::Value| outcome["breaks"][0] == "longterm-pin-on-cma";
    let race = outcomes.iter().find(broken).expect("the race is found");
    assert_eq!(race["results"]["cpu0"], "NULL");
    assert_eq!((&race["end"], &race["executions"]), (&"done".into(), &"sometimes".into()));
    assert!(race["witness"]["schedule"].is_string() && race["witness"]["switches"].is_u64());
}

#[test]
fn a_witness_runs_and_its_timeline_fits_a_mail() {
    let output = pagerace(&["explore", RACE, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    for outcome in json["outcomes"].as_array().expect("a list") {
        let schedule = outcome["witness"]["schedule"].as_str().expect("text");
        let output = pagerace(&["run", RACE, "--schedule", schedule]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        for line in out(&output).lines() {
            assert!(line.len() <= 75 && line.is_ascii() && line == line.trim_end(), "{line}");
        }
        let result = format!("cpu0 = {}", outcome["results"]["cpu0"].as_str().expect("text"));
        assert!(out(&output).contains(&result));
        assert!(out(&output).ends_with("End: done\n"));
    }
}

#[test]
fn a_livelock_is_shown_with_its_loop() {
    let file = "scenarios/cma-pin-held-for-ever.toml";
    let output = pagerace(&["explore", file, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    let outcomes = json["outcomes"].as_array().expect("a list");
    for outcome in outcomes.iter().filter(|outcome| outcome["end"] != "livelock") {
        assert!(outcome["witness"]["loop_from"].is_null());
    }
    let found = outcomes.iter().find(|outcome| outcome["end"] == "livelock").expect("it is found");
    let witness = &found["witness"];
    let (from, steps) = (witness["loop_from"].as_u64(), witness["steps"].as_u64());
    let (from, steps) = (from.expect("a number"), steps.expect("a number"));
    let text = out(&pagerace(&["explore", file]));
    let place = format!("(steps {} to {steps}, for ever)", from + 1);
    assert!(text.contains("          Stem    ") && text.contains(&place), "{text}");
    let schedule = witness["schedule"].as_str().expect("text");
    let text = out(&pagerace(&["run", file, "--schedule", schedule]));
    let begins = format!("\n--- from here for ever: steps {} to {steps} ---", from + 1);
    let ends = format!("\n--- back where step {} began ---", from + 1);
    assert!(text.find(&begins).is_some_and(|place| Some(place) < text.find(&ends)), "{text}");
    assert!(text.ends_with("End: livelock\n"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 75), "{text}");
}

#[test]
fn a_sample_says_what_it_promises_and_goes_on_where_it_stopped() {
    let part = |from: &str, runs: &str| -> serde_json::Value {
        let numbers = ["--depth", "2", "--seed", "5", "--from", from, "--runs", runs];
        let output = pagerace(&[&["sample", RACE, "--json"][..], &numbers].concat());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        serde_json::from_str(&out(&output)).expect("JSON")
    };
    let runs = |json: &serde_json::Value| -> u64 {
        let outcomes = json["outcomes"].as_array().expect("a list");
        outcomes.iter().map(|outcome| outcome["runs"].as_u64().expect("a number")).sum()
    };
    let (whole, first) = (part("0", "60"), part("0", "20"));
    assert_eq!((&whole["complete"], &whole["next"], runs(&whole)), (&false.into(), &60.into(), 60));
    let rest = part(&first["next"].to_string(), "40");
    assert_eq!((runs(&first), runs(&rest)), (20, 40));
    let product = |n: &serde_json::Value, k: &serde_json::Value| n.as_f64().zip(k.as_f64());
    let (n, k) = product(&whole["choices"], &whole["steps"]).expect("numbers");
    let found = whole["found_by_a_run"].as_f64().expect("a number");
    assert!((found * n * k - 1.0).abs() < 1e-9);
    let text = out(&pagerace(&["sample", RACE, "--runs", "30", "--strategy", "random"]));
    assert!(text.contains("To go on: --strategy random --seed 1 --from 30\n"), "{text}");
    assert!(text.contains("happens in less than 1.0e-1 of them, with 95 % confidence"), "{text}");
    assert!(text.contains("Not complete: "), "{text}");
}

#[test]
fn a_deadlock_is_told_with_who_waits_for_whom() {
    let file = "scenarios/cma-unmap-lock-deadlock.toml";
    let told = "CPU1 waits for unmap_sem, held by CPU0\n";
    assert!(out(&pagerace(&["explore", file])).contains(told));
    assert!(out(&pagerace(&["run", file, "--schedule", "0*"])).ends_with(told));
    let output = pagerace(&["explore", file, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    let outcomes = json["outcomes"].as_array().expect("a list");
    let found = outcomes.iter().find(|outcome| outcome["end"] == "deadlock").expect("found");
    assert_eq!(found["why"][1], told.trim_end());
    let text = out(&pagerace(&["explore", "scenarios/offline-refuses-kernel-page.toml"]));
    assert!(text.contains("\nNote: under weak fairness alone"), "{text}");
}

#[test]
fn the_timeline_of_the_race_is_the_one_of_the_mail() {
    let output = pagerace(&["run", RACE]);
    let text = out(&output);
    let order = [
        "pte = ptep_get_lockless(ptep)",
        "set_pageblock_migratetype(page,",
        "is_pinnable_page()",
        "^ a FOLL_LONGTERM pin is held on a",
        "isolate_migratepages_block()",
        "undo_isolate_page_range()",
        "cpu0 = NULL",
        "Broken: longterm-pin-on-cma",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|words| text.find(words)).collect();
    assert!(places.iter().all(Option::is_some), "{places:?}\n{text}");
    assert!(places.is_sorted(), "{places:?}\n{text}");
}

#[test]
fn four_lanes_are_told_as_a_list() {
    let lane = "[[cpu]]\nrun = [\"cma_alloc(area0, 1)\"]\n".repeat(4);
    let text = format!(
        "format = 1\ntitle = \"t\"\nabout = \"why\"\n[kernel]\nbase = \"v5.19\"\n[machine]\n\
         blocks = [\"cma:area0\", \"movable\"]\n{lane}[schedule]\nsteps = \"3*2 0 3*\"\n"
    );
    let output = pagerace(&["run", &file("lanes", &text)]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("   1. CPU3 cma_alloc(): "), "{}", out(&output));
    assert!(out(&output).lines().all(|line| line.len() <= 75));
}

#[test]
fn bad_input_is_status_2_with_the_place_and_a_hint() {
    let name = file("bad", "format = 1\ntitle = 3\nabout = \"why\"\n");
    let output = pagerace(&["check", &name]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains(&format!("{name}:2:9: title is a string, not an integer")));
    assert!(err(&output).contains("    title = 3\n            ^\n"), "{}", err(&output));
    for args in [
        &["check", "no-such-file.toml"][..],
        &["run", RACE, "--schedule", "0*9999"],
        &["run", RACE, "--schedule", "9"],
        &["explore", RACE, "--kernel", "v2.6"],
        &["explore", RACE, "--kernel", "v5.17,pincheck=maybe"],
        &["explore"],
        &["bogus"],
    ] {
        let output = pagerace(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!err(&output).is_empty() && out(&output).is_empty(), "{args:?}");
    }
}

#[test]
fn lists_name_every_operation_and_kernel() {
    let operations = out(&pagerace(&["ops"]));
    for entry in pagerace::routines::entry::ENTRIES {
        assert!(operations.contains(&entry.signature()), "{}", entry.function.0);
    }
    let kernels = out(&pagerace(&["kernels"]));
    for preset in pagerace::routines::presets::PRESETS {
        assert!(kernels.contains(preset.sentence), "{}", preset.name);
    }
}

/// The read of a pageblock's type that 1c563432588d made a READ_ONCE.
const TYPE_READ: &str = "\
==================================================================
BUG: KCSAN: data-race in unset_migratetype_isolate / is_pinnable_page

read-write (marked) to pageblock 1's migratetype of 8 bytes by task on cpu 0:
 unset_migratetype_isolate: set_pageblock_migratetype(page, mt)
 undo_isolate_page_range
 alloc_contig_range
 cma_alloc

read to pageblock 1's migratetype of 8 bytes by task on cpu 1:
 is_pinnable_page: mt = get_pageblock_migratetype(page)
 check_and_migrate_movable_pages
 __gup_longterm_locked
 __gup_longterm_unlocked
 internal_get_user_pages_fast
 pin_user_pages_fast

value changed: MIGRATE_ISOLATE -> MIGRATE_CMA

Both are next after 1*13 0*16  (1 switch, 29 steps)
==================================================================
";

#[test]
fn races_are_told_in_kcsans_words() {
    let output = pagerace(&["races", RACE, "--kernel", "v5.17"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("Complete: every interleaving was searched"));
    assert!(out(&output).contains(TYPE_READ), "{}", out(&output));
    // In the fast path it lies in a section of write_protect_seq.
    assert!(out(&output).contains("KCSAN says nothing here"));
    // READ_ONCE of the local is none of the word; READ_ONCE of the word is.
    let types = |kernel: &str| {
        let output = pagerace(&["races", RACE, "--kernel", kernel, "--json"]);
        let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
        assert_eq!(json["complete"], true);
        let races = json["races"].as_array().expect("a list").clone();
        races.iter().filter(|race| race["word"] == "pageblock 1's migratetype").count()
    };
    assert!(types("v5.17,pincheck=read_once_local") > 0);
    assert_eq!(types("v5.17,pincheck=single_read"), 0);
    assert_eq!(types("v5.19"), 0);
}

#[test]
fn a_race_that_was_fixed_is_found_before_the_fix_alone() {
    const FILE: &str = "scenarios/offline-usage-map-freed-outside-rcu.toml";
    let usage = |kernel: &str| {
        let output = pagerace(&["races", FILE, "--kernel", kernel, "--json"]);
        let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
        let races = json["races"].as_array().expect("a list").clone();
        races.iter().any(|race| race["word"].as_str().is_some_and(|w| w.ends_with("ms->usage")))
    };
    // 5ec8e8ea8b77, v6.8
    assert!(usage("v6.6") && !usage("v6.12"));
}

#[test]
fn races_of_one_interleaving_need_no_search() {
    let races = |schedule: &str| {
        let args = ["races", RACE, "--kernel", "v5.17", "--schedule", schedule, "--json"];
        let output = pagerace(&args);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
        json["races"].as_array().expect("a list").len()
    };
    assert_eq!(races("1*"), 0);
    assert!(races("1*13 0*17 1*") > 0);
    let tso = ["races", RACE, "--kernel", "v5.17,memory=tso"];
    let output = pagerace(&tso);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("without store buffers"), "{}", err(&output));
}

#[test]
fn a_tour_is_printed_with_its_steps() {
    let output = pagerace(&["tour", RACE]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("\n1 of 9: v5.17, step 0\nCPU1 is about to pin page 2"));
    assert!(out(&output).contains("\n8 of 9: v5.19, step 9\nThe same race in v5.19."));
}

#[test]
fn a_tour_that_does_not_stand_is_status_2_with_the_place() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(RACE);
    let text = std::fs::read_to_string(path).expect("readable");
    let text = text.replace("at = 0\n", "at = 99\n");
    let output = pagerace(&["check", &file("no-tour", &text)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains(": there is no step 99\n    at = 99\n"));
    assert!(err(&output).contains("hint: its schedule has 31 steps on this kernel"));
}

#[test]
fn a_challenge_is_judged() {
    let given = "scenarios/challenge-move-one-line.toml";
    let solution = "crate/tests/solutions/challenge-move-one-line.toml";
    let open = pagerace(&["judge", given, given]);
    assert_eq!(open.status.code(), Some(1));
    assert!(out(&open).contains("never breaks free-on-isolate-list: broken: an execution does"));
    let solved = pagerace(&["judge", given, solution]);
    assert_eq!((solved.status.code(), out(&solved).lines().last()), (Some(0), Some("met")));
    let other = pagerace(&["judge", given, "scenarios/challenge-make-pages-leak.toml"]);
    assert!(out(&other).contains("not allowed: the [challenge] itself was changed"));
}

#[test]
fn a_picture_is_written_to_a_file_and_a_wrong_option_is_told() {
    let written = file("picture", "");
    let export = |options: &[&str]| pagerace(&[&["export", RACE, "--as", "svg"], options].concat());
    let output = export(&["--picture", "memory", "--at", "2", "--theme", "dark", "-o", &written]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""), "{}", err(&output));
    let picture = std::fs::read_to_string(&written).expect("it was written");
    assert!(picture.starts_with("<svg ") && picture.contains("The memory behind step 2"));
    let output = export(&["--picture", "all"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("timeline, memory, both"), "{}", err(&output));
    let output = export(&["-o", "/nowhere/at/all.svg"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).starts_with("/nowhere/at/all.svg: "), "{}", err(&output));
}
