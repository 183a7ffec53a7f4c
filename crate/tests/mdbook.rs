//! What mdBook says of a book goes in, and the book with its races comes out.
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const SCENARIO: &str = r#"format = 1
title = "Two <CPUs>"
about = "Each gets a page."
[kernel]
base = "v5.17"
[machine]
pageblock_pages = 2
blocks = ["movable", "movable"]
[[cpu]]
run = ["alloc_pages(GFP_KERNEL, 0)"]
[schedule]
steps = "0*"
"#;

/// What comes of a chapter within a chapter, for a renderer.
fn preprocessed(content: &str, renderer: &str) -> Output {
    let page = json!({ "page": "https://race.example/" });
    let config = json!({ "book": { "src": "src" }, "preprocessor": { "page-race": page } });
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../integrations/mdbook");
    let context = json!({ "root": root, "config": config, "renderer": renderer });
    let chapter = |content: &str, inside: Value| {
        let chapter = json!({ "content": content, "source_path": "x.md", "sub_items": inside });
        json!({ "Chapter": chapter })
    };
    let book = json!({ "items": [chapter("none here", json!([chapter(content, json!([]))]))] });
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagerace"))
        .arg("mdbook")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = command.stdin.take().expect("it is piped");
    input.write_all(json!([context, book]).to_string().as_bytes()).expect("it reads");
    drop(input);
    command.wait_with_output().expect("it ends")
}

fn content_of(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let book: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let outer = &book["items"][0]["Chapter"];
    assert_eq!(outer["content"], "none here");
    let inner = &outer["sub_items"][0]["Chapter"]["content"];
    inner.as_str().expect("it has content").to_string()
}

#[test]
fn a_block_becomes_an_element_with_its_timeline() {
    let chapter =
        format!("# A\n\n```page-race at=1 view=both ro\n{SCENARIO}```\n\n```page-races\n```\n");
    let content = content_of(&preprocessed(&chapter, "html"));
    let (before, rest) =
        content.split_once("<page-race href=\"https://race.example/#1").expect(&content);
    assert_eq!(before, "# A\n\n");
    assert!(
        rest.contains("\" at=\"1\" view=\"both\" ro=\"\">\n\n<pre>Two &lt;CPUs&gt;\n"),
        "{rest}"
    );
    assert!(rest.contains("alloc_pages(GFP_KERNEL, 0)"), "{rest}");
    assert!(rest.ends_with("</pre>\n\n</page-race>\n\n```page-races\n```\n"), "{rest}");
}

#[test]
fn a_block_in_a_list_stays_in_it() {
    let lines: Vec<String> = SCENARIO.lines().map(|line| format!("  {line}\n")).collect();
    let chapter = format!("- ```page-race\n{}  ```\n- more\n", lines.concat());
    let content = content_of(&preprocessed(&chapter, "html"));
    let lines = content.trim_start_matches("- ").lines().skip(1);
    let outside: Vec<&str> =
        lines.filter(|line| !line.starts_with("  ") && !line.is_empty()).collect();
    assert_eq!(outside, ["- more"], "{content}");
}

#[test]
fn other_renderers_get_the_timeline() {
    let file = "../../../scenarios/cma-longterm-pin.toml";
    let chapter = format!("```page-race {file} kernel=v5.19 schedule=\"0*2 1*\"\n```\n");
    let content = content_of(&preprocessed(&chapter, "markdown"));
    assert!(content.starts_with("```text\nA long-term pin slips"), "{content}");
    assert!(content.contains("Kernel: v5.19") && content.ends_with("\n```\n"), "{content}");
}

#[test]
fn mistakes_stop_the_book_and_say_where() {
    let cases = [
        ("a\n\n```page-race zebra\n```\n", "x.md:3: there is no `zebra`"),
        (
            "```page-race view=all\n```\n",
            "x.md:1: `view` is timeline, memory, both, text, not `all`",
        ),
        ("```page-race at=x\n```\n", "`at` is a number, not `x`"),
        ("```page-race ro=1\n```\n", "`ro` has no value"),
        ("```page-race a.toml b.toml\n```\n", "`b.toml` is one too many"),
        ("```page-race kernel='v5\n```\n", "a quotation mark is missing"),
        ("```page-race none.toml\n```\n", "none.toml: No such file"),
        ("```page-race\nformat = 2\n```\n", "x.md:1:1:10: "),
    ];
    for (chapter, told) in cases {
        let output = preprocessed(chapter, "html");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{chapter}: {error}");
        assert!(error.contains(told), "{chapter}: {error}");
    }
}

#[test]
fn what_is_no_book_is_refused() {
    let command = |words: &[&str]| {
        let run =
            Command::new(env!("CARGO_BIN_EXE_pagerace")).args(words).stdin(Stdio::null()).output();
        run.expect("it runs")
    };
    let error = String::from_utf8(command(&["mdbook"]).stderr).expect("it is text");
    assert!(error.contains("standard input: EOF") && error.contains("mdBook runs this"), "{error}");
    assert!(command(&["mdbook", "supports", "html"]).status.success());
}
