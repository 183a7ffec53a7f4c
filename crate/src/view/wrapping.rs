//! Rows of code and prose, broken where a reader would break them.

/// Breaks a row at a blank, or behind a bracket, comma or dot, or where it must; what follows is
/// indented by `hang` more than the row itself.
pub fn wrap(row: &str, width: usize, hang: usize) -> Vec<String> {
    let mut rest: Vec<char> = row.chars().collect();
    let indent = rest.iter().take_while(|c| c.is_whitespace()).count();
    let follow = (indent + hang).min(width / 3);
    let mut rows = Vec::new();
    while columns(&rest) > width {
        let lead = if rows.is_empty() { indent } else { follow };
        let cut = break_at(&rest, lead, width);
        if cut == rest.len() {
            break;
        }
        let tail = rest.split_off(cut);
        rows.push(rest.iter().collect::<String>().trim_end().to_string());
        let tail = tail.into_iter().skip_while(|c| c.is_whitespace());
        rest = std::iter::repeat_n(' ', follow).chain(tail).collect();
    }
    rows.push(rest.into_iter().collect());
    rows
}

/// Where a row is cut: behind its first third at least, so that no row is a crumb.
fn break_at(row: &[char], lead: usize, width: usize) -> usize {
    let fits = letters_in(row, width);
    let least = lead + (width - lead) / 3;
    let blank = row[..(fits + 1).min(row.len())].iter().rposition(|c| *c == ' ');
    let bracket = row[..fits].iter().rposition(|c| matches!(c, '(' | ',' | '.' | '>'));
    let bracket = bracket.map(|place| place + 1);
    let found = blank.filter(|cut| *cut > least).or(bracket.filter(|cut| *cut > least));
    found.unwrap_or(fits)
}

/// How many letters stand in so many columns; one at least beyond the indent, so that it goes on.
fn letters_in(row: &[char], width: usize) -> usize {
    let mut used = 0;
    let fits = row.iter().take_while(|letter| {
        used += column(**letter);
        used <= width
    });
    let indent = row.iter().take_while(|c| c.is_whitespace()).count();
    fits.count().max(indent + 1).min(row.len())
}

fn columns(row: &[char]) -> usize {
    row.iter().map(|letter| column(*letter)).sum()
}

/// Letters of most scripts are one column wide where all are equally wide, and from Hangul on two.
fn column(letter: char) -> usize {
    if letter < '\u{1100}' { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_break_at_blanks_and_hang() {
        assert_eq!(wrap("  if (a && b)", 9, 1), ["  if (a", "   && b)"]);
        assert_eq!(wrap("call(some, thing)", 12, 2), ["call(some,", "  thing)"]);
        assert_eq!(wrap("pfn = function(page)", 16, 2), ["pfn = function(", "  page)"]);
        assert_eq!(wrap("abcdefghij", 4, 0), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("fits", 4, 2), ["fits"]);
    }

    #[test]
    fn letters_of_two_columns_count_twice_and_end() {
        assert_eq!(wrap("\u{9801}\u{9801}\u{9801}", 4, 0), ["\u{9801}\u{9801}", "\u{9801}"]);
        assert_eq!(wrap("\u{9801}\u{9801}", 1, 0), ["\u{9801}", "\u{9801}"]);
        assert_eq!(wrap("\u{e4}\u{e4} b", 2, 0), ["\u{e4}\u{e4}", "b"]);
    }
}
