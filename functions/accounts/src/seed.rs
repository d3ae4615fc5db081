//! The demo accounts of a laptop, made by the same code that registers everybody.

use holdfast_auth::{Password, Role};
use holdfast_core::{CodeId, UserId};
use holdfast_http::{Origin, Problem};
use holdfast_runtime::{FromInit, Init};

use crate::domain::{Code, Email, Locale, PersonName, User};
use crate::store::{Accounts, Change, Happened, Profile};

/// Makes a verified account with these roles, unless the address has one already.
pub async fn demo_account(
    init: &Init,
    email: Email,
    password: &Password,
    name: PersonName,
    roles: &[Role],
) -> Result<(), Problem> {
    let accounts = Accounts::from_init(init).await.map_err(|error| Problem::internal(error.to_string()))?;
    let (id, code_id) = (accounts.ambient.id::<UserId>(), accounts.ambient.id::<CodeId>());
    let user = User::registered(id, Code::new(code_id, accounts.ambient.now(), Code::LIFETIME), accounts.ambient.now());
    let password = password.hash(accounts.ambient.bytes());
    let profile = Profile { user_id: id, email, name, locale: Locale::default(), password };
    let origin = Origin::nowhere();
    if accounts.register(user, &profile, &origin, code_id).await? {
        let verify = |person: &mut crate::store::Person, _| {
            person.user.verify();
            Ok(Change::of(Happened::EmailVerified {}, ()))
        };
        accounts.change(id, &origin, id, verify).await?;
        let set = |person: &mut crate::store::Person, _| {
            person.user.roles = roles.to_vec();
            Ok(Change::of(Happened::RolesSet { roles: roles.to_vec() }, ()))
        };
        if !roles.is_empty() {
            accounts.change(id, &origin, id, set).await?;
        }
    }
    Ok(())
}
