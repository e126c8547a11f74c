//! A connection of its own for reading entries in bulk: one request at a time, its reply scanned as it comes.
//!
//! Everything else goes over the control connection of the crate, which is opened first and has explained by then what is wrong
//! with address, account or certificate.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use ::redis::{
    Cmd, ConnectionInfo, ErrorKind, ProtocolVersion, RedisError, RedisResult, Value, cmd,
    parse_redis_value,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::access::Access;
use super::resp::{NoResp, Reply, Scanner, Seen, Shape};
use super::socket::{Duplex, connect};
use crate::model::{EntryId, FieldRef};

const CONNECT: Duration = Duration::from_secs(5);
/// Bytes asked of the socket at once.
const READ: usize = 1 << 18;

/// One entry of a reply, in the bytes in which it came.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    reply: Arc<Reply>,
    at: usize,
}

impl Entry {
    /// Its fields, put into `into`.
    pub fn fields<'a>(&'a self, into: &mut Vec<FieldRef<'a>>) {
        self.reply.fields(self.at, into);
    }

    /// Bytes of its names and values.
    pub fn size(&self) -> usize {
        self.reply.size(self.at)
    }
}

/// The connection.
pub struct Bulk {
    socket: Box<dyn Duplex>,
    scanner: Scanner,
    access: Access,
}

impl Bulk {
    /// Connects, with the account and the database of the control connection.
    pub async fn open(details: &ConnectionInfo, access: Access) -> RedisResult<Self> {
        let opened = timeout(CONNECT, Self::greeted(details, access)).await;
        opened.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
    }

    async fn greeted(details: &ConnectionInfo, access: Access) -> RedisResult<Self> {
        let mut bulk = Self {
            socket: connect(details.addr()).await?,
            scanner: Scanner::default(),
            access,
        };
        for command in greeting(details) {
            bulk.send(&command).await?;
            bulk.skip().await?;
        }
        Ok(bulk)
    }

    /// Sends a request, if this connection may send it.
    pub async fn send(&mut self, command: &Cmd) -> RedisResult<()> {
        self.access.check(command)?;
        self.socket.write_all(&command.get_packed_command()).await?;
        self.socket.flush().await?;
        Ok(())
    }

    /// Waits for the reply to the request before; `None` as soon as it turns out to be larger than `most` bytes. Whoever stops
    /// waiting, or was given none, has to let go of the connection.
    pub async fn reply(&mut self, shape: Shape, most: usize) -> RedisResult<Option<Reply>> {
        if !self.receive(most).await? {
            return Ok(None);
        }
        self.take(shape).map(Some)
    }

    /// What a whole reply to a range holds, before it is taken.
    pub fn seen(&self) -> Option<Seen> {
        self.scanner.seen()
    }

    /// The reply that is whole.
    pub fn take(&mut self, shape: Shape) -> RedisResult<Reply> {
        let reply = self.scanner.take(shape).map_err(no_resp)?;
        match reply.error() {
            Some(said) => Err(server_error(said)),
            None => Ok(reply),
        }
    }

    /// The same for a reply that says nothing but whether it went well.
    async fn skip(&mut self) -> RedisResult<()> {
        self.receive(usize::MAX).await?;
        self.scanner
            .pass()
            .map_or(Ok(()), |said| Err(server_error(&said)))
    }

    /// Reads on until the reply is whole; it is not where it is larger than `most`.
    pub async fn receive(&mut self, most: usize) -> RedisResult<bool> {
        while !self.scanner.advance().map_err(no_resp)? {
            let buffer = self.scanner.buffer();
            if buffer.len() > most {
                return Ok(false);
            }
            buffer.reserve(READ);
            if self.socket.read_buf(buffer).await? == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
            }
        }
        Ok(true)
    }
}

/// The entries of a range.
pub fn entries(reply: Reply) -> Vec<Entry> {
    let reply = Arc::new(reply);
    (0..reply.len())
        .filter_map(|at| entry(&reply, at))
        .collect()
}

/// The entries of each stream that has any.
pub fn streams(reply: Reply) -> Vec<(Vec<u8>, Vec<Entry>)> {
    let reply = Arc::new(reply);
    let own = |(key, places): (&[u8], std::ops::Range<usize>)| {
        (
            key.to_vec(),
            places.filter_map(|at| entry(&reply, at)).collect(),
        )
    };
    reply.streams().map(own).collect()
}

fn entry(reply: &Arc<Reply>, at: usize) -> Option<Entry> {
    Some(Entry {
        id: reply.id(at)?,
        reply: Arc::clone(reply),
        at,
    })
}

/// What opens a connection, in the order in which it is sent.
fn greeting(details: &ConnectionInfo) -> VecDeque<Cmd> {
    let settings = details.redis_settings();
    let mut commands = VecDeque::new();
    let user = settings.username().unwrap_or("default");
    if settings.protocol() == ProtocolVersion::RESP3 {
        let mut hello = cmd("HELLO");
        hello.arg(3);
        if let Some(password) = settings.password() {
            hello.arg("AUTH").arg(user).arg(password);
        }
        commands.push_back(hello);
    } else if let Some(password) = settings.password() {
        let mut auth = cmd("AUTH");
        if settings.username().is_some() {
            auth.arg(user);
        }
        auth.arg(password);
        commands.push_back(auth);
    }
    if settings.db() != 0 {
        let mut select = cmd("SELECT");
        select.arg(settings.db());
        commands.push_back(select);
    }
    commands
}

fn no_resp(error: NoResp) -> RedisError {
    RedisError::from((ErrorKind::Parse, "not understood", error.to_string()))
}

/// The crate's own reading of an error, so that it is explained like all others.
fn server_error(said: &[u8]) -> RedisError {
    let line = [b"-", said, b"\r\n"].concat();
    match parse_redis_value(&line) {
        Ok(Value::ServerError(error)) => error.into(),
        Ok(_) => RedisError::from((ErrorKind::Parse, "an error that is none")),
        Err(error) => error,
    }
}

#[cfg(test)]
impl Bulk {
    /// Over bytes that a test sends and takes.
    pub fn over(socket: impl Duplex + 'static) -> Self {
        Self {
            socket: Box::new(socket),
            scanner: Scanner::default(),
            access: Access::ReadOnly,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const TEXT: usize = 1 << 20;

    /// A server that sends a list of two entries of a megabyte each, and then waits.
    async fn answered(most: usize) -> (RedisResult<Option<Reply>>, usize) {
        let (socket, mut server) = tokio::io::duplex(1 << 16);
        let text = "x".repeat(TEXT);
        let entry = |id| format!("*2\r\n$3\r\n{id}\r\n*2\r\n$1\r\na\r\n${TEXT}\r\n{text}\r\n");
        let answer = ["*2\r\n", &entry("7-2"), &entry("7-1")].concat();
        let serving = tokio::spawn(async move {
            drop(server.write_all(answer.as_bytes()).await);
            std::future::pending::<()>().await;
        });
        let mut bulk = Bulk::over(socket);
        let reply = bulk.reply(Shape::Range, most).await;
        serving.abort();
        (reply, bulk.scanner.buffer().len())
    }

    #[tokio::test]
    async fn a_reply_larger_than_wanted_is_given_up_before_it_is_whole() {
        let (reply, read) = answered(TEXT / 2).await;
        assert!(reply.unwrap().is_none());
        assert!(read <= TEXT / 2 + READ * 2, "{read} bytes were read");
        let (reply, _) = answered(usize::MAX).await;
        assert_eq!(reply.unwrap().unwrap().len(), 2);
    }
}
