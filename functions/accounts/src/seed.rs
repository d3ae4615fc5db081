//! The demo accounts of a laptop, written as a registration is.

use holdfast_auth::{PasswordHash, Role};
use holdfast_core::UserId;
use holdfast_http::{Origin, Problem};
use holdfast_runtime::{FromInit, Init};

use crate::domain::{Code, Email, Locale, PersonName, User};
use crate::events::Happened;
use crate::store::{Accounts, Profile};

/// Makes a verified account with these roles, unless the address has one already. Nothing is mailed: nobody waits for it.
pub async fn demo_account(
    init: &Init,
    email: Email,
    password: PasswordHash,
    name: PersonName,
    roles: &[Role],
) -> Result<(), Problem> {
    let accounts = Accounts::from_init(init).await.map_err(|error| Problem::internal(error.to_string()))?;
    let (id, now) = (accounts.ambient.id::<UserId>(), accounts.ambient.now());
    let mut user = User::registered(id, Code::new(accounts.ambient.id(), now, Code::LIFETIME), now);
    user.verify();
    user.roles = roles.to_vec();
    let profile = Profile { user_id: id, email, name, locale: Locale::default(), password };
    accounts.register(user, &profile, &Happened::RolesSet { roles: roles.to_vec() }, &Origin::nowhere()).await?;
    Ok(())
}
