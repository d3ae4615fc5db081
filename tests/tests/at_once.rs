//! Several at once for what only one may have, or only so many: what each of them read before it wrote decides nothing.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

/// How many ask at the same moment.
const CLERKS: usize = 16;
/// How often each asks again that was asked to come back.
const PATIENCE: usize = 40;

/// All of them send their request at the same moment. What each is answered, in their order.
async fn at_once(requests: impl Iterator<Item = (Actor, String, Value)>) -> Vec<Answer> {
    let send = |(actor, path, body): (Actor, String, Value)| {
        tokio::spawn(async move {
            for _ in 0..PATIENCE {
                let answer = actor.post(&path, body.clone()).await;
                if answer.status != 503 {
                    return answer;
                }
            }
            panic!("{path} has no answer after {PATIENCE} tries");
        })
    };
    let sent: Vec<_> = requests.map(send).collect();
    let mut answers = Vec::new();
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn warehouse(keeper: &Actor, nth: usize) -> (Actor, String, Value) {
    let body = json!({"name": format!("No. {nth}"), "priority": nth});
    (keeper.clone().keyed(&format!("open-{nth}")), "/v1/admin/warehouses".to_owned(), body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_never_an_eleventh_warehouse() {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    for nth in 0..7 {
        let (keeper, path, body) = warehouse(&keeper, nth);
        keeper.post(&path, body).await.expect_status(201);
    }
    let answers = at_once((7..7 + CLERKS).map(|nth| warehouse(&keeper, nth))).await;
    assert!(shop.world().overlapping() > 0, "nobody waited for anybody");
    let (opened, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!([opened.len(), refused.len()], [3, CLERKS - 3]);
    for answer in refused {
        answer.expect_problem(409, "too_many_warehouses");
    }
    let listed = keeper.get("/v1/admin/warehouses").await.expect_status(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(10));
    // Who opened the last one may ask again what became of it.
    let again = at_once((0..7 + CLERKS).map(|nth| warehouse(&keeper, nth))).await;
    assert_eq!(again.iter().filter(|answer| answer.status == 201).count(), 10);
}
