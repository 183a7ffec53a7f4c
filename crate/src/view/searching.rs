//! The search of a stage: started, driven in slices, and told as it stands.
use std::rc::Rc;

use super::exploration::Search;
use super::protocol::{ExplorationView, Reply, Request};
use crate::explore::sample::{MOST_DEPTH, Plan, Sampler, Strategy};
use crate::explore::{Explorer, Limits};
use crate::player::Player;
use crate::scenario::Scenario;

/// The largest search that a page may ask for, in states.
const MAX_STATES: u32 = 2_000_000;

/// At most one search, and an answer to every request about it.
#[derive(Default)]
pub struct Searching {
    search: Option<Search>,
}

/// A search for an export ends after so many states: it is made in one go.
const MOST_AT_ONCE: usize = 100_000;

/// Steps between two looks at whether that is so.
const FUEL: usize = 10_000;

impl Searching {
    /// What the search has found if it has ended, or what one finds now.
    pub fn found(&self, scenario: &Scenario, player: &Player) -> ExplorationView {
        let known = self.search.as_ref().map(|search| search.view(scenario, player));
        if let Some(view) = known.filter(|view| view.sample.is_none() && !view.running) {
            return view;
        }
        let limits = Limits { max_states: MOST_AT_ONCE, ..Limits::default() };
        let mut explorer =
            Explorer::new(Rc::clone(player.system()), player.start().clone(), limits);
        while explorer.advance(FUEL) {}
        Search::Every(explorer.into()).view(scenario, player)
    }

    /// Starts or continues what is asked for.
    ///
    /// # Errors
    /// There is nothing to continue, or no such way to search.
    pub fn handle(
        &mut self,
        request: Request,
        scenario: &Scenario,
        player: &Player,
    ) -> Result<Reply, &'static str> {
        let search = match request {
            Request::Explore { max_states } => {
                let max_states = max_states.min(MAX_STATES) as usize;
                let limits = Limits { max_states, ..Limits::default() };
                let system = Rc::clone(player.system());
                Search::Every(Explorer::new(system, player.start().clone(), limits).into())
            }
            Request::Sample { strategy, depth, seed, runs } => {
                let strategy = match (strategy.as_str(), depth) {
                    ("random", _) => Strategy::Random,
                    ("pct", 1..=MOST_DEPTH) => Strategy::Pct { depth },
                    _ => return Err("there is no such strategy"),
                };
                let plan = Plan { strategy, seed: seed.into(), from: 0, runs: runs.into() };
                let goes_on = match &mut self.search {
                    Some(Search::Some(sampler)) => sampler.extend(plan),
                    _ => false,
                };
                self.search.take().filter(|_| goes_on).unwrap_or_else(|| {
                    let system = Rc::clone(player.system());
                    Search::Some(Sampler::new(system, player.start(), plan).into())
                })
            }
            Request::Advance { fuel } => {
                let mut search = self.search.take().ok_or("no search was started")?;
                search.advance(fuel as usize);
                search
            }
            _ => unreachable!("about no search"),
        };
        let view = search.view(scenario, player);
        self.search = Some(search);
        Ok(Reply::Explored(view))
    }
}
