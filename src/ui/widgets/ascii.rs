//! The last pass over a screen for terminals and fonts that know only ASCII: each cell keeps its place and width.

use ratatui::buffer::Buffer;

/// Replaces every symbol that is not ASCII: the program's own glyphs by plain ones, all else (`⌕` too) by `?`.
pub fn simplify(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let plain = plain(cell.symbol());
            cell.set_symbol(plain);
        }
    }
}

fn plain(symbol: &str) -> &'static str {
    match symbol {
        "✗" | "×" => "x",
        "›" | "→" | "⏵" => ">",

        "○" => "o",
        "‹" | "←" | "≤" | "◂" => "<",
        "▪" | "█" | "▇" | "▆" => "#",
        "≡" | "▄" | "▅" | "━" => "=",
        "◆" | "●" => "*",
        "▲" | "↑" => "^",
        "▼" | "↓" => "v",
        "‖" | "│" | "▌" => "|",
        "─" | "┄" | "╸" | "▂" | "▃" | "–" | "—" => "-",
        "▐" => "]",
        "▸" | "▶" | "┬" | "┌" | "└" => "+",
        "┊" | "┆" => ":",
        "…" => "~",
        "▁" => "_",
        "·" => ".",
        "“" | "”" => "\"",
        "‘" | "’" => "'",
        "µ" => "u",
        "⇧" => "S",
        "⌥" => "A",
        _ => "?",
    }
}
