//! Floor 3: scenario text to a scenario, and a scenario to a system that can run.
//!
//! [`parse()`] is the only place that knows the file format. What it accepts is within the bounds
//! of [`limits`] and consistent, so that [`Scenario::build`] cannot fail for another reason than
//! the kernel at hand.
/// What is said of a text that is wrong, as by `format!`. The module that the page starts with only
/// tells whether a text is right: it leaves what it cannot open to the one with all routines, which
/// says why.
macro_rules! say {
    ($($words:tt)*) => {
        if cfg!(feature = "whole") { format!($($words)*) } else { String::new() }
    };
}

pub mod before;
pub mod build;
pub mod call;
pub mod call_words;
pub mod challenge;
mod claims;
mod collapse;
pub mod edit;
mod hotplug;
pub mod huge;
mod kernel_choice;
pub mod keys;
pub mod machine_table;
pub mod mapping;
mod named_kernels;
mod needs;
pub mod parse;
pub mod patch;
pub mod pattern;
pub mod reader;
pub mod tour;
pub mod words;

use std::collections::BTreeMap;
use std::fmt;

use crate::machine::Operation;
use crate::mm::{Geometry, Migratetype, Pfn};
use crate::routines::{kernels, presets};

pub use before::Before;
pub use challenge::Challenge;
pub use mapping::StartMapping;
pub use parse::parse;
pub use patch::Patch;
pub use pattern::{End, Outcome, Pattern, Quantifier};
pub use tour::Stop;

/// The bounds of a scenario, each named in the message that refuses a larger one.
pub mod limits {
    /// Bytes of a scenario text (256 KiB).
    pub const TEXT: usize = 256 * 1024;
    /// Lanes.
    pub const CPUS: usize = 8;
    /// Tables of patches.
    pub const PATCHES: usize = 16;
    /// Edits of one routine.
    pub const EDITS: usize = 32;
    /// Tables of what has happened before.
    pub const BEFORE: usize = 16;
    /// Operations of one lane, its interrupt's included.
    pub const OPERATIONS: usize = 64;
    /// Pageblocks.
    pub const BLOCKS: usize = 64;
    /// Pages of a pageblock (a power of two).
    pub const PAGEBLOCK_PAGES: usize = 512;
    /// Pages of the machine.
    pub const PAGES: usize = 4096;
    /// Pages of one CMA area.
    pub const CMA_PAGES: usize = 16;
    /// Processes.
    pub const PROCESSES: usize = 8;
    /// Mappings of one process.
    pub const MAPPINGS: usize = 64;
    /// Slots of the swap area.
    pub const SWAP_SLOTS: usize = 8;
    /// Pin handles.
    pub const PINS: usize = 16;
    /// Steps of a schedule.
    pub const STEPS: usize = 10_000;
    /// Expectations.
    pub const EXPECTS: usize = 256;
    /// Stops of a tour.
    pub const STOPS: usize = 64;
    /// Bytes of the text of one stop.
    pub const PROSE: usize = 2_000;
    /// Hints of a challenge.
    pub const HINTS: usize = 8;
}

/// Where something stands in a text: line and column, from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Place {
    /// The line; 0 means the whole text.
    pub line: u32,
    /// The column; 0 means the whole line.
    pub column: u32,
}

/// A complaint about a text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Complaint {
    /// Where.
    pub place: Place,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What was probably meant, or what would be right.
    pub hint: Option<String>,
}

/// A preset and the toggles that differ from it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct KernelChoice {
    /// `v5.17`
    pub base: String,
    /// `pincheck` to `bitmask`; and `patch` to a patch of the scenario.
    pub toggles: BTreeMap<String, String>,
}

impl KernelChoice {
    /// What it is called, whatever it says twice: `v5.17 cma_mutex=off + recheck`.
    pub fn name(&self) -> String {
        let named = |base| kernels::name(base, &self.toggles);
        presets::preset(&self.base).map_or_else(|| self.base.clone(), named)
    }
}

/// A block that somebody outside the scenario has allocated as one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StartBlock {
    /// Its first page.
    pub pfn: Pfn,
    /// log2 of its pages.
    pub order: u8,
}

/// One lane's timeline.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timeline {
    /// The process that runs on it.
    pub process: Option<usize>,
    /// What its task runs.
    pub run: Vec<Operation>,
    /// What its interrupt runs, once, at any point where interrupts are on.
    pub interrupt: Vec<Operation>,
    /// The pages on its pcplist at the start.
    pub pcp: Vec<Pfn>,
    /// The mappings whose translations its CPU has at the start, by number. Where no lane says
    /// so, CPUs keep none.
    pub tlb: Option<Vec<u16>>,
}

/// A claim about all executions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// The kernel that it is about.
    pub kernel: KernelChoice,
    /// Never, sometimes or always.
    pub quantifier: Quantifier,
    /// Which executions.
    pub pattern: Pattern,
    /// Where it stands.
    pub place: Place,
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.quantifier.word(), self.pattern)
    }
}

/// A scenario: starting machine, kernel, timelines, schedule, claims, prose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// One line.
    pub title: String,
    /// Why, for the reader.
    pub about: String,
    /// Commits and mails.
    pub refs: Vec<String>,
    /// The kernel to open with.
    pub kernel: KernelChoice,
    /// Sizes, names and parameters of the machine.
    pub geometry: Geometry,
    /// The type of each pageblock at the start.
    pub blocks: Vec<Migratetype>,
    /// How each virtual page starts, by process and mapping; none of a child before its fork.
    pub mappings: Vec<Vec<StartMapping>>,
    /// Blocks that somebody outside the scenario has allocated.
    pub allocated: Vec<StartBlock>,
    /// What has happened before the lanes begin.
    pub before: Vec<Before>,
    /// The lanes.
    pub cpus: Vec<Timeline>,
    /// Edits of the kernel's routines that it brings along.
    pub patches: Vec<Patch>,
    /// Whether every line of a lock section is a step.
    pub fine: bool,
    /// The interleaving to show first, as written, and where it stands.
    pub schedule: Option<(String, Place)>,
    /// The claims.
    pub expects: Vec<Expectation>,
    /// What there is to see on the way. The module that the page starts with reads none.
    pub tour: Vec<Stop>,
    /// What the reader is to bring about. The module that the page starts with reads none.
    pub challenge: Option<Challenge>,
}
