//! What a process does with its memory needs an entry that permits it, and no lock: accesses that
//! waited for the page table lock would hide the windows that races are made of.
use pagerace::machine::{Choice, Function, Status, System};
use pagerace::mm::Memory;
use pagerace::scenario::parse;

const TEXT: &str = r#"
format = 1
title = "t"
about = "why"
kernel = { base = "v5.17" }
machine = { blocks = ["movable", "movable"] }
process = [{ name = "B", map = ["a = page 0 anon rw"] }]
[[cpu]]
process = "B"
run = ["change_prot_numa(a)"]
[[cpu]]
process = "B"
run = ["@"]
"#;

/// Runs `access` on CPU1 with CPU0 in front of a line of the scanner that holds the page table
/// lock; whether it takes one step and is done.
fn is_one_step(access: &str, label: &str) -> bool {
    let scenario = parse(&TEXT.replace('@', access)).expect("it is good");
    let (system, mut memory) = scenario.build(&scenario.kernel).expect("it builds");
    while system.next_label(&memory, 0, Function("change_pte_range")) != Some(label) {
        step(&system, &mut memory, 0);
    }
    assert!(memory.peek(system.layout.mm(0).ptl().cell).exclusive(), "{label} holds the lock");
    step(&system, &mut memory, 1);
    matches!(system.status(&memory, Choice::Run(1)), Status::Done)
}

fn step(system: &System, memory: &mut Memory, cpu: usize) {
    let choice = Choice::Run(cpu);
    assert!(matches!(system.status(memory, choice), Status::Runnable), "CPU{cpu} waits");
    system.make(memory, choice);
}

#[test]
fn an_access_does_not_wait_for_the_page_table_lock() {
    for access in ["load(a[0])", "store(a[1], 7)", "umcg_update(a)"] {
        assert!(is_one_step(access, "start"), "{access}");
    }
}

/// With the entry gone a process faults, which takes longer; the scheduler gives up.
#[test]
fn an_access_faults_where_the_entry_is_gone() {
    for access in ["load(a[0])", "store(a[1], 7)"] {
        assert!(!is_one_step(access, "commit"), "{access}");
    }
    assert!(is_one_step("umcg_update(a)", "commit"));
}
