//! One mapping of a process: `a = page 2 anon rw`.
use super::call::is_name;
use super::machine_table::StartMachine;
use super::reader::{Reader, Text, short};
use crate::mm::{Migratetype, Pfn, vm};

/// How a virtual page starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StartMapping {
    /// The page that it maps; nothing is there without one.
    pub pfn: Option<Pfn>,
    /// `vm_flags` of its area.
    pub vm_flags: u16,
    /// Whether its entry is writable.
    pub write: bool,
    /// A page of `MADV_FREE` that was not written to since.
    pub lazyfree: bool,
    /// It is one of the virtual pages that a huge page maps.
    pub huge: bool,
}

impl StartMapping {
    /// How the virtual page starts that is `pages` behind it in the same huge page.
    pub fn behind(self, pages: u16) -> StartMapping {
        StartMapping { pfn: self.pfn.map(|pfn| Pfn(pfn.0 + pages)), ..self }
    }
}

/// Which page a mapping asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// What [`StartMapping::pfn`] says.
    Nothing,
    /// Any that is free.
    AnyPage,
    /// As many pages in a row as a huge page has.
    HugePage,
}

/// The words of a mapping behind `name =`, part by part, each with a sentence; `N` is a number.
pub const PARTS: [&[(&str, &str)]; 3] = [
    &[
        ("anon", "An anonymous page of the process alone, on any free page."),
        ("page N anon", "That page, as an anonymous page of the process alone."),
        ("page N file", "That page, as a private mapping of a file; the page cache holds it, too."),
        ("zero page", "The zero page, which [machine] names."),
        ("none", "Nothing yet: the first access faults."),
        ("huge anon", "A huge page of the process alone, on free pages."),
        ("huge page N anon", "The huge page that begins there, of the process alone."),
        ("huge none", "Room for a huge page: the first access takes one."),
    ],
    &[
        ("rw", "The area and the entry are writable."),
        ("wp", "The area is writable, the entry write-protected, as behind a read fault."),
        ("ro", "Neither the area nor the entry is writable."),
    ],
    &[("lazyfree", "A page of MADV_FREE that was not written to since.")],
];

const FORM: &str = "write `a = page 2 anon rw`, `a = anon rw`, `f = page 3 file rw`, \
                    `z = zero page ro`, `n = none rw`, or `huge` before `page 4 anon`, `anon` or \
                    `none`";

/// The name, how it starts, and whether a page has yet to be found for it.
pub fn read(
    reader: &mut Reader,
    text: &Text,
    machine: &mut StartMachine,
) -> Option<(String, StartMapping, Wants)> {
    let words: Vec<&str> = text.value.split_whitespace().collect();
    let (name, rest) = match words.as_slice() {
        [name, "=", rest @ ..] if is_name(name) => (name.to_string(), rest),
        _ => return complain(reader, text),
    };
    let (lazyfree, rest) = match rest {
        [rest @ .., "lazyfree"] => (true, rest),
        rest => (false, rest),
    };
    let (right, rest) = match rest {
        [rest @ .., right @ ("rw" | "wp" | "ro")] => (*right, rest),
        _ => return complain(reader, text),
    };
    let writes = if right == "ro" { vm::READ } else { vm::READ | vm::WRITE };
    let start =
        StartMapping { pfn: None, vm_flags: writes, write: right == "rw", lazyfree, huge: false };
    if let ["huge", rest @ ..] = rest {
        return huge(reader, text, name, StartMapping { huge: true, ..start }, rest, machine);
    }
    match rest {
        ["zero", "page"] if right != "rw" && !lazyfree => {
            let Some(pfn) = machine.geometry.zero_page else {
                let hint = Some(say!("give [machine] a `zero_page`"));
                reader.complain(text.place, "the machine has no zero page", hint);
                return None;
            };
            Some((name, StartMapping { pfn: Some(pfn), ..start }, Wants::Nothing))
        }
        ["none"] if !lazyfree => {
            Some((name, StartMapping { write: false, ..start }, Wants::Nothing))
        }
        ["anon"] => Some((name, start, Wants::AnyPage)),
        ["page", number, "anon"] => {
            let pfn = page(reader, text, number, machine)?;
            Some((name, StartMapping { pfn: Some(pfn), ..start }, Wants::Nothing))
        }
        ["page", number, "file"] if !lazyfree => {
            let pfn = page(reader, text, number, machine)?;
            let vm_flags = start.vm_flags | vm::FILE;
            Some((
                name,
                StartMapping { pfn: Some(pfn), vm_flags, write: false, ..start },
                Wants::Nothing,
            ))
        }
        _ => complain(reader, text),
    }
}

/// `huge page 4 anon`, `huge anon` or `huge none`: one name for the virtual pages of a huge page.
fn huge(
    reader: &mut Reader,
    text: &Text,
    name: String,
    start: StartMapping,
    rest: &[&str],
    machine: &mut StartMachine,
) -> Option<(String, StartMapping, Wants)> {
    let pages = usize::from(machine.geometry.hpage_pages());
    if !machine.geometry.has_huge_pages() {
        let hint = Some(say!("give [machine] `hpage_pages = 4`"));
        reader.complain(text.place, "the machine has no huge pages", hint);
        return None;
    }
    match rest {
        _ if start.lazyfree => complain(reader, text),
        ["none"] => Some((name, StartMapping { write: false, ..start }, Wants::Nothing)),
        ["anon"] => Some((name, start, Wants::HugePage)),
        ["page", number, "anon"] => {
            let head = page(reader, text, number, machine)?;
            if !usize::from(head.0).is_multiple_of(pages) {
                let message = say!("no huge page starts at page {head}");
                let hint = Some(say!("they start at multiples of {pages}"));
                reader.complain(text.place, message, hint);
                return None;
            }
            let rest = usize::from(head.0) + 1..usize::from(head.0) + pages;
            let taken = rest.map(|pfn| machine.used.take(reader, pfn, "is mapped", text.place));
            // Each page that is taken already is complained about.
            (taken.filter(|taken| !taken).count() == 0).then_some(())?;
            Some((name, StartMapping { pfn: Some(head), ..start }, Wants::Nothing))
        }
        _ => complain(reader, text),
    }
}

fn complain<T>(reader: &mut Reader, text: &Text) -> Option<T> {
    let message = say!("`{}` is not a mapping", short(&text.value));
    reader.complain(text.place, message, Some(say!("{FORM}")));
    None
}

/// An unused page by number.
fn page(reader: &mut Reader, text: &Text, number: &str, machine: &mut StartMachine) -> Option<Pfn> {
    let last = machine.geometry.pages() - 1;
    let Some(pfn) = number.parse::<usize>().ok().filter(|pfn| *pfn <= last) else {
        let hint = Some(say!("the pages are 0 to {last}"));
        reader.complain(text.place, say!("there is no page `{}`", short(number)), hint);
        return None;
    };
    if machine.blocks[machine.geometry.block_of(Pfn(pfn as u16))] == Migratetype::Isolate {
        reader.complain(text.place, say!("page {pfn} is in an isolated pageblock"), None);
        return None;
    }
    let taken = machine.used.take(reader, pfn, "is mapped", text.place);
    taken.then_some(Pfn(pfn as u16))
}
