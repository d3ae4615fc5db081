use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// An event that was heard of in the second in which it happened.
fn heard(sequence: u64, second: i64) -> Heard {
    Heard { sequence, time: at(second), heard_at: at(second), wanted: true }
}

fn deliver(sequence: u64) -> Step {
    Step::Deliver { sequence, mark: None }
}

#[test]
fn a_lane_begins_at_the_subjects_first_event() {
    let lane = Lane::new(1);
    assert_eq!(lane.step(&[], at(0), at(0)), Step::Rest);
    assert_eq!(lane.step(&[heard(1, 5), heard(2, 6)], at(0), at(6)), Step::Jump { to: 1, gap: false });
    // The second came first: the first is waited for.
    assert_eq!(lane.step(&[heard(2, 6)], at(0), at(6)), Step::Wait(at(306)));
    assert_eq!(lane.step(&[heard(2, 6)], at(0), at(306)), Step::Jump { to: 2, gap: true });
}

#[test]
fn what_happened_before_the_endpoint_was_on_is_not_for_it() {
    let lane = Lane::new(1);
    let known = [heard(1, 5), heard(2, 6), heard(3, 10)];
    assert_eq!(lane.step(&known[..2], at(10), at(10)), Step::Rest);
    assert_eq!(lane.step(&known, at(10), at(10)), Step::Jump { to: 3, gap: false });
}

#[test]
fn events_go_one_after_the_other() {
    let mut lane = Lane::new(1);
    lane.jumped(1, false);
    let known = [heard(1, 5), Heard { wanted: false, ..heard(2, 6) }, heard(3, 7)];
    assert_eq!(lane.step(&known, at(0), at(7)), deliver(1));
    lane.passed(1, true);
    assert_eq!(lane.step(&known, at(0), at(7)), Step::Pass { sequence: 2 });
    lane.passed(2, false);
    assert_eq!(lane.step(&known, at(0), at(7)), deliver(3));
    lane.passed(3, true);
    assert_eq!(lane.step(&known, at(0), at(7)), Step::Rest);
    assert_eq!(lane.floor(), 4);
}

#[test]
fn a_gap_is_waited_for_and_then_told() {
    let mut lane = Lane::new(1);
    lane.jumped(2, false);
    let known = [heard(4, 10), heard(5, 200)];
    assert_eq!(lane.step(&known, at(0), at(10)), Step::Wait(at(310)));
    assert_eq!(lane.step(&known, at(0), at(309)), Step::Wait(at(310)));
    // They come after all.
    let all = [heard(2, 9), heard(3, 9), heard(4, 10), heard(5, 200)];
    assert_eq!(lane.step(&all, at(0), at(309)), deliver(2));
    // They do not.
    assert_eq!(lane.step(&known, at(0), at(310)), Step::Jump { to: 4, gap: true });
    lane.jumped(4, true);
    assert_eq!(lane.step(&known, at(0), at(310)), Step::Deliver { sequence: 4, mark: Some(Mark::Gap) });
    lane.passed(4, true);
    assert_eq!(lane.step(&known, at(0), at(310)), deliver(5), "it is told once");
}

#[test]
fn a_gap_before_what_nobody_wants_is_told_with_what_somebody_does() {
    let mut lane = Lane::new(1);
    lane.jumped(4, true);
    lane.passed(4, false);
    assert_eq!(lane.step(&[heard(5, 0)], at(0), at(0)), Step::Deliver { sequence: 5, mark: Some(Mark::Gap) });
}

#[test]
fn what_comes_too_late_is_sent_and_says_so() {
    let mut lane = Lane::new(1);
    lane.jumped(4, true);
    lane.passed(4, true);
    for sequence in [3, 3, 2, 5, 6] {
        lane.came(sequence);
    }
    assert_eq!(lane.late, [3, 2]);
    assert_eq!(lane.floor(), 2);
    let known = [heard(2, 0), heard(3, 0), heard(4, 0), heard(5, 0)];
    assert_eq!(lane.step(&known, at(0), at(0)), Step::Deliver { sequence: 3, mark: Some(Mark::Late) });
    lane.passed(3, true);
    assert_eq!(lane.step(&known, at(0), at(0)), Step::Deliver { sequence: 2, mark: Some(Mark::Late) });
    lane.passed(2, true);
    assert_eq!(lane.step(&known, at(0), at(0)), deliver(5));
}

#[test]
fn a_failure_is_tried_again_for_a_day() {
    let mut lane = Lane::new(1);
    lane.jumped(1, false);
    let (mut now, mut pauses) = (at(1_000), Vec::new());
    let since = loop {
        match lane.failed(now, 0) {
            Verdict::Again(again) => {
                assert_eq!(lane.step(&[heard(1, 0)], at(0), now), Step::Wait(again), "not before its time");
                assert_eq!(lane.step(&[heard(1, 0)], at(0), again), deliver(1));
                pauses.push(again.duration_since(now).as_secs());
                now = again;
            }
            Verdict::GivenUp(since) => break since,
        }
    };
    assert_eq!((since, now), (at(1_000), at(1_000 + 24 * 60 * 60)));
    assert_eq!(pauses[..8], [30, 60, 120, 240, 480, 960, 1_920, 3_840]);
    assert!(pauses[8..pauses.len() - 1].iter().all(|pause| *pause == 7_200));
    // Eight that double are 7,650 s, ten of two hours 72,000 s: one of 6,750 s is left of the day.
    assert_eq!((pauses.len(), pauses.last()), (19, Some(&6_750)));
    lane.gave_up(1);
    assert_eq!(lane.step(&[heard(2, 0)], at(0), now), Step::Deliver { sequence: 2, mark: Some(Mark::Gap) });
}

#[test]
fn pauses_differ_by_a_tenth() {
    let pause = |random| {
        let mut lane = Lane::new(1);
        match lane.failed(at(0), random) {
            Verdict::Again(again) => again.as_millisecond(),
            Verdict::GivenUp(_) => panic!("given up at once"),
        }
    };
    assert_eq!((pause(0), pause(255)), (30_000, 32_988));
}

proptest! {
    /// However events come in, however late: each is delivered once; and in order, if none comes more than five minutes late.
    #[test]
    fn each_is_delivered_once_and_in_order_if_it_comes_in_time(
        order in Just((1_u64..=8).collect::<Vec<_>>()).prop_shuffle(),
        pauses_s in prop::collection::vec(0_i64..120, 8),
    ) {
        let (mut lane, mut known, mut now) = (Lane::new(1), Vec::<Heard>::new(), at(1_000));
        let mut sent: Vec<u64> = Vec::new();
        for (sequence, pause_s) in order.iter().zip(&pauses_s) {
            now = now.saturating_add(SignedDuration::from_secs(*pause_s)).unwrap();
            known.push(Heard { heard_at: now, ..heard(*sequence, 1_000) });
            known.sort_by_key(|heard| heard.sequence);
            lane.came(*sequence);
            loop {
                match lane.step(&known, at(0), now) {
                    Step::Deliver { sequence, .. } => {
                        sent.push(sequence);
                        lane.passed(sequence, true);
                    }
                    Step::Pass { sequence } => lane.passed(sequence, false),
                    Step::Jump { to, gap } => lane.jumped(to, gap),
                    Step::Wait(_) | Step::Rest => break,
                }
            }
        }
        prop_assert_eq!(sent.iter().copied().collect::<BTreeSet<_>>(), (1..=8).collect(), "{:?}", sent);
        prop_assert_eq!(sent.len(), 8);
        if pauses_s.iter().skip(1).sum::<i64>() < 300 {
            prop_assert!(sent.is_sorted(), "{:?}", sent);
        }
    }
}
