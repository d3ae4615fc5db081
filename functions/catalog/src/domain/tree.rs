//! The tree of categories, as a whole: it alone can tell a cycle.

use holdfast_core::{CategoryId, Timestamp};

use super::category::{Category, CategoryChange, NewCategory};
use super::slug::Slug;
use super::wrong::Wrong;

/// All categories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Counts the changes of any of them: one change at a time.
    pub version: u64,
    /// In no order.
    pub categories: Vec<Category>,
}

/// Why the tree does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An input is not what it must be.
    Wrong(Wrong),
    /// Another category has the slug.
    SlugTaken(Slug),
    /// Something is in it.
    NotEmpty,
    /// There are as many as there may be.
    TooMany,
    /// There is no such category.
    Unknown,
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl Tree {
    /// The most categories: all of them are read at once.
    pub const MOST: usize = 500;
    /// The deepest category, one at the top being 1.
    pub const DEEPEST: usize = 5;

    /// One of them.
    pub fn get(&self, id: CategoryId) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// Those in a category, or at the top, as they are shown.
    pub fn within(&self, parent: Option<CategoryId>) -> Vec<&Category> {
        let mut children: Vec<_> = self.categories.iter().filter(|category| category.parent_id == parent).collect();
        children.sort_by_key(|category| (category.position, &category.name, category.id));
        children
    }

    /// Adds a category.
    pub fn add(&mut self, new: NewCategory, id: CategoryId, now: Timestamp) -> Result<Category, Refusal> {
        if self.categories.len() >= Self::MOST {
            return Err(Refusal::TooMany);
        }
        let category = new.create(id, now)?;
        self.place(category)
    }

    /// Changes a category; what is in it goes with it.
    pub fn change(&mut self, id: CategoryId, change: CategoryChange, now: Timestamp) -> Result<Category, Refusal> {
        let old = self.get(id).ok_or(Refusal::Unknown)?.clone();
        let category = change.apply(old, now)?;
        self.categories.retain(|other| other.id != id);
        self.place(category)
    }

    /// Removes a category that nothing is in.
    pub fn remove(&mut self, id: CategoryId) -> Result<Category, Refusal> {
        let old = self.get(id).ok_or(Refusal::Unknown)?.clone();
        if !self.within(Some(id)).is_empty() {
            return Err(Refusal::NotEmpty);
        }
        self.categories.retain(|other| other.id != id);
        Ok(old)
    }

    fn place(&mut self, category: Category) -> Result<Category, Refusal> {
        if self.categories.iter().any(|other| other.slug == category.slug) {
            return Err(Refusal::SlugTaken(category.slug));
        }
        let wrong = |detail: &str| Refusal::Wrong(Wrong::at("/parent_id", detail));
        let id = category.id;
        self.categories.push(category.clone());
        if let Some(parent) = category.parent_id
            && self.get(parent).is_none()
        {
            return Err(wrong("is no category"));
        }
        let Some(depth) = self.depth(id) else { return Err(wrong("must not be in the category itself")) };
        if depth.saturating_add(self.height(id)) > Self::DEEPEST {
            return Err(wrong(&format!("would put a category deeper than {} levels", Self::DEEPEST)));
        }
        Ok(category)
    }

    /// How deep a category lies, 1 at the top; nothing when the way up leads around in a circle.
    fn depth(&self, id: CategoryId) -> Option<usize> {
        let mut depth: usize = 1;
        let mut at = self.get(id)?;
        while let Some(parent) = at.parent_id {
            if parent == id || depth > self.categories.len() {
                return None;
            }
            depth = depth.saturating_add(1);
            at = self.get(parent)?;
        }
        Some(depth)
    }

    /// How many levels are in a category, none in one that is empty. Called of trees without a circle.
    fn height(&self, id: CategoryId) -> usize {
        let below = self.within(Some(id)).into_iter().map(|child| self.height(child.id).saturating_add(1));
        below.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;
    use proptest::prelude::*;

    fn id(nth: u8) -> CategoryId {
        CategoryId::from_bytes([nth; 16])
    }

    fn new(name: &str, parent: Option<u8>) -> NewCategory {
        NewCategory { name: name.to_owned(), slug: None, parent_id: parent.map(id), position: 0 }
    }

    fn moved(to: Option<u8>) -> CategoryChange {
        CategoryChange { parent_id: Some(to.map(id)), ..CategoryChange::default() }
    }

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// A chain of so many categories, each in the one before.
    fn chain(length: u8) -> Tree {
        let mut tree = Tree::default();
        for nth in 0..length {
            tree.add(new(&format!("c{nth}"), nth.checked_sub(1)), id(nth), NOW).unwrap();
        }
        tree
    }

    fn changed(tree: &Tree, nth: u8, change: CategoryChange) -> Result<Category, Refusal> {
        tree.clone().change(id(nth), change, NOW)
    }

    #[test]
    fn five_levels_are_the_most() {
        let mut tree = chain(5);
        let Err(Refusal::Wrong(wrong)) = tree.clone().add(new("sixth", Some(4)), id(9), NOW) else { panic!() };
        assert_eq!(wrong.pointer, "/parent_id");
        // What is in a category goes with it.
        tree.add(new("top", None), id(9), NOW).unwrap();
        assert!(matches!(changed(&tree, 0, moved(Some(9))), Err(Refusal::Wrong(_))));
        assert!(changed(&tree, 1, moved(Some(9))).is_ok());
    }

    #[test]
    fn no_category_is_in_itself() {
        let tree = chain(4);
        for to in 0..4 {
            assert!(matches!(changed(&tree, 0, moved(Some(to))), Err(Refusal::Wrong(_))), "{to}");
        }
        assert!(changed(&tree, 2, moved(None)).is_ok());
        assert!(matches!(changed(&tree, 2, moved(Some(77))), Err(Refusal::Wrong(_))));
    }

    #[test]
    fn a_slug_is_of_one_category_and_one_with_others_in_it_stays() {
        let mut tree = chain(2);
        assert_eq!(tree.clone().add(new("C0", None), id(7), NOW), Err(Refusal::SlugTaken("c0".parse().unwrap())));
        assert_eq!(tree.clone().remove(id(0)), Err(Refusal::NotEmpty));
        assert_eq!(tree.remove(id(1)).map(|removed| removed.id), Ok(id(1)));
        assert_eq!(tree.remove(id(1)), Err(Refusal::Unknown));
    }

    #[test]
    fn there_are_at_most_five_hundred() {
        let mut tree = Tree::default();
        let numbered = |nth: u16| {
            let mut bytes = [0; 16];
            bytes[..2].copy_from_slice(&nth.to_be_bytes());
            CategoryId::from_bytes(bytes)
        };
        for nth in 0..500 {
            tree.add(new(&format!("c{nth}"), None), numbered(nth), NOW).unwrap();
        }
        assert_eq!(tree.add(new("more", None), numbered(500), NOW), Err(Refusal::TooMany));
    }

    proptest! {
        #[test]
        fn whatever_is_moved_it_stays_a_tree(moves in proptest::collection::vec((0_u8..12, proptest::option::of(0_u8..12)), 0..60)) {
            let mut tree = Tree::default();
            for nth in 0..12 {
                tree.add(new(&format!("c{nth}"), None), id(nth), NOW).unwrap();
            }
            for (nth, to) in moves {
                let mut next = tree.clone();
                if next.change(id(nth), moved(to), NOW).is_ok() {
                    tree = next;
                }
                prop_assert_eq!(tree.categories.len(), 12);
                prop_assert!((0..12).all(|nth| tree.depth(id(nth)).is_some_and(|depth| depth <= Tree::DEEPEST)));
            }
        }
    }
}
