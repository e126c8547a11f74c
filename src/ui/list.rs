//! A list over everything, between two rules: its title in the upper, its keys in the lower.

use super::pane;
use super::widgets::canvas::Canvas;
use super::widgets::rule;
use crate::app::layout::Area;
use crate::app::view::List;

/// Draws the list where the view has it, with a blank column at each side to keep what lies below apart.
pub fn render(screen: &mut Canvas, list: &List) {
    let area = list.area;
    let x = area.x.saturating_sub(1);
    let around = Area {
        x,
        width: (area.x - x).saturating_add(area.width).saturating_add(1),
        ..area
    };
    screen.part(around).clear();
    let height = area.height.saturating_sub(1);
    pane::render(&mut screen.part(Area { height, ..area }), &list.pane);
    let lower = Area {
        y: area.y.saturating_add(height),
        height: area.height - height,
        ..area
    };
    rule::render(&mut screen.part(lower), &list.keys, &[]);
}
