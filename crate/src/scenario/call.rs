//! One call of a timeline: `p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM)`.
use super::reader::{nearest, short};
use super::{Complaint, Place};
use crate::machine::{Function, Kernel, Local, Operation, Returns};
use crate::mm::Geometry;
use crate::routines::entry::{self, Entry, ParamKind, foll};

/// What the names in a call may mean.
pub struct Names<'a> {
    /// Areas, processes and the pins named so far.
    pub geometry: &'a Geometry,
    /// The process of the lane.
    pub process: Option<usize>,
    /// Whether each mapping of that process is writable.
    pub writable: &'a [bool],
    /// The kernel of the scenario, which knows what each function returns.
    pub kernel: Option<&'a Kernel>,
}

/// Whether a kernel's function returns a value.
pub fn returns_something(kernel: &Kernel, function: Function) -> bool {
    kernel.routine(function).is_none_or(|routine| routine.returns != Returns::Nothing)
}

/// A call, taken apart but not yet understood; columns count from the start of the text.
pub struct Parts<'a> {
    /// The name before `=`, with its column.
    pub result: Option<(&'a str, u32)>,
    /// Whether `retry` stands before the call.
    pub retry: bool,
    function: (&'a str, u32),
    args: Vec<(&'a str, u32)>,
}

/// The longest name of a result, a pin, a process, a mapping or an area.
pub const NAME_LIMIT: usize = 32;

/// Whether a word can be a name.
pub fn is_name(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && word.len() <= NAME_LIMIT
}

/// Takes a call apart.
///
/// # Errors
/// It is not of the form `name = retry function(arg, ...)`.
pub fn take_apart(text: &str, place: Place) -> Result<Parts<'_>, Complaint> {
    let column_of = |part: &str| {
        let byte = part.as_ptr() as usize - text.as_ptr() as usize;
        text[..byte].chars().count() as u32
    };
    let (result, call) = match text.split_once('=') {
        Some((name, call)) => (Some(name.trim()), call.trim()),
        None => (None, text.trim()),
    };
    if let Some(name) = result.filter(|name| !is_name(name)) {
        let hint = format!("letters, digits and `_`, at most {NAME_LIMIT}");
        return Err(wrong(place, column_of(name), "is not a name", name, Some(hint)));
    }
    let (retry, call) = match call.strip_prefix("retry ") {
        Some(call) => (true, call.trim_start()),
        None => (false, call),
    };
    let form = "write `function(argument, ...)`".to_string();
    let Some((function, rest)) = call.split_once('(') else {
        return Err(wrong(place, column_of(call), "is not a call", call, Some(form)));
    };
    let Some((inside, "")) = rest.rsplit_once(')').map(|(inside, tail)| (inside, tail.trim()))
    else {
        return Err(wrong(place, column_of(call), "does not end with `)`", call, Some(form)));
    };
    let args = if inside.trim().is_empty() {
        Vec::new()
    } else {
        inside.split(',').map(|arg| (arg.trim(), column_of(arg.trim()))).collect()
    };
    let function = function.trim();
    Ok(Parts {
        result: result.map(|name| (name, column_of(name))),
        retry,
        function: (function, column_of(function)),
        args,
    })
}

impl Parts<'_> {
    /// The entry that is called.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn entry(&self, place: Place) -> Result<&'static Entry, Complaint> {
        let (name, column) = self.function;
        entry::find(name).ok_or_else(|| {
            let known = entry::ENTRIES.iter().map(|entry| entry.function.0);
            let hint = nearest(name, known)
                .or_else(|| Some("`pagerace ops` lists the operations".to_string()));
            wrong(place, column, "is not an operation", name, hint)
        })
    }

    /// The operation with its constants.
    ///
    /// # Errors
    /// An argument is missing, unknown or out of bounds.
    pub fn operation(
        &self,
        entry: &'static Entry,
        names: &Names,
        text: &str,
        place: Place,
    ) -> Result<Operation, Complaint> {
        let fail = |message: String, hint: Option<String>| {
            Err(Complaint { place: shifted(place, self.function.1), message, hint })
        };
        if self.args.len() != entry.params.len() {
            let (found, wanted) = (self.args.len(), entry.params.len());
            let name = entry.function.0;
            let message = format!("`{name}` takes {wanted} arguments, not {found}");
            return fail(message, Some(format!("write `{}`", entry.signature())));
        }
        if entry.needs_process && names.process.is_none() {
            let hint = Some("give the lane a `process`".to_string());
            return fail(format!("`{}` needs a process", entry.function.0), hint);
        }
        if self.retry && entry.makes_pin {
            let hint = "only calls that leave nothing behind when they fail can be retried";
            return fail(format!("`{}` cannot be retried", entry.function.0), Some(hint.into()));
        }
        let can_fail = names.kernel.is_none_or(|kernel| returns_something(kernel, entry.function));
        if self.retry && !can_fail {
            let hint = Some("leave `retry` out".to_string());
            return fail(format!("`{}` cannot fail", entry.function.0), hint);
        }
        let mut args = Vec::new();
        for (param, (word, column)) in entry.params.iter().zip(&self.args) {
            let value = argument(entry, param.kind, word, names, shifted(place, *column))?;
            args.push((Entry::local_of(param.kind), value));
        }
        self.check_together(entry, &args, names, place)?;
        if entry.needs_process {
            args.push((Local::Mm, names.process.unwrap_or_default() as u16));
        }
        if let Some((name, _)) = self.result.filter(|_| entry.makes_pin) {
            let pin = names.geometry.pins.iter().position(|pin| pin == name);
            args.push((Local::Pin, pin.unwrap_or_default() as u16));
        }
        Ok(Operation {
            text: text.trim().to_string(),
            function: entry.function,
            args,
            result: self.result.map(|(name, _)| name.to_string()),
            retry: self.retry,
        })
    }

    /// What only the arguments together show.
    fn check_together(
        &self,
        entry: &Entry,
        args: &[(Local, u16)],
        names: &Names,
        place: Place,
    ) -> Result<(), Complaint> {
        let value = |local: Local| args.iter().find(|(own, _)| *own == local).map(|(_, v)| *v);
        let column = |number: usize| self.args.get(number).map_or(0, |(_, column)| *column);
        if let (Some(area), Some(count)) = (value(Local::Area), value(Local::Count)) {
            let area = &names.geometry.cma_areas[usize::from(area)];
            if count > area.count {
                let message = format!("{} has {} pages, not {count}", area.name, area.count);
                return Err(Complaint { place: shifted(place, column(1)), message, hint: None });
            }
        }
        if let (Some(address), Some(flags)) = (value(Local::Addr), value(Local::Flags)) {
            let writable = names.writable.get(usize::from(address)).copied().unwrap_or(false);
            if flags & foll::WRITE != 0 && !writable {
                let message = "FOLL_WRITE on a read-only mapping needs a write fault, \
                               which is not modelled yet";
                let hint = Some("map it `rw`, or leave FOLL_WRITE out".to_string());
                let message = message.to_string();
                return Err(Complaint { place: shifted(place, column(1)), message, hint });
            }
        }
        if entry.makes_pin && self.result.is_none() {
            let message = format!("`{}` needs a name for what it pins", entry.function.0);
            let hint = Some(format!("write `{}`", entry.signature()));
            return Err(Complaint { place: shifted(place, self.function.1), message, hint });
        }
        Ok(())
    }
}

fn argument(
    entry: &Entry,
    kind: ParamKind,
    word: &str,
    names: &Names,
    place: Place,
) -> Result<u16, Complaint> {
    let geometry = names.geometry;
    let one_of = |what: &str, known: Vec<&str>| {
        let found = known.iter().position(|name| *name == word);
        found.map(|position| position as u16).ok_or_else(|| {
            let list = || match known.as_slice() {
                [] => format!("there is no {what}"),
                names => format!("there is: {}", names.join(", ")),
            };
            let hint = nearest(word, known.iter().copied()).unwrap_or_else(list);
            Complaint {
                place,
                message: format!("`{}` is no {what}", short(word)),
                hint: Some(hint),
            }
        })
    };
    match kind {
        ParamKind::Area => {
            one_of("CMA area", geometry.cma_areas.iter().map(|area| area.name.as_str()).collect())
        }
        ParamKind::Pin => {
            one_of("pin of this scenario", geometry.pins.iter().map(String::as_str).collect())
        }
        ParamKind::Address => {
            let process = &geometry.processes[names.process.unwrap_or_default()];
            let mappings = process.mappings.iter().map(|mapping| mapping.name.as_str()).collect();
            one_of(&format!("mapping of {}", process.name), mappings)
        }
        ParamKind::Pages => {
            let most = super::limits::CMA_PAGES as u16;
            let count = word.parse::<u16>().ok().filter(|count| (1..=most).contains(count));
            count.ok_or_else(|| Complaint {
                place,
                message: format!("`{}` is not a number of pages", short(word)),
                hint: Some(format!("from 1 to {most}")),
            })
        }
        ParamKind::GupFlags => flags(entry, word, place),
    }
}

fn flags(entry: &Entry, word: &str, place: Place) -> Result<u16, Complaint> {
    if word == "0" {
        return Ok(entry.implied_flags);
    }
    let mut bits = entry.implied_flags;
    for name in word.split('|').map(str::trim) {
        let Some((_, bit)) = entry.flags.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = entry.flags.iter().map(|(name, _)| *name).collect();
            let hint = nearest(name, known.iter().copied())
                .unwrap_or_else(|| format!("it takes 0, or: {}", known.join(" | ")));
            let function = entry.function.0;
            let message = format!("`{}` is no flag of `{function}`", short(name));
            let byte = name.as_ptr() as usize - word.as_ptr() as usize;
            let place = shifted(place, word[..byte].chars().count() as u32);
            return Err(Complaint { place, message, hint: Some(hint) });
        };
        bits |= bit;
    }
    Ok(bits)
}

fn shifted(place: Place, column: u32) -> Place {
    Place { line: place.line, column: place.column + column }
}

fn wrong(place: Place, column: u32, what: &str, word: &str, hint: Option<String>) -> Complaint {
    let message = format!("`{}` {what}", short(word));
    Complaint { place: shifted(place, column), message, hint }
}
