//! `stillstand formats`

use stillstand_parsers::FORMATS;

use super::terminal::print_text;
use super::{Ending, show};

pub fn run() -> anyhow::Result<Ending> {
    let mut table = show::plain_table();
    table.set_header(["format", "what it is", "written by"]);
    for format in FORMATS {
        table.add_row([format.name(), format.description(), format.written_by()]);
    }
    print_text(&format!("{table}\n"))?;
    Ok(Ending::Done)
}
