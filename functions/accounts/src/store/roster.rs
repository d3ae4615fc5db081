//! All users, page by page.

use std::collections::HashMap;

use holdfast_core::{CursorKey, Page, UserId};
use holdfast_dynamo::{Query, of_kind};
use holdfast_http::Problem;

use super::items::{ALL_USERS, Profile, UserItem, profile_key};
use super::{Accounts, Person};
use crate::domain::User;

impl Accounts {
    /// A page of all users, the newest first: one query, and one batch for what is personal about them.
    pub(crate) async fn roster(
        &self,
        key: &CursorKey,
        limit: u8,
        cursor: Option<&str>,
    ) -> Result<Page<Person>, Problem> {
        let query = Query::gsi1(ALL_USERS).newest_first().limit(limit);
        let page = self.table.list::<UserItem>(query, key, "users-list", cursor).await?;
        let page = page?;
        let users: Vec<User> = page.items.into_iter().map(User::from).collect();
        let keys: Vec<_> = users.iter().map(|user| profile_key(user.id)).collect();
        let profiles = of_kind::<Profile>(&self.table.get_all(&keys).await?)?;
        let mut profiles: HashMap<UserId, Profile> =
            profiles.into_iter().map(|profile| (profile.user_id, profile)).collect();
        let person = |user: User| Person { profile: profiles.remove(&user.id), user };
        Ok(Page { items: users.into_iter().map(person).collect(), next_cursor: page.next_cursor })
    }
}
