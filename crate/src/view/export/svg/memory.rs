//! The memory at a step: pageblocks with their pages.
use super::canvas::{Area, Canvas, Face, Pen, letters_in, width_of};
use super::palette::Paint;
use crate::view::protocol::{BlockView, PageView, StateView};

/// Above this many pages a page is drawn with its number only.
pub const DETAILED: usize = 48;

/// Above this many a free block is drawn as its first page alone, which says its order.
const DRAWN: usize = 512;

/// What the engine calls a page inside a free block.
const TAIL: &str = "free (tail)";

/// The height of a pageblock's head.
const BAND: i32 = 22;

/// Between two pageblocks.
const GAP: i32 = 10;

/// The size of words in pages.
const SMALL: i32 = 11;

/// How large a page is drawn.
#[derive(Clone, Copy)]
struct Cell {
    w: i32,
    h: i32,
    detailed: bool,
}

/// Draws all pageblocks from a place on, in rows of this width; where they end.
pub fn blocks(canvas: &mut Canvas, state: &StateView, (left, top): (i32, i32), width: i32) -> i32 {
    let detailed = state.pages.len() <= DETAILED;
    let cell =
        if detailed { Cell { w: 78, h: 76, detailed } } else { Cell { w: 35, h: 20, detailed } };
    let most = if detailed { width / cell.w } else { 16.min(width / cell.w) };
    let (mut x, mut y, mut lowest) = (left, top, top);
    for block in &state.blocks {
        let pages = pages_of(block, &state.pages);
        let across = (pages.len() as i32).min(most).max(if detailed { 2 } else { 5 });
        let area = Area {
            x,
            y,
            w: across * cell.w,
            h: BAND + (pages.len() as i32 + across - 1) / across * cell.h,
        };
        let area = if x > left && x + area.w > left + width {
            (x, y) = (left, lowest + GAP);
            Area { x, y, ..area }
        } else {
            area
        };
        draw(canvas, block, &pages, cell, area, across);
        x += area.w + GAP;
        lowest = lowest.max(y + area.h);
    }
    lowest
}

fn pages_of<'a>(block: &BlockView, pages: &'a [PageView]) -> Vec<&'a PageView> {
    let all = pages.len();
    let own = pages.iter().skip(block.first as usize).take(block.pages as usize);
    own.filter(|page| all <= DRAWN || page.place != TAIL || page.changed).collect()
}

fn draw(
    canvas: &mut Canvas,
    block: &BlockView,
    pages: &[&PageView],
    cell: Cell,
    area: Area,
    across: i32,
) {
    canvas.fill(area, Paint::Raised);
    band(canvas, block, Area { h: BAND, ..area });
    let place = |number: usize| {
        let (column, row) = (number as i32 % across, number as i32 / across);
        let (x, y) = (area.x + column * cell.w, area.y + BAND + row * cell.h);
        Area { x, y, w: cell.w, h: cell.h }
    };
    for (number, page) in pages.iter().enumerate() {
        draw_page(canvas, page, cell, place(number));
    }
    let edge = if block.changed { Pen::of(Paint::NowEdge).wide(3) } else { Pen::of(Paint::Edge) };
    canvas.outline(area, edge);
    canvas.line((area.x, area.y + BAND), (area.x + area.w, area.y + BAND), Pen::of(Paint::Edge));
    // What the step changed lies above its neighbours' edges.
    for (number, _) in pages.iter().enumerate().filter(|(_, page)| page.changed) {
        let Area { x, y, w, h } = place(number);
        let inner = Area { x: x + 1, y: y + 1, w: w - 2, h: h - 2 };
        canvas.outline(inner, Pen::of(Paint::NowEdge).wide(2));
    }
}

/// The head: letter, type, and the area that it belongs to, on the type's colour and pattern.
fn band(canvas: &mut Canvas, block: &BlockView, area: Area) {
    let letter = block.letter.chars().next().unwrap_or('?');
    canvas.typed(area, letter);
    let name = block.migratetype.trim_start_matches("MIGRATE_");
    let base = area.y + 15;
    let room = letters_in(area.w - 12, SMALL);
    let mut x = area.x + 4;
    let mut word = |canvas: &mut Canvas, words: &str| {
        let width = width_of(words.chars().count(), SMALL) + 4;
        let plate = Area { x, y: area.y + 4, w: width, h: BAND - 8 };
        canvas.fill(plate, Paint::Type(letter));
        canvas.text((x + 2, base), Face::of(Paint::Ink).bold().sized(SMALL), words);
        x += width + 4;
    };
    word(canvas, &block.letter);
    // A narrow block has room for its letter, perhaps for its type, perhaps for the area.
    let mut used = 2;
    let words = [Some(name), block.area.as_deref()];
    for words in words.into_iter().flatten() {
        if used + words.chars().count() < room {
            used += words.chars().count() + 1;
            word(canvas, words);
        }
    }
}

fn draw_page(canvas: &mut Canvas, page: &PageView, cell: Cell, area: Area) {
    if page.changed {
        canvas.fill(area, Paint::Now);
    }
    let Area { x, y, w, h } = area;
    // A free block and a compound page are each one body.
    let is_inner = page.place == TAIL || page.compound.as_deref().is_some_and(|it| it != "head");
    if !is_inner {
        canvas.line((x, y), (x, y + h), Pen::of(Paint::Edge));
    }
    canvas.line((x, y + h), (x + w, y + h), Pen::of(Paint::Line));
    if page.compound.is_some() {
        for y in [y + 2, y + h - 2] {
            canvas.line((x, y), (x + w, y), Pen::of(Paint::Edge).wide(3));
        }
    }
    let free = page.kind == "free";
    let paint = if free { Paint::Soft } else { Paint::Ink };
    let number = Face::of(paint).sized(SMALL);
    if !cell.detailed {
        canvas.text(
            (x + 4, y + 14),
            if free { number } else { number.bold() },
            &page.pfn.to_string(),
        );
        if !free {
            canvas.fill(Area { x: x + w - 7, y: y + 3, w: 5, h: 5 }, Paint::Ink);
        }
        return;
    }
    canvas.text((x + 6, y + 15), number.bold(), &page.pfn.to_string());
    let names = page.mapped_by.join(" ");
    let room = letters_in(w - 12, SMALL) - page.pfn.to_string().len() - 1;
    let face = Face::of(Paint::Ink).sized(SMALL);
    canvas.text((x + w - 6, y + 15), face.ends(), &shortened(&names, room));
    canvas.text((x + 6, y + 29), Face::of(Paint::Soft).sized(SMALL), &words(page));
    for (row, (name, count)) in
        [("ref", page.refcount), ("map", page.mapcount), ("pin", page.pins)].into_iter().enumerate()
    {
        let base = y + 43 + 13 * row as i32;
        canvas.text((x + 6, base), Face::of(Paint::Soft).sized(SMALL), name);
        let face = Face::of(paint).sized(SMALL).ends();
        let face = if count > 0 { face.bold() } else { face };
        canvas.text((x + w - 6, base), face, &count.to_string());
    }
}

/// What stands in a page: a free block says its size once.
fn words(page: &PageView) -> String {
    if page.kind == "removed" {
        return "no struct".into();
    }
    if page.place == TAIL {
        return "...".into();
    }
    match (&page.compound, page.order) {
        (Some(role), _) => role.split(' ').next().unwrap_or_default().into(),
        (None, Some(order)) if page.kind == "free" => format!("order {order}"),
        (None, Some(order)) => format!("{} {order}", page.kind),
        (None, None) => page.kind.clone(),
    }
}

fn shortened(words: &str, room: usize) -> String {
    if words.chars().count() <= room {
        return words.into();
    }
    let kept: String = words.chars().take(room.saturating_sub(2)).collect();
    format!("{kept}..")
}
