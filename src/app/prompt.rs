//! One line of input at the foot of the screen: a filter, where to go, or a command.

use tui_input::{Input, InputRequest};

use super::bookmarks::Bookmark;
use super::consumer_groups::{Asked, Proposal};
use super::input::{Code, Held, Key};
use super::narrowing::Narrowing;
use crate::query::FilterError;

/// What a prompt asks for.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// A filter; keeps the one in force before, for Esc.
    Filter(Option<Box<Narrowing>>),
    /// A moment to go to.
    GoTo,
    /// The note of a bookmark.
    Note {
        /// The bookmark.
        mark: Box<Bookmark>,
        /// Whether it is only being made.
        is_new: bool,
    },
    /// A filter to run until.
    RunUntil,
    /// What a change of a consumer group needs.
    Group(Asked),
    /// Whether a change is to be carried out.
    Confirm(Box<Proposal>),
    /// A command, chosen from the list by its name.
    Palette {
        /// The row that Enter runs.
        chosen: usize,
    },
}

/// An open prompt.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What it asks for.
    pub purpose: Purpose,
    /// What was typed.
    pub input: Input,
    /// What is wrong with it.
    pub error: Option<FilterError>,
}

/// What a key did to a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The text changed.
    Changed,
    /// Nothing, or the cursor moved.
    Same,
    /// Return.
    Done,
    /// Escape.
    Cancelled,
}

impl Prompt {
    /// A prompt with this text, the cursor after it.
    #[must_use]
    pub fn new(purpose: Purpose, text: String) -> Self {
        Self {
            purpose,
            input: Input::new(text),
            error: None,
        }
    }

    /// Edits the line.
    pub fn press(&mut self, key: Key) -> Typed {
        use InputRequest as R;
        let request = match (key.held, key.code) {
            (_, Code::Enter) => return Typed::Done,
            (_, Code::Esc) | (Held::Control, Code::Char('c' | 'g')) => return Typed::Cancelled,
            (Held::None | Held::Shift, Code::Char(c)) => R::InsertChar(c),
            (Held::Control, Code::Char('w')) | (Held::Alt, Code::Backspace) => R::DeletePrevWord,
            (Held::Control, Code::Char('u')) => R::DeleteLine,
            (Held::Control, Code::Char('k')) => R::DeleteTillEnd,
            (Held::Control, Code::Char('a')) | (_, Code::Home) => R::GoToStart,
            (Held::Control, Code::Char('e')) | (_, Code::End) => R::GoToEnd,
            (Held::Alt | Held::Control, Code::Left) => R::GoToPrevWord,
            (Held::Alt | Held::Control, Code::Right) => R::GoToNextWord,
            (_, Code::Backspace) => R::DeletePrevChar,
            (_, Code::Delete) => R::DeleteNextChar,
            (_, Code::Left) => R::GoToPrevChar,
            (_, Code::Right) => R::GoToNextChar,
            _ => return Typed::Same,
        };
        match self.input.handle(request) {
            Some(change) if change.value => Typed::Changed,
            _ => Typed::Same,
        }
    }

    /// Types text in one go; line breaks and other control characters become blanks.
    pub fn paste(&mut self, text: &str) {
        for c in text.trim().chars().take(4096) {
            self.input
                .handle(InputRequest::InsertChar(if c.is_control() {
                    ' '
                } else {
                    c
                }));
        }
    }
}
