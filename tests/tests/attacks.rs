//! The attacks of `make race`, on a shop on disk that is served on a port, while calls conflict and are throttled, functions die,
//! answers are lost, and what is sent comes twice or in another order.

use std::error::Error;

use holdfast_attack::Target;
use holdfast_attack::race::{Plan, race};
use holdfast_local::{Fault, Faults, Kind, Matcher, seed};
use holdfast_tests::served::Served;

const KINDS: [Kind; 7] =
    [Kind::Conflicts, Kind::Throttle, Kind::Crash, Kind::Lost, Kind::Duplicates, Kind::Reorder, Kind::Early];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_what_is_not_there() -> Result<(), Box<dyn Error>> {
    let seed = 1;
    let served = Served::with("attacks", Faults::seeded(&KINDS, seed), async |shop| {
        // Chance may spare a single round the worst moment to die at.
        for after in 0..3 {
            let orders = Matcher {
                function: Some("CheckoutPlaceFunction".to_owned()),
                operation: Some("TransactWriteItems".to_owned()),
                after,
            };
            shop.world().faults().once(orders, Fault::CrashAfter);
        }
        Ok(seed::demo(shop.world()).await?)
    })
    .await?;
    let target = Target::demo(&format!("http://127.0.0.1:{}", served.port));
    let report = race(&target, &Plan { seed, rounds: 1, only: String::new() }).await?;
    println!("{report}");
    served.close().await?;
    assert_eq!(report.violations(), 0, "{report}");
    assert_eq!(report.lacked(), Vec::<&str>::new(), "it raced nothing: {report}");
    Ok(())
}
