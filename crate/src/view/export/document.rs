//! The race as a piece of a document: the picture, the timeline as text, what came out and what is
//! claimed, and the link.
//!
//! Nothing that a scenario says becomes markup, except code and emphasis in its `about`.
use std::fmt::Write;

use super::svg::canvas::escape;
use super::svg::palette::Theme;
use super::svg::{self, Look};
use super::{Race, words};

/// The languages of documents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// CommonMark.
    Markdown,
    /// reStructuredText, as the kernel's Documentation/ has it.
    Rst,
    /// A page that needs nothing else.
    Html,
}

/// What a document is made with.
pub struct Frame<'a> {
    /// The picture.
    pub look: Look,
    /// The name of its file. HTML without one holds the picture itself.
    pub file: Option<&'a str>,
    /// The timeline as text.
    pub text: &'a str,
    /// An address that opens the race.
    pub link: Option<&'a str>,
}

/// The name of the picture's file where none is given.
const FILE: &str = "race.svg";

/// What the link says.
const OPEN: &str = "Open this race in Pagerace";

/// What stands above the claims.
const CLAIMS: &str = "What the scenario claims of all interleavings:";

/// The document.
pub fn document(language: Language, race: &Race, frame: &Frame) -> String {
    let parts = Parts::new(race, frame);
    match language {
        Language::Markdown => parts.markdown(),
        Language::Rst => parts.rst(),
        Language::Html => parts.html(race),
    }
}

/// What is in a document, whatever its language.
struct Parts<'a> {
    title: String,
    about: Vec<Mark>,
    /// What the picture shows, in words.
    shows: String,
    /// What came out.
    ending: Vec<String>,
    claims: Vec<String>,
    refs: Vec<String>,
    link: Option<String>,
    frame: &'a Frame<'a>,
}

impl Parts<'_> {
    fn new<'a>(race: &Race, frame: &'a Frame) -> Parts<'a> {
        let Look { part, at, .. } = frame.look;
        let mut ending = vec![format!("Linux {}", race.player.system().kernel.name)];
        ending.push(words::length(race.player));
        ending.extend(words::ending(race));
        Parts {
            title: line(&race.scenario.title),
            about: marks(&line(&race.scenario.about)),
            shows: line(&svg::description(race, part, svg::step_of(race.player, at))),
            ending: ending.iter().map(|words| line(words)).collect(),
            claims: words::claims(race).iter().map(|words| line(words)).collect(),
            refs: race.scenario.refs.iter().map(|words| line(words)).collect(),
            link: frame.link.map(address),
            frame,
        }
    }

    fn file(&self) -> String {
        line(self.frame.file.unwrap_or(FILE))
    }

    fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n", markdown(&self.title));
        for mark in &self.about {
            text += &match mark {
                Mark::Text(words) => markdown(words),
                Mark::Code(words) => code(words),
                Mark::Weak(words) => format!("*{}*", markdown(words)),
                Mark::Strong(words) => format!("**{}**", markdown(words)),
            };
        }
        let _ = write!(text, "\n\n![{}]({})\n", markdown(&self.shows), address(&self.file()));
        let fence = "`".repeat(longest_run(self.frame.text, '`').max(2) + 1);
        let _ = write!(text, "\n{fence}text\n{}{fence}\n\n", self.frame.text);
        for words in &self.ending {
            let _ = writeln!(text, "- {}", markdown(words));
        }
        if !self.claims.is_empty() {
            let _ = write!(text, "\n{CLAIMS}\n\n");
        }
        for words in &self.claims {
            let _ = writeln!(text, "- {}", markdown(words));
        }
        if !self.refs.is_empty() {
            let refs: Vec<String> = self.refs.iter().map(|words| markdown(words)).collect();
            let _ = write!(text, "\nReferences: {}\n", refs.join("; "));
        }
        if let Some(link) = &self.link {
            let _ = write!(text, "\n[{OPEN}](<{link}>)\n");
        }
        text
    }

    fn rst(&self) -> String {
        let title = rst(&self.title);
        // A title's line is at least as long as the title, of which a letter may be two columns.
        let rule = "=".repeat(title.chars().count() * 2);
        let rule = if title.is_ascii() { &rule[..title.len()] } else { &rule };
        let mut text = format!("{title}\n{rule}\n\n");
        for (number, mark) in self.about.iter().enumerate() {
            let (sign, words) = match mark {
                Mark::Text(words) => ("", rst(words)),
                Mark::Code(words) => ("``", words.clone()),
                Mark::Weak(words) => ("*", rst(words)),
                Mark::Strong(words) => ("**", rst(words)),
            };
            // Marks hold only where no letter stands beside them, or something that is nothing.
            let beside = matches!(self.about.get(number + 1),
                Some(Mark::Text(next)) if !next.starts_with(' '));
            let before =
                if sign.is_empty() || text.ends_with(char::is_whitespace) { "" } else { "\\ " };
            let behind = if beside && !sign.is_empty() { "\\ " } else { "" };
            text += &format!("{before}{sign}{words}{sign}{behind}");
        }
        let _ = write!(text, "\n\n.. kernel-figure:: {}\n", self.file());
        let _ = write!(text, "   :alt: {}\n\n   {title}\n\nAs text::\n\n", self.shows);
        for row in self.frame.text.lines() {
            text += format!("   {row}").trim_end();
            text.push('\n');
        }
        text.push('\n');
        for words in &self.ending {
            let _ = writeln!(text, "* {}", rst(words));
        }
        if !self.claims.is_empty() {
            let _ = write!(text, "\n{CLAIMS}\n\n");
        }
        for words in &self.claims {
            let _ = writeln!(text, "* {}", rst(words));
        }
        if !self.refs.is_empty() {
            let refs: Vec<String> = self.refs.iter().map(|words| rst(words)).collect();
            let _ = write!(text, "\nReferences: {}\n", refs.join("; "));
        }
        if let Some(link) = &self.link {
            let _ = write!(text, "\n`{OPEN} <{link}>`__\n");
        }
        text
    }

    fn html(&self, race: &Race) -> String {
        let title = escape(&self.title);
        let scheme = match self.frame.look.theme {
            Theme::Auto => "light dark",
            theme => theme.word(),
        };
        let mut text = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{title}</title>\n\
             <style>\n:root{{color-scheme:{scheme};font:1rem/1.5 system-ui,sans-serif}}\n\
             body{{max-width:72rem;margin:2rem auto;padding:0 1rem}}\nfigure{{margin:1rem 0}}\n\
             figure,pre{{overflow-x:auto}}\npre{{line-height:1.3}}\n\
             </style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>"
        );
        for mark in &self.about {
            text += &match mark {
                Mark::Text(words) => escape(words),
                Mark::Code(words) => format!("<code>{}</code>", escape(words)),
                Mark::Weak(words) => format!("<em>{}</em>", escape(words)),
                Mark::Strong(words) => format!("<strong>{}</strong>", escape(words)),
            };
        }
        text += "</p>\n<figure tabindex=\"0\">\n";
        match self.frame.file {
            Some(file) => {
                let (file, shows) = (escape(&address(file)), escape(&self.shows));
                let _ = writeln!(text, "<img src=\"{file}\" alt=\"{shows}\"/>");
            }
            None => text += &svg::svg(race, self.frame.look),
        }
        let _ = write!(text, "</figure>\n<ul>\n{}</ul>\n", items(&self.ending));
        if !self.claims.is_empty() {
            let _ = write!(text, "<p>{CLAIMS}</p>\n<ul>\n{}</ul>\n", items(&self.claims));
        }
        let _ = writeln!(
            text,
            "<h2>As text</h2>\n<pre tabindex=\"0\">{}</pre>",
            escape(self.frame.text)
        );
        if !self.refs.is_empty() {
            let _ = writeln!(text, "<p>References: {}</p>", escape(&self.refs.join("; ")));
        }
        if let Some(link) = &self.link {
            let _ = writeln!(text, "<p><a href=\"{}\">{OPEN}</a></p>", escape(link));
        }
        text + "</body>\n</html>\n"
    }
}

fn items(rows: &[String]) -> String {
    rows.iter().map(|words| format!("<li>{}</li>\n", escape(words))).collect()
}

/// A piece of the inline Markdown that `about` may have.
#[derive(PartialEq, Eq, Debug)]
enum Mark {
    Text(String),
    Code(String),
    Weak(String),
    Strong(String),
}

/// Splits code and emphasis off; everything else stays as it is.
fn marks(words: &str) -> Vec<Mark> {
    let (mut found, mut plain, mut rest) = (Vec::new(), String::new(), words);
    'next: while let Some(letter) = rest.chars().next() {
        for sign in ["`", "**", "*"] {
            let Some(inside) = rest.strip_prefix(sign) else { continue };
            let Some((inside, behind)) = inside.split_once(sign) else { continue };
            let (inside, is_code) = (inside.trim_end(), sign == "`");
            let starts = inside.starts_with(|letter: char| letter != ' ');
            if !starts || (!is_code && inside.contains('*')) {
                continue;
            }
            found.push(Mark::Text(std::mem::take(&mut plain)));
            found.push(match sign {
                "`" => Mark::Code(inside.into()),
                "**" => Mark::Strong(inside.into()),
                _ => Mark::Weak(inside.into()),
            });
            rest = behind;
            continue 'next;
        }
        plain.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    found.push(Mark::Text(plain));
    found.retain(|mark| *mark != Mark::Text(String::new()));
    found
}

/// All on one line, with nothing in it that is no letter.
fn line(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}

/// Plain words in Markdown.
fn markdown(words: &str) -> String {
    let mut text = String::new();
    let mut last = ' ';
    for (index, letter) in words.char_indices() {
        let marks = match letter {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '!' | '#' => true,
            '_' => !(last.is_alphanumeric() && begins_with_letter(&words[index + 1..])),
            '-' | '+' | '=' | ':' => index == 0,
            '.' | ')' => words[..index].chars().all(|it| it.is_ascii_digit()),
            _ => false,
        };
        if marks {
            text.push('\\');
        }
        text.push(letter);
        last = letter;
    }
    text
}

/// Plain words in reStructuredText, which makes links of what looks like addresses.
fn rst(words: &str) -> String {
    let mut text = String::new();
    let mut last = ' ';
    for (index, letter) in words.char_indices() {
        let behind = &words[index + letter.len_utf8()..];
        let ends_word = behind.is_empty() || behind.starts_with(' ');
        let marks = match letter {
            '\\' | '`' | '*' | '|' | '@' => true,
            '_' => !(last.is_alphanumeric() && begins_with_letter(behind)),
            ':' => index == 0 || !ends_word,
            '.' | ')' if index > 0 => {
                ends_word && words[..index].chars().all(char::is_alphanumeric)
            }
            other => index == 0 && other.is_ascii_punctuation(),
        };
        if marks {
            text.push('\\');
        }
        text.push(letter);
        last = letter;
    }
    text
}

fn begins_with_letter(words: &str) -> bool {
    words.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
}

/// Code in Markdown, between more backticks than it has.
fn code(words: &str) -> String {
    let fence = "`".repeat(longest_run(words, '`') + 1);
    format!("{fence}{words}{fence}")
}

fn longest_run(words: &str, letter: char) -> usize {
    words.split(|it| it != letter).map(str::len).max().unwrap_or(0)
}

/// An address, in which what has a meaning elsewhere is written as a number.
fn address(words: &str) -> String {
    let mut text = String::new();
    for byte in words.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:/?#@!$&+,;=%".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_split_off() {
        let text = |words: &str| Mark::Text(words.into());
        let found = marks("a `b_c` **d** *e* * f");
        let expected = [
            text("a "),
            Mark::Code("b_c".into()),
            text(" "),
            Mark::Strong("d".into()),
            text(" "),
            Mark::Weak("e".into()),
            text(" * f"),
        ];
        assert_eq!(found, expected);
        assert_eq!(marks("`open"), [text("`open")]);
    }

    #[test]
    fn plain_words_have_no_markup() {
        assert_eq!(markdown("<b> [x](y) a_b _c_"), "\\<b\\> \\[x\\](y) a_b \\_c\\_");
        assert_eq!(markdown("1. one"), "1\\. one");
        assert_eq!(markdown("- item"), "\\- item");
        assert_eq!(rst(".. raw:: html"), "\\.. raw\\:: html");
        assert_eq!(rst("pin_ |x| `y`"), "pin\\_ \\|x\\| \\`y\\`");
        assert_eq!(rst("cpu0 = 1"), "cpu0 = 1");
        assert_eq!(rst("a. javascript:x b@c"), "a\\. javascript\\:x b\\@c");
    }

    #[test]
    fn addresses_end_where_they_should() {
        assert_eq!(address("a b>)`\u{e4}"), "a%20b%3E%29%60%C3%A4");
        assert_eq!(address("https://x/#1Ab-_"), "https://x/#1Ab-_");
    }
}
