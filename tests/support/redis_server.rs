//! A `redis-server` of the test's own, on a unix socket and a free TCP port in a directory that goes away with it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::{Cmd, Connection, FromRedisValue};
use tempfile::TempDir;

/// Ends the server when dropped.
#[derive(Debug)]
pub struct RedisServer {
    directory: TempDir,
    port: u16,
    options: Vec<String>,
    child: Option<Child>,
}

impl RedisServer {
    /// A server that answers.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A server with further options (`--requirepass`, `hush`).
    pub fn with(options: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let options = options.iter().map(|o| (*o).to_owned()).collect();
        let mut server = Self {
            directory: tempfile::tempdir().unwrap(),
            port,
            options,
            child: None,
        };
        server.start();
        server
    }

    /// Starts it (again), on the same port and with the data it had.
    pub fn start(&mut self) {
        let mut command = Command::new("redis-server");
        command.args([
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--bind",
            "127.0.0.1",
        ]);
        command
            .arg("--port")
            .arg(self.port.to_string())
            .arg("--unixsocket")
            .arg(self.socket());
        command
            .arg("--dir")
            .arg(self.directory.path())
            .args(&self.options);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let started = command.spawn();
        self.child = Some(
            started
                .expect("redis-server must be in PATH; install it (apt-get install redis-server)"),
        );
        self.wait_until_it_answers();
    }

    fn wait_until_it_answers(&self) {
        let client = redis::Client::open(format!("unix://{}", self.socket().display())).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let answer = client
                .get_connection()
                .and_then(|mut c| redis::cmd("PING").query::<String>(&mut c));
            match answer {
                Ok(_) => return,
                Err(error)
                    if error.to_string().contains("NOAUTH")
                        || error.kind() == redis::ErrorKind::AuthenticationFailed =>
                {
                    return;
                }
                Err(error) => assert!(
                    Instant::now() < deadline,
                    "redis-server does not answer: {error}"
                ),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it; the data stays.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("redis.sock")
    }

    /// Its address over TCP.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// A blocking connection, with the rights of the first user.
    pub fn connection(&self) -> Connection {
        redis::Client::open(self.url())
            .unwrap()
            .get_connection()
            .unwrap()
    }

    /// Runs one command, its words separated by spaces.
    pub fn run<T: FromRedisValue>(&self, words: &str) -> T {
        let mut command = Cmd::new();
        for word in words.split(' ') {
            command.arg(word);
        }
        command.query(&mut self.connection()).unwrap()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
