//! Shapes and words at places, written down as SVG: no scripts, no links, no foreign objects, and
//! nothing from outside the file. Lengths are in pixels of a picture at its own size.
//!
//! By hand, since it is five shapes: the `svg` crate leaves attributes as they are and control
//! characters in, which XML forbids.
use std::collections::BTreeSet;
use std::fmt::Write;

use super::palette::{Paint, Palette, Part, Theme};

/// What words are set in: a face of the reader's system, of which all letters are equally wide.
const FACES: &str = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/// The height of words, unless said otherwise.
pub const SIZE: i32 = 12;

/// How wide so many letters are. No common face is wider than DejaVu Sans Mono.
pub fn width_of(letters: usize, size: i32) -> i32 {
    letters as i32 * size * 603 / 1000
}

/// How many letters fit into a width.
pub fn letters_in(width: i32, size: i32) -> usize {
    usize::try_from(width * 1000 / (size * 603)).unwrap_or(0)
}

/// A place and a size.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// Left.
    pub x: i32,
    /// Top.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}

/// How words look.
#[derive(Clone, Copy, Debug)]
pub struct Face {
    /// Their height.
    pub size: i32,
    /// Bold.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// They end at the place instead of beginning there.
    pub ends: bool,
    /// Their colour.
    pub paint: Paint,
}

impl Face {
    /// Words of the usual size.
    pub const fn of(paint: Paint) -> Face {
        Face { size: SIZE, bold: false, italic: false, ends: false, paint }
    }

    /// The same in bold.
    pub const fn bold(self) -> Face {
        Face { bold: true, ..self }
    }

    /// The same at another size.
    pub const fn sized(self, size: i32) -> Face {
        Face { size, ..self }
    }

    /// The same, slanted.
    pub const fn italic(self) -> Face {
        Face { italic: true, ..self }
    }

    /// The same, to the left of the place.
    pub const fn ends(self) -> Face {
        Face { ends: true, ..self }
    }
}

/// A line's colour, width and dashes.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    /// Its colour.
    pub paint: Paint,
    /// Its width.
    pub width: i32,
    /// Lengths of dashes and gaps; nothing for a line that goes through.
    pub dashes: &'static str,
}

impl Pen {
    /// A thin line that goes through.
    pub const fn of(paint: Paint) -> Pen {
        Pen { paint, width: 1, dashes: "" }
    }

    /// The same with another width.
    pub const fn wide(self, width: i32) -> Pen {
        Pen { width, ..self }
    }

    /// The same with dashes.
    pub const fn dashed(self, dashes: &'static str) -> Pen {
        Pen { dashes, ..self }
    }
}

/// A picture that is being drawn; what is drawn later lies above.
pub struct Canvas {
    palette: Palette,
    body: String,
    /// The letters of migratetypes whose patterns are used.
    patterns: BTreeSet<char>,
}

impl Canvas {
    /// An empty one.
    pub fn new(theme: Theme) -> Canvas {
        Canvas { palette: Palette::new(theme), body: String::new(), patterns: BTreeSet::new() }
    }

    /// Words on one line.
    pub fn text(&mut self, (x, y): (i32, i32), face: Face, words: &str) {
        let mut attributes = format!("x=\"{x}\" y=\"{y}\"");
        if face.size != SIZE {
            let _ = write!(attributes, " font-size=\"{}\"", face.size);
        }
        if face.bold {
            attributes.push_str(" font-weight=\"700\"");
        }
        if face.italic {
            attributes.push_str(" font-style=\"italic\"");
        }
        if face.ends {
            attributes.push_str(" text-anchor=\"end\"");
        }
        if face.paint != Paint::Ink {
            attributes += &self.palette.one(Part::Fill, face.paint);
        }
        let _ = writeln!(self.body, "<text {attributes}>{}</text>", escape(words));
    }

    /// A filled area.
    pub fn fill(&mut self, area: Area, paint: Paint) {
        let paint = self.palette.one(Part::Fill, paint);
        let _ = writeln!(self.body, "<rect {}{paint}/>", place(area));
    }

    /// A filled area with a line around it.
    pub fn boxed(&mut self, area: Area, paint: Paint, pen: Pen) {
        let paints = [(Part::Fill, paint), (Part::Stroke, pen.paint)];
        let paints = self.palette.attributes(&paints);
        let _ = writeln!(self.body, "<rect {}{paints}{}/>", place(area), stroke(pen));
    }

    /// A line around an area.
    pub fn outline(&mut self, area: Area, pen: Pen) {
        let paint = self.palette.one(Part::Stroke, pen.paint);
        let around = format!("{} fill=\"none\"{paint}{}", place(area), stroke(pen));
        let _ = writeln!(self.body, "<rect {around}/>");
    }

    /// An area in the colour and the pattern of a migratetype.
    pub fn typed(&mut self, area: Area, letter: char) {
        self.fill(area, Paint::Type(letter));
        if pattern(letter).is_some() {
            self.patterns.insert(letter);
            let name = self.pattern_name(letter);
            let _ = writeln!(self.body, "<rect {} fill=\"url(#{name})\"/>", place(area));
        }
    }

    /// A straight line.
    pub fn line(&mut self, (x1, y1): (i32, i32), (x2, y2): (i32, i32), pen: Pen) {
        let paint = self.palette.one(Part::Stroke, pen.paint);
        let ends = format!("x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"");
        let _ = writeln!(self.body, "<line {ends}{paint}{}/>", stroke(pen));
    }

    /// A cross in a circle: what is wrong can be seen without colours.
    pub fn cross(&mut self, (x, y): (i32, i32), paint: Paint) {
        let paint = self.palette.one(Part::Stroke, paint);
        let shape = format!("M{x} {y}m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0m3 -2l4 4m0 -4l-4 4");
        let _ =
            writeln!(self.body, "<path d=\"{shape}\" fill=\"none\" stroke-width=\"1.4\"{paint}/>");
    }

    /// A name that no other theme's pattern has, since pages may hold several pictures.
    fn pattern_name(&self, letter: char) -> String {
        format!("pagerace-{}-{letter}", self.palette.theme.word())
    }

    /// The whole file. The title and the description are what a screen reader says of it.
    pub fn finish(mut self, (w, h): (i32, i32), title: &str, description: &str) -> String {
        let scope = format!("pagerace-{}", self.palette.theme.word());
        let ink = self.palette.attributes(&[(Part::Fill, Paint::Ink)]);
        let ground = self.palette.one(Part::Fill, Paint::Paper);
        let patterns: Vec<char> = self.patterns.iter().copied().collect();
        let patterns: String = patterns.into_iter().map(|letter| self.definition(letter)).collect();
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{scope}\" viewBox=\"0 0 {w} {h}\" \
             width=\"{w}\" height=\"{h}\" role=\"img\">\n"
        );
        let (title, description) = (escape(title), escape(description));
        let _ = write!(text, "<title>{title}</title>\n<desc>{description}</desc>\n");
        text += &self.palette.style(&scope);
        if !patterns.is_empty() {
            let _ = writeln!(text, "<defs>{patterns}</defs>");
        }
        let _ = writeln!(text, "<rect width=\"{w}\" height=\"{h}\"{ground}/>");
        let _ = writeln!(text, "<g font-family=\"{FACES}\" font-size=\"{SIZE}\"{ink}>");
        text + &self.body + "</g>\n</svg>\n"
    }

    fn definition(&mut self, letter: char) -> String {
        let Some((size, shape)) = pattern(letter) else { return String::new() };
        let ink = self.palette.one(Part::Stroke, Paint::Ink);
        format!(
            "<pattern id=\"{}\" width=\"{size}\" height=\"{size}\" \
             patternUnits=\"userSpaceOnUse\"><path d=\"{shape}\" fill=\"none\"{ink} \
             stroke-opacity=\"0.3\"/></pattern>",
            self.pattern_name(letter)
        )
    }
}

/// The pattern of a migratetype, as the page has it: the side of a square that repeats, and what
/// is drawn in it.
fn pattern(letter: char) -> Option<(i32, &'static str)> {
    Some(match letter {
        'U' => (4, "M0 .5H4"),
        'E' => (6, "M2 3h2M3 2v2"),
        'H' => (6, "M0 .5H6M.5 0V6"),
        'C' => (5, "M.5 0V5"),
        'I' => (9, "M-2 2L2 -2M-1 10L10 -1M7 11L11 7"),
        _ => return None,
    })
}

fn place(Area { x, y, w, h }: Area) -> String {
    format!("x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"")
}

fn stroke(Pen { width, dashes, .. }: Pen) -> String {
    let mut text = String::new();
    if width != 1 {
        let _ = write!(text, " stroke-width=\"{width}\"");
    }
    if !dashes.is_empty() {
        let _ = write!(text, " stroke-dasharray=\"{dashes}\"");
    }
    text
}

/// Words as XML and HTML have them. Characters that XML forbids are replaced, and so are those that
/// turn the order of others around.
pub fn escape(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for character in words.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            '\n' | '\t' => text.push(character),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => text.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            control if control.is_control() => text.push('\u{fffd}'),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        assert_eq!(escape("<a b='\"&'>"), "&lt;a b=&#39;&quot;&amp;&#39;&gt;");
        assert_eq!(escape("a\u{0}\u{1b}\u{202e}\u{ffff}b"), "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}b");
    }

    #[test]
    fn a_fixed_theme_needs_no_style() {
        for (theme, has) in [(Theme::Auto, true), (Theme::Light, false), (Theme::Dark, false)] {
            let mut canvas = Canvas::new(theme);
            canvas.cross((5, 5), Paint::Bad);
            let text = canvas.finish((10, 10), "t", "d");
            assert_eq!(text.contains("<style>"), has, "{theme:?}");
            let dark = text.contains("stroke=\"#ff9d8f\"");
            assert_eq!(dark, theme == Theme::Dark, "{theme:?}");
        }
    }
}
