//! What crosses the boundary to the page: requests in, replies out, all plain data.
//!
//! `www/src/protocol.ts` is generated from these types by a test; nothing is typed twice.
use serde::Serialize;
use std::collections::BTreeMap;

#[cfg(feature = "whole")]
pub use super::bench::{RoutineView, RowView, StockView};
#[cfg(feature = "whole")]
pub use super::follow::{FollowedView, SkippedView};
pub use super::operations::{LackHelp, OperationHelp, ParamHelp};
pub use super::state::*;
#[cfg(test)]
use crate::routines::entry::ParamKind;
use crate::scenario::Complaint;

/// What the page may ask for.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS), ts(tag = "type", rename_all = "snake_case"))]
pub enum Request {
    /// The operations, kernels and toggles that exist.
    Catalogue,
    /// Open a scenario text; its `[schedule]` is played.
    Open {
        /// The text.
        text: String,
    },
    /// Say what is wrong with a text; nothing changes.
    Check {
        /// The text.
        text: String,
    },
    /// Open what a scenario was edited to. Where its schedule does not run any more nothing is
    /// played, and the reply says why.
    Edit {
        /// The text.
        text: String,
    },
    /// Open the scenario again under another kernel, on which its schedule need not run; the text
    /// changes with it.
    Kernel {
        /// Another text than that on the stage, which stays as it is.
        #[cfg_attr(test, ts(optional))]
        text: Option<String>,
        /// The preset.
        base: String,
        /// Toggles that differ from the preset.
        toggles: BTreeMap<String, String>,
    },
    /// Put on the stage what stands on another engine's.
    TakeOver(StageCopy),
    /// Make a choice at the cursor; what lay ahead of it is given up.
    Step {
        /// `1` for CPU1, `1i` for its interrupt, `1d` for its oldest store.
        choice: String,
    },
    /// Go to a place in the trace.
    Seek {
        /// Steps from the start; clamped to the trace.
        cursor: u32,
    },
    /// Replace the trace by the one of a schedule.
    Play {
        /// The schedule: `1*4 0*2 1*`.
        schedule: String,
    },
    /// Start to search every interleaving.
    Explore {
        /// The states after which to stop.
        max_states: u32,
    },
    /// Start to take samples of the executions; goes on with those taken already, if they are
    /// of the same kind.
    Sample {
        /// `random` or `pct`.
        strategy: String,
        /// The depth of the bugs that PCT looks for.
        depth: u32,
        /// Where its chance starts: the same seed, the same runs.
        seed: u32,
        /// How many runs to make.
        runs: u32,
    },
    /// Go on searching, or taking samples.
    Advance {
        /// About how many transitions to take before the reply.
        fuel: u32,
    },
    /// The scenario with the trace as its schedule.
    Share,
    /// Play a schedule as far as it goes, and run on to the end.
    #[cfg(feature = "whole")]
    Follow {
        /// The schedule.
        schedule: String,
    },
    /// The functions that the lanes run, as tables that a patch can edit.
    #[cfg(feature = "whole")]
    Routines,
    /// The scenario with these edits of a function in its patch of this name, which its kernel
    /// then has. Whether they make sense is seen when the text is opened.
    #[cfg(feature = "whole")]
    Patch {
        /// The patch.
        name: String,
        /// The function.
        function: String,
        /// The list of edits, as the text has it; empty to take the patch of the function out.
        edits: String,
    },
    /// The trace in a form in which people pass it on.
    #[cfg(feature = "whole")]
    Export {
        /// `ascii`, or another of `view::export::Form`.
        form: String,
        /// Those of `view::export::Options`; what only asks for something has the value `yes`.
        options: BTreeMap<String, String>,
    },
    /// The scenario text of a timeline or a link of ours.
    #[cfg(feature = "whole")]
    Import {
        /// What was pasted.
        text: String,
        /// The text of the scenario, where the last reply wanted it.
        #[cfg_attr(test, ts(optional))]
        scenario: Option<String>,
    },
}

/// A request as it arrives: a flat object.
pub trait Fields {
    /// The text in a field.
    fn text(&self, name: &str) -> Option<String>;
    /// The whole number in a field.
    fn number(&self, name: &str) -> Option<u32>;
    /// The texts by name in a field.
    fn texts(&self, name: &str) -> Option<BTreeMap<String, String>>;
}

impl Request {
    /// Reads a request. By hand: what serde makes of it is several times as much code, with the
    /// formatting of floats for its messages.
    ///
    /// # Errors
    /// It is none of the requests, or a field of it is missing or of another type.
    pub fn read(fields: &dyn Fields) -> Result<Request, String> {
        fn needed<T>(name: &str, value: Option<T>) -> Result<T, String> {
            value.ok_or_else(|| format!("it has no `{name}`"))
        }
        let text = |name| needed(name, fields.text(name));
        let number = |name| needed(name, fields.number(name));
        Ok(match text("type")?.as_str() {
            "catalogue" => Request::Catalogue,
            "open" => Request::Open { text: text("text")? },
            "check" => Request::Check { text: text("text")? },
            "edit" => Request::Edit { text: text("text")? },
            "kernel" => Request::Kernel {
                text: fields.text("text"),
                base: text("base")?,
                toggles: needed("toggles", fields.texts("toggles"))?,
            },
            "take_over" => Request::TakeOver(StageCopy {
                text: text("text")?,
                schedule: text("schedule")?,
                cursor: number("cursor")?,
            }),
            "step" => Request::Step { choice: text("choice")? },
            "seek" => Request::Seek { cursor: number("cursor")? },
            "play" => Request::Play { schedule: text("schedule")? },
            "explore" => Request::Explore { max_states: number("max_states")? },
            "sample" => Request::Sample {
                strategy: text("strategy")?,
                depth: number("depth")?,
                seed: number("seed")?,
                runs: number("runs")?,
            },
            "advance" => Request::Advance { fuel: number("fuel")? },
            "share" => Request::Share,
            #[cfg(feature = "whole")]
            "follow" => Request::Follow { schedule: text("schedule")? },
            #[cfg(feature = "whole")]
            "routines" => Request::Routines,
            #[cfg(feature = "whole")]
            "patch" => Request::Patch {
                name: text("name")?,
                function: text("function")?,
                edits: text("edits")?,
            },
            #[cfg(feature = "whole")]
            "export" => Request::Export {
                form: text("form")?,
                options: needed("options", fields.texts("options"))?,
            },
            #[cfg(feature = "whole")]
            "import" => Request::Import { text: text("text")?, scenario: fields.text("scenario") },
            _ => return Err("its `type` is none of the known ones".into()),
        })
    }
}

/// What the engine answers.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // one reply at a time, and serialised at once
pub enum Reply {
    /// Of a build without all routines and without a search: one that has them should be asked.
    More {
        /// What stands on the stage here; it should take that over first.
        stage: Option<StageCopy>,
    },
    /// To `Catalogue`.
    Catalogue(Catalogue),
    /// To `Check`.
    Checked {
        /// What is wrong; none if the text can be opened.
        diagnostics: Vec<Diagnostic>,
    },
    /// To `Open` and `Kernel`: a scenario stands on the stage.
    Opened {
        /// Why the schedule of the text was not played, after a change of kernel.
        unplayed: Option<Diagnostic>,
        /// Its text, as opened.
        text: String,
        /// What does not change while it plays.
        scenario: ScenarioView,
        /// The steps, those ahead of the cursor included.
        trace: Vec<StepView>,
        /// As in `Played`.
        loop_from: Option<u32>,
        /// The machine at the cursor.
        state: StateView,
    },
    /// To `Step` and `Play`.
    Played {
        /// The steps.
        trace: Vec<StepView>,
        /// Where they end with a loop that may go on for ever: how many steps lead to it.
        loop_from: Option<u32>,
        /// The machine at the cursor.
        state: StateView,
    },
    /// To `Seek`.
    Moved {
        /// The machine at the cursor.
        state: StateView,
    },
    /// To `Explore`, `Sample` and `Advance`.
    Explored(ExplorationView),
    /// To `Share` and `Patch`.
    Shared {
        /// The scenario text with the schedule, or with the patch.
        text: String,
    },
    /// To `Follow`.
    #[cfg(feature = "whole")]
    Followed(FollowedView),
    /// To `Routines`.
    #[cfg(feature = "whole")]
    Routines {
        /// The functions.
        routines: Vec<RoutineView>,
    },
    /// To `Export`.
    #[cfg(feature = "whole")]
    Exported {
        /// What was made.
        text: String,
    },
    /// To `Import`. Nothing is opened.
    #[cfg(feature = "whole")]
    Imported {
        /// The scenario text with the kernel and the schedule.
        text: String,
        /// Where what was pasted is not what this text makes.
        differs: Option<Diagnostic>,
    },
    /// To `Import`: it is about a scenario of the gallery, whose text is needed.
    #[cfg(feature = "whole")]
    Wanted {
        /// Its name.
        name: Option<String>,
        /// Its title, in which characters other than ASCII are `?`.
        title: Option<String>,
    },
    /// The request could not be met; nothing has changed.
    Refused {
        /// Why.
        diagnostics: Vec<Diagnostic>,
    },
}

/// What another engine needs to show the same.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StageCopy {
    /// The scenario, whose own schedule need not be the one that was played.
    pub text: String,
    /// The trace.
    pub schedule: String,
    /// Where in the trace.
    pub cursor: u32,
}

/// One complaint about a text.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Diagnostic {
    /// Line, from 1; 0 where the whole text is meant.
    pub line: u32,
    /// Column, from 1, in characters; 0 where the whole line is meant.
    pub column: u32,
    /// What is wrong, one sentence.
    pub message: String,
    /// What was probably meant, or what would be right.
    pub hint: Option<String>,
}

impl From<Complaint> for Diagnostic {
    fn from(complaint: Complaint) -> Self {
        Diagnostic {
            line: complaint.place.line,
            column: complaint.place.column,
            message: complaint.message,
            hint: complaint.hint,
        }
    }
}

/// What exists to choose from.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Catalogue {
    /// The operations of timelines.
    pub operations: Vec<OperationHelp>,
    /// The kernel presets.
    pub kernels: Vec<KernelHelp>,
    /// The toggles.
    pub toggles: Vec<ToggleHelp>,
    /// The properties.
    pub properties: Vec<PropertyHelp>,
    /// The tables of a scenario file.
    pub sections: Vec<SectionHelp>,
}

/// One kernel preset.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KernelHelp {
    /// `v5.17`
    pub name: String,
    /// What sets it apart.
    pub sentence: String,
    /// The value of every toggle.
    pub toggles: BTreeMap<String, String>,
}

/// One toggle.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ToggleHelp {
    /// `pincheck`
    pub name: String,
    /// What it decides.
    pub sentence: String,
    /// Its values, each with a sentence.
    pub values: Vec<(String, String)>,
}

/// One property.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PropertyHelp {
    /// As a claim writes it behind `breaks`.
    pub name: String,
    /// What it says.
    pub sentence: String,
}

/// One table of a scenario file.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SectionHelp {
    /// How its head is written: `[[cpu]]`; of what stands before any head, nothing.
    pub head: String,
    /// What it is for.
    pub sentence: String,
    /// Its keys, each with a sentence.
    pub keys: Vec<(String, String)>,
    /// The keys whose values are made of fixed words.
    pub words: Vec<WordsHelp>,
}

/// The fixed words of a key's values.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WordsHelp {
    /// The key.
    pub key: String,
    /// Lists of words, each with a sentence: one for each part of the value, in their order.
    pub parts: Vec<Vec<(String, String)>>,
}

/// What does not change while a scenario plays.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScenarioView {
    /// One line.
    pub title: String,
    /// Two sentences; may hold Markdown inline marks.
    pub about: String,
    /// Commits and mails.
    pub refs: Vec<String>,
    /// The kernel's name: preset and the toggles that differ.
    pub kernel: String,
    /// The preset.
    pub base: String,
    /// The value of every toggle.
    pub toggles: BTreeMap<String, String>,
    /// The kernel as the text names it.
    pub own: ClaimedKernel,
    /// The properties that are watched.
    pub properties: Vec<PropertyView>,
    /// Every line of a lock section is a step.
    pub fine: bool,
    /// The calls that had returned when the lanes began: `P: fork(C)`.
    pub before: Vec<String>,
    /// The patches that the text brings along: name, and what each is for.
    pub patches: Vec<(String, String)>,
    /// The kernels that claims are about, each once, in the order of the text.
    pub kernels: Vec<ClaimedKernel>,
    /// The patch of the kernel. To switch to one, `Kernel` has it as the toggle `patch`.
    pub patch: Option<String>,
}

/// A kernel that the text or a claim is about; `Kernel` switches to it.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClaimedKernel {
    /// Its name, as in `ScenarioView` and in what searches find.
    pub name: String,
    /// The preset.
    pub base: String,
    /// The toggles that it names.
    pub toggles: BTreeMap<String, String>,
}

/// A property that is watched.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PropertyView {
    /// Its name in scenario files.
    pub name: String,
    /// What it says.
    pub sentence: String,
    /// What is true when it is broken.
    pub when_broken: String,
    /// A break means that the model is at fault.
    pub invariant: bool,
    /// A claim of the scenario is about it.
    pub claimed: bool,
}

/// One step of the trace.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StepView {
    /// From 1.
    pub number: u32,
    /// The lane.
    pub cpu: u32,
    /// The choice that repeats it: `1`, `1i`, `1c` or `1d`.
    pub choice: String,
    /// Whose the lines are: `task`, `call` (what another CPU asked for) or `interrupt`.
    pub frame: String,
    /// Another lane moved in the step before.
    pub context_switch: bool,
    /// The lines, in order; none where an interrupt is delivered or a store reaches memory.
    pub lines: Vec<LineView>,
    /// What the store changed that reached memory.
    pub changes: Vec<ChangeView>,
    /// The properties that it was the first to break.
    pub broke: Vec<String>,
    /// One sentence for a reader who cannot see the lanes.
    pub sentence: String,
}

/// One line that a step ran.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LineView {
    /// The kernel function.
    pub function: String,
    /// The line's name in it.
    pub label: String,
    /// The pseudo-code.
    pub text: String,
    /// How many callers stand above it.
    pub depth: u32,
    /// The functions above it, outermost first, itself last.
    pub stack: Vec<String>,
    /// Which operation of the timeline it belongs to, from 0.
    pub operation: u32,
    /// Of a test: whether its condition held.
    pub taken: Option<bool>,
    /// What it changed.
    pub changes: Vec<ChangeView>,
}

/// One value that changed.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChangeView {
    /// `page 2`, `pageblock 1`, `zone`, `process B`.
    pub subject: String,
    /// `_refcount`
    pub field: String,
    /// Before.
    pub from: String,
    /// After.
    pub to: String,
}

/// What a search has found so far.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExplorationView {
    /// The kernel that was searched.
    pub kernel: String,
    /// Distinct states.
    pub states: u32,
    /// Steps taken between them.
    pub transitions: u32,
    /// Steps that do not matter to each other were taken in one order only.
    pub reduced: bool,
    /// A state was taken for another one, and so missed, with a probability of at most ten to the
    /// power of this. Nothing where they are compared by all their cells.
    pub missed: Option<i32>,
    /// Steps from the start to the farthest state.
    pub depth: u32,
    /// It still runs.
    pub running: bool,
    /// Every interleaving was searched: if it still runs, then for better witnesses.
    pub complete: bool,
    /// The limit that stopped it.
    pub limit: Option<String>,
    /// The outcomes.
    pub outcomes: Vec<OutcomeView>,
    /// The claims of the scenario for this kernel, judged.
    pub expectations: Vec<ExpectationView>,
    /// Its claims for other kernels, which this search says nothing about.
    pub elsewhere: Vec<ClaimView>,
    /// What may go on for ever under weak fairness alone, a sentence each, and how: no outcome.
    pub starving: Option<StarvingView>,
    /// Of a sample: how it is made and how far it came.
    pub sample: Option<SampleView>,
}

/// A loop that a scheduler may follow only if it may pass over a lane that can move now and then.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StarvingView {
    /// Who goes round, and who is passed over, a sentence each.
    pub words: Vec<String>,
    /// The way to the loop and a turn of it.
    pub witness: WitnessView,
}

/// A sample of the executions.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SampleView {
    /// `random` or `pct`.
    pub strategy: String,
    /// The depth of the bugs that PCT is set up for; 0 of random runs.
    pub depth: u32,
    /// Where its chance starts.
    pub seed: u32,
    /// Runs made.
    pub runs: u32,
    /// Runs that are to be made.
    pub of: u32,
    /// Runs given up after too many steps.
    pub unfinished: u32,
    /// The n of the bound: choices of the scheduler that there are.
    pub choices: u32,
    /// The k of the bound: steps among which the changes are put.
    pub steps: u32,
    /// The longest run.
    pub longest: u32,
}

/// How executions end.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OutcomeView {
    /// Return values: by the name that the scenario gave, or by `cpuN`.
    pub results: BTreeMap<String, String>,
    /// The properties broken on the way.
    pub breaks: Vec<String>,
    /// By how much NR_FREE_PAGES is off in the end.
    pub drift: i32,
    /// `done`, `deadlock`, `livelock`, `BUG`.
    pub end: String,
    /// `always` where every execution ends so, else `sometimes`.
    pub executions: String,
    /// The interleaving that shows it best.
    pub witness: Option<WitnessView>,
    /// Of a deadlock who waits for whom in the end of the witness, of a livelock who goes round and
    /// who waits; a sentence each.
    pub why: Vec<String>,
    /// Of a sample, how many runs ended so; else 0.
    pub runs: u32,
}

/// An interleaving; of a livelock the way to its loop, and one turn of the loop follows.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WitnessView {
    /// As a schedule.
    pub schedule: String,
    /// Context switches.
    pub switches: u32,
    /// Steps.
    pub steps: u32,
    /// No interleaving shows it with fewer context switches, or with as many and fewer steps.
    pub fewest: bool,
    /// Of a livelock, how many of the steps lead to the loop.
    pub loop_from: Option<u32>,
}

/// One claim of the scenario, judged.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExpectationView {
    /// The claim: `never breaks longterm-pin-on-cma`.
    pub claim: String,
    /// The kernel that it is about.
    pub kernel: String,
    /// Where it stands in the text.
    pub line: u32,
    /// `met`, `broken`, `undecided`.
    pub verdict: String,
    /// Why, where it is not met: what was found instead, or the limit.
    pub because: Option<String>,
    /// An interleaving that shows it, where one does.
    pub witness: Option<WitnessView>,
    /// How many of the outcomes match its pattern.
    pub positive: u32,
}

/// A claim of the scenario.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClaimView {
    /// The claim: `never breaks longterm-pin-on-cma`.
    pub claim: String,
    /// The kernel that it is about.
    pub kernel: String,
    /// Where it stands in the text.
    pub line: u32,
}

#[cfg(test)]
mod tests;
