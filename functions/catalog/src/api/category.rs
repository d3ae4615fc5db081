//! Categories, as they are shown.

use holdfast_core::CategoryId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Category, Slug, Tree};

/// A category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryView {
    /// The category's id.
    #[schema(value_type = String, example = "cat_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: CategoryId,
    /// What it is called.
    #[schema(example = "Kitchen")]
    name: String,
    /// What stands for it in a URL.
    #[schema(value_type = String, example = "kitchen")]
    slug: Slug,
    /// The category that it is in; null at the top.
    #[schema(value_type = Option<String>)]
    parent_id: Option<CategoryId>,
    /// Its place among its siblings: the lower first.
    position: u16,
    /// Counts its changes: what If-Match names.
    version: u64,
}

/// A category with what is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Node {
    /// The category.
    #[serde(flatten)]
    category: CategoryView,
    /// What is in it, in the order in which it is shown.
    #[schema(no_recursion)]
    children: Vec<Node>,
}

impl From<Category> for CategoryView {
    fn from(category: Category) -> Self {
        let Category { id, version, name, slug, parent_id, position, .. } = category;
        Self { id, name, slug, parent_id, position, version }
    }
}

impl Node {
    /// What is in a category, or at the top.
    pub(crate) fn within(tree: &Tree, parent: Option<CategoryId>) -> Vec<Self> {
        let children = tree.within(parent).into_iter();
        children
            .map(|child| Self { category: child.clone().into(), children: Self::within(tree, Some(child.id)) })
            .collect()
    }
}
