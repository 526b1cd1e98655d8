//! What figures are made of. Nothing here knows a figure.
//!
//! [`canvas`] draws lines, areas and text in units, through [`svg`], the backend that writes the document; [`theme`]
//! says how things look, [`scale`] where values lie. [`legend`] and [`panel`] are parts of drawings; [`thinned`],
//! [`spans`] and [`grid`] reduce what the analysis holds to what is shown; [`names`] and [`units`] put it into words, [`pages`] on pages.

pub mod canvas;
pub mod grid;
pub mod legend;
pub mod names;
pub mod pages;
pub mod panel;
pub mod scale;
pub mod spans;
pub mod svg;
pub mod theme;
pub mod thinned;
pub mod units;
