//! What would go or went, for people and as JSON.

use std::path::PathBuf;

use super::shown;
use crate::app::screen::number::grouped;
use crate::cli::failure::say;
use crate::cli::format::ReportFormat;
use crate::cli::format::json::{self, Object};
use crate::cli::format::table::{self, Align};
use crate::model::{EntryId, Zone};
use crate::stream::trim::{Archived, Hold, Need, Order, Outcome, Plan};

/// Columns of the word at the left.
const LABEL_COLUMNS: usize = 12;

/// One stream.
pub struct Report {
    pub plan: Plan,
    /// `None` where nothing was to be done.
    pub outcome: Option<Outcome>,
    pub order: Order,
    /// The file that was named.
    pub archive: Option<PathBuf>,
}

/// All of them, in a form.
pub fn written(reports: &[Report], format: ReportFormat, zone: Zone) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        ReportFormat::Text => {
            for (n, report) in reports.iter().enumerate() {
                if n > 0 {
                    out.push(b'\n');
                }
                for line in report.text(zone) {
                    out.extend_from_slice(line.as_bytes());
                    out.push(b'\n');
                }
            }
        }
        ReportFormat::Json => {
            json::array(&mut out, reports, |to, report| report.json(to));
            out.push(b'\n');
        }
    }
    out
}

impl Report {
    fn text(&self, zone: Zone) -> Vec<String> {
        let mut lines = vec![format!("{}  {}", shown(&self.plan.stream), self.summary())];
        for (label, text) in self.rows(zone) {
            let label = table::pad(label, Align::Left, LABEL_COLUMNS);
            lines.push(format!("  {label}  {text}").trim_end().to_owned());
        }
        lines
    }

    fn summary(&self) -> String {
        match self.plan.entries {
            None => "does not exist: nothing to trim".to_owned(),
            Some(0) => "holds no entries: nothing to trim".to_owned(),
            Some(n) if self.plan.would_remove == 0 && self.plan.held_by.is_empty() => {
                format!("{}, none of which is to go", counted(n))
            }
            Some(n) => counted(n),
        }
    }

    fn rows(&self, zone: Zone) -> Vec<(&'static str, String)> {
        let plan = &self.plan;
        let mut rows = Vec::new();
        if let (Some(first), Some(last)) = (plan.first, plan.last) {
            let about = plan
                .bytes
                .map_or_else(String::new, |bytes| format!(", about {}", size(bytes)));
            let share = percent(plan.would_remove, plan.entries.unwrap_or_default());
            let word = if self.outcome.is_some() {
                "to go"
            } else {
                "would go"
            };
            rows.push((
                word,
                format!("{} ({share}){about}", counted(plan.would_remove)),
            ));
            rows.push(("from", moment(first, zone)));
            rows.push(("to", moment(last, zone)));
        }
        rows.extend(self.kept(zone));
        rows.extend(self.lost());
        rows.extend(self.done());
        rows
    }

    /// What groups hold back.
    fn kept(&self, zone: Zone) -> Vec<(&'static str, String)> {
        let plan = &self.plan;
        let mut rows = Vec::new();
        if plan.would_remove == 0 && !plan.held_by.is_empty() {
            rows.push(("would go", "nothing".to_owned()));
        }
        for (n, hold) in plan.held_by.iter().enumerate() {
            let label = if n == 0 { "held back by" } else { "" };
            rows.push((label, held(hold, zone)));
        }
        let more = plan
            .wanted
            .map_or(0, |wanted| wanted.saturating_sub(plan.would_remove));
        if more > 0 {
            rows.push(("", format!("{} are held back", counted(more))));
        }
        if self.outcome.is_none() && plan.would_remove > 0 {
            let rest = plan
                .entries
                .unwrap_or_default()
                .saturating_sub(plan.would_remove);
            let more = if self.order.exact {
                ""
            } else {
                ", and up to about a hundred more without --exact"
            };
            rows.push(("would stay", format!("{}{more}", counted(rest))));
        }
        rows
    }

    /// What groups lose.
    fn lost(&self) -> Vec<(&'static str, String)> {
        let word = if self.outcome.is_some() {
            "lost to"
        } else {
            "would lose"
        };
        let line = |loss: &crate::stream::trim::Loss| {
            format!(
                "group {}: {} pending, {} not delivered yet",
                shown(&loss.group),
                grouped(loss.pending),
                grouped(loss.undelivered)
            )
        };
        self.plan
            .losses
            .iter()
            .map(|loss| (word, line(loss)))
            .collect()
    }

    fn done(&self) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        let Some(outcome) = &self.outcome else {
            let named = self.archive.as_ref().filter(|_| self.plan.would_remove > 0);
            rows.extend(named.map(|path| {
                (
                    "archive",
                    format!("first into {}", shown(path.as_os_str().as_encoded_bytes())),
                )
            }));
            return rows;
        };
        if let Some(archived) = &outcome.archived {
            rows.push(("archived", archive_text(archived)));
        }
        if self.plan.would_remove > 0 {
            let left = self.plan.would_remove.saturating_sub(outcome.removed);
            let left = match left {
                0 => String::new(),
                n if self.order.exact => format!("; {} are left", grouped(n)),
                n => format!("; {} stay in a node that would not be empty", grouped(n)),
            };
            rows.push(("removed", format!("{}{left}", counted(outcome.removed))));
        }
        rows
    }

    /// What is to be told besides.
    pub fn notes(&self) {
        if !self.plan.held_by.is_empty() && self.outcome.is_none() {
            say(
                "hint",
                "a group that nobody reads with any more holds entries for ever: `lookback groups destroy` ends it, and --force goes past it",
            );
        }
        if self
            .outcome
            .as_ref()
            .is_some_and(|outcome| !outcome.in_one_step)
        {
            say(
                "note",
                "without rights for scripts the groups were looked at first and entries removed then, in two steps",
            );
        }
    }

    /// Entries that went.
    pub fn removed(&self) -> u64 {
        self.outcome.as_ref().map_or(0, |outcome| outcome.removed)
    }

    /// In one line, for a log.
    pub fn line(&self) -> String {
        let plan = &self.plan;
        let removed = self.removed();
        let mut parts = vec![format!(
            "{}: {} removed",
            shown(&plan.stream),
            grouped(removed)
        )];
        let stay = |entries: u64| format!("{} stay", grouped(entries.saturating_sub(removed)));
        parts.extend(plan.entries.map(stay));
        let archived = self
            .outcome
            .as_ref()
            .and_then(|outcome| outcome.archived.as_ref());
        parts.extend(archived.map(|archived| format!("archived {}", archive_text(archived))));
        let held =
            |hold: &Hold| format!("held back by group {} from {}", shown(&hold.group), hold.id);
        parts.extend(plan.held_by.first().map(held));
        parts.join(", ")
    }

    fn json(&self, to: &mut Vec<u8>) {
        let plan = &self.plan;
        let id = |to: &mut Vec<u8>, id: Option<EntryId>| match id {
            Some(id) => json::text(to, &id.to_string()),
            None => to.extend_from_slice(b"null"),
        };
        let some = plan.entries.is_some_and(|entries| entries > 0);
        let mut object = Object::open(to);
        object
            .bytes("stream", Some(&plan.stream))
            .count("entries", plan.entries)
            .count("would_remove", Some(plan.would_remove))
            .count(
                "removed",
                self.outcome.as_ref().map(|outcome| outcome.removed),
            )
            .count("wanted", plan.wanted)
            .count("bytes", plan.bytes);
        id(object.key(b"border"), some.then_some(plan.border));
        id(object.key(b"first"), plan.first);
        id(object.key(b"last"), plan.last);
        json::array(object.key(b"held_back_by"), &plan.held_by, |to, hold| {
            let (reason, pending) = match hold.need {
                Need::Pending(pending) => ("pending", Some(pending)),
                Need::Undelivered => ("undelivered", None),
            };
            let mut object = Object::open(to);
            object
                .bytes("group", Some(&hold.group))
                .bytes("reason", Some(reason.as_bytes()));
            json::text(object.key(b"from"), &hold.id.to_string());
            object.count("pending", pending).close();
        });
        json::array(object.key(b"losses"), &plan.losses, |to, loss| {
            Object::open(to)
                .bytes("group", Some(&loss.group))
                .count("pending", Some(loss.pending))
                .count("undelivered", Some(loss.undelivered))
                .close();
        });
        let archived = self
            .outcome
            .as_ref()
            .and_then(|outcome| outcome.archived.as_ref());
        match archived {
            None => object.key(b"archive").extend_from_slice(b"null"),
            Some(archived) => archive_json(object.key(b"archive"), archived),
        }
        object
            .boolean(
                "in_one_step",
                self.outcome
                    .as_ref()
                    .is_none_or(|outcome| outcome.in_one_step),
            )
            .close();
    }
}

fn archive_json(to: &mut Vec<u8>, archived: &Archived) {
    let mut object = Object::open(to);
    object
        .bytes("file", Some(archived.path.as_os_str().as_encoded_bytes()))
        .count("written", Some(archived.written))
        .count("entries", Some(archived.entries))
        .count("bytes", Some(archived.bytes));
    let sum = archived.run.as_ref().map(|run| run.content.to_string());
    object
        .bytes("entries_sha256", sum.as_ref().map(String::as_bytes))
        .close();
}

fn archive_text(archived: &Archived) -> String {
    format!(
        "{} into {}, which holds {} in {}; verified",
        grouped(archived.written),
        shown(archived.path.as_os_str().as_encoded_bytes()),
        grouped(archived.entries),
        size(archived.bytes)
    )
}

fn held(hold: &Hold, zone: Zone) -> String {
    let group = shown(&hold.group);
    match hold.need {
        Need::Pending(pending) => {
            format!(
                "group {group}: {} pending, the oldest {}",
                grouped(pending),
                moment(hold.id, zone)
            )
        }
        Need::Undelivered if hold.id.prev() == EntryId::MIN => {
            format!("group {group}: nothing delivered yet")
        }
        Need::Undelivered => format!(
            "group {group}: nothing delivered behind {}",
            moment(hold.id.prev(), zone)
        ),
    }
}

fn counted(n: u64) -> String {
    match n {
        1 => "1 entry".to_owned(),
        n => format!("{} entries", grouped(n)),
    }
}

fn moment(id: EntryId, zone: Zone) -> String {
    format!("{id}  {}", zone.full(id.ms))
}

fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1_000 / u128::from(whole.max(1));
    match tenths {
        0 => "< 0.1 %".to_owned(),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_sizes_are_never_rounded_up() {
        assert_eq!(percent(999, 1_000), "99.9 %");
        assert_eq!(percent(1, 1_000_000), "< 0.1 %");
        assert_eq!(percent(u64::MAX, u64::MAX), "100.0 %");
        assert_eq!(percent(0, 0), "< 0.1 %");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1_960_000), "1.9 MB");
        assert_eq!(size(u64::MAX), "18446744073.7 GB");
    }
}
