//! What the documents say about files is so.
#[path = "common/gallery.rs"]
mod gallery;
#[path = "common/search.rs"]
mod search;

use std::fs;
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_gallery_lists_every_scenario_once() {
    let list = read("scenarios/README.md");
    for (name, _) in gallery::scenarios() {
        assert_eq!(list.matches(&format!("({name}.toml)")).count(), 1, "{name}");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    for document in [
        "README.md",
        "ARCHITECTURE.md",
        "scenarios/README.md",
        "docs/fidelity.md",
        "bench/README.md",
    ] {
        let text = read(document);
        let folder = root().join(document);
        let folder = folder.parent().expect("in a folder");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let local = !target.contains("://") && !target.starts_with('#');
            assert!(!local || folder.join(target).exists(), "{document}: {target}");
        }
    }
}

/// Every routine is listed with what it leaves out: nothing is modelled in silence.
#[test]
fn fidelity_names_every_routine() {
    let text = read("docs/fidelity.md");
    let presets = pagerace::routines::presets::PRESETS.iter();
    for (preset, huge_pages) in presets.flat_map(|preset| [(preset, false), (preset, true)]) {
        let kernel = pagerace::routines::kernels::kernel(preset, &Default::default(), huge_pages);
        for routine in kernel.routines() {
            let name = format!("`{}`", routine.function.0);
            assert!(text.contains(&name), "docs/fidelity.md lacks {name} of {}", preset.name);
        }
    }
}

/// The example of the format reads, builds and plays, and its claims are true.
#[test]
fn the_example_of_the_format_is_a_scenario() {
    use pagerace::explore::{Verdict, judge};
    let text = read("docs/scenario-format.md");
    let (_, rest) = text.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let scenario = pagerace::scenario::parse(example).expect("it reads");
    for claim in &scenario.expects {
        let report = search::explore(scenario.build(&claim.kernel).expect("it builds"));
        assert_eq!(judge(&report, claim).verdict, Verdict::Met, "{}", claim.pattern);
    }
    let (system, mut memory) = scenario.build(&scenario.kernel).expect("it builds");
    let (steps, place) = scenario.schedule.expect("it has one");
    assert!(pagerace::schedule::replay(&system, &mut memory, &steps, place).is_ok());
}
