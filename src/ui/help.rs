//! The table of keys, over everything: sections side by side where the screen is wide, scrolled where it is short.

use super::widgets::canvas::Canvas;
use super::widgets::{line, rule};
use crate::app::layout::Area;
use crate::app::view::{Help, Piece, Tone};
use crate::model::SafeText;

/// Blank columns between keys and meaning, and between two columns of sections.
const GAP: u16 = 2;
const APART: u16 = 4;
/// Blank columns at each side of the overlay.
const MARGIN: u16 = 2;

type Section = (SafeText, Vec<(SafeText, SafeText)>);

/// How the sections are spread.
struct Plan<'a> {
    keys: u16,
    width: u16,
    columns: Vec<Vec<&'a Section>>,
    rows: u16,
}

/// Draws the help in the middle of the screen.
pub fn render(screen: &mut Canvas, help: &Help) {
    let plan = plan(help, screen.width().saturating_sub(2 * MARGIN + 1));
    let area = placed(screen, &plan);
    screen.part(with_margin(area)).clear();
    let mut overlay = screen.part(area);
    frame(&mut overlay);
    let mut inside = overlay.part(Area {
        x: MARGIN,
        y: 2,
        width: area.width.saturating_sub(2 * MARGIN),
        height: area.height.saturating_sub(4),
    });
    let hidden = plan.rows.saturating_sub(inside.height());
    let scroll = help.scroll.min(hidden);
    for (at, sections) in (0_u16..).zip(&plan.columns) {
        let x = at.saturating_mul(plan.width.saturating_add(APART));
        column(&mut inside, x, scroll, &plan, sections);
    }
    if hidden > 0 {
        thumb(&mut overlay, scroll, hidden);
    }
}

fn plan(help: &Help, room: u16) -> Plan<'_> {
    let rows = || help.sections.iter().flat_map(|(_, rows)| rows);
    let widest = |text: fn(&(SafeText, SafeText)) -> &SafeText| {
        rows()
            .map(|r| line::width(text(r).as_str()))
            .max()
            .unwrap_or(0)
    };
    let keys = widest(|row| &row.0);
    let width = keys
        .saturating_add(GAP)
        .saturating_add(widest(|row| &row.1));
    let fitting = room.saturating_add(APART) / width.saturating_add(APART).max(1);
    let sections: Vec<&Section> = help.sections.iter().collect();
    let columns = spread(&sections, usize::from(fitting.max(1)));
    let rows = columns.iter().map(|c| height(c)).max().unwrap_or(0);
    Plan {
        keys,
        width: width.min(room),
        columns,
        rows,
    }
}

/// In their order, no section torn apart, the tallest column as short as that allows.
fn spread<'a>(sections: &[&'a Section], columns: usize) -> Vec<Vec<&'a Section>> {
    let mut limit = sections.iter().map(|s| height(&[s])).max().unwrap_or(0);
    loop {
        let filled = fill(sections, limit);
        if filled.len() <= columns || limit == u16::MAX {
            return filled;
        }
        limit = limit.saturating_add(1);
    }
}

fn fill<'a>(sections: &[&'a Section], limit: u16) -> Vec<Vec<&'a Section>> {
    let mut columns: Vec<Vec<&Section>> = Vec::new();
    for section in sections {
        match columns.last_mut() {
            Some(last) if height(last) + 1 + height(&[section]) <= limit => last.push(section),
            _ => columns.push(vec![section]),
        }
    }
    columns
}

/// Rows of a column: each section's title and keys, a blank row between sections.
fn height(sections: &[&Section]) -> u16 {
    let rows: usize = sections.iter().map(|(_, rows)| rows.len() + 2).sum();
    u16::try_from(rows.saturating_sub(1)).unwrap_or(u16::MAX - 1)
}

fn placed(screen: &Canvas, plan: &Plan) -> Area {
    let columns = u16::try_from(plan.columns.len()).unwrap_or(u16::MAX);
    let inner = columns
        .saturating_mul(plan.width.saturating_add(APART))
        .saturating_sub(APART);
    let width = inner.saturating_add(2 * MARGIN).min(screen.width());
    let height = plan.rows.saturating_add(4).min(screen.height());
    Area {
        x: (screen.width() - width) / 2,
        y: (screen.height() - height) / 2,
        width,
        height,
    }
}

/// A blank column at each side keeps what lies below apart.
fn with_margin(area: Area) -> Area {
    let x = area.x.saturating_sub(1);
    Area {
        x,
        width: (area.x - x).saturating_add(area.width).saturating_add(1),
        ..area
    }
}

fn frame(overlay: &mut Canvas) {
    rule::render(overlay, &[Piece::own("keys", Tone::Strong)], &[]);
    let theme = overlay.theme();
    overlay.glyph(0, 0, "━", theme.edge());
    if let Some(last) = overlay.height().checked_sub(1).filter(|y| *y > 0) {
        overlay.repeat(0, last, overlay.width(), "─", theme.rule());
    }
}

fn column(inside: &mut Canvas, x: u16, scroll: u16, plan: &Plan, sections: &[&Section]) {
    let mut y = 0_u16;
    for (title, rows) in sections {
        if let Some(at) = y.checked_sub(scroll) {
            section_title(inside, x, at, plan.width, title);
        }
        for row in rows {
            y = y.saturating_add(1);
            if let Some(at) = y.checked_sub(scroll) {
                key(inside, x, at, plan, row);
            }
        }
        y = y.saturating_add(2);
    }
}

fn section_title(inside: &mut Canvas, x: u16, y: u16, width: u16, title: &SafeText) {
    let theme = inside.theme();
    let used = inside.text(x, y, width, title.as_str(), theme.style(Tone::Dim)) + 1;
    let from = x.saturating_add(used);
    inside.repeat(from, y, width.saturating_sub(used), "─", theme.rule());
}

fn key(inside: &mut Canvas, x: u16, y: u16, plan: &Plan, (keys, meaning): &(SafeText, SafeText)) {
    let theme = inside.theme();
    inside.text(x, y, plan.width, keys.as_str(), theme.style(Tone::Strong));
    let at = plan.keys.saturating_add(GAP);
    let piece = [Piece::new(meaning.clone(), Tone::Plain)];
    let room = plan.width.saturating_sub(at);
    line::render(inside, x.saturating_add(at), y, room, &piece);
}

fn thumb(overlay: &mut Canvas, scroll: u16, hidden: u16) {
    let rows = u32::from(overlay.height().saturating_sub(2));
    let Some(x) = overlay.width().checked_sub(1) else {
        return;
    };
    let theme = overlay.theme();
    let all = rows + u32::from(hidden);
    let start = rows * u32::from(scroll) / all;
    let size = (rows * rows / all).max(1);
    for y in 0..rows {
        let (glyph, style) = if (start..start + size).contains(&y) {
            ("▐", theme.style(Tone::Faint))
        } else {
            ("│", theme.rule())
        };
        let row = u16::try_from(y).unwrap_or(u16::MAX).saturating_add(1);
        overlay.glyph(x, row, glyph, style);
    }
}
