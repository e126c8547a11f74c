//! A cluster: what belongs to a stream has to lie in its slot.

use std::net::TcpListener;

use super::events::events;
use super::place::{Place, eventually, said};

/// One node that has all slots.
fn cluster() -> Place {
    let bus = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let bus = bus.to_string();
    let place = Place::with(&["--cluster-enabled", "yes", "--cluster-port", &bus]);
    let () = place.server.run("CLUSTER ADDSLOTSRANGE 0 16383");
    eventually("the cluster is ready", || {
        let told: String = place.server.run("CLUSTER INFO");
        told.contains("cluster_state:ok")
    });
    place
}

#[test]
fn ids_are_kept_in_the_slot_of_the_stream() {
    let place = cluster();
    for stream in ["memory:events", "{tag}:events"] {
        let arguments = ["publish", "--once", "-s", stream, "-q"];
        let output = place.feed(&arguments, events(50).repeat(2).as_bytes());
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(place.length(stream), 50);
    }
    let mut keys: Vec<String> = place.server.run("KEYS *:once:*");
    keys.sort();
    assert!(keys[0].starts_with("{memory:events}:once:"), "{keys:?}");
    assert!(keys[1].starts_with("{tag}:events:once:"), "{keys:?}");
}

#[test]
fn a_file_of_several_streams_goes_to_each_of_them() {
    let place = cluster();
    let line = |n: usize| {
        format!(
            "{{\"id\":\"{n}-1\",\"stream\":\"s{}\",\"fields\":{{\"n\":\"{n}\"}}}}\n",
            n % 3
        )
    };
    let file: String = (1..=3_000).map(line).collect();
    std::fs::write(place.home.path().join("a.jsonl"), file).unwrap();
    place.print(&["import", "a.jsonl", "--keep-ids"]);
    for stream in 0..3 {
        let order = (1..=3_000)
            .filter(|n| n % 3 == stream)
            .map(|n| n.to_string());
        let order: Vec<String> = order.collect();
        assert!(
            place.values(&format!("s{stream}"), "n") == order,
            "s{stream} has another order"
        );
    }
}
