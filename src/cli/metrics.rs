//! `stillstand metrics`

use super::args::MetricsArgs;
use super::terminal::print_text;
use super::{Ending, show};
use crate::model::metrics::metrics;
use crate::show::text::Text;

pub fn run(args: &MetricsArgs) -> anyhow::Result<Ending> {
    let text = Text::new(args.lang);
    let mut table = show::plain_table();
    table.set_header(["metric", "unit", "better", "label", "definition"]);
    for metric in metrics() {
        let label = text.metric_label(metric);
        let unit = metric.unit.map_or("", |unit| unit.name());
        let definition = text.get(&metric.definition()).to_owned();
        table.add_row([metric.key.0, unit, metric.direction.name(), &label, &definition]);
    }
    print_text(&format!("{table}\n"))?;
    Ok(Ending::Done)
}
