//! What a stage answers.
use super::*;

/// The schedule runs on v5.17, where dropping a pin takes one step more than on v5.18.
const TEXT: &str = r#"
format = 1
title = "t"
about = "why"
[kernel]
base = "v5.17" # the old one
[machine]
blocks = ["movable"]
[[process]]
name = "B"
map = ["a = page 0 anon rw"]
[[cpu]]
process = "B"
run = ["p = pin_user_pages_fast(a, FOLL_WRITE)", "unpin_user_page(p)"]
[schedule]
steps = "0*14"
"#;

fn opened(reply: Reply) -> (String, Option<Diagnostic>, usize) {
    match reply {
        Reply::Opened { text, unplayed, trace, .. } => (text, unplayed, trace.len()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_schedule_that_does_not_fit_another_kernel_is_kept_and_told() {
    let mut session = Session::new();
    let (_, unplayed, steps) = opened(session.handle(Request::Open { text: TEXT.into() }));
    assert_eq!((unplayed, steps), (None, 14));
    let toggles = BTreeMap::new();
    let kernel = Request::Kernel { text: None, base: "v5.18".into(), toggles: toggles.clone() };
    let (text, unplayed, steps) = opened(session.handle(kernel));
    let why = unplayed.expect("it does not fit").message;
    assert_eq!((why.as_str(), steps), ("step 14: CPU0 cannot move: it has finished", 0));
    assert_eq!(text, TEXT.replace("\"v5.17\" #", "\"v5.18\" #"));
    let back = Request::Kernel { text: None, base: "v5.17".into(), toggles };
    let (text, unplayed, steps) = opened(session.handle(back));
    assert_eq!((text.as_str(), unplayed, steps), (TEXT, None, 14));
}

#[test]
fn another_text_under_another_kernel_keeps_its_claims() {
    let mut session = Session::new();
    let text = format!("{TEXT}[[expect]]\nalways = {{ end = \"done\" }}\n");
    let toggles = BTreeMap::new();
    let kernel = Request::Kernel { text: Some(text.clone()), base: "v5.18".into(), toggles };
    let Reply::Opened { text: same, scenario, .. } = session.handle(kernel) else { panic!() };
    assert_eq!((same, scenario.kernel.as_str()), (text, "v5.18"));
    let claimed: Vec<&str> = scenario.kernels.iter().map(|it| it.name.as_str()).collect();
    assert_eq!((scenario.own.name.as_str(), claimed), ("v5.18", vec!["v5.17"]));
}

#[test]
fn claims_stay_about_their_kernel_when_the_stage_gets_another() {
    let claims = "[[expect]]\nalways = { end = \"done\" }\n[[expect]]\nkernel = \"v5.18\"\n\
                  never = { end = \"deadlock\" }\n";
    let text = format!("{TEXT}{claims}");
    let mut session = Session::new();
    let judged = |session: &mut Session| {
        let Reply::Explored(view) = session.handle(Request::Explore { max_states: 1000 }) else {
            panic!("it was not searched")
        };
        let own = view.expectations.iter().map(|it| format!("{}: {}", it.kernel, it.claim));
        let others = view.elsewhere.iter().map(|it| format!("{}: {}", it.kernel, it.claim));
        (own.collect::<Vec<_>>().concat(), others.collect::<Vec<_>>().concat())
    };
    let (done, deadlock) = ("v5.17: always end = done", "v5.18: never end = deadlock");
    opened(session.handle(Request::Open { text: text.clone() }));
    assert_eq!(judged(&mut session), (done.into(), deadlock.into()));
    let kernel = |session: &mut Session, base: &str| {
        let toggles = BTreeMap::new();
        opened(session.handle(Request::Kernel { text: None, base: base.into(), toggles })).0
    };
    let other = kernel(&mut session, "v5.18");
    assert!(other.contains("[[expect]]\nkernel = \"v5.17\"\nalways"), "{other}");
    assert_eq!(judged(&mut session), (deadlock.into(), done.into()));
    kernel(&mut session, "v6.1");
    assert_eq!(judged(&mut session), (String::new(), format!("{done}{deadlock}")));
    assert_eq!(kernel(&mut session, "v5.17"), text);
}

#[test]
fn a_schedule_that_cannot_be_played_is_refused_at_its_place() {
    let mut session = Session::new();
    let text = TEXT.replace("0*14", "0*14 0");
    let Reply::Refused { diagnostics } = session.handle(Request::Open { text }) else {
        panic!("it was opened");
    };
    assert_eq!((diagnostics[0].line, diagnostics[0].column), (16, 15));
    let Reply::Refused { diagnostics } = session.handle(Request::Share) else {
        panic!("nothing is open");
    };
    assert_eq!(diagnostics[0].message, "no scenario is open");
}

#[test]
fn a_text_is_checked_and_the_stage_stands() {
    let mut session = Session::new();
    opened(session.handle(Request::Open { text: TEXT.into() }));
    let wrong = TEXT.replace("blocks", "bloks").replace("0*14", "0*14 0");
    for (text, places) in [
        (TEXT.to_string(), vec![]),
        (TEXT.replace("0*14", "0*14 0"), vec![(16, 15)]),
        (wrong, vec![(7, 1), (8, 1)]),
    ] {
        let Reply::Checked { diagnostics } = session.handle(Request::Check { text }) else {
            panic!("it was not checked");
        };
        let found: Vec<_> = diagnostics.iter().map(|it| (it.line, it.column)).collect();
        assert_eq!(found, places, "{diagnostics:?}");
    }
    let Reply::Moved { state } = session.handle(Request::Seek { cursor: 3 }) else { panic!() };
    assert_eq!(state.cursor, 3);
}

#[test]
fn an_edit_that_the_schedule_does_not_fit_opens_and_is_told() {
    let mut session = Session::new();
    let text = TEXT.replace("0*14", "0*14 0");
    let (kept, unplayed, steps) = opened(session.handle(Request::Edit { text: text.clone() }));
    let why = unplayed.expect("it does not fit").message;
    assert_eq!((why.as_str(), steps), ("step 15: CPU0 cannot move: it has finished", 0));
    assert_eq!(kept, text);
}

#[test]
fn a_shared_text_opens_on_the_same_steps() {
    let mut session = Session::new();
    opened(session.handle(Request::Open { text: TEXT.replace("0*14", "0*2") }));
    session.handle(Request::Step { choice: "0".into() });
    let Reply::Shared { text } = session.handle(Request::Share) else { panic!() };
    assert_eq!(text, TEXT.replace("0*14", "0*3"));
}

#[test]
fn a_blocked_or_unknown_step_changes_nothing() {
    let mut session = Session::new();
    opened(session.handle(Request::Open { text: TEXT.into() }));
    for (choice, message) in [
        ("0", "CPU0 cannot move: it has finished"),
        ("7", "there is no CPU7"),
        ("0*2", "`0*2` is not one step"),
        ("", "`` is not one step"),
    ] {
        let reply = session.handle(Request::Step { choice: choice.into() });
        let Reply::Refused { diagnostics } = reply else { panic!("{choice} was made") };
        assert_eq!(diagnostics[0].message, message);
    }
    let Reply::Moved { state } = session.handle(Request::Seek { cursor: 99 }) else { panic!() };
    assert_eq!(state.cursor, 14);
}

#[test]
fn a_trace_is_exported_whole_wherever_the_cursor_stands() {
    let mut session = Session::new();
    let export = |session: &mut Session, form: &str, option: &str| {
        let options = [(option.to_string(), "yes".to_string())].into();
        session.handle(Request::Export { form: form.into(), options })
    };
    let refused = |reply: Reply| match reply {
        Reply::Refused { diagnostics } => diagnostics[0].message.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(export(&mut session, "ascii", "list")), "no scenario is open");
    opened(session.handle(Request::Open { text: TEXT.into() }));
    session.handle(Request::Seek { cursor: 3 });
    let Reply::Exported { text } = export(&mut session, "ascii", "list") else { panic!() };
    assert!(text.contains("  14. CPU0 ") && text.ends_with("End: done\n"), "{text}");
    let Reply::Moved { state } = session.handle(Request::Seek { cursor: 3 }) else { panic!() };
    assert_eq!(state.cursor, 3);
    assert!(refused(export(&mut session, "hieroglyphs", "list")).starts_with("there is no form"));
    assert_eq!(refused(export(&mut session, "ascii", "lst")), "there is no option `lst`");
}

#[test]
fn what_was_exported_is_imported_with_nothing_open() {
    let mut session = Session::new();
    opened(session.handle(Request::Open { text: TEXT.into() }));
    let options = [("link".to_string(), String::new()), ("outcomes".into(), "yes".into())].into();
    let Reply::Exported { text } =
        session.handle(Request::Export { form: "ascii".into(), options })
    else {
        panic!()
    };
    assert!(text.contains("\nTest t v5.17\nStates 1\np=1;\n\nLink: #1"), "{text}");
    let import = |text: String, scenario: Option<&str>| {
        Session::new().handle(Request::Import { text, scenario: scenario.map(String::from) })
    };
    let Reply::Imported { text: back, differs } = import(text.clone(), None) else { panic!() };
    assert_eq!((back.as_str(), differs), (TEXT, None));
    let unlinked = text.split_once("\nTest t").expect("it has a test").0.to_string();
    let Reply::Wanted { title, name: None } = import(unlinked.clone(), None) else { panic!() };
    assert_eq!(title.as_deref(), Some("t"));
    let Reply::Imported { text: back, .. } = import(unlinked, Some(TEXT)) else { panic!() };
    assert_eq!(back, TEXT);
    let Reply::Refused { diagnostics } = import("Kernel".into(), None) else { panic!() };
    assert_eq!((diagnostics[0].line, diagnostics[0].column), (1, 1));
}
