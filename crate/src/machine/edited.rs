//! A routine with the edits of a patch: lines of its table dropped or moved, and lines inserted
//! that the stock has. It owns what the edits say and borrows the rest from the table.
use std::borrow::Cow;
use std::fmt;

use super::routine::{Function, Line, Op, Routine};

/// How a row of an edited routine came to be where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// The table has it there.
    Own,
    /// The table has it elsewhere.
    Moved,
    /// The table does not have it.
    Inserted,
    /// The table has it, and it does not run.
    Dropped,
}

impl Mark {
    /// The word of listings; none for a line that stands where it stood.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Mark::Own => None,
            Mark::Moved => Some("moved"),
            Mark::Inserted => Some("inserted"),
            Mark::Dropped => Some("dropped"),
        }
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name within the routine.
    pub label: Cow<'static, str>,
    /// The pseudo-code shown.
    pub text: Cow<'static, str>,
    /// What it does; of an inserted row the stock's line, or the one that it runs again.
    pub line: &'static Line,
    /// Where it goes when it jumps.
    pub target: Option<Cow<'static, str>>,
    /// Whether it runs its line again to compare: it jumps when that finds other values.
    pub compares: bool,
    /// How it came here.
    pub mark: Mark,
}

impl Row {
    /// A row of a table.
    pub fn of(line: &'static Line) -> Row {
        Row {
            label: Cow::Borrowed(line.label),
            text: Cow::Borrowed(line.text),
            line,
            target: line.jumps_to().map(Cow::Borrowed),
            compares: false,
            mark: Mark::Own,
        }
    }
}

/// Where a row goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Spot {
    /// In front of the row with this label.
    Before(String),
    /// Behind it.
    After(String),
}

impl Spot {
    fn label(&self) -> &str {
        match self {
            Spot::Before(label) | Spot::After(label) => label,
        }
    }
}

/// What is inserted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Insert {
    /// A line of the stock.
    Stock(&'static Line),
    /// The row with this label once more; it goes to `goto` where it jumps, or to where that does.
    Again {
        /// The label.
        of: String,
        /// Where it goes when it jumps.
        goto: Option<String>,
    },
    /// The row with this label once more, to compare: where it finds other values, `goto`.
    Same {
        /// The label.
        of: String,
        /// Where it goes when it does not find the same.
        goto: String,
    },
}

/// One edit of a routine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// The row does not run.
    Drop(String),
    /// The row stands elsewhere.
    Move(String, Spot),
    /// A new row with this label.
    Insert(String, Insert, Spot),
}

/// Why an edit cannot be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EditError {
    /// The routine has no row with this label.
    NoLabel(String),
    /// It has one already.
    Taken(String),
    /// A row cannot stand beside itself.
    Itself(String),
    /// This row does nothing that can be run again so.
    NotAgain(String),
}

impl fmt::Display for EditError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::NoLabel(label) => write!(out, "there is no line `{label}`"),
            EditError::Taken(label) => write!(out, "there is a line `{label}` already"),
            EditError::Itself(label) => write!(out, "`{label}` cannot stand beside itself"),
            EditError::NotAgain(label) => {
                write!(out, "`{label}` does not read memory: it cannot be run again")
            }
        }
    }
}

/// The most columns of a row's text.
pub const COLUMNS: usize = 60;

/// A routine with edits.
#[derive(Clone)]
pub struct Edited {
    /// The table that the kernel has.
    pub routine: &'static Routine,
    /// All rows, those that do not run included.
    rows: Vec<Row>,
}

impl Edited {
    /// A table without any edit.
    pub fn new(routine: &'static Routine) -> Edited {
        Edited { routine, rows: routine.body.iter().map(Row::of).collect() }
    }

    /// The function.
    pub fn function(&self) -> Function {
        self.routine.function
    }

    /// All rows, those dropped included.
    pub fn listing(&self) -> &[Row] {
        &self.rows
    }

    /// The rows that run, in order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.mark != Mark::Dropped)
    }

    fn find(&self, label: &str) -> Result<usize, EditError> {
        let runs = |row: &Row| row.mark != Mark::Dropped && row.label == label;
        self.rows.iter().position(runs).ok_or_else(|| EditError::NoLabel(label.into()))
    }

    /// Makes an edit.
    ///
    /// # Errors
    /// A label is unknown or taken. What the edits come to is not looked at.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), EditError> {
        match edit {
            Edit::Drop(label) => {
                let at = self.find(label)?;
                if self.rows[at].mark == Mark::Inserted {
                    self.rows.remove(at);
                } else {
                    self.rows[at].mark = Mark::Dropped;
                }
            }
            Edit::Move(label, spot) => {
                let at = self.find(label)?;
                self.find(spot.label())?;
                if spot.label() == label {
                    return Err(EditError::Itself(label.clone()));
                }
                let mut row = self.rows.remove(at);
                if row.mark == Mark::Own {
                    row.mark = Mark::Moved;
                }
                self.put(row, spot)?;
            }
            Edit::Insert(label, what, spot) => {
                if self.find(label).is_ok() {
                    return Err(EditError::Taken(label.clone()));
                }
                let row = self.inserted(label, what)?;
                self.put(row, spot)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, row: Row, spot: &Spot) -> Result<(), EditError> {
        let at = self.find(spot.label())?;
        self.rows.insert(at + usize::from(matches!(spot, Spot::After(_))), row);
        Ok(())
    }

    fn inserted(&self, label: &str, what: &Insert) -> Result<Row, EditError> {
        let label = Cow::Owned(label.to_string());
        let mark = Mark::Inserted;
        let again = |of: &String| self.find(of).map(|at| &self.rows[at]);
        match what {
            Insert::Stock(line) => Ok(Row { label, mark, ..Row::of(line) }),
            Insert::Again { of, goto } => {
                let row = again(of)?;
                if !matches!(row.line.op, Op::Do(_) | Op::Branch(..)) || row.compares {
                    return Err(EditError::NotAgain(of.clone()));
                }
                let target = goto.clone().map(Cow::Owned).or_else(|| row.target.clone());
                let target = target.filter(|_| matches!(row.line.op, Op::Branch(..)));
                Ok(Row { label, mark, target, ..row.clone() })
            }
            Insert::Same { of, goto } => {
                let row = again(of)?;
                if !matches!(row.line.op, Op::Do(_)) {
                    return Err(EditError::NotAgain(of.clone()));
                }
                let text: String = format!("if changed: {}", row.text);
                let text = Cow::Owned(text.chars().take(COLUMNS).collect());
                let target = Some(Cow::Owned(goto.clone()));
                Ok(Row { label, text, target, compares: true, mark, line: row.line })
            }
        }
    }
}
