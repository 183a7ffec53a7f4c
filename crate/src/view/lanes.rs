//! Lanes, steps and call stacks as plain data.
use super::protocol::{FrameView, LaneView, LineView, OperationView, StepView};
use super::words;
use crate::machine::{Choice, Program, StepRecord, System};
use crate::mm::{Cell, Memory};
use crate::player::Player;
use crate::scenario::Scenario;

/// The lanes at a state.
pub fn lanes(scenario: &Scenario, system: &System, memory: &Memory) -> Vec<LaneView> {
    (0..system.lanes.len()).map(|cpu| lane(scenario, system, memory, cpu)).collect()
}

fn lane(scenario: &Scenario, system: &System, memory: &Memory, cpu: usize) -> LaneView {
    let process = scenario.cpus[cpu].process;
    let has_handler = !system.program(cpu, true).locs.is_empty();
    let why_not = words::why_not(system, memory, Choice::Run(cpu));
    let interrupt = has_handler.then(|| words::why_not(system, memory, Choice::Interrupt(cpu)));
    LaneView {
        cpu: cpu as u32,
        process: process.map(|number| system.layout.geometry.processes[number].name.clone()),
        operations: operations(system, memory, cpu, false),
        handler: operations(system, memory, cpu, true),
        in_interrupt: system.in_interrupt(memory, cpu),
        irqs_off: memory.peek(system.irqs_off(cpu)) > 0,
        can_step: why_not.is_none(),
        why_not,
        can_interrupt: interrupt.as_ref().map(Option::is_none),
        why_no_interrupt: interrupt.flatten(),
        stack: stack(system, memory, cpu),
    }
}

fn operations(system: &System, memory: &Memory, cpu: usize, handler: bool) -> Vec<OperationView> {
    let program = system.program(cpu, handler);
    let pending = handler && system.interrupt_pending(memory, cpu);
    let current = match system.location(memory, cpu, handler) {
        Some(loc) => program.locs[loc].operation,
        None if pending => 0,
        None => program.operations.len(),
    };
    let operations = program.operations.iter().enumerate();
    operations
        .map(|(number, operation)| {
            let progress = match number.cmp(&current) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal if !pending => "running",
                _ => "waiting",
            };
            let value = memory.peek(system.result(cpu, handler, number));
            let known = progress == "done" || (operation.retry && value != 0);
            let words = known.then(|| program.returns[number].words(value)).flatten();
            OperationView { text: operation.text.clone(), progress: progress.into(), result: words }
        })
        .collect()
}

/// The function that a lane runs, innermost.
pub fn function(system: &System, memory: &Memory, cpu: usize) -> Option<&'static str> {
    let handler = system.in_interrupt(memory, cpu);
    let loc = system.location(memory, cpu, handler)?;
    let program = system.program(cpu, handler);
    Some(program.calls[program.locs[loc].call].routine.function.0)
}

fn stack(system: &System, memory: &Memory, cpu: usize) -> Vec<FrameView> {
    let handler = system.in_interrupt(memory, cpu);
    let Some(loc) = system.location(memory, cpu, handler) else { return Vec::new() };
    let program = system.program(cpu, handler);
    let calls = program.stack(loc);
    let mut frames = Vec::with_capacity(calls.len());
    for (depth, number) in calls.iter().enumerate() {
        let at = match calls.get(depth + 1) {
            Some(callee) => program.calls[*callee].parent.expect("a callee has a caller").1,
            None => loc,
        };
        frames.push(frame(memory, program, *number, at, system.slots(cpu, handler)));
    }
    frames
}

fn frame(memory: &Memory, program: &Program, number: usize, at: usize, slots: u32) -> FrameView {
    let call = &program.calls[number];
    let routine = call.routine;
    let label = program.locs[at].line.label;
    let locals = routine.params.iter().chain(routine.locals);
    let shown = locals.filter(|local| local.unit() != crate::mm::Unit::Hidden);
    FrameView {
        function: routine.function.0.into(),
        source: routine.source.into(),
        omits: routine.omits.into(),
        lines: routine.body.iter().map(|line| (line.label.into(), line.text.into())).collect(),
        current: routine.position(label).expect("the line is of the routine") as u32,
        locals: shown
            .map(|local| {
                let slot = call.slot(*local).expect("the local is declared");
                let word = memory.peek(Cell::<u16>::at(slots + u32::from(slot)));
                (local.name().into(), words::value(local.unit(), word))
            })
            .collect(),
    }
}

/// The whole trace.
pub fn trace(player: &Player) -> Vec<StepView> {
    let system = player.system();
    let mut last = None;
    let steps = player.steps().iter().enumerate();
    steps
        .map(|(number, record)| {
            let cpu = record.choice.cpu();
            let switch = last.is_some_and(|last| last != cpu);
            last = Some(cpu);
            step(system, number + 1, record, switch)
        })
        .collect()
}

fn step(system: &System, number: usize, record: &StepRecord, switch: bool) -> StepView {
    let cpu = record.choice.cpu();
    let program = system.program(cpu, record.interrupt);
    let lines: Vec<LineView> = record
        .lines
        .iter()
        .map(|line| {
            let stack = program.stack(line.loc);
            let name = |call: &usize| program.calls[*call].routine.function.0.to_string();
            let at = &program.locs[line.loc];
            LineView {
                function: name(&at.call),
                label: at.line.label.into(),
                text: at.line.text.into(),
                depth: stack.len() as u32 - 1,
                stack: stack.iter().map(name).collect(),
                operation: at.operation as u32,
                taken: line.taken,
                changes: words::changes(&system.layout, &line.accesses),
            }
        })
        .collect();
    let broke: Vec<&crate::machine::Property> =
        record.broke.iter().map(|number| &system.properties[*number]).collect();
    StepView {
        number: number as u32,
        cpu: cpu as u32,
        choice: choice_text(record.choice),
        interrupt: record.interrupt,
        context_switch: switch,
        sentence: sentence(number, cpu, &lines, &broke),
        lines,
        broke: broke.iter().map(|property| property.name.to_string()).collect(),
    }
}

/// The choice as a schedule writes it.
pub fn choice_text(choice: Choice) -> String {
    crate::schedule::Schedule(vec![choice]).to_text()
}

fn sentence(
    number: usize,
    cpu: usize,
    lines: &[LineView],
    broke: &[&crate::machine::Property],
) -> String {
    let mut words = match lines {
        [] => format!("Step {number}, CPU{cpu}: its interrupt is delivered."),
        [line] => {
            let taken = line.taken.map_or("", |taken| if taken { ", yes" } else { ", no" });
            format!("Step {number}, CPU{cpu}, {}: {}{taken}.", line.function, line.text)
        }
        [first, .., last] => format!(
            "Step {number}, CPU{cpu}, {}: {} lines, from {} to {}.",
            first.function,
            lines.len(),
            first.text,
            last.text
        ),
    };
    for change in lines.iter().flat_map(|line| &line.changes) {
        words +=
            &format!(" {} {}: {} to {}.", change.subject, change.field, change.from, change.to);
    }
    for property in broke {
        words += &format!(" Broken: {}.", property.when_broken);
    }
    words
}
