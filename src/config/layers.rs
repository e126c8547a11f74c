//! The layers side by side: what they say together, and which of them says it.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::file::{self, Contents, FileError, Part};
use super::{Config, DEFAULT_REDIS, Key, Layer, Secret, default_path};
use crate::source::server_of;

/// What each place says.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The command line.
    pub flags: Layer,
    /// The environment.
    pub environment: Layer,
    /// The file, if there is one.
    pub file: Option<Contents>,
    /// The profile of the file that counts; it is there.
    pub profile: Option<String>,
}

/// Why the layers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is at fault.
    #[error(transparent)]
    File(#[from] FileError),
    /// The profile that was asked for does not exist.
    #[error("there is no profile `{name}`, which {asked} names: {there}")]
    NoProfile {
        /// The profile.
        name: String,
        /// What asks for it: `flag --profile`.
        asked: String,
        /// Which profiles there are, and in which file.
        there: String,
    },
}

/// Which place says something. `Display` is for people: `FILE:3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line: `--history`.
    Flag(&'static str),
    /// A variable: `REDIS_URL`.
    Environment(&'static str),
    /// A profile of the file.
    Profile {
        /// Its name.
        name: String,
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// The file.
    File {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// The program.
    Default,
}

impl Layers {
    /// Reads the file (`named`, or the one in the configuration directory if there is one) and finds the profile.
    ///
    /// # Errors
    /// When the named file cannot be read, either file is not what it should be, or the profile does not exist.
    pub fn load(named: Option<&Path>, environment: Layer, flags: Layer) -> Result<Self, LoadError> {
        let path = match named {
            Some(path) => Some(path.to_owned()),
            None => default_path().filter(|path| path.is_file()),
        };
        let file = path.map(|path| file::read(&path)?.sound()).transpose()?;
        let layers = Self {
            flags,
            environment,
            file,
            profile: None,
        };
        let profile = layers.merged().profile.map(|name| name.0);
        if let Some(name) = &profile {
            layers.has_profile(name)?;
        }
        Ok(Self { profile, ..layers })
    }

    fn has_profile(&self, name: &str) -> Result<(), LoadError> {
        let missing = |there| {
            let asked = Key::named("default_profile").map(|key| self.origin(key));
            Err(LoadError::NoProfile {
                name: name.to_owned(),
                asked: asked.map(|origin| origin.to_string()).unwrap_or_default(),
                there,
            })
        };
        match &self.file {
            None => missing("there is no configuration file".to_owned()),
            Some(file) if !file.profiles.contains_key(name) => missing(format!(
                "{} in {}",
                file::there(&file.profiles),
                file.path.display()
            )),
            Some(_) => Ok(()),
        }
    }

    /// The table of the profile that counts.
    fn of_profile(&self) -> Option<(&str, &Contents, &Part)> {
        let (name, file) = (self.profile.as_deref()?, self.file.as_ref()?);
        Some((name, file, file.profiles.get(name)?))
    }

    /// What they say together; silent where none of them says anything.
    #[must_use]
    pub fn merged(&self) -> Layer {
        let profile = self.of_profile().map(|(_, _, part)| part.layer.clone());
        let base = self.file.as_ref().map(|file| file.base.layer.clone());
        let below = profile.unwrap_or_default().over(base.unwrap_or_default());
        let above = self.flags.clone().over(self.environment.clone());
        above.over(below)
    }

    /// The merged configuration, every gap filled. A password that the file has for its server is not for another one that is
    /// named on the command line or in the environment.
    #[must_use]
    pub fn config(&self) -> Config {
        let mut merged = self.merged();
        if self.environment.password.is_none() && !self.asks_the_server_of_the_file() {
            merged.password = None;
        }
        Config::from(merged)
    }

    fn asks_the_server_of_the_file(&self) -> bool {
        let named = self
            .flags
            .redis
            .as_ref()
            .or(self.environment.redis.as_ref());
        let of_profile = self
            .of_profile()
            .and_then(|(_, _, part)| part.layer.redis.as_ref());
        let of_file = self
            .file
            .as_ref()
            .and_then(|file| file.base.layer.redis.as_ref());
        let configured = of_profile.or(of_file).map_or(DEFAULT_REDIS, Secret::expose);
        named.is_none_or(|named| server_of(named.expose()) == server_of(configured))
    }

    /// What holds for a key, without secrets; the default where nothing is said, and `None` where there is no default.
    #[must_use]
    pub fn shown(&self, key: &Key) -> (Option<Value>, Origin) {
        match (key.shown)(&self.merged()) {
            Some(value) => (Some(value), self.origin(key)),
            None => ((key.shown)(&Layer::defaults()), Origin::Default),
        }
    }

    /// Who says it, the uppermost first.
    #[must_use]
    pub fn origin(&self, key: &Key) -> Origin {
        let says = |layer: &Layer| (key.shown)(layer).is_some();
        let line = |part: &Part| part.lines.get(key.name).copied().unwrap_or_default();
        if let Some(flag) = key.flag.filter(|_| says(&self.flags)) {
            return Origin::Flag(flag);
        }
        if let Some(variable) = key.variable.filter(|_| says(&self.environment)) {
            return Origin::Environment(variable);
        }
        match (self.of_profile(), &self.file) {
            (Some((name, file, part)), _) if says(&part.layer) => Origin::Profile {
                name: name.to_owned(),
                path: file.path.clone(),
                line: line(part),
            },
            (_, Some(file)) if says(&file.base.layer) => Origin::File {
                path: file.path.clone(),
                line: line(&file.base),
            },
            _ => Origin::Default,
        }
    }

    /// Where the password comes from, for a message.
    #[must_use]
    pub fn origin_of_password(&self) -> Origin {
        let names = ["password", "password_file", "password_command"];
        let keys = names.into_iter().filter_map(Key::named);
        let merged = self.merged();
        keys.filter(|key| (key.shown)(&merged).is_some())
            .map(|key| self.origin(key))
            .next()
            .unwrap_or(Origin::Default)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "flag {flag}"),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::Profile { name, path, line } => {
                write!(f, "profile {name} ({}:{line})", path.display())
            }
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}
