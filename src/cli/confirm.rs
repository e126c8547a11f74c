//! Asking before something is changed that cannot be taken back.

use std::io::{self, BufRead, IsTerminal, Write};

use super::failure::{Failure, complain};
use crate::model::SafeText;

/// Asks on the terminal whether to do `what` (a sentence without its question mark); `yes` is an answer given in advance.
///
/// # Errors
/// Where there is nobody to ask (exit status 2), or the answer is no (exit status 1).
pub fn confirm(what: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            format!("{what}: this has to be confirmed, and there is no terminal to ask on"),
            "add --yes",
        ));
    }
    match answer(what, "? [y/N] ")?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(unchanged()),
    }
}

/// The same for what loses something: the answer has to be this word.
///
/// # Errors
/// Where there is nobody to ask (exit status 2), or the answer is another (exit status 1).
pub fn confirm_typed(what: &str, word: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return confirm(what, false);
    }
    if answer(what, &format!("\ntype {word} to go on: "))? == word {
        return Ok(());
    }
    Err(unchanged())
}

fn answer(what: &str, question: &str) -> Result<String, Failure> {
    let shown = SafeText::line(what.as_bytes(), usize::MAX);
    complain(&format!("{shown}{question}"));
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

fn unchanged() -> Failure {
    Failure::new(super::failure::Status::Failed, "nothing was changed", "")
}
