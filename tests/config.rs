//! The configuration by the real binary: which layer wins and who is told to have won, profiles, the brake on writing, where
//! passwords come from and that they are never shown, and everything that can be wrong in a file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "config/check.rs"]
mod check;
#[path = "config/passwords.rs"]
mod passwords;
#[path = "config/precedence.rs"]
mod precedence;
#[path = "config/profiles.rs"]
mod profiles;
#[path = "config/publishing.rs"]
mod publishing;
#[path = "config/read_only.rs"]
mod read_only;
#[path = "config/secrecy.rs"]
mod secrecy;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A home of its own, so that no configuration of the machine is read.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With this configuration.
    fn with(text: &str) -> Self {
        let home = Self::new();
        home.write("lookback/config.toml", text, 0o600);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("lookback").unwrap();
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.0.path())
            .env("TZ", "UTC")
            .timeout(Duration::from_secs(60));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must fail with this status; both streams.
    fn refused(&self, arguments: &[&str], status: i32) -> String {
        let output = self.run(arguments);
        let told = shown(&output);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
        told
    }
}

/// Both streams of what a command printed.
fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// The keys of `config show --all --format json`.
fn keys(command: &mut Command) -> Vec<Value> {
    let output = command
        .args(["config", "show", "--all", "--format", "json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["keys"].as_array().unwrap().clone()
}

fn key<'a>(keys: &'a [Value], name: &str) -> &'a Value {
    keys.iter().find(|row| row["key"] == name).unwrap()
}
