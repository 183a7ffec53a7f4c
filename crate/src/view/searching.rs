//! The search of a stage: started, driven in slices, and told as it stands.
use std::rc::Rc;

use super::exploration::Search;
use super::protocol::{Reply, Request};
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

impl Searching {
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
