//! TOML values with their places: typed, bounded, and complained about where they are wrong.
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::keys::Section;
use super::{Complaint, Place, limits};

/// A table of the text.
pub type Table<'t> = DeTable<'t>;
/// A value of the text, with its place.
pub type Item<'t> = Spanned<DeValue<'t>>;

/// The text, and what was found wrong with it so far.
pub struct Reader<'a> {
    text: &'a str,
    /// The first byte of each line.
    lines: Vec<usize>,
    /// The complaints, in the order of their places.
    pub complaints: Vec<Complaint>,
}

/// A string and where its first character stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// The value.
    pub value: String,
    /// The place of its first character, behind the quote.
    pub place: Place,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// More complaints than this help nobody.
const MOST_COMPLAINTS: usize = 50;

impl<'a> Reader<'a> {
    /// A reader of this text.
    pub fn new(text: &'a str) -> Self {
        // A byte order mark is no column.
        let first = text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len();
        let behind = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(first).chain(behind.map(|(byte, _)| byte + 1)).collect();
        Reader { text, lines, complaints: Vec::new() }
    }

    /// The text as TOML.
    ///
    /// # Errors
    /// It is too long, or no TOML.
    pub fn document(&mut self) -> Result<Spanned<Table<'a>>, Vec<Complaint>> {
        if self.text.len() > limits::TEXT {
            let bytes = self.text.len();
            let message =
                say!("the text has {bytes} bytes, and a scenario has at most {}", limits::TEXT);
            self.complain(Place::default(), message, None);
            return Err(std::mem::take(&mut self.complaints));
        }
        DeTable::parse(self.text).map_err(|error| {
            if !cfg!(feature = "whole") {
                return vec![Complaint::default()];
            }
            let place = error.span().map_or(Place::default(), |span| self.place(span.start));
            let message = error.message().lines().next().unwrap_or("this is not TOML");
            let message = message.replace(char::is_control, "?");
            let hint = say!("a scenario is a TOML file (toml.io)");
            self.complain(place, message, Some(hint));
            std::mem::take(&mut self.complaints)
        })
    }

    /// The place of a byte.
    pub fn place(&self, byte: usize) -> Place {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.lines.partition_point(|start| *start <= byte).max(1);
        let start = self.lines[line - 1].min(byte);
        Place { line: line as u32, column: self.text[start..byte].chars().count() as u32 + 1 }
    }

    /// The place of an item.
    pub fn at(&self, item: &Item) -> Place {
        self.place(item.span().start)
    }

    /// Complains.
    pub fn complain(&mut self, place: Place, message: impl Into<String>, hint: Option<String>) {
        if !self.is_full() {
            let behind = self.complaints.partition_point(|other| other.place <= place);
            let message = if cfg!(feature = "whole") { message.into() } else { String::new() };
            self.complaints.insert(behind, Complaint { place, message, hint });
        }
    }

    /// Further complaints are not kept; a hostile text has thousands.
    fn is_full(&self) -> bool {
        self.complaints.len() >= if cfg!(feature = "whole") { MOST_COMPLAINTS } else { 1 }
    }

    /// Complains about every key that a section does not have.
    pub fn only_keys(&mut self, table: &Table, section: &Section) {
        for key in table.keys().map(Spanned::as_ref) {
            if !section.has(key) && !self.is_full() {
                let place = self.key_place(table, key);
                let hint = nearest_or_all(key, &section.names(), "it has");
                self.complain(place, say!("{} has no `{}`", section.said, short(key)), hint);
            }
        }
    }

    /// The place of a key.
    pub fn key_place(&self, table: &Table, key: &str) -> Place {
        table.get_key_value(key).map_or(Place::default(), |(key, _)| self.place(key.span().start))
    }

    fn wrong_type(&mut self, item: &Item, what: &str, wanted: &str) {
        let place = self.at(item);
        let found = item.as_ref().type_str();
        self.complain(place, say!("{what} is {wanted}, not {}", article(found)), None);
    }

    /// A string of one line.
    pub fn string(&mut self, item: &Item, what: &str) -> Option<Text> {
        let text = self.prose(item, what)?;
        self.one_line(text, what)
    }

    /// A string that may have several lines.
    pub fn prose(&mut self, item: &Item, what: &str) -> Option<Text> {
        let Some(value) = item.as_ref().as_str() else {
            self.wrong_type(item, what, "a string");
            return None;
        };
        let text = self.text_of(value, item.span());
        self.printable(text, what)
    }

    fn one_line(&mut self, text: Text, what: &str) -> Option<Text> {
        if !text.value.contains('\n') {
            return self.printable(text, what);
        }
        self.complain(text.place, say!("{what} is one line"), None);
        None
    }

    /// What is read is printed, on terminals too: it must not steer them.
    fn printable(&mut self, text: Text, what: &str) -> Option<Text> {
        let steers = |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        let Some(c) = text.value.chars().find(steers) else { return Some(text) };
        let message = say!("{what} has the control character U+{:04X}", u32::from(c));
        self.complain(text.place, message, None);
        None
    }

    fn text_of(&self, value: &str, span: Range<usize>) -> Text {
        let mut place = self.place(span.start);
        // Behind one quote, where the value stands as it is; escapes and long strings keep the
        // place of the quote.
        if self.text.get(span.start + 1..span.end.saturating_sub(1)) == Some(value) {
            place.column += 1;
        }
        Text { value: value.into(), place }
    }

    /// A list of strings of one line each, at most `most`.
    pub fn strings(&mut self, item: &Item, what: &str, most: usize) -> Vec<Text> {
        let Some(array) = item.as_ref().as_array() else {
            self.wrong_type(item, what, "a list of strings");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (count, value) in array.iter().enumerate() {
            let place = self.at(value);
            if count == most {
                self.complain(place, say!("{what} has at most {most} entries"), None);
                break;
            }
            match value.as_ref() {
                DeValue::String(string) => {
                    let text = self.text_of(string, value.span());
                    texts.extend(self.one_line(text, what));
                }
                other => {
                    let found = article(other.type_str());
                    self.complain(place, say!("{what} is a list of strings, not {found}"), None);
                }
            }
        }
        texts
    }

    /// A whole number within bounds, both included.
    pub fn number(&mut self, item: &Item, what: &str, bounds: (usize, usize)) -> Option<usize> {
        let Some(value) = item.as_ref().as_integer() else {
            self.wrong_type(item, what, "a whole number");
            return None;
        };
        let place = self.at(item);
        self.bounded(value, what, bounds, place)
    }

    fn bounded(
        &mut self,
        value: &DeInteger,
        what: &str,
        (least, most): (usize, usize),
        place: Place,
    ) -> Option<usize> {
        let number = integer(value).and_then(|value| usize::try_from(value).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let hint = Some(say!("from {least} to {most}"));
            self.complain(place, say!("{what} cannot be {}", short(value.as_str())), hint);
        }
        number
    }

    /// A list of different whole numbers within bounds, with their places.
    pub fn numbers(
        &mut self,
        item: &Item,
        what: &str,
        bounds: (usize, usize),
    ) -> Vec<(usize, Place)> {
        let Some(array) = item.as_ref().as_array() else {
            self.wrong_type(item, what, "a list of whole numbers");
            return Vec::new();
        };
        let mut numbers = Vec::new();
        let most = bounds.1 - bounds.0 + 1;
        for (count, value) in array.iter().enumerate() {
            let place = self.at(value);
            if count == most {
                self.complain(place, say!("{what} has at most {most} entries"), None);
                break;
            }
            match value.as_ref().as_integer() {
                Some(integer) => {
                    let number = self.bounded(integer, what, bounds, place);
                    numbers.extend(number.map(|number| (number, place)));
                }
                None => {
                    let found = article(value.as_ref().type_str());
                    self.complain(place, say!("{what} is whole numbers, not {found}"), None);
                }
            }
        }
        numbers
    }

    /// Yes or no.
    pub fn flag(&mut self, item: &Item, what: &str) -> bool {
        item.as_ref().as_bool().unwrap_or_else(|| {
            self.wrong_type(item, what, "true or false");
            false
        })
    }

    /// A list of pages: numbers, and ranges such as `"6-7"` of a block; first, last and place of
    /// each. A range is in order and ends at `last` at most.
    pub fn page_ranges(
        &mut self,
        item: &Item,
        what: &str,
        last: usize,
    ) -> Vec<(usize, usize, Place)> {
        let Some(array) = item.as_ref().as_array() else {
            self.wrong_type(item, what, "a list of pages: 6, or \"6-7\" for a block");
            return Vec::new();
        };
        let mut ranges = Vec::new();
        for (count, value) in array.iter().enumerate() {
            let place = self.at(value);
            if count > last {
                self.complain(place, say!("{what} has at most {} entries", last + 1), None);
                break;
            }
            let range = match value.as_ref() {
                DeValue::Integer(number) => {
                    integer(number).and_then(|n| usize::try_from(n).ok()).map(|n| (n, n))
                }
                DeValue::String(text) => text.split_once('-').and_then(|(from, to)| {
                    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
                }),
                _ => None,
            };
            match range.filter(|(from, to)| from <= to && *to <= last) {
                Some((from, to)) => ranges.push((from, to, place)),
                None => {
                    let hint = Some(say!("the pages are 0 to {last}; a block is \"6-7\""));
                    self.complain(place, say!("this is no page of {what}"), hint);
                }
            }
        }
        ranges
    }

    /// A table.
    pub fn table<'i>(&mut self, item: &'i Item<'i>, what: &str) -> Option<&'i Table<'i>> {
        let table = item.as_ref().as_table();
        if table.is_none() {
            self.wrong_type(item, what, "a table");
        }
        table
    }

    /// An array of tables, at most `most`, each with its place.
    pub fn tables<'i>(
        &mut self,
        item: &'i Item<'i>,
        what: &str,
        most: usize,
    ) -> Vec<(&'i Table<'i>, Place)> {
        let with_place = |value: &'i Item<'i>| Some((value.as_ref().as_table()?, self.at(value)));
        let array = item.as_ref().as_array();
        let tables: Option<Vec<_>> = array.and_then(|array| array.iter().map(with_place).collect());
        let Some(mut tables) = tables else {
            self.wrong_type(item, what, "an array of tables");
            return Vec::new();
        };
        if let Some((_, place)) = tables.get(most) {
            let message = say!("there are {} {what} tables, {most} at most", tables.len());
            self.complain(*place, message, None);
        }
        tables.truncate(most);
        tables
    }
}

/// The value of a whole number, unless it is far too large.
pub fn integer(number: &DeInteger) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// The known word that was probably meant.
pub fn nearest(word: &str, known: &[&str]) -> Option<String> {
    if !cfg!(feature = "whole") {
        return None;
    }
    let word = short(word);
    let near = known
        .iter()
        .map(|other| (strsim::damerau_levenshtein(&word, other), other))
        .min_by_key(|(distance, _)| *distance)?;
    let close = near.0 <= (word.chars().count() / 3).max(1) + 1;
    close.then(|| say!("did you mean `{}`?", near.1))
}

/// The known word that was probably meant, or all of them behind what is said of them.
pub fn nearest_or_all(word: &str, known: &[&str], all: &str) -> Option<String> {
    nearest(word, known).or_else(|| Some(say!("{all}: {}", known.join(", "))))
}

/// A word from a hostile text, fit for a message.
pub fn short(word: &str) -> String {
    let plain: String =
        word.chars().map(|c| if c.is_control() { '?' } else { c }).take(40).collect();
    if word.chars().count() > 40 { say!("{plain}...") } else { plain }
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    say!("{} {noun}", if vowel { "an" } else { "a" })
}
