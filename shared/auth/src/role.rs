//! Who may what: staff's roles, and the permissions that routes name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a member of staff works as. A user without any is a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Helps customers with their orders.
    Support,
    /// Counts, packs and ships.
    Warehouse,
    /// Keeps the products.
    Catalog,
    /// Reads figures; personal data is masked for them.
    Analyst,
    /// All of it, roles included.
    Admin,
}

/// What a route of staff's asks for. Each names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See users.
    UsersRead,
    /// Set roles, disable users.
    UsersWrite,
    /// See products that are not for sale yet or any more.
    CatalogRead,
    /// Change products and categories.
    CatalogWrite,
    /// See stock.
    InventoryRead,
    /// Change stock.
    InventoryWrite,
    /// See orders: the warehouse without payments and e-mail addresses, analysts without personal data.
    OrdersRead,
    /// Move orders on: the warehouse to PROCESSING and SHIPPED only.
    OrdersWrite,
    /// See payments' status.
    PaymentsRead,
    /// Give money back: support up to a limit.
    PaymentsRefund,
    /// See figures.
    ReportsRead,
    /// Change taxes, shipping and the like.
    Settings,
    /// Manage where events are delivered to.
    Webhooks,
    /// Read what staff did.
    AuditRead,
}

/// The text names no role, or no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not among those that there are")]
pub struct UnknownName;

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Support, Self::Warehouse, Self::Catalog, Self::Analyst, Self::Admin];

    /// Its name in requests, tokens and items.
    pub fn name(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Warehouse => "warehouse",
            Self::Catalog => "catalog",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
        }
    }

    /// Whether it has `permission`.
    pub fn may(self, permission: Permission) -> bool {
        use Permission::*;
        match self {
            Self::Support => match permission {
                UsersRead | OrdersRead | OrdersWrite | PaymentsRead | PaymentsRefund => true,
                UsersWrite | CatalogRead | CatalogWrite | InventoryRead | InventoryWrite | ReportsRead | Settings
                | Webhooks | AuditRead => false,
            },
            Self::Warehouse => match permission {
                InventoryRead | InventoryWrite | OrdersRead | OrdersWrite => true,
                UsersRead | UsersWrite | CatalogRead | CatalogWrite | PaymentsRead | PaymentsRefund | ReportsRead
                | Settings | Webhooks | AuditRead => false,
            },
            Self::Catalog => match permission {
                CatalogRead | CatalogWrite | InventoryRead => true,
                UsersRead | UsersWrite | InventoryWrite | OrdersRead | OrdersWrite | PaymentsRead | PaymentsRefund
                | ReportsRead | Settings | Webhooks | AuditRead => false,
            },
            Self::Analyst => match permission {
                CatalogRead | InventoryRead | OrdersRead | ReportsRead => true,
                UsersRead | UsersWrite | CatalogWrite | InventoryWrite | OrdersWrite | PaymentsRead
                | PaymentsRefund | Settings | Webhooks | AuditRead => false,
            },
            Self::Admin => true,
        }
    }
}

/// Whether someone with these roles has `permission`.
pub fn may(roles: &[Role], permission: Permission) -> bool {
    roles.iter().any(|role| role.may(permission))
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::UsersRead,
        Self::UsersWrite,
        Self::CatalogRead,
        Self::CatalogWrite,
        Self::InventoryRead,
        Self::InventoryWrite,
        Self::OrdersRead,
        Self::OrdersWrite,
        Self::PaymentsRead,
        Self::PaymentsRefund,
        Self::ReportsRead,
        Self::Settings,
        Self::Webhooks,
        Self::AuditRead,
    ];

    /// Its name in the documentation and in refusals.
    pub fn name(self) -> &'static str {
        match self {
            Self::UsersRead => "users.read",
            Self::UsersWrite => "users.write",
            Self::CatalogRead => "catalog.read",
            Self::CatalogWrite => "catalog.write",
            Self::InventoryRead => "inventory.read",
            Self::InventoryWrite => "inventory.write",
            Self::OrdersRead => "orders.read",
            Self::OrdersWrite => "orders.write",
            Self::PaymentsRead => "payments.read",
            Self::PaymentsRefund => "payments.refund",
            Self::ReportsRead => "reports.read",
            Self::Settings => "settings",
            Self::Webhooks => "webhooks",
            Self::AuditRead => "audit.read",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(UnknownName)
    }
}

impl FromStr for Permission {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|permission| permission.name() == text).ok_or(UnknownName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as people read it: a column a role, in the order of [`Role::ALL`].
    const TABLE: &str = "
        users.read       support  -          -        -        admin
        users.write      -        -          -        -        admin
        catalog.read     -        -          catalog  analyst  admin
        catalog.write    -        -          catalog  -        admin
        inventory.read   -        warehouse  catalog  analyst  admin
        inventory.write  -        warehouse  -        -        admin
        orders.read      support  warehouse  -        analyst  admin
        orders.write     support  warehouse  -        -        admin
        payments.read    support  -          -        -        admin
        payments.refund  support  -          -        -        admin
        reports.read     -        -          -        analyst  admin
        settings         -        -          -        -        admin
        webhooks         -        -          -        -        admin
        audit.read       -        -          -        -        admin";

    #[test]
    fn each_role_may_what_the_table_says() {
        let rows: Vec<Vec<&str>> = TABLE.lines().skip(1).map(|row| row.split_whitespace().collect()).collect();
        assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), Permission::ALL.map(Permission::name));
        for row in rows {
            let permission: Permission = row[0].parse().unwrap();
            for (role, cell) in Role::ALL.into_iter().zip(&row[1..]) {
                assert_eq!(role.may(permission), *cell == role.name(), "{role} {permission}");
            }
        }
    }

    #[test]
    fn a_customer_may_none_of_it_and_two_roles_may_what_either_may() {
        assert!(Permission::ALL.into_iter().all(|permission| !may(&[], permission)));
        assert!(may(&[Role::Support, Role::Catalog], Permission::CatalogWrite));
        assert!(!may(&[Role::Support, Role::Catalog], Permission::InventoryWrite));
    }

    #[test]
    fn a_role_is_stored_under_its_name() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert_eq!("Admin".parse::<Role>(), Err(UnknownName));
        assert_eq!("orders.*".parse::<Permission>(), Err(UnknownName));
    }
}
