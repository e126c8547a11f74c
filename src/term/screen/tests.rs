//! The glass is a terminal emulator: what it shows after a draw must be the buffer.

use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};

use super::*;

/// A terminal of one size at a time that counts what it is sent.
struct Glass {
    emulator: vt100::Parser,
    bytes: Vec<u8>,
    writes: usize,
}

impl Glass {
    fn new(width: u16, height: u16) -> Self {
        Self {
            emulator: vt100::Parser::new(side(height), side(width), 0),
            bytes: Vec::new(),
            writes: 0,
        }
    }
}

impl Write for Glass {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.emulator.process(bytes);
        self.bytes.extend_from_slice(bytes);
        self.writes += 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn side(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("not zero")
}

fn screen(width: u16, height: u16) -> Screen<Glass> {
    Screen::new(Glass::new(width, height), width, height)
}

fn color(color: Color) -> vt100::Color {
    match color {
        Color::Red => vt100::Color::Idx(1),
        Color::LightBlue => vt100::Color::Idx(12),
        Color::Indexed(n) => vt100::Color::Idx(n),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        _ => vt100::Color::Default,
    }
}

/// Every difference between the glass and `wanted`.
fn differences(screen: &Screen<Glass>, wanted: &Buffer) -> Vec<String> {
    let mut wanted = wanted.clone();
    sanitize(&mut wanted);
    let shown = screen.out.emulator.screen();
    let mut found = Vec::new();
    for y in 0..wanted.area.height {
        for x in 0..wanted.area.width {
            let want = &wanted[(x, y)];
            let cell = shown.cell(y, x).expect("within the screen");
            let symbol = match (cell.is_wide_continuation(), cell.contents()) {
                (true, _) => "",
                (false, "") => " ",
                (false, contents) => contents,
            };
            let blank = want.symbol() == " ";
            let has = |modifier| want.modifier.contains(modifier);
            let right = symbol == want.symbol()
                && (symbol.is_empty() || cell.bgcolor() == color(want.bg))
                && (symbol.is_empty() || cell.inverse() == has(Modifier::REVERSED))
                && (symbol.is_empty() || cell.underline() == has(Modifier::UNDERLINED))
                && (blank
                    || symbol.is_empty()
                    || (cell.fgcolor() == color(want.fg)
                        && cell.bold() == has(Modifier::BOLD)
                        && cell.dim() == has(Modifier::DIM)
                        && cell.italic() == has(Modifier::ITALIC)));
            if !right {
                found.push(format!(
                    "({x},{y}): {symbol:?} {:?} on {:?}, wanted {want:?}",
                    cell.fgcolor(),
                    cell.bgcolor()
                ));
            }
        }
    }
    found
}

fn any_color() -> impl Strategy<Value = Color> {
    prop_oneof![
        4 => Just(Color::Reset),
        1 => Just(Color::Red),
        1 => Just(Color::LightBlue),
        1 => Just(Color::Indexed(200)),
        1 => Just(Color::Rgb(1, 2, 3)),
    ]
}

fn any_style() -> impl Strategy<Value = Style> {
    let modifiers = Modifier::BOLD
        | Modifier::DIM
        | Modifier::ITALIC
        | Modifier::UNDERLINED
        | Modifier::REVERSED;
    (
        any_color(),
        any_color(),
        prop_oneof![3 => Just(0), 1 => any::<u16>()],
    )
        .prop_map(move |(fg, bg, bits)| {
            Style::new()
                .fg(fg)
                .bg(bg)
                .add_modifier(Modifier::from_bits_truncate(bits) & modifiers)
        })
}

const TEXTS: [&str; 13] = [
    "message.added",
    "コンニチハ",
    "a",
    " ",
    "     ",
    "x界y",
    "──────",
    "e\u{301}tude",
    "\x1b[31mred",
    "👍🏽 ok",
    "✗ timeout",
    "left             right",
    "the quick brown fox jumps over",
];

/// One change of a picture.
#[derive(Clone, Debug)]
enum Stroke {
    Text(u16, u16, &'static str, Style),
    Raw(u16, u16, &'static str),
    Band(u16, Style),
    Up,
    Down,
    Wipe,
}

fn any_stroke() -> impl Strategy<Value = Stroke> {
    let raw = prop::sample::select(vec!["\x1b", "", "界", "\u{301}", "\u{202e}", "q"]);
    prop_oneof![
        8 => (0..24_u16, 0..9_u16, prop::sample::select(TEXTS.to_vec()), any_style())
            .prop_map(|(x, y, text, style)| Stroke::Text(x, y, text, style)),
        1 => (0..24_u16, 0..9_u16, raw).prop_map(|(x, y, symbol)| Stroke::Raw(x, y, symbol)),
        2 => (0..9_u16, any_style()).prop_map(|(y, style)| Stroke::Band(y, style)),
        2 => Just(Stroke::Up),
        1 => Just(Stroke::Down),
        1 => Just(Stroke::Wipe),
    ]
}

fn stroke(buffer: &mut Buffer, stroke: &Stroke) {
    let Rect { width, height, .. } = buffer.area;
    let row = usize::from(width);
    match *stroke {
        Stroke::Text(x, y, text, style) => {
            if x < width && y < height {
                buffer.set_string(x, y, text, style);
            }
        }
        Stroke::Raw(x, y, symbol) => {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.set_symbol(symbol);
            }
        }
        Stroke::Band(y, style) => buffer.set_style(Rect::new(0, y, width, 1), style),
        Stroke::Up => buffer.content.rotate_left(row),
        Stroke::Down => buffer.content.rotate_right(row),
        Stroke::Wipe => buffer.reset(),
    }
    // The emulator knows one intensity at a time.
    for cell in &mut buffer.content {
        if cell.modifier.contains(Modifier::BOLD) {
            cell.modifier -= Modifier::DIM;
        }
    }
}

fn any_cursor() -> impl Strategy<Value = Option<Position>> {
    prop::option::of((0..26_u16, 0..10_u16).prop_map(Position::from))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_glass_shows_the_buffer_after_every_draw(
        (width, height) in (1..24_u16, 1..9_u16),
        frames in prop::collection::vec((prop::collection::vec(any_stroke(), 0..6), any_cursor()), 1..8),
        synchronized in any::<bool>(),
    ) {
        let mut screen = screen(width, height);
        screen.set_synchronized(synchronized);
        let mut picture = Buffer::empty(screen.area());
        for (strokes, cursor) in &frames {
            for change in strokes {
                stroke(&mut picture, change);
            }
            screen.set_cursor(*cursor);
            let drawn = screen.draw(|buffer| buffer.clone_from(&picture)).expect("the glass takes all");
            let wrong = differences(&screen, &picture);
            prop_assert!(wrong.is_empty(), "{wrong:#?}\n{:?}", screen.out.bytes.escape_ascii().to_string());
            let seen = screen.out.emulator.screen();
            let shown = (!seen.hide_cursor()).then(|| seen.cursor_position());
            let wanted = cursor.filter(|at| screen.area().contains(*at)).map(|at| (at.y, at.x));
            prop_assert_eq!(shown, wanted);
            prop_assert!(drawn.cells <= usize::from(width) * usize::from(height));
            let again = screen.draw(|buffer| buffer.clone_from(&picture)).expect("the glass takes all");
            prop_assert_eq!(again, Drawn::default());
        }
    }
}

/// A dashboard's worth of text: a title, rules, a feed and two panes, at 200×50.
fn dashboard(buffer: &mut Buffer, first: usize, selected: usize) {
    let rule = "─".repeat(200);
    let grey = Style::new().fg(Color::Rgb(110, 118, 129));
    let kinds = [
        ("message.added", Color::Rgb(121, 192, 255)),
        ("search.performed", Color::Rgb(86, 211, 100)),
        ("error.occurred", Color::Rgb(255, 123, 114)),
    ];
    buffer.set_string(
        0,
        0,
        "FOLLOWING  memory:events @ localhost:6379   10,000 events   124.0/s",
        Style::new().bold(),
    );
    for y in [1, 36, 48] {
        buffer.set_string(0, y, &rule, grey);
    }
    for (y, row) in (2..36_u16).zip(first..) {
        let (kind, color) = kinds[row % 3];
        buffer.set_string(
            2,
            y,
            format!("14:02:{:02}.{:03}", row % 60, row * 37 % 1000),
            grey,
        );
        buffer.set_string(16, y, kind, Style::new().fg(color));
        buffer.set_string(
            36,
            y,
            format!("session-{:04}  user-{:03}", row * 7 % 4096, row * 3 % 512),
            Style::new(),
        );
        buffer.set_string(
            66,
            y,
            format!(
                "message {row} of the conversation, {} tokens",
                row * 13 % 900
            ),
            Style::new(),
        );
        if row == selected {
            buffer.set_string(0, y, "▌", Style::new().fg(Color::Rgb(210, 153, 34)));
            buffer.set_style(
                Rect::new(0, y, 200, 1),
                Style::new().bg(Color::Rgb(33, 38, 45)),
            );
        }
        buffer.set_string(199, y, if row % 34 == 3 { "█" } else { "│" }, grey);
    }
    for y in 37..48_u16 {
        buffer.set_string(
            2,
            y,
            format!("+{y}.2 s  search.performed  query about row {y}"),
            grey,
        );
        buffer.set_string(
            102,
            y,
            format!("{y:>5}  timeout in tool call number {y}"),
            Style::new().fg(kinds[2].1),
        );
    }
    buffer.set_string(0, 49, "j k move  / filter  space pause  ? help", grey);
}

#[test]
fn a_full_paint_of_a_dashboard_is_at_most_16_kib() {
    let mut screen = screen(200, 50);
    let drawn = screen
        .draw(|buffer| dashboard(buffer, 0, 9))
        .expect("drawn");
    assert!(drawn.bytes <= 16 * 1024, "{drawn:?}");
    assert_eq!(screen.out.writes, 1);
}

#[test]
fn an_unchanged_frame_is_not_written() {
    let mut screen = screen(200, 50);
    screen
        .draw(|buffer| dashboard(buffer, 0, 9))
        .expect("drawn");
    assert_eq!(
        screen
            .draw(|buffer| dashboard(buffer, 0, 9))
            .expect("drawn"),
        Drawn::default()
    );
    assert_eq!(screen.out.writes, 1);
}

#[test]
fn moving_the_selection_by_one_row_is_at_most_500_bytes() {
    let mut screen = screen(200, 50);
    screen
        .draw(|buffer| dashboard(buffer, 0, 9))
        .expect("drawn");
    let drawn = screen
        .draw(|buffer| dashboard(buffer, 0, 10))
        .expect("drawn");
    assert!(drawn.bytes <= 500, "{drawn:?}");
}

#[test]
fn one_new_row_in_the_feed_is_at_most_600_bytes() {
    let mut screen = screen(200, 50);
    screen
        .draw(|buffer| dashboard(buffer, 0, 9))
        .expect("drawn");
    let drawn = screen
        .draw(|buffer| dashboard(buffer, 1, 9))
        .expect("drawn");
    assert!(drawn.bytes <= 600, "{drawn:?}");
    let mut wanted = Buffer::empty(screen.area());
    dashboard(&mut wanted, 1, 9);
    assert_eq!(differences(&screen, &wanted), Vec::<String>::new());
}

#[test]
fn a_resize_and_an_invalidation_draw_everything_again() {
    let mut screen = screen(20, 3);
    let render = |buffer: &mut Buffer| _ = buffer.set_stringn(0, 0, "hello", 20, Style::new());
    let full = screen.draw(render).expect("drawn");
    screen.invalidate();
    assert_eq!(screen.draw(render).expect("drawn"), full);
    assert_eq!(screen.draw(render).expect("drawn").bytes, 0);
    screen.resize(20, 3);
    assert_eq!(screen.draw(render).expect("drawn"), full);
    screen.resize(10, 2);
    screen.out.emulator.set_size(side(2), side(10));
    assert!(screen.draw(render).expect("drawn").bytes > 0);
    assert_eq!(screen.out.emulator.screen().contents(), "hello");
}

#[test]
fn large_frames_alone_are_synchronized() {
    let mut screen = screen(200, 50);
    screen.set_synchronized(true);
    screen
        .draw(|buffer| dashboard(buffer, 0, 9))
        .expect("drawn");
    assert!(screen.out.bytes.starts_with(SYNC_BEGIN) && screen.out.bytes.ends_with(SYNC_END));
    screen.out.bytes.clear();
    screen
        .draw(|buffer| dashboard(buffer, 0, 10))
        .expect("drawn");
    assert!(
        !screen
            .out
            .bytes
            .windows(SYNC_BEGIN.len())
            .any(|bytes| bytes == SYNC_BEGIN)
    );
}

#[test]
fn the_cursor_is_shown_where_asked_and_written_only_on_a_change() {
    let mut screen = screen(20, 3);
    screen.draw(|_| ()).expect("drawn");
    assert!(screen.out.emulator.screen().hide_cursor());
    screen.set_cursor(Some(Position::new(7, 2)));
    screen.draw(|_| ()).expect("drawn");
    assert!(!screen.out.emulator.screen().hide_cursor());
    assert_eq!(screen.out.emulator.screen().cursor_position(), (2, 7));
    assert_eq!(screen.draw(|_| ()).expect("drawn"), Drawn::default());
    screen.set_cursor(Some(Position::new(99, 99)));
    screen.draw(|_| ()).expect("drawn");
    assert!(
        screen.out.emulator.screen().hide_cursor(),
        "outside the screen there is no cursor"
    );
}

#[test]
fn the_cursor_moves_over_blanks_that_nothing_wrote() {
    let mut screen = screen(20, 3);
    screen.set_cursor(Some(Position::new(2, 1)));
    screen
        .draw(|buffer| buffer.set_string(0, 1, "OR", Style::new()))
        .expect("drawn");
    screen.set_cursor(Some(Position::new(3, 1)));
    screen
        .draw(|buffer| buffer.set_string(0, 1, "OR ", Style::new()))
        .expect("drawn");
    assert_eq!(screen.out.emulator.screen().cursor_position(), (1, 3));
    screen.set_cursor(Some(Position::new(4, 1)));
    screen
        .draw(|buffer| buffer.set_string(0, 1, "OR (", Style::new()))
        .expect("drawn");
    assert!(screen.out.emulator.screen().contents().contains("OR ("));
}

#[test]
fn an_empty_screen_can_be_drawn() {
    let mut screen = Screen::new(Vec::new(), 0, 0);
    screen.draw(|_| ()).expect("drawn");
    screen.set_cursor(Some(Position::new(0, 0)));
    screen.draw(|_| ()).expect("drawn");
}

#[test]
fn after_a_failed_write_everything_is_drawn_again() {
    struct Fails(usize);
    impl Write for Fails {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            if self.0 == 2 {
                Err(io::ErrorKind::BrokenPipe.into())
            } else {
                Ok(bytes.len())
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut screen = Screen::new(Fails(0), 9, 1);
    let text = |text: &'static str| {
        move |buffer: &mut Buffer| _ = buffer.set_stringn(0, 0, text, 9, Style::new())
    };
    let full = screen.draw(text("one")).expect("drawn");
    assert!(screen.draw(text("two")).is_err());
    assert_eq!(screen.draw(text("two")).expect("drawn").bytes, full.bytes);
}
