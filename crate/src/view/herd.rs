//! Outcomes and claims in the words of herd7, the simulator of litmus tests. The page has the same
//! in `www/src/herd.ts`, for searches that it holds; both are tested on `www/test/herd.jsonl`.
use super::protocol::{ExpectationView, ExplorationView, OutcomeView};

/// The block of a test, one condition after the other.
pub fn text(title: &str, view: &ExplorationView) -> String {
    let name = named(title);
    let mut lines = vec![format!("Test {name} {}", view.kernel)];
    lines.push(format!("States {}", view.outcomes.len()));
    lines.extend(view.outcomes.iter().map(state));
    for claim in &view.expectations {
        let negative = view.outcomes.len() as u32 - claim.positive;
        lines.extend([
            match claim.verdict.as_str() {
                "met" => "Ok".into(),
                "broken" => "No".into(),
                _ => "Undecided".into(),
            },
            "Witnesses".into(),
            format!("Positive: {} Negative: {negative}", claim.positive),
            format!("Condition {}", condition(&claim.claim)),
            format!("Observation {name} {}", observed(claim, negative, view.complete)),
        ]);
    }
    if !view.complete {
        let limit = view.limit.as_deref().unwrap_or("the search was stopped");
        lines.push(format!("Incomplete: {limit}"));
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// What may stand in the name of a test: readers split the lines at spaces.
fn named(title: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+._-".contains(c);
    let mut name = String::new();
    let mut gap = false;
    for character in title.trim().chars() {
        match (fits(character), gap) {
            (true, _) => name.push(character),
            (false, false) => name.push('-'),
            (false, true) => {}
        }
        gap = !fits(character);
    }
    name
}

/// `cpu0=-EBUSY; breaks longterm-pin-on-cma;`
fn state(outcome: &OutcomeView) -> String {
    let mut parts: Vec<String> =
        outcome.results.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.extend(outcome.breaks.iter().map(|name| format!("breaks {name}")));
    if outcome.drift != 0 {
        parts.push(format!("drift={:+}", outcome.drift));
    }
    if outcome.end != "done" {
        parts.push(format!("end={}", outcome.end));
    }
    parts.iter().map(|part| format!("{part};")).collect::<Vec<_>>().join(" ")
}

/// A claim's condition: `never` asks that nothing matches, `always` that everything does.
fn condition(claim: &str) -> String {
    let (quantifier, pattern) = claim.split_once(' ').unwrap_or((claim, ""));
    let word = match quantifier {
        "never" => "~exists",
        "always" => "forall",
        _ => "exists",
    };
    format!("{word} ({})", pattern.replace(", ", " /\\ ").replace(" = ", "="))
}

/// herd counts executions; here each outcome counts once. A part of them proves no never.
fn observed(claim: &ExpectationView, negative: u32, complete: bool) -> String {
    let positive = claim.positive;
    let word = match (positive, negative) {
        (1.., 1..) => "Sometimes",
        _ if !complete => "Undecided",
        (0, _) => "Never",
        _ => "Always",
    };
    format!("{word} {positive} {negative}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::{Explorer, Limits};
    use crate::player::Player;
    use crate::scenario::parse;
    use crate::view::exploration::Search;
    use std::rc::Rc;

    const FILES: [&str; 4] =
        ["cma-longterm-pin", "fork-get-race", "challenge-move-one-line", "cma-fork-window"];

    fn searched(name: &str, max_states: usize) -> serde_json::Value {
        let path = format!("{}/../scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let scenario =
            parse(&std::fs::read_to_string(path).expect("it is there")).expect("it reads");
        let (system, start) = scenario.build(&scenario.kernel).expect("it builds");
        let player = Player::new(Rc::new(system), start.clone());
        let limits = Limits { max_states, ..Limits::default() };
        let mut explorer = Explorer::new(Rc::clone(player.system()), start, limits);
        while explorer.advance(100_000) {}
        let view = Search::Every(explorer.into()).view(&scenario, &player);
        let text = text(&scenario.title, &view);
        serde_json::json!({ "title": scenario.title, "text": text, "view": view })
    }

    #[test]
    fn the_page_says_the_same() {
        let whole = FILES.iter().map(|name| searched(name, 1_000_000));
        let views = whole.chain([searched(FILES[0], 40)]);
        let made: String = views.map(|view| format!("{view}\n")).collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/test/herd.jsonl");
        if std::env::var_os("PAGERACE_BLESS").is_some() {
            std::fs::write(path, &made).expect("the file can be written");
        }
        let stored = std::fs::read_to_string(path).expect("the file exists");
        assert!(stored == made, "www/test/herd.jsonl is stale: PAGERACE_BLESS=1 renews it");
    }
}
