//! What stands in the lanes: runs of one CPU, and in them rows of words. Long traces are told in
//! fewer rows.
use crate::machine::Choice;
use crate::player::Player;
use crate::view::ascii::taken;
use crate::view::lanes;
use crate::view::protocol::{LineView, StepView};
use crate::view::words::when_broken;

/// Functions deeper than this are not indented further.
const DEEPEST: usize = 8;

/// What a row is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A call of the scenario begins.
    Operation,
    /// A function begins, or goes on.
    Function,
    /// One line, or what happens without any.
    Line,
    /// Several steps.
    Steps,
    /// A value that the step changed.
    Change,
    /// A property that the step was the first to break.
    Broke,
    /// What follows goes on for ever.
    Loop,
    /// What is left out here.
    Gap,
}

/// One row of a run, which may be broken into several.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about.
    pub kind: Kind,
    /// The step that it belongs to, the last one of several.
    pub step: u32,
    /// `12` or `12-19`, beside the row.
    pub number: String,
    /// How far it is indented.
    pub depth: usize,
    /// Its words.
    pub words: String,
    /// The lane runs its interrupt or what another CPU asked for.
    pub guest: bool,
}

/// Steps of one CPU with no other in between.
#[derive(Clone, Debug)]
pub struct Run {
    /// The lane.
    pub cpu: usize,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// How much is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Detail {
    /// Every line.
    Lines,
    /// The functions, with the steps in each.
    Functions,
    /// A row for each run, with the functions that it begins and ends in.
    Runs,
}

/// More rows than this are told with less detail. So many fill a page that stands upright.
const MOST_ROWS: usize = 76;

/// More runs than this are not all drawn.
const MOST_RUNS: usize = 240;

/// The rows of a trace up to the cursor. The values that `shown` changed are told, too.
pub fn runs(player: &Player, shown: usize) -> Vec<Run> {
    let steps = &lanes::trace(player)[..player.cursor()];
    let loop_from = player.loop_from();
    let mut told = Vec::new();
    for detail in [Detail::Lines, Detail::Functions, Detail::Runs] {
        let mut teller = Teller::new(player, detail, shown);
        for (number, step) in steps.iter().enumerate() {
            teller.step(step, loop_from == Some(number));
        }
        told = teller.runs;
        if told.iter().map(|run| run.rows.len()).sum::<usize>() <= MOST_ROWS {
            break;
        }
    }
    shorten(&mut told, shown as u32);
    told
}

/// Leaves runs out of a trace with too many, but for those that matter and those at both ends.
fn shorten(runs: &mut Vec<Run>, shown: u32) {
    let many = runs.len();
    if many <= MOST_RUNS {
        return;
    }
    let mut left_out = 0;
    let mut kept = Vec::new();
    for (number, run) in std::mem::take(runs).into_iter().enumerate() {
        let matters = |row: &Row| row.step == shown || matches!(row.kind, Kind::Broke | Kind::Loop);
        let outer = number < MOST_RUNS / 2 || number >= many - MOST_RUNS / 2;
        if !outer && !run.rows.iter().any(matters) {
            left_out += 1;
            continue;
        }
        kept.extend(gap(&mut left_out));
        kept.push(run);
    }
    *runs = kept;
}

fn gap(left_out: &mut usize) -> Option<Run> {
    let many = std::mem::take(left_out);
    let row = Row {
        kind: Kind::Gap,
        step: 0,
        number: String::new(),
        depth: 0,
        words: format!("... {many} turns of CPUs are left out here ..."),
        guest: false,
    };
    (many > 0).then(|| Run { cpu: 0, rows: vec![row] })
}

/// What a lane has told last.
#[derive(Clone, Default)]
struct Lane {
    operation: Option<(String, u32, u32)>,
    stack: Vec<String>,
    /// The step that last started what another CPU asked for.
    called: u32,
}

struct Teller<'a> {
    player: &'a Player,
    detail: Detail,
    shown: usize,
    /// The last step.
    last: usize,
    lanes: Vec<Lane>,
    runs: Vec<Run>,
}

impl<'a> Teller<'a> {
    fn new(player: &'a Player, detail: Detail, shown: usize) -> Teller<'a> {
        let lanes = vec![Lane::default(); player.system().lanes.len()];
        Teller { player, detail, shown, last: player.cursor(), lanes, runs: Vec::new() }
    }

    fn step(&mut self, step: &StepView, begins_loop: bool) {
        let cpu = step.cpu as usize;
        if self.runs.last().is_none_or(|run| run.cpu != cpu) {
            self.runs.push(Run { cpu, rows: Vec::new() });
        }
        if begins_loop {
            let words = format!("from here for ever: back here behind step {}", self.last);
            self.push(step, Kind::Loop, 0, words);
        }
        match step.lines.first() {
            None => self.without_lines(step),
            Some(first) => {
                self.operation(step, first);
                let whole = self.detail == Detail::Lines || self.matters(step);
                if whole { self.lines(step) } else { self.summed(step, first) }
            }
        }
        if self.shown == step.number as usize {
            let changes = step.lines.iter().flat_map(|line| &line.changes).chain(&step.changes);
            for change in changes {
                let (subject, field) = (&change.subject, &change.field);
                let words = format!("{subject} {field} {} -> {}", change.from, change.to);
                self.push(step, Kind::Change, 2, words);
            }
        }
        for name in &step.broke {
            let sentence = when_broken(self.player.system(), name);
            self.push(step, Kind::Broke, 0, format!("breaks {name}: {sentence}"));
        }
    }

    /// Whether a step is told in full in any detail.
    fn matters(&self, step: &StepView) -> bool {
        !step.broke.is_empty() || self.shown == step.number as usize
    }

    fn without_lines(&mut self, step: &StepView) {
        let choice = self.player.steps()[step.number as usize - 1].choice;
        let lane = &mut self.lanes[step.cpu as usize];
        let words = match choice {
            Choice::Drain(_) => "its oldest store reaches memory",
            Choice::Call(_) => {
                lane.called = step.number;
                "starts what another CPU asked for"
            }
            _ => "<Interrupt>",
        };
        if !matches!(choice, Choice::Drain(_)) {
            lane.stack.clear();
        }
        self.numbered(step, Kind::Line, 0, words.into());
    }

    /// The call of the scenario that a step is the first of.
    fn operation(&mut self, step: &StepView, line: &LineView) {
        let choice = &self.player.steps()[step.number as usize - 1];
        let lane = &mut self.lanes[step.cpu as usize];
        let since = if step.frame == "call" { lane.called } else { 0 };
        let operation = Some((step.frame.clone(), line.operation, since));
        if lane.operation == operation {
            return;
        }
        lane.operation = operation;
        lane.stack.clear();
        let program = self.player.system().lanes[step.cpu as usize].program(choice.frame);
        let text = &program.operations[line.operation as usize].text;
        let words = match step.frame.as_str() {
            "call" => format!("{}(), asked by another CPU", line.stack[0]),
            "interrupt" => format!("{text}, interrupt handler"),
            _ => text.clone(),
        };
        self.push(step, Kind::Operation, 0, words);
    }

    /// Each line, below the names of its functions where these change.
    fn lines(&mut self, step: &StepView) {
        for (index, line) in step.lines.iter().enumerate() {
            for depth in self.names(step, index) {
                self.push(step, Kind::Function, depth, format!("{}()", line.stack[depth]));
            }
            let words = format!("{}{}", line.text, taken(line));
            if index == 0 {
                self.numbered(step, Kind::Line, line.stack.len(), words);
            } else {
                self.push(step, Kind::Line, line.stack.len(), words);
            }
            self.lanes[step.cpu as usize].stack.clone_from(&line.stack);
        }
    }

    /// Which functions on the way to a line are named above it: those that the lane has not told,
    /// or where another CPU came between, or in a trace told in short, the innermost.
    fn names(&self, step: &StepView, index: usize) -> std::ops::Range<usize> {
        let stack = &step.lines[index].stack;
        let end = stack.len();
        let told = &self.lanes[step.cpu as usize].stack;
        let same = told.iter().zip(stack).take_while(|(a, b)| a == b).count();
        let fresh = self.runs.last().is_some_and(|run| run.rows.is_empty());
        let short = self.detail != Detail::Lines;
        if short && index > 0 && step.lines[index - 1].stack == *stack {
            return end..end;
        }
        if short {
            return end - 1..end;
        }
        let first = if fresh { same.min(end - 1) } else { same };
        first..end
    }

    /// Adds a step to the row of the steps before, where it belongs there.
    fn summed(&mut self, step: &StepView, first: &LineView) {
        let function = format!("{}()", first.function);
        let detail = self.detail;
        let last = self.runs.last_mut().and_then(|run| run.rows.last_mut());
        if let Some(last) = last.filter(|last| last.kind == Kind::Steps) {
            let begins = last.words.split(" .. ").next().unwrap_or_default().to_string();
            if detail == Detail::Runs || last.words == function {
                let begun = last.number.split('-').next().unwrap_or_default();
                last.number = format!("{begun}-{}", step.number);
                last.step = step.number;
                if begins != function {
                    last.words = format!("{begins} .. {function}");
                }
                return;
            }
        }
        let depth = if detail == Detail::Runs { 1 } else { first.stack.len() };
        self.numbered(step, Kind::Steps, depth, function);
        self.lanes[step.cpu as usize].stack.clear();
    }

    fn numbered(&mut self, step: &StepView, kind: Kind, depth: usize, words: String) {
        self.push(step, kind, depth, words);
        if let Some(row) = self.runs.last_mut().and_then(|run| run.rows.last_mut()) {
            row.number = step.number.to_string();
        }
    }

    fn push(&mut self, step: &StepView, kind: Kind, depth: usize, words: String) {
        let guest = step.frame != "task";
        let (step, depth) = (step.number, depth.min(DEEPEST));
        let row = Row { kind, step, number: String::new(), depth, words, guest };
        if let Some(run) = self.runs.last_mut() {
            run.rows.push(row);
        }
    }
}
