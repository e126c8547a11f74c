//! `config show` and `config path`.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::ShowArgs;
use crate::cli::args::Global;
use crate::cli::failure::{Failure, Status};
use crate::cli::format::table::{self, Align};
use crate::cli::format::{ReportFormat, json};
use crate::cli::out::Out;
use crate::cli::setup;
use crate::config::{KEYS, Key, Layers, Origin, default_path};
use crate::model::SafeText;

/// A key as it is shown. `source` is `flag`, `environment`, `profile`, `file` or `default`.
#[derive(Serialize)]
struct Row {
    key: &'static str,
    value: Option<Value>,
    source: &'static str,
    /// The flag, the variable or the profile.
    name: Option<String>,
    file: Option<String>,
    line: Option<usize>,
    #[serde(skip)]
    from: String,
}

#[derive(Serialize)]
struct Shown {
    file: Option<String>,
    profile: Option<String>,
    keys: Vec<Row>,
}

pub(super) fn run(args: &ShowArgs, global: &Global) -> Result<Status, Failure> {
    let layers = setup::layers(global)?;
    let keys = KEYS.iter().map(|key| (key, row(&layers, key)));
    let wanted = |key: &Key, row: &Row| args.all || !key.in_table() || row.source != "default";
    let shown = Shown {
        file: layers.file.as_ref().map(|f| f.path.display().to_string()),
        profile: layers.profile.clone(),
        keys: keys
            .filter(|(key, row)| wanted(key, row))
            .map(|(_, row)| row)
            .collect(),
    };
    let mut bytes = Vec::new();
    match args.format {
        ReportFormat::Text => text(&mut bytes, &shown)?,
        ReportFormat::Json => {
            let written = serde_json::to_string(&shown)
                .map_err(|error| Failure::new(Status::Failed, error.to_string(), ""))?;
            json::harmless(&mut bytes, &written);
            bytes.push(b'\n');
        }
    }
    print(&layers, &bytes)
}

fn print(layers: &Layers, bytes: &[u8]) -> Result<Status, Failure> {
    let mut out = Out::open(layers.config().color);
    out.write_all(bytes)?;
    out.flush()?;
    Ok(Status::Done)
}

/// The name of the file that is read, or would be.
pub(super) fn path(global: &Global) -> Result<Status, Failure> {
    let path = used(global).ok_or_else(|| {
        Failure::new(
            Status::Failed,
            "this system has no configuration directory",
            "name a file with --config",
        )
    })?;
    let mut out = Out::open(global.color.unwrap_or_default());
    writeln!(out, "{}", plain(&path.display().to_string()))?;
    out.flush()?;
    Ok(Status::Done)
}

/// The file of `--config`, or the one in the configuration directory, whether it exists or not.
pub(super) fn used(global: &Global) -> Option<PathBuf> {
    global.config.clone().or_else(default_path)
}

fn row(layers: &Layers, key: &'static Key) -> Row {
    let (value, origin) = layers.shown(key);
    let from = origin.to_string();
    let place = |path: &Path, line| (Some(path.display().to_string()), Some(line));
    let (source, name, (file, line)) = match &origin {
        Origin::Flag(flag) => ("flag", Some((*flag).to_owned()), (None, None)),
        Origin::Environment(name) => ("environment", Some((*name).to_owned()), (None, None)),
        Origin::Profile { name, path, line } => ("profile", Some(name.clone()), place(path, *line)),
        Origin::File { path, line } => ("file", None, place(path, *line)),
        Origin::Default => ("default", None, (None, None)),
    };
    Row {
        key: key.name,
        value,
        source,
        name,
        file,
        line,
        from,
    }
}

fn text(bytes: &mut Vec<u8>, shown: &Shown) -> Result<(), Failure> {
    let mut rows = vec![vec!["key".into(), "value".into(), "from".into()]];
    rows.extend(shown.keys.iter().map(|row| {
        let value = row.value.as_ref().map_or_else(|| "-".to_owned(), in_words);
        vec![row.key.to_owned(), plain(&value), plain(&row.from)]
    }));
    for line in table::lines(&[Align::Left; 3], &rows) {
        writeln!(bytes, "{line}")?;
    }
    Ok(())
}

fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(in_words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn plain(text: &str) -> String {
    SafeText::line(text.as_bytes(), usize::MAX).to_string()
}
