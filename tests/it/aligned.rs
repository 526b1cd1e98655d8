//! Curves aligned at other events than the request.

use stillstand::campaign::driver::{Options, Progress, run};
use stillstand::input::config::AlignKey;
use stillstand::model::{Analysis, Curve, Entries, Event};

use crate::campaign;

fn analysed(align: &[AlignKey]) -> Analysis {
    let options = Options { align: align.to_vec(), ..Default::default() };
    run(&[campaign()], &options, &Progress::UNSEEN).unwrap().analysis
}

/// The VM's CPU on the target in the bins before, at and after a time zero, and its plateau: the median
/// of the ten seconds that follow.
fn around_zero(curve: &Curve) -> ([f64; 3], f64) {
    let at = |t: f64| curve.bins.iter().find(|bin| bin.t_s == t).unwrap().mean.unwrap();
    let mut later: Vec<f64> = (3..13).map(|t| at(f64::from(t))).collect();
    later.sort_by(f64::total_cmp);
    ([-1.0, 0.0, 1.0].map(at), later[5])
}

#[test]
fn aligned_at_resumption_the_vm_is_active_on_the_target_within_one_bin() {
    let analysis = analysed(&[AlignKey::Request, AlignKey::Resume]);
    assert_eq!(analysis.campaign.also_aligned, [Event::Resume]);
    assert_eq!(analysis.conditions.len(), 5);
    for (id, condition) in analysis.conditions.entries() {
        let vm = |curve: &&Curve| {
            curve.condition == id
                && curve.host.as_deref() == Some("apfel")
                && curve.metric == "domain.asam.cpu"
        };
        let of = |event| analysis.curves.iter().filter(vm).find(|curve| curve.align == event).unwrap();
        // All of the rise lies in the bin of the resumption.
        let ([before, _, after], plateau) = around_zero(of(Event::Resume));
        assert!(before < 0.02 * plateau, "{}: {before} of {plateau}", condition.id);
        assert!(after > 0.8 * plateau, "{}: {after} of {plateau}", condition.id);
    }
    // Aligned at the request the same repetitions make stairs: outages differ by seconds.
    let cpuburn = analysis.conditions.find_id(|condition| condition.id == "cpuburn").unwrap();
    let stairs = analysis.curves.iter().find(|curve| {
        curve.condition == cpuburn
            && curve.align == Event::Request
            && curve.host.as_deref() == Some("apfel")
            && curve.metric == "domain.asam.cpu"
    });
    let partial = stairs.unwrap().bins.iter().filter(|bin| {
        bin.mean.is_some_and(|mean| (2.0..38.0).contains(&mean) && (5.0..40.0).contains(&bin.t_s))
    });
    assert!(partial.count() >= 5);
}

#[test]
fn one_event_gives_one_curve_each() {
    let (one, two) = (analysed(&[AlignKey::Resume]), analysed(&[AlignKey::Request, AlignKey::Resume]));
    assert_eq!(2 * one.curves.len(), two.curves.len());
    assert!(one.curves.iter().all(|curve| curve.align == Event::Resume));
}
