//! `config check`: everything that is wrong in a configuration file, not only the first mistake.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::{CheckArgs, show};
use crate::cli::args::Global;
use crate::cli::failure::{Failure, Status, say};
use crate::cli::format::{ReportFormat, json};
use crate::cli::out::Out;
use crate::cli::setup::OPEN_PASSWORD_HINT;
use crate::config::file::{self, Part};
use crate::config::{Config, Contents, LoadError, Password, Problem, without_password};
use crate::model::SafeText;
use crate::source;

#[derive(Serialize)]
struct Report {
    file: String,
    profiles: Vec<String>,
    problems: Vec<Problem>,
}

pub(super) fn run(args: &CheckArgs, global: &Global) -> Result<Status, Failure> {
    tell_of_open_arguments(global);
    let Some(path) = chosen(args, global) else {
        say("note", "there is no configuration file: nothing to check");
        return Ok(Status::Done);
    };
    let contents = file::read(&path).map_err(LoadError::from)?;
    let mut problems = contents.problems.clone();
    problems.extend(of_parts(&contents));
    problems.sort();
    problems.dedup();
    let report = Report {
        file: path.display().to_string(),
        profiles: contents.profiles.into_keys().collect(),
        problems,
    };
    write(args.format, global, &report)?;
    if report.problems.is_empty() {
        Ok(Status::Done)
    } else {
        Ok(Status::Failed)
    }
}

/// What every user of the machine can read in the list of processes.
fn tell_of_open_arguments(global: &Global) {
    let had = |url: &String| without_password(url).1;
    if global.redis.as_ref().is_some_and(had) {
        say(
            "hint",
            "others on this machine can read the password in --redis: use REDIS_PASSWORD, password_file or password_command",
        );
    }
}

fn chosen(args: &CheckArgs, global: &Global) -> Option<PathBuf> {
    let named = args.path.clone().or_else(|| global.config.clone());
    named.or_else(|| show::used(global).filter(|path| path.is_file()))
}

/// What each part means once it is merged: files, addresses, keys that need another one.
fn of_parts(contents: &Contents) -> Vec<Problem> {
    let base = &contents.base;
    let mut problems = of_part(base, &Config::from(base.layer.clone()));
    for part in contents.profiles.values() {
        let merged = part.layer.clone().over(base.layer.clone());
        problems.extend(of_part(part, &Config::from(merged)));
    }
    problems
}

/// What is wrong with the keys that stand in this part, `merged` with what is below it.
fn of_part(part: &Part, merged: &Config) -> Vec<Problem> {
    let at = |key| part.lines.get(key).copied();
    let found = [
        at("redis").and_then(|line| address(line, part)),
        at("password_file").and_then(|line| password_file(line, part)),
        at("compact_old_events").and_then(|line| archive(line, merged)),
    ];
    found.into_iter().flatten().collect()
}

fn problem(line: usize, problem: impl Into<String>, hint: impl Into<String>) -> Problem {
    Problem {
        line,
        problem: problem.into(),
        hint: hint.into(),
    }
}

fn address(line: usize, part: &Part) -> Option<Problem> {
    let url = part.layer.redis.as_ref()?.expose();
    if let Err(trouble) = source::check_address(url) {
        return Some(problem(line, trouble.what, trouble.hint));
    }
    let told = "redis: the address holds a password";
    let had = without_password(url).1;
    had.then(|| problem(line, told, OPEN_PASSWORD_HINT))
}

fn password_file(line: usize, part: &Part) -> Option<Problem> {
    let password = part.layer.password.as_ref()?;
    if !matches!(password, Password::File(_)) {
        return None;
    }
    let error = password.fetch().err()?;
    Some(problem(line, error.what, error.hint))
}

fn archive(line: usize, merged: &Config) -> Option<Problem> {
    let stream = &merged.stream;
    if !stream.compact {
        return None;
    }
    if stream.archive.is_none() {
        let told = "compact_old_events has nowhere to put them";
        return Some(problem(line, told, "name a file with archive"));
    }
    let unbounded = stream.max_length.is_none() && stream.retention_ms.is_none();
    let told = "compact_old_events does not know what is old";
    unbounded.then(|| problem(line, told, "give max_length or retention_period"))
}

fn write(format: ReportFormat, global: &Global, report: &Report) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    match format {
        ReportFormat::Text => text(&mut bytes, report),
        ReportFormat::Json => {
            let written = serde_json::to_string(report)
                .map_err(|error| Failure::new(Status::Failed, error.to_string(), ""))?;
            json::harmless(&mut bytes, &written);
            bytes.push(b'\n');
        }
    }
    let mut out = Out::open(global.color.unwrap_or_default());
    out.write_all(&bytes)?;
    out.flush()?;
    Ok(())
}

fn text(bytes: &mut Vec<u8>, report: &Report) {
    let mut line = |text: String| {
        let safe = SafeText::line(text.as_bytes(), usize::MAX).to_string();
        bytes.extend_from_slice(safe.as_bytes());
        bytes.push(b'\n');
    };
    for found in &report.problems {
        let told = found.in_one_line();
        line(format!("{}:{}: {told}", report.file, found.line));
    }
    match report.problems.len() {
        0 => line(format!("{}: no problems{}", report.file, profiles(report))),
        1 => line("1 problem".to_owned()),
        n => line(format!("{n} problems")),
    }
}

fn profiles(report: &Report) -> String {
    if report.profiles.is_empty() {
        return String::new();
    }
    format!(", profiles {}", report.profiles.join(", "))
}
