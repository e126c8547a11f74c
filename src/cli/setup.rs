//! What every command starts from: the merged configuration, the source, the range, the present.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::Global;
use super::failure::Failure;
use super::moment;
use super::out::Out;
use super::reopen;
use crate::app::reopen::Reopen;
use crate::config::{Config, Layer};
use crate::model::{EntryId, Mapping, Ms, Zone};
use crate::query::time::Moment;
use crate::query::{Filter, Now};
use crate::source::{Access, ArchivedSpec, FileSpec, IdRange, RedisSpec, Spec, is_glob};

/// What every command starts from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The merged configuration.
    pub config: Config,
    /// Where to read from.
    pub spec: Spec,
    /// The present, read once.
    pub now: Now,
    /// Lower border, if one was given.
    pub since: Option<Moment>,
    /// Upper border, if one was given.
    pub until: Option<Moment>,
    /// Plain symbols only.
    pub ascii: bool,
    /// The file into which everything that happens in the interface is written.
    pub record: Option<PathBuf>,
    /// How the interface over this source is opened again.
    pub reopen: Reopen,
}

impl Setup {
    /// Merges the layers and reads the global flags.
    ///
    /// # Errors
    /// A wrong configuration, time, or combination of flags (exit status 2).
    pub fn new(global: &Global) -> Result<Self, Failure> {
        let environment = Layer::from_environment(|name| std::env::var(name).ok());
        let config = Config::load(global.config.as_deref(), environment, global.layer())?;
        let now = Now {
            ms: wall_clock_ms(),
            zone: config.zone,
        };
        let border = |flag, text: Option<&String>| {
            text.map(|text| moment::read(flag, text, now)).transpose()
        };
        let spec = spec(global, &config)?;
        Ok(Self {
            record: global.record.clone(),
            reopen: reopen::of(&spec, global),
            spec,
            now,
            since: border("--since", global.since.as_ref())?,
            until: border("--until", global.until.as_ref())?,
            ascii: global.ascii,
            config,
        })
    }

    /// The range that `--since` and `--until` leave.
    #[must_use]
    pub fn range(&self) -> IdRange {
        IdRange {
            from: self.since.map_or(EntryId::MIN, Moment::first_id),
            to: self.until.map_or(EntryId::MAX, Moment::last_id),
        }
    }

    /// Parses a filter.
    ///
    /// # Errors
    /// Shows where it is wrong (exit status 2).
    pub fn filter(&self, text: &str) -> Result<Filter, Failure> {
        Filter::parse(text).map_err(|error| Failure::in_text(text, &error))
    }

    /// Parses a filter and adds the borders to it, for commands that follow.
    ///
    /// # Errors
    /// Shows where it is wrong (exit status 2).
    pub fn bounded_filter(&self, text: &str) -> Result<Filter, Failure> {
        let mut filter = self.filter(text)?;
        let since = self.since.map(|m| format!("since:{}", m.first_id()));
        let until = self.until.map(|m| format!("until:{}", m.last_id()));
        for border in [since, until].into_iter().flatten() {
            filter = filter.and(self.filter(&border)?);
        }
        Ok(filter)
    }

    /// The mapping, shared.
    #[must_use]
    pub fn mapping(&self) -> Arc<Mapping> {
        Arc::clone(&self.config.mapping)
    }

    /// The zone of times.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.config.zone
    }

    /// Standard output.
    #[must_use]
    pub fn out(&self) -> Out {
        Out::open(self.config.color)
    }

    /// Whether the archive files are there, for the commands that follow: others meet it when they read.
    ///
    /// # Errors
    /// One that is missing or may not be read (exit status 1).
    pub fn check_archive(&self) -> Result<(), Failure> {
        match &self.spec {
            Spec::Archived(spec) => Ok(spec.check()?),
            Spec::Redis(_) | Spec::Files(_) | Spec::Demo(_) => Ok(()),
        }
    }

    /// The server and the streams to write to, for the commands that change something: naming one of them is the permission.
    ///
    /// # Errors
    /// Where a file is named instead, or a glob: what is written to has to be named (exit status 2).
    pub fn writer(&self) -> Result<RedisSpec, Failure> {
        let spec = match &self.spec {
            Spec::Redis(spec) => spec,
            Spec::Archived(spec) => &spec.redis,
            Spec::Files(_) | Spec::Demo(_) => {
                return Err(Failure::usage(
                    "this command writes to a stream, and --file names a file",
                    "name the server with --redis and the stream with --stream",
                ));
            }
        };
        if let Some(glob) = spec.streams.iter().find(|name| is_glob(name)) {
            return Err(Failure::usage(
                format!("`{glob}` may stand for several streams"),
                "name the stream to write to with --stream",
            ));
        }
        Ok(RedisSpec {
            access: Access::ReadWrite,
            ..spec.clone()
        })
    }

    /// The same where it has to be one stream.
    ///
    /// # Errors
    /// As [`Setup::writer`]; and where several streams are named.
    pub fn writer_of_one(&self) -> Result<(RedisSpec, String), Failure> {
        let spec = self.writer()?;
        match spec.streams.as_slice() {
            [stream] => Ok((spec.clone(), stream.clone())),
            _ => Err(Failure::usage(
                "this command takes one stream",
                "name it with --stream, once",
            )),
        }
    }

    /// Whether the source can be read only once.
    #[must_use]
    pub fn reads_stdin(&self) -> bool {
        matches!(&self.spec, Spec::Files(files) if files.paths.iter().any(|p| p == Path::new("-")))
    }

    /// From when silence is measured: `--until`, else the end of what a file holds, else the present.
    #[must_use]
    pub fn silence_reference(&self, newest: Ms) -> Ms {
        match (self.until, &self.spec) {
            (Some(until), _) => moment::ms(until),
            (None, Spec::Files(_)) => newest,
            (None, _) => self.now.ms,
        }
    }
}

fn spec(global: &Global, config: &Config) -> Result<Spec, Failure> {
    if global.files.is_empty() {
        let redis = RedisSpec {
            url: config.redis.expose().to_owned(),
            password: config.password.as_ref().map(|p| p.expose().to_owned()),
            streams: config.streams.clone(),
            access: Access::ReadOnly,
        };
        if global.archive.is_empty() {
            return Ok(Spec::Redis(redis));
        }
        return Ok(Spec::Archived(Box::new(archived(global, redis)?)));
    }
    if !global.archive.is_empty() {
        return Err(Failure::usage(
            "--archive is read before what Redis holds, --file reads files alone: take one",
            "name all files with --file to read them as one",
        ));
    }
    if global.redis.is_some() || !global.streams.is_empty() {
        return Err(Failure::usage(
            "--file reads files, --redis and --stream read Redis: take one",
            "narrow a file to one stream with a filter, stream:NAME",
        ));
    }
    Ok(Spec::Files(FileSpec {
        paths: global.files.clone(),
    }))
}

fn archived(global: &Global, redis: RedisSpec) -> Result<ArchivedSpec, Failure> {
    if global.archive.iter().any(|path| path == Path::new("-")) {
        return Err(Failure::usage(
            "an archive is read more than once, and standard input can be read once",
            "save the input to a file and name it with --archive",
        ));
    }
    let paths = global.archive.clone();
    Ok(ArchivedSpec::new(FileSpec { paths }, redis))
}

/// This machine's time, ms since the epoch.
#[must_use]
pub fn wall_clock_ms() -> Ms {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|d| Ms::try_from(d.as_millis()).ok())
        .unwrap_or_default()
}
