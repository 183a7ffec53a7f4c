//! Compound pages as plain data: one body with a head, tails and the counts of the whole.
use super::state::CompoundView;
use crate::mm::{Cell, GARBAGE, Layout, Memory, Pfn, Subject};

/// The compound pages of a machine that has any, by their heads. `changed` is what the step at the
/// cursor changed.
pub fn compounds(layout: &Layout, memory: &Memory, changed: &[Subject]) -> Vec<CompoundView> {
    if !layout.geometry.has_huge_pages() {
        return Vec::new();
    }
    let heads = layout.pfns().filter(|pfn| memory.peek(layout.compound(*pfn).head()));
    heads.map(|head| compound(layout, memory, head, changed)).collect()
}

/// What somebody who looks without a reference judges: `life` is the ghost that it began with.
pub fn verdict_words(layout: &Layout, memory: &Memory, pfn: Pfn, life: u16) -> String {
    let now = memory.peek(layout.compound(pfn).generation());
    let began = format!("The verdict will be about life {} of page {pfn}", life + 1);
    if now == life { began } else { format!("{began}, which is in life {} by now", now + 1) }
}

/// `page_maybe_dma_pinned` of a compound page, which counts its pins; none of a page by itself.
pub fn is_pinned(layout: &Layout, memory: &Memory, pfn: Pfn) -> Option<bool> {
    role(layout, memory, pfn)?;
    let head = memory.peek(layout.compound(pfn).compound_head()).unwrap_or(pfn);
    let pins = memory.peek(layout.second_page(head)?.pincount());
    Some(pins > 0 && pins != GARBAGE)
}

/// What a page is of a compound page.
pub fn role(layout: &Layout, memory: &Memory, pfn: Pfn) -> Option<String> {
    if !layout.geometry.has_huge_pages() {
        return None;
    }
    let cells = layout.compound(pfn);
    let tail = memory.peek(cells.compound_head()).map(|head| format!("tail of page {head}"));
    tail.or_else(|| memory.peek(cells.head()).then(|| "head".into()))
}

fn compound(layout: &Layout, memory: &Memory, head: Pfn, changed: &[Subject]) -> CompoundView {
    let tails = layout.pfns().skip(usize::from(head.0) + 1);
    let is_tail = |pfn: &Pfn| memory.peek(layout.compound(*pfn).compound_head()) == Some(head);
    let pages: Vec<Pfn> = [head].into_iter().chain(tails.take_while(is_tail)).collect();
    let second = layout.second_page(head);
    let of_second = |cell: Cell<u16>| Some(memory.peek(cell)).filter(|word| *word != GARBAGE);
    let entire = second.and_then(|second| of_second(second.entire_mapcount()));
    let double_map = second.is_some_and(|second| memory.peek(second.double_map()));
    let each = |pfn: &Pfn| memory.peek(layout.page(*pfn).mapcount());
    let sub = |pfn: &Pfn| i32::from(each(pfn)) - i32::from(double_map);
    let whole = i32::from(entire.unwrap_or_default());
    let whole_size = second.and_then(|second| of_second(second.order()));
    let complete = whole_size.is_some_and(|order| pages.len() == 1 << order);
    CompoundView {
        head: u32::from(head.0),
        last: u32::from(pages[pages.len() - 1].0),
        refcount: u32::from(memory.peek(layout.page(head).refcount())),
        entire_mapcount: entire.map(i32::from),
        mapcounts: pages.iter().map(|pfn| u32::from(each(pfn))).collect(),
        double_map,
        page_mapcounts: pages.iter().map(|pfn| sub(pfn) + whole).collect(),
        total_mapcount: pages.iter().map(sub).sum::<i32>() + whole,
        life: u32::from(memory.peek(layout.compound(head).generation())) + 1,
        unfinished: (!complete).then(|| unfinished(memory.peek(layout.page(head).refcount()))),
        changed: pages.iter().any(|pfn| changed.contains(&Subject::Page(pfn.0))),
    }
}

/// Who builds it has a reference already; who takes it apart has dropped the last.
fn unfinished(refcount: u16) -> String {
    if refcount == 0 { "half taken apart" } else { "half built" }.into()
}
