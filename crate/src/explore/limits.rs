//! How a search goes about it, and when it stops.
use super::graph::MOST_STATES;

/// How to search, and when to stop.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The states after which a search gives up.
    pub max_states: usize,
    /// The bytes, about, that all that is remembered may take.
    pub max_bytes: usize,
    /// Whether states are told apart by all their cells, instead of by the 102 bits that are kept
    /// of a fingerprint.
    pub exact: bool,
    /// When steps that do not matter to each other are taken in one order only.
    pub reduction: When,
    /// What a reduced search makes use of.
    pub means: Means,
    /// How many threads may search; one in the page, whatever this says. What is found does not
    /// depend on it.
    pub threads: usize,
}

/// When to do something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Behind the first million states.
    Large,
    /// From the start.
    Always,
    /// Never.
    Never,
}

/// How a search comes to the same outcomes in fewer states.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Means {
    /// Steps that do not matter to each other are taken in one order only.
    Orders,
    /// Lanes that run the same are taken for one another.
    Symmetry,
    /// Both.
    All,
}

impl Default for Limits {
    /// 4,000,000 states in 768 MiB: what a browser's tab can bear.
    fn default() -> Self {
        Limits {
            max_states: 4_000_000,
            max_bytes: 768 << 20,
            exact: false,
            reduction: When::Large,
            means: Means::All,
            threads: 1,
        }
    }
}

impl Limits {
    /// The limit that a search with so many states and bytes has reached, in words.
    pub(super) fn reached(&self, states: usize, bytes: usize) -> Option<String> {
        let most = self.max_states.min(MOST_STATES);
        if states >= most {
            return Some(format!("stopped at the limit of {most} states"));
        }
        let most = self.max_bytes;
        let (size, unit) = if most < 1 << 20 { (0, "bytes") } else { (20, "MiB") };
        let words = || format!("stopped at the limit of {} {unit} of memory", most >> size);
        (bytes >= most).then(words)
    }
}
