//! The way back: our own ASCII timeline, or a link, as the scenario text that it was made of.
//!
//! A link carries the text and is all that is needed. Without one the title names the scenario,
//! whose text somebody else must have, and the schedule is read from the rows: it is the one that
//! draws them.
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{ascii, link};
use crate::machine::{Choice, Status};
use crate::player::Player;
use crate::routines::{kernels, presets};
use crate::scenario::{Complaint, KernelChoice, Place, Scenario, edit, limits, parse};

/// The scenario that a timeline is about, where it does not carry it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// The one of this name in the gallery.
    Name(String),
    /// The one with this title, in which characters other than ASCII are `?`.
    Title(String),
}

/// What came back.
#[derive(Debug)]
pub struct Imported {
    /// The scenario text with the kernel and the schedule.
    pub text: String,
    /// Where the timeline is not the one that this text makes.
    pub differs: Option<Complaint>,
}

/// A line of what was pasted: its number from 1, where its text begins, and the text.
struct Line<'a> {
    number: u32,
    column: u32,
    text: &'a str,
}

impl Line<'_> {
    fn complain(&self, at: u32, message: String, hint: &str) -> Complaint {
        let place = Place { line: self.number, column: self.column + at };
        Complaint { place, message, hint: Some(hint.into()) }
    }
}

/// Reads a timeline or a link; `find` knows scenarios by name or title.
///
/// # Errors
/// What is missing or wrong, and where.
pub fn import(
    pasted: &str,
    find: impl FnOnce(&Wanted) -> Option<String>,
) -> Result<Imported, Complaint> {
    if pasted.len() > limits::TEXT {
        let message = format!("more than {} KiB were pasted", limits::TEXT / 1024);
        return Err(Complaint { place: Place::default(), message, hint: None });
    }
    let lines = lines(pasted);
    let linked =
        lines.iter().enumerate().find_map(|(number, line)| Some((number, fragment(line)?)));
    let timeline = Timeline::of(&lines);
    let Some((number, (at, fragment))) = linked else {
        return by_title(timeline.ok_or_else(|| nothing_here(&lines))?, find);
    };
    let line = &lines[number];
    let text = match fragment.strip_prefix("g=") {
        Some(name) => {
            let name: String = name.chars().take_while(|c| link::is_digit(*c)).collect();
            find(&Wanted::Name(name.clone())).ok_or_else(|| {
                let message = format!("there is no scenario `{name}` in the gallery at hand");
                line.complain(at, message, "open it there, or make a link that carries the text")
            })?
        }
        None => unpacked(fragment, &lines[number + 1..]).map_err(|why| {
            line.complain(at, why, "copy the whole link, which is one line however long it is")
        })?,
    };
    let player = opened(&text).map_err(|wrong| {
        let message = format!("the scenario of the link cannot be opened: {}", wrong.message);
        let Place { line: row, column } = wrong.place;
        line.complain(at, message, &format!("line {row}, column {column} of its text"))
    })?;
    let differs = timeline.and_then(|timeline| timeline.differs(&player.0, &player.1));
    Ok(Imported { text, differs })
}

/// The lines without what mail programs put before them: what is quoted is quoted alike, so the
/// least of all lines is taken off and columns stay columns.
fn lines(pasted: &str) -> Vec<Line<'_>> {
    let quoted = |whole: &str| whole.len() - whole.trim_start_matches(['>', ' ', '|']).len();
    let filled = pasted.lines().filter(|whole| quoted(whole) < whole.len());
    let least = filled.map(quoted).min().unwrap_or(0);
    let numbered = (1..).zip(pasted.lines());
    let line = |(number, whole): (u32, _)| {
        let whole: &str = whole;
        let from = least.min(quoted(whole));
        Line { number, column: from as u32 + 1, text: whole[from..].trim_end() }
    };
    numbered.map(line).collect()
}

/// What stands behind `#` in a line that is a link of ours, and where.
fn fragment<'a>(line: &Line<'a>) -> Option<(u32, &'a str)> {
    let text = line.text.trim_start();
    let address = text.strip_prefix(ascii::LINK.trim_end()).unwrap_or(text).trim();
    if address.contains(' ') {
        return None;
    }
    let behind = &address[address.find('#')? + 1..];
    let ours = behind.starts_with("g=") || behind.starts_with(|c: char| c.is_ascii_digit());
    let at = line.text.len() - behind.len();
    // How the scenario is looked at stands apart from it.
    ours.then(|| (at as u32, behind.split('&').next().unwrap_or_default()))
}

/// A payload is not looked for in more lines than this: in lines of 64 characters the longest has
/// as many, and each that is added is a try.
const MOST_LINES: usize = link::PAYLOAD / 64;

/// A payload, which a mail program may have broken into lines.
fn unpacked(payload: &str, behind: &[Line]) -> Result<String, String> {
    let first = link::unpack(payload);
    let mut whole = payload.to_string();
    for line in behind.iter().take(MOST_LINES) {
        let more = line.text.trim();
        let fits = !more.is_empty() && more.chars().all(link::is_digit);
        if first.is_ok() || !fits || whole.len() > link::PAYLOAD {
            break;
        }
        whole += more;
        if let Ok(text) = link::unpack(&whole) {
            return Ok(text);
        }
    }
    first
}

/// A scenario with its own schedule played.
fn opened(text: &str) -> Result<(Scenario, Player), Complaint> {
    let scenario = parse(text).map_err(|mut complaints| complaints.swap_remove(0))?;
    let (system, memory) = scenario.build(&scenario.kernel)?;
    let mut player = Player::new(Rc::new(system), memory);
    if let Some((steps, place)) = &scenario.schedule {
        player.play(steps, *place)?;
    }
    Ok((scenario, player))
}

fn nothing_here(lines: &[Line]) -> Complaint {
    let place = lines.iter().find(|line| !line.text.is_empty());
    let place = place.map_or(Place::default(), |it| Place { line: it.number, column: it.column });
    let message = "this is neither a timeline of Pagerace nor a link to it".into();
    let hint = "a timeline has the title, then a line `Kernel: `, then CPU0 and its steps";
    Complaint { place, message, hint: Some(hint.into()) }
}

/// A timeline in what was pasted.
struct Timeline<'a> {
    title: String,
    kernel: Line<'a>,
    /// The rows of the steps, with their head.
    rows: Vec<Line<'a>>,
}

impl<'a> Timeline<'a> {
    fn of(lines: &[Line<'a>]) -> Option<Timeline<'a>> {
        let kernel = lines.iter().position(|line| line.text.starts_with(ascii::KERNEL))?;
        let above = lines[..kernel].iter().rev();
        let mut title: Vec<&str> =
            above.map(|line| line.text).take_while(|text| !text.is_empty()).collect();
        title.reverse();
        let is_blank = |line: &&Line| line.text.is_empty();
        let head = kernel + lines[kernel..].iter().position(|line| line.text.is_empty())?;
        let copy = |line: &Line<'a>| Line { ..*line };
        let rows = lines[head..].iter().skip_while(is_blank).take_while(|line| !is_blank(line));
        let rows = rows.map(copy).collect();
        Some(Timeline { title: title.join(" "), kernel: copy(&lines[kernel]), rows })
    }

    /// The first row that is not as the scenario draws it, in whichever shape is nearest.
    fn differs(&self, scenario: &Scenario, player: &Player) -> Option<Complaint> {
        let drawn = shapes().map(|extras| {
            let rows = ascii::body(scenario, player, extras, player.loop_from());
            let same = self.same(&rows);
            (same, same == rows.len() && same == self.rows.len())
        });
        let (same, all) = drawn.into_iter().max()?;
        let last = self.rows.last().unwrap_or(&self.kernel);
        let line = self.rows.get(same).unwrap_or(last);
        (!all).then(|| {
            let hint = "the text is what was linked; the row was edited, or the model has changed";
            line.complain(0, "the timeline is not what its link plays, from here on".into(), hint)
        })
    }

    /// How many rows are as drawn.
    fn same(&self, drawn: &[String]) -> usize {
        let pairs = self.rows.iter().zip(drawn);
        pairs.take_while(|(line, row)| line.text == row.trim_end()).count()
    }
}

fn shapes() -> [ascii::Extras<'static>; 4] {
    [(false, false), (false, true), (true, false), (true, true)]
        .map(|(list, refcounts)| ascii::Extras { list, refcounts, ..ascii::Extras::default() })
}

/// After so many steps that were tried, a timeline is given up.
const MOST_TRIED: usize = 4_000;

fn by_title(
    timeline: Timeline,
    find: impl FnOnce(&Wanted) -> Option<String>,
) -> Result<Imported, Complaint> {
    let text = find(&Wanted::Title(timeline.title.clone())).ok_or_else(|| {
        let message = "no scenario at hand has the title of this timeline, and it has no link";
        let hint = "a timeline with a line `Link: ` carries its scenario along";
        timeline.kernel.complain(0, message.into(), hint)
    })?;
    let KernelChoice { base, toggles } = timeline.kernel()?;
    let text = edit::with_kernel(&text, &base, &toggles);
    let (scenario, mut player) = opened(&edit::with_schedule(&text, "")).map_err(|wrong| {
        let message = format!("its scenario cannot be opened: {}", wrong.message);
        timeline.kernel.complain(0, message, "the scenario of this title has changed since")
    })?;
    let mut best = 0;
    for extras in shapes() {
        player.seek(0);
        let found = timeline.follow(&scenario, &mut player, extras);
        if found == timeline.steps().count() {
            let text = edit::with_schedule(&text, &player.schedule().to_text());
            return Ok(Imported { text, differs: None });
        }
        best = best.max(found);
    }
    let line = timeline.steps().nth(best).unwrap_or(&timeline.kernel);
    let message = format!("no step of {} draws this row", player.system().kernel.name);
    Err(line.complain(0, message, "it was edited, or the scenario or the model has changed since"))
}

/// Rules say nothing of steps.
fn is_rule(row: &str) -> bool {
    row.starts_with("---")
}

impl Timeline<'_> {
    /// The kernel as its line names it: `v5.17 cma_mutex=off + recheck`.
    fn kernel(&self) -> Result<KernelChoice, Complaint> {
        let name = &self.kernel.text[ascii::KERNEL.len()..];
        let (name, patch) = name.split_once(" + ").map_or((name, None), |(a, b)| (a, Some(b)));
        let mut words = name.split_whitespace();
        let base = words.next().unwrap_or_default().to_string();
        let toggle = |word: &str| {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            (name.to_string(), value.to_string())
        };
        let mut toggles: BTreeMap<String, String> = words.map(toggle).collect();
        toggles.extend(patch.map(|name| (kernels::PATCH.into(), name.to_string())));
        if presets::preset(&base).is_none() {
            let hint = "`pagerace kernels` lists those that there are";
            let at = ascii::KERNEL.len() as u32;
            return Err(self.kernel.complain(at, format!("there is no kernel `{base}`"), hint));
        }
        Ok(KernelChoice { base, toggles })
    }

    fn steps(&self) -> impl Iterator<Item = &Line<'_>> {
        self.rows.iter().filter(|line| !is_rule(line.text))
    }

    /// Looks for steps that draw the rows, and leaves the player behind them. How many rows were
    /// drawn at best.
    fn follow(&self, scenario: &Scenario, player: &mut Player, extras: ascii::Extras) -> usize {
        let wanted: Vec<&str> = self.steps().map(|line| line.text).collect();
        let drawn = |player: &Player| -> Option<usize> {
            let rows = ascii::body(scenario, player, extras, None);
            let rows = rows.iter().map(|row| row.trim_end()).filter(|row| !is_rule(row));
            let mut count = 0;
            for row in rows {
                (*wanted.get(count)? == row).then(|| count += 1)?;
            }
            Some(count)
        };
        let choices: Vec<Choice> = player.system().choices().collect();
        let mut best = drawn(player).unwrap_or(0);
        // The choice to be tried next, at each place of the trace.
        let mut next = vec![0];
        for _ in 0..MOST_TRIED {
            if best == wanted.len() {
                break;
            }
            let Some(place) = next.last_mut() else { break };
            let Some(choice) = choices.get(*place) else {
                next.pop();
                player.seek(next.len().saturating_sub(1));
                continue;
            };
            *place += 1;
            let here = player.cursor();
            let can = player.system().status(player.memory(), *choice) == Status::Runnable;
            if !can || here == limits::STEPS || player.step(*choice).is_err() {
                continue;
            }
            match drawn(player) {
                Some(count) => {
                    best = best.max(count);
                    next.push(0);
                }
                None => player.seek(here),
            }
        }
        best
    }
}
