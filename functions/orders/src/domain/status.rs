//! Where an order stands, and where it may go from there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = OrderStatus)]
pub enum Status {
    /// Its stock is held, and its payment is waited for.
    Pending,
    /// Somebody looks at it before its payment counts.
    Review,
    /// It is paid, and its stock is its own.
    Paid,
    /// It is being packed.
    Processing,
    /// It is on its way.
    Shipped,
    /// It has arrived.
    Delivered,
    /// Its buyer wants to send something back.
    ReturnRequested,
    /// What was to come back has come back. Nothing follows.
    Returned,
    /// It was called off. Nothing follows.
    Cancelled,
    /// Nobody paid in time. Only a late payment follows.
    Expired,
}

/// Where the money stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// None came.
    None,
    /// It came.
    Paid,
    /// A part of it went back.
    PartiallyRefunded,
    /// All of it went back.
    Refunded,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::Review,
        Self::Paid,
        Self::Processing,
        Self::Shipped,
        Self::Delivered,
        Self::ReturnRequested,
        Self::Returned,
        Self::Cancelled,
        Self::Expired,
    ];

    /// Where it may go from here.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Review, Self::Paid, Self::Expired, Self::Cancelled],
            Self::Review => &[Self::Paid, Self::Cancelled],
            Self::Paid => &[Self::Processing, Self::Cancelled],
            Self::Processing => &[Self::Shipped, Self::Cancelled],
            Self::Shipped => &[Self::Delivered],
            Self::Delivered => &[Self::ReturnRequested],
            Self::ReturnRequested => &[Self::Returned, Self::Delivered],
            Self::Expired => &[Self::Paid],
            Self::Returned | Self::Cancelled => &[],
        }
    }

    /// Whether it may go there.
    pub fn may_become(self, next: Self) -> bool {
        self.next().contains(&next)
    }

    /// Whether staff may set it by hand: the rest follows from payments, from the clock, from returns and from cancelling,
    /// which do more than change a word.
    pub fn is_set_by_staff(self) -> bool {
        match self {
            Self::Processing | Self::Shipped | Self::Delivered | Self::Cancelled => true,
            Self::Pending | Self::Review | Self::Paid | Self::ReturnRequested | Self::Returned | Self::Expired => false,
        }
    }

    /// Whether something is still to be sent, to whom the order is for.
    pub fn needs_buyer(self) -> bool {
        match self {
            Self::Pending | Self::Review | Self::Paid | Self::Processing | Self::Shipped => true,
            Self::Delivered | Self::ReturnRequested | Self::Returned | Self::Cancelled | Self::Expired => false,
        }
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Review => "REVIEW",
            Self::Paid => "PAID",
            Self::Processing => "PROCESSING",
            Self::Shipped => "SHIPPED",
            Self::Delivered => "DELIVERED",
            Self::ReturnRequested => "RETURN_REQUESTED",
            Self::Returned => "RETURNED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn these_ways_there_are_and_no_others() {
        use Status::*;
        let ways = [
            (Pending, Review),
            (Pending, Paid),
            (Pending, Expired),
            (Pending, Cancelled),
            (Review, Paid),
            (Review, Cancelled),
            (Paid, Processing),
            (Paid, Cancelled),
            (Processing, Shipped),
            (Processing, Cancelled),
            (Shipped, Delivered),
            (Delivered, ReturnRequested),
            (ReturnRequested, Returned),
            (ReturnRequested, Delivered),
            (Expired, Paid),
        ];
        for from in Status::ALL {
            for to in Status::ALL {
                assert_eq!(from.may_become(to), ways.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn a_status_is_called_what_it_is_written_as() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        }
    }
}
