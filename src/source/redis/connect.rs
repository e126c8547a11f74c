//! From what the user wrote to a connection.

use std::time::Duration;

use ::redis::aio::{ConnectionLike, MultiplexedConnection};
use ::redis::io::tcp::TcpSettings;
use ::redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo,
    Pipeline, RedisResult, Value,
};

use super::access::Access;
use super::bulk::Bulk;
use crate::source::RedisSpec;
use crate::store::Trouble;

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);

/// What a connection is for, which decides how long an answer may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Blocking reads, which the caller bounds itself.
    Tail,
    /// Everything that answers at once.
    Questions,
}

/// One socket (clones are the same one), and what may be sent over it.
#[derive(Clone)]
pub struct Connection {
    socket: MultiplexedConnection,
    access: Access,
}

/// Makes connections to one server. Has no `Debug`: it holds the password.
#[derive(Clone)]
pub struct Connector {
    details: ConnectionInfo,
    place: String,
    access: Access,
}

impl Connector {
    /// Makes connections that can write, if the user allowed it.
    pub fn for_writing(spec: &RedisSpec) -> Result<Self, Trouble> {
        match spec.access {
            Access::ReadOnly => Err(Trouble::new(
                format!("{} is opened for reading only", place(spec)),
                "allow it with --allow-writes",
            )),
            Access::ReadWrite => Ok(Self {
                access: Access::ReadWrite,
                ..Self::new(spec)?
            }),
        }
    }

    /// Reads the address. The connections can only read, whatever the user allowed.
    pub fn new(spec: &RedisSpec) -> Result<Self, Trouble> {
        super::super::install_tls();
        let details = url_of(&spec.url).into_connection_info().map_err(|_| {
            Trouble::new(
                "the Redis address cannot be read",
                "write it as localhost:6379, redis://user@host:6379/0, rediss://host:6380 or unix:///path/to/socket",
            )
        })?;
        let mut settings = details.redis_settings().clone().set_skip_set_lib_name();
        if let Some(password) = &spec.password {
            settings = settings.set_password(password);
        }
        let details = details
            .set_redis_settings(settings)
            .set_tcp_settings(TcpSettings::default().set_nodelay(true));
        Ok(Self {
            details,
            place: place(spec),
            access: Access::ReadOnly,
        })
    }

    /// The same account at another node of the cluster.
    pub fn at(&self, host: &str, port: u16) -> Self {
        let address = match self.details.addr() {
            ConnectionAddr::TcpTls {
                insecure,
                tls_params,
                ..
            } => ConnectionAddr::TcpTls {
                host: host.to_owned(),
                port,
                insecure: *insecure,
                tls_params: tls_params.clone(),
            },
            _ => ConnectionAddr::Tcp(host.to_owned(), port),
        };
        Self {
            details: self.details.clone().set_addr(address),
            place: format!("{host}:{port}"),
            access: self.access,
        }
    }

    /// The host this connects to; empty for a socket.
    pub fn host(&self) -> &str {
        match self.details.addr() {
            ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => host,
            _ => "",
        }
    }

    /// Where it connects to, without secrets.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The number of the database.
    pub fn database(&self) -> i64 {
        self.details.redis_settings().db()
    }

    /// A new connection for reading in bulk.
    pub async fn bulk(&self) -> RedisResult<Bulk> {
        Bulk::open(&self.details, self.access).await
    }

    /// A new connection of its own socket.
    pub async fn connect(&self, purpose: Use) -> RedisResult<Connection> {
        let answer = match purpose {
            Use::Tail => None,
            Use::Questions => Some(ANSWER),
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(answer);
        let client = Client::open(self.details.clone())?;
        let socket = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        Ok(Connection {
            socket,
            access: self.access,
        })
    }
}

impl Connection {
    /// Sends one command, if this connection may send it.
    pub async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        self.access.check(command)?;
        own_answer(self.socket.req_packed_command(command).await?)
    }

    /// Sends several commands in one go, if it may send each of them. Each has an answer of its own, in their order; an error of
    /// the whole means that it is not known which of them were carried out.
    pub async fn send_all(&mut self, commands: &Pipeline) -> RedisResult<Vec<RedisResult<Value>>> {
        let mut count = 0;
        for command in commands.cmd_iter() {
            self.access.check(command)?;
            count += 1;
        }
        let answers = self.socket.req_packed_commands(commands, 0, count).await?;
        Ok(answers.into_iter().map(own_answer).collect())
    }
}

fn own_answer(answer: Value) -> RedisResult<Value> {
    match answer {
        Value::ServerError(error) => Err(error.into()),
        reply => Ok(reply),
    }
}

/// `localhost:6379` and `/run/redis.sock` are what people write, not URLs.
fn url_of(written: &str) -> String {
    if written.contains("://") {
        written.to_owned()
    } else if written.starts_with(['/', '.']) {
        format!("unix://{written}")
    } else {
        format!("redis://{written}")
    }
}

/// Whether a server's address (a URL, `host:port` or a socket path) can be read. Connects to nothing.
///
/// # Errors
/// What addresses look like.
pub fn check_address(address: &str) -> Result<(), Trouble> {
    Connector::new(&RedisSpec {
        url: address.to_owned(),
        password: None,
        streams: Vec::new(),
        access: Access::ReadOnly,
    })
    .map(|_| ())
}

/// Where the server is, without user, password or query.
pub fn place(spec: &RedisSpec) -> String {
    server_of(&spec.url)
}

/// The same for an address alone.
pub fn server_of(address: &str) -> String {
    let url = url_of(address);
    let bare = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let bare = bare.split(['?', '#']).next().unwrap_or_default();
    if url.contains("unix://") {
        return bare.to_owned();
    }
    // The password may hold any character, so the host begins after the last `@`.
    let bare = url
        .split_once("://")
        .map_or(bare, |(_, rest)| rest.rsplit('@').next().unwrap_or(rest));
    let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let port = host.rsplit_once(':').filter(|(_, p)| !p.contains(']'));
    if port.is_some() {
        host.to_owned()
    } else {
        format!("{host}:6379")
    }
}

/// Server, database and streams, whatever the account or the order.
pub fn identity(spec: &RedisSpec) -> String {
    let details = url_of(&spec.url).into_connection_info();
    let database = details.map_or(0, |d| d.redis_settings().db());
    let mut streams = spec.streams.clone();
    streams.sort();
    streams.dedup();
    let place = place(spec).to_lowercase();
    format!("{place}/{database}\n{}", streams.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(url: &str) -> RedisSpec {
        RedisSpec {
            url: url.to_owned(),
            password: Some("hush".to_owned()),
            streams: vec!["s".to_owned()],
            access: Access::ReadOnly,
        }
    }

    #[test]
    fn every_way_to_write_an_address_is_understood() {
        for (url, where_) in [
            ("localhost:6379", "localhost:6379"),
            ("localhost", "localhost:6379"),
            ("redis://ann:secret@host:7000/2", "host:7000"),
            ("rediss://:se@cr/et@host", "host:6379"),
            ("unix:///run/redis.sock?pass=secret", "/run/redis.sock"),
            ("/run/redis.sock", "/run/redis.sock"),
            ("redis://[::1]", "[::1]:6379"),
        ] {
            assert_eq!(place(&spec(url)), where_, "{url}");
        }
        for url in [
            "localhost:6379",
            "rediss://host",
            "/run/redis.sock",
            "redis://[::1]:7",
        ] {
            assert!(Connector::new(&spec(url)).is_ok(), "{url}");
        }
        assert!(Connector::new(&spec("http://host")).is_err());
    }

    #[test]
    fn nothing_that_can_be_printed_holds_the_password() {
        let shown = format!("{:?}", spec("redis://ann:secret@host:7000"));
        assert!(
            !shown.contains("secret") && !shown.contains("hush"),
            "{shown}"
        );
    }
}
