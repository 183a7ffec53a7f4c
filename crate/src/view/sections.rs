//! Sections as plain data: what is left of memory that goes.
use super::state::SectionView;
use crate::mm::section::Section;
use crate::mm::{Layout, Memory, Pfn, Subject};

/// The sections of a machine that has any. `changed` is what the step at the cursor changed.
pub fn sections(layout: &Layout, memory: &Memory, changed: &[Subject]) -> Vec<SectionView> {
    let pages = u32::from(layout.geometry.section_pages());
    if pages == 0 {
        return Vec::new();
    }
    let view = |number: u16| {
        let section = layout.section(number);
        let first = u32::from(number) * pages;
        SectionView {
            number: u32::from(number),
            first,
            last: first + pages - 1,
            online: memory.peek(section.online()),
            valid: memory.peek(section.has_mem_map()),
            usage: usage(memory, section).into(),
            memmap: memmap(memory, section).into(),
            changed: changed.contains(&Subject::Section(number)),
        }
    };
    (0..layout.geometry.sections()).map(view).collect()
}

/// Whether a page has no struct page any more.
pub fn is_removed(layout: &Layout, memory: &Memory, pfn: Pfn) -> bool {
    layout.section_of(pfn).is_some_and(|section| !memory.peek(section.memmap()))
}

fn usage(memory: &Memory, section: Section) -> &'static str {
    match (memory.peek(section.usage()), memory.peek(section.usage_freed())) {
        (false, _) => "NULL",
        (true, true) => "freed",
        (true, false) => "there",
    }
}

fn memmap(memory: &Memory, section: Section) -> &'static str {
    match (memory.peek(section.memmap()), memory.peek(section.poisoned())) {
        (false, _) => "removed",
        (true, true) => "poisoned",
        (true, false) => "there",
    }
}
