//! Any kernel with any of its toggles.
use pagerace::routines::presets::PRESETS;
use pagerace::routines::toggles::TOGGLES;

use super::random::Random;

/// The `[kernel]` of a scenario text.
pub fn kernel(random: &mut Random) -> String {
    let mut text = format!("[kernel]\nbase = \"{}\"\n", random.pick(PRESETS).name);
    for toggle in TOGGLES {
        if random.one_in(12) {
            text += &format!("{} = \"{}\"\n", toggle.name, random.pick(toggle.values).0);
        }
    }
    text
}
