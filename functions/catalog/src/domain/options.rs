//! Options: along which a product's variants differ, as size and colour.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text::line;
use super::wrong::Wrong;

/// An option of a product, with its values in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductOption {
    /// What it is called.
    #[schema(example = "Size", max_length = 40)]
    pub name: String,
    /// What there is to choose from.
    #[schema(example = json!(["S", "M", "L"]), min_items = 1, max_items = 50)]
    pub values: Vec<String>,
}

/// A variant's choice: a value for each option.
pub type Choice = BTreeMap<String, String>;

impl ProductOption {
    /// The most options of a product: what a page can show as a matrix and its layers.
    pub const MOST: usize = 3;
    /// The most values of an option.
    pub const MOST_VALUES: usize = 50;
    /// The longest name or value, in characters.
    pub const LONGEST: usize = 40;
}

/// Options as they may be stored.
pub(super) fn checked(options: Vec<ProductOption>) -> Result<Vec<ProductOption>, Wrong> {
    if options.len() > ProductOption::MOST {
        return Err(Wrong::at("/options", format!("must be at most {}", ProductOption::MOST)));
    }
    let mut names = BTreeSet::new();
    let mut checked = Vec::with_capacity(options.len());
    for (nth, option) in options.into_iter().enumerate() {
        let at = |rest: &str, detail: String| Wrong::at(format!("/options/{nth}{rest}"), detail);
        let name = line(&option.name, ProductOption::LONGEST).map_err(|why| at("/name", why))?;
        if !names.insert(name.to_lowercase()) {
            return Err(at("/name", "is the name of another option too".to_owned()));
        }
        if option.values.is_empty() || option.values.len() > ProductOption::MOST_VALUES {
            return Err(at("/values", format!("must be 1 to {}", ProductOption::MOST_VALUES)));
        }
        let mut values: Vec<String> = Vec::with_capacity(option.values.len());
        for (place, value) in option.values.iter().enumerate() {
            let value = line(value, ProductOption::LONGEST).map_err(|why| at(&format!("/values/{place}"), why))?;
            if values.iter().any(|other| other.to_lowercase() == value.to_lowercase()) {
                return Err(at(&format!("/values/{place}"), "is there already".to_owned()));
            }
            values.push(value);
        }
        checked.push(ProductOption { name, values });
    }
    Ok(checked)
}

/// Whether a choice names one value of each option, and nothing else.
pub(super) fn fits(options: &[ProductOption], choice: &Choice) -> Result<(), Wrong> {
    if let Some(name) = choice.keys().find(|name| options.iter().all(|option| option.name != **name)) {
        return Err(Wrong::at("/options", format!("names {name}, which is no option of the product")));
    }
    for option in options {
        let name = &option.name;
        let Some(value) = choice.get(name) else {
            return Err(Wrong::at("/options", format!("must choose a value of {name}")));
        };
        if !option.values.contains(value) {
            return Err(Wrong::at("/options", format!("{value} is no value of {name}")));
        }
    }
    Ok(())
}

/// Where a choice stands in the matrix: the places of its values, option by option.
pub(super) fn place(options: &[ProductOption], choice: &Choice) -> Vec<usize> {
    let nth = |option: &ProductOption| {
        let chosen = choice.get(&option.name);
        option.values.iter().position(|value| Some(value) == chosen).unwrap_or(usize::MAX)
    };
    options.iter().map(nth).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(name: &str, values: &[&str]) -> ProductOption {
        ProductOption { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    fn pointer(options: Vec<ProductOption>) -> String {
        checked(options).unwrap_err().pointer
    }

    #[test]
    fn options_have_limits() {
        let some = |count: usize| (0..count).map(|nth| option(&format!("o{nth}"), &["a"])).collect::<Vec<_>>();
        assert!(checked(some(3)).is_ok());
        assert_eq!(pointer(some(4)), "/options");
        let values = |count: usize| ProductOption {
            name: "Size".to_owned(),
            values: (0..count).map(|nth| nth.to_string()).collect(),
        };
        assert!(checked(vec![values(50)]).is_ok());
        assert_eq!(pointer(vec![values(51)]), "/options/0/values");
        assert_eq!(pointer(vec![values(0)]), "/options/0/values");
        assert_eq!(pointer(vec![option("a", &["x"]), option("A", &["x"])]), "/options/1/name");
        assert_eq!(pointer(vec![option("a", &["x", "X"])]), "/options/0/values/1");
        assert_eq!(pointer(vec![option("", &["x"])]), "/options/0/name");
    }

    #[test]
    fn a_choice_names_each_option_once() {
        let options = [option("Size", &["S", "M"]), option("Colour", &["red"])];
        let choice = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Choice>()
        };
        let whole = choice(&[("Size", "M"), ("Colour", "red")]);
        assert_eq!(fits(&options, &whole), Ok(()));
        assert_eq!(place(&options, &whole), [1, 0]);
        for wrong in [choice(&[("Size", "M")]), choice(&[("Size", "L"), ("Colour", "red")])] {
            assert!(fits(&options, &wrong).is_err());
        }
        assert!(fits(&[], &whole).is_err());
        assert_eq!(fits(&[], &Choice::new()), Ok(()));
    }
}
