//! A cluster of two masters of the test's own: the lower half of the slots on the first, the upper half on the second.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::redis_server::RedisServer;

/// <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model>
const SLOTS: u16 = 16_384;

/// Ends its servers when dropped.
#[derive(Debug)]
pub struct RedisCluster {
    pub nodes: [RedisServer; 2],
}

impl RedisCluster {
    /// A cluster whose nodes agree that it is whole.
    pub fn new() -> Self {
        let ports = [free_port(), free_port()];
        let start = |port: u16| {
            RedisServer::with(&[
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                &port.to_string(),
            ])
        };
        let nodes = ports.map(start);
        let half = SLOTS / 2;
        let ranges = [(0, half - 1), (half, SLOTS - 1)];
        for (node, (from, to)) in nodes.iter().zip(ranges) {
            node.run::<()>(&format!("CLUSTER ADDSLOTSRANGE {from} {to}"));
        }
        let [first, second] = &nodes;
        let [_, bus] = ports;
        let address = second.url().replace("redis://", "").replace(':', " ");
        first.run::<()>(&format!("CLUSTER MEET {address} {bus}"));
        let cluster = Self { nodes };
        cluster.wait_until_it_is_whole();
        cluster
    }

    fn wait_until_it_is_whole(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let is_whole = |node: &RedisServer| {
            let info = node.run::<String>("CLUSTER INFO");
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:2")
        };
        while !self.nodes.iter().all(is_whole) {
            assert!(Instant::now() < deadline, "the cluster does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The node on which a key lies.
    pub fn node_of(&self, key: &str) -> &RedisServer {
        let [first, second] = &self.nodes;
        let slot: u16 = first.run(&format!("CLUSTER KEYSLOT {key}"));
        if slot < SLOTS / 2 { first } else { second }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
