//! The tables of a scenario file and their keys, each with a sentence: the one list behind what the
//! reader accepts and hints at, and what the page completes and explains.

/// A table of a scenario file.
pub struct Section {
    /// How its head is written; of what stands before any head, nothing.
    pub head: &'static str,
    /// What a complaint calls it.
    pub said: &'static str,
    /// What it is for.
    pub sentence: &'static str,
    /// Its keys with what each means.
    pub keys: &'static [Key],
}

/// A key and its sentence.
pub type Key = (&'static str, &'static str);

impl Section {
    /// The names of its keys.
    pub fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|(name, _)| *name).collect()
    }

    /// Whether it has a key.
    pub fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|(key, _)| *key == name)
    }
}

/// The sentences stay with the module that makes the catalogue.
const fn help(text: &'static str) -> &'static str {
    if cfg!(feature = "whole") { text } else { "" }
}

const fn keys<const COUNT: usize>(mut keys: [Key; COUNT]) -> [Key; COUNT] {
    let mut number = 0;
    while number < COUNT {
        keys[number].1 = help(keys[number].1);
        number += 1;
    }
    keys
}

/// All of them, in the order of a file.
pub static SECTIONS: &[&Section] = &[
    &ROOT, &KERNEL, &MACHINE, &PROCESS, &BEFORE, &CPU, &SCHEDULE, &PATCH, &EDIT, &EXPECT, &CLAIM,
    &TOUR, &CHALLENGE, &MAY, &GOAL,
];

/// What stands before any head, and the heads.
pub static ROOT: Section = Section {
    head: "",
    said: "a scenario",
    sentence: "",
    keys: &keys([
        ("format", "The version of the format: 1."),
        ("title", "What happens, in one line."),
        ("about", "Why this is worth knowing, in two sentences for the reader."),
        ("refs", "Commits and mails."),
        ("kernel", "The preset to start from, and the toggles that differ from it."),
        ("patch", "Edits of the kernel's routines, to try a fix that no kernel has."),
        ("machine", "The zone: its pageblocks, and how large things are."),
        ("process", "A process and its mappings. There may be several."),
        ("before", "Calls that have returned, one after the other, when the lanes begin."),
        ("cpu", "A lane: what one CPU runs. The first is CPU0."),
        ("schedule", "The interleaving to show first."),
        ("expect", "A claim about every interleaving, which a search judges."),
        ("tour", "A stop of the guided tour: prose tied to a step."),
        ("challenge", "What a reader is to bring about, and by changing what."),
    ]),
};

/// `[kernel]`, and the kernel of a claim. Its other keys are toggles.
pub static KERNEL: Section = Section {
    head: "[kernel]",
    said: "[kernel]",
    sentence: help("The preset to start from. Any toggle is a key, and overrides the preset."),
    keys: &keys([
        ("base", "The preset; in a claim, that of the file where it is left out."),
        ("patch", "The name of a [[patch]] of this file."),
    ]),
};

/// `[machine]`
pub static MACHINE: Section = Section {
    head: "[machine]",
    said: "[machine]",
    sentence: help(
        "The zone. Pages that nothing names are free, in blocks as large as they can be.",
    ),
    keys: &keys([
        ("pageblock_pages", "Pages of a pageblock, a power of two up to 512; 2 if left out."),
        (
            "blocks",
            "The pageblocks: unmovable, movable, reclaimable, highatomic, isolate or cma:NAME. \
             Neighbours of one name are one area.",
        ),
        ("fine", "Whether every line of a lock section is a step; false if left out."),
        ("pin_bias", "GUP_PIN_COUNTING_BIAS; 1024 if left out."),
        ("migrate_passes", "How often migrate_pages tries a page; 2 if left out."),
        ("migrate_tries", "How often its caller tries the list; once if left out."),
        (
            "hpage_pages",
            "The pages of a huge page, a power of two; without it pages are not compound.",
        ),
        (
            "section_pages",
            "The pages of a section, whole pageblocks; without it memory is there for good.",
        ),
        ("zero_page", "The page that is_zero_pfn knows, in an unmovable block."),
        (
            "allocated",
            "Pages in use that no process maps: 6, or \"6-7\" for a block allocated as one.",
        ),
        ("isolated", "Pageblocks, by number, that are isolated at the start."),
        ("max_order", "The largest order of a free block: that of a pageblock or one more."),
        (
            "pcp_high",
            "From how many pages on a pcplist goes back to the buddy lists; 0 flushes each page.",
        ),
        ("pcp_batch", "How many pages of a pcplist go back at once; 1 if left out."),
        ("gather_pages", "The pages that an mmu_gather keeps until the TLB flush, at most 8."),
        (
            "swap_slots",
            "Slots of the swap area, at most 8; 1 if left out. Without any, anonymous pages are \
             not reclaimed.",
        ),
    ]),
};

/// `[[process]]`
pub static PROCESS: Section = Section {
    head: "[[process]]",
    said: "a [[process]]",
    sentence: help("A process and its mappings."),
    keys: &keys([
        ("name", "Letters, digits and `_`."),
        (
            "map",
            "Mappings of one virtual page each: `a = page 2 anon rw`. Without `page N` a free \
             page is found.",
        ),
        ("child_of", "The parent; the process is empty until the parent calls fork for it."),
    ]),
};

/// `[[before]]`
pub static BEFORE: Section = Section {
    head: "[[before]]",
    said: "a [[before]]",
    sentence: help("Calls that have returned, one after the other, when the lanes begin."),
    keys: &keys([
        ("process", "The process that makes the calls."),
        ("run", "The calls. Only pins have names here."),
    ]),
};

/// `[[cpu]]`
pub static CPU: Section = Section {
    head: "[[cpu]]",
    said: "a [[cpu]]",
    sentence: help("A lane: what one CPU runs. The first is CPU0."),
    keys: &keys([
        ("process", "The process whose task runs on this CPU."),
        (
            "run",
            "The calls of the task, in order: `name = function(argument, ...)`; with `retry` \
             before the function the caller calls again until it succeeds.",
        ),
        ("interrupt", "Calls of a handler that runs once, at any point where interrupts are on."),
        ("pcp", "Pages on its pcplist at the start."),
        ("tlb", "Mappings that its CPU has translated. CPUs keep translations then."),
    ]),
};

/// `[schedule]`
pub static SCHEDULE: Section = Section {
    head: "[schedule]",
    said: "[schedule]",
    sentence: help("The interleaving to show first."),
    keys: &keys([(
        "steps",
        "`1` is a step of CPU1, `1*4` four, `1*` as many as it can make, `1i` delivers its \
         interrupt, `1c` starts what another CPU asked it to run, `1d` lets its oldest store \
         reach memory.",
    )]),
};

/// `[[patch]]`
pub static PATCH: Section = Section {
    head: "[[patch]]",
    said: "a [[patch]]",
    sentence: help("Edits of one routine. Several tables of one name are one patch."),
    keys: &keys([
        ("name", "Letters, digits, `-`, `_` and `.`; `patch = \"...\"` of a kernel names it."),
        ("about", "What it is for."),
        ("function", "The function whose lines are edited; `pagerace lines FILE` lists them."),
        ("edits", "The edits, each made on what the ones before have left."),
    ]),
};

/// A file of patches for other scenarios.
pub static OF_PATCHES: Section = Section {
    head: "",
    said: "a file of patches",
    sentence: "",
    keys: &keys([("patch", "Edits of the kernel's routines.")]),
};

/// One of the `edits` of a patch.
pub static EDIT: Section = Section {
    head: "edits",
    said: "an edit",
    sentence: help("An edit of a routine: one of drop, move and insert."),
    keys: &keys([
        ("drop", "The label of a line that does not run."),
        ("move", "The label of a line that stands elsewhere in its function."),
        ("insert", "A label for a new line."),
        ("before", "The label of the line that it stands before."),
        ("after", "The label of the line that it stands after."),
        ("goto", "The label of the line to jump to."),
        ("acquire", "The lock that the new line takes."),
        ("release", "The lock that the new line drops."),
        ("irq", "`off` is local_irq_save, `on` local_irq_restore."),
        ("preempt", "`off` is preempt_disable, `on` preempt_enable."),
        ("fence", "`smp_mb`."),
        ("again", "The label of a line that the new one does once more."),
        ("same", "The label of a read that is made once more; it jumps if it finds another value."),
    ]),
};

/// `[[expect]]`
pub static EXPECT: Section = Section {
    head: "[[expect]]",
    said: "an [[expect]]",
    sentence: help("A claim about every interleaving: one of never, sometimes and always."),
    keys: &keys(CLAIM_KEYS),
};

/// `[[challenge.goal]]`
pub static GOAL: Section = Section {
    head: "[[challenge.goal]]",
    said: "a [[challenge.goal]]",
    sentence: help("What is true of every interleaving when the challenge is met."),
    keys: &keys(CLAIM_KEYS),
};

const CLAIM_KEYS: [Key; 4] = [
    (
        "kernel",
        "The kernel that it is about, if not that of the file: a preset, a table of a base \
         and toggles, or a list of these.",
    ),
    ("never", "No interleaving ends like this."),
    ("sometimes", "Some interleaving ends like this."),
    ("always", "Every interleaving ends like this."),
];

/// `[[tour]]`
pub static TOUR: Section = Section {
    head: "[[tour]]",
    said: "a [[tour]]",
    sentence: help("A stop of the guided tour: prose tied to a step."),
    keys: &keys([
        ("kernel", "The kernel that plays from here on; that of the file if none was named."),
        ("steps", "The interleaving from here on; that of the file if none was named."),
        ("at", "How many steps were made, or a line, `function.label`, that ran just before."),
        ("look", "The page to look at: `page 2`."),
        ("text", "What there is to see."),
    ]),
};

/// `[challenge]`
pub static CHALLENGE: Section = Section {
    head: "[challenge]",
    said: "a [challenge]",
    sentence: help("What a reader is to bring about, and by changing what."),
    keys: &keys([
        ("task", "What is to be brought about, in a sentence or two."),
        ("may", "How much may be changed, as a table."),
        ("goal", "What is true when it is done, as `[[challenge.goal]]` tables."),
        ("hint", "Hints, from vague to plain."),
    ]),
};

/// The `may` of a challenge.
pub static MAY: Section = Section {
    head: "may",
    said: "`may`",
    sentence: help("How much of the scenario may be changed."),
    keys: &keys([
        ("calls", "Calls more than there are, in any lane; those that are there stay."),
        ("edits", "Edits of a patch, whatever they do."),
        ("moves", "Edits of a patch that move a line."),
        ("toggles", "Toggles of the kernel that get another value."),
    ]),
};

/// The pattern of a claim. Its other keys are results by name.
pub static CLAIM: Section = Section {
    head: "never",
    said: "a claim",
    sentence: help("How an execution ends. All parts must hold; other keys are results by name."),
    keys: &keys([
        ("breaks", "A property that is broken on the way, or a list of them, all broken."),
        ("drift", "By how many pages NR_FREE_PAGES is too high in the end."),
        ("end", "How it ends: done, deadlock, livelock or BUG."),
    ]),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_sentence() {
        for section in SECTIONS {
            for (name, sentence) in section.keys {
                let ends = sentence.ends_with('.');
                assert!(ends, "{} {name}: {sentence:?}", section.said);
            }
        }
    }

    #[test]
    fn every_head_is_a_key_of_the_root() {
        for section in SECTIONS.iter().filter(|section| section.head.starts_with('[')) {
            let name = section.head.trim_matches(['[', ']']);
            let name = name.split('.').next().unwrap_or(name);
            assert!(ROOT.has(name), "{name}");
        }
    }

    /// What the reference says and what the reader knows are one.
    #[test]
    fn the_reference_speaks_of_every_key() {
        let reference = include_str!("../../../docs/scenario-format.md");
        for section in SECTIONS {
            for (name, _) in section.keys {
                assert!(reference.contains(name), "{} {name}", section.said);
            }
        }
    }
}
