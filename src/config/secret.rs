//! Passwords, and how they stay out of every message.

use std::fmt;

/// What stands in place of a password.
const MASK: &str = "***";

/// Text that is never shown: `Debug` prints `***`, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who connects.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// The text with the password of every URL in it replaced by `***`: what stands between the scheme's `//` (and a user's
/// `:`) and the last `@` before a blank or quote, and the value of `pass=` or `password=` behind a `?` or `&`.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        let end = after.find(ends_url).unwrap_or(after.len());
        let (url, next) = after.split_at(end);
        out.push_str(before);
        out.push_str(&mask_parameters(&mask_userinfo(url)));
        rest = next;
    }
    out.push_str(rest);
    out
}

fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\x1b')
}

/// An address (a URL, `host:port` or a path) with its password masked.
#[must_use]
pub fn masked_address(address: &str) -> String {
    let (scheme, rest) = match address.find("://") {
        Some(at) => address.split_at(at + 3),
        None => ("", address),
    };
    let is_path = scheme.starts_with("unix") || rest.starts_with(['/', '.']);
    let bare = if is_path {
        rest.to_owned()
    } else {
        mask_userinfo(rest)
    };
    format!("{scheme}{}", mask_parameters(&bare))
}

/// The address (a URL, `host:port` or a path) without its password, and whether it had one.
#[must_use]
pub fn without_password(address: &str) -> (String, bool) {
    let (scheme, rest) = match address.find("://") {
        Some(at) => address.split_at(at + 3),
        None if address.starts_with(['/', '.']) => return (address.to_owned(), false),
        None => ("", address),
    };
    // The path of a socket may hold an @ of its own.
    let user_part = if scheme.ends_with("unix://") {
        rest.find('/').unwrap_or(rest.len())
    } else {
        rest.len()
    };
    let (before, path) = rest.split_at(user_part);
    let bare = match before.rsplit_once('@') {
        Some((userinfo, host)) => match userinfo.split_once(':') {
            Some(("", _)) => host.to_owned(),
            Some((user, _)) => format!("{user}@{host}"),
            None => before.to_owned(),
        },
        None => before.to_owned(),
    };
    let bare = without_parameters(&format!("{bare}{path}"));
    let had = bare != rest;
    (format!("{scheme}{bare}"), had)
}

fn without_parameters(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let is_open = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        !matches!(name, "pass" | "password")
    };
    match query.split('&').filter(is_open).collect::<Vec<_>>() {
        kept if kept.is_empty() => path.to_owned(),
        kept => format!("{path}?{}", kept.join("&")),
    }
}

/// A password may hold `/`, `?` or `@` unescaped by mistake, so everything up to the last `@` counts.
fn mask_userinfo(url: &str) -> String {
    let Some((userinfo, host)) = url.rsplit_once('@') else {
        return url.to_owned();
    };
    match userinfo.split_once(':') {
        Some((user, _)) => format!("{user}:{MASK}@{host}"),
        None => format!("{MASK}@{host}"),
    }
}

fn mask_parameters(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let masked: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if matches!(name, "pass" | "password") => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", masked.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_masked_wherever_it_stands() {
        for (given, shown) in [
            ("redis://:pw@host:6379/0", "redis://:***@host:6379/0"),
            ("redis://me:pw@host", "redis://me:***@host"),
            ("redis://token@host", "redis://***@host"),
            ("rediss://me:p@:/w@host", "rediss://me:***@host"),
            (
                "unix:///s?user=me&pass=pw&db=1",
                "unix:///s?user=me&pass=***&db=1",
            ),
            (
                "no link to `redis://me:pw@h` (try redis://x:pw@y)",
                "no link to `redis://me:***@h` (try redis://x:***@y)",
            ),
            ("redis://host:6379", "redis://host:6379"),
            ("nothing to hide", "nothing to hide"),
        ] {
            assert_eq!(mask(given), shown);
        }
    }

    #[test]
    fn an_address_is_given_on_without_its_password() {
        for (given, bare, had) in [
            ("redis://:pw@host:6379/0", "redis://host:6379/0", true),
            ("redis://me:pw@host", "redis://me@host", true),
            ("rediss://me:p@:/w@host/2", "rediss://me@host/2", true),
            ("redis://me:a?b@host", "redis://me@host", true),
            (
                "redis://inspector@h:6379/0",
                "redis://inspector@h:6379/0",
                false,
            ),
            ("me:pw@host:6379", "me@host:6379", true),
            (
                "unix:///s?user=me&pass=pw&db=1",
                "unix:///s?user=me&db=1",
                true,
            ),
            ("unix:///s?password=pw", "unix:///s", true),
            ("unix:///run/a:b@c", "unix:///run/a:b@c", false),
            ("/run/a:b@c", "/run/a:b@c", false),
            ("localhost:6379", "localhost:6379", false),
        ] {
            assert_eq!(without_password(given), (bare.to_owned(), had), "{given}");
        }
    }

    #[test]
    fn an_address_is_shown_masked_with_a_scheme_and_without() {
        for (given, shown) in [
            ("me:pw@host:6379", "me:***@host:6379"),
            ("redis://me:pw@host", "redis://me:***@host"),
            ("localhost:6379", "localhost:6379"),
            ("/run/a:b@c", "/run/a:b@c"),
            ("redis://me:p w@host", "redis://me:***@host"),
            ("unix:///a?pass=pw", "unix:///a?pass=***"),
        ] {
            assert_eq!(masked_address(given), shown);
        }
    }

    #[test]
    fn debug_shows_stars() {
        assert_eq!(format!("{:?}", Secret::new("pw")), "***");
    }
}
