//! What exists to choose from: operations, kernels, toggles, properties, and the keys of a file.
use std::collections::BTreeMap;

use super::operations;
use super::protocol::{Catalogue, KernelHelp, PropertyHelp, SectionHelp, ToggleHelp, WordsHelp};
use crate::machine::Property;
use crate::properties::PROPERTIES;
use crate::routines::{kernels, presets};
use crate::scenario::{keys, words};

/// What exists to choose from.
pub fn catalogue() -> Catalogue {
    Catalogue {
        // The module that the page starts with has no help: the page has a file of it.
        operations: if cfg!(feature = "whole") { operations::listed() } else { Vec::new() },
        kernels: presets::PRESETS
            .iter()
            .map(|preset| KernelHelp {
                name: preset.name.into(),
                sentence: preset.sentence.into(),
                toggles: kernels::values(preset, &BTreeMap::new()),
            })
            .collect(),
        toggles: kernels::TOGGLES
            .iter()
            .map(|toggle| ToggleHelp {
                name: toggle.name.into(),
                sentence: toggle.sentence.into(),
                values: toggle.values.iter().map(|(v, s)| ((*v).into(), (*s).into())).collect(),
            })
            .collect(),
        properties: properties(),
        sections: sections(),
    }
}

/// Only the file that the build makes has these: nothing needs them before the editor is opened.
fn properties() -> Vec<PropertyHelp> {
    let all = PROPERTIES.iter().filter(|_| cfg!(feature = "whole"));
    let help = |it: &Property| PropertyHelp { name: it.name.into(), sentence: it.sentence.into() };
    all.map(help).collect()
}

fn sections() -> Vec<SectionHelp> {
    let all = keys::SECTIONS.iter().filter(|_| cfg!(feature = "whole"));
    all.map(|section| SectionHelp {
        head: section.head.into(),
        sentence: section.sentence.into(),
        keys: section.keys.iter().map(|(key, help)| ((*key).into(), (*help).into())).collect(),
        words: section.keys.iter().filter_map(|(key, _)| words_of(section.head, key)).collect(),
    })
    .collect()
}

fn words_of(head: &str, key: &str) -> Option<WordsHelp> {
    let parts = words::of(head, key);
    (!parts.is_empty()).then(|| WordsHelp { key: key.into(), parts })
}
