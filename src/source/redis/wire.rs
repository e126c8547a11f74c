//! The only place that sends commands. Invariant: each passes the gate of its connection ([`super::access`]), and those made
//! here read.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ::redis::{Arg, Cmd, ErrorKind, Pipeline, RedisError, RedisResult, Value, cmd};

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::bulk::{self, Bulk, Entry};
use super::connect::{Connection, Connector, Use};
use super::fault;
use super::paging::Range;
use super::parse::{self, StreamState};
use super::resp::{Reply, Shape};
use crate::model::EntryId;
use crate::source::Direction;

/// How long a blocked read waits for entries.
pub const BLOCK_MS: u64 = 2_000;
/// How much longer than that its answer may take before the link counts as dead.
const GRACE: Duration = Duration::from_secs(10);
/// Rounds of SCAN in one thorough search, each over about a thousand keys.
const SCAN_ROUNDS: usize = 1_000;
/// Rounds in a search that need not find all.
const FEW_ROUNDS: usize = 10;

/// A connection of its own (clones are the same socket), with further ones to the nodes of a cluster where keys turn out to lie.
#[derive(Clone)]
pub struct Wire {
    connector: Connector,
    purpose: Use,
    home: Connection,
    nodes: HashMap<Node, Connection>,
    routes: HashMap<Vec<u8>, Node>,
    /// For entries: home's (without a name) and those of further nodes. Clones share them.
    bulks: HashMap<Option<Node>, Arc<Mutex<Option<Bulk>>>>,
}

/// Host and port of a node.
type Node = (String, u16);

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("place", &self.connector.place())
            .finish_non_exhaustive()
    }
}

/// The entries of a page; `None` where they are larger than was wanted.
pub type Within = RedisResult<Option<Vec<Entry>>>;

/// A page request: both bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Oldest id.
    pub from: EntryId,
    /// Newest id.
    pub to: EntryId,
    /// Entries at most.
    pub count: usize,
}

impl Wire {
    /// Connects.
    pub async fn open(connector: &Connector, purpose: Use) -> RedisResult<Self> {
        Ok(Self {
            connector: connector.clone(),
            purpose,
            home: connector.connect(purpose).await?,
            nodes: HashMap::new(),
            routes: HashMap::new(),
            bulks: HashMap::new(),
        })
    }

    /// Sends one command about `key` to the node where that lies.
    pub(crate) async fn ask(&mut self, key: &[u8], command: &Cmd) -> RedisResult<Value> {
        let answer = self.node_of(key).send(command).await;
        let Some(node) = answer.as_ref().err().and_then(moved_to) else {
            return answer;
        };
        self.route(key, node).await?;
        self.node_of(key).send(command).await
    }

    /// Sends several commands about `key` in one go. Each has an answer of its own, in their order; an error of the whole means
    /// that it is not known which of them were carried out.
    pub(crate) async fn ask_all(
        &mut self,
        key: &[u8],
        commands: &Pipeline,
    ) -> RedisResult<Vec<RedisResult<Value>>> {
        let mut answers = self.node_of(key).send_all(commands).await?;
        let Some(node) = answers.iter().find_map(|a| moved_to(a.as_ref().err()?)) else {
            return Ok(answers);
        };
        self.route(key, node).await?;
        // A slot can move in the middle: what the old node did is not done again, and what concerns no key is.
        let is_moved =
            |answer: &RedisResult<Value>| answer.as_ref().err().and_then(moved_to).is_some();
        let mut again = Pipeline::new();
        let mut places = Vec::new();
        for (place, (command, answer)) in commands.cmd_iter().zip(&answers).enumerate() {
            if is_moved(answer) || is_keyless(command) {
                again.add_command(command.clone());
                places.push(place);
            }
        }
        let newer = self.node_of(key).send_all(&again).await?;
        for (place, answer) in places.into_iter().zip(newer) {
            if let Some(slot) = answers.get_mut(place) {
                *slot = answer;
            }
        }
        Ok(answers)
    }

    /// Remembers on which node a key lies, and connects to it.
    async fn route(&mut self, key: &[u8], node: Node) -> RedisResult<()> {
        let host = if node.0.is_empty() {
            self.connector.host().to_owned()
        } else {
            node.0
        };
        let node = (host, node.1);
        if !self.nodes.contains_key(&node) {
            let connection = self
                .connector
                .at(&node.0, node.1)
                .connect(self.purpose)
                .await?;
            self.nodes.insert(node.clone(), connection);
        }
        self.routes.insert(key.to_vec(), node);
        Ok(())
    }

    fn node_of(&mut self, key: &[u8]) -> &mut Connection {
        let node = self
            .routes
            .get(key)
            .and_then(|node| self.nodes.get_mut(node));
        node.unwrap_or(&mut self.home)
    }

    /// The state of a stream; `None` where there is no such key.
    pub async fn stream_state(&mut self, key: &[u8]) -> RedisResult<Option<StreamState>> {
        match self.ask(key, cmd("XINFO").arg("STREAM").arg(key)).await {
            Ok(reply) => Ok(Some(parse::stream_state(reply))),
            Err(error) if error.to_string().contains("no such key") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Entries of one stream, in the order of the direction.
    pub async fn range(
        &mut self,
        key: &[u8],
        window: Window,
        direction: Direction,
    ) -> RedisResult<Vec<Entry>> {
        let found = self.range_within(key, window, direction, usize::MAX).await;
        found.map(Option::unwrap_or_default)
    }

    /// The same; `None` as soon as the reply turns out to be larger than `most` bytes.
    pub async fn range_within(
        &mut self,
        key: &[u8],
        window: Window,
        direction: Direction,
        most: usize,
    ) -> Within {
        let command = range_command(key, window, direction);
        let reply = self.read(key, &command, Shape::Range, most).await?;
        Ok(reply.map(bulk::entries))
    }

    /// The entries on a task of its own, so that the next page comes while this one is decoded. Redirections are errors here.
    pub fn range_ahead(
        &mut self,
        key: &[u8],
        window: Window,
        direction: Direction,
    ) -> JoinHandle<RedisResult<Vec<Entry>>> {
        let range = self.bulk_range(key);
        tokio::spawn(async move {
            let found = range.ask(window, direction, usize::MAX).await?;
            Ok(found.unwrap_or_default())
        })
    }

    /// What asks for entries of one stream from another task.
    pub fn bulk_range(&mut self, key: &[u8]) -> Range {
        let (connector, slot) = self.bulk_of(key);
        Range::new(connector, slot, key)
    }

    /// A reply with entries, from the node where the key lies.
    async fn read(
        &mut self,
        key: &[u8],
        command: &Cmd,
        shape: Shape,
        most: usize,
    ) -> RedisResult<Option<Reply>> {
        let (connector, slot) = self.bulk_of(key);
        let answer = ask_bulk(&connector, &slot, command, shape, most).await;
        let Some(node) = answer.as_ref().err().and_then(moved_to) else {
            return answer;
        };
        self.route(key, node).await?;
        let (connector, slot) = self.bulk_of(key);
        ask_bulk(&connector, &slot, command, shape, most).await
    }

    /// The bulk connection to the node where a key lies, opened or not, and what opens it.
    fn bulk_of(&mut self, key: &[u8]) -> (Connector, Arc<Mutex<Option<Bulk>>>) {
        let node = self.routes.get(key).cloned();
        let connector = match &node {
            Some((host, port)) => self.connector.at(host, *port),
            None => self.connector.clone(),
        };
        (connector, Arc::clone(self.bulks.entry(node).or_default()))
    }

    /// The newest id by reading it, for users that may not ask `XINFO`.
    pub async fn newest(&mut self, key: &[u8]) -> RedisResult<Option<EntryId>> {
        let window = Window {
            from: EntryId::MIN,
            to: EntryId::MAX,
            count: 1,
        };
        let entries = self.range(key, window, Direction::Reverse).await?;
        Ok(entries.first().map(|entry| entry.id))
    }

    /// Entries after the given ids; waits up to [`BLOCK_MS`] for the first. `None` as soon as the reply turns out to be larger than
    /// `most` bytes. Nothing is lost then, nor when this ends in an error: ask again.
    pub async fn read_after(
        &mut self,
        streams: &[(&[u8], EntryId)],
        count: usize,
        block: bool,
        most: usize,
    ) -> RedisResult<Option<Vec<(Vec<u8>, Vec<Entry>)>>> {
        let mut command = cmd("XREAD");
        command.arg("COUNT").arg(count);
        if block {
            command.arg("BLOCK").arg(BLOCK_MS);
        }
        command.arg("STREAMS");
        for (key, _) in streams {
            command.arg(*key);
        }
        for (_, id) in streams {
            command.arg(id.to_string());
        }
        let route = streams.first().map(|(key, _)| *key).unwrap_or_default();
        let limit = Duration::from_millis(BLOCK_MS) + GRACE;
        let reading = self.read(route, &command, Shape::Streams, most);
        let reply = tokio::time::timeout(limit, reading).await;
        let reply =
            reply.map_err(|_| RedisError::from(io::Error::from(io::ErrorKind::TimedOut)))?;
        Ok(reply?.map(bulk::streams))
    }

    /// Stream keys that match a glob, at most `limit` of them, sorted.
    pub async fn scan(&mut self, pattern: &[u8], limit: usize) -> RedisResult<Vec<Vec<u8>>> {
        let mut cursor = b"0".to_vec();
        let mut keys: Vec<Vec<u8>> = Vec::new();
        let rounds = if limit < 100 { FEW_ROUNDS } else { SCAN_ROUNDS };
        for _ in 0..rounds {
            let mut command = cmd("SCAN");
            command.arg(&cursor).arg("MATCH").arg(pattern);
            command.arg("COUNT").arg(1_000).arg("TYPE").arg("stream");
            let mut reply = parse::items(self.home.send(&command).await?).into_iter();
            cursor = reply
                .next()
                .as_ref()
                .and_then(parse::bytes)
                .unwrap_or(b"0")
                .to_vec();
            let found = reply.next().map(parse::items).unwrap_or_default();
            keys.extend(
                found
                    .iter()
                    .filter_map(|key| Some(parse::bytes(key)?.to_vec())),
            );
            if cursor == b"0" || keys.len() >= limit {
                break;
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys.truncate(limit);
        Ok(keys)
    }

    /// The type of a key; `none` where there is none.
    pub async fn type_of(&mut self, key: &[u8]) -> RedisResult<String> {
        let reply = self.ask(key, cmd("TYPE").arg(key)).await?;
        Ok(String::from_utf8_lossy(parse::bytes(&reply).unwrap_or_default()).into_owned())
    }

    /// A round trip.
    pub async fn ping(&mut self) -> RedisResult<()> {
        self.home.send(&cmd("PING")).await.map(drop)
    }

    /// What `HELLO` says, where it says it in words.
    pub async fn hello(&mut self) -> RedisResult<Vec<(Vec<u8>, Vec<u8>)>> {
        let reply = self.home.send(&cmd("HELLO")).await?;
        let pairs = parse::pairs(reply).into_iter();
        let told = pairs.filter_map(|(name, value)| {
            Some((
                parse::bytes(&name)?.to_vec(),
                parse::bytes(&value)?.to_vec(),
            ))
        });
        Ok(told.collect())
    }

    /// Whether the server is a node of a cluster. One that may not be asked counts as none.
    pub(crate) async fn is_clustered(&mut self) -> RedisResult<bool> {
        match self.hello().await {
            Ok(told) => Ok(told.iter().any(|(n, v)| n == b"mode" && v == b"cluster")),
            Err(error) if fault::explain(&error, self.connector.place(), b"").link => Err(error),
            // A server before 6.0 knows no HELLO.
            Err(_) => Ok(self
                .server()
                .await
                .unwrap_or_default()
                .contains("redis_mode:cluster")),
        }
    }

    /// What `INFO server` says.
    pub async fn server(&mut self) -> RedisResult<String> {
        let reply = self.home.send(cmd("INFO").arg("server")).await?;
        Ok(String::from_utf8_lossy(parse::bytes(&reply).unwrap_or_default()).into_owned())
    }
}

/// What asks for a page.
pub(super) fn range_command(key: &[u8], window: Window, direction: Direction) -> Cmd {
    let (from, to) = (window.from.to_string(), window.to.to_string());
    let mut command = match direction {
        Direction::Forward => cmd("XRANGE"),
        Direction::Reverse => cmd("XREVRANGE"),
    };
    match direction {
        Direction::Forward => command.arg(key).arg(from).arg(to),
        Direction::Reverse => command.arg(key).arg(to).arg(from),
    };
    command.arg("COUNT").arg(window.count);
    command
}

/// One request and its reply. The connection is put back only when the reply was read to its end: a request that is given up
/// leaves a reply on the way, which would be taken for that of the next one.
pub(super) async fn ask_bulk(
    connector: &Connector,
    slot: &Mutex<Option<Bulk>>,
    command: &Cmd,
    shape: Shape,
    most: usize,
) -> RedisResult<Option<Reply>> {
    let mut slot = slot.lock().await;
    let mut bulk = match slot.take() {
        Some(bulk) => bulk,
        None => connector.bulk().await?,
    };
    bulk.send(command).await?;
    let reply = bulk.reply(shape, most).await;
    if is_at_its_end(&reply) {
        *slot = Some(bulk);
    }
    reply
}

/// Whether the reply was read to its end, as an answer or as the server's error.
pub(super) fn is_at_its_end(reply: &RedisResult<Option<Reply>>) -> bool {
    reply.as_ref().map_or_else(
        |e| matches!(e.kind(), ErrorKind::Server(_) | ErrorKind::Extension),
        Option::is_some,
    )
}

fn is_keyless(command: &Cmd) -> bool {
    matches!(command.args_iter().next(), Some(Arg::Simple(b"SCRIPT")))
}

fn moved_to(error: &RedisError) -> Option<Node> {
    if error.kind() != ErrorKind::Server(::redis::ServerErrorKind::Moved) {
        return None;
    }
    let (address, _) = error.redirect_node()?;
    let (host, port) = address.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok()?))
}
