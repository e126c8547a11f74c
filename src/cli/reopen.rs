//! The words that open a source again, for a command line that is copied from the interface.

use std::path::Path;

use super::args::Global;
use crate::app::reopen::{Reopen, flag};
use crate::config::{Config, DEFAULT_REDIS, DEFAULT_STREAM, Password, without_password};
use crate::source::{FileSpec, RedisSpec, Spec};

/// The words for this source, with the flags that decide what is seen of it.
#[must_use]
pub fn of(spec: &Spec, config: &Config, global: &Global) -> Reopen {
    let mut words = vec!["lookback".to_owned(), "watch".to_owned()];
    let mut needs_password = false;
    match spec {
        Spec::Redis(spec) => needs_password = redis(spec, config, &mut words),
        Spec::Files(spec) => {
            if let Err(why) = named_files("--file", spec, &mut words) {
                return Reopen::Impossible(why);
            }
        }
        Spec::Archived(spec) => {
            needs_password = redis(&spec.redis, config, &mut words);
            if let Err(why) = named_files("--archive", &spec.archive, &mut words) {
                return Reopen::Impossible(why);
            }
        }
        Spec::Demo(_) => return Reopen::default(),
    }
    if let Err(why) = flags(global, &mut words) {
        return Reopen::Impossible(why);
    }
    Reopen::Command {
        words,
        needs_password,
    }
}

/// Whether a password is left out. What the configuration fetches, it fetches again.
fn redis(spec: &RedisSpec, config: &Config, words: &mut Vec<String>) -> bool {
    let (url, had) = without_password(&spec.url);
    if url != DEFAULT_REDIS {
        words.extend(flag("-r", "--redis", &url));
    }
    if spec.streams != [DEFAULT_STREAM] {
        for stream in &spec.streams {
            words.extend(flag("-s", "--stream", stream));
        }
    }
    match &config.password {
        Some(password) => matches!(password, Password::Text(_)),
        None => had,
    }
}

fn named_files(long: &str, spec: &FileSpec, words: &mut Vec<String>) -> Result<(), String> {
    let short = if long == "--file" { "-f" } else { long };
    for path in &spec.paths {
        if path == Path::new("-") {
            return Err(
                "standard input can be read only once: no command opens this view".to_owned(),
            );
        }
        words.extend(flag(short, long, &whole(path)?));
    }
    Ok(())
}

fn flags(global: &Global, words: &mut Vec<String>) -> Result<(), String> {
    if let Some(path) = &global.config {
        words.extend(flag("--config", "--config", &whole(path)?));
    }
    if let Some(profile) = &global.profile {
        words.extend(flag("--profile", "--profile", profile));
    }
    if global.utc {
        words.push("--utc".to_owned());
    }
    if global.ascii {
        words.push("--ascii".to_owned());
    }
    if let Some(history) = global.history {
        words.extend(flag("--history", "--history", &history.to_string()));
    }
    if let Some(memory) = global.memory {
        words.extend(flag("--memory", "--memory", &memory.0.to_string()));
    }
    Ok(())
}

/// From any folder.
fn whole(path: &Path) -> Result<String, String> {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let text = whole.into_os_string().into_string();
    text.map_err(|name| {
        format!(
            "the name {} is no text: no command opens this view",
            name.display()
        )
    })
}
