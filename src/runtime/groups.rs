//! What is done with the consumer groups of a server: looking at them, and changing them.

use tokio::sync::mpsc;

use super::Allowed;
use super::changes::Changes;
use super::looks::Looks;
use crate::app::{Action, Effect};
use crate::source::Spec;

/// Looks and changes on one server.
#[derive(Debug)]
pub struct Groups {
    looks: Looks,
    changes: Changes,
}

impl Groups {
    /// On this source, where it has consumer groups.
    pub fn of(spec: &Spec, allowed: Allowed, answers: &mpsc::Sender<Action>) -> Option<Self> {
        let spec = spec.redis()?;
        let looks = Looks::at(spec.clone(), answers.clone());
        let changes = Changes::on(spec, allowed, answers.clone(), looks.nudge());
        Some(Self { looks, changes })
    }

    /// Does what is asked about groups; anything else is none of its business.
    pub fn perform(&self, effect: Effect) {
        match effect {
            Effect::WatchGroups(watch) => self.looks.watch(watch),
            Effect::FindDeleted(name) => self.changes.find_deleted(name),
            Effect::CountMoved(proposal) => self.changes.count_moved(proposal),
            Effect::ChangeGroup(proposal) => self.changes.start(proposal),
            _ => {}
        }
    }
}
