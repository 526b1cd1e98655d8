//! The PDF document, typeset by typst.
