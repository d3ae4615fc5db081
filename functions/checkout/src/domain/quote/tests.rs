use holdfast_catalog::wares::WarePlace;
use holdfast_core::{Id, ProductId, VariantId};
use proptest::prelude::*;

use super::super::shipping::{Rate, ShippingMethods};
use super::*;

fn ware(price: i64, grams: u32) -> Ware {
    let place = WarePlace { product_id: ProductId::from_bytes([0; 16]), variant_id: VariantId::from_bytes([0; 16]) };
    Ware {
        sku: "MUG".parse().unwrap(),
        place,
        title: "Mug".to_owned(),
        options: Default::default(),
        price: Money::new(price, "CHF".parse().unwrap()),
        weight_grams: Some(grams),
        image: None,
        sold: true,
    }
}

fn rate(percent: &str, included: bool, on_shipping: bool) -> TaxRate {
    let percent = percent.to_owned().try_into().unwrap();
    TaxRate { country: "CH".to_owned(), region: None, percent, included, on_shipping }
}

fn method(amount: i64) -> ShippingMethod {
    let price = Money::new(amount, "CHF".parse().unwrap());
    let rates = vec![Rate { up_to_grams: u32::MAX, price }];
    let methods = ShippingMethods::default();
    ShippingMethod { rates, free_from: Vec::new(), ..methods.methods.first().unwrap().clone() }
}

fn count(count: u32) -> Quantity {
    count.try_into().unwrap()
}

#[test]
fn tax_is_in_the_price_or_on_top_of_it() {
    let mug = ware(1_081, 100);
    let two = [Bought { ware: &mug, quantity: count(2) }];
    let inside = quote(&two, &method(700), Some(&rate("8.1", true, true))).unwrap().charges;
    assert_eq!((inside.subtotal, inside.shipping.amount, inside.tax, inside.total), (2_162, 700, 162 + 52, 2_862));
    let on_top = quote(&two, &method(700), Some(&rate("8.1", false, false))).unwrap().charges;
    assert_eq!((on_top.subtotal, on_top.shipping.tax, on_top.tax, on_top.total), (2_162, 0, 175, 3_037));
    let none = quote(&two, &method(700), None).unwrap().charges;
    assert_eq!((none.tax, none.total), (0, 2_862));
}

#[test]
fn what_cannot_be_added_up_has_no_price() {
    let (dear, mug) = (ware(i64::MAX, 1), ware(1, u32::MAX));
    let overflow = Err(QuoteError::Money(MoneyError::Overflow));
    assert_eq!(quote(&[Bought { ware: &dear, quantity: count(2) }], &method(0), None), overflow);
    assert_eq!(quote(&[Bought { ware: &dear, quantity: count(1) }], &method(1), None), overflow);
    let euro = Ware { price: Money::new(1, "EUR".parse().unwrap()), ..mug.clone() };
    let mixed = [Bought { ware: &mug, quantity: count(1) }, Bought { ware: &euro, quantity: count(1) }];
    assert!(matches!(quote(&mixed, &method(1), None), Err(QuoteError::Money(MoneyError::Mixed(..)))));
    assert_eq!(quote(&[Bought { ware: &mug, quantity: count(2) }], &method(1), None), Err(QuoteError::NotCarried));
    assert_eq!(quote(&[], &method(1), None), Err(QuoteError::Nothing));
}

proptest! {
    #[test]
    fn a_quote_adds_up_to_the_cent(
        lines in proptest::collection::vec((0_i64..10_000_000, 1_u32..=999), 1..46),
        parts in 0_u32..=1_000_000,
        shipping in 0_i64..1_000_000,
        included: bool,
        on_shipping: bool,
    ) {
        let percent = format!("{}.{:04}", parts / 10_000, parts % 10_000);
        let rate = rate(&percent, included, on_shipping);
        let wares: Vec<_> = lines.iter().map(|(price, quantity)| (ware(*price, 1), count(*quantity))).collect();
        let bought: Vec<_> = wares.iter().map(|(ware, quantity)| Bought { ware, quantity: *quantity }).collect();
        let Quote { lines, charges } = quote(&bought, &method(shipping), Some(&rate)).unwrap();
        prop_assert_eq!(lines.iter().map(|line| line.total).sum::<i64>(), charges.subtotal);
        prop_assert_eq!(lines.iter().map(|line| line.tax).sum::<i64>() + charges.shipping.tax, charges.tax);
        for line in &lines {
            prop_assert_eq!(line.unit_price * i64::from(line.quantity.get()), line.total);
            // Half a cent off at most, from what it is exactly.
            let whole = if included { 1_000_000 + i128::from(parts) } else { 1_000_000 };
            let off = i128::from(line.tax) * whole - i128::from(line.total) * i128::from(parts);
            prop_assert!(off.abs() * 2 <= whole);
        }
        let on_top = if included { 0 } else { charges.tax };
        prop_assert_eq!(charges.subtotal + charges.shipping.amount + on_top, charges.total);
        prop_assert!(included || charges.total >= charges.subtotal);
        prop_assert!(!included || charges.tax <= charges.total);
    }
}
