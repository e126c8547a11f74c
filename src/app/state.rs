//! The state of the interface, in parts that each have one reason to change.

mod form;

use std::sync::Arc;

use super::alarms::Alarms;
use super::consumer_groups::ConsumerGroups;
use super::cost::Cost;
use super::findings::Findings;
use super::layout::{Layout, Open, PaneId, ScreenId, Size, layout};
use super::memory::Memory;
use super::metrics::Metrics;
use super::narrowing::{Narrowing, Visible};
use super::playhead::{Pace, Playhead};
use super::prompt::Prompt;
use super::reopen::Reopen;
use super::search::Search;
use super::sessions::Sessions;
use super::spike_list::SpikeList;
use super::traffic::Traffic;
use super::zoom::Zoom;
use super::{bookmarks::Bookmarks, failing::Failing, inspected::Inspected, loading::Loading};
use crate::model::{EntryId, Mapping, Ms, Zone};
use crate::project::Activity;
use crate::project::series::Past;
use crate::query::{Moment, Now};
use crate::store::{Cursor, EntryRef, History, Link, Log, Seq, Symbol};

pub use form::{Detail, Form};

/// Everything the interface knows.
#[derive(Clone, Debug)]
pub struct State {
    /// What does not change while it runs.
    pub options: Options,
    /// The log.
    pub log: Log,
    /// Which sessions were active when.
    pub activity: Activity,
    /// How much came when, and where that was abnormal.
    pub traffic: Traffic,
    /// What the metric strip remembers.
    pub strip: Past,
    /// What is worth a look in its sessions.
    pub findings: Findings,
    /// The list of sessions, while it is open.
    pub sessions: Option<Box<Sessions>>,
    /// Which spikes were told as they were raised.
    pub alarms: Alarms,
    /// What the source said of itself.
    pub feed: Feed,
    /// What was asked for and has not come.
    pub loading: Loading,
    /// The present.
    pub clock: Clock,
    /// Where on the log the screen stands.
    pub playhead: Playhead,
    /// How playing goes on.
    pub pace: Pace,
    /// The filter in force.
    pub narrowing: Option<Narrowing>,
    /// Counts scans, so that a stale answer is known as one.
    pub generation: u64,
    /// Until what to run.
    pub search: Search,
    /// What the screen is about.
    pub screen: ScreenId,
    /// The session of the session screen, while that is open.
    pub inspected: Option<Box<Inspected>>,
    /// The metrics screen.
    pub metrics: Metrics,
    /// The errors of the error screen, while that is open.
    pub failing: Option<Failing>,
    /// The streams and their consumer groups.
    pub groups: ConsumerGroups,
    /// What is open and selected.
    pub panes: Panes,
    /// The open prompt.
    pub prompt: Option<Prompt>,
    /// The first visible row of the help, while it is open.
    pub help: Option<u16>,
    /// Something to tell for a few seconds.
    pub notice: Option<Notice>,
    /// What drawing costs, while that is shown.
    pub cost: Option<Cost>,
    /// Where the playhead is to stand as soon as that is loaded.
    pub opens_at: Option<Moment>,
    /// The bookmarks.
    pub bookmarks: Bookmarks,
    /// The list of spikes, while it is open.
    pub spike_list: Option<SpikeList>,
    /// How this is opened again.
    pub reopen: Reopen,
    /// The terminal.
    pub size: Size,
    /// What the program takes.
    pub memory: Memory,
}

/// What does not change while it runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the source is (`localhost:6379`).
    pub place: String,
    /// What is read there (`memory:events`).
    pub streams: String,
    /// How entries are decoded.
    pub mapping: Arc<Mapping>,
    /// In which zone times are shown and read.
    pub zone: Zone,
    /// What the log may take, bytes.
    pub memory_bytes: usize,
    /// Entries asked for when the playhead comes to the oldest one here.
    pub older_count: u64,
}

/// What the source said of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feed {
    /// The link.
    pub link: Link,
    /// How far loading history has come.
    pub history: History,
}

/// The present, as far as update may know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// This machine's time, ms since the epoch.
    pub now_ms: Ms,
    /// How far this machine's clock is ahead of the one that makes entry ids, as the quickest arrival told.
    pub ahead_ms: Option<Ms>,
}

/// What is open and selected.
#[derive(Clone, Debug, Default)]
pub struct Panes {
    /// The pane that keys go to.
    pub focus: PaneId,
    /// The pane that takes the whole middle.
    pub zoomed: Option<PaneId>,
    /// The detail, while it is open.
    pub detail: Option<Detail>,
    /// The feed's last row while the playhead stands in the past.
    pub anchor: Option<Seq>,
    /// The log's end when the playhead left it: what came later is not shown in the past.
    pub horizon: Option<Cursor>,
    /// The session in the session pane.
    pub session: Symbol,
    /// The first event in view of the session screen's timeline, while the playhead stands in the past.
    pub timeline: Option<Seq>,
    /// How the session screen shows the entry at the playhead.
    pub entry: Detail,
    /// First visible line of the session's state.
    pub state_scroll: usize,
    /// The entry with whose state the session's state is compared.
    pub baseline: Option<EntryId>,
    /// The selected error group.
    pub group: Option<Symbol>,
    /// The uppermost of its occurrences in view, while the playhead stands in the past.
    pub occurrence: Option<Seq>,
    /// The screen that Esc leads to from the session screen.
    pub back_to: ScreenId,
    /// Which part of time the scrubber shows.
    pub zoom: Zoom,
    /// The scrubber is being dragged.
    pub dragging: bool,
}

impl Panes {
    /// Gives the focus to the pane so many places on in this order, around the ends; a zoomed pane gives it the room too.
    pub fn turn(&mut self, order: &[PaneId], by: isize) {
        let at = order.iter().position(|pane| *pane == self.focus);
        let to = at.unwrap_or(0).cast_signed() + by;
        let count = order.len().max(1).cast_signed();
        let to = order.get(to.rem_euclid(count).cast_unsigned());
        self.focus = to.copied().unwrap_or(self.focus);
        if self.zoomed.is_some() {
            self.zoomed = Some(self.focus);
        }
    }
}

/// Something to tell for a few seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub text: String,
    /// Until this moment of [`Clock::now_ms`].
    pub until_ms: Ms,
}

/// How long a notice stays.
pub const NOTICE_MS: Ms = 5_000;

impl State {
    /// An interface over an empty log.
    #[must_use]
    pub fn new(options: Options, now_ms: Ms, size: Size) -> Self {
        Self {
            options,
            log: Log::default(),
            activity: Activity::default(),
            traffic: Traffic::default(),
            strip: Past::default(),
            findings: Findings::default(),
            sessions: None,
            alarms: Alarms::default(),
            feed: Feed::default(),
            loading: Loading::default(),
            clock: Clock {
                now_ms,
                ahead_ms: None,
            },
            playhead: Playhead::Following,
            pace: Pace::default(),
            narrowing: None,
            generation: 0,
            search: Search::default(),
            screen: ScreenId::default(),
            inspected: None,
            metrics: Metrics::default(),
            failing: None,
            groups: ConsumerGroups::default(),
            panes: Panes::default(),
            prompt: None,
            help: None,
            notice: None,
            cost: None,
            opens_at: None,
            bookmarks: Bookmarks::default(),
            spike_list: None,
            reopen: Reopen::default(),
            size,
            memory: Memory::default(),
        }
    }

    /// What has happened, as the screen shows it.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.playhead.cursor(&self.log)
    }

    /// The end of what the screen speaks of: in the past, the newest entry from when the playhead left the live end, so that
    /// the past does not move.
    #[must_use]
    pub fn horizon(&self) -> Cursor {
        let cursor = self.cursor();
        self.panes
            .horizon
            .map_or(self.log.end(), |end| end.max(cursor))
    }

    /// The entries that the feed shows.
    #[must_use]
    pub fn visible(&self) -> Visible<'_> {
        Visible::new(&self.log, self.narrowing.as_ref())
    }

    /// The entry that the playhead stands on: the last visible one that has happened; on the session screen the session's
    /// last one, on the error screen the group's.
    #[must_use]
    pub fn selected(&self) -> Option<EntryRef<'_>> {
        if let Some(inspected) = &self.inspected {
            return self.log.get(inspected.last()?.seq);
        }
        if let Some(failing) = &self.failing {
            return self.log.get(failing.selected()?);
        }
        let seq = *self.visible().before(self.cursor(), 1).first()?;
        self.log.get(seq)
    }

    /// The moment that the screen shows: of the playhead in the past, the present while following. A stream that has been
    /// quiet for longer than the charts reach is shown as of its last entry ([`State::quiet_ms`] tells).
    #[must_use]
    pub fn moment_ms(&self) -> Ms {
        let at_entry = || {
            self.log
                .last_before(self.cursor())
                .map_or(0, |e| e.axis_ms())
        };
        match self.playhead {
            Playhead::Following if !self.is_quiet() => self.present_ms(),
            Playhead::Playing { at_us, .. } => (at_us / 1_000).max(at_entry()),
            Playhead::Following | Playhead::Paused(_) => at_entry(),
        }
    }

    /// The right end of the scrubber: the present, or the newest entry where the stream is quiet.
    #[must_use]
    pub fn moment_end(&self) -> Ms {
        let last = self.log.axis_range().map_or(0, |(_, last)| last);
        if self.quiet_ms() <= QUIET_MS && !self.is_link_down() {
            self.present_ms()
        } else {
            last
        }
    }

    /// Up to when it is known what did not come: as [`State::moment_end`], but a stream that is followed and has fallen silent is
    /// silent up to the present, where its clock is known.
    #[must_use]
    pub fn silent_until_ms(&self) -> Ms {
        if self.is_link_down() || self.clock.ahead_ms.is_none() {
            self.moment_end()
        } else {
            self.present_ms()
        }
    }

    /// The present by the clock that makes entry ids.
    #[must_use]
    pub fn present_ms(&self) -> Ms {
        let here = self
            .clock
            .now_ms
            .saturating_sub(self.clock.ahead_ms.unwrap_or_default());
        here.max(self.log.axis_range().map_or(0, |(_, last)| last))
    }

    /// Whether it follows a stream of which the present is not known, or long the same: it fell silent, or the link is down.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.playhead == Playhead::Following && (self.is_link_down() || self.quiet_ms() > QUIET_MS)
    }

    fn is_link_down(&self) -> bool {
        matches!(
            self.feed.link,
            Link::Lost { .. } | Link::Refused(_) | Link::Ended
        )
    }

    /// How long the newest entry is ago.
    #[must_use]
    pub fn quiet_ms(&self) -> Ms {
        self.log
            .axis_range()
            .map_or(0, |(_, last)| self.present_ms().saturating_sub(last))
    }

    /// What times in a filter refer to.
    #[must_use]
    pub fn now(&self) -> Now {
        Now {
            ms: self.present_ms(),
            zone: self.options.zone,
        }
    }

    /// Whether a banner tells of trouble with the link.
    #[must_use]
    pub fn has_banner(&self) -> bool {
        matches!(self.feed.link, Link::Lost { .. } | Link::Refused(_))
    }

    /// How the entry at the playhead is shown, where it is.
    #[must_use]
    pub fn detail(&self) -> Option<Detail> {
        match self.screen {
            ScreenId::Dashboard => self.panes.detail,
            ScreenId::Metrics => None,
            ScreenId::Groups => self.groups.is_entry_open.then_some(self.panes.entry),
            ScreenId::Session | ScreenId::Errors => Some(self.panes.entry),
        }
    }

    /// Where everything stands.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let is_empty = self.screen == ScreenId::Groups && self.groups.streams().is_empty();
        let open = Open {
            screen: self.screen,
            banner: self.has_banner(),
            detail: match self.screen {
                ScreenId::Groups => self.groups.is_entry_open,
                _ => self.panes.detail.is_some(),
            },
            prompt: self.prompt.is_some(),
            focus: self.panes.focus,
            zoomed: if is_empty {
                Some(PaneId::Streams)
            } else {
                self.panes.zoomed
            },
        };
        layout(self.size, open)
    }

    /// Tells something for a few seconds.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            until_ms: self.clock.now_ms + NOTICE_MS,
        });
    }
}

/// A stream without an entry for that long is quiet.
pub const QUIET_MS: Ms = 60_000;
