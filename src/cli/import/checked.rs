//! Reads files once before anything of them is written.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::early::{self, Standing};
use crate::cli::failure::Failure;
use crate::cli::interrupt::Interrupt;
use crate::cli::lines::{self, name};
use crate::cli::progress::Progress;
use crate::stream::ImportOptions;
use crate::stream::import::Check;

const NOTHING: Standing = Standing {
    imported: 0,
    done: 0,
    keep_ids: false,
};

/// Checks every file that can be read twice; breaks off where that is asked for.
pub async fn files(
    files: &[PathBuf],
    options: &ImportOptions,
    interrupt: &mut Interrupt,
) -> Result<ControlFlow<()>, Failure> {
    let check = Arc::new(Mutex::new(Check::new(options)));
    let mut progress = Progress::new("checked");
    let mut count = 0;
    for path in files.iter().filter(|path| path.is_file()) {
        let reading = Arc::clone(&check);
        let mut lines = lines::read(vec![path.clone()], move |line| {
            let mut check = reading.lock().unwrap_or_else(PoisonError::into_inner);
            Some(check.line(line).map(drop))
        });
        loop {
            let next = tokio::select! {
                () = interrupt.pressed() => return Ok(ControlFlow::Break(())),
                next = lines.recv() => next,
            };
            let Some(batch) = next else { break };
            let batch = batch.map_err(|failure| early::behind(failure, &NOTHING))?;
            count += batch.len() as u64;
            progress.show(count);
            for (place, made) in batch {
                if let Err(error) = made {
                    progress.clear();
                    let place = format!("line {} of {}", place.line, name(path));
                    return Err(early::broken(&place, &error, &NOTHING));
                }
            }
        }
        let mut check = check.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = check.end_of_file();
        ended.map_err(|error| early::broken(&name(path), &error, &NOTHING))?;
    }
    progress.clear();
    Ok(ControlFlow::Continue(()))
}
