//! An entry that is refused in the middle of a batch whose others are taken, which no real server does when it is asked to: a
//! stand-in speaks its protocol.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};

use lookback::model::EntryId;
use lookback::stream::{Access, Copier, GoOn, RedisSpec};

/// Takes entries as `1-0`, `2-0`… but the third, and tells each command.
fn stand_in(stream: TcpStream, told: &Sender<Vec<String>>) {
    let mut answers = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    let mut added = 0;
    while let Some(words) = command(&mut reader) {
        let answer = match words[0].to_uppercase().as_str() {
            "XADD" => {
                added += 1;
                if added == 3 {
                    "-OOM command not allowed when used memory > 'maxmemory'.\r\n".to_owned()
                } else {
                    format!("$3\r\n{added}-0\r\n")
                }
            }
            "XDEL" => format!(":{}\r\n", words.len() - 2),
            _ => "+OK\r\n".to_owned(),
        };
        told.send(words).unwrap();
        if answers.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn command(reader: &mut impl BufRead) -> Option<Vec<String>> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let count: usize = line.trim_end().strip_prefix('*')?.parse().ok()?;
    let mut words = Vec::new();
    for _ in 0..count {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let length: usize = line.trim_end().strip_prefix('$')?.parse().ok()?;
        let mut word = vec![0; length + 2];
        reader.read_exact(&mut word).ok()?;
        word.truncate(length);
        words.push(String::from_utf8(word).ok()?);
    }
    Some(words)
}

#[test]
fn copies_behind_a_refused_one_are_taken_back_and_it_goes_on_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let spec = RedisSpec {
        url: listener.local_addr().unwrap().to_string(),
        password: None,
        streams: vec![],
        access: Access::ReadWrite,
    };
    let (tell, told) = channel();
    std::thread::spawn(move || stand_in(listener.accept().unwrap().0, &tell));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut copier = Copier::open(&spec, b"to", None).await.unwrap();
        for n in 1..=5 {
            copier.add(b"s", EntryId::new(n, 0), &[(b"n", b"x")]);
        }
        let error = copier.send().await.unwrap_err();
        assert!(error.may_pass(), "{error}");
        assert_eq!(copier.copied(), 2);
        let wanted = GoOn {
            since: EntryId::new(3, 0),
            twice: None,
        };
        assert_eq!(copier.go_on(), Some(wanted));
    });
    let deleted = told.iter().find(|words| words[0] == "XDEL").unwrap();
    assert_eq!(deleted, ["XDEL", "to", "4-0", "5-0"]);
}
