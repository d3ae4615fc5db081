//! Addresses: one by one. Their user's item lists them, and bears their events.

use holdfast_core::{AddressId, UserId};
use holdfast_dynamo::{Action, Query, of_kind};
use holdfast_http::Problem;

use super::Accounts;
use super::items::{ADDRESSES, AddressItem, address_key, partition};

impl Accounts {
    /// One of someone's addresses.
    pub(crate) async fn address(&self, user: UserId, id: AddressId) -> Result<Option<AddressItem>, Problem> {
        Ok(self.table.get(&address_key(user, id)).await?)
    }

    /// Someone's addresses, in the order of their making.
    pub(crate) async fn addresses(&self, user: UserId) -> Result<Vec<AddressItem>, Problem> {
        let found = self.table.all(&Query::partition(partition(user)).under(ADDRESSES)).await?;
        Ok(of_kind(&found)?)
    }

    /// Writes an address.
    pub(crate) fn put_address(&self, item: &AddressItem) -> Action {
        self.table.put(item)
    }

    /// Removes an address.
    pub(crate) fn remove_address(&self, user: UserId, id: AddressId) -> Action {
        self.table.delete(address_key(user, id))
    }
}
