//! The changes: what is there is looked up, the sentence is said, it is confirmed, noted in the journal, done and told.

use std::io::Write;
use std::path::PathBuf;

use super::arguments::{Change, Consent};
use super::plan::Planning;
use super::table::name;
use crate::cli::confirm::{confirm, confirm_typed};
use crate::cli::failure::{Failure, Status, complain, say};
use crate::cli::setup::Setup;
use crate::config;
use crate::model::consumer_groups::GroupChange;
use crate::stream::Link;
use crate::stream::groups::journal::{Journal, JournalError};
use crate::stream::groups::{Changed, Inspector, change_noted};

/// Changes a group.
///
/// # Errors
/// Where it cannot be done, or is not wanted.
pub async fn run(change: &Change, setup: &Setup) -> Result<Status, Failure> {
    let (spec, stream) = setup.writer_of_one()?;
    let stream = stream.into_bytes();
    let mut inspector = Inspector::open(&spec).await?;
    let snapshot = inspector.look().await?;
    let status = snapshot.streams.into_iter().next().unwrap_or_default();
    let mut planning = Planning {
        inspector: &mut inspector,
        stream: &stream,
        status: &status,
    };
    let planned = planning.plan(change).await?;
    // Entries that may not be read are not counted.
    let between = inspector
        .between(&status, &planned)
        .await
        .unwrap_or_default();
    let sentence = planned.sentence_counting(&stream, Some(&status), between);
    let consent = change.consent();
    if consent.dry_run {
        let mut out = setup.out();
        writeln!(out, "{sentence}")?;
        out.flush()?;
        return Ok(Status::Done);
    }
    let mut journal = open_journal(consent).await?;
    ask(&planned, &sentence, consent)?;
    let mut link = Link::open(&spec).await?;
    let changed = change_noted(&mut link, &stream, &planned, &mut journal).await?;
    tell(&planned, &changed, setup)?;
    Ok(Status::Done)
}

fn ask(change: &GroupChange, sentence: &str, consent: &Consent) -> Result<(), Failure> {
    if consent.yes {
        complain(&format!("{sentence}\n"));
        return Ok(());
    }
    if change.is_destructive() {
        confirm_typed(sentence, &change.confirmation())
    } else {
        confirm(sentence, false)
    }
}

fn tell(change: &GroupChange, changed: &Changed, setup: &Setup) -> Result<(), Failure> {
    let entries = match changed.affected {
        1 => "1 entry".to_owned(),
        n => format!("{n} entries"),
    };
    let told = match change {
        GroupChange::Create { .. } => "created".to_owned(),
        GroupChange::SetId { .. } => "moved".to_owned(),
        GroupChange::Destroy { .. } => format!("destroyed; {entries} pending no more"),
        GroupChange::Acknowledge { .. } => format!("{entries} acknowledged"),
        GroupChange::Claim { consumer, .. } => format!("{entries} given to {}", name(consumer)),
        GroupChange::Forget { .. } => format!("forgotten; {entries} pending no more"),
        GroupChange::Republish { .. } => format!("{entries} appended"),
    };
    let mut out = setup.out();
    writeln!(out, "{told}")?;
    out.flush()?;
    if let Some(note) = &changed.note {
        say("note", note);
    }
    Ok(())
}

async fn open_journal(consent: &Consent) -> Result<Journal, Failure> {
    let path: Option<PathBuf> = consent.journal.clone().or_else(config::action_journal);
    let path = path.ok_or_else(|| {
        Failure::usage(
            "there is no home directory to keep the action journal in",
            "name a file with --journal",
        )
    })?;
    Journal::open(&path, &whoever())
        .await
        .map_err(|error| unwritable(&error))
}

fn unwritable(error: &JournalError) -> Failure {
    Failure::new(
        Status::Failed,
        format!("nothing was changed: {error}"),
        "see the file and its disk, or name another one with --journal",
    )
}

/// Who acts, by the system's word.
#[must_use]
pub fn whoever() -> String {
    let set = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    let user = set("USER").or_else(|| set("LOGNAME"));
    user.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}
