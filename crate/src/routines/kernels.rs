//! The kernels: presets named by version, and toggles that override them.
use std::collections::BTreeMap;

use crate::machine::{Kernel, Routine};

/// One decision in which kernels differ.
pub struct Toggle {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it decides.
    pub sentence: &'static str,
    /// Its values, each with a sentence that says what it is and which kernels have it.
    pub values: &'static [(&'static str, &'static str)],
}

/// A kernel version.
pub struct Preset {
    /// `v5.17`
    pub name: &'static str,
    /// What sets it apart from the one before.
    pub sentence: &'static str,
    /// The value of each toggle, in the order of [`TOGGLES`].
    pub values: &'static [&'static str],
}

/// All toggles.
pub static TOGGLES: &[Toggle] = &[];

/// All presets, oldest first.
pub static PRESETS: &[Preset] = &[];

/// The preset of a name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The toggle of a name.
pub fn toggle(name: &str) -> Option<&'static Toggle> {
    TOGGLES.iter().find(|toggle| toggle.name == name)
}

/// The value of every toggle in a preset with overrides. The names exist: the scenario reader
/// has checked them.
pub fn values(
    base: &Preset,
    overrides: &BTreeMap<String, String>,
) -> BTreeMap<&'static str, String> {
    let value = |(toggle, value): (&Toggle, &&'static str)| {
        let own = overrides.get(toggle.name).cloned();
        (toggle.name, own.unwrap_or_else(|| (*value).to_string()))
    };
    TOGGLES.iter().zip(base.values).map(value).collect()
}

/// Makes the kernel of a preset with overrides.
pub fn kernel(base: &Preset, overrides: &BTreeMap<String, String>) -> Kernel {
    let _ = values(base, overrides);
    Kernel::new(base.name.into(), std::iter::empty::<&'static Routine>())
}
