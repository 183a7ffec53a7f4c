//! Texts that only a catalogue shows. The page has the catalogue as a file of its own, made by the
//! module with all routines; the module that it starts with holds no such text.
use super::entry::Entry;
use super::toggles::Toggle;

const fn help(text: &'static str) -> &'static str {
    if cfg!(feature = "whole") { text } else { "" }
}

/// The entries with their help.
pub(super) const fn of_entries<const COUNT: usize>(mut entries: [Entry; COUNT]) -> [Entry; COUNT] {
    let mut number = 0;
    while number < COUNT {
        entries[number].help = help(entries[number].help);
        entries[number].returns = help(entries[number].returns);
        number += 1;
    }
    entries
}

/// How many values the toggles have.
pub(super) const fn values_in(toggles: &[Toggle]) -> usize {
    let (mut number, mut values) = (0, 0);
    while number < toggles.len() {
        values += toggles[number].values.len();
        number += 1;
    }
    values
}

/// The values of all toggles behind each other, each with its sentence.
pub(super) const fn of_values<const COUNT: usize>(
    toggles: &[Toggle],
) -> [(&'static str, &'static str); COUNT] {
    let mut values = [("", ""); COUNT];
    let (mut number, mut filled) = (0, 0);
    while number < toggles.len() {
        let mut own = toggles[number].values;
        while let [(name, sentence), others @ ..] = own {
            values[filled] = (*name, help(sentence));
            (own, filled) = (others, filled + 1);
        }
        number += 1;
    }
    values
}

/// The toggles with their sentences, and their own among the values of all.
pub(super) const fn of_toggles<const COUNT: usize>(
    toggles: &[Toggle],
    mut values: &'static [(&'static str, &'static str)],
) -> [Toggle; COUNT] {
    let mut with_help = [const { Toggle { name: "", sentence: "", values: &[] } }; COUNT];
    let mut number = 0;
    while number < COUNT {
        with_help[number].name = toggles[number].name;
        with_help[number].sentence = help(toggles[number].sentence);
        let own = values.split_at(toggles[number].values.len());
        (with_help[number].values, values) = own;
        number += 1;
    }
    with_help
}
