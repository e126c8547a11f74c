use proptest::prelude::*;

use super::*;

fn line(text: &str, limit: usize) -> String {
    SafeText::line(text.as_bytes(), limit).to_string()
}

#[test]
fn what_a_terminal_would_obey_is_shown_instead() {
    for (text, want) in [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("a\0b\x7f", "a␀b␡"),
        ("one\ntwo\tthree\r\n", "one↵two⇥three␍↵"),
        ("\u{9b}31m", "‹U+009B›31m"),
        ("a\u{202e}cba\u{2066}", "a‹U+202E›cba‹U+2066›"),
        ("pay\u{200b}pal\u{feff}", "pay‹U+200B›pal‹U+FEFF›"),
        ("x\u{2028}y", "x‹U+2028›y"),
        ("hi\u{e0041}", "hi‹U+E0041›"),
        ("می\u{200c}خواهم", "می‹U+200C›خواهم"),
        ("👩‍💻 🏳️‍🌈", "👩‍💻 🏳️‍🌈"),
        ("a\u{200d}b", "a‹U+200D›b"),
        ("e\u{301}", "e\u{301}"),
        ("\u{301}x", "◌\u{301}x"),
        ("\x1b\u{301}", "␛◌\u{301}"),
        ("日本", "日本"),
    ] {
        assert_eq!(line(text, 80), want, "{text:?}");
    }
    let broken = SafeText::escaped(b"caf\xc3 \xff\xfe ok");
    assert_eq!(broken.as_str(), "caf\\xc3 \\xff\\xfe ok");
}

#[test]
fn cuts_fall_between_graphemes_and_show() {
    for (text, limit, want) in [
        ("hello", 5, "hello"),
        ("hello!", 5, "hell…"),
        ("hello", 1, "…"),
        ("hello", 0, ""),
        ("", 0, ""),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("日", 1, "…"),
        ("ab\x1b", 3, "ab␛"),
        ("cafe\u{301}s", 5, "cafe\u{301}s"),
        ("cafe\u{301}s!", 5, "cafe\u{301}…"),
    ] {
        assert_eq!(line(text, limit), want, "{text:?} {limit}");
        assert_eq!(
            SafeText::escaped(text.as_bytes()).fit(limit).as_str(),
            want,
            "{text:?} {limit}"
        );
    }
}

#[test]
fn a_mark_is_cut_as_a_whole() {
    assert_eq!(line("ab\u{202e}c", 6), "ab…");
}

#[test]
fn piled_up_marks_are_cut_to_a_few() {
    let zalgo = format!("a{}b", "\u{301}".repeat(100));
    assert_eq!(line(&zalgo, 80), format!("a{}b", "\u{301}".repeat(8)));
    let endless = format!("a{}", "\u{301}".repeat(1_000_000));
    assert!(line(&endless, 10).len() < 32);
}

#[test]
fn lines_break_at_newlines_and_wrap() {
    let show = |text: &str, width, max| {
        SafeText::lines(text.as_bytes(), width, max)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("|")
    };
    for (text, width, max, want) in [
        ("one\ntwo\r\n\nfour", 9, 9, "one|two||four"),
        ("abcdefgh", 3, 9, "abc|def|gh"),
        ("abcdef", 3, 2, "abc|def"),
        ("abcdefg", 3, 2, "abc|de…"),
        ("ab\ncd\nef", 3, 2, "ab|cd…"),
        ("日本語", 3, 9, "日|本|語"),
        ("ab\n", 3, 1, "ab"),
        ("", 3, 3, ""),
        ("日", 1, 3, "…"),
        ("abc", 0, 3, ""),
    ] {
        assert_eq!(show(text, width, max), want, "{text:?} {width} {max}");
    }
}

fn is_safe(text: &str) -> bool {
    let mut previous = ' ';
    text.chars().all(|c| {
        let joiner = c == '\u{200d}' && previous > '\u{2000}';
        previous = c;
        joiner
            || !(c.is_control()
                || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'))
    })
}

/// Bytes in which what matters is frequent: controls, marks, joiners, emoji, halves of characters.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<u8>().prop_map(|b| vec![b]),
        any::<char>().prop_map(|c| c.to_string().into_bytes()),
        prop::sample::select(vec![
            "\x1b[",
            "\u{200d}",
            "\u{fe0f}",
            "\u{20e3}",
            "0",
            "👩",
            "💻",
            "🏳",
            "\u{301}",
            "日",
            "لا",
            "\u{202e}",
            "\r\n",
            "\u{600}",
            "\u{1100}",
            "\u{1161}",
            "🇩",
            "\u{e0067}",
            "क\u{94d}",
            "\u{1f3fd}",
            "→",
        ])
        .prop_map(|s| s.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_unsafe_comes_through_and_the_limit_holds(bytes in hostile(), limit in 0_usize..60) {
        let line = SafeText::line(&bytes, limit);
        prop_assert!(is_safe(line.as_str()), "{line:?}");
        prop_assert!(line.width() <= limit, "{line:?}");
        prop_assert!(UnicodeWidthStr::width(line.as_str()) <= limit);
        let whole = SafeText::escaped(&bytes);
        prop_assert!(is_safe(whole.as_str()), "{whole:?}");
        prop_assert!(whole.fit(limit).width() <= limit, "{whole:?}");
    }

    #[test]
    fn lines_are_safe_and_bounded(bytes in hostile(), width in 0_usize..20, max in 0_usize..6) {
        let lines = SafeText::lines(&bytes, width, max);
        prop_assert!(lines.len() <= max);
        for line in lines {
            prop_assert!(is_safe(line.as_str()), "{line:?}");
            prop_assert!(line.width() <= width, "{line:?}");
        }
    }
}
