//! The declarations of the page, and how messages are read.
use super::*;
use ts_rs::{Config, TS};

const HEAD: &str = "// Made of crate/src/view/protocol.rs by its test. Do not edit: run\n\
                    // PAGERACE_BLESS=1 cargo test --lib protocol\n";

fn declarations(config: &Config) -> Vec<String> {
    vec![
        Request::decl(config),
        Reply::decl(config),
        StageCopy::decl(config),
        Diagnostic::decl(config),
        Catalogue::decl(config),
        OperationHelp::decl(config),
        ParamHelp::decl(config),
        ParamKind::decl(config),
        LackHelp::decl(config),
        KernelHelp::decl(config),
        ToggleHelp::decl(config),
        PropertyHelp::decl(config),
        SectionHelp::decl(config),
        WordsHelp::decl(config),
        ScenarioView::decl(config),
        ClaimedKernel::decl(config),
        PropertyView::decl(config),
        StepView::decl(config),
        LineView::decl(config),
        ChangeView::decl(config),
        StateView::decl(config),
        LaneView::decl(config),
        CallView::decl(config),
        PendingStoreView::decl(config),
        PcpView::decl(config),
        PcpListView::decl(config),
        OperationView::decl(config),
        FrameView::decl(config),
        BlockView::decl(config),
        PageView::decl(config),
        CompoundView::decl(config),
        SectionView::decl(config),
        LedgerView::decl(config),
        FreeListView::decl(config),
        CountersView::decl(config),
        CmaView::decl(config),
        ProcessView::decl(config),
        MappingView::decl(config),
        TranslationView::decl(config),
        PinView::decl(config),
        SwapSlotView::decl(config),
        ContentsView::decl(config),
        WayView::decl(config),
        LockView::decl(config),
        FindingView::decl(config),
        ExplorationView::decl(config),
        StarvingView::decl(config),
        SampleView::decl(config),
        OutcomeView::decl(config),
        WitnessView::decl(config),
        ExpectationView::decl(config),
        ClaimView::decl(config),
        FollowedView::decl(config),
        SkippedView::decl(config),
        RoutineView::decl(config),
        RowView::decl(config),
        StockView::decl(config),
    ]
}

/// What is asked beside the stage, on threads of its own.
fn beside(config: &Config) -> Vec<String> {
    use crate::view::{guide, kcsan, watch};
    vec![
        kcsan::RacesView::decl(config),
        kcsan::RaceView::decl(config),
        kcsan::SideView::decl(config),
        guide::CardView::decl(config),
        guide::GuideView::decl(config),
        guide::StopView::decl(config),
        guide::ChallengeView::decl(config),
        guide::JudgedView::decl(config),
        watch::ConflictView::decl(config),
        watch::HistoryView::decl(config),
        watch::PastView::decl(config),
        watch::ReasonView::decl(config),
        watch::ReferencesView::decl(config),
    ]
}

/// Lines of comments leave the declarations; the Rust file holds them.
fn without_comments(declaration: &str) -> String {
    let mut text = declaration.to_string();
    while let Some(start) = text.find("/**") {
        let end = text[start..].find("*/").expect("a comment ends") + start + 2;
        text.replace_range(start..end, "");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Fields for serde_json::Value {
    fn text(&self, name: &str) -> Option<String> {
        Some(self.get(name)?.as_str()?.to_string())
    }
    fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.as_u64()?.try_into().ok()
    }
    fn texts(&self, name: &str) -> Option<BTreeMap<String, String>> {
        serde_json::from_value(self.get(name)?.clone()).ok()
    }
}

#[test]
fn requests_are_read_from_flat_messages() {
    let read = |text: &str| {
        let value: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
        Request::read(&value)
    };
    assert!(matches!(read(r#"{"type":"seek","cursor":3}"#), Ok(Request::Seek { cursor: 3 })));
    assert!(matches!(read(r#"{"type":"share"}"#), Ok(Request::Share)));
    for bad in [r#"{"type":"seek"}"#, r#"{"type":"no"}"#, "{}", "3", r#"{"type":"open","text":1}"#]
    {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_generated_protocol_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/src/protocol.ts");
    let config = Config::default();
    let declarations = [declarations(&config), beside(&config)].concat();
    let lines = declarations.iter().map(|text| format!("export {}\n", without_comments(text)));
    let generated = format!("{HEAD}{}", lines.collect::<String>());
    if std::env::var_os("PAGERACE_BLESS").is_some() {
        std::fs::write(path, &generated).expect("the file can be written");
    }
    let stored = std::fs::read_to_string(path).expect("the file exists");
    assert!(stored == generated, "www/src/protocol.ts is stale: PAGERACE_BLESS=1 renews it");
}
