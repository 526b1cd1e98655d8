//! Which VM to migrate first.

use super::{Cell, Table, column, row, table, without_empty_columns};
use crate::model::{Candidate, Placement, Unit};

/// The VMs in the order in which to migrate them.
pub fn placement(placement: &Placement) -> Table {
    let columns = vec![
        column("order", "table.order", None),
        column("vm", "table.vm", None),
        column("migration", "table.migration", Some(Unit::Seconds)),
        column("downtime", "table.downtime", Some(Unit::Seconds)),
        column("cpu", "table.cpu", Some(Unit::Percent)),
        column("decided_by", "table.decided_by", None),
        column("as_fast", "table.as_fast", None),
    ];
    let decimals = decimals(placement);
    let tied = placement.order.iter().any(|vm| !vm.reason.as_fast().is_empty());
    let of = |(index, vm): (usize, &Candidate)| {
        row(vec![
            Cell::count(index + 1),
            Cell::Text(vm.vm.clone()),
            Cell::plus_minus(Some((vm.time_s, vm.time_uncertainty_s)), decimals),
            Cell::number(vm.downtime_s, 2),
            Cell::number(vm.cpu_percent, 1),
            Cell::Label(vm.reason.label()),
            if tied { Cell::Text(vm.reason.as_fast().join(", ")) } else { Cell::Missing },
        ])
    };
    let rows = placement.order.iter().enumerate().map(of).collect();
    without_empty_columns(table("placement".to_owned(), columns, rows))
}

/// All times are written as finely as the first digit of the least uncertainty asks for, but not finer than to the
/// millisecond.
pub fn decimals(placement: &Placement) -> u8 {
    let least = placement.order.iter().map(|vm| vm.time_uncertainty_s).fold(f64::INFINITY, f64::min);
    match least {
        0.095.. => 1,
        0.0095.. => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::tables::example::placed;
    use crate::write::tables::table_csv;

    #[test]
    fn a_row_has_its_reason_and_those_that_are_as_fast() {
        let csv = String::from_utf8(table_csv(&placement(&placed())).unwrap()).unwrap();
        assert_eq!(
            csv,
            "order,vm,migration_s,migration_half_width_s,downtime_s,cpu_percent,decided_by,as_fast\n\
             1,web,63,0.5,18,45,shorter-downtime,mail\n\
             2,mail,64,0.5,28,30.5,least-time,\n\
             3,db,90,1.25,,20,last,\n"
        );
    }
}
