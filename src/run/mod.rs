//! Each question with its stages in their order.

pub(crate) mod compare;
pub(crate) mod check;
