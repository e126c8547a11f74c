//! Whole frames as pictures: what stands where at each size, and the few colors that carry meaning.

#[path = "frames/consumer_groups.rs"]
mod consumer_groups;

#[path = "frames/consumer_groups_pictures.rs"]
mod consumer_groups_pictures;

#[path = "frames/errors.rs"]
mod errors;

#[path = "frames/errors_pictures.rs"]
mod errors_pictures;

#[path = "frames/fixture.rs"]
mod fixture;

#[path = "frames/jumps.rs"]
mod jumps;

#[path = "frames/jumps_pictures.rs"]
mod jumps_pictures;

#[path = "frames/looks.rs"]
mod looks;

#[path = "frames/metrics.rs"]
mod metrics;

#[path = "frames/metrics_pictures.rs"]
mod metrics_pictures;

#[path = "frames/pictures.rs"]
mod pictures;

#[path = "frames/session.rs"]
mod session;

#[path = "frames/session_pictures.rs"]
mod session_pictures;

use fixture::At;
use lookback::app::layout::{Open, PaneId, ScreenId, Size, layout};
use lookback::app::view::{Cell as TableCell, Column, Ground, Scrollbar, Scrubber, ScrubberBar};
use lookback::app::view::{Footer, Help, Pane, Piece, Prompt, Row, Table, Tone, View};
use lookback::model::SafeText;
use lookback::ui::theme::{Depth, Theme};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const RED: Color = Color::Rgb(0xe0, 0x6c, 0x75);
const AMBER: Color = Color::Rgb(0xe5, 0xc0, 0x7b);
const GREEN: Color = Color::Rgb(0x98, 0xc3, 0x79);
const BAND: Color = Color::Rgb(0x2c, 0x31, 0x3a);

fn draw(view: &View, theme: Theme) -> Buffer {
    let size = view.layout.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
    lookback::ui::render(view, &theme, &mut buffer);
    buffer
}

fn in_color(view: &View) -> Buffer {
    draw(view, Theme::new(Depth::Rgb, false))
}

/// The text as a terminal shows it: what a wide glyph covers is not there.
fn picture(buffer: &Buffer) -> String {
    let mut text = String::from("\n");
    for row in buffer.content.chunks(usize::from(buffer.area.width.max(1))) {
        let mut line = String::new();
        let mut at = 0;
        while let Some(cell) = row.get(at) {
            line.push_str(cell.symbol());
            at += cell.symbol().width().max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The first cell of the words, wherever they stand.
fn find(buffer: &Buffer, words: &str) -> (u16, u16) {
    let width = usize::from(buffer.area.width);
    for (y, row) in buffer.content.chunks(width).enumerate() {
        for x in 0..width {
            let rest: String = row[x..].iter().map(ratatui::buffer::Cell::symbol).collect();
            if rest.starts_with(words) {
                return (u16::try_from(x).unwrap_or(0), u16::try_from(y).unwrap_or(0));
            }
        }
    }
    panic!("no {words:?} in\n{}", picture(buffer));
}

#[test]
fn a_wide_screen_shows_every_region() {
    let frame = in_color(&fixture::view(100, 30, At::Past));
    assert_eq!(picture(&frame), pictures::WIDE_PAST);
}

#[test]
fn an_ordinary_terminal_shows_one_lower_pane() {
    let frame = in_color(&fixture::view(80, 24, At::Now));
    assert_eq!(picture(&frame), pictures::ORDINARY_NOW);
}

#[test]
fn a_tiny_terminal_shows_the_feed() {
    let frame = in_color(&fixture::view(40, 10, At::Now));
    assert_eq!(picture(&frame), pictures::TINY_NOW);
}

#[test]
fn the_help_lies_over_everything() {
    let frame = in_color(&fixture::helped(80, 24));
    assert_eq!(picture(&frame), pictures::HELP);
}

#[test]
fn a_mistake_is_marked_where_it_is() {
    let view = fixture::prompted(80, 24);
    let mut frame = Buffer::empty(Rect::new(0, 0, 80, 24));
    let theme = Theme::new(Depth::Rgb, false);
    let cursor = lookback::ui::render(&view, &theme, &mut frame);
    assert_eq!(cursor, Some((32, 22)));
    let last: Vec<String> = picture(&frame)
        .lines()
        .skip(23)
        .map(str::to_owned)
        .collect();
    assert_eq!(last, pictures::PROMPT);
    assert_eq!(frame[(29, 22)].fg, RED);
    assert!(frame[(29, 22)].modifier.contains(Modifier::UNDERLINED));
    assert_eq!(frame[(28, 22)].fg, Color::Reset);
}

#[test]
fn plain_glyphs_keep_every_place() {
    let view = fixture::view(80, 24, At::Past);
    let frame = draw(&view, Theme::new(Depth::Mono, true));
    assert!(frame.content.iter().all(|c| c.symbol().is_ascii()));
    assert_eq!(picture(&frame), pictures::ASCII);
}

#[test]
fn an_empty_pane_says_why() {
    let frame = in_color(&fixture::nothing_yet(60, 12));
    assert_eq!(find(&frame, "no entries yet"), (23, 4));
}

#[test]
fn color_means_something() {
    let frame = in_color(&fixture::view(160, 45, At::Past));
    let error = find(&frame, "✗ error.occurred");
    assert_eq!(frame[error].fg, RED);
    assert_eq!(frame[error].bg, BAND);
    assert_eq!(
        (frame[(0, error.1)].symbol(), frame[(0, error.1)].fg),
        ("▌", AMBER)
    );
    assert_eq!(frame[(0, error.1 - 1)].bg, Color::Reset);
    let playhead = find(&frame, "▼");
    assert_eq!(frame[playhead].fg, AMBER);
    assert_eq!(frame[find(&frame, "‖")].bg, AMBER);
    let live = in_color(&fixture::view(160, 45, At::Now));
    assert_eq!(live[find(&live, "▼")].fg, GREEN);
}

#[test]
fn black_and_white_has_no_color_anywhere() {
    let frame = draw(
        &fixture::view(160, 45, At::Past),
        Theme::new(Depth::Mono, false),
    );
    let colorless = |c: &ratatui::buffer::Cell| c.fg == Color::Reset && c.bg == Color::Reset;
    assert!(frame.content.iter().all(colorless));
    let (x, y) = find(&frame, "✗ error.occurred");
    assert!(frame[(x, y)].modifier.contains(Modifier::REVERSED));
}

#[test]
fn a_frame_does_not_depend_on_the_one_before() {
    let mut used = in_color(&fixture::helped(80, 24));
    let view = fixture::view(80, 24, At::Past);
    lookback::ui::render(&view, &Theme::new(Depth::Rgb, false), &mut used);
    assert_eq!(used, in_color(&view));
}

fn piece() -> impl Strategy<Value = Piece> {
    let text = prop_oneof![
        "[a-z ]{0,12}",
        "\\PC{0,8}",
        "[日本語é…👩‍🚀\u{301}\u{200d}]{0,6}"
    ];
    let tone = prop_oneof![Just(Tone::Plain), Just(Tone::Error), Just(Tone::PillLive)];
    (text, tone).prop_map(|(text, tone)| Piece::own(&text, tone))
}

fn line() -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec(piece(), 0..4)
}

fn edge() -> impl Strategy<Value = u16> {
    prop_oneof![0_u16..60, Just(u16::MAX)]
}

fn table() -> impl Strategy<Value = Table> {
    let column = (edge(), edge(), any::<bool>()).prop_map(|(width, gap, right)| Column {
        width,
        gap,
        right,
    });
    let cell = prop_oneof![
        line().prop_map(TableCell::Text),
        prop::collection::vec(any::<f32>(), 0..70).prop_map(|v| TableCell::Spark(v, Tone::Error)),
        any::<f32>().prop_map(|v| TableCell::Bar(v, Tone::Amber)),
    ];
    let row = (
        prop::collection::vec(cell, 0..4),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(cells, selected, future)| Row {
            cells,
            selected,
            future,
        });
    (
        prop::collection::vec(column, 0..4),
        prop::collection::vec(row, 0..5),
    )
        .prop_map(|(columns, rows)| Table { columns, rows })
}

fn pane() -> impl Strategy<Value = Pane> {
    let bar = prop::option::of((edge(), edge(), edge()));
    (line(), line(), any::<bool>(), table(), bar).prop_map(|(title, note, focused, table, bar)| {
        Pane {
            empty: vec![title.clone()],
            scrollbar: bar.map(|(thumb_start, thumb_rows, tick)| Scrollbar {
                thumb_start,
                thumb_rows,
                ticks: vec![(tick, Tone::Amber)],
            }),
            title,
            note,
            focused,
            table,
        }
    })
}

fn prompt() -> impl Strategy<Value = Footer> {
    (piece(), piece(), edge(), line(), edge(), line()).prop_map(
        |(label, text, cursor, status, wrong, below)| {
            Footer::Prompt(Prompt {
                label: label.text,
                text: text.text,
                cursor,
                status,
                wrong: Some(wrong / 2..wrong),
                below,
            })
        },
    )
}

fn keys() -> impl Strategy<Value = Vec<(SafeText, SafeText)>> {
    prop::collection::vec((piece(), piece()).prop_map(|(k, m)| (k.text, m.text)), 0..9)
}

fn scrubber() -> impl Strategy<Value = Scrubber> {
    let ground = prop::sample::select(vec![Ground::Known, Ground::Silent, Ground::NotLoaded]);
    let bar = (any::<f32>(), ground).prop_map(|(height, ground)| ScrubberBar {
        height,
        ground,
        tone: Tone::Blue,
    });
    let marks = prop::collection::vec((edge(), piece()), 0..4);
    let bars = prop::collection::vec(bar, 0..70);
    (
        line(),
        line(),
        bars,
        prop::option::of(edge()),
        any::<bool>(),
        marks,
    )
        .prop_map(|(start, end, bars, playhead, following, marks)| Scrubber {
            start,
            end,
            bars,
            playhead,
            following,
            marks,
        })
}

fn open() -> impl Strategy<Value = Open> {
    let focus = prop_oneof![
        Just(PaneId::Feed),
        Just(PaneId::Errors),
        Just(PaneId::Detail),
        Just(PaneId::State),
        Just(PaneId::Consumers),
        Just(PaneId::Pending)
    ];
    let screen = prop::sample::select(ScreenId::ALL.to_vec());
    let open = (any::<[bool; 4]>(), screen, focus);
    open.prop_map(|([banner, detail, prompt, zoom], screen, focus)| Open {
        screen,
        banner,
        detail,
        prompt,
        focus,
        zoomed: zoom.then_some(focus),
    })
}

prop_compose! {
    fn any_view()(
        open in open(),
        size in (0_u16..130, 0_u16..50),
        lines in [line(), line()],
        panes in [pane(), pane()],
        scrubber in scrubber(),
        footer in prop_oneof![prompt(), keys().prop_map(Footer::Keys)],
        help in prop::option::of((keys(), edge())),
    ) -> View {
        let [banner, right] = lines;
        let [feed, other] = panes;
        let mut view = fixture::view(size.0, size.1, At::Past);
        view.layout = layout(Size { width: size.0, height: size.1 }, open);
        view.header.left.clone_from(&banner);
        view.header.right = right;
        for series in &mut view.strip {
            series.value = feed.title.first().cloned().unwrap_or_default();
            series.alert = feed.note.first().cloned();
        }
        view.banner = Some(banner);
        view.session = other.clone();
        view.streams = other.clone();
        view.consumer_groups = feed.clone();
        view.consumers = feed.clone();
        view.pending = other.clone();
        view.errors = feed.clone();
        view.state = feed.clone();
        view.detail = other;
        view.feed = feed;
        view.scrubber = scrubber;
        view.footer = footer;
        view.help = help.map(|(rows, scroll)| Help {
            sections: vec![(SafeText::own("one"), rows.clone()), (SafeText::own("two"), rows)],
            scroll,
        });
        view
    }
}

/// Every row is exactly as wide as the screen, and nothing in it is control.
fn assert_sound(buffer: &Buffer) {
    for row in buffer.content.chunks(usize::from(buffer.area.width.max(1))) {
        let mut at = 0;
        while let Some(cell) = row.get(at) {
            assert!(!cell.symbol().contains(char::is_control));
            at += cell.symbol().width().max(1);
        }
        assert_eq!(at, row.len());
    }
}

proptest! {
    #[test]
    fn no_view_and_no_size_breaks_the_screen(view in any_view(), ascii: bool) {
        let theme = Theme::new(Depth::Rgb, ascii);
        let size = view.layout.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
        let cursor = lookback::ui::render(&view, &theme, &mut buffer);
        assert_sound(&buffer);
        prop_assert!(cursor.is_none_or(|(x, y)| x < size.width && y < size.height));
    }

    #[test]
    fn a_screen_smaller_than_the_layout_is_safe(view in any_view(), w in 0_u16..40, h in 0_u16..20) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, w, h));
        lookback::ui::render(&view, &Theme::default(), &mut buffer);
        assert_sound(&buffer);
    }
}
