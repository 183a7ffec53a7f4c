//! The forms in which people pass a race on.
use std::collections::BTreeMap;

use super::ascii;
use crate::player::Player;
use crate::scenario::Scenario;

/// A form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The timeline as kernel commit messages draw it.
    Ascii,
}

impl Form {
    /// All there are.
    pub const ALL: &[Form] = &[Form::Ascii];

    /// Its name in requests and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Form::Ascii => "ascii",
        }
    }

    /// The form of this name.
    ///
    /// # Errors
    /// There is none: which there are.
    pub fn read(name: &str) -> Result<Form, String> {
        let found = Form::ALL.iter().find(|form| form.name() == name);
        found.copied().ok_or_else(|| {
            let known: Vec<&str> = Form::ALL.iter().map(|form| form.name()).collect();
            format!("there is no form `{name}`; there is: {}", known.join(", "))
        })
    }
}

/// What else may be asked for. A form ignores what does not concern it.
#[derive(Clone, Default, Debug)]
pub struct Options {
    /// ASCII: a numbered list in place of columns.
    pub list: bool,
}

impl Options {
    /// Reads them from names and values; `yes` is the value of what is only asked for.
    ///
    /// # Errors
    /// There is no such option, or it has no such value.
    pub fn read(given: &BTreeMap<String, String>) -> Result<Options, String> {
        let mut options = Options::default();
        for (name, value) in given {
            match name.as_str() {
                "list" => options.list = flag(name, value)?,
                _ => return Err(format!("there is no option `{name}`")),
            }
        }
        Ok(options)
    }
}

fn flag(name: &str, value: &str) -> Result<bool, String> {
    match value {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("the option `{name}` is `yes` or `no`, not `{value}`")),
    }
}

/// What is passed on.
pub struct Race<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its trace; what lies ahead of the cursor is not shown.
    pub player: &'a Player,
}

/// The race in a form.
pub fn export(form: Form, race: &Race, options: &Options) -> String {
    match form {
        Form::Ascii => {
            let extras = ascii::Extras { list: options.list };
            ascii::timeline(race.scenario, race.player, extras)
        }
    }
}
