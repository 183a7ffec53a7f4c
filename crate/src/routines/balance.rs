//! What must be true of every routine, of a table as of one that a patch has edited: labels
//! resolve, locks and interrupts balance on every path, and every path comes to its end.
use std::collections::{BTreeMap, BTreeSet};

use crate::machine::{Edited, Function, Op, Row};

/// What is wrong with a routine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flaw {
    /// What, with the label of the line.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

/// How many of each kind are open: locks, `local_irq_save`, `preempt_disable`.
type Held = [i32; 3];

/// What each kind is, for messages.
const KINDS: [&str; 3] = ["a lock", "interrupts off", "preemption off"];

/// What takes a lock and leaves it to another function: held when it is called, and when it
/// returns. A caller of one half may leave the other to its own caller.
const HALVES: [(&str, i32, i32); 4] = [
    ("zone_pcp_disable", 0, 1),
    ("zone_pcp_enable", 1, 0),
    ("release_pte_page", 1, 0),
    ("unlock_page", 1, 0),
];

/// What is called with a lock held and drops it.
const DROPS: [&str; 1] = ["do_wp_page"];

fn held_around(function: Function) -> (i32, i32) {
    let half = HALVES.iter().find(|(name, ..)| *name == function.0);
    half.map_or((i32::from(drops(function)), 0), |(_, start, end)| (*start, *end))
}

fn drops(function: Function) -> bool {
    DROPS.contains(&function.0)
}

/// What is wrong with a routine: nothing of one that may run.
pub fn flaws(edited: &Edited) -> Vec<Flaw> {
    let rows: Vec<&Row> = edited.rows().collect();
    let ways = match ways(&rows) {
        Ok(ways) => ways,
        Err(flaws) => return flaws,
    };
    let mut flaws = unbalanced(edited.function(), &rows, &ways);
    if flaws.is_empty() {
        flaws = without_end(&rows, &ways);
    }
    flaws
}

/// Where each row goes: to the row that it jumps to, and on to the next one.
type Ways = Vec<(Option<usize>, Option<usize>)>;

fn ways(rows: &[&Row]) -> Result<Ways, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let mut ways = Vec::new();
    let mut labels = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        if labels.insert(&row.label, at).is_some() {
            flaws
                .push(Flaw { message: format!("two lines are named `{}`", row.label), hint: None });
        }
    }
    for (at, row) in rows.iter().enumerate() {
        let jump = row.target.as_ref().map(|label| (label, labels.get(label).copied()));
        if let Some((label, None)) = jump {
            let message = format!("`{}` jumps to `{label}`, which is not there", row.label);
            let hint = Some(format!("drop `{}` too, or keep `{label}`", row.label));
            flaws.push(Flaw { message, hint });
        }
        let ends = matches!(row.line.op, Op::Return(_) | Op::Goto(_));
        if !ends && at + 1 == rows.len() {
            let message = format!("`{}` is the last line, and does not return", row.label);
            flaws.push(Flaw { message, hint: None });
        }
        ways.push((jump.and_then(|(_, to)| to), (!ends).then_some(at + 1)));
    }
    if rows.is_empty() {
        flaws.push(Flaw { message: "no line is left".into(), hint: None });
    }
    if flaws.is_empty() { Ok(ways) } else { Err(flaws) }
}

/// Walks every path with what is held.
fn unbalanced(function: Function, rows: &[&Row], ways: &Ways) -> Vec<Flaw> {
    let (start, end) = held_around(function);
    let mut held_at: BTreeMap<usize, Held> = BTreeMap::new();
    let mut work = vec![(0, [start, 0, 0])];
    while let Some((at, held)) = work.pop() {
        let row = rows[at];
        if let Some(before) = held_at.insert(at, held) {
            let kind = (0..KINDS.len()).find(|kind| before[*kind] != held[*kind]);
            let Some(kind) = kind else { continue };
            let what = KINDS[kind];
            let message = format!("`{}` is reached with {what} and without", row.label);
            return vec![Flaw { message, hint: Some("take and drop it on the same paths".into()) }];
        }
        let after = behind(row, held);
        if let Some(kind) = (0..KINDS.len()).find(|kind| after[*kind] < 0) {
            let message = format!("`{}` ends {}, which is not so there", row.label, KINDS[kind]);
            return vec![Flaw { message, hint: None }];
        }
        let left = [after[0] - end, after[1], after[2]];
        let kind = (0..KINDS.len()).find(|kind| left[*kind] != 0);
        if let (Op::Return(_), Some(kind)) = (row.line.op, kind) {
            let what = if left[kind] > 0 { "still" } else { "not" };
            let message = format!("`{}` returns and {what} has {}", row.label, KINDS[kind]);
            return vec![Flaw { message, hint: Some("each path ends as it began".into()) }];
        }
        let (jump, next) = ways[at];
        // A lock that is only tried is held where the branch is not taken.
        let tried = row.line.label.starts_with("trylock") && !row.compares;
        let taken = [after[0] + i32::from(tried), after[1], after[2]];
        work.extend(jump.map(|to| (to, after)));
        work.extend(next.map(|to| (to, taken)));
    }
    let unreached = (0..rows.len()).filter(|at| !held_at.contains_key(at));
    let message = |at: usize| format!("`{}` is never reached", rows[at].label);
    unreached.map(|at| Flaw { message: message(at), hint: None }).collect()
}

fn behind(row: &Row, [locks, irqs, preempt]: Held) -> Held {
    match row.line.op {
        Op::Acquire(_) => [locks + 1, irqs, preempt],
        Op::Release(_) => [locks - 1, irqs, preempt],
        Op::IrqOff => [locks, irqs + 1, preempt],
        Op::IrqOn => [locks, irqs - 1, preempt],
        Op::PreemptOff => [locks, irqs, preempt + 1],
        Op::PreemptOn => [locks, irqs, preempt - 1],
        Op::Call(function, _) => [locks - i32::from(drops(function)), irqs, preempt],
        _ => [locks, irqs, preempt],
    }
}

/// The rows from which no way leads to a return.
fn without_end(rows: &[&Row], ways: &Ways) -> Vec<Flaw> {
    let returns = |at: &usize| matches!(rows[*at].line.op, Op::Return(_));
    let mut ending: BTreeSet<usize> = (0..rows.len()).filter(returns).collect();
    loop {
        let leads = |(jump, next): &(Option<usize>, Option<usize>)| {
            jump.iter().chain(next).any(|to| ending.contains(to))
        };
        let more: Vec<usize> = (0..rows.len()).filter(|at| leads(&ways[*at])).collect();
        let known = ending.len();
        ending.extend(more);
        if ending.len() == known {
            break;
        }
    }
    let stuck = (0..rows.len()).find(|at| !ending.contains(at));
    let message = stuck.map(|at| format!("from `{}` on it never returns", rows[at].label));
    message.into_iter().map(|message| Flaw { message, hint: None }).collect()
}
