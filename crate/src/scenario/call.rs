//! One call of a timeline: `p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM)`.
use super::call_words::{self, COMPOUND};
use super::needs::lacking;
use super::reader::{nearest, nearest_or_all, short};
use super::{Complaint, Place, limits};
use crate::machine::{Arg, Function, Kernel, Local, Operation, Returns};
use crate::mm::{Geometry, Pfn, WORDS, Word};
use crate::routines::entry::{self, Entry, ParamKind, gfp};

/// What the names in a call may mean.
pub struct Names<'a> {
    /// Areas, processes and the pins named so far.
    pub geometry: &'a Geometry,
    /// The process of the lane.
    pub process: Option<usize>,
    /// The results that have names.
    pub results: &'a [Named],
    /// How many lanes there are.
    pub cpus: usize,
    /// The kernel of the scenario, which knows what each function returns.
    pub kernel: Option<&'a Kernel>,
}

/// A result with a name.
pub struct Named {
    /// The name.
    pub name: String,
    /// What is called.
    pub entry: &'static Entry,
    /// Where its value will be.
    pub at: Arg,
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
        let hint = say!("letters, digits and `_`, at most {NAME_LIMIT}");
        return Err(wrong(place, column_of(name), "is not a name", name, Some(hint)));
    }
    let (retry, call) = match call.strip_prefix("retry ") {
        Some(call) => (true, call.trim_start()),
        None => (false, call),
    };
    let form = say!("write `function(argument, ...)`");
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
            let known = entry::ENTRIES.iter().map(|entry| entry.name);
            let hint = nearest(name, &known.collect::<Vec<_>>())
                .or_else(|| Some(say!("`pagerace ops` lists the operations")));
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
        let needed = entry.params.iter().filter(|param| !param.is_optional()).count();
        if !(needed..=entry.params.len()).contains(&self.args.len()) {
            let (found, wanted) = (self.args.len(), needed);
            let name = entry.name;
            let message = say!("`{name}` takes {wanted} arguments, not {found}");
            return fail(message, Some(say!("write `{}`", entry.signature())));
        }
        if entry.needs_process && names.process.is_none() {
            let hint = Some(say!("give the lane a `process`"));
            return fail(say!("`{}` needs a process", entry.name), hint);
        }
        if self.retry && !entry.can_retry {
            let hint = "only calls that leave nothing behind when they fail can be retried";
            return fail(say!("`{}` cannot be retried", entry.name), Some(say!("{hint}")));
        }
        let can_fail = names.kernel.is_none_or(|kernel| returns_something(kernel, entry.function));
        if self.retry && !can_fail {
            let hint = Some(say!("leave `retry` out"));
            return fail(say!("`{}` cannot fail", entry.name), hint);
        }
        let mut args = Vec::new();
        for (param, (word, column)) in entry.params.iter().zip(&self.args) {
            let value = argument(entry, param.kind, word, names, shifted(place, *column))?;
            args.push((entry.local_of(param.kind), value));
        }
        args.extend(implied(entry, &args, names));
        self.check_together(entry, &args, names, place)?;
        if let Some((name, _)) = self.result.filter(|_| entry.makes_pin) {
            let pin = names.geometry.pins.iter().position(|pin| pin == name);
            args.push((Local::Pin, Arg::Value(pin.unwrap_or_default() as u16)));
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
        args: &[(Local, Arg)],
        names: &Names,
        place: Place,
    ) -> Result<(), Complaint> {
        let value = |local: Local| value_of(args, local);
        let column = |number: usize| self.args.get(number).map_or(0, |(_, column)| *column);
        let wrong = |argument: usize, message: String, hint: Option<&str>| {
            let hint = hint.map(|hint| say!("{hint}"));
            Err(Complaint { place: shifted(place, column(argument)), message, hint })
        };
        if let (Some(area), Some(count)) = (value(Local::Area), value(Local::Count)) {
            let area = &names.geometry.cma_areas[usize::from(area)];
            if count > area.count {
                let message = say!("{} has {} pages, not {count}", area.name, area.count);
                return wrong(1, message, None);
            }
        }
        if let (Some(start), Some(end)) = (value(Local::Start), value(Local::End))
            && start >= end
        {
            return wrong(1, say!("the range from {start} to {end} is empty"), None);
        }
        if let (Some(start), Some(count)) = (value(Local::Start), value(Local::Count)) {
            let pages = names.geometry.pages();
            if usize::from(start) + usize::from(count) > pages {
                return wrong(1, say!("the machine has {pages} pages"), None);
            }
        }
        if let (Some(page), Some(order)) = (value(Local::Given), value(Local::Order)) {
            let aligned = page.checked_sub(1).is_none_or(|pfn| pfn.is_multiple_of(1 << order));
            if !aligned {
                let message = say!("no block of order {order} starts there");
                return wrong(0, message, Some("its first page is aligned to its size"));
            }
        }
        if let Some(number) = args.iter().position(|(_, arg)| !matches!(arg, Arg::Value(_)))
            && self.retry
        {
            let message = say!("`{}` is not retried for a page that may be NULL", entry.name);
            return wrong(number, message, Some("name the page by its number"));
        }
        if let Some((message, hint)) = lacking(entry, args, names) {
            let place = shifted(place, self.function.1);
            return Err(Complaint { place, message, hint: Some(say!("{hint}")) });
        }
        if entry.makes_pin && self.result.is_none() {
            let message = say!("`{}` needs a name for what it pins", entry.name);
            let hint = Some(say!("write `{}`", entry.signature()));
            return Err(Complaint { place: shifted(place, self.function.1), message, hint });
        }
        Ok(())
    }
}

/// What a call gives beside its arguments: the lane's process, the word of a page, and the flag of
/// a compound block.
fn implied(entry: &Entry, args: &[(Local, Arg)], names: &Names) -> Vec<(Local, Arg)> {
    let mut implied = Vec::new();
    if entry.needs_process {
        implied.push((Local::Mm, Arg::Value(names.process.unwrap_or_default() as u16)));
    }
    for local in [Local::Addr, Local::Pin] {
        let word = entry.params.iter().any(|param| param.kind.is_word());
        if let Some(value) = value_of(args, local).filter(|_| word) {
            implied.push((local, Arg::Value(value & ((1 << WORD_SHIFT) - 1))));
            implied.push((Local::Word, Arg::Value(value >> WORD_SHIFT)));
        }
    }
    let compound = value_of(args, Local::Wanted).filter(|word| word & COMPOUND != 0);
    if entry.params.iter().any(|param| param.kind == ParamKind::Gfp) {
        implied.push((Local::Flags, Arg::Value(compound.map_or(0, |_| gfp::COMP))));
        let plain = value_of(args, Local::Wanted).unwrap_or_default() & !COMPOUND;
        implied.push((Local::Wanted, Arg::Value(plain)));
    }
    implied
}

/// `a[1]`: the name's number, and which word above it; `a` is `a[0]`.
fn word_of(
    text: &str,
    place: Place,
    of: impl Fn(&str, Place) -> Result<Arg, Complaint>,
) -> Result<u16, Complaint> {
    let (name, index) = match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((name, index)) => (name, number(index, "a word of a page", (0, LAST_WORD), place)?),
        None => (text, 0),
    };
    let Arg::Value(value) = of(name.trim_end(), place)? else { return Ok(0) };
    Ok(value | index << WORD_SHIFT)
}

/// The index of a word stands above the number of a mapping or a pin.
const WORD_SHIFT: u16 = 8;
const LAST_WORD: usize = WORDS as usize - 1;

/// The value of an argument that is known from the text.
pub(super) fn value_of(args: &[(Local, Arg)], local: Local) -> Option<u16> {
    args.iter().rev().find(|(own, _)| *own == local).and_then(|(_, arg)| match arg {
        Arg::Value(value) => Some(*value),
        Arg::Result { .. } => None,
    })
}

fn argument(
    entry: &Entry,
    kind: ParamKind,
    word: &str,
    names: &Names,
    place: Place,
) -> Result<Arg, Complaint> {
    let geometry = names.geometry;
    let value = match kind {
        ParamKind::Area => {
            one_of("CMA area", word, geometry.cma_areas.iter().map(|area| &area.name), place)?
        }
        ParamKind::Pin => one_of("pin of this scenario", word, geometry.pins.iter(), place)?,
        ParamKind::Address => {
            let process = &geometry.processes[names.process.unwrap_or_default()];
            let mappings = process.mappings.iter().map(|mapping| &mapping.name);
            one_of(&say!("mapping of {}", process.name), word, mappings, place)?
        }
        ParamKind::Word => word_of(word, place, |name, place| {
            argument(entry, ParamKind::Address, name, names, place)
        })?,
        ParamKind::PinWord => {
            word_of(word, place, |name, place| argument(entry, ParamKind::Pin, name, names, place))?
        }
        ParamKind::Value => number(word, "a value", (0, usize::from(u8::MAX)), place)?,
        ParamKind::Child => child(word, names, place)?,
        ParamKind::Task => {
            let lanes: Vec<String> = (0..names.cpus).map(|cpu| format!("cpu{cpu}")).collect();
            one_of("lane", word, lanes.iter(), place)?
        }
        ParamKind::Pages => number(word, "a number of pages", (1, limits::CMA_PAGES), place)?,
        ParamKind::Order => number(word, "an order", (0, usize::from(geometry.max_order)), place)?,
        ParamKind::StartPfn => number(word, "a page", (0, geometry.pages() - 1), place)?,
        ParamKind::EndPfn => number(word, "an end", (1, geometry.pages()), place)?,
        ParamKind::Start | ParamKind::End => boundary(word, geometry, place)?,
        ParamKind::Page => return page(word, names, place),
        ParamKind::GupFlags => flags(entry, word, place)?,
        ParamKind::Gfp => gfp_mask(word, place)?,
        ParamKind::Prot => prot(word, place)?,
        ParamKind::Advice => {
            // Nobody frees a huge page lazily here.
            let modelled = if geometry.has_huge_pages() { 1 } else { call_words::ADVICE.len() };
            choose(word, &call_words::ADVICE[..modelled], place)?
        }
        ParamKind::CmaGfp | ParamKind::Bool | ParamKind::Migratetype => {
            choose(word, call_words::of(entry, kind), place)?
        }
    };
    Ok(Arg::Value(value))
}

/// The place of a word among names that the scenario has given.
fn one_of<'n>(
    what: &str,
    word: &str,
    known: impl Iterator<Item = &'n String>,
    place: Place,
) -> Result<u16, Complaint> {
    place_among(what, word, &known.map(String::as_str).collect::<Vec<_>>(), place)
}

fn place_among(what: &str, word: &str, known: &[&str], place: Place) -> Result<u16, Complaint> {
    let found = known.iter().position(|name| *name == word);
    found.map(|position| position as u16).ok_or_else(|| {
        let hint = match known {
            [] => Some(say!("there is no {what}")),
            names => nearest_or_all(word, names, "there is"),
        };
        Complaint { place, message: say!("`{}` is no {what}", short(word)), hint }
    })
}

/// The value of one of a few fixed words.
fn choose(word: &str, known: &[(&str, u16)], place: Place) -> Result<u16, Complaint> {
    let found = known.iter().find(|(name, _)| *name == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let hint = nearest_or_all(word, &names, "it is one of");
        let message = say!("`{}` is nothing that goes here", short(word));
        Complaint { place, message, hint }
    })
}

fn number(
    word: &str,
    what: &str,
    (least, most): (usize, usize),
    place: Place,
) -> Result<u16, Complaint> {
    let number = word.parse::<usize>().ok().filter(|number| (least..=most).contains(number));
    number.map(|number| number as u16).ok_or_else(|| Complaint {
        place,
        message: say!("`{}` is not {what}", short(word)),
        hint: Some(say!("from {least} to {most}")),
    })
}

/// A page where a pageblock starts, or the end of the zone.
fn boundary(word: &str, geometry: &Geometry, place: Place) -> Result<u16, Complaint> {
    let pfn = number(word, "a page", (0, geometry.pages()), place)?;
    let (what, pages) = match geometry.section_pages() {
        0 => ("pageblock", geometry.pageblock_pages()),
        pages => ("section", usize::from(pages)),
    };
    if usize::from(pfn).is_multiple_of(pages) {
        return Ok(pfn);
    }
    let message = say!("no {what} starts at page {pfn}");
    let hint = say!("they start at multiples of {pages}");
    Err(Complaint { place, message, hint: Some(hint) })
}

/// A page by number, or what a call with a name has returned by then.
fn page(word: &str, names: &Names, place: Place) -> Result<Arg, Complaint> {
    if word.starts_with(|first: char| first.is_ascii_digit()) {
        let pfn = number(word, "a page", (0, names.geometry.pages() - 1), place)?;
        return Ok(Arg::Value(Some(Pfn(pfn)).to_word()));
    }
    let pages = || {
        let gives = |named: &&Named| {
            let returns = |kernel: &Kernel| Some(kernel.routine(named.entry.function)?.returns);
            names.kernel.and_then(returns) == Some(Returns::Page)
        };
        names.results.iter().filter(gives)
    };
    match pages().find(|named| named.name == word) {
        Some(named) => Ok(named.at),
        None => one_of("allocation with a name", word, pages().map(|named| &named.name), place)
            .map(Arg::Value),
    }
}

/// A process that is forked from the lane's.
fn child(word: &str, names: &Names, place: Place) -> Result<u16, Complaint> {
    let processes = &names.geometry.processes;
    let number = one_of("process", word, processes.iter().map(|process| &process.name), place)?;
    if names.process.is_some() && processes[usize::from(number)].parent == names.process {
        return Ok(number);
    }
    let message = say!("`{}` is no child of the lane's process", short(word));
    let hint = Some(say!("give it `child_of` in its [[process]]"));
    Err(Complaint { place, message, hint })
}

/// The type that a `gfp_mask` asks for, and whether the block is compound.
fn gfp_mask(word: &str, place: Place) -> Result<u16, Complaint> {
    word.split('|').map(str::trim).try_fold(0, |mask, part| {
        let byte = part.as_ptr() as usize - word.as_ptr() as usize;
        let place = shifted(place, word[..byte].chars().count() as u32);
        Ok(mask | choose(part, call_words::GFP, place)?)
    })
}

/// The rights that `mprotect` leaves; there is no mapping here that may not be read.
fn prot(word: &str, place: Place) -> Result<u16, Complaint> {
    let spaced: Vec<&str> = word.split('|').map(str::trim).collect();
    choose(&spaced.join(" | "), call_words::PROT, place)
}

fn flags(entry: &Entry, word: &str, place: Place) -> Result<u16, Complaint> {
    if word == "0" {
        return Ok(entry.implied_flags);
    }
    let mut bits = entry.implied_flags;
    for name in word.split('|').map(str::trim) {
        let Some((_, bit)) = entry.flags.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = entry.flags.iter().map(|(name, _)| *name).collect();
            let hint = nearest(name, &known)
                .unwrap_or_else(|| say!("it takes 0, or: {}", known.join(" | ")));
            let function = entry.name;
            let message = say!("`{}` is no flag of `{function}`", short(name));
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
    let message = say!("`{}` {what}", short(word));
    Complaint { place: shifted(place, column), message, hint }
}
