//! From a change as it was written to what is to be done, by what is there: wrong names are told with the right ones, and of the
//! entries those are kept that are pending.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::arguments::Change;
use super::table::name;
use crate::cli::failure::{Failure, Status, say};
use crate::model::consumer_groups::{GroupChange, KeyKind, StreamStatus};
use crate::model::{EntryId, Ms, time};
use crate::stream::StreamError;
use crate::stream::groups::Inspector;

/// Deleted entries that are acknowledged in one go.
const DELETED: usize = 100_000;
/// Names that a hint lists.
const NAMES: usize = 10;

/// From what was written to what is to be done, by what is there.
pub struct Planning<'a> {
    /// Looks entries up.
    pub inspector: &'a mut Inspector,
    /// The stream.
    pub stream: &'a [u8],
    /// How it stands.
    pub status: &'a StreamStatus,
}

/// Redis takes a group without a name, which then nobody can name.
fn has_a_name(group: &OsStr) -> Result<(), Failure> {
    if group.is_empty() {
        return Err(Failure::usage(
            "a group has a name",
            "write it behind create: lookback groups create audit-group",
        ));
    }
    Ok(())
}

impl Planning<'_> {
    /// What is to be done.
    ///
    /// # Errors
    /// Where it cannot be done, by what is there.
    pub async fn plan(&mut self, change: &Change) -> Result<GroupChange, Failure> {
        match change {
            Change::Create {
                group,
                at,
                mkstream,
                ..
            } => {
                has_a_name(group)?;
                self.has_stream(*mkstream)?;
                self.has_no_group(group.as_bytes())?;
                Ok(GroupChange::Create {
                    group: bytes(group),
                    at: *at,
                    make_stream: *mkstream,
                })
            }
            Change::SetId { group, at, .. } => {
                self.has_group(group)?;
                Ok(GroupChange::SetId {
                    group: bytes(group),
                    at: *at,
                })
            }
            Change::Destroy { group, .. } => {
                self.has_group(group)?;
                Ok(GroupChange::Destroy {
                    group: bytes(group),
                })
            }
            Change::Ack {
                group,
                ids,
                all_deleted,
                ..
            } => {
                self.has_group(group)?;
                let group = bytes(group);
                let ids = if *all_deleted {
                    self.deleted(&group).await?
                } else {
                    self.pending_of(&group, ids, 0).await?
                };
                Ok(GroupChange::Acknowledge { group, ids })
            }
            Change::Claim {
                group,
                consumer,
                min_idle,
                ids,
                ..
            } => {
                self.has_group(group)?;
                let group = bytes(group);
                let ids = self.pending_of(&group, ids, *min_idle).await?;
                Ok(GroupChange::Claim {
                    group,
                    consumer: bytes(consumer),
                    ids,
                    min_idle_ms: *min_idle,
                })
            }
            Change::Forget {
                group,
                consumer,
                with_pending,
                ..
            } => {
                self.has_group(group)?;
                self.can_forget(group.as_bytes(), consumer.as_bytes(), *with_pending)?;
                Ok(GroupChange::Forget {
                    group: bytes(group),
                    consumer: bytes(consumer),
                })
            }
        }
    }

    fn has_stream(&self, may_be_made: bool) -> Result<(), Failure> {
        let shown = name(self.stream);
        match self.status.kind {
            KeyKind::Missing if !may_be_made => Err(Failure::new(
                Status::Failed,
                format!("there is no stream `{shown}`"),
                "name it with --stream; `groups create --mkstream` makes it with a group",
            )),
            KeyKind::Other => Err(Failure::new(
                Status::Failed,
                format!("`{shown}` is not a stream"),
                "choose a stream with --stream; `lookback doctor` lists them",
            )),
            _ => Ok(()),
        }
    }

    fn has_no_group(&self, group: &[u8]) -> Result<(), Failure> {
        if self.status.groups.iter().any(|one| one.name == group) {
            return Err(Failure::new(
                Status::Failed,
                format!(
                    "`{}` has a group `{}` already",
                    name(self.stream),
                    name(group)
                ),
                "choose another name, or `lookback groups set-id` to move it",
            ));
        }
        Ok(())
    }

    /// Where the groups are not known, or not all of them, the server decides when it is asked to change one.
    fn has_group(&self, group: &OsStr) -> Result<(), Failure> {
        self.has_stream(false)?;
        let mut groups = self.status.groups.iter();
        if !self.status.knows_all_groups || groups.any(|one| one.name == group.as_bytes()) {
            return Ok(());
        }
        Err(no_group(
            group.as_bytes(),
            std::slice::from_ref(self.status),
        ))
    }

    async fn deleted(&mut self, group: &[u8]) -> Result<Vec<EntryId>, Failure> {
        let listed = self.inspector.deleted_pending(self.stream, group, DELETED);
        let deleted = listed.await?;
        if deleted.is_empty() {
            return Err(Failure::new(
                Status::Failed,
                format!(
                    "nothing to acknowledge: every entry that is pending in group `{}` is still there",
                    name(group)
                ),
                "",
            ));
        }
        if deleted.len() == DELETED {
            say(
                "note",
                &format!("only the first {DELETED} are taken; do it again for the rest"),
            );
        }
        Ok(deleted)
    }

    /// Those of the ids that are pending, and were delivered so long ago; says which are not. Where that may not be asked, all of them.
    async fn pending_of(
        &mut self,
        group: &[u8],
        ids: &[EntryId],
        min_idle_ms: Ms,
    ) -> Result<Vec<EntryId>, Failure> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let asked = self.inspector.pending_among(self.stream, group, &ids).await;
        let pending = match asked {
            Ok(pending) => pending,
            Err(error @ (StreamError::NotConnected(_) | StreamError::NoGroup(_))) => {
                return Err(error.into());
            }
            Err(error) => {
                say("note", &format!("which are pending is not known: {error}"));
                return Ok(ids);
            }
        };
        let meant: Vec<EntryId> = pending
            .iter()
            .filter(|one| one.idle_ms >= min_idle_ms)
            .map(|one| one.id)
            .collect();
        let others: Vec<EntryId> = ids
            .into_iter()
            .filter(|id| meant.binary_search(id).is_err())
            .collect();
        let some: Vec<String> = others.iter().take(NAMES).map(EntryId::to_string).collect();
        let rest = match others.len().saturating_sub(NAMES) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        let why = match min_idle_ms {
            0 => String::new(),
            ms => format!(", or not for {}", time::span(ms)),
        };
        let why = format!("not pending in group `{}`{why}", name(group));
        let told = format!("{}{rest}: {why}", some.join(", "));
        if meant.is_empty() {
            return Err(Failure::new(
                Status::Failed,
                told,
                "`lookback groups --pending GROUP` lists what is pending",
            ));
        }
        if !others.is_empty() {
            say("note", &told);
        }
        Ok(meant)
    }

    fn can_forget(&self, group: &[u8], consumer: &[u8], with_pending: bool) -> Result<(), Failure> {
        let mut groups = self.status.groups.iter();
        let status = groups.find(|one| one.name == group);
        let Some(all) = status.and_then(|status| status.consumers.as_ref()) else {
            return Ok(());
        };
        let Some(found) = all.iter().find(|one| one.name == consumer) else {
            let is_whole =
                status.and_then(|status| status.consumer_count) == u64::try_from(all.len()).ok();
            if !is_whole {
                return Ok(());
            }
            let names: Vec<&[u8]> = all.iter().map(|one| one.name.as_slice()).collect();
            let hint = if names.is_empty() {
                "it has none".to_owned()
            } else {
                format!("consumers there: {}", list(&names))
            };
            let what = format!(
                "no consumer `{}` in group `{}`",
                name(consumer),
                name(group)
            );
            return Err(Failure::new(Status::Failed, what, hint));
        };
        if found.pending > 0 && !with_pending {
            return Err(Failure::new(
                Status::Failed,
                format!(
                    "consumer `{}` has {} pending, which nobody would be given again",
                    name(consumer),
                    if found.pending == 1 {
                        "1 entry".to_owned()
                    } else {
                        format!("{} entries", found.pending)
                    },
                ),
                "give them to another first (groups claim), or lose them too: --with-pending",
            ));
        }
        Ok(())
    }
}

fn bytes(name: &OsString) -> Vec<u8> {
    name.clone().into_vec()
}

/// There is no group of that name; says which there are.
pub fn no_group(group: &[u8], streams: &[StreamStatus]) -> Failure {
    let groups = streams.iter().flat_map(|stream| &stream.groups);
    let names: Vec<&[u8]> = groups.map(|group| group.name.as_slice()).collect();
    let keys: Vec<&[u8]> = streams.iter().map(|stream| stream.key.as_slice()).collect();
    let hint = if names.is_empty() {
        "there is none; `lookback groups create` makes one".to_owned()
    } else {
        format!("groups there: {}", list(&names))
    };
    Failure::new(
        Status::Failed,
        format!("no group `{}` in {}", name(group), list(&keys)),
        hint,
    )
}

fn list(names: &[&[u8]]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMES).map(|one| name(one)).collect();
    if names.len() > NAMES {
        shown.push(format!("and {} more", names.len() - NAMES));
    }
    shown.join(", ")
}
