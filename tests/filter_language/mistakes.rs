//! Every mistake with the carets under it.

use lookback::query::Filter;

fn shown(text: &str) -> String {
    let error = Filter::parse(text).unwrap_err();
    format!("{}\n{}\n{}", error.picture(text), error.message, error.hint)
}

#[test]
fn a_mistake_is_shown_under_the_character_where_it_is() {
    let table = [
        ("is:eror", "   ^^^^", "is:eror is not known"),
        ("is:", "   ^", "something is missing after is:"),
        ("a \"b", "  ^", "this quote is not closed"),
        ("user:\"b", "     ^", "this quote is not closed"),
        ("a (b OR c", "  ^", "this parenthesis is not closed"),
        ("a) b", " ^", "this parenthesis closes nothing"),
        ("a ()", "  ^^", "there is nothing in these parentheses"),
        ("/abc", "^", "this regular expression is not closed"),
        (
            "x /a(b/",
            "    ^",
            "this regular expression does not work: unclosed group",
        ),
        (
            "user~a[b",
            "      ^",
            "this regular expression does not work: unclosed character class",
        ),
        (
            "/var/log",
            "^^^^^",
            "text is attached to this regular expression",
        ),
        (
            "since:yesteryear",
            "      ^^^^^^^^^^",
            "yesteryear is no time",
        ),
        ("since:25:00", "      ^^^^^", "25:00 is no time"),
        (
            "latency>fast",
            "        ^^^^",
            "latency is a number and this is none",
        ),
        (
            "tokens:1*",
            "       ^^",
            "tokens is a number and this is none",
        ),
        ("type: a", "     ^", "a value is missing after type:"),
        ("type:a,", "       ^", "a value is missing at this comma"),
        (":a", "^", "a field name is missing before this sign"),
        ("a OR", "  ^^", "nothing follows OR"),
        ("OR a", "^^", "nothing stands before OR"),
        ("a AND OR b", "  ^^^", "nothing follows AND"),
        ("NOT", "^^^", "nothing follows NOT"),
        ("a - b", "  ^", "nothing follows this minus"),
        ("ü is:x", "     ^", "is:x is not known"),
    ];
    for (text, carets, message) in table {
        let shown = shown(text);
        let mut lines = shown.lines();
        assert_eq!(lines.next(), Some(text));
        assert_eq!(lines.next(), Some(carets), "{shown}");
        assert_eq!(lines.next(), Some(message), "{shown}");
        assert!(lines.next().is_some_and(|hint| !hint.is_empty()), "{shown}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    for deep in [
        "(".repeat(60_000),
        "-".repeat(60_000) + "a",
        "NOT ".repeat(9000) + "a",
    ] {
        let error = Filter::parse(&deep).unwrap_err();
        assert_eq!(error.message, "this is nested too deep");
    }
    assert!(Filter::parse(&"(".repeat(100_000)).is_err());
    let fits = format!("{}a{}", "(".repeat(64), ")".repeat(64));
    assert_eq!(Filter::parse(&fits).unwrap().to_string(), "a");
}
