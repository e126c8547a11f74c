//! What every command starts from: the merged configuration, the source, the range, the present.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Global;
use super::failure::{Failure, Status, say};
use super::moment;
use super::out::Out;
use super::reopen;
use crate::app::reopen::Reopen;
use crate::config::{Config, Key, Layer, Layers, Origin, Password, without_password};
use crate::model::{EntryId, Mapping, Ms, Zone};
use crate::query::time::Moment;
use crate::query::{Filter, Now};
pub use crate::source::now_ms as wall_clock_ms;
use crate::source::{Access, ArchivedSpec, FileSpec, IdRange, RedisSpec, Spec, is_glob};
use crate::stream::MaxLen;

/// What every command starts from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The merged configuration.
    pub config: Config,
    /// What it was merged from.
    pub layers: Layers,
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
    /// Read and write where `--allow-writes` was given. What is read with cannot write in any case.
    pub access: Access,
    /// The file into which everything that happens in the interface is written.
    pub record: Option<PathBuf>,
    /// How the interface over this source is opened again.
    pub reopen: Reopen,
}

impl Setup {
    /// Merges the layers, reads the global flags and fetches the password.
    ///
    /// # Errors
    /// A wrong configuration, time, or combination of flags (exit status 2); a password that cannot be had (2, or 3 where a
    /// command for it fails).
    pub fn new(global: &Global) -> Result<Self, Failure> {
        let layers = layers(global)?;
        if !global.files.is_empty() {
            return Self::of(global, layers, None);
        }
        warn_of_open_password(&layers);
        let password = password(&layers)?;
        Self::of(global, layers, password)
    }

    /// The same for what does not connect: no password is fetched.
    ///
    /// # Errors
    /// A wrong configuration, time, or combination of flags (exit status 2).
    pub fn offline(global: &Global) -> Result<Self, Failure> {
        Self::of(global, layers(global)?, None)
    }

    fn of(global: &Global, layers: Layers, password: Option<String>) -> Result<Self, Failure> {
        let config = layers.config();
        let now = Now {
            ms: wall_clock_ms(),
            zone: config.zone,
        };
        let border = |flag, text: Option<&String>| {
            text.map(|text| moment::read(flag, text, now)).transpose()
        };
        let spec = spec(global, &config, password)?;
        Ok(Self {
            record: global.record.clone(),
            reopen: reopen::of(&spec, &config, global),
            spec,
            now,
            since: border("--since", global.since.as_ref())?,
            until: border("--until", global.until.as_ref())?,
            ascii: global.ascii,
            access: if global.allow_writes {
                Access::ReadWrite
            } else {
                Access::ReadOnly
            },
            config,
            layers,
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

    /// Leave to write, for a command that was named to do so. No other place of the commands gives it.
    ///
    /// # Errors
    /// Where the configuration says `read_only` and `--allow-writes` is not given (exit status 2).
    pub fn write_access(&self) -> Result<Access, Failure> {
        if !self.config.read_only || self.access == Access::ReadWrite {
            return Ok(Access::ReadWrite);
        }
        let key = Key::named("read_only");
        let by = key.map_or_else(String::new, |key| self.layers.origin(key).to_string());
        Err(Failure::usage(
            format!("nothing may be written here: read_only is set by {by}"),
            "add --allow-writes to write all the same, or choose another --profile",
        ))
    }

    /// The server and the streams to write to, for the commands that change something: naming one of them is the permission.
    ///
    /// # Errors
    /// Where a file is named instead, or a glob: what is written to has to be named; where the configuration says `read_only` and
    /// `--allow-writes` is not given (exit status 2).
    pub fn writer(&self) -> Result<RedisSpec, Failure> {
        let access = self.write_access()?;
        let Some(spec) = self.spec.redis() else {
            return Err(Failure::usage(
                "this command writes to a stream, and --file names a file",
                "name the server with --redis and the stream with --stream",
            ));
        };
        if let Some(glob) = spec.streams.iter().find(|name| is_glob(name)) {
            return Err(Failure::usage(
                format!("`{glob}` may stand for several streams"),
                "name the stream to write to with --stream",
            ));
        }
        Ok(RedisSpec {
            access,
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

    /// The server that is configured, to write to, whatever is read: for a command that names the stream itself.
    ///
    /// # Errors
    /// Where the configuration says `read_only` and `--allow-writes` is not given (exit status 2); a password that cannot be
    /// had.
    pub fn server(&self) -> Result<RedisSpec, Failure> {
        let access = self.write_access()?;
        let password = match self.spec.redis() {
            Some(spec) => spec.password.clone(),
            None => password(&self.layers)?,
        };
        Ok(RedisSpec {
            url: self.config.redis.expose().to_owned(),
            password,
            streams: Vec::new(),
            access,
        })
    }

    /// How long a stream may become that is written to: as asked for on the command line, else as configured.
    #[must_use]
    pub fn max_len(&self, asked: Option<u64>, exact: bool) -> Option<MaxLen> {
        let configured = &self.config.stream;
        let bound = if exact || !configured.approx {
            MaxLen::Exact
        } else {
            MaxLen::About
        };
        asked.or(configured.max_length).map(bound)
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

/// What each place says.
///
/// # Errors
/// A wrong configuration (exit status 2).
pub fn layers(global: &Global) -> Result<Layers, Failure> {
    let environment = Layer::from_environment(|name| std::env::var(name).ok());
    let named = global.config.as_deref();
    Ok(Layers::load(named, environment, global.layer())?)
}

fn password(layers: &Layers) -> Result<Option<String>, Failure> {
    let Some(password) = layers.config().password else {
        return Ok(None);
    };
    let fetched = password.fetch().map_err(|error| {
        let status = if error.is_setting {
            Status::Usage
        } else {
            Status::NotConnected
        };
        let origin = layers.origin_of_password();
        let what = match password {
            Password::Command(_) => format!("password_command, {origin}: {error}"),
            _ => format!("{error} ({origin})"),
        };
        Failure::new(status, what, error.hint)
    })?;
    Ok(Some(fetched.expose().to_owned()))
}

/// A password in a file that is copied and shown is soon known.
fn warn_of_open_password(layers: &Layers) {
    let origin = Key::named("redis").map(|key| layers.origin(key));
    let Some(origin @ (Origin::File { .. } | Origin::Profile { .. })) = origin else {
        return;
    };
    let url = layers.merged().redis;
    if url.is_some_and(|url| without_password(url.expose()).1) {
        say(
            "warning",
            &format!("the address of {origin} holds a password"),
        );
        say("hint", OPEN_PASSWORD_HINT);
    }
}

/// What to do about a password in an address.
pub const OPEN_PASSWORD_HINT: &str =
    "take it out, and use REDIS_PASSWORD, password_file or password_command";

fn spec(global: &Global, config: &Config, password: Option<String>) -> Result<Spec, Failure> {
    if global.files.is_empty() {
        let redis = RedisSpec {
            url: config.redis.expose().to_owned(),
            password,
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
