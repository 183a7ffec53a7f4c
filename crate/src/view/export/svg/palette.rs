//! The colours of the page (`www/src/style.css`), each light and dark.
//!
//! Shapes carry their colour as an attribute, since what strips styles or knows no media queries
//! must show a whole picture, too; `auto` adds rules that put the dark ones over them.
use std::collections::BTreeSet;
use std::fmt::Write;

/// Which colours a picture has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// As the reader's system says; light where that cannot be asked.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them.
    pub const ALL: [Theme; 3] = [Theme::Auto, Theme::Light, Theme::Dark];

    /// Its name as an option.
    pub fn word(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// What a colour is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Paint {
    /// The ground.
    Paper,
    /// Of boxes on it.
    Raised,
    /// Words.
    Ink,
    /// Words that matter less.
    Soft,
    /// Thin lines.
    Line,
    /// Lines around things.
    Edge,
    /// Behind what the step at the cursor changed.
    Now,
    /// Around it.
    NowEdge,
    /// A broken property.
    Bad,
    /// Behind its words.
    BadBack,
    /// A lane.
    Cpu(usize),
    /// A migratetype, by its letter.
    Type(char),
}

/// Okabe and Ito's colours, darkened or lightened until text in them is legible.
const CPUS: [(&str, &str); 8] = [
    ("#00639c", "#6cc0f0"),
    ("#a84800", "#f5a35c"),
    ("#006e50", "#45cfa3"),
    ("#9c3f74", "#e7a1c8"),
    ("#7d5900", "#e9b949"),
    ("#3d6a8a", "#a9cfe6"),
    ("#55585d", "#c3c6cb"),
    ("#6a6100", "#ece46a"),
];

impl Paint {
    /// Light and dark.
    fn tones(self) -> (&'static str, &'static str) {
        match self {
            Paint::Paper => ("#ffffff", "#15171b"),
            Paint::Raised => ("#ffffff", "#1c1f24"),
            Paint::Ink => ("#1b1c1e", "#e7e6e1"),
            Paint::Soft => ("#55585d", "#a8abb1"),
            Paint::Line => ("#dcdcd5", "#31353c"),
            Paint::Edge => ("#85888d", "#767b84"),
            Paint::Now => ("#fff3c4", "#3a331a"),
            Paint::NowEdge => ("#8a6100", "#f0c64a"),
            Paint::Bad => ("#a3180c", "#ff9d8f"),
            Paint::BadBack => ("#fdeae7", "#3b1d1a"),
            Paint::Cpu(number) => CPUS[number % CPUS.len()],
            Paint::Type('U') => ("#d4d4d0", "#4a4d52"),
            Paint::Type('M') => ("#bfe1f6", "#1d4a66"),
            Paint::Type('E') => ("#f7e7a4", "#574a10"),
            Paint::Type('H') => ("#f0cfe1", "#5d3049"),
            Paint::Type('C') => ("#b5e5d5", "#0f5643"),
            Paint::Type('I') => ("#f8cfa6", "#6e3a0a"),
            Paint::Type(_) => ("#e6e6e0", "#33363b"),
        }
    }

    /// The class that a rule of `auto` finds it by.
    fn class(self) -> String {
        match self {
            Paint::Cpu(number) => format!("cpu{}", number % CPUS.len()),
            Paint::Type(letter) => format!("type{letter}"),
            other => format!("{other:?}").to_lowercase(),
        }
    }
}

/// What is painted of a shape.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// Its inside; of words, the words.
    Fill,
    /// Its outline.
    Stroke,
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Part::Fill => "fill",
            Part::Stroke => "stroke",
        }
    }
}

/// Hands colours out, and remembers which rules they need.
pub struct Palette {
    /// Whose colours.
    pub theme: Theme,
    used: BTreeSet<(Paint, Part)>,
}

impl Palette {
    /// Nothing is painted yet.
    pub fn new(theme: Theme) -> Palette {
        Palette { theme, used: BTreeSet::new() }
    }

    /// The attribute of a shape that is painted in one colour, with a blank before it.
    pub fn one(&mut self, part: Part, paint: Paint) -> String {
        self.attributes(&[(part, paint)])
    }

    /// The attributes of a shape whose parts are painted.
    pub fn attributes(&mut self, parts: &[(Part, Paint)]) -> String {
        let mut text = String::new();
        for (part, paint) in parts {
            let (light, dark) = paint.tones();
            let tone = if self.theme == Theme::Dark { dark } else { light };
            let _ = write!(text, " {}=\"{tone}\"", part.word());
        }
        if self.theme == Theme::Auto {
            let classes: Vec<String> =
                parts.iter().map(|(part, paint)| class(*part, *paint)).collect();
            let _ = write!(text, " class=\"{}\"", classes.join(" "));
            self.used.extend(parts.iter().map(|(part, paint)| (*paint, *part)));
        }
        text
    }

    /// The style of the picture; none where the colours never change. The rules hold below `scope`,
    /// since a page that a picture stands in may hold others.
    pub fn style(&self, scope: &str) -> String {
        if self.theme != Theme::Auto {
            return String::new();
        }
        let rule = |(paint, part): &(Paint, Part)| {
            let (name, dark) = (class(*part, *paint), paint.tones().1);
            format!(".{scope} .{name}{{{}:{dark}}}", part.word())
        };
        let rules: String = self.used.iter().map(rule).collect();
        format!("<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>\n")
    }
}

fn class(part: Part, paint: Paint) -> String {
    format!("{}-{}", part.word(), paint.class())
}
