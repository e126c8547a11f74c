//! The keys of a stream reach the commands that write, and their flags win over them.

use super::support::redis_server::RedisServer;
use super::{Home, shown};

fn publish(home: &Home, count: usize, more: &[&str]) {
    let lines = "{\"type\":\"x\"}\n".repeat(count);
    let mut command = home.command(&[&["publish", "--quiet"], more].concat());
    let output = command.write_stdin(lines).output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
}

#[test]
fn max_length_bounds_a_stream_and_the_flag_wins() {
    let server = RedisServer::new();
    let home = Home::with(&format!(
        "redis = '{}'\nstream_name = 's'\nmax_length = 20\napprox_max_length = false\n[profile.long]\nmax_length = 40\n\
         [profile.about]\napprox_max_length = true\n",
        server.url()
    ));
    for (more, length) in [
        (&[][..], 20),
        (&["--profile", "long"], 40),
        (&["--profile", "long", "--max-len", "30"], 30),
        (&["--max-len", "10"], 10),
    ] {
        publish(&home, 100, more);
        assert_eq!(server.run::<u64>("XLEN s"), length, "{more:?}");
    }
    // A bound that is only about that is not reached within one node of 100 entries.
    let _: u64 = server.run("DEL s");
    publish(&home, 50, &["--profile", "about"]);
    assert_eq!(server.run::<u64>("XLEN s"), 50);
    publish(&home, 0, &[]);
    publish(
        &home,
        1,
        &["--profile", "about", "--max-len", "5", "--exact"],
    );
    assert_eq!(server.run::<u64>("XLEN s"), 5);
}
