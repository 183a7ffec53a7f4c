//! The forms in which a race is passed on, and the way back.
#[path = "common/random.rs"]
mod random;

use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;

use pagerace::player::Player;
use pagerace::scenario::{Scenario, parse};
use pagerace::view::export::{self, Form, Options, Race};
use pagerace::view::import::{self, Wanted};
use pagerace::view::{ascii, link};
use random::Random;
use serde_json::Value;

const ADDRESS: &str = "https://pagerace.example/";

fn gallery() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");
    let files = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("one").path());
    let mut scenarios: Vec<(String, String)> = files
        .filter(|path| path.extension().is_some_and(|it| it == "toml"))
        .map(|path| {
            let name = path.file_stem().expect("it has one").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("readable"))
        })
        .collect();
    scenarios.sort();
    scenarios
}

fn text_of(name: &str) -> String {
    gallery().into_iter().find(|(known, _)| known == name).expect("it is in the gallery").1
}

/// A scenario with its own schedule played, or another.
fn played(text: &str, schedule: Option<&str>) -> (Scenario, Player) {
    let scenario = parse(text).unwrap_or_else(|complaints| panic!("{complaints:?}"));
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    let mut player = Player::new(Rc::new(system), memory);
    let own = scenario.schedule.clone();
    let (steps, place) = own.unwrap_or(("0*".into(), Default::default()));
    player.play(schedule.unwrap_or(&steps), place).expect("it plays");
    (scenario, player)
}

fn made(form: Form, text: &str, schedule: Option<&str>, options: &Options) -> String {
    let (scenario, player) = played(text, schedule);
    let race = Race { text, scenario: &scenario, player: &player, found: None };
    export::export(form, &race, options).expect("it has this form")
}

fn with_link() -> Options {
    Options { link: Some(ADDRESS.into()), ..Options::default() }
}

fn nothing(_: &Wanted) -> Option<String> {
    None
}

#[test]
fn every_timeline_is_narrow_ascii_in_each_shape() {
    for (name, text) in gallery() {
        let (scenario, player) = played(&text, None);
        for (list, refcounts) in [(false, true), (true, true)] {
            let extras = ascii::Extras { list, refcounts, ..ascii::Extras::default() };
            let timeline = ascii::timeline(&scenario, &player, extras);
            let wide = timeline.lines().find(|line| line.len() > ascii::WIDTH);
            assert!(timeline.is_ascii() && wide.is_none(), "{name}: {wide:?}");
            assert!(!timeline.contains('\t') && !timeline.contains(" \n"), "{name}");
        }
    }
}

#[test]
fn refcounts_stand_at_the_right_as_the_kernel_counts() {
    let text = text_of("fork-get-race");
    let options = Options { list: true, refcounts: true, ..Options::default() };
    let timeline = made(Form::Ascii, &text, None, &options);
    assert!(timeline.contains("get_page(page)         page 0 _refcount 2->3\n"), "{timeline}");
    assert!(timeline.contains("               page 0 _mapcount 0->1\n"), "{timeline}");
    let plain = made(Form::Ascii, &text, None, &Options { list: true, ..Options::default() });
    assert!(!plain.contains("_refcount 2->3"));
}

#[test]
fn every_scenario_comes_back_from_its_timeline_with_a_link() {
    for (name, text) in gallery() {
        let pasted = made(Form::Ascii, &text, None, &with_link());
        let back = import::import(&pasted, nothing).unwrap_or_else(|why| panic!("{name}: {why:?}"));
        let own = parse(&text).expect("it reads").schedule;
        assert!(back.differs.is_none(), "{name}: {:?}", back.differs);
        assert!(own.is_none() || back.text == text, "{name}: the text is another");
        let again = made(Form::Ascii, &back.text, None, &with_link());
        assert_eq!(again, pasted, "{name}");
    }
}

#[test]
fn a_timeline_without_a_link_comes_back_by_its_title() {
    let known = gallery();
    let find = |wanted: &Wanted| {
        let Wanted::Title(title) = wanted else { panic!("{wanted:?}") };
        let is = |text: &&String| ascii::ascii(&parse(text).expect("it reads").title) == *title;
        known.iter().map(|(_, text)| text).find(is).cloned()
    };
    for (name, schedule) in [("cma-longterm-pin", "0*3 1*2 0*2 1*"), ("fork-get-race", "0* 1*")] {
        let text = text_of(name);
        for (list, refcounts) in [(false, false), (true, false), (false, true)] {
            let options = Options { list, refcounts, ..Options::default() };
            let pasted = made(Form::Ascii, &text, Some(schedule), &options);
            let back = import::import(&pasted, find).unwrap_or_else(|why| panic!("{why:?}"));
            assert_eq!(made(Form::Ascii, &back.text, None, &options), pasted, "{name}");
            let (_, there) = played(&text, Some(schedule));
            assert_eq!(played(&back.text, None).1.schedule(), there.schedule());
        }
    }
}

#[test]
fn what_is_missing_or_edited_is_told_at_its_place() {
    let text = text_of("cma-longterm-pin");
    let whole = made(Form::Ascii, &text, None, &with_link());
    let quoted: String = whole.lines().map(|line| format!("> > {line}\n")).collect();
    assert_eq!(import::import(&quoted, nothing).expect("it reads").text, text);

    let edited = quoted.replace("set_bit(MMF_HAS_PINNED", "set_bit(MMF_IS_PINNED");
    let differs = import::import(&edited, nothing).expect("it reads").differs.expect("edited");
    assert_eq!((differs.place.line, differs.place.column), (11, 5), "{differs:?}");

    let alone: String = whole.lines().take(30).map(|line| format!("{line}\n")).collect();
    let why = import::import(&alone, nothing).expect_err("no scenario");
    assert_eq!((why.place.line, why.place.column), (2, 1));
    let edited = alone.replace("set_bit(MMF_HAS_PINNED", "set_bit(MMF_IS_PINNED");
    let why = import::import(&edited, |_| Some(text.clone())).expect_err("edited");
    assert_eq!((why.place.line, why.message.as_str()), (11, "no step of v5.17 draws this row"));
    let why = import::import("\n  some words\n", nothing).expect_err("nothing of ours");
    assert_eq!((why.place.line, why.place.column), (2, 3));
    let cut = &whole[..whole.len() - 40];
    let why = import::import(cut, nothing).expect_err("cut off");
    assert_eq!(why.message, "the link is cut off or damaged");
    assert_eq!(why.place.line as usize, whole.lines().count());
}

#[test]
fn links_name_the_gallery_unless_something_was_changed() {
    let text = text_of("cma-longterm-pin");
    let options = Options { gallery: Some("cma-longterm-pin".into()), ..with_link() };
    let readable = made(Form::Link, &text, None, &options);
    assert_eq!(readable, format!("{ADDRESS}#g=cma-longterm-pin\n"));
    let find = |wanted: &Wanted| {
        assert_eq!(*wanted, Wanted::Name("cma-longterm-pin".into()));
        Some(text.clone())
    };
    assert_eq!(import::import(&readable, find).expect("known").text, text);
    assert!(import::import(&readable, nothing).expect_err("unknown").message.contains("gallery"));
    let other = made(Form::Link, &text, Some("0* 1*"), &options);
    assert!(other.starts_with(&format!("{ADDRESS}#1")));
    let back = import::import(&other, nothing).expect("it carries its text").text;
    assert_eq!(played(&back, None).1.schedule(), played(&text, Some("0* 1*")).1.schedule());
    let broken: Vec<String> =
        other.as_bytes().chunks(70).map(|row| String::from_utf8_lossy(row).into_owned()).collect();
    assert_eq!(import::import(&broken.join("\n"), nothing).expect("put together").text, back);
}

/// Links made by released versions: `NAME.link` unpacks to `NAME.txt` for ever.
#[test]
fn old_links_open_for_ever() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/links");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("one").path();
        if path.extension().is_none_or(|it| it != "link") {
            continue;
        }
        let payload = fs::read_to_string(&path).expect("readable");
        let text = fs::read(path.with_extension("txt")).expect("its text is beside it");
        let unpacked = link::unpack(payload.trim_end()).unwrap_or_else(|why| panic!("{why}"));
        assert!(unpacked.as_bytes() == text, "{}", path.display());
        count += 1;
    }
    assert!(count >= 10, "{count} links");
}

#[test]
fn bad_links_say_what_is_wrong() {
    let why = |payload: &str| link::unpack(payload).expect_err(payload);
    assert_eq!(why(""), "the link carries nothing");
    assert_eq!(why("2abc"), "the link is of version \"2\", and this Pagerace reads version \"1\"");
    assert_eq!(why("1ab%20"), "character 4 of the link, \"%\", cannot be in one");
    assert_eq!(why("1ab\u{e4}"), "character 4 of the link, \"\u{e4}\", cannot be in one");
    assert!(why(&"1".repeat(link::PAYLOAD + 1)).contains("65537 characters"));
    let whole = link::pack("a scenario, or so it says, of some length: 0123456789").expect("short");
    for end in 1..whole.len() {
        assert_eq!(why(&whole[..end]), "the link is cut off or damaged", "{end}");
    }
    // Trailing bytes, a text that is none, and one byte too many.
    assert_eq!(why("1S8svyk0sUbBVMOQCAAA"), "the link is cut off or damaged");
    assert_eq!(why("1-_8DAA"), "the link does not unpack to text");
    let most = "a".repeat(pagerace::scenario::limits::TEXT);
    assert_eq!(link::unpack(&link::pack(&most).expect("at the limit")).expect("at it"), most);
    assert!(link::pack(&(most + "a")).expect_err("over it").contains("more than 256 KiB"));
    let bomb = include_str!("links/bomb.bad").trim_end();
    assert_eq!(why(bomb), "the link unpacks to more than 256 KiB");
}

/// A text with some of its characters changed, doubled, taken out or swapped.
fn mutated(text: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    while !random.one_in(5) {
        let at = random.below(characters.len().max(1));
        match random.below(5) {
            _ if characters.is_empty() => {}
            0 => {
                characters[at] = *random.pick(&['1', '#', ' ', '\n', '>', '-', '\u{e4}', '_', 'A'])
            }
            1 => characters.truncate(at),
            2 => drop(characters.remove(at)),
            3 => {
                let other = random.below(characters.len());
                characters.swap(at, other);
            }
            _ => {
                let rest: Vec<char> = characters[at..].to_vec();
                characters.extend(rest);
            }
        }
    }
    characters.into_iter().collect()
}

#[test]
fn hostile_timelines_and_links_are_answered() {
    let known = gallery();
    let text = &known[0].1;
    let pasted = [
        made(Form::Ascii, text, None, &with_link()),
        made(Form::Ascii, text, None, &Options::default()),
        made(Form::Ascii, text, None, &Options { list: true, ..Options::default() }),
        made(Form::Link, text, None, &with_link()),
    ];
    let mut random = Random::of(8);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..300 {
        let hostile = mutated(&pasted[random.below(4)], &mut random);
        match import::import(&hostile, |_| Some(text.clone())) {
            Ok(back) => {
                parse(&back.text).expect("what comes back can be read");
                good += 1;
            }
            Err(why) => {
                let lines = hostile.lines().count().max(1) as u32;
                assert!(why.place.line <= lines, "{why:?}");
                assert!(why.message.chars().count() < 400, "{why:?}");
                bad += 1;
            }
        }
        let payload = mutated(pasted[3].trim_end().split_once('#').expect("a link").1, &mut random);
        let _ = link::unpack(&payload);
    }
    assert!(good > 20 && bad > 20, "{good} good, {bad} bad");
}

#[test]
fn a_timeline_that_is_too_long_is_not_looked_at() {
    let long = "Kernel: v5.17\n\n".repeat(30_000);
    let why = import::import(&long, nothing).expect_err("too long");
    assert_eq!(why.message, "more than 256 KiB were pasted");
}

#[test]
fn options_are_read_by_name() {
    let read = |name: &str, value: &str| {
        Options::read(&BTreeMap::from([(name.to_string(), value.to_string())]))
    };
    assert!(read("refcounts", "yes").expect("known").refcounts);
    assert!(!read("list", "no").expect("known").list);
    assert_eq!(read("list", "1").expect_err("no"), "the option `list` is `yes` or `no`, not `1`");
    assert_eq!(read("lst", "yes").expect_err("no"), "there is no option `lst`");
}

/// Whether a value is as a schema says, by the few words that ours has. Keys are held to those it
/// names, so that none is left undocumented.
fn check(value: &Value, schema: &Value, root: &Value, place: &str) {
    for (word, wanted) in schema.as_object().expect("a schema is an object") {
        let holds = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "properties" => true,
            "$ref" => {
                let name = wanted.as_str().and_then(|it| it.strip_prefix('#')).expect("within");
                check(value, root.pointer(name).expect("it is defined"), root, place);
                true
            }
            "const" => value == wanted,
            "enum" => wanted.as_array().expect("a list").contains(value),
            "type" => {
                let one = std::slice::from_ref(wanted);
                wanted.as_array().map_or(one, Vec::as_slice).contains(&type_of(value))
            }
            "required" => wanted
                .as_array()
                .expect("a list")
                .iter()
                .all(|key| value.get(key.as_str().expect("a name")).is_some()),
            "items" => {
                for (number, item) in value.as_array().expect("a list").iter().enumerate() {
                    check(item, wanted, root, &format!("{place}/{number}"));
                }
                true
            }
            "additionalProperties" => {
                for (key, item) in value.as_object().expect("an object") {
                    let known = schema.get("properties").and_then(|known| known.get(key));
                    let known = known.or(Some(wanted).filter(|it| it.is_object()));
                    let known = known.unwrap_or_else(|| panic!("{place}: {key} is not documented"));
                    check(item, known, root, &format!("{place}/{key}"));
                }
                true
            }
            _ => panic!("{place}: the test does not know `{word}`"),
        };
        assert!(holds, "{place}: {word} {wanted}");
    }
}

fn type_of(value: &Value) -> Value {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    name.into()
}

#[test]
fn traces_are_as_their_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../docs/trace.schema.json")).expect("it is JSON");
    for (name, text) in gallery() {
        let json = made(Form::Json, &text, None, &Options::default());
        let trace: Value = serde_json::from_str(&json).expect("it is JSON");
        check(&trace, &schema, &schema, &name);
        let back = trace["scenario"].as_str().expect("a text");
        assert_eq!(trace["schedule"], played(back, None).1.schedule().to_text(), "{name}");
    }
}

#[test]
#[should_panic(expected = "steps/0/cpu: type")]
fn a_trace_that_is_not_is_noticed() {
    let schema: Value =
        serde_json::from_str(include_str!("../../docs/trace.schema.json")).expect("it is JSON");
    let json = made(Form::Json, &text_of("cma-longterm-pin"), None, &Options::default());
    let mut trace: Value = serde_json::from_str(&json).expect("it is JSON");
    trace["steps"][0]["cpu"] = "one".into();
    check(&trace, &schema, &schema, "");
}
