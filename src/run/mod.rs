//! Each question with its stages in their order.

mod clock;
mod trees;
pub(crate) mod threads;
pub(crate) mod compare;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod index;
