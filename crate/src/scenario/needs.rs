//! What a call can do nothing without on the machine at hand.
use super::call::{Names, value_of};
use crate::machine::{Arg, Local};
use crate::routines::entry::{Entry, Needs};

/// What the machine has not that the call needs, and what to do about it.
pub fn lacking(
    entry: &Entry,
    args: &[(Local, Arg)],
    names: &Names,
) -> Option<(String, &'static str)> {
    let name = entry.name;
    match entry.needs {
        Needs::Sections if names.geometry.section_pages() == 0 => Some((
            say!("`{name}` needs memory sections"),
            "give [machine] `section_pages`, and `hpage_pages`",
        )),
        Needs::File => {
            let process = names.process.unwrap_or_default() as u16;
            let address = value_of(args, Local::Given)?;
            let mapping = names.geometry.file_page(process, address);
            let message = say!("`{name}` needs a mapping of a file");
            mapping.is_none().then_some((message, "map one: `f = page 3 file rw`"))
        }
        Needs::Sections | Needs::Nothing => None,
    }
}
