//! Rows in columns.

use super::canvas::Canvas;
use super::{bars, line};
use crate::app::layout::Area;
use crate::app::view::{Cell, Column, Row, Table, Tone};

/// The rows from the top, as many as there is room for.
pub fn render(canvas: &mut Canvas, table: &Table) {
    for (y, row) in (0..canvas.height()).zip(&table.rows) {
        cells(canvas, y, &table.columns, row);
        if row.future {
            let future = canvas.theme().future();
            canvas.tint(0, y, canvas.width(), future);
        }
    }
}

fn cells(canvas: &mut Canvas, y: u16, columns: &[Column], row: &Row) {
    let mut x = 0_u16;
    for (column, cell) in columns.iter().zip(&row.cells) {
        x = x.saturating_add(column.gap);
        let area = Area {
            x,
            y,
            width: column.width,
            height: 1,
        };
        one(&mut canvas.part(area), *column, cell);
        x = x.saturating_add(column.width);
    }
}

fn one(canvas: &mut Canvas, column: Column, cell: &Cell) {
    let width = canvas.width();
    match cell {
        Cell::Text(pieces) if column.right => {
            line::render_right(canvas, 0, width, 0, pieces);
        }
        Cell::Text(pieces) => {
            line::render(canvas, 0, 0, width, pieces);
        }
        Cell::Spark(values, tone) => spark(canvas, values, *tone),
        Cell::Bar(value, tone) => bars::lying(canvas, *value, *tone),
    }
}

fn spark(canvas: &mut Canvas, values: &[f32], tone: Tone) {
    bars::render_all(canvas, values, |value| (Some(value), tone));
}
