//! Which VM to migrate first, drawn from an order made by hand.

use super::*;
use crate::show::tables::example::placed;

fn analysis_of(placement: Placement) -> Analysis {
    let mut analysis = Analysis { placement: Some(placement), ..analysis() };
    analysis.curves.clear();
    analysis.series.clear();
    analysis.runs.clear();
    analysis.conditions.clear();
    analysis
}

#[test]
fn an_order_of_migrations_shows_who_has_to_go() {
    let mut analysis = analysis_of(placed());
    let svg = figure(&analysis, "placement");
    for said in [">has to migrate<", ">may stay<", "63.0 ± 0.5", ">n/a<", ">Downtime<"] {
        assert!(svg.contains(said), "{said}: {svg}");
    }
    check("placement", &svg);
    let order = &mut analysis.placement.as_mut().unwrap().order;
    order.iter_mut().for_each(|vm| vm.downtime_s = None);
    assert!(!figure(&analysis, "placement").contains(">Downtime<"));
    let order = &mut analysis.placement.as_mut().unwrap().order;
    *order = std::iter::repeat_n(order[0].clone(), 500).collect();
    assert_eq!(ids(&analysis), Vec::<String>::new());
    check_words(&analysis_of(placed()));
}

#[test]
fn names_of_vms_cannot_break_out() {
    let mut placement = placed();
    for vm in &mut placement.order {
        vm.vm = format!("{}</text><script>x</script>\"&'\u{0}\u{202E}\n{}", vm.vm, "w".repeat(60));
    }
    let svg = figure(&analysis_of(placement), "placement");
    assert!(!svg.contains("<script") && !svg.contains('\u{202E}'), "{svg}");
    assert!(!svg.chars().any(|c| c.is_control() && c != '\n'), "{svg}");
    check_labels("placement", &svg);
}

#[test]
fn placement_as_reviewed() {
    insta::assert_snapshot!(figure(&analysis_of(placed()), "placement"));
}
