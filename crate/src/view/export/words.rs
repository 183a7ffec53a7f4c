//! What every form but the bare timeline says of a race in words.
use super::Race;
use crate::explore::waits;
use crate::machine::Frame;
use crate::player::Player;
use crate::scenario::End;
use crate::schedule::Schedule;
use crate::view::words::when_broken;

/// `30 steps, 2 context switches`
pub fn length(player: &Player) -> String {
    let steps = player.cursor();
    let switches = Schedule(player.schedule().0[..steps].to_vec()).switches();
    let many = if steps == 1 { "step" } else { "steps" };
    let switched = if switches == 1 { "context switch" } else { "context switches" };
    format!("{steps} {many}, {switches} {switched}")
}

/// What the lanes run: `CPU1 (process B) runs load(a)`.
pub fn timelines(race: &Race) -> Vec<String> {
    let system = race.player.system();
    let lanes = race.scenario.cpus.iter().zip(&system.lanes).enumerate();
    let words = lanes.map(|(cpu, (timeline, lane))| {
        let process = timeline.process.map_or(String::new(), |number| {
            format!(" (process {})", system.layout.geometry.processes[number].name)
        });
        let calls = |frame| {
            let operations = lane.program(frame).operations.iter();
            operations.map(|operation| operation.text.clone()).collect::<Vec<_>>()
        };
        let mut words = format!("CPU{cpu}{process} runs {}", calls(Frame::Task).join("; "));
        let handler = calls(Frame::Interrupt);
        if !handler.is_empty() {
            words += &format!(", its interrupt {}", handler.join("; "));
        }
        words
    });
    words.collect()
}

/// What came out at the end of the steps, and why it gets no further.
pub fn ending(race: &Race) -> Vec<String> {
    let system = race.player.system();
    let (end, outcome) = race.player.outcome(race.player.loop_from());
    let results = outcome.results.iter().map(|(name, value)| format!("{name} = {value}"));
    let results = results.collect::<Vec<_>>().join(", ");
    let mut words = Vec::new();
    if !results.is_empty() {
        words.push(format!("Results: {results}"));
    }
    for name in &outcome.breaks {
        words.push(format!("Broken: {name} ({})", when_broken(system, name)));
    }
    words.push(match end {
        Some(end) => format!("End: {}. {}", end.word(), end.sentence()),
        None => "End: not reached.".into(),
    });
    if end == Some(End::Deadlock) {
        words.extend(waits::deadlock_words(system, race.player.memory()));
    }
    words
}

/// Which steps break what: `Step 13, CPU1, breaks lost-sync: a pin is lost`.
pub fn broken(player: &Player) -> Vec<String> {
    let steps = player.steps()[..player.cursor()].iter().enumerate();
    let broke = steps.flat_map(|(number, step)| {
        step.broke.iter().map(move |property| (number + 1, step.choice.cpu(), *property))
    });
    let words = broke.map(|(number, cpu, property)| {
        let property = &player.system().properties[property];
        let (name, sentence) = (property.name, property.when_broken);
        format!("Step {number}, CPU{cpu}, breaks {name}: {sentence}")
    });
    words.collect()
}

/// What the scenario claims of all interleavings under this kernel: `sometimes breaks lost-sync`.
pub fn claims(race: &Race) -> Vec<String> {
    let own = &race.player.system().kernel.name;
    let claims = race.scenario.expects.iter().filter(|claim| claim.kernel.name() == *own);
    claims.map(ToString::to_string).collect()
}
