//! The group: created where it is missing, missed where it has gone.

use ::redis::cmd;

use super::{Begin, Consumer, Subscription};
use crate::model::SafeText;
use crate::source::redis::fault;
use crate::store::Trouble;
use crate::stream::{Link, StreamError};

/// Creates the group and the stream where they are missing.
pub(super) async fn create(
    link: &mut Link,
    subscription: &Subscription,
) -> Result<(), StreamError> {
    let key = subscription.stream.as_slice();
    let begin = match subscription.begin {
        Begin::Start => "0".to_owned(),
        Begin::Now => "$".to_owned(),
        Begin::After(id) => id.to_string(),
    };
    let mut command = cmd("XGROUP");
    command.arg("CREATE").arg(key);
    command
        .arg(subscription.group.as_slice())
        .arg(begin)
        .arg("MKSTREAM");
    match link.wire().ask(key, &command).await {
        Ok(_) => Ok(()),
        // One that may not create groups can use those that are there.
        Err(error) if fault::code(&error) == "BUSYGROUP" || fault::is_forbidden(&error) => Ok(()),
        Err(error) => Err(StreamError::of(&error, link.place(), key)),
    }
}

impl Consumer {
    /// An error in the words of a consumer.
    pub(super) fn explained(&self, error: StreamError) -> StreamError {
        match error {
            StreamError::NoGroup(_) => StreamError::NoGroup(Trouble::new(
                format!(
                    "the consumer group `{}` of `{}` is not there (any more)",
                    SafeText::line(&self.subscription.group, 80),
                    SafeText::line(&self.subscription.stream, 80),
                ),
                "it is not created again by itself, because everything would be delivered again; start anew to create it, \
                 and choose with --from where it begins",
            )),
            other => other,
        }
    }
}
