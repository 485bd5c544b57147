//! What a bot of Lex V2 does with what it hears, as far as its definition says it.
//!
//! ```text
//! properties of the bot ─Bot::read→ Bot ─┐
//! Session, what is heard, answers of functions ─hear→ Turn: what is said and the Session now, or which function to ask
//! ```
//!
//! Nothing but [`runtime`] knows a store, a clock or chance. A turn that needs a function ends in [`Turn::Ask`]; whoever has its answer
//! asks for the same turn again with the answer added, and the turn goes the same way up to there and on. The real service
//! understands more than the words of its utterances; here an input is understood where an utterance says it, without
//! regard to case and punctuation. Of several ways to say a thing, the first is said first, and another one each time it
//! is asked again.

pub(crate) mod bot;
pub(crate) mod dialog;
mod hook;
mod numbers;
pub(crate) mod prompt;
pub(crate) mod runtime;
pub(crate) mod session;
mod utterance;
mod value;

pub(crate) use dialog::Call;
pub(crate) use runtime::{Asked, Handled, RUNTIME, handle, is_runtime, may_ask};

#[cfg(test)]
mod tests;
