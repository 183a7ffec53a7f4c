//! The timeline as kernel commit messages draw it: ASCII, 75 columns, a column for each CPU.
use super::protocol::{ChangeView, LineView, StepView};
use super::wrapping::wrap;
use super::{herd, lanes, protocol::ExplorationView, words};
use crate::explore::waits;
use crate::machine::{Choice, Frame};
use crate::player::Player;
use crate::scenario::{End, Scenario};

/// The width of a line (Documentation/process/submitting-patches.rst).
pub const WIDTH: usize = 75;

/// More lanes than this are told as a list: their columns would be too narrow.
const MOST_COLUMNS: usize = 3;

/// Functions deeper than this are not indented further.
const DEEPEST_INDENT: usize = 8;

/// What else may be asked of a timeline.
#[derive(Clone, Copy, Default)]
pub struct Extras<'a> {
    /// A numbered list in place of columns.
    pub list: bool,
    /// What each line changes of `_refcount`, `_mapcount` and the like, at the right.
    pub refcounts: bool,
    /// How all executions end, in herd's words, behind how this one did: a name, and what a search
    /// has found.
    pub found: Option<(&'a str, &'a ExplorationView)>,
    /// The address for the last line, `Link:`, which is never broken.
    pub link: Option<&'a str>,
}

/// The trace up to the cursor, with its outcome below.
pub fn timeline(scenario: &Scenario, player: &Player, extras: Extras) -> String {
    let loop_from = player.loop_from();
    let mut lines = wrap(&ascii(&scenario.title), WIDTH, 0);
    lines.extend(wrap(&kernel(&player.system().kernel.name), WIDTH, 8));
    let before = scenario.before_in_words();
    if !before.is_empty() {
        lines.extend(wrap(&format!("Before: {}", ascii(&before.join(", "))), WIDTH, 8));
    }
    lines.push(String::new());
    lines.extend(body(scenario, player, extras, loop_from));
    lines.push(String::new());
    lines.extend(outcome(player, loop_from));
    if let Some((name, view)) = extras.found {
        lines.push(String::new());
        let block = herd::text(name, view);
        lines.extend(block.lines().flat_map(|line| wrap(&ascii(line), WIDTH, 8)));
    }
    if let Some(link) = extras.link {
        lines.extend([String::new(), format!("{LINK}{}", ascii(link))]);
    }
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How the line with the kernel's name begins.
pub const KERNEL: &str = "Kernel: ";

/// How the line with the address begins.
pub const LINK: &str = "Link: ";

fn kernel(name: &str) -> String {
    format!("{KERNEL}{}", ascii(name))
}

/// The rows of the steps up to the cursor, with their head.
pub fn body(
    scenario: &Scenario,
    player: &Player,
    extras: Extras,
    loop_from: Option<usize>,
) -> Vec<String> {
    let steps = &lanes::trace(player)[..player.cursor()];
    let mut rows = Vec::new();
    if scenario.cpus.len() <= MOST_COLUMNS && !extras.list {
        columns(scenario, player, extras, (steps, loop_from), &mut rows);
    } else {
        list(player, extras, (steps, loop_from), &mut rows);
    }
    rows.extend(loop_from.map(loop_ends));
    rows
}

/// Stands above the first step of a loop.
fn loop_begins(from: usize, steps: &[StepView]) -> String {
    let (first, last) = (from + 1, steps.len());
    let steps =
        if first == last { format!("step {first}") } else { format!("steps {first} to {last}") };
    format!("{:-<WIDTH$}", format!("--- from here for ever: {steps} "))
}

/// Stands below the last step of a loop.
fn loop_ends(from: usize) -> String {
    format!("{:-<WIDTH$}", format!("--- back where step {} began ", from + 1))
}

fn columns(
    scenario: &Scenario,
    player: &Player,
    extras: Extras,
    (steps, loop_from): (&[StepView], Option<usize>),
    out: &mut Vec<String>,
) {
    let count = scenario.cpus.len();
    let width = WIDTH / count;
    for (cpu, lane) in scenario.cpus.iter().enumerate() {
        let process = lane.process.map_or(String::new(), |number| {
            format!(" ({})", player.system().layout.geometry.processes[number].name)
        });
        put(out, cpu, count, vec![format!("CPU{cpu}{process}")], cpu > 0);
    }
    let rule = "-".repeat(width - 3);
    let rules: Vec<String> = (0..count)
        .map(|cpu| format!("{}{rule}", " ".repeat(if cpu == 0 { 0 } else { 3 })))
        .collect();
    out.push(rules.concat());
    let (stacks, operations) = (vec![Vec::new(); count], vec![None; count]);
    let mut columns = Columns { count, refcounts: extras.refcounts, stacks, operations };
    for (number, step) in steps.iter().enumerate() {
        if loop_from == Some(number) {
            out.push(loop_begins(number, steps));
        }
        columns.step(player, step, out);
    }
}

/// What each column has shown last, so that a function's name stands once.
struct Columns {
    count: usize,
    refcounts: bool,
    stacks: Vec<Vec<String>>,
    operations: Vec<Option<(Frame, u32)>>,
}

impl Columns {
    fn step(&mut self, player: &Player, step: &StepView, out: &mut Vec<String>) {
        let cpu = step.cpu as usize;
        if let Some(words) = without_lines(player, step) {
            if !matches!(player.steps()[step.number as usize - 1].choice, Choice::Drain(_)) {
                self.stacks[cpu].clear();
            }
            put(out, cpu, self.count, wrap(words, self.width(), 2), false);
            self.counts(cpu, &step.changes, out);
        }
        for line in &step.lines {
            self.line(player, step, line, out);
        }
        for name in &step.broke {
            let words = words::when_broken(player.system(), name);
            let marked = wrap(&format!("^ {}", ascii(words)), self.width(), 2);
            put(out, cpu, self.count, marked, false);
        }
    }

    fn width(&self) -> usize {
        WIDTH / self.count - 1
    }

    fn line(&mut self, player: &Player, step: &StepView, line: &LineView, out: &mut Vec<String>) {
        let cpu = step.cpu as usize;
        let frame = player.steps()[step.number as usize - 1].frame;
        let operation = Some((frame, line.operation));
        if self.operations[cpu] != operation {
            self.operations[cpu] = operation;
            self.stacks[cpu].clear();
            let program = player.system().lanes[cpu].program(frame);
            let text = &program.operations[line.operation as usize].text;
            put(out, cpu, self.count, wrap(&ascii(text), self.width(), 2), false);
            self.stacks[cpu].push(line.stack[0].clone());
        }
        let shown = &self.stacks[cpu];
        let same = shown.iter().zip(&line.stack).take_while(|(a, b)| a == b).count();
        for (depth, function) in line.stack.iter().enumerate().skip(same) {
            let text = indented(depth, &format!("{}()", ascii(function)));
            put(out, cpu, self.count, wrap(&text, self.width(), 2), false);
        }
        let text = format!("{}{}", ascii(&line.text), taken(line));
        let text = indented(line.stack.len(), &text);
        put(out, cpu, self.count, wrap(&text, self.width(), 2), false);
        self.counts(cpu, &line.changes, out);
        self.stacks[cpu].clone_from(&line.stack);
    }

    fn counts(&self, cpu: usize, changes: &[ChangeView], out: &mut Vec<String>) {
        if self.refcounts {
            let column = cpu * (WIDTH / self.count);
            at_the_right(out, column, column + self.width(), changes);
        }
    }
}

/// Puts what changed of the counts of pages to the right, in the last row where it has room.
fn at_the_right(out: &mut Vec<String>, from: usize, to: usize, changes: &[ChangeView]) {
    for words in changes.iter().filter_map(count) {
        let fits = |row: &&mut String| row.len().max(from) + 2 + words.len() <= to;
        if let Some(row) = out.last_mut().filter(fits) {
            let blank = to - row.len();
            *row += &format!("{words:>blank$}");
            continue;
        }
        for row in wrap(&words, to - from, 2) {
            out.push(format!("{row:>to$}"));
        }
    }
}

/// `page 2 _refcount 1->2`; nothing of other changes. What is stored with one added reads as the
/// kernel has it: the `_mapcount` of a page that nobody maps is -1.
fn count(change: &ChangeView) -> Option<String> {
    let ChangeView { subject, field, from, to } = change;
    let name = field.strip_suffix(" + 1").unwrap_or(field);
    if !["_refcount", "mapcount", "pincount"].iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let added = i32::from(name != field);
    let value = |word: &String| word.parse::<i32>().map(|value| value - added).ok();
    Some(format!("{subject} {name} {}->{}", value(from)?, value(to)?))
}

/// What a step does that runs no line.
fn without_lines(player: &Player, step: &StepView) -> Option<&'static str> {
    let choice = player.steps()[step.number as usize - 1].choice;
    step.lines.is_empty().then_some(match choice {
        Choice::Drain(_) => "<its oldest store reaches memory>",
        _ => "<Interrupt>",
    })
}

fn indented(depth: usize, text: &str) -> String {
    format!("{}{text}", " ".repeat(depth.min(DEEPEST_INDENT)))
}

/// Puts rows into a lane's column; beside what stands in the last row where asked to.
fn put(out: &mut Vec<String>, cpu: usize, count: usize, rows: Vec<String>, beside: bool) {
    let column = cpu * (WIDTH / count);
    for row in rows {
        match out.last_mut().filter(|_| beside) {
            Some(last) => *last = format!("{last:column$}{row}"),
            None => out.push(format!("{}{row}", " ".repeat(column))),
        }
    }
}

fn list(
    player: &Player,
    extras: Extras,
    (steps, loop_from): (&[StepView], Option<usize>),
    out: &mut Vec<String>,
) {
    for (number, step) in steps.iter().enumerate() {
        if loop_from == Some(number) {
            out.push(loop_begins(number, steps));
        }
        let mut rows: Vec<(String, &[ChangeView])> = Vec::new();
        for line in &step.lines {
            let text = format!("{}(): {}{}", line.function, line.text, taken(line));
            rows.push((text, &line.changes));
        }
        rows.extend(without_lines(player, step).map(|words| (words.into(), &step.changes[..])));
        for name in &step.broke {
            let words = words::when_broken(player.system(), name);
            rows.push((format!("^ {words}"), &[]));
        }
        let mut head = format!("{:>4}. CPU{} ", step.number, step.cpu);
        let width = head.len();
        for (text, changes) in rows {
            for part in wrap(&ascii(&text), WIDTH - width, 2) {
                out.push(format!("{head}{part}"));
                head = " ".repeat(width);
            }
            if extras.refcounts {
                at_the_right(out, width, WIDTH, changes);
            }
        }
    }
}

/// How a test went.
pub fn taken(line: &LineView) -> &'static str {
    line.taken.map_or("", |taken| if taken { " -> yes" } else { " -> no" })
}

/// What came out, or who could go on.
fn outcome(player: &Player, loop_from: Option<usize>) -> Vec<String> {
    let (system, memory) = (player.system(), player.memory());
    let (end, outcome) = player.outcome(loop_from);
    let mut lines = Vec::new();
    for (name, value) in &outcome.results {
        lines.push(format!("{} = {}", ascii(name), ascii(value)));
    }
    for name in &outcome.breaks {
        let sentence = words::when_broken(system, name);
        lines.extend(wrap(&format!("Broken: {name} ({sentence})"), WIDTH, 8));
    }
    lines.push(match end {
        Some(end) => format!("End: {}", end.word()),
        None => "End: not reached".into(),
    });
    if end == Some(End::Deadlock) {
        let words = waits::deadlock_words(system, memory);
        lines.extend(words.iter().flat_map(|words| wrap(&ascii(words), WIDTH, 5)));
    }
    lines
}

/// Text that mail cannot spoil: other characters become `?`.
pub fn ascii(text: &str) -> String {
    let plain = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_gets_through() {
        assert_eq!(ascii("a\u{e4}\tb\n"), "a??b?");
    }
}
