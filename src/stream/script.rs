//! A script of the crate's own, sent once and then called by its checksum.

use ::redis::{Cmd, RedisResult, Value, cmd};

use super::Link;
use crate::source::redis::{fault, parse};

/// A script and what the server calls it.
#[derive(Clone, Debug)]
pub struct Script {
    text: &'static str,
    digest: Option<Vec<u8>>,
}

impl Script {
    /// A script that was not sent yet.
    pub const fn new(text: &'static str) -> Self {
        Self { text, digest: None }
    }

    /// Calls it. A server that has lost it (a restart, a failover) is given it again; it did nothing then.
    pub async fn call(
        &mut self,
        link: &mut Link,
        keys: &[&[u8]],
        arguments: &[Vec<u8>],
    ) -> RedisResult<Value> {
        let route = keys.first().copied().unwrap_or_default();
        for fresh in [false, true] {
            let digest = match self.digest.take().filter(|_| !fresh) {
                Some(digest) => digest,
                None => load(link, route, self.text).await?,
            };
            let called = call(&digest, keys, arguments);
            self.digest = Some(digest);
            match link.wire().ask(route, &called).await {
                Err(error) if !fresh && fault::is_unknown_script(&error) => {}
                answer => return answer,
            }
        }
        // Only a server that forgets at once what it was given comes here.
        Ok(Value::Nil)
    }
}

async fn load(link: &mut Link, route: &[u8], text: &str) -> RedisResult<Vec<u8>> {
    let reply = link
        .wire()
        .ask(route, cmd("SCRIPT").arg("LOAD").arg(text))
        .await?;
    Ok(parse::bytes(&reply).unwrap_or_default().to_vec())
}

fn call(digest: &[u8], keys: &[&[u8]], arguments: &[Vec<u8>]) -> Cmd {
    let mut command = cmd("EVALSHA");
    command.arg(digest).arg(keys.len());
    for key in keys {
        command.arg(*key);
    }
    for argument in arguments {
        command.arg(argument.as_slice());
    }
    command
}
