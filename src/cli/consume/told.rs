//! Trouble that may pass, told once.

use crate::cli::failure::{Failure, say, say_trouble};
use crate::stream::StreamError;

/// What was told last.
#[derive(Debug, Default)]
pub struct Told(Option<String>);

impl Told {
    /// The result; `None` where it failed in a way that may pass, which was told then.
    ///
    /// # Errors
    /// What does not pass.
    pub fn unless_passing<T>(
        &mut self,
        result: Result<T, StreamError>,
    ) -> Result<Option<T>, Failure> {
        match result {
            Ok(done) => {
                if self.0.take().is_some() {
                    say("note", "going on");
                }
                Ok(Some(done))
            }
            Err(error) if error.may_pass() => {
                let trouble = error.trouble();
                if self.0.as_ref() != Some(&trouble.what) {
                    say_trouble("note", trouble);
                    self.0 = Some(trouble.what.clone());
                }
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}
