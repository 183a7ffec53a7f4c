//! A process with one virtual page, and walks of its CPUs.
use std::rc::Rc;

use pagerace::machine::{Choice, Status, System};
use pagerace::mm::Memory;
use pagerace::scenario::parse;

/// B maps `a` and has a child C; `keys` say what the machine is like. A lane is a process and what
/// it runs.
pub fn machine(
    kernel: &str,
    keys: &str,
    map: &str,
    lanes: &[(&str, &str)],
) -> (Rc<System>, Memory) {
    let mut text = format!(
        "format = 1\ntitle = \"t\"\nabout = \"why\"\n[kernel]\nbase = \"{kernel}\"\n\
         [machine]\n{keys}\n\
         [[process]]\nname = \"B\"\nmap = [\"a = page {map}\"]\n\
         [[process]]\nname = \"C\"\nchild_of = \"B\"\n"
    );
    for (process, lane) in lanes {
        text.push_str(&format!("[[cpu]]\nprocess = \"{process}\"\nrun = [{lane}]\n"));
    }
    let scenario = parse(&text).unwrap_or_else(|complaints| panic!("{complaints:#?}"));
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    (Rc::new(system), memory)
}

/// Runs a CPU as far as `stop`, or as it can; where it is then.
pub fn run_until(
    system: &System,
    memory: &mut Memory,
    cpu: usize,
    stop: impl Fn(&Memory) -> bool,
) -> Status {
    let choice = Choice::Run(cpu);
    while !stop(memory) && system.status(memory, choice) == Status::Runnable {
        system.make(memory, choice);
    }
    system.status(memory, choice)
}
