//! Claims against what a search has found.
use super::{Report, Witness};
use crate::scenario::{Expectation, Quantifier};

/// What became of a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is true.
    Met,
    /// It is false.
    Broken,
    /// The search was not complete enough to tell.
    Undecided,
}

impl Verdict {
    /// The word of reports.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Broken => "broken",
            Verdict::Undecided => "undecided",
        }
    }
}

/// A verdict with its reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why the claim is not met: what was found instead, or the limit.
    pub because: Option<String>,
    /// An execution that decides: one that matches, or for `always` one that does not.
    pub witness: Option<Witness>,
    /// How many of the outcomes match.
    pub positive: usize,
}

/// Judges a claim by a report about the kernel that it names.
///
/// `sometimes` and a broken claim may be known before the search is complete; `never` and `always`
/// need every execution.
pub fn judge(report: &Report, claim: &Expectation) -> Judgement {
    let mut matching = report.outcomes.iter().filter(|found| claim.pattern.matches(&found.outcome));
    let positive = matching.clone().count();
    let mut others = report.outcomes.iter().filter(|found| !claim.pattern.matches(&found.outcome));
    let (hit, miss) = (matching.next(), others.next());
    let witness = |found: Option<&super::Found>| found.and_then(|found| found.witness.clone());
    let (verdict, because, witness) = match (claim.quantifier, hit, miss) {
        (Quantifier::Sometimes, Some(_), _) => (Verdict::Met, None, witness(hit)),
        (Quantifier::Never, Some(_), _) => {
            (Verdict::Broken, Some("an execution does".to_string()), witness(hit))
        }
        (Quantifier::Always, _, Some(_)) => {
            (Verdict::Broken, Some("an execution does not".to_string()), witness(miss))
        }
        _ if !report.complete => {
            let limit = report.limit.clone();
            (Verdict::Undecided, Some(limit.unwrap_or_else(|| "still searching".into())), None)
        }
        (Quantifier::Never, None, _) => (Verdict::Met, None, None),
        (Quantifier::Always, Some(_), None) => (Verdict::Met, None, witness(hit)),
        (Quantifier::Sometimes, None, _) => {
            (Verdict::Broken, Some("no execution does".to_string()), None)
        }
        (Quantifier::Always, None, None) => {
            (Verdict::Broken, Some("there is no execution that ends".to_string()), None)
        }
    };
    Judgement { verdict, because, witness, positive }
}
