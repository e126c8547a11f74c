//! Auditing a stream of 200,000 entries with a wait for the disk after each batch, beside the limits of the same run: the same
//! bytes written and waited for alone, hashed alone, and the entries read alone.
//!
//! Ratios count; times are only this machine's. The server is the bench's own.

use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lookback::stream::{
    Access, AuditFile, Auditor, Consumer, Hash, RedisSpec, Subscription, verify_chain,
};

const ENTRIES: u64 = 200_000;
const BATCHES: [usize; 3] = [100, 1_000, 10_000];
const STREAM: &[u8] = b"memory:events";

struct Server {
    child: Child,
    folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--appendonly", "no"]);
        command
            .arg("--unixsocket")
            .arg(folder.path().join("redis.sock"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("redis-server must be in PATH");
        Self { child, folder }
    }

    fn socket(&self) -> String {
        self.folder.path().join("redis.sock").display().to_string()
    }

    fn connection(&self) -> redis::Connection {
        let client = redis::Client::open(format!("unix://{}", self.socket())).expect("an address");
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match client.get_connection() {
                Ok(connection) => return connection,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Entries of about 330 bytes.
    fn fill(&self) {
        let mut connection = self.connection();
        let text = "please look at the next step of the plan and tell what is missing. ".repeat(3);
        for from in (0..ENTRIES).step_by(1_000) {
            let mut pipe = redis::pipe();
            for n in from..from + 1_000 {
                let command = pipe.cmd("XADD").arg(STREAM);
                command.arg(format!("{}-0", 1_700_000_000_000 + n));
                command.arg("type").arg("message.added");
                command.arg("session_id").arg(format!("sess-{}", n % 97));
                command.arg("user_id").arg(format!("user-{}", n % 13));
                command
                    .arg("data")
                    .arg(format!("{{\"n\":{n},\"text\":\"{text}\"}}"));
                command.ignore();
            }
            pipe.query::<()>(&mut connection)
                .expect("entries are taken");
        }
    }

    fn subscription(&self, group: &str, batch: usize) -> Subscription {
        let spec = RedisSpec {
            url: self.socket(),
            password: None,
            streams: vec![],
            access: Access::ReadWrite,
        };
        Auditor::subscription(Subscription {
            batch,
            block_ms: 10,
            ..Subscription::new(spec, STREAM, group.as_bytes())
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn main() {
    let server = Server::start();
    server.fill();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    // Where the tests of this crate write too, so that it is a disk and no memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    println!("{ENTRIES} entries");
    for batch in BATCHES {
        let path = folder.path().join(format!("{batch}.jsonl"));
        let read = runtime.block_on(read_alone(&server, batch));
        let audited = runtime.block_on(audit(&server, batch, &path));
        let bytes = std::fs::read(&path).expect("the file");
        let disk = write_alone(&bytes, batch, &folder.path().join("alone"));
        let limit = read.max(disk);
        println!("batches of {batch}, {} MB", bytes.len() / 1_000_000);
        tell("read and acknowledged alone", read);
        tell("written and synced alone", disk);
        tell("audited", audited);
        println!(
            "    {:.2} times the slower of the two",
            audited.as_secs_f64() / limit.as_secs_f64()
        );
    }
    let bytes = std::fs::read(folder.path().join("1000.jsonl")).expect("the file");
    tell("hashed alone", hash_alone(&bytes));
    let path = folder.path().join("1000.jsonl");
    let began = Instant::now();
    let chain = verify_chain(BufReader::with_capacity(1 << 20, open(&path)), |_| {});
    assert_eq!(
        chain.map(|c| (c.lines, c.fault)).expect("the file"),
        (ENTRIES, None)
    );
    tell("verified", began.elapsed());
}

fn open(path: &Path) -> File {
    File::open(path).expect("the file")
}

fn tell(what: &str, took: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let rate = ENTRIES as f64 / took.as_secs_f64();
    println!(
        "  {what:30} {:8.3} s {rate:10.0} entries/s",
        took.as_secs_f64()
    );
}

async fn audit(server: &Server, batch: usize, path: &Path) -> Duration {
    let subscription = server.subscription(&format!("audit-{batch}"), batch);
    let consumer = Consumer::open(subscription).await.expect("a consumer");
    let began = Instant::now();
    let (file, _) = AuditFile::open(path).expect("a file");
    let mut auditor = Auditor::new(consumer, file);
    while auditor.file().is_some_and(|file| file.lines() < ENTRIES) {
        let batch = auditor.next().await.expect("a batch");
        auditor.keep(batch).await.expect("is kept");
    }
    began.elapsed()
}

async fn read_alone(server: &Server, batch: usize) -> Duration {
    let subscription = server.subscription(&format!("read-{batch}"), batch);
    let mut consumer = Consumer::open(subscription).await.expect("a consumer");
    let (began, mut read) = (Instant::now(), 0);
    while read < ENTRIES {
        let batch = consumer.next().await.expect("a batch");
        let ids: Vec<_> = batch.ids().collect();
        read += ids.len() as u64;
        consumer.acknowledge(&ids).await.expect("is taken");
    }
    began.elapsed()
}

/// The same bytes, so many lines at a time.
fn write_alone(bytes: &[u8], batch: usize, path: &Path) -> Duration {
    let mut options = OpenOptions::new();
    let mut file = options
        .append(true)
        .create(true)
        .open(path)
        .expect("a file");
    file.set_len(0).expect("is cut");
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1).collect();
    let (began, mut from) = (Instant::now(), 0);
    for lines in ends.chunks(batch) {
        let to = lines.last().copied().unwrap_or_default();
        file.write_all(bytes.get(from..to).unwrap_or_default())
            .expect("is written");
        file.sync_data().expect("is synced");
        from = to;
    }
    began.elapsed()
}

fn hash_alone(bytes: &[u8]) -> Duration {
    let began = Instant::now();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        black_box(Hash::of(line));
    }
    began.elapsed()
}
