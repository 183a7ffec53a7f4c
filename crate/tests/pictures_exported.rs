//! Pictures and documents of a race: well-formed, self-contained, complete, inside their borders.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use pagerace::player::Player;
use pagerace::scenario::{Scenario, parse};
use pagerace::view::export::{self, Form, Options, Race};
use roxmltree::{Document, Node, ParsingOptions};

/// One of each mail that the gallery is about.
const OF_EACH_MAIL: [&str; 5] = [
    "cma-longterm-pin",
    "isolation-free-to-isolate-list",
    "cma-zap-window",
    "umcg-migration-of-pinned",
    "thp-cow-stops-unplug",
];

/// All that a picture is made of: nothing that runs, leads elsewhere or loads anything.
const ELEMENTS: [&str; 11] =
    ["svg", "title", "desc", "style", "defs", "pattern", "path", "rect", "line", "g", "text"];

struct Stage {
    text: String,
    scenario: Scenario,
    player: Player,
}

impl Stage {
    fn open(text: &str) -> Stage {
        let scenario = parse(text).unwrap_or_else(|complaints| panic!("{complaints:?}"));
        let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
        let mut player = Player::new(Rc::new(system), memory);
        if let Some((steps, place)) = &scenario.schedule {
            player.play(steps, *place).expect("it plays");
        }
        Stage { text: text.into(), scenario, player }
    }

    fn export(&self, form: Form, options: &[(&str, &str)]) -> String {
        let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
        let options: BTreeMap<String, String> = options.iter().map(owned).collect();
        let options = Options::read(&options).expect("the options are right");
        let Stage { text, scenario, player } = self;
        let race = Race { text, scenario, player, found: None };
        export::export(form, &race, &options).expect("it can be made")
    }

    fn broken(&self) -> Vec<&'static str> {
        let numbers = self.player.steps().iter().flat_map(|step| &step.broke);
        numbers.map(|number| self.player.system().properties[*number].name).collect()
    }
}

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn open(name: &str) -> Stage {
    let file = scenarios().join(format!("{name}.toml"));
    Stage::open(&fs::read_to_string(file).expect("readable"))
}

fn number(node: Node, name: &str) -> f64 {
    let value = node.attribute(name).unwrap_or_else(|| panic!("{node:?} has no {name}"));
    value.parse().unwrap_or_else(|_| panic!("{name} is {value}"))
}

fn words(picture: &Document) -> Vec<String> {
    let texts = picture
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    texts.map(|node| node.text().unwrap_or_default().to_string()).collect()
}

/// What must be true of every picture.
fn check(picture: &str, title: &str) {
    let document = Document::parse(picture).unwrap_or_else(|error| panic!("{error}: {picture}"));
    let root = document.root_element();
    let (w, h) = (number(root, "width"), number(root, "height"));
    assert_eq!(root.attribute("viewBox"), Some(format!("0 0 {w} {h}").as_str()));
    let head: Vec<&str> =
        root.children().filter(Node::is_element).take(2).filter_map(|it| it.text()).collect();
    assert_eq!(head[0], title);
    assert!(head[1].starts_with("Linux v"), "{}", head[1]);
    let mut ids = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        assert!(ELEMENTS.contains(&name), "<{name}> in the picture");
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on") && !name.ends_with("href") && name != "style");
            let outside = value.contains("//") || (value.contains("url(") && name != "fill");
            assert!(!outside, "{name}={value}");
            if let Some(id) = value.strip_prefix("url(#") {
                assert!(ids.contains(&id.trim_end_matches(')')), "no pattern {value}");
            }
        }
        ids.extend(node.attribute("id"));
        if name == "text" {
            let size =
                node.attribute("font-size").map_or(12.0, |size| size.parse().expect("a size"));
            let letters = node.text().unwrap_or_default().chars().count() as f64;
            let (x, long) = (number(node, "x"), letters * size * 0.603);
            let ends = node.attribute("text-anchor") == Some("end");
            let (from, to) = if ends { (x - long, x) } else { (x, x + long) };
            let y = number(node, "y");
            assert!(from >= 0.0 && to <= w && y > 0.0 && y < h, "{:?} is outside", node.text());
        }
    }
}

#[test]
fn pictures_of_each_mail_show_what_happens() {
    for name in OF_EACH_MAIL {
        let stage = open(name);
        let state = pagerace::view::picture::state(&stage.scenario, &stage.player);
        for part in ["timeline", "memory", "both"] {
            let text = stage.export(Form::Svg, &[("picture", part)]);
            check(&text, &stage.scenario.title);
            let picture = Document::parse(&text).expect("checked");
            let words = words(&picture);
            let has = |wanted: &str| words.iter().any(|words| words == wanted);
            for cpu in 0..stage.scenario.cpus.len() {
                assert_eq!(has(&format!("CPU{cpu}")), part != "memory", "{name} {part}");
            }
            let broke = words.iter().any(|words| words.starts_with("breaks "));
            assert_eq!(broke, part != "memory" && !stage.broken().is_empty(), "{name} {part}");
            for block in &state.blocks {
                let letter =
                    words.iter().any(|words| ["M", "C", "I", "U"].contains(&words.as_str()));
                assert_eq!(letter, part != "timeline", "{name} {part} {block:?}");
            }
            let pages = state.pages.iter().all(|page| has(&page.pfn.to_string()));
            assert!(pages || part == "timeline", "{name} {part}: a page is missing");
        }
        let text = stage.export(Form::Svg, &[]);
        let document = Document::parse(&text).expect("checked");
        let desc = document.descendants().find(|it| it.tag_name().name() == "desc");
        let desc = desc.and_then(|it| it.text()).expect("a description");
        for property in stage.broken() {
            assert!(desc.contains(&format!("breaks {property}")), "{name}: {desc}");
        }
        assert!(desc.contains("End: "), "{name}: {desc}");
    }
}

#[test]
fn every_scenario_of_the_gallery_fits_into_its_picture() {
    let mut seen = 0;
    for entry in fs::read_dir(scenarios()).expect("there") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|it| it != "toml") {
            continue;
        }
        let stage = Stage::open(&fs::read_to_string(&path).expect("readable"));
        check(&stage.export(Form::Svg, &[]), &stage.scenario.title);
        seen += 1;
    }
    assert!(seen > 200, "only {seen} scenarios");
}

#[test]
fn the_memory_is_that_at_the_step_asked_for() {
    let stage = open("cma-longterm-pin");
    let moment = |options: &[(&str, &str)]| {
        let picture = stage.export(Form::Svg, options);
        let picture = Document::parse(&picture).expect("well-formed");
        let found = words(&picture).into_iter().find(|words| words.starts_with("The memory"));
        let words = found.expect("a moment");
        words.split(',').next().map(str::to_string)
    };
    assert_eq!(moment(&[]).as_deref(), Some("The memory behind step 14"));
    assert_eq!(moment(&[("at", "3")]).as_deref(), Some("The memory behind step 3"));
    assert_eq!(moment(&[("at", "0")]).as_deref(), Some("The memory at the start"));
    assert_eq!(moment(&[("at", "9999")]).as_deref(), Some("The memory behind step 31"));
}

#[test]
fn only_auto_needs_a_style() {
    let stage = open("cma-longterm-pin");
    for (theme, ground, styled) in
        [("auto", "#ffffff", true), ("light", "#ffffff", false), ("dark", "#15171b", false)]
    {
        let picture = stage.export(Form::Svg, &[("theme", theme)]);
        assert!(picture.contains(&format!("fill=\"{ground}\"")), "{theme}");
        assert_eq!(picture.contains("prefers-color-scheme:dark"), styled, "{theme}");
    }
}

#[test]
fn a_trace_of_many_turns_is_told_in_short() {
    let calls = ["\"get_page_unless_zero(0)\""; 60].join(", ");
    let cpus = format!("[[cpu]]\nrun = [{calls}]\n").repeat(8);
    let turns = ["0 1 2 3 4 5 6 7"; 60].join(" ");
    let stage = Stage::open(&format!(
        "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\nbase = \"v5.17\"\n[machine]\nblocks \
         = [\"movable\"]\n[[process]]\nname = \"B\"\nmap = [\"a = page 0 anon rw\"]\n{cpus}\
         [schedule]\nsteps = \"{turns}\"\n"
    ));
    let picture = stage.export(Form::Svg, &[("picture", "timeline")]);
    check(&picture, "t");
    let document = Document::parse(&picture).expect("checked");
    let gap = words(&document).into_iter().filter(|words| words.contains("left out here"));
    assert_eq!(gap.collect::<Vec<_>>(), ["... 240 turns of CPUs are left out here ..."]);
    assert!(picture.len() < 150_000, "{} bytes", picture.len());
}

const HOSTILE: &str =
    "</title></svg><script>alert(1)</script> & ]]> --> `x` *y* |z| b_ .. raw:: html";

fn hostile() -> Stage {
    Stage::open(&format!(
        "format = 1\ntitle = '{HOSTILE}'\nabout = '{HOSTILE} \u{202e}'\nrefs = ['{HOSTILE}']\n\
         [kernel]\nbase = \"v5.17\"\n[machine]\nblocks = [\"movable\"]\n[[process]]\nname = \"B\"\n\
         map = [\"a = page 0 anon rw\"]\n[[cpu]]\nprocess = \"B\"\nrun = [\"load(a)\"]\n\
         [schedule]\nsteps = \"0*\"\n"
    ))
}

#[test]
fn hostile_words_stay_words() {
    let stage = hostile();
    let picture = stage.export(Form::Svg, &[]);
    check(&picture, HOSTILE);
    let page = stage.export(Form::Html, &[]);
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let page = Document::parse_with_options(&page, options).expect("well-formed");
    assert!(page.descendants().all(|it| it.tag_name().name() != "script"));
    let heading = page.descendants().find(|it| it.tag_name().name() == "h1");
    assert_eq!(heading.and_then(|it| it.text()), Some(HOSTILE));
    let markdown = stage.export(Form::Markdown, &[]);
    let outside: Vec<&str> = markdown.split("```").step_by(2).collect();
    assert!(outside.iter().all(|it| !it.contains("<s") || it.contains("\\<s")), "{markdown}");
    let rst = stage.export(Form::Rst, &[]);
    let unindented = rst.lines().filter(|line| !line.starts_with("   "));
    let directives: Vec<&str> = unindented.filter(|line| line.starts_with("..")).collect();
    assert_eq!(directives, [".. kernel-figure:: race.svg"]);
}

#[test]
fn documents_hold_the_picture_the_text_and_what_came_out() {
    for name in OF_EACH_MAIL {
        let stage = open(name);
        let ascii = stage.export(Form::Ascii, &[]);
        for (form, picture) in [
            (Form::Markdown, "](x.svg)"),
            (Form::Rst, ".. kernel-figure:: x.svg\n   :alt: Linux v"),
            (Form::Html, "<img src=\"x.svg\" alt=\"Linux v"),
        ] {
            let link = ("link", "https://example.org/#g=x");
            let text = stage.export(form, &[("file", "x.svg"), link]);
            assert!(text.contains(link.1), "{name} {form:?}");
            assert!(text.contains(picture), "{name} {form:?}: {text}");
            assert!(text.contains("End: "), "{name} {form:?}");
            for row in ascii.lines().filter(|row| !row.contains(['<', '>', '&', '\''])) {
                assert!(text.contains(row.trim()), "{name} {form:?}: {row} is missing");
            }
        }
        let page = stage.export(Form::Html, &[]);
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let page = Document::parse_with_options(&page, options).expect("well-formed");
        assert!(page.descendants().any(|it| it.tag_name().name() == "svg"), "{name}");
    }
}

#[test]
fn options_that_do_not_exist_are_refused() {
    for (name, value, message) in [
        (
            "picture",
            "all",
            "the option `picture` is one of `timeline`, `memory`, `both`, not `all`",
        ),
        ("theme", "red", "the option `theme` is one of `auto`, `light`, `dark`, not `red`"),
        ("at", "-1", "the option `at` is the number of a step, not `-1`"),
    ] {
        let given = BTreeMap::from([(name.to_string(), value.to_string())]);
        assert_eq!(Options::read(&given).err().as_deref(), Some(message));
    }
}
