//! A cluster of two nodes: whichever of them is named, each stream is read where it lies.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;
use support::redis_cluster::RedisCluster;

/// Two keys that lie on different nodes.
const STREAMS: [&str; 2] = ["memory:events", "runs:events"];

fn command(cluster: &RedisCluster, node: usize, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("lookback").unwrap();
    command
        .args(arguments)
        .env_clear()
        .env("TZ", "UTC")
        .env("REDIS_URL", cluster.nodes.get(node).unwrap().url())
        .timeout(Duration::from_secs(60));
    command
}

fn run(cluster: &RedisCluster, node: usize, arguments: &[&str]) -> Output {
    let output = command(cluster, node, arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn lines(output: &Output) -> usize {
    output.stdout.iter().filter(|b| **b == b'\n').count()
}

/// Adds entries by hand, each on the node where its key lies.
fn fill(cluster: &RedisCluster, entries: u64) {
    for (offset, stream) in STREAMS.into_iter().enumerate() {
        let mut connection = cluster.node_of(stream).connection();
        for n in 0..entries {
            let mut add = redis::cmd("XADD");
            add.arg(stream).arg(format!("{}-{offset}", n + 1));
            add.arg("type").arg("message.added");
            add.query::<()>(&mut connection).unwrap();
        }
    }
}

#[test]
fn streams_on_two_nodes_are_read_as_one_through_either_node() {
    let cluster = RedisCluster::new();
    let [first, second] = STREAMS.map(|stream| cluster.node_of(stream).url());
    assert_ne!(first, second, "the streams have to lie on different nodes");
    fill(&cluster, 2_500);
    for node in 0..2 {
        let [a, b] = STREAMS;
        let output = run(
            &cluster,
            node,
            &["query", "--format", "jsonl", "-s", a, "-s", b],
        );
        assert_eq!(lines(&output), 5_000, "through node {node}");
        let ids: Vec<String> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].to_string())
            .collect();
        let number = |id: &String| {
            let (ms, seq) = id.trim_matches('"').split_once('-').unwrap();
            (ms.parse::<u64>().unwrap(), seq.parse::<u64>().unwrap())
        };
        assert!(ids.windows(2).all(|w| number(&w[0]) < number(&w[1])));
    }
}
