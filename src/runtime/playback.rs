//! Plays a recording into the interface, in the rhythm in which it happened, and then hands the interface to its user.
//!
//! Invariant: what was recorded happens in the recorded order, and nothing else does: keys pressed meanwhile only leave or
//! hurry, and effects that reach outside (copying, saving, asking a source, looking at groups or
//! changing them, ringing, leaving) are not done.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use crossterm::event::Event;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::meter::Meter;
use super::recording::Recording;
use super::scans::Scans;
use super::{DRAIN_MS, Files, Frames, Glass, Session, input, run};
use crate::app::keymap::{self, Command};
use crate::app::layout::Size;
use crate::app::narrowing::Narrowing;
use crate::app::{Action, Effect, State, update};
use crate::source::Feed;

/// Plays the recording and then runs the interface over what came out; gives back the last state. The session's state and
/// the effects are those with which the recording began.
///
/// # Errors
/// When the terminal cannot be written any more.
pub async fn play<G: Glass>(
    session: Session<G>,
    recording: Recording,
    real_size: Size,
    mut input: impl Stream<Item = io::Result<Event>> + Unpin,
    first: Vec<Effect>,
) -> io::Result<State> {
    let Session {
        state,
        spec,
        glass,
        theme,
        beat,
        frame_left,
        leave,
        ..
    } = session;
    let (scans, mut answers) = Scans::new();
    let mut frames = Frames::new(glass, theme, beat.clone());
    // What was told when it was recorded is what is shown.
    let mut meter = Meter::new();
    let mut player = Player {
        state,
        scans,
        actions: recording.actions.into(),
        played: Instant::now(),
        hurried: false,
        size: real_size,
    };
    player.perform(first);
    loop {
        if player.play_due() {
            frames.data();
        }
        if player.is_done() {
            break;
        }
        frames.draw_if_due(&player.state, &mut meter)?;
        let drawn = frames.wait(&player.state).map(|wait| Instant::now() + wait);
        let due = [player.due(), drawn].into_iter().flatten().min();
        let due = due.unwrap_or_else(|| Instant::now() + super::REST_TICK);
        tokio::select! {
            biased;
            () = leave.notified() => return Ok(player.state),
            event = input.next() => match event {
                Some(event) => if player.hear(&event?, &mut frames) == Heard::Leave {
                    return Ok(player.state);
                },
                None => return Ok(player.state),
            },
            Some(action) = answers.recv() => {
                player.take(action);
                frames.data();
            }
            () = frame_left.notified() => {}
            () = tokio::time::sleep_until(due.into()) => {}
        }
    }
    let Player {
        mut state, size, ..
    } = player;
    update::recording_ended(&mut state, size, recording.torn);
    let session = Session {
        state,
        feed: no_feed(),
        spec,
        glass: frames.into_glass(),
        theme,
        beat,
        frame_left,
        leave,
        files: Files::default(),
    };
    run(session, input, Vec::new()).await
}

/// A source that says nothing.
pub fn no_feed() -> Feed {
    let (_, arrivals) = mpsc::channel(1);
    let (requests, _) = mpsc::channel(1);
    Feed { arrivals, requests }
}

struct Player {
    state: State,
    scans: Scans,
    actions: VecDeque<Action>,
    /// The moment up to which was played.
    played: Instant,
    hurried: bool,
    /// The real terminal: it is the recorded one that is shown until the end.
    size: Size,
}

#[derive(PartialEq, Eq)]
enum Heard {
    GoOn,
    Leave,
}

impl Player {
    /// The next action waits for the answer to a scan, as a key of the user does.
    fn is_waiting(&self) -> bool {
        let narrowing = self.state.narrowing.as_ref();
        narrowing.is_some_and(Narrowing::is_asked)
    }

    fn is_done(&self) -> bool {
        self.actions.is_empty() && !self.is_waiting()
    }

    /// When the next action happens; `None` while it waits.
    fn due(&self) -> Option<Instant> {
        if self.is_waiting() {
            return None;
        }
        self.actions.front().map(|action| match action {
            Action::Tick { elapsed_ms } if !self.hurried => {
                self.played + Duration::from_millis(*elapsed_ms)
            }
            _ => self.played,
        })
    }

    /// Plays what is due, for a moment; whether anything was.
    fn play_due(&mut self) -> bool {
        let begun = Instant::now();
        let mut any = false;
        while let Some(due) = self.due() {
            if due > Instant::now() || begun.elapsed().as_millis() >= DRAIN_MS {
                break;
            }
            self.played = due;
            if let Some(action) = self.actions.pop_front() {
                self.take(action);
                any = true;
            }
        }
        any
    }

    fn take(&mut self, action: Action) {
        let effects = update(&mut self.state, action);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Scan {
                    generation,
                    plan,
                    log,
                    range,
                } => self.scans.start(generation, plan, log, range),
                Effect::Quit
                | Effect::Search { .. }
                | Effect::StopSearch
                | Effect::Fetch(_)
                | Effect::Freeze(_)
                | Effect::Copy(_)
                | Effect::SaveBookmarks(_)
                | Effect::WatchGroups(_)
                | Effect::FindDeleted(_)
                | Effect::CountMoved(_)
                | Effect::ChangeGroup(_)
                | Effect::Edit(_)
                | Effect::Spike(_) => {}
            }
        }
    }

    fn hear<G: Glass>(&mut self, event: &Event, frames: &mut Frames<G>) -> Heard {
        match input::action(event) {
            Some(Action::Resize(size)) => {
                self.size = size;
                frames.resize(size);
                frames.input();
            }
            Some(Action::Key(key)) => match keymap::command(key) {
                Some(Command::Quit) => return Heard::Leave,
                Some(Command::Last) => self.hurried = true,
                _ => {}
            },
            _ => {}
        }
        Heard::GoOn
    }
}
