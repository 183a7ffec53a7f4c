//! Schedules as text: what they say, what they refuse, and that they print as they read.
use std::rc::Rc;

use pagerace::machine::{Choice, System};
use pagerace::mm::Memory;
use pagerace::player::Player;
use pagerace::scenario::{Complaint, Place, limits, parse};
use pagerace::schedule::{Schedule, replay};

const TEXT: &str = r#"
format = 1
title = "t"
about = "why"
kernel = { base = "v5.17" }
machine = { blocks = ["movable", "cma:area0", "unmovable"] }
process = [{ name = "B", map = ["a = page 2 anon rw"] }]
[[cpu]]
run = ["cma_alloc(area0, 2)"]
[[cpu]]
process = "B"
run = ["p = pin_user_pages_fast(a, FOLL_WRITE)"]
interrupt = ["unpin_user_page(p)"]
"#;

fn system() -> (System, Memory) {
    let scenario = parse(TEXT).expect("it is good");
    scenario.build(&scenario.kernel).expect("it builds")
}

fn refused(text: &str) -> Complaint {
    let (system, mut memory) = system();
    replay(&system, &mut memory, text, Place { line: 9, column: 5 }).expect_err(text)
}

#[test]
fn a_schedule_prints_as_it_reads() {
    let (system, memory) = system();
    let mut player = Player::new(Rc::new(system), memory);
    player.play("1*4 0*2  1*\n 1i 0 1* 0*", Place::default()).expect("it plays");
    let text = player.schedule().to_text();
    let whole = player.schedule();
    player.play(&text, Place::default()).expect("its own text plays");
    assert_eq!(player.schedule(), whole);
    assert!(text.starts_with("1*4 0*2 1*"), "{text}");
    assert!(text.contains(" 1i 0 1*"), "{text}");
}

#[test]
fn switches_are_counted_between_lanes() {
    let choices = [Choice::Run(0), Choice::Run(1), Choice::Interrupt(1), Choice::Run(1)];
    assert_eq!(Schedule(choices.to_vec()).switches(), 1);
    assert_eq!(Schedule::default().switches(), 0);
}

#[test]
fn words_that_are_no_steps_are_told_with_their_column() {
    let found = refused("1*4 x2");
    assert_eq!(found.message, "`x2` is not a step");
    assert_eq!(found.place, Place { line: 9, column: 9 });
    assert_eq!(refused("0 7").message, "there is no CPU7");
    assert_eq!(refused("0 7").hint.as_deref(), Some("the lanes are CPU0 to CPU1"));
    assert_eq!(refused("0i").message, "CPU0 has no interrupt");
    for bad in ["0*0", "0*-1", "*", "0**", "i", "0*99999999999999999999", "\u{661}"] {
        assert!(refused(bad).message.ends_with("is not a step"), "{bad}");
    }
}

#[test]
fn a_lane_that_cannot_move_is_told_with_its_reason() {
    // The walk of the lockless path has interrupts off.
    let found = refused("1*4 1i");
    assert_eq!(
        found.message,
        "step 5: the interrupt of CPU1 cannot be delivered: interrupts are off"
    );
    assert_eq!(found.place, Place { line: 9, column: 9 });
    assert_eq!(refused("0*1000").message.split(": ").last(), Some("it has finished"));
}

#[test]
fn a_waiting_lane_names_the_lock_and_its_holder() {
    let text = r#"
format = 1
title = "t"
about = "why"
kernel = { base = "v5.17" }
machine = { fine = true, blocks = ["cma:area0"] }
[[cpu]]
run = ["cma_alloc(area0, 2)"]
[[cpu]]
run = ["cma_alloc(area0, 2)"]
"#;
    let scenario = parse(text).expect("it is good");
    let (system, mut memory) = scenario.build(&scenario.kernel).expect("it builds");
    let found = replay(&system, &mut memory, "0 1", Place::default()).expect_err("it waits");
    assert_eq!(
        found.message,
        "step 2: CPU1 cannot move: it waits for cma->lock of area0, held by CPU0"
    );
}

#[test]
fn a_schedule_is_bounded() {
    let long = format!("0*{}", limits::STEPS + 1);
    assert_eq!(refused(&long).message, format!("a schedule has at most {} steps", limits::STEPS));
    let many = "0 ".repeat(limits::STEPS + 1);
    assert_eq!(refused(&many).message, format!("a schedule has at most {} steps", limits::STEPS));
}
