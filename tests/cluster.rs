//! A cluster of two nodes: whichever of them is named, each stream is read and written where it lies, and what belongs to it
//! lies in its slot, so that one step can change both.
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
    String::from_utf8_lossy(&output.stdout).lines().count()
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

#[test]
fn what_is_written_goes_to_the_node_of_its_stream_whichever_is_named() {
    let cluster = RedisCluster::new();
    let events: Vec<String> = (0..1_500)
        .map(|n| {
            format!(
                r#"{{"id":"evt-{n}","type":"message.added","session_id":"s{}"}}"#,
                n % 7
            )
        })
        .collect();
    let events = events.join("\n");
    for (node, stream) in STREAMS.into_iter().enumerate() {
        // Twice, through the node where it does not lie as well.
        for through in [node, 1 - node] {
            let published = command(&cluster, through, &["publish", "--once", "-s", stream])
                .write_stdin(events.clone())
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&published.stderr).into_owned();
            assert!(published.status.success(), "{told}");
        }
        let home = cluster.node_of(stream);
        assert_eq!(home.run::<u64>(&format!("XLEN {stream}")), 1_500);
        run(
            &cluster,
            1 - node,
            &["analytics", "--until-empty", "-s", stream],
        );
        let counted: String = home.run(&format!("HGET {{{stream}}}:metrics total_events"));
        assert_eq!(counted, "1500");
        let given = run(
            &cluster,
            1 - node,
            &["consume", "--until-empty", "-s", stream],
        );
        assert_eq!(lines(&given), 1_500);
        let groups = run(
            &cluster,
            node,
            &["groups", "--format", "json", "-s", stream],
        );
        let groups: serde_json::Value = serde_json::from_slice(&groups.stdout).unwrap();
        for group in groups.as_array().unwrap() {
            assert_eq!(
                (&group["pending"], &group["deliverable"]),
                (&0.into(), &0.into()),
                "{group}"
            );
        }
        let trim = ["trim", "--max-len", "500", "--exact", "--yes", "-s", stream];
        run(&cluster, 1 - node, &trim);
        assert_eq!(home.run::<u64>(&format!("XLEN {stream}")), 500);
    }
}

#[test]
fn an_entry_that_cannot_be_handled_goes_to_the_dead_letters_in_its_slot() {
    let cluster = RedisCluster::new();
    let [stream, _] = STREAMS;
    run(
        &cluster,
        1,
        &["publish", "--type", "poison", "-s", stream, "--quiet"],
    );
    let consume = [
        "consume",
        "--max-deliveries",
        "1",
        "--limit",
        "1",
        "-s",
        stream,
        "--",
        "false",
    ];
    command(&cluster, 1, &consume)
        .env("PATH", std::env::var("PATH").unwrap())
        .output()
        .unwrap();
    let home = cluster.node_of(stream);
    assert_eq!(home.run::<u64>(&format!("XLEN {{{stream}}}:dead")), 1);
}
