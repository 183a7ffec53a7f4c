//! The operations that timelines can name, with all that a form needs to write one.
use serde::Serialize;
use std::collections::BTreeMap;

use crate::machine::{Kernel, Returns};
use crate::routines::entry::{self, Entry, ParamKind};
use crate::routines::presets::{PRESETS, Preset};
use crate::routines::{entry_groups, kernels};
use crate::scenario::{call_words, words};

/// One operation that a timeline can name.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OperationHelp {
    /// The kernel function.
    pub name: String,
    /// What it stands under in a list.
    pub group: String,
    /// How it is written: `cma_alloc(area, count)`.
    pub signature: String,
    /// What it does.
    pub help: String,
    /// Its parameters, in order.
    pub params: Vec<ParamHelp>,
    /// What it returns, in words.
    pub returns: String,
    /// It returns a page, which later calls may name.
    pub gives_page: bool,
    /// What it pins must have a name, which later calls may use.
    pub makes_pin: bool,
    /// It needs a process on its lane.
    pub needs_process: bool,
    /// An interrupt handler may call it.
    pub in_interrupt: bool,
    /// `retry` may stand before it.
    pub can_retry: bool,
    /// Which kernels have no such function.
    pub lacks: Vec<LackHelp>,
}

/// One parameter of an operation.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ParamHelp {
    /// Its name in the signature.
    pub name: String,
    /// What to write there.
    pub help: String,
    /// What it is.
    pub kind: ParamKind,
    /// It may be left out.
    pub optional: bool,
    /// The words that it may be, each with a sentence; none where it is a name or a number.
    pub words: Vec<(String, String)>,
}

/// Presets on which there is no such function.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LackHelp {
    /// On machines with huge pages, or on those without.
    pub huge_pages: bool,
    /// The presets, none of their toggles changed.
    pub kernels: Vec<String>,
    /// Where it is to be had.
    pub why: String,
}

/// Every preset as it is, on one kind of machine.
struct Presets {
    huge_pages: bool,
    kernels: Vec<(&'static Preset, Kernel)>,
}

/// All operations, in the order of their groups.
pub fn listed() -> Vec<OperationHelp> {
    let presets = [false, true].map(|huge_pages| Presets {
        huge_pages,
        kernels: PRESETS
            .iter()
            .map(|preset| (preset, kernels::kernel(preset, &BTreeMap::new(), huge_pages)))
            .collect(),
    });
    let names = entry_groups::GROUPS.iter().flat_map(|(_, names)| *names);
    names.filter_map(|name| entry::find(name)).map(|entry| operation(entry, &presets)).collect()
}

fn operation(entry: &'static Entry, presets: &[Presets; 2]) -> OperationHelp {
    let kernels = || presets.iter().flat_map(|presets| &presets.kernels);
    let returns = || kernels().filter_map(|(_, kernel)| kernel.routine(entry.function));
    OperationHelp {
        name: entry.name.into(),
        group: entry_groups::group_of(entry.name).into(),
        signature: entry.signature(),
        help: entry.help.into(),
        params: entry
            .params
            .iter()
            .map(|param| ParamHelp {
                name: param.name.into(),
                help: param.help.into(),
                kind: param.kind,
                optional: param.is_optional(),
                words: words(entry, param.kind),
            })
            .collect(),
        returns: entry.returns.into(),
        gives_page: returns().any(|routine| routine.returns == Returns::Page),
        makes_pin: entry.makes_pin,
        needs_process: entry.needs_process,
        in_interrupt: entry.in_interrupt,
        can_retry: entry.can_retry && returns().any(|it| it.returns != Returns::Nothing),
        lacks: presets.iter().flat_map(|presets| lacks(entry, presets)).collect(),
    }
}

fn words(entry: &Entry, kind: ParamKind) -> Vec<(String, String)> {
    let all = call_words::of(entry, kind).iter();
    all.map(|(word, _)| ((*word).into(), words::sentence(word))).collect()
}

/// The presets that have no such function, those with one reason together.
fn lacks(entry: &Entry, Presets { huge_pages, kernels }: &Presets) -> Vec<LackHelp> {
    let huge_pages = *huge_pages;
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (preset, _) in kernels.iter().filter(|(_, it)| it.routine(entry.function).is_none()) {
        let why = kernels::who_has(entry.function, preset, huge_pages);
        by_reason.entry(why.unwrap_or_default()).or_default().push(preset.name.into());
    }
    let lack = |(why, kernels)| LackHelp { huge_pages, kernels, why };
    by_reason.into_iter().map(lack).collect()
}
