//! The trace as JSON, for programs. `docs/trace.schema.json` is its schema; what it has may grow
//! within a version, and nothing else changes.
use serde_json::{Value, json};

use super::Race;
use crate::scenario::End;
use crate::view::lanes;

/// Changes when a reader of the one before could misread it.
pub const VERSION: u32 = 1;

/// The trace up to the cursor, with what came out.
pub fn trace(race: &Race) -> Value {
    let player = race.player;
    let loop_from = player.loop_from();
    let (end, outcome) = player.outcome(loop_from);
    json!({
        "format": "pagerace-trace",
        "version": VERSION,
        "title": race.scenario.title,
        "kernel": player.system().kernel.name,
        "scenario": race.text(),
        "schedule": player.schedule().to_text(),
        "steps": &lanes::trace(player)[..player.cursor()],
        "loop_from": loop_from,
        "outcome": {
            "end": end.map(End::word),
            "results": outcome.results,
            "breaks": outcome.breaks,
            "drift": outcome.drift,
        },
    })
}
