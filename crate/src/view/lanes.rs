//! Lanes, steps and call stacks as plain data.
use super::protocol::{
    CallView, ChangeView, FrameView, LaneView, LineView, OperationView, PendingStoreView, StepView,
};
use super::{compound, words};
use crate::machine::{
    Choice, Delivery, Frame, Local, Mark, Pending, Program, Row, StepRecord, System,
};
use crate::mm::{Cell, Memory, Pfn};
use crate::player::Player;
use crate::properties::event;
use crate::scenario::Scenario;

/// The lanes at a state.
pub fn lanes(scenario: &Scenario, system: &System, memory: &Memory) -> Vec<LaneView> {
    (0..system.lanes.len()).map(|cpu| lane(scenario, system, memory, cpu)).collect()
}

fn lane(scenario: &Scenario, system: &System, memory: &Memory, cpu: usize) -> LaneView {
    let process = scenario.cpus[cpu].process;
    let lane = &system.lanes[cpu];
    let why_not = words::why_not(system, memory, Choice::Run(cpu));
    let optional = |frame: Frame, choice: Choice| {
        let exists = !lane.program(frame).locs.is_empty();
        exists.then(|| words::why_not(system, memory, choice))
    };
    let interrupt = optional(Frame::Interrupt, Choice::Interrupt(cpu));
    let call = optional(Frame::Call, Choice::Call(cpu));
    LaneView {
        cpu: cpu as u32,
        process: process.map(|number| system.layout.geometry.processes[number].name.clone()),
        operations: operations(system, memory, cpu, Frame::Task),
        handler: operations(system, memory, cpu, Frame::Interrupt),
        frame: frame_name(lane.top(memory)).into(),
        irqs_off: memory.peek(lane.cells.irqs_off()) > 0,
        atomic: system.is_atomic(memory, cpu),
        can_step: why_not.is_none(),
        why_not,
        can_interrupt: interrupt.as_ref().map(Option::is_none),
        why_no_interrupt: interrupt.flatten(),
        calls: calls(system, memory, cpu),
        can_call: call.as_ref().map(Option::is_none),
        why_no_call: call.flatten(),
        gather: gather(system, memory, cpu),
        stores: stores(system, memory, cpu),
        why_no_drain: lane.buffer.and_then(|_| words::why_not(system, memory, Choice::Drain(cpu))),
        stack: stack(system, memory, cpu),
    }
}

/// The word of views.
pub fn frame_name(frame: Frame) -> &'static str {
    match frame {
        Frame::Task => "task",
        Frame::Call => "call",
        Frame::Interrupt => "interrupt",
    }
}

/// What a CPU has stored and others do not see yet, oldest first; nothing without store buffers.
fn stores(system: &System, memory: &Memory, cpu: usize) -> Option<Vec<PendingStoreView>> {
    let view = |pending: Pending| {
        let info = system.layout.info(pending.cell);
        PendingStoreView {
            subject: words::subject(&system.layout, info.subject),
            field: words::field(&system.layout, info),
            value: words::cell_value(info, pending.value),
        }
    };
    system.lanes[cpu]
        .buffer
        .map(|buffer| buffer.pending(memory).filter(|store| !store.ghost).map(view).collect())
}

fn calls(system: &System, memory: &Memory, cpu: usize) -> Vec<CallView> {
    let serving = usize::from(memory.peek(system.lanes[cpu].cells.serving()));
    let mut calls = Vec::new();
    for (from, lane) in system.lanes.iter().enumerate() {
        let asked = memory.peek(lane.cells.asked()).checked_sub(1);
        let waits = memory.peek(lane.cells.awaited()) & 1 << cpu != 0;
        let Some(number) = asked.filter(|_| waits) else { continue };
        let (function, delivery) = system.remote[usize::from(number)];
        calls.push(CallView {
            from: from as u32,
            function: system.kernel.name_of(function).into(),
            delivery: match delivery {
                Delivery::Ipi => "IPI".into(),
                Delivery::Work => "work item".into(),
            },
            running: serving == from + 1,
        });
    }
    calls
}

fn gather(system: &System, memory: &Memory, cpu: usize) -> Vec<u32> {
    let gather = system.layout.gather(cpu);
    let slots = 0..system.layout.geometry.gather_pages;
    slots.filter_map(|slot| memory.peek(gather.page(slot))).map(|pfn| u32::from(pfn.0)).collect()
}

fn operations(system: &System, memory: &Memory, cpu: usize, frame: Frame) -> Vec<OperationView> {
    let lane = &system.lanes[cpu];
    let program = lane.program(frame);
    let pending = frame == Frame::Interrupt && lane.interrupt_pending(memory);
    let current = match lane.location(memory, frame) {
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
            let value = memory.peek(lane.result(frame, number));
            let known = progress == "done" || (operation.retry && value != 0);
            let words = known.then(|| program.returns[number].words(value)).flatten();
            OperationView { text: operation.text.clone(), progress: progress.into(), result: words }
        })
        .collect()
}

/// The function that a lane runs, innermost, by its name in this kernel.
pub fn function(system: &System, memory: &Memory, cpu: usize) -> Option<&'static str> {
    let (frame, loc) = system.next_line(memory, cpu)?;
    let program = system.lanes[cpu].program(frame);
    Some(system.kernel.name_of(program.calls[program.locs[loc].call].routine.function))
}

fn stack(system: &System, memory: &Memory, cpu: usize) -> Vec<FrameView> {
    let Some((frame, loc)) = system.next_line(memory, cpu) else { return Vec::new() };
    let lane = &system.lanes[cpu];
    let program = lane.program(frame);
    let calls = program.stack(loc);
    let mut frames = Vec::with_capacity(calls.len());
    for (depth, number) in calls.iter().enumerate() {
        let at = match calls.get(depth + 1) {
            Some(callee) => program.calls[*callee].parent.expect("a callee has a caller").1,
            None => loc,
        };
        frames.push(activation(system, memory, program, *number, at, lane.slots(frame)));
    }
    frames
}

/// The line of the scanner at which its verdict begins.
const FIRST_LOOK: &str = "lruhead";

fn activation(
    system: &System,
    memory: &Memory,
    program: &Program,
    number: usize,
    at: usize,
    slots: u32,
) -> FrameView {
    let call = &program.calls[number];
    let routine = call.routine;
    let locals = routine.params.iter().chain(routine.locals);
    let shown = locals.filter(|local| local.unit() != crate::mm::Unit::Hidden);
    let word = |local: Local| {
        let slot = call.slot(local)?;
        Some(memory.peek(Cell::<u16>::at(slots + u32::from(slot))))
    };
    let listing = call.listing();
    let runs = |(_, row): &(usize, &Row)| row.mark != Mark::Dropped;
    let mut run = listing.iter().enumerate().filter(runs);
    let current = run.nth(program.locs[at].row).map_or(0, |(current, _)| current);
    FrameView {
        function: system.kernel.name_of(routine.function).into(),
        source: routine.source.into(),
        omits: routine.omits.into(),
        lines: listing.iter().map(|row| (row.label.to_string(), row.text.to_string())).collect(),
        marks: listing
            .iter()
            .enumerate()
            .filter_map(|(row, line)| Some((row as u32, line.mark.word()?.into())))
            .collect(),
        current: current as u32,
        locals: shown
            .map(|local| {
                let word = word(*local).expect("the local is declared");
                (local.name().into(), words::value(local.unit(), word))
            })
            .collect(),
        verdict: listing
            .iter()
            .position(|row| row.label == FIRST_LOOK)
            .filter(|look| system.watched & 1 << event::STALE_VERDICT != 0 && *look < current)
            .and_then(|_| {
                let (page, life) = (word(Local::Page)?, word(Local::Life)?);
                Some(compound::verdict_words(&system.layout, memory, Pfn(page), life))
            }),
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
    let program = system.lanes[cpu].program(record.frame);
    let lines: Vec<LineView> = record
        .lines
        .iter()
        .map(|line| {
            let stack = program.stack(line.loc);
            let function = |call: &usize| program.calls[*call].routine.function;
            let name = |call: &usize| system.kernel.name_of(function(call)).to_string();
            let at = &program.locs[line.loc];
            LineView {
                function: name(&at.call),
                label: program.label(line.loc).into(),
                text: program.text(line.loc).into(),
                depth: stack.len() as u32 - 1,
                stack: stack.iter().map(name).collect(),
                operation: at.operation as u32,
                taken: line.taken,
                changes: words::changes(&system.layout, &line.accesses),
            }
        })
        .collect();
    let changes = match record.choice {
        Choice::Drain(_) => words::changes(&system.layout, &record.rest),
        _ => Vec::new(),
    };
    let broke: Vec<&crate::machine::Property> =
        record.broke.iter().map(|number| &system.properties[*number]).collect();
    StepView {
        number: number as u32,
        cpu: cpu as u32,
        choice: choice_text(record.choice),
        frame: frame_name(record.frame).into(),
        context_switch: switch,
        sentence: sentence(number, record.choice, &lines, &changes, &broke),
        lines,
        changes,
        broke: broke.iter().map(|property| property.name.to_string()).collect(),
    }
}

/// The choice as a schedule writes it.
pub fn choice_text(choice: Choice) -> String {
    crate::schedule::Schedule(vec![choice]).to_text()
}

fn sentence(
    number: usize,
    choice: Choice,
    lines: &[LineView],
    changes: &[ChangeView],
    broke: &[&crate::machine::Property],
) -> String {
    let cpu = choice.cpu();
    let mut words = match lines {
        [] if matches!(choice, Choice::Call(_)) => {
            format!("Step {number}, CPU{cpu}: it starts what another CPU asked for.")
        }
        [] if matches!(choice, Choice::Drain(_)) => {
            format!("Step {number}, CPU{cpu}: its oldest store reaches memory.")
        }
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
    for change in lines.iter().flat_map(|line| &line.changes).chain(changes) {
        words +=
            &format!(" {} {}: {} to {}.", change.subject, change.field, change.from, change.to);
    }
    for property in broke {
        words += &format!(" Broken: {}.", property.when_broken);
    }
    words
}
