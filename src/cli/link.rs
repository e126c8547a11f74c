//! What kind of terminal the interface draws on, and over what link, by what the environment says.

use std::time::Duration;

use crate::config::value::FrameRate;
use crate::config::{ColorChoice, Drawing, SyncChoice};
use crate::ui::theme::Depth;

/// Frames a second that data alone asks for: here, over SSH, and over a link of a few KiB a second.
const LOCAL: FrameRate = FrameRate::new(15);
const REMOTE: FrameRate = FrameRate::new(10);
const THIN: FrameRate = FrameRate::new(2);
/// From this version on tmux repaints the whole pane at the end of each bracket (tmux#5612).
const TMUX_REPAINTS: (u32, u32) = (3, 7);

/// The terminal and the link to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalLink {
    /// The least time between two frames that data alone asks for.
    pub frame_gap: Duration,
    /// Whether large frames are bracketed as synchronized output.
    pub synchronized: bool,
    /// How many colors are written.
    pub depth: Depth,
}

impl TerminalLink {
    /// By the environment, as far as the user says nothing else.
    pub fn of(
        drawing: Drawing,
        color: ColorChoice,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let says = |name: &str| variable(name).unwrap_or_default();
        let is_remote = ["SSH_CONNECTION", "SSH_TTY"].map(says) != ["", ""];
        let usual = match (drawing.low_bandwidth, is_remote) {
            (true, _) => THIN,
            (false, true) => REMOTE,
            (false, false) => LOCAL,
        };
        let depth = depth(color, &says);
        Self {
            frame_gap: drawing.max_fps.unwrap_or(usual).gap(),
            synchronized: synchronized(drawing.sync, &says),
            // A color by its number takes a fourth of the bytes of one by its parts.
            depth: match depth {
                Depth::Rgb if drawing.low_bandwidth => Depth::Ansi16,
                _ => depth,
            },
        }
    }
}

fn synchronized(choice: SyncChoice, says: &impl Fn(&str) -> String) -> bool {
    match choice {
        SyncChoice::Always => true,
        SyncChoice::Never => false,
        SyncChoice::Auto => match (says("TERM_PROGRAM").as_str(), says("TERM").as_str()) {
            ("tmux", _) => {
                version(&says("TERM_PROGRAM_VERSION")).is_some_and(|tmux| tmux < TMUX_REPAINTS)
            }
            // Of a tmux at the other end of the link only the name of its terminal is known.
            (_, term) => {
                says("TMUX").is_empty() && !term.starts_with("tmux") && !term.starts_with("screen")
            }
        },
    }
}

/// `3.6a`, `3.7-rc`: the two numbers.
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit());
    let minor = rest.get(..digits.unwrap_or(rest.len()))?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// How many colors the terminal has, by what it says of itself.
fn depth(choice: ColorChoice, says: &impl Fn(&str) -> String) -> Depth {
    let (term, colorterm) = (says("TERM"), says("COLORTERM"));
    match choice {
        ColorChoice::Never => Depth::Mono,
        ColorChoice::Auto
            if term == "dumb" || term.ends_with("-mono") || term.starts_with("vt") =>
        {
            Depth::Mono
        }
        _ if colorterm == "truecolor" || colorterm == "24bit" || term.ends_with("-direct") => {
            Depth::Rgb
        }
        ColorChoice::Auto | ColorChoice::Always => Depth::Ansi16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(drawing: Drawing, environment: &[(&str, &str)]) -> TerminalLink {
        TerminalLink::of(drawing, ColorChoice::Auto, |name| {
            let said = environment.iter().find(|(known, _)| *known == name);
            said.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn frames_are_fewer_the_thinner_the_link_and_as_many_as_the_user_says() {
        let ssh = [("SSH_TTY", "/dev/pts/1")];
        let ms = |drawing, environment| link(drawing, environment).frame_gap.as_millis();
        let thin = Drawing {
            low_bandwidth: true,
            ..Drawing::default()
        };
        let told = Drawing {
            max_fps: Some(FrameRate::new(5)),
            ..thin
        };
        assert_eq!(ms(Drawing::default(), &[]), 66);
        assert_eq!(ms(Drawing::default(), &ssh), 100);
        assert_eq!(ms(thin, &[]), 500);
        assert_eq!(ms(told, &ssh), 200);
    }

    #[test]
    fn a_thin_link_gets_short_colors() {
        let rgb = [("COLORTERM", "truecolor")];
        let thin = Drawing {
            low_bandwidth: true,
            ..Drawing::default()
        };
        assert_eq!(link(Drawing::default(), &rgb).depth, Depth::Rgb);
        assert_eq!(link(thin, &rgb).depth, Depth::Ansi16);
        assert_eq!(link(thin, &[("TERM", "dumb")]).depth, Depth::Mono);
    }

    #[test]
    fn frames_are_bracketed_but_not_in_a_tmux_that_repaints_for_it() {
        let tmux = |version| [("TERM_PROGRAM", "tmux"), ("TERM_PROGRAM_VERSION", version)];
        let auto = |environment: &[_]| link(Drawing::default(), environment).synchronized;
        assert!(auto(&[("TERM", "xterm-256color")]));
        for (version, on) in [
            ("3.6a", true),
            ("3.7", false),
            ("3.7-rc", false),
            ("4.0", false),
            ("next-3.8", false),
            ("", false),
        ] {
            assert_eq!(auto(&tmux(version)), on, "{version}");
        }
        assert!(!auto(&[("TMUX", "/tmp/tmux-0/default,1,0")]));
        assert!(!auto(&[("TERM", "tmux-256color")]));
        for (sync, on) in [(SyncChoice::Always, true), (SyncChoice::Never, false)] {
            let told = Drawing {
                sync,
                ..Drawing::default()
            };
            assert_eq!(link(told, &tmux("3.7")).synchronized, on);
            assert_eq!(link(told, &[]).synchronized, on);
        }
    }
}
