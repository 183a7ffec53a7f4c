//! The timeline: a lane a CPU, time downwards.
use super::canvas::{Area, Canvas, Face, Pen, SIZE, letters_in, width_of};
use super::palette::Paint;
use super::rows::{Kind, Row, Run};
use crate::view::protocol::LaneView;
use crate::view::wrapping::wrap;

/// From one line of words to the next.
pub const ROW: i32 = 16;

/// Between a lane's edge and what stands in it.
const INSET: i32 = 10;

/// Between two runs.
const BREAK: i32 = 8;

/// With more lanes than this they lie on one another, each a little further to the right.
const MOST_COLUMNS: usize = 4;

/// How much further.
const SHIFT: i32 = 22;

/// Of more calls than this above a lane the rest is only counted.
const MOST_CALLS: usize = 12;

/// How much further a function stands than its caller.
const DEEPER: i32 = 7;

/// How lanes differ where colours do not.
const DASHES: [&str; 8] = ["", "7 3", "2 3", "12 3 3 3", "1 2", "14 4", "5 2 1 2", "3 6"];

/// Where lanes lie.
#[derive(Clone, Copy)]
pub struct Lanes {
    count: usize,
    /// From the picture's edge.
    left: i32,
    /// Of all together.
    pub width: i32,
}

impl Lanes {
    /// So many lanes, from the left edge.
    pub fn new(count: usize, left: i32) -> Lanes {
        let width = match count {
            0 | 1 => 640,
            2 => 2 * 400,
            3 => 3 * 330,
            4 => 4 * 280,
            _ => 800,
        };
        Lanes { count, left, width }
    }

    fn side_by_side(self) -> bool {
        self.count <= MOST_COLUMNS
    }

    /// Left edge and width of one.
    fn column(self, cpu: usize) -> (i32, i32) {
        if self.side_by_side() {
            let width = self.width / self.count.max(1) as i32;
            return (self.left + cpu as i32 * width, width);
        }
        let first = cpu as i32 * SHIFT;
        (self.left + first, self.width - first)
    }
}

fn pen(cpu: usize) -> Pen {
    Pen::of(Paint::Cpu(cpu)).wide(3).dashed(DASHES[cpu % DASHES.len()])
}

/// Draws the lanes' names with what they run, from `top`; where it ends.
pub fn heads(canvas: &mut Canvas, lanes: Lanes, views: &[LaneView], top: i32) -> i32 {
    let (mut end, mut y) = (top, top);
    for (cpu, view) in views.iter().enumerate() {
        let (x, width) =
            if lanes.side_by_side() { lanes.column(cpu) } else { (lanes.left, lanes.width) };
        if lanes.side_by_side() {
            y = top;
        }
        y = head(canvas, (x + INSET, y), width - 2 * INSET, view);
        end = end.max(y);
    }
    for cpu in (0..views.len()).filter(|_| lanes.side_by_side()) {
        let (x, width) = lanes.column(cpu);
        canvas.line((x, end + 7), (x + width - 4, end + 7), pen(cpu));
    }
    end + 7 + BREAK / 2
}

fn head(canvas: &mut Canvas, (x, y): (i32, i32), width: i32, view: &LaneView) -> i32 {
    let mut y = y + ROW;
    let cpu = view.cpu as usize;
    let name = format!("CPU{cpu}");
    canvas.text((x, y), Face::of(Paint::Cpu(cpu)).bold(), &name);
    if let Some(process) = &view.process {
        let beside = x + width_of(name.len() + 1, SIZE);
        canvas.text((beside, y), Face::of(Paint::Soft), &format!("process {process}"));
    }
    let handler = view.handler.iter().map(|operation| (operation, "interrupt: "));
    let calls = view.operations.iter().map(|it| (it, "")).chain(handler);
    let mut rows: Vec<String> = Vec::new();
    for (operation, whose) in calls.clone().take(MOST_CALLS) {
        let result = operation.result.as_ref().map_or(String::new(), |it| format!(" = {it}"));
        let words = format!("{whose}{}{result}", operation.text);
        rows.extend(wrap(&words, letters_in(width, SIZE), 2));
    }
    let more = calls.count().saturating_sub(MOST_CALLS);
    rows.extend((more > 0).then(|| format!("... {more} more")));
    for row in rows {
        y += ROW;
        text(canvas, (x, y), Face::of(Paint::Ink), &row);
    }
    y
}

/// Words whose indent becomes a distance: SVG drops blanks at the start.
pub fn text(canvas: &mut Canvas, (x, y): (i32, i32), face: Face, words: &str) {
    let shown = words.trim_start();
    let indent = words.chars().count() - shown.chars().count();
    canvas.text((x + width_of(indent, face.size), y), face, shown);
}

/// Draws the runs from `top`, the rows of one step marked; where they end.
pub fn runs(canvas: &mut Canvas, lanes: Lanes, runs: &[Run], marked: u32, top: i32) -> i32 {
    let digits = runs.iter().flat_map(|run| &run.rows).map(|row| row.number.len()).max();
    let numbers = width_of(digits.unwrap_or(0).max(2), SIZE);
    let mut y = top;
    for run in runs {
        y = draw(canvas, lanes, run, numbers, marked, y) + BREAK;
    }
    for cpu in 1..if lanes.side_by_side() { lanes.count } else { 0 } {
        let x = lanes.column(cpu).0 - 3;
        canvas.line((x, top), (x, y), Pen::of(Paint::Line));
    }
    y
}

fn draw(canvas: &mut Canvas, lanes: Lanes, run: &Run, numbers: i32, marked: u32, top: i32) -> i32 {
    let (x, width) = lanes.column(run.cpu);
    let mut y = top + BREAK / 2;
    let is_gap = run.rows.iter().all(|row| row.kind == Kind::Gap);
    let name = format!("CPU{}", run.cpu);
    // It stands at the end of the first row.
    let beside = width_of(name.len() + 1, SIZE);
    let head = y + SIZE;
    for (index, row) in run.rows.iter().enumerate() {
        let left = if row.guest { x + DEEPER } else { x };
        let right = x + width - INSET - if index == 0 { beside } else { 0 };
        let place = Place { left, right, numbers, edge: x + width - 4 };
        y = place.row(canvas, row, run.cpu, marked == row.step, y);
    }
    y += BREAK / 2;
    if !is_gap {
        let face = Face::of(Paint::Cpu(run.cpu)).bold().ends();
        canvas.text((x + width - INSET, head), face, &name);
        canvas.line((x + 1, top), (x + 1, y), pen(run.cpu));
    }
    y
}

/// Where a row stands.
struct Place {
    left: i32,
    right: i32,
    /// The room for step numbers.
    numbers: i32,
    /// The right edge of the lane.
    edge: i32,
}

impl Place {
    fn row(&self, canvas: &mut Canvas, row: &Row, cpu: usize, marked: bool, y: i32) -> i32 {
        let number = self.left + INSET + self.numbers;
        let inner = number + 8 + row.depth as i32 * DEEPER;
        let (x, face) = match row.kind {
            Kind::Operation => (self.left + INSET, Face::of(Paint::Ink).bold()),
            Kind::Function => (inner, Face::of(Paint::Cpu(cpu)).bold()),
            Kind::Line => (inner, Face::of(Paint::Ink)),
            Kind::Steps => (inner, Face::of(Paint::Cpu(cpu))),
            Kind::Change => (inner + DEEPER, Face::of(Paint::Soft)),
            Kind::Broke => (self.left + INSET + 20, Face::of(Paint::Bad).bold()),
            Kind::Loop => (self.left + INSET, Face::of(Paint::Bad).bold()),
            Kind::Gap => (self.left + INSET, Face::of(Paint::Soft).italic()),
        };
        let lines = wrap(&row.words, letters_in(self.right - x, face.size).max(8), 2);
        let height = lines.len() as i32 * ROW + if row.kind == Kind::Broke { 6 } else { 0 };
        let area = Area { x: self.left + 3, y, w: self.edge - self.left - 3, h: height };
        if marked {
            canvas.fill(area, Paint::Now);
            let edge = Pen::of(Paint::NowEdge).wide(3);
            canvas.line((self.edge, y), (self.edge, y + height), edge);
        }
        let mut base = y + SIZE;
        match row.kind {
            Kind::Broke => {
                let area = Area {
                    x: self.left + INSET,
                    y: y + 1,
                    w: self.right - self.left - INSET,
                    h: height - 3,
                };
                canvas.boxed(area, Paint::BadBack, Pen::of(Paint::Bad));
                canvas.cross((self.left + INSET + 10, y + 10), Paint::Bad);
                base += 2;
            }
            Kind::Change => canvas.fill(Area { x: x - 9, y: y + 6, w: 4, h: 4 }, Paint::Cpu(cpu)),
            Kind::Loop => canvas.line((self.left, y), (self.edge, y), Pen::of(Paint::Bad)),
            _ => {}
        }
        if !row.number.is_empty() {
            let face = Face::of(if marked { Paint::Ink } else { Paint::Soft }).ends();
            canvas.text((number, base), if marked { face.bold() } else { face }, &row.number);
        }
        for line in lines {
            text(canvas, (x, base), face, &line);
            base += ROW;
        }
        y + height
    }
}
