//! Traces looked at closely: who met whom, what changed a word, and why it is what it is.
#[path = "common/file.rs"]
mod file;

use pagerace::view::watch::{PastView, Watch};

/// A scenario of the gallery with its own schedule, or another one.
fn watch(name: &str, schedule: Option<&str>) -> Result<Watch, String> {
    let path = file::folder().join(format!("{name}.toml"));
    let text = std::fs::read_to_string(path).expect("the file is there");
    let own = file::scenario(name).schedule.map(|(steps, _)| steps).unwrap_or_default();
    Watch::open(&text, schedule.unwrap_or(&own))
}

fn own(name: &str) -> Watch {
    watch(name, None).expect("the schedule of the file can be played")
}

fn met(watch: &Watch) -> Vec<(u32, u32, String, String, String)> {
    let conflicts = watch.conflicts().into_iter();
    conflicts.map(|it| (it.earlier, it.later, it.kind, it.subject, it.field)).collect()
}

fn meeting(
    earlier: u32,
    later: u32,
    kind: &str,
    subject: &str,
    field: &str,
) -> (u32, u32, String, String, String) {
    (earlier, later, kind.into(), subject.into(), field.into())
}

fn sentences(watch: &Watch, subject: &str, field: &str, cursor: u32) -> Vec<String> {
    watch.why(subject, field, cursor).into_iter().map(|reason| reason.words).collect()
}

#[test]
fn the_lanes_of_the_mail_meet_where_it_says_so() {
    let watch = own("cma-longterm-pin");
    assert_eq!(
        met(&watch),
        [
            meeting(7, 8, "reads", "pageblock 1", "migratetype"),
            meeting(10, 23, "reads", "page 2", "_refcount"),
            meeting(8, 29, "outdates", "pageblock 1", "migratetype"),
        ]
    );
    let conflicts = watch.conflicts();
    assert_eq!(
        conflicts[0].back,
        "reads pageblock 1's migratetype, MIGRATE_ISOLATE, as CPU0 left it at step 7"
    );
    assert_eq!(conflicts[0].ahead, "CPU1 reads pageblock 1's migratetype at step 8");
}

#[test]
fn locks_and_counters_meet_as_what_they_are() {
    let watch = own("isolation-free-to-normal-list");
    let met = met(&watch);
    assert!(met.contains(&meeting(5, 11, "locks", "zone", "lock")), "{met:?}");
    assert!(met.contains(&meeting(5, 11, "updates", "zone", "NR_FREE_PAGES")), "{met:?}");
    assert!(met.contains(&meeting(3, 5, "outdates", "pageblock 1", "migratetype")), "{met:?}");
    let lock = watch.conflicts().into_iter().find(|it| it.kind == "locks").expect("there is one");
    assert_eq!(lock.back, "has zone->lock behind CPU0, step 5");
}

#[test]
fn one_lane_alone_meets_nobody() {
    let watch = watch("cma-longterm-pin", Some("0*4")).expect("it can be played");
    assert_eq!(met(&watch), []);
}

#[test]
fn a_history_names_the_line_of_every_change() {
    let history = own("cma-longterm-pin").history("page 2");
    assert!(history.fields.contains(&("_refcount".into(), "1".into())), "{:?}", history.fields);
    let of_count = |past: &&PastView| past.field == "_refcount";
    let changes: Vec<&PastView> = history.changes.iter().filter(of_count).collect();
    let told = |past: &&PastView| (past.step, past.cpu, past.from.clone(), past.to.clone());
    let told: Vec<_> = changes.iter().map(told).collect();
    assert_eq!(told, [(9, 1, "1".into(), "2".into()), (10, 1, "2".into(), "1025".into())]);
    assert_eq!(changes[0].function, "try_grab_compound_head");
    assert_eq!(changes[0].line, "if (!page_ref_add_unless(page, 1, 0))");
    assert!(own("cma-longterm-pin").history("page 99").fields.is_empty());
}

#[test]
fn why_leads_from_the_pin_to_the_isolation() {
    let watch = own("cma-longterm-pin");
    assert_eq!(
        sentences(&watch, "page 2", "_refcount", 11),
        [
            "page 2's _refcount is 1025 since step 10: CPU1 took a pin in \
             try_grab_compound_head, `page_ref_add(page, GUP_PIN_COUNTING_BIAS - 1)`.",
            "That CPU came there because try_grab_compound_head had `if (!ok)`: no, at step 8; \
             pageblock 1's migratetype was MIGRATE_ISOLATE since step 7: CPU0 changed it from \
             MIGRATE_CMA in set_migratetype_isolate, \
             `set_pageblock_migratetype(page, MIGRATE_ISOLATE)`.",
        ]
    );
    assert_eq!(
        sentences(&watch, "page 2", "_refcount", 8),
        ["page 2's _refcount is 1 since the start."]
    );
    let steps: Vec<_> = watch.why("page 2", "_refcount", 11).iter().map(|it| it.step).collect();
    assert_eq!(steps, [Some(10), Some(7)]);
    assert_eq!(sentences(&watch, "page 2", "no such field", 8), [""; 0]);
}

#[test]
fn why_follows_a_counter_from_lane_to_lane() {
    let watch = own("isolation-free-to-normal-list");
    let told = sentences(&watch, "zone", "NR_FREE_PAGES", 99);
    assert!(told[0].starts_with("the zone's NR_FREE_PAGES is 4 since step 15: CPU2"), "{told:#?}");
    let before = "Before step 15, the zone's NR_FREE_PAGES was 6 since step 11: CPU1 changed it";
    assert!(told.iter().any(|it| it.starts_with(before)), "{told:#?}");
}

#[test]
fn a_lock_has_a_history_and_a_reason() {
    let watch = own("cma-longterm-pin");
    let history = watch.history("zone");
    let locks: Vec<_> =
        history.changes.iter().filter(|it| it.field == "pcpu_drain_mutex").collect();
    assert!(locks.len() >= 2, "{history:#?}");
    let first = locks[0];
    assert_eq!((first.from.as_str(), first.to.as_str()), ("free", "held by CPU0"));
    let taken = &sentences(&watch, "zone", "pcpu_drain_mutex", first.step)[0];
    let dropped = locks[1].step;
    assert!(taken.starts_with("pcpu_drain_mutex is held by CPU0 since step"), "{taken}");
    assert!(taken.contains("CPU0 took it in"), "{taken}");
    let free = &sentences(&watch, "zone", "pcpu_drain_mutex", dropped)[0];
    assert!(free.contains("CPU0 dropped it in"), "{free}");
}

#[test]
fn references_over_time_have_a_value_for_each_state() {
    let mut watch = own("cma-longterm-pin");
    let references = watch.references(2).expect("there is a page 2");
    let steps = references.actual.len() - 1;
    assert_eq!(references.actual[8..=10], [1, 2, 1025]);
    assert_eq!(references.expected, vec![Some(1); steps + 1]);
    assert!(watch.references(4096).is_none());
}

#[test]
fn what_cannot_be_played_says_why() {
    let why = watch("cma-longterm-pin", Some("1*99")).err().expect("there are not so many steps");
    assert!(why.ends_with("CPU1 cannot move: it has finished"), "{why}");
}

/// In every scenario: nothing panics, and what is told is in order and about what there is.
#[test]
fn every_trace_of_the_gallery_can_be_looked_at() {
    for entry in std::fs::read_dir(file::folder()).expect("the folder exists") {
        let file = entry.expect("readable").file_name();
        let Some(name) = file.to_string_lossy().strip_suffix(".toml").map(str::to_string) else {
            continue;
        };
        let watch = own(&name);
        for conflict in watch.conflicts() {
            assert!(conflict.earlier < conflict.later, "{name}: {conflict:?}");
            let history = watch.history(&conflict.subject);
            let field = &conflict.field;
            assert!(history.changes.iter().any(|it| it.field == *field), "{name}: {conflict:?}");
            let reasons = watch.why(&conflict.subject, field, conflict.later);
            assert!(!reasons.is_empty(), "{name}: {conflict:?}");
            let behind = reasons.iter().all(|it| it.step.is_none_or(|it| it <= conflict.later));
            assert!(behind, "{name}: {reasons:#?}");
        }
    }
}
