//! No route can be forgotten: each operation is tried without a token, with a token that is none, by every role that may
//! not, and by every role that may.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use holdfast_auth::Role;
use holdfast_local::registry;
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};

/// Operations for everybody. A new one here is a decision; most routes belong to somebody.
const PUBLIC: [&str; 21] = [
    "auth_forgot_password",
    "auth_jwks",
    "auth_login",
    "auth_logout",
    "auth_refresh",
    "auth_register",
    "auth_resend_verification",
    "auth_reset_password",
    "auth_verify_email",
    "availability_get",
    "cart_add_item",
    "categories_list",
    "docs_openapi",
    "docs_page",
    "health",
    "payments_webhook",
    "products_get",
    "products_list",
    "shipping_methods_list",
    "shipping_webhook",
    "unsubscribe",
];

/// Operations on something of the caller's own, which another's id must not reach: the stories show each.
const OWNED: [&str; 5] =
    ["addresses_delete", "addresses_update", "devices_remove", "devices_verify", "me_sessions_revoke"];

struct Operation {
    id: String,
    method: http::Method,
    path: String,
    permissions: Option<Vec<String>>,
}

/// All operations, as the handlers describe themselves.
fn operations() -> Vec<Operation> {
    let documents = registry::functions().into_iter().filter_map(|function| function.openapi());
    let mut operations = Vec::new();
    for document in documents {
        let document = serde_json::to_value(document).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let security = operation["security"].as_array().cloned().unwrap_or_default();
                let open = security.iter().any(|way| way.as_object().unwrap().is_empty());
                let scopes = security.iter().find_map(|way| way.get("access_token"));
                let names = |scopes: &Value| serde_json::from_value(scopes.clone()).unwrap();
                operations.push(Operation {
                    id: operation["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase().parse().unwrap(),
                    path: path.clone(),
                    permissions: scopes.filter(|_| !open).map(names),
                });
            }
        }
    }
    operations
}

async fn tries(actor: &Actor, operation: &Operation) -> u16 {
    let id = match operation.path.split('/').nth(3) {
        Some("sessions") => "ses_00000000000000000000000000",
        Some("devices") => "dev_00000000000000000000000000",
        Some("addresses") => "adr_00000000000000000000000000",
        Some("products") if operation.path.contains("/imports/") => "imp_00000000000000000000000000",
        Some("products") => "prd_00000000000000000000000000",
        Some("categories") => "cat_00000000000000000000000000",
        Some("orders") => "ord_00000000000000000000000000",
        Some("webhook-endpoints") => "whe_00000000000000000000000000",
        Some("webhook-deliveries") => "whd_00000000000000000000000000",
        Some("warehouses") => "whs_00000000000000000000000000",
        _ => "usr_00000000000000000000000000",
    };
    let path = operation.path.replace("{id}", id).replace("{sku}", "TEE-M").replace("{id_or_slug}", "tee");
    let path = path.replace("{name}", "tax-rates").replace("{return_id}", "ret_00000000000000000000000000");
    let path = path.replace("{image_id}", "img_00000000000000000000000000");
    let body = (operation.method != http::Method::GET).then(|| json!({}));
    let answer = actor.ask(operation.method.clone(), &path, body).await;
    for (name, value) in SAFE {
        let header = answer.header(name).unwrap_or_else(|| panic!("{} lacks {name}: {answer:?}", operation.id));
        assert!(header.contains(value), "{}: {name} is {header}", operation.id);
    }
    assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()), "{answer:?}");
    answer.status.as_u16()
}

/// Headers that every answer of ours carries.
const SAFE: [(&str, &str); 6] = [
    ("strict-transport-security", "max-age=63072000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'"),
    ("cache-control", ""),
];

#[tokio::test]
async fn every_route_asks_for_what_it_needs() {
    let shop = Shop::open();
    let guest = shop.guest();
    let customer = shop.customer("ada@example.test").await;
    let mut staff = Vec::new();
    for role in Role::ALL {
        staff.push((role, shop.staff(role).await));
    }
    let operations = operations();
    assert!(operations.len() >= 91, "all endpoints are seen: {}", operations.len());
    for operation in &operations {
        let id = operation.id.as_str();
        let Some(permissions) = &operation.permissions else {
            tries(&guest, operation).await;
            assert!(PUBLIC.contains(&id), "{id} needs no token: give it one, or a place among the public ones");
            assert!(!operation.path.starts_with("/v1/admin/"), "{id}");
            continue;
        };
        assert!(!PUBLIC.contains(&id), "{id} needs a token now: strike it from the public ones");
        assert_eq!(tries(&guest, operation).await, 401, "{id} without a token");
        assert_eq!(
            tries(&guest.clone().with_token("nonsense"), operation).await,
            401,
            "{id} with a token that is none"
        );
        let refresh = guest.clone().with_token(&customer.refresh_token());
        assert_eq!(tries(&refresh, operation).await, 401, "{id} with a refresh token");

        let staffs = operation.path.starts_with("/v1/admin/");
        assert_eq!(staffs, !permissions.is_empty(), "{id}: a route of staff's names its permission, and no other does");
        let [needed] = permissions.as_slice() else { continue };
        assert_eq!(tries(&customer, operation).await, 403, "{id} by a customer");
        let mut may = 0;
        for (role, actor) in &staff {
            let granted = holdfast_auth::Permission::ALL.into_iter().find(|one| one.name() == needed);
            let granted = granted.unwrap_or_else(|| panic!("{id} names {needed}, which is no permission"));
            let status = tries(actor, operation).await;
            if role.may(granted) {
                may += 1;
                assert!(status != 401 && status != 403, "{id} by {role:?}: {status}");
            } else {
                assert_eq!(status, 403, "{id} by {role:?}");
            }
        }
        assert!(may > 0, "{id} can be done by somebody");
    }
    let owned: Vec<&str> = operations
        .iter()
        .filter(|operation| operation.path.starts_with("/v1/me/") && operation.path.contains('{'))
        .map(|operation| operation.id.as_str())
        .collect();
    for id in owned {
        assert!(OWNED.contains(&id), "{id} takes an id: tell in a story that another's is not found, then list it");
    }
}
