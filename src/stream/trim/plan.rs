//! What would go, what would stay, and which groups hold it back.

use ::redis::{RedisResult, cmd};

use super::groups::{self, Standing};
use super::walk::Walk;
use super::{Order, Stop};
use crate::model::EntryId;
use crate::source::redis::parse;
use crate::source::redis::wire::Wire;

/// What trimming a stream comes to, as it stood when it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The stream.
    pub stream: Vec<u8>,
    /// Its entries; `None` where there is no such key.
    pub entries: Option<u64>,
    /// How many would go.
    pub would_remove: u64,
    /// How many the limits let go, groups or not; `None` where it was not counted because groups hold them back.
    pub wanted: Option<u64>,
    /// Entries before this one go.
    pub border: EntryId,
    /// The oldest entry that would go.
    pub first: Option<EntryId>,
    /// The newest entry that would go.
    pub last: Option<EntryId>,
    /// Bytes of memory that they take, about: their share of the stream's. `None` where the server does not tell.
    pub bytes: Option<u64>,
    /// The groups that hold back more, the ones that hold most first.
    pub held_by: Vec<Hold>,
    /// What groups lose, where it is done by force.
    pub losses: Vec<Loss>,
    /// The oldest entry of the stream.
    pub(super) oldest: EntryId,
    /// The last id it ever gave.
    pub(super) newest: EntryId,
}

/// A group that still needs entries which the limits would let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its name.
    pub group: Vec<u8>,
    /// What it needs there.
    pub need: Need,
    /// The first entry it needs, or the id after the last one it was given.
    pub id: EntryId,
}

/// Why a group needs an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It was delivered and is not acknowledged; so many are pending, wherever they lie.
    Pending(u64),
    /// It was not delivered yet.
    Undelivered,
}

/// What a group loses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Its name.
    pub group: Vec<u8>,
    /// Entries that were delivered and are not acknowledged.
    pub pending: u64,
    /// Entries that were not delivered.
    pub undelivered: u64,
}

/// How thoroughly to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// To the border.
    ToBorder,
    /// Also behind it, to tell how much is held back.
    Beyond,
}

/// Looks at a stream. Sends only what reads.
pub async fn plan(
    wire: &mut Wire,
    key: &[u8],
    order: &Order,
    look: Look,
    stop: Stop<'_>,
) -> RedisResult<Plan> {
    let mut plan = Plan {
        stream: key.to_vec(),
        ..Plan::default()
    };
    let Some(state) = wire.stream_state(key).await? else {
        return Ok(plan);
    };
    plan.entries = Some(state.length);
    plan.newest = state.last;
    let Some(oldest) = state.first else {
        plan.wanted = Some(0);
        return Ok(plan);
    };
    plan.oldest = oldest;
    plan.border = oldest;
    let surplus = order
        .max_len
        .map_or(0, |most| state.length.saturating_sub(most));
    let standings = groups::standings(wire, key, oldest).await?;
    let needed = standings
        .iter()
        .map(Standing::needs)
        .min()
        .unwrap_or(EntryId::MAX);
    let limit = if order.force { EntryId::MAX } else { needed };
    let mut count = Count::new(surplus, order.before(), limit, &standings);
    count.walk(wire, key, oldest, look, stop).await?;
    count.tell(&mut plan);
    if order.force {
        plan.losses = count.losses(wire, &plan).await?;
    } else {
        plan.held_by = holds(&standings, count.wanted_border);
    }
    plan.bytes = share(wire, key, plan.would_remove, state.length).await?;
    Ok(plan)
}

/// Counts as it walks.
struct Count<'a> {
    surplus: u64,
    /// Older entries go.
    before: EntryId,
    /// From here on groups need them.
    limit: EntryId,
    standings: &'a [Standing],
    /// For each group.
    undelivered: Vec<u64>,
    seen: u64,
    removed: u64,
    last: Option<EntryId>,
    border: EntryId,
    wanted_border: EntryId,
    /// Whether the walk came to the end of what the limits let go.
    complete: bool,
}

impl<'a> Count<'a> {
    fn new(surplus: u64, before: EntryId, limit: EntryId, standings: &'a [Standing]) -> Self {
        Self {
            surplus,
            before,
            limit,
            standings,
            undelivered: vec![0; standings.len()],
            seen: 0,
            removed: 0,
            last: None,
            border: EntryId::MIN,
            wanted_border: EntryId::MIN,
            complete: true,
        }
    }

    /// Whether the limits let the next entry go.
    fn lets_go(&self, id: EntryId) -> bool {
        self.seen < self.surplus || id < self.before
    }

    async fn walk(
        &mut self,
        wire: &mut Wire,
        key: &[u8],
        oldest: EntryId,
        look: Look,
        stop: Stop<'_>,
    ) -> RedisResult<()> {
        if !self.lets_go(oldest) {
            return Ok(());
        }
        let mut walk = Walk::new(key, oldest, EntryId::MAX);
        while let Some(page) = walk.page(wire).await? {
            for entry in &page {
                if !self.lets_go(entry.id) {
                    return Ok(());
                }
                self.take(entry.id);
            }
            self.complete = look == Look::Beyond || self.wanted_border < self.limit;
            if !self.complete || stop() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn take(&mut self, id: EntryId) {
        self.seen += 1;
        self.wanted_border = id.next();
        if id >= self.limit {
            return;
        }
        self.removed += 1;
        self.last = Some(id);
        self.border = id.next();
        for (group, count) in self.standings.iter().zip(&mut self.undelivered) {
            *count += u64::from(id > group.last_delivered);
        }
    }

    fn tell(&self, plan: &mut Plan) {
        plan.would_remove = self.removed;
        plan.wanted = self.complete.then_some(self.seen);
        plan.border = plan.border.max(self.border);
        plan.first = self.last.map(|_| plan.oldest);
        plan.last = self.last;
    }

    async fn losses(&self, wire: &mut Wire, plan: &Plan) -> RedisResult<Vec<Loss>> {
        let mut losses = Vec::new();
        let Some(last) = plan.last else {
            return Ok(losses);
        };
        for (group, undelivered) in self.standings.iter().zip(&self.undelivered) {
            let range = (plan.oldest, last);
            let pending = match group.first_pending {
                Some(first) if first <= last => {
                    groups::count_pending(wire, &plan.stream, &group.name, range).await?
                }
                _ => 0,
            };
            if pending + undelivered > 0 {
                losses.push(Loss {
                    group: group.name.clone(),
                    pending,
                    undelivered: *undelivered,
                });
            }
        }
        Ok(losses)
    }
}

fn holds(standings: &[Standing], wanted_border: EntryId) -> Vec<Hold> {
    let mut holds: Vec<Hold> = standings
        .iter()
        .filter(|group| group.needs() < wanted_border)
        .map(|group| Hold {
            id: group.needs(),
            need: if group.first_pending == Some(group.needs()) {
                Need::Pending(group.pending)
            } else {
                Need::Undelivered
            },
            group: group.name.clone(),
        })
        .collect();
    holds.sort_by(|a, b| (a.id, &a.group).cmp(&(b.id, &b.group)));
    holds
}

/// The part of the stream's memory that some of its entries take, if all were alike.
async fn share(wire: &mut Wire, key: &[u8], part: u64, whole: u64) -> RedisResult<Option<u64>> {
    let reply = wire.ask(key, cmd("MEMORY").arg("USAGE").arg(key)).await;
    let reply = match reply {
        Err(error) if crate::source::redis::fault::is_allowed(&error) == Some(false) => {
            return Ok(None);
        }
        reply => reply?,
    };
    let share = |bytes: u64| u128::from(bytes) * u128::from(part) / u128::from(whole.max(1));
    Ok(parse::number(&reply).and_then(|bytes| u64::try_from(share(bytes)).ok()))
}
