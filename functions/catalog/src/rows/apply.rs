//! From a row to what the catalog does about it, and from what it has to a row.

use std::collections::BTreeMap;

use holdfast_core::{CategoryId, VariantId};

use super::{Outcome, Row};
use crate::domain::{
    Article, Choice, NewArticle, NewVariant, Product, ProductChange, ProductOption, Slug, Variant, VariantChange,
    VariantStatus, Wrong,
};

/// Categories by slug, and the other way round.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    ids: BTreeMap<Slug, CategoryId>,
    slugs: BTreeMap<CategoryId, Slug>,
}

impl Directory {
    /// Of these.
    pub fn of(categories: impl IntoIterator<Item = (CategoryId, Slug)>) -> Self {
        let mut directory = Self::default();
        for (id, slug) in categories {
            directory.ids.insert(slug.clone(), id);
            directory.slugs.insert(id, slug);
        }
        directory
    }

    fn named(&self, slugs: &[Slug]) -> Result<Vec<CategoryId>, Wrong> {
        let id = |slug: &Slug| {
            let unknown = || Wrong::at("/categories", format!("{slug} is the slug of no category"));
            self.ids.get(slug).copied().ok_or_else(unknown)
        };
        slugs.iter().map(id).collect()
    }
}

impl Row {
    /// What an article says of one of its variants.
    pub fn of(product: &Product, variant: &Variant, directory: &Directory) -> Self {
        let pairs = product
            .options
            .iter()
            .filter_map(|option| variant.options.get(&option.name).map(|value| (option.name.clone(), value.clone())));
        let categories = product.category_ids.iter().filter_map(|id| directory.slugs.get(id).cloned());
        Self {
            slug: product.slug.clone(),
            title: product.title.clone(),
            description: Some(product.description.clone()),
            brand: Some(product.brand.clone()),
            tags: Some(product.tags.clone()),
            categories: Some(categories.collect()),
            status: Some(product.status),
            sku: variant.sku.clone(),
            options: Some(pairs.collect()),
            variant_status: Some(variant.status),
            price: variant.price,
            compare_at_price: Some(variant.compare_at_price),
            weight_grams: Some(variant.weight_grams),
            barcode: Some(variant.barcode.clone()),
        }
    }

    /// A product of this row's variant alone.
    pub fn article(&self, directory: &Directory) -> Result<NewArticle, Wrong> {
        let categories = self.categories.as_deref().map(|slugs| directory.named(slugs)).transpose()?;
        let option =
            |(name, value): &(String, String)| ProductOption { name: name.clone(), values: vec![value.clone()] };
        Ok(NewArticle {
            title: self.title.clone(),
            slug: Some(self.slug.clone()),
            description: self.description.clone().unwrap_or_default(),
            status: self.status.unwrap_or_default(),
            brand: self.brand.clone().flatten(),
            tags: self.tags.clone().unwrap_or_default(),
            attributes: BTreeMap::new(),
            category_ids: categories.unwrap_or_default(),
            options: self.options.iter().flatten().map(option).collect(),
            variants: vec![self.variant()],
        })
    }

    /// Does to an article what the row says. A variant that it does not have gets the id `new`.
    pub fn apply(&self, article: &mut Article, new: VariantId, directory: &Directory) -> Result<Outcome, Wrong> {
        let before = article.clone();
        let categories = self.categories.as_deref().map(|slugs| directory.named(slugs)).transpose()?;
        article.change(ProductChange {
            title: Some(self.title.clone()),
            slug: None,
            description: self.description.clone(),
            status: self.status,
            brand: self.brand.clone(),
            tags: self.tags.clone(),
            attributes: None,
            category_ids: categories,
            options: self.options.as_deref().map(|pairs| extended(&before.product.options, pairs)),
        })?;
        if before.variant(&self.sku).is_none() {
            article.add(self.variant(), new)?;
            return Ok(Outcome::Created);
        }
        article.change_variant(&self.sku, self.variant_change())?;
        Ok(if *article == before { Outcome::Unchanged } else { Outcome::Changed })
    }

    fn choice(&self) -> Option<Choice> {
        self.options.as_ref().map(|pairs| pairs.iter().cloned().collect())
    }

    fn variant(&self) -> NewVariant {
        NewVariant {
            sku: self.sku.clone(),
            price: self.price,
            compare_at_price: self.compare_at_price.flatten(),
            options: self.choice().unwrap_or_default(),
            weight_grams: self.weight_grams.flatten(),
            barcode: self.barcode.clone().flatten(),
            status: self.variant_status.unwrap_or(VariantStatus::Active),
        }
    }

    fn variant_change(&self) -> VariantChange {
        VariantChange {
            price: Some(self.price),
            compare_at_price: self.compare_at_price,
            options: self.choice(),
            weight_grams: self.weight_grams,
            barcode: self.barcode.clone(),
            status: self.variant_status,
        }
    }
}

/// Options with the values that a row brings.
fn extended(options: &[ProductOption], pairs: &[(String, String)]) -> Vec<ProductOption> {
    let mut options = options.to_vec();
    for (name, value) in pairs {
        match options.iter_mut().find(|option| option.name == *name) {
            Some(option) if option.values.contains(value) => {}
            Some(option) => option.values.push(value.clone()),
            None => options.push(ProductOption { name: name.clone(), values: vec![value.clone()] }),
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use holdfast_core::{Id, ProductId, Timestamp};

    use super::super::{Format, Reader};
    use super::*;

    fn directory() -> Directory {
        Directory::of([(CategoryId::from_bytes([1; 16]), "kitchen".parse().unwrap())])
    }

    fn row(line: &str) -> Row {
        Reader::new(Format::JsonLines).feed(format!("{line}\n").as_bytes()).unwrap().pop().unwrap().row.unwrap()
    }

    fn id(nth: u8) -> VariantId {
        VariantId::from_bytes([nth; 16])
    }

    fn made(line: &str) -> Article {
        let new = row(line).article(&directory()).unwrap();
        new.create(ProductId::from_bytes([0; 16]), |_| id(0), Timestamp::UNIX_EPOCH).unwrap()
    }

    const BLUE: &str = r#"{"slug": "mug", "title": "Mug", "sku": "MUG-BLUE", "price": "19.99", "currency": "USD", "options": {"Colour": "blue"}, "categories": ["kitchen"], "tags": ["clay"]}"#;

    #[test]
    fn what_was_made_of_a_row_says_the_same_row_and_the_row_changes_nothing() {
        let mut article = made(BLUE);
        let said = Row::of(&article.product, &article.variants[0], &directory());
        assert_eq!(said.apply(&mut article, id(9), &directory()), Ok(Outcome::Unchanged));
        assert_eq!(row(BLUE).apply(&mut article, id(9), &directory()), Ok(Outcome::Unchanged));
        assert_eq!(said.categories, Some(vec!["kitchen".parse().unwrap()]));
    }

    #[test]
    fn another_value_makes_another_variant_and_a_price_a_change() {
        let mut article = made(BLUE);
        let red = BLUE.replace("BLUE", "RED").replace("blue", "red");
        assert_eq!(row(&red).apply(&mut article, id(1), &directory()), Ok(Outcome::Created));
        assert_eq!(article.product.options[0].values, ["blue", "red"]);
        let dearer = row(&BLUE.replace("19.99", "20.99"));
        assert_eq!(dearer.apply(&mut article, id(2), &directory()), Ok(Outcome::Changed));
        assert_eq!(article.variant(&"MUG-BLUE".parse().unwrap()).unwrap().price.amount, 2_099);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let mut article = made(BLUE);
        let wrong =
            |article: &mut Article, line: &str| row(line).apply(article, id(1), &directory()).unwrap_err().pointer;
        assert_eq!(wrong(&mut article, &BLUE.replace("kitchen", "garden")), "/categories");
        let red = BLUE.replace("BLUE", "RED").replace("blue", "red");
        assert_eq!(wrong(&mut article, &red.replace("USD", "EUR")), "/price/currency");
        assert!(row(&BLUE.replace("kitchen", "garden")).article(&directory()).is_err());
    }
}
