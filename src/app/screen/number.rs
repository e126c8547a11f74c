//! Numbers as a person reads them, as narrow as they can be without lying.

use crate::app::loading::Count;
use crate::model::Ms;

/// `98,331`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `98,331`, or `about 98k` where it is reckoned.
pub fn count(count: Count) -> String {
    if count.exact {
        grouped(count.n)
    } else {
        format!("about {}", short(count.n))
    }
}

/// `1,204`, `9.6`, `0.03`: two digits that mean something.
pub fn rate(per_s: f64) -> String {
    if per_s >= 99.5 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate, not negative"
        )]
        return grouped(per_s.round() as u64);
    }
    match per_s {
        r if r >= 0.995 => format!("{r:.1}"),
        r if r >= 0.0095 => format!("{r:.2}"),
        r if r >= 0.0005 => format!("{r:.3}"),
        r if r > 0.0 => "< 0.001".to_owned(),
        _ => "0".to_owned(),
    }
}

/// `0.8 %`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 9.95 {
        format!("{percent:.0} %")
    } else {
        format!("{percent:.1} %")
    }
}

/// `84 ms`, `812 ms`, `2.4 s`, `1m 12s`.
pub fn latency(ms: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "latencies are not negative"
    )]
    let whole = ms.round() as Ms;
    if ms < 9.95 && ms.fract() > 0.05 {
        format!("{ms:.1} ms")
    } else {
        crate::model::time::span(whole)
    }
}

/// `3.4k`, `812`.
pub fn short(n: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
    let f = n as f64;
    match n {
        0..1_000 => n.to_string(),
        1_000..10_000 => format!("{:.1}k", f / 1e3),
        10_000..1_000_000 => format!("{:.0}k", f / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1}M", f / 1e6),
        _ => format!("{:.1}G", f / 1e9),
    }
}

/// `180 MB`.
pub fn bytes(n: usize) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        _ => format!("{} MB", grouped((n / 1_000_000) as u64)),
    }
}

/// Since the session began: `+00:07`, `+12:04`, `+1:02:07`, `+2d 03h`.
pub fn offset(ms: Ms) -> String {
    let s = ms / 1000;
    match s {
        0..3_600 => format!("+{:02}:{:02}", s / 60, s % 60),
        3_600..86_400 => format!("+{}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60),
        _ => format!("+{}d {:02}h", s / 86_400, s / 3_600 % 24),
    }
}

/// In one unit: `2 s`, `4m`, `3h`, `9d`.
pub fn age(ms: Ms) -> String {
    match ms / 1000 {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{}m", s / 60),
        s @ 3_600..86_400 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_narrow_and_true() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [0.0, 0.0001, 0.0033, 0.034, 9.61, 99.6, 1204.2].map(rate),
            ["0", "< 0.001", "0.003", "0.03", "9.6", "100", "1,204"]
        );
        assert_eq!(
            [0.0, 0.008, 0.0612, 0.5].map(percent),
            ["0.0 %", "0.8 %", "6.1 %", "50 %"]
        );
        assert_eq!(
            [0.4, 84.0, 812.4, 2_400.0].map(latency),
            ["0.4 ms", "84 ms", "812 ms", "2.4 s"]
        );
        assert_eq!(
            [7_000, 724_000, 3_727_000, 183_600_000].map(offset),
            ["+00:07", "+12:04", "+1:02:07", "+2d 03h"]
        );
    }
}
