//! The imperative shell: the one loop, the only clock. It waits for input, arrivals, scans and time; hands each to `update`;
//! does what `update` asks for; and draws when something changed and the last frame has left.
//!
//! A recording is played by a loop of its own (`playback`), which hands over to this one.
//!
//! The loop is generic over its input and its screen, so that a test can press keys and read the glass.

mod alarm;
mod bookmarks;
mod changes;
mod clock;
mod editor;
mod frames;
mod freezer;
mod gauge;
mod groups;
mod input;
mod launch;
mod looks;
mod meter;
mod opening;
mod playback;
pub mod recording;
mod scans;
mod searches;
mod terminal;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::Event;
use futures_util::{Stream, StreamExt};
use tokio::sync::{Notify, mpsc};

use crate::app::consumer_groups::Edited;
use crate::app::narrowing::Narrowing;
use crate::app::{Action, Effect, State, update};
pub use crate::source::now_ms;
use crate::source::{Access, Beat, Feed, Request, Spec};
use crate::store::{Arrival, Fetch, Then, Trouble};
use crate::ui::theme::Theme;

pub use alarm::Alarm;
use alarm::Caller;
pub use bookmarks::BookmarkFile;
use bookmarks::Keeper;
use clock::{Clock, REST_TICK};
pub use frames::{Frames, Glass};
use groups::Groups;
pub use launch::{Ending, Entries, Launch, launch};
use meter::Meter;
pub use opening::Opening;
pub use playback::play;
use recording::Recorder;
use scans::Scans;
pub use scans::scan_on_threads;
use searches::Searches;

/// What the loop works with.
#[derive(Debug)]
pub struct Session<G> {
    /// The state to begin with.
    pub state: State,
    /// The source, followed.
    pub feed: Feed,
    /// The source, for searches in what is not here.
    pub spec: Spec,
    /// The screen.
    pub glass: G,
    /// How it looks.
    pub theme: Theme,
    /// The time between two frames that data alone asks for: no less, and known to the source.
    pub beat: Beat,
    /// Told when the screen has taken a frame.
    pub frame_left: Arc<Notify>,
    /// Told when the program is to leave (a signal).
    pub leave: Arc<Notify>,
    /// What is read and written beside the screen.
    pub files: Files,
}

/// What is read and written beside the screen; by default nothing.
#[derive(Debug, Default)]
pub struct Files {
    /// Where bookmarks are kept.
    pub bookmarks: Option<BookmarkFile>,
    /// Where everything that happens is written.
    pub recorder: Option<Recorder>,
    /// What is done when a spike is raised.
    pub alarm: Alarm,
    /// What may be changed on the server.
    pub allowed: Allowed,
}

/// What may be changed on the server; by default nothing.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Whether anything.
    pub access: Access,
    /// Where all of it is written down; without it nothing is changed.
    pub journal: Option<PathBuf>,
    /// With what entries are edited, for a shell.
    pub editor: String,
    /// Who acts, for the journal.
    pub by: String,
}

/// Arrivals are taken in for at most this long before a frame is drawn.
const DRAIN_MS: u128 = 12;
/// A key waits for a scan at most this long.
const HOLD: Duration = Duration::from_millis(300);
/// While frames of data follow each other, arrivals are taken in no more often than they are shown, and not later than this:
/// the source waits meanwhile, and gives more at once.
const GATHER: Duration = Duration::from_millis(100);

/// Runs the interface until it is left; gives back the last state.
///
/// # Errors
/// When the terminal cannot be written any more.
pub async fn run<G: Glass>(
    session: Session<G>,
    mut input: impl Stream<Item = io::Result<Event>> + Unpin,
    first: Vec<Effect>,
) -> io::Result<State> {
    let Session {
        state,
        feed,
        spec,
        glass,
        theme,
        beat,
        frame_left,
        leave,
        files,
    } = session;
    let Feed {
        mut arrivals,
        requests,
    } = feed;
    let (mut scans, mut answers) = Scans::new();
    let mapping = Arc::clone(&state.options.mapping);
    let editor = files.allowed.editor.clone();
    let groups = Groups::of(&spec, files.allowed, &scans.answers());
    let searches = Searches::new(spec, mapping, scans.answers());
    let mut frames = Frames::new(glass, theme, beat);
    let keeper = files
        .bookmarks
        .map(|file| Keeper::start(file, scans.answers()));
    let bell = files.alarm.bell;
    let mut caller = files.alarm.command.map(Caller::new);
    let mut stage = Stage {
        state,
        recorder: files.recorder,
        meter: Meter::new(),
    };
    let mut clock = Clock::new();
    let mut gathered = None;
    let mut source_open = true;
    let mut todo = first;
    let mut asked_at = None;
    loop {
        // What is drawn now is to hold what has arrived until now.
        if frames.is_due(&stage.state)
            && let Ok(arrival) = arrivals.try_recv()
        {
            gathered = Some(Instant::now());
            todo.extend(stage.take_in(arrival, &mut arrivals, &mut clock, &mut frames));
        }
        if todo.iter().any(is_asking) {
            asked_at = Some(Instant::now());
        }
        let shell = Shell {
            frames: &mut frames,
            scans: &mut scans,
            searches: &searches,
            groups: groups.as_ref(),
            editor: &editor,
            requests: &requests,
            keeper: keeper.as_ref(),
            bell,
            caller: caller.as_mut(),
        };
        let mut unasked = Vec::new();
        if shell.perform(todo.drain(..), &mut unasked)? == Next::Leave {
            return Ok(stage.state);
        }
        todo.extend(stage.take_all(unasked));
        todo.extend(stage.show(&mut frames)?);
        let now = Instant::now();
        let held_for = asked_at.and_then(|at| held_for(&stage.state, at));
        let gathers = gathers_until(&stage.state, gathered, frames.gap(), now);
        let drawn = frames.wait(&stage.state).map(|wait| now + wait);
        let held_until = held_for.map(|left| now + left);
        let due = [drawn, held_until, gathers, stage.meter.due()];
        let due = clock.due(&stage.state, due);
        tokio::select! {
            biased;
            () = leave.notified() => return Ok(stage.state),
            event = input.next(), if held_for.is_none() => match event {
                Some(event) => todo.extend(stage.hear(&event?, &mut clock, &mut frames)),
                None => return Ok(stage.state),
            },
            Some(action) = answers.recv() => {
                todo.extend(stage.take(action));
                frames.data();
            }
            arrival = arrivals.recv(), if source_open && gathers.is_none() => match arrival {
                Some(arrival) => {
                    gathered = Some(Instant::now());
                    todo.extend(stage.take_in(arrival, &mut arrivals, &mut clock, &mut frames));
                }
                None => source_open = false,
            },
            () = frame_left.notified() => {}
            () = tokio::time::sleep_until(due.into()) => {
                let ticks = clock.tick_after_rest(&stage.state);
                if !ticks.is_empty() {
                    todo.extend(stage.take_all(ticks));
                    frames.data();
                }
            }
        }
    }
}

/// The state, and the recording of all that is handed to it.
struct Stage {
    state: State,
    recorder: Option<Recorder>,
    meter: Meter,
}

impl Stage {
    fn take(&mut self, action: Action) -> Vec<Effect> {
        let trouble = self.recorder.as_mut().and_then(|r| r.note(&action));
        let began = Instant::now();
        let mut effects = update(&mut self.state, action);
        self.meter.updated(began.elapsed());
        if let Some(trouble) = trouble {
            let notice = Action::Arrived(Arrival::Notice(trouble));
            effects.extend(update(&mut self.state, notice));
        }
        effects
    }

    /// Draws what is wanted. What that cost is told too, where anybody wants to know.
    fn show<G: Glass>(&mut self, frames: &mut Frames<G>) -> io::Result<Vec<Effect>> {
        let mut effects = Vec::new();
        if let Some(cost) = self.meter.tell(self.state.cost.is_some()) {
            effects = self.take(Action::Measured(cost));
            frames.figures();
        }
        frames.draw_if_due(&self.state, &mut self.meter)?;
        Ok(effects)
    }

    /// What the user does counts at its time, and is shown at once.
    fn hear<G: Glass>(
        &mut self,
        event: &Event,
        clock: &mut Clock,
        frames: &mut Frames<G>,
    ) -> Vec<Effect> {
        let Some(action) = input::action(event) else {
            return Vec::new();
        };
        let mut effects = self.take_all(clock.tick());
        if let Action::Resize(size) = action {
            frames.resize(size);
        }
        effects.extend(self.take(action));
        frames.input();
        effects
    }

    /// What has arrived counts at its time.
    fn take_in<G: Glass>(
        &mut self,
        first: Arrival,
        arrivals: &mut mpsc::Receiver<Arrival>,
        clock: &mut Clock,
        frames: &mut Frames<G>,
    ) -> Vec<Effect> {
        let mut effects = self.take_all(clock.tick());
        let came = drain(self, first, arrivals);
        effects.extend(came.effects);
        frames.arrived(came.only_news);
        effects
    }

    fn take_all(&mut self, actions: impl IntoIterator<Item = Action>) -> Vec<Effect> {
        let effects = actions.into_iter().map(|action| self.take(action));
        effects.flatten().collect()
    }
}

fn is_asking(effect: &Effect) -> bool {
    matches!(effect, Effect::Scan { .. } | Effect::Search { .. })
}

/// How much longer the next key waits for a scan: what is selected is known only when the first matches are there, or when
/// the log was searched, and keys typed in one go are meant for it. In a prompt nothing waits.
fn held_for(state: &State, asked_at: Instant) -> Option<Duration> {
    let scanning = state.narrowing.as_ref().is_some_and(Narrowing::is_scanning);
    let nothing_yet = scanning && state.selected().is_none();
    let waits = state.prompt.is_none() && (nothing_yet || state.search.is_looking_here());
    let left = HOLD.saturating_sub(asked_at.elapsed());
    Some(left).filter(|left| waits && !left.is_zero())
}

/// Until when arrivals are left where they are. While something is being fetched or history is loading, nothing waits.
fn gathers_until(
    state: &State,
    last: Option<Instant>,
    gap: Duration,
    now: Instant,
) -> Option<Instant> {
    let loading = &state.loading;
    let is_asked = loading.going.is_some() || !loading.errands.is_empty();
    let is_loading = is_asked || !state.feed.history.idle;
    let until = last.filter(|_| !is_loading)? + gap.min(GATHER);
    (until > now).then_some(until)
}

/// What was taken in at once.
struct Came {
    effects: Vec<Effect>,
    /// Nothing but new entries.
    only_news: bool,
}

/// Takes in this and what else has arrived, for a moment: one frame for all of it.
fn drain(stage: &mut Stage, first: Arrival, arrivals: &mut mpsc::Receiver<Arrival>) -> Came {
    let begun = Instant::now();
    let mut came = Came {
        effects: Vec::new(),
        only_news: true,
    };
    let mut next = Some(first);
    while let Some(arrival) = next {
        came.only_news &= matches!(arrival, Arrival::Newer { .. });
        came.effects.extend(stage.take(Action::Arrived(arrival)));
        let is_over = begun.elapsed().as_millis() >= DRAIN_MS;
        next = (!is_over).then(|| arrivals.try_recv().ok()).flatten();
    }
    came
}

#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    Leave,
}

/// What effects are done with.
struct Shell<'a, G> {
    frames: &'a mut Frames<G>,
    scans: &'a mut Scans,
    searches: &'a Searches,
    groups: Option<&'a Groups>,
    editor: &'a str,
    requests: &'a mpsc::Sender<Request>,
    keeper: Option<&'a Keeper>,
    bell: bool,
    caller: Option<&'a mut Caller>,
}

impl<G: Glass> Shell<'_, G> {
    /// Does them; what cannot be asked is answered at once.
    fn perform(
        mut self,
        effects: impl Iterator<Item = Effect>,
        unasked: &mut Vec<Action>,
    ) -> io::Result<Next> {
        let mut rings = false;
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(Next::Leave),
                Effect::Scan {
                    generation,
                    plan,
                    log,
                    range,
                } => self.scans.start(generation, plan, log, range),
                Effect::Freeze(chunks) => self.scans.freeze(chunks),
                Effect::Search {
                    generation,
                    plan,
                    question,
                } => self.searches.start(generation, plan, question),
                Effect::StopSearch => self.searches.stop(),
                Effect::Fetch(fetch) => unasked.extend(ask(self.requests, fetch)),
                effect @ (Effect::WatchGroups(_)
                | Effect::FindDeleted(_)
                | Effect::CountMoved(_)
                | Effect::ChangeGroup(_)) => {
                    if let Some(groups) = self.groups {
                        groups.perform(effect);
                    }
                }
                Effect::Edit(text) => unasked.extend(self.edit(&text)?),
                Effect::Copy(text) => self.frames.copy(&text)?,
                Effect::SaveBookmarks(save) => {
                    if let Some(keeper) = self.keeper {
                        keeper.save(save);
                    }
                }
                Effect::Spike(spike) => {
                    rings = self.bell;
                    if let Some(caller) = &mut self.caller {
                        caller.call(&spike);
                    }
                }
            }
        }
        if rings {
            self.frames.ring()?;
        }
        Ok(Next::GoOn)
    }
}

impl<G: Glass> Shell<'_, G> {
    /// The loop waits for the editor: nothing else has the terminal meanwhile.
    fn edit(&mut self, text: &str) -> io::Result<Vec<Action>> {
        let came = self.frames.lend(|| editor::edit(self.editor, text))?;
        let Some((edited, size)) = came else {
            let trouble = Trouble::new("the terminal cannot be handed to an editor now", "");
            return Ok(vec![Action::Edited(Edited::Failed(trouble))]);
        };
        let edited = edited.map_or_else(Edited::Failed, Edited::Text);
        let size = size.map(Action::Resize);
        Ok(size.into_iter().chain([Action::Edited(edited)]).collect())
    }
}

/// Asks the source. Where it cannot be asked, gives the answer in its place: no fetch stays without one.
fn ask(requests: &mpsc::Sender<Request>, fetch: Fetch) -> Option<Action> {
    let ticket = fetch.ticket;
    requests.try_send(Request::Fetch(fetch)).err()?;
    let trouble = Trouble::new("the source takes no more questions now", "go there again");
    Some(Action::Arrived(Arrival::Fetched {
        ticket,
        page: Arc::default(),
        then: Then::Failed(trouble),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Direction, IdRange};

    #[test]
    fn a_fetch_that_the_source_cannot_take_is_answered_all_the_same() {
        let fetch = Fetch {
            ticket: 7,
            range: IdRange::ALL,
            direction: Direction::Forward,
            count: 1,
            except: Vec::new(),
        };
        let (requests, taken) = mpsc::channel(1);
        assert_eq!(ask(&requests, fetch.clone()), None);
        let is_answer = |action| match action {
            Some(Action::Arrived(Arrival::Fetched { ticket, then, .. })) => {
                ticket == 7 && matches!(then, Then::Failed(_))
            }
            _ => false,
        };
        assert!(is_answer(ask(&requests, fetch.clone())));
        drop(taken);
        assert!(is_answer(ask(&requests, fetch)));
    }
}
