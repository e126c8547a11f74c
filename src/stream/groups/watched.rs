//! One stream that is looked at again and again: two round trips a look, whatever the number of its groups.

use ::redis::{Cmd, Pipeline, RedisResult, Value, cmd};
use hashbrown::HashMap;

use super::lag::{self, Compared, Ends};
use super::reply::{self, GroupFacts, StreamFacts};
use super::told::{
    Answer, Faults, MANY_CONSUMERS, behind_ms, note_consumers, note_pending, note_stream,
    read_groups, read_stream,
};
use crate::model::consumer_groups::{GroupStatus, KeyKind, StreamStatus};
use crate::source::redis::wire::Wire;
use crate::stream::StreamError;

/// Entries that are listed to be counted, at each end of a stream.
const COUNTED: u64 = 1_000;
/// Bytes that an entry may have in the mean, for as many to be listed as may be; of larger ones it is fewer.
const ENTRY_BYTES: u64 = 1 << 10;

/// A stream, with what was learned of it before.
pub struct Watched {
    /// Its key.
    pub key: Vec<u8>,
    /// The shared socket; in a cluster, of this stream's node.
    wire: Wire,
    memory_bytes: Option<u64>,
    memory_fault: Option<String>,
    compared: HashMap<Vec<u8>, Compared>,
}

/// What one look at a stream brought.
pub struct Look {
    /// The stream.
    pub status: StreamStatus,
    /// Commands sent.
    pub commands: u32,
    is_thorough: bool,
    /// Why nothing can be asked over this connection any more.
    pub broken: Option<StreamError>,
}

/// The answers of the second round trip.
struct Details {
    stream: Option<StreamFacts>,
    ends: Ends,
    groups: Vec<(Answer, Answer)>,
}

impl Watched {
    /// Nothing is known of it yet.
    pub fn new(key: Vec<u8>, wire: Wire) -> Self {
        Self {
            key,
            wire,
            memory_bytes: None,
            memory_fault: None,
            compared: HashMap::new(),
        }
    }

    /// Looks at it; a thorough look asks for memory too, and counts more.
    pub async fn look(&mut self, place: &str, is_thorough: bool) -> Look {
        let mut look = Look {
            status: StreamStatus {
                key: self.key.clone(),
                ..StreamStatus::default()
            },
            commands: 0,
            is_thorough,
            broken: None,
        };
        if let Err(error) = self.fill(&mut look, place).await {
            look.broken = Some(error);
        }
        look
    }

    /// An error here is one of the connection.
    async fn fill(&mut self, look: &mut Look, place: &str) -> Result<(), StreamError> {
        let key = self.key.clone();
        let faults = Faults { place, key: &key };
        let answers = self
            .ask(look, &self.first_questions(look.is_thorough), place)
            .await?;
        let mut answers = answers.into_iter();
        let (stream, groups) = (answers.next(), answers.next());
        let stream = read_stream(stream, &mut look.status, &faults)?;
        if matches!(look.status.kind, KeyKind::Missing | KeyKind::Other) {
            return Ok(());
        }
        let groups = read_groups(groups, &mut look.status, &faults)?;
        if let Some(answer) = answers.next() {
            self.note_memory(answer, &faults)?;
        }
        look.status.memory_bytes = self.memory_bytes;
        look.status.faults.extend(self.memory_fault.clone());
        self.fill_groups(look, place, stream, groups).await
    }

    fn first_questions(&self, with_memory: bool) -> Pipeline {
        let mut questions = Pipeline::new();
        questions.add_command(about("STREAM", &self.key));
        questions.add_command(about("GROUPS", &self.key));
        if with_memory {
            let mut memory = cmd("MEMORY");
            memory.arg("USAGE").arg(&self.key).arg("SAMPLES").arg(5);
            questions.add_command(memory);
        }
        questions
    }

    fn note_memory(
        &mut self,
        answer: RedisResult<Value>,
        faults: &Faults<'_>,
    ) -> Result<(), StreamError> {
        (self.memory_bytes, self.memory_fault) = match answer {
            Ok(bytes) => (crate::source::redis::parse::number(&bytes), None),
            Err(error) => (None, Some(format!("memory: {}", faults.told(&error)?))),
        };
        Ok(())
    }

    async fn fill_groups(
        &mut self,
        look: &mut Look,
        place: &str,
        stream: Option<StreamFacts>,
        groups: Vec<GroupFacts>,
    ) -> Result<(), StreamError> {
        let details = if groups.is_empty() {
            None
        } else {
            Some(self.details(look, place, stream, &groups).await?)
        };
        // What was told together with the counts fits them.
        let stream = details
            .as_ref()
            .and_then(|details| details.stream)
            .or(stream);
        if let Some(stream) = stream {
            note_stream(&mut look.status, &stream);
        }
        let mut before = std::mem::take(&mut self.compared);
        let Some(details) = details else {
            return Ok(());
        };
        let key = self.key.clone();
        let faults = Faults { place, key: &key };
        for (group, (summary, consumers)) in groups.into_iter().zip(details.groups) {
            let mut status = GroupStatus {
                name: group.name.clone(),
                pending: group.pending,
                last_delivered: Some(group.last_delivered),
                entries_read: group.read,
                consumer_count: group.consumers,
                ..GroupStatus::default()
            };
            if let Some(stream) = &stream {
                let known = before.remove(&group.name);
                let (lag, compared) = lag::split(stream, &group, &details.ends, known);
                status.lag = lag;
                status.behind_ms = behind_ms(stream, &group);
                if let Some(compared) = compared {
                    self.compared.insert(group.name.clone(), compared);
                }
            } else {
                status.lag.total = group.lag;
            }
            note_pending(&mut status, summary, &faults)?;
            note_consumers(&mut status, consumers, &faults)?;
            look.status.groups.push(status);
        }
        Ok(())
    }

    /// What has to be asked of each group by itself, and what has to be counted.
    async fn details(
        &mut self,
        look: &mut Look,
        place: &str,
        stream: Option<StreamFacts>,
        groups: &[GroupFacts],
    ) -> Result<Details, StreamError> {
        let mut questions = Pipeline::new();
        let counts = stream.and_then(|stream| self.to_count(&stream, groups, look.is_thorough));
        if let Some(count) = counts {
            questions.add_command(about("STREAM", &self.key));
            questions.add_command(range("XRANGE", &self.key, "-", "+", count));
            questions.add_command(range("XREVRANGE", &self.key, "+", "-", count));
        }
        let many = |group: &GroupFacts| group.consumers.is_some_and(|n| n > MANY_CONSUMERS);
        for group in groups.iter().filter(|group| !many(group)) {
            let mut summary = cmd("XPENDING");
            summary.arg(&self.key).arg(&group.name);
            questions.add_command(summary);
            let mut consumers = about("CONSUMERS", &self.key);
            consumers.arg(&group.name);
            questions.add_command(consumers);
        }
        let answers = self.ask(look, &questions, place).await?;
        let mut answers = answers.into_iter();
        let mut listed = || answers.next().and_then(Result::ok);
        let (stream, ends) = match counts {
            None => (None, Ends::default()),
            Some(_) => (
                listed().map(reply::stream),
                Ends {
                    oldest: listed().map(reply::ids).unwrap_or_default(),
                    newest: listed().map(reply::ids).unwrap_or_default(),
                },
            ),
        };
        let answered = groups.iter().map(|group| {
            if many(group) {
                (None, None)
            } else {
                (answers.next(), answers.next())
            }
        });
        Ok(Details {
            stream,
            ends,
            groups: answered.collect(),
        })
    }

    /// How many entries to list at each end so that the place of every group is found whose counter cannot be believed, if that
    /// is cheap. A thorough look lists as many as may be.
    fn to_count(
        &self,
        stream: &StreamFacts,
        groups: &[GroupFacts],
        is_thorough: bool,
    ) -> Option<u64> {
        let length = stream.length.max(1);
        let size = self
            .memory_bytes
            .map_or(ENTRY_BYTES, |bytes| bytes / length);
        let limit = COUNTED * ENTRY_BYTES / size.max(ENTRY_BYTES);
        let is_known = |group: &GroupFacts| {
            let before = self.compared.get(&group.name);
            lag::after_by_ends(stream, group.last_delivered).is_some()
                || before.is_some_and(|before| before.holds(stream, group))
        };
        // The counter may be off, but hints at where the place is.
        let hint = |group: &GroupFacts| {
            let after = stream.added.zip(group.read);
            let after = after.map_or(limit, |(added, read)| added.saturating_sub(read));
            after.min(length.saturating_sub(after)).saturating_add(8)
        };
        let open = groups.iter().filter(|group| !is_known(group)).map(hint);
        if is_thorough {
            return open.max().map(|_| limit);
        }
        open.filter(|n| *n <= limit).max()
    }

    async fn ask(
        &mut self,
        look: &mut Look,
        questions: &Pipeline,
        place: &str,
    ) -> Result<Vec<RedisResult<Value>>, StreamError> {
        let count = questions.cmd_iter().count();
        if count == 0 {
            return Ok(Vec::new());
        }
        look.commands += u32::try_from(count).unwrap_or(u32::MAX);
        let answers = self.wire.ask_all(&self.key, questions).await;
        answers.map_err(|error| StreamError::of(&error, place, &self.key))
    }
}

fn about(what: &str, key: &[u8]) -> Cmd {
    let mut question = cmd("XINFO");
    question.arg(what).arg(key);
    question
}

fn range(name: &str, key: &[u8], from: &str, to: &str, count: u64) -> Cmd {
    let mut question = cmd(name);
    question.arg(key).arg(from).arg(to).arg("COUNT").arg(count);
    question
}
