//! The race as a picture in one file: SVG, which documents and `kernel-figure` take.
pub mod canvas;
mod facts;
mod memory;
pub mod palette;
mod rows;
mod timeline;

use canvas::{Canvas, Face, Pen, SIZE, letters_in, width_of};
use palette::{Paint, Theme};
use timeline::{Lanes, ROW};

use super::{Race, words};
use crate::player::Player;
use crate::view::protocol::StateView;
use crate::view::wrapping::wrap;
use crate::view::{lanes, picture};

/// What is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Part {
    /// The steps in their lanes.
    Timeline,
    /// The memory at a step.
    Memory,
    /// One below the other.
    #[default]
    Both,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 3] = [Part::Timeline, Part::Memory, Part::Both];

    /// Its name as an option.
    pub fn word(self) -> &'static str {
        match self {
            Part::Timeline => "timeline",
            Part::Memory => "memory",
            Part::Both => "both",
        }
    }
}

/// What may be asked for of a picture.
#[derive(Clone, Copy, Default, Debug)]
pub struct Look {
    /// What is drawn.
    pub part: Part,
    /// The step whose memory is shown; else that which is the first to break a property, else the
    /// last.
    pub at: Option<u32>,
    /// Its colours.
    pub theme: Theme,
}

/// Around the picture.
const MARGIN: i32 = 16;

/// The picture.
pub fn svg(race: &Race, look: Look) -> String {
    let at = step_of(race.player, look.at);
    let lanes = Lanes::new(race.scenario.cpus.len(), MARGIN);
    let mut sheet = Sheet { canvas: Canvas::new(look.theme), width: lanes.width, y: MARGIN };
    sheet.head(race);
    if look.part != Part::Memory {
        // A picture of all steps marks one where its memory is shown, or where that was asked for.
        let marked = (look.part == Part::Both || look.at.is_some()).then_some(at);
        sheet.timeline(race, lanes, marked.unwrap_or(0));
    }
    if look.part != Part::Timeline {
        sheet.memory(race, at);
    }
    let size = (lanes.width + 2 * MARGIN, sheet.y + MARGIN);
    sheet.canvas.finish(size, &race.scenario.title, &description(race, look.part, at))
}

/// What a reader who cannot see the picture is told of it.
pub fn description(race: &Race, part: Part, at: usize) -> String {
    let kernel = &race.player.system().kernel.name;
    let mut sentences = vec![format!("Linux {kernel}")];
    if part != Part::Memory {
        sentences.extend(words::timelines(race));
        sentences.push(words::length(race.player));
        sentences.extend(words::broken(race.player));
        sentences.extend(words::ending(race));
    }
    if part != Part::Timeline {
        sentences.push(moment(race, at));
    }
    let ended =
        sentences.iter().map(|it| if it.ends_with('.') { it.clone() } else { format!("{it}.") });
    ended.collect::<Vec<_>>().join(" ")
}

/// The step that the memory is shown behind, in words.
fn moment(race: &Race, at: usize) -> String {
    match lanes::trace(race.player).get(at.wrapping_sub(1)) {
        Some(step) => format!("The memory behind s{}", step.sentence.trim_start_matches('S')),
        None => "The memory at the start".into(),
    }
}

/// Which step the memory is shown at.
pub fn step_of(player: &Player, at: Option<u32>) -> usize {
    let steps = &player.steps()[..player.cursor()];
    let first = steps.iter().position(|step| !step.broke.is_empty()).map(|step| step + 1);
    at.map(|at| (at as usize).min(steps.len())).or(first).unwrap_or(steps.len())
}

/// The machine behind so many steps.
fn state_at(race: &Race, step: usize) -> StateView {
    let mut player = race.player.clone();
    player.seek(step);
    picture::state(race.scenario, &player)
}

/// A sheet that is filled from the top.
struct Sheet {
    canvas: Canvas,
    /// Between the margins.
    width: i32,
    y: i32,
}

impl Sheet {
    fn head(&mut self, race: &Race) {
        let title = Face::of(Paint::Ink).bold().sized(16);
        self.words(title, &race.scenario.title, 22, 0);
        let kernel = format!("Linux {}", race.player.system().kernel.name);
        self.words(Face::of(Paint::Soft), &kernel, ROW, 0);
        let before = race.scenario.before_in_words();
        if !before.is_empty() {
            let before = format!("Before: {}", before.join(", "));
            self.words(Face::of(Paint::Soft), &before, ROW, 2);
        }
        self.y += 8;
    }

    /// The lanes with the rows of a step marked, and how it ends.
    fn timeline(&mut self, race: &Race, lanes: Lanes, marked: usize) {
        let views = picture::state(race.scenario, race.player).lanes;
        self.y = timeline::heads(&mut self.canvas, lanes, &views, self.y);
        let runs = rows::runs(race.player, marked);
        self.y = timeline::runs(&mut self.canvas, lanes, &runs, marked as u32, self.y) + 4;
        self.rule();
        self.words(Face::of(Paint::Soft), &words::length(race.player), ROW, 2);
        for words in words::ending(race) {
            let is_bad = words.starts_with("Broken");
            let face = if is_bad { Face::of(Paint::Bad).bold() } else { Face::of(Paint::Ink) };
            self.words(face, &words, ROW, 2);
        }
        self.y += 12;
    }

    /// The machine behind a step.
    fn memory(&mut self, race: &Race, at: usize) {
        let state = state_at(race, at);
        self.rule();
        self.words(Face::of(Paint::Ink).bold(), &moment(race, at), ROW, 2);
        self.y += 8;
        self.y = memory::blocks(&mut self.canvas, &state, (MARGIN, self.y), self.width) + 10;
        let facts = facts::facts(&state);
        let longest = facts.iter().map(|fact| fact.about.chars().count()).max();
        let beside = width_of(longest.unwrap_or(0) + 2, SIZE);
        for fact in facts {
            let face = Face::of(if fact.bad { Paint::Bad } else { Paint::Ink });
            let face = if fact.bad { face.bold() } else { face };
            let room = letters_in(self.width - beside, SIZE);
            self.canvas.text((MARGIN, self.y + SIZE), Face::of(Paint::Soft), &fact.about);
            for line in wrap(&fact.words, room, 2) {
                timeline::text(&mut self.canvas, (MARGIN + beside, self.y + SIZE), face, &line);
                self.y += ROW;
            }
        }
    }

    /// Words over the whole width, so high a line.
    fn words(&mut self, face: Face, words: &str, height: i32, hang: usize) {
        for line in wrap(words, letters_in(self.width, face.size), hang) {
            timeline::text(&mut self.canvas, (MARGIN, self.y + face.size), face, &line);
            self.y += height;
        }
    }

    fn rule(&mut self) {
        let (from, to) = ((MARGIN, self.y), (MARGIN + self.width, self.y));
        self.canvas.line(from, to, Pen::of(Paint::Edge));
        self.y += 8;
    }
}
