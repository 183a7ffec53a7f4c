//! The fixed words that values of a file are made of, each with a sentence: the reader's own lists,
//! for the page to complete and explain.
use super::{End, call_words, machine_table, mapping};
use crate::routines::stock;

/// A word and its sentence.
pub type Said = (String, String);

/// The words of a key in a section, by its head; one list for each part that follows the one
/// before. None where the value is a name, a number or prose.
pub fn of(head: &str, key: &str) -> Vec<Vec<Said>> {
    match (head, key) {
        ("[machine]", "blocks") => vec![machine_table::block_words()],
        ("[machine]", "fine") => vec![said(&[
            ("true", "Every line of a lock section is a step."),
            ("false", "A section of a spinlock with interrupts off is one step where it may be."),
        ])],
        ("[[process]]", "map") => mapping::PARTS.iter().map(|part| said(part)).collect(),
        ("never", "end") => {
            vec![End::ALL.map(|end| (end.word().into(), end.sentence().into())).into()]
        }
        ("edits", "acquire") => vec![locks(|lock| lock.acquire.text)],
        ("edits", "release") => vec![locks(|lock| lock.release.text)],
        ("edits", "irq" | "preempt" | "fence") => {
            let lines = stock::LINES.iter().filter(|(name, ..)| *name == key);
            vec![lines.map(|(_, word, line)| ((*word).into(), line.text.into())).collect()]
        }
        _ => Vec::new(),
    }
}

fn said(words: &[(&str, &str)]) -> Vec<Said> {
    words.iter().map(|(word, sentence)| ((*word).into(), (*sentence).into())).collect()
}

fn locks(line: fn(&stock::StockLock) -> &'static str) -> Vec<Said> {
    stock::LOCKS.iter().map(|lock| (lock.name.into(), line(lock).into())).collect()
}

/// What a word of a call's arguments says; nothing for one that says it itself.
pub fn sentence(word: &str) -> String {
    let known = call_words::MIGRATETYPES.iter().find(|(name, _)| *name == word);
    if let Some((_, value)) = known {
        return machine_table::sentence(usize::from(*value)).into();
    }
    let sentence = match word {
        "FOLL_WRITE" => {
            "The page is to be written: a write-protected entry gets a page of its own first."
        }
        "FOLL_LONGTERM" => {
            "The pin may stay for good: pages of CMA areas are to be migrated out first."
        }
        "FOLL_FAST_ONLY" => "Only the walk without mmap_lock; where that fails, nothing is got.",
        "GFP_KERNEL" => "Memory of the kernel, which cannot be moved.",
        "GFP_HIGHUSER_MOVABLE" => "Memory of a process, which can be moved.",
        "__GFP_RECLAIMABLE" => "Memory of the kernel that reclaim can free.",
        "__GFP_COMP" => "The pages make one compound page.",
        "__GFP_NOFAIL" => "The call tries again for as long as it fails.",
        "PROT_READ" => "The area may be read.",
        "PROT_READ | PROT_WRITE" => "The area may be read and written.",
        "MADV_DONTNEED" => "The pages are zapped at once.",
        "MADV_FREE" => "Reclaim may drop the pages, unless they are written to before.",
        _ => "",
    };
    sentence.into()
}

#[cfg(test)]
mod tests {
    use super::super::keys::SECTIONS;
    use super::*;
    use crate::routines::entry::ENTRIES;

    #[test]
    fn every_word_of_a_call_says_what_it_is() {
        for entry in ENTRIES {
            for param in entry.params {
                for (word, _) in call_words::of(entry, param.kind) {
                    let plain = ["0", "true", "false"].contains(word);
                    assert!(plain || sentence(word).ends_with('.'), "{} {word}", entry.name);
                }
            }
        }
    }

    #[test]
    fn words_belong_to_keys_that_there_are() {
        let of_keys = |(head, key): (&str, &str)| of(head, key).concat();
        let keys = SECTIONS.iter().flat_map(|it| it.keys.iter().map(|(key, _)| (it.head, *key)));
        let known: Vec<Said> = keys.flat_map(of_keys).collect();
        for word in ["cma:NAME", "true", "page N anon", "lazyfree", "livelock", "ptl", "smp_mb"] {
            assert!(known.iter().any(|(known, _)| known == word), "{word}");
        }
        assert!(known.iter().all(|(word, sentence)| !word.is_empty() && !sentence.is_empty()));
    }

    /// The reader takes every mapping that can be made of the words, but for those that it refuses
    /// with a reason of its own.
    #[test]
    fn mappings_are_made_of_the_words() {
        let [forms, rights, advice] = mapping::PARTS;
        let (mut taken, mut refused) = (0, 0);
        for (form, _) in forms {
            for (right, _) in rights {
                for advice in std::iter::once("").chain(advice.iter().map(|(word, _)| *word)) {
                    let map = format!("a = {} {right} {advice}", form.replace('N', "4"));
                    let text = format!(
                        "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\nbase = \"v5.17\"\n\
                         [machine]\npageblock_pages = 4\nhpage_pages = 4\nzero_page = 8\n\
                         blocks = [\"movable\", \"movable\", \"unmovable\"]\n\
                         [[process]]\nname = \"B\"\nmap = [\"{map}\"]\n\
                         [[cpu]]\nprocess = \"B\"\nrun = [\"v = load(a)\"]\n"
                    );
                    match super::super::parse(&text) {
                        Ok(_) => taken += 1,
                        Err(complaints) => {
                            let is_none = complaints[0].message.ends_with("is not a mapping");
                            assert!(is_none, "{map}: {complaints:?}");
                            refused += 1;
                        }
                    }
                }
            }
        }
        // Only pages of the process alone are lazyfree, and none may write to the zero page.
        assert_eq!((taken, refused), (23 + 6, 19));
    }
}
