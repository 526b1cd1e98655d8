//! The HTML document: one file that needs nothing else.
