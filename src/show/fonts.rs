//! The fonts of figures and documents, which are in the program.

/// Inter, as text is set.
pub const REGULAR: &[u8] = include_bytes!("../../report-templates/fonts/Inter-Regular.ttf");
/// For headings.
pub const SEMI_BOLD: &[u8] = include_bytes!("../../report-templates/fonts/Inter-SemiBold.ttf");
pub const ITALIC: &[u8] = include_bytes!("../../report-templates/fonts/Inter-Italic.ttf");
/// For signs that Inter lacks, such as names in Cyrillic.
pub const OTHER: &[u8] = include_bytes!("../../report-templates/fonts/DejaVuSans.ttf");
