//! Which kernel: a preset, the toggles that differ from it, and a patch of the scenario's.
use std::collections::BTreeMap;

use super::KernelChoice;
use super::keys;
use super::patch::Patch;
use super::reader::{Item, Reader, Text, nearest, nearest_or_all, short};
use crate::routines::{kernels, presets};

pub(super) fn hint() -> String {
    let names: Vec<&str> = presets::PRESETS.iter().map(|preset| preset.name).collect();
    say!("give it a `base`, one of: {}", names.join(", "))
}

/// A kernel: a preset's name, or a table of a base and toggles. Without a base the table means
/// that of the file.
pub(super) fn read(
    reader: &mut Reader,
    item: &Item,
    own: Option<&KernelChoice>,
    patches: &[Patch],
) -> Option<KernelChoice> {
    if item.as_ref().is_str() && own.is_some() {
        let base = reader.string(item, "kernel")?;
        let base = preset(reader, &base)?;
        return Some(KernelChoice { base, toggles: BTreeMap::new() });
    }
    let table = reader.table(item, "kernel")?;
    let base = match (table.get("base"), own) {
        (Some(base), _) => {
            let base = reader.string(base, "base")?;
            preset(reader, &base)?
        }
        (None, Some(own)) => own.base.clone(),
        (None, None) => {
            let place = reader.at(item);
            reader.complain(place, "the kernel has no `base`", Some(hint()));
            return None;
        }
    };
    let mut toggles = BTreeMap::new();
    for (key, item) in table.iter() {
        let key = key.as_ref().as_ref();
        if key == "base" {
            continue;
        }
        if cfg!(feature = "whole") && key == kernels::PATCH {
            if let Some(name) = patch_named(reader, item, patches) {
                toggles.insert(key.to_string(), name);
            }
            continue;
        }
        let place = reader.key_place(table, key);
        let Some(toggle) = kernels::toggle(key) else {
            let known =
                kernels::TOGGLES.iter().map(|toggle| toggle.name).chain(keys::KERNEL.names());
            let hint = nearest(key, &known.collect::<Vec<_>>())
                .or_else(|| Some(say!("`pagerace kernels` lists the toggles")));
            reader.complain(place, say!("there is no toggle `{}`", short(key)), hint);
            continue;
        };
        let Some(value) = reader.string(item, key) else { continue };
        let known: Vec<&str> = toggle.values.iter().map(|(name, _)| *name).collect();
        if known.contains(&value.value.as_str()) {
            toggles.insert(key.to_string(), value.value);
        } else {
            let hint = nearest_or_all(&value.value, &known, "it is one of");
            let message = say!("`{}` is no value of {key}", short(&value.value));
            reader.complain(value.place, message, hint);
        }
    }
    Some(KernelChoice { base, toggles })
}

fn preset(reader: &mut Reader, name: &Text) -> Option<String> {
    if presets::preset(&name.value).is_some() {
        return Some(name.value.clone());
    }
    let known: Vec<&str> = presets::PRESETS.iter().map(|preset| preset.name).collect();
    let message = say!("there is no kernel `{}`", short(&name.value));
    reader.complain(name.place, message, Some(say!("it is one of: {}", known.join(", "))));
    None
}

fn patch_named(reader: &mut Reader, item: &Item, patches: &[Patch]) -> Option<String> {
    let name = reader.string(item, kernels::PATCH)?;
    if patches.iter().any(|patch| patch.name == name.value) {
        return Some(name.value);
    }
    let known: Vec<&str> = patches.iter().map(|patch| patch.name.as_str()).collect();
    let hint = match known.as_slice() {
        [] => Some(say!("write it as a [[patch]]")),
        _ => nearest_or_all(&name.value, &known, "there is"),
    };
    reader.complain(name.place, say!("there is no patch `{}`", short(&name.value)), hint);
    None
}
