//! The documents: one [`view::Document`] of formatted text, set twice, as HTML and as PDF.

pub mod html;
pub mod outline;
pub mod pdf;
pub mod view;
