//! Holding a file against its notes, and against the source.

use std::path::Path;

use super::super::args::Global;
use super::super::failure::{Failure, Status};
use super::super::pages::Matches;
use super::super::setup::Setup;
use super::ExportArgs;
use super::comparison::{self, Difference};
use super::figures::{self, Figures};
use crate::source::IdRange;
use crate::stream::log_file::{self, Survey};

impl From<&Survey> for Figures {
    fn from(survey: &Survey) -> Self {
        Self {
            entries: survey.entries,
            ends: survey.first.zip(survey.last),
            content: survey.content,
        }
    }
}

/// Verifies a file.
pub async fn run(
    path: &Path,
    args: &ExportArgs,
    global: &Global,
    setup: &Setup,
) -> Result<Status, Failure> {
    if !args.filter.words.is_empty() {
        return Err(Failure::usage(
            "--verify takes no filter: the file's note names the one it was written with",
            "leave out the filter",
        ));
    }
    let survey = log_file::verify(path)?;
    figures::print(setup, &figures::line("file", &survey))?;
    let (Some(from), Some(to), false) = (survey.first, survey.last, args.file_only) else {
        return Ok(Status::Done);
    };
    let setup = source_of(&survey, global, setup)?;
    let filter = setup.filter(survey.filter.as_deref().unwrap_or_default())?;
    let matches = Matches::within(&setup, IdRange { from, to }, &filter).await?;
    let compared = comparison::of(path, matches).await?;
    figures::print(&setup, &figures::line("source", compared.source))?;
    match compared.first_difference {
        None => {
            figures::print(&setup, "equal")?;
            Ok(Status::Done)
        }
        Some(difference) => Err(differs(&difference)),
    }
}

/// The source with the streams that the file's entries name, unless the user named others.
fn source_of(survey: &Survey, global: &Global, setup: &Setup) -> Result<Setup, Failure> {
    let mut source = setup.clone();
    let Some(spec) = source
        .spec
        .redis_mut()
        .filter(|_| global.streams.is_empty())
    else {
        return Ok(source);
    };
    let names = survey
        .streams
        .iter()
        .map(|name| String::from_utf8(name.clone()));
    let names: Result<Vec<String>, _> = names.collect();
    spec.streams = names.map_err(|_| {
        Failure::usage(
            "the file names a stream whose name is no text",
            "name the stream to compare with by --stream",
        )
    })?;
    Ok(source)
}

fn differs(difference: &Difference) -> Failure {
    let (id, what, hint) = match difference {
        Difference::NotInSource(id) => (
            id,
            "is not in the source",
            "entries are trimmed and deleted at the source; the file holds them still",
        ),
        Difference::NotInFile(id) => (
            id,
            "is not in the file",
            "export again; entries between the file's first and last id were written after it, or it is of other streams",
        ),
        Difference::OtherFields(id) => (
            id,
            "has other fields in the file",
            "name the stream that the file was written from with --stream",
        ),
    };
    Failure::new(
        Status::Failed,
        format!("file and source differ from {id} on: that entry {what}"),
        hint,
    )
}
