//! Before Redis 6.2 `XTRIM` knows no `MINID`. A door before the real server answers it as such a server does.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use super::archive::lines;
use super::{Place, STREAM};

/// Listens; its port.
fn door(to: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(&to).unwrap();
            let (mut back, mut answers) =
                (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || drop(std::io::copy(&mut answers, &mut back)));
            std::thread::spawn(move || pass(client, server));
        }
    });
    port
}

fn pass(client: TcpStream, mut server: TcpStream) {
    let mut answer = client.try_clone().unwrap();
    let mut commands = BufReader::new(client);
    while let Some((raw, words)) = command(&mut commands) {
        let is =
            |at: usize, word: &[u8]| words.get(at).is_some_and(|w| w.eq_ignore_ascii_case(word));
        let done = if is(0, b"XTRIM") && is(2, b"MINID") {
            answer.write_all(b"-ERR syntax error\r\n")
        } else if is(0, b"EVALSHA") && (is(9, b"~") || is(9, b"=")) {
            // What the script makes of that error.
            answer.write_all(b"*2\r\n$3\r\nold\r\n$0\r\n\r\n")
        } else {
            server.write_all(&raw)
        };
        if done.is_err() {
            return;
        }
    }
}

/// One command as it came, and its words.
fn command(from: &mut impl BufRead) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    let mut raw = Vec::new();
    let number = |raw: &mut Vec<u8>, from: &mut dyn BufRead| {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line).ok()?;
        raw.extend_from_slice(&line);
        String::from_utf8_lossy(line.get(1..)?)
            .trim()
            .parse::<usize>()
            .ok()
    };
    let count = number(&mut raw, from)?;
    let mut words = Vec::new();
    for _ in 0..count {
        let length = number(&mut raw, from)?;
        let mut word = vec![0; length + 2];
        from.read_exact(&mut word).ok()?;
        raw.extend_from_slice(&word);
        word.truncate(length);
        words.push(word);
    }
    Some((raw, words))
}

#[test]
fn before_6_2_entries_go_by_their_ids() {
    let place = Place::new();
    let _: () = place.run("ACL SETUSER bob on >pw ~* +@all -@scripting");
    let address = place.server.url().replace("redis://", "");
    let port = door(address);
    for (user, name) in [("", "a.gz"), ("bob:pw@", "b.gz")] {
        let _: u64 = place.run(&format!("DEL {STREAM}"));
        place.fill(1, 3_300);
        place.group("g", 3_200, 3_000);
        let flags =
            format!("-r redis://{user}127.0.0.1:{port} --max-len 50 --yes --archive {name}");
        let said = place.trimmed(&flags);
        assert_eq!(
            (&said["removed"], &said["would_remove"]),
            (&3_000.into(), &3_000.into())
        );
        assert_eq!(place.ids(), (3_001..=3_300).collect::<Vec<_>>());
        assert_eq!(lines(&place.path(name)).len(), 3_000);
    }
}
