//! Patches as a scenario writes them: what they come to, and what is said of wrong ones.
#[path = "common/file.rs"]
mod file;
#[path = "common/search.rs"]
mod search;

use pagerace::machine::Mark;
use pagerace::scenario::{Complaint, KernelChoice, parse};

const HEAD: &str = r#"format = 1
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
"#;

fn patched(function: &str, edits: &str) -> String {
    format!("{HEAD}[[patch]]\nname = \"x\"\nfunction = \"{function}\"\nedits = [{edits}]\n")
}

fn complaint(text: &str) -> Complaint {
    parse(text).expect_err("it is wrong").remove(0)
}

#[test]
fn wrong_patches_are_told_with_their_place() {
    let pte = "gup_pte_range";
    for (function, edits, message, hint) in [
        ("gup_pte_rang", "", "v5.17 has no function `gup_pte_rang`", "did you mean"),
        (pte, "{ drop = \"pt\" }", "of v5.17: there is no line `pt`", "did you mean `pte`"),
        (pte, "{ drop = \"none\" }", "`access` jumps to `none`, which is not there", "drop"),
        (pte, "{ move = \"pte\", after = \"walk\" }", "there is no line `walk`", "stays in"),
        (pte, "{ move = \"pte\", after = \"pte\" }", "cannot stand beside itself", ""),
        (pte, "{ move = \"none\", before = \"out\" }", "`undo` is the last line", ""),
        (pte, "{ insert = \"pte\", irq = \"off\", after = \"pte\" }", "a line `pte` already", ""),
        (pte, "{ insert = \"n\", irq = \"off\", after = \"pte\" }", "interrupts off", "path"),
        (pte, "{ insert = \"n\", release = \"ptl\", after = \"pte\" }", "ends a lock", ""),
        (pte, "{ insert = \"n\", acquire = \"ptk\", after = \"pte\" }", "no lock `ptk`", "ptl"),
        (pte, "{ insert = \"n\", acquire = \"cma->lock\", after = \"pte\" }", "has no `cma`", ""),
        (pte, "{ insert = \"n\", again = \"access\", after = \"pte\" }", "not read memory", ""),
        (pte, "{ insert = \"n\", same = \"pte\", after = \"pte\" }", "has no `goto`", "goto"),
        (pte, "{ insert = \"n\", irq = \"off\", goto = \"n\", after = \"pte\" }", "go some", ""),
        (pte, "{ insert = \"n\", after = \"pte\" }", "an edit has one of", ""),
        (pte, "{ drop = \"pte\", after = \"none\" }", "`after` is of an `insert`", ""),
        (pte, "{ move = \"pte\" }", "an edit has one of: before, after", ""),
        (pte, "{ dorp = \"pte\" }", "an edit has no `dorp`", "did you mean `drop`"),
        (pte, "{ insert = \"n\", again = \"recheck\", goto = \"n\", after = \"pte\" }", "", ""),
    ] {
        let text = patched(function, edits);
        if message.is_empty() {
            assert!(parse(&text).is_ok(), "{edits}");
            continue;
        }
        let found = complaint(&text);
        assert!(found.message.contains(message), "{edits}: {}", found.message);
        assert!(found.hint.unwrap_or_default().contains(hint), "{edits}");
        assert!(found.place.line >= 16 && found.place.column > 0, "{edits}: {:?}", found.place);
    }
}

#[test]
fn a_patch_that_never_returns_is_refused() {
    let found = complaint(&patched("put_page", "{ drop = \"out\" }"));
    assert!(found.message.starts_with("`put_page` of v5.17"), "{}", found.message);
    let round = "{ move = \"again\", before = \"out\" }";
    let found = parse(&patched("migrate_pages", round)).map(|_| ());
    assert!(found.is_err());
}

#[test]
fn names_that_are_not_there_and_bounds_are_told() {
    let with = |rest: &str| format!("{HEAD}{rest}");
    let kernel = |patch: &str| {
        let base = "base = \"v5.17\"";
        let text =
            patched("gup_pte_range", "{ insert = \"n\", fence = \"smp_mb\", after = \"pte\" }");
        text.replace(base, &format!("{base}\npatch = \"{patch}\""))
    };
    assert!(parse(&kernel("x")).is_ok());
    let found = complaint(&kernel("y"));
    assert_eq!(found.message, "there is no patch `y`");
    assert_eq!((found.place.line, found.hint.as_deref()), (6, Some("did you mean `x`?")));
    let bad = "[[patch]]\nname = \"none\"\nfunction = \"put_page\"\nedits = []\n";
    assert_eq!(complaint(&with(bad)).message, "`none` cannot name a patch");
    let many = "[[patch]]\nname = \"x\"\nfunction = \"put_page\"\nedits = []\n".repeat(17);
    assert!(complaint(&with(&many)).message.contains("twice"));
    let edits = "{ insert = \"n\", fence = \"smp_mb\", after = \"pte\" },".repeat(33);
    let found = complaint(&patched("gup_pte_range", &edits));
    assert_eq!(found.message, "there are 33 edits tables, 32 at most");
}

#[test]
fn a_patch_must_fit_every_kernel_that_names_it() {
    let edits = "{ insert = \"n\", same = \"seq\", goto = \"none\", before = \"irqoff\" }";
    let text = patched("lockless_pages_from_mm", edits);
    assert!(parse(&text).is_ok());
    let claim =
        "[[expect]]\nkernel = { base = \"v5.9\", patch = \"x\" }\nnever = { end = \"BUG\" }\n";
    let found = complaint(&format!("{text}{claim}"));
    assert!(found.message.contains("`lockless_pages_from_mm` of v5.9: there is no line `seq`"));
}

#[test]
fn the_table_of_a_patch_is_that_of_the_upstream_fix() {
    let scenario = file::scenario("patch-barrier-before-count");
    let with = |name: &str, value: &str| -> Vec<_> {
        let weak = [("memory", "tso"), ("atomics", "relaxed"), ("pte_clear", "store")];
        let toggles = weak.into_iter().chain([(name, value)]);
        let toggles = toggles.map(|(name, value)| (name.to_string(), value.to_string()));
        let kernel = KernelChoice { base: "v5.19".into(), toggles: toggles.collect() };
        let built = scenario.build(&kernel).expect("it builds");
        search::explore(built).outcomes.into_iter().map(|found| found.outcome).collect()
    };
    let upstream = with("share_barrier", "on");
    assert_eq!(with("patch", "barrier"), upstream);
    assert_ne!(with("patch", "late-barrier"), upstream);
}

#[test]
fn a_patched_kernel_has_its_name_and_its_listing() {
    let scenario = file::scenario("patch-protects-before-check");
    let kernel = scenario.kernel(&scenario.kernel).expect("it fits");
    assert_eq!(kernel.name, "v5.9 + protect-first");
    let function = kernel.routines().find(|routine| routine.function.0 == "copy_present_pte");
    let function = function.expect("the kernel has it").function;
    let edited = kernel.edited(function).expect("it is edited");
    let moved: Vec<_> = edited.rows().filter(|row| row.mark == Mark::Moved).collect();
    assert_eq!(moved.len(), 1);
    assert_eq!(moved[0].label, "protect");
    let labels: Vec<_> = edited.rows().map(|row| row.label.as_ref()).collect();
    assert_eq!(labels[..3], ["page", "protect", "early"]);
}
