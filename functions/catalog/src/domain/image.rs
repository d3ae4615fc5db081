//! Pictures of a product: announced, then shown or refused.

use holdfast_core::{ImageId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::product::Product;
use super::text::line;
use super::wrong::Wrong;
use holdfast_renditions::{Format, MOST_BYTES, Refused, key};

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Which.
    pub id: ImageId,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// How far it is.
    #[serde(flatten)]
    pub state: ImageState,
}

/// How far a picture is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImageState {
    /// Its file is still to come.
    Pending {
        /// It is waited for until then; afterwards it makes way for others, but is still taken.
        until: Timestamp,
    },
    /// It is seen.
    Ready(Picture),
    /// Its file cannot be shown.
    Refused {
        /// Why.
        reason: Refused,
    },
}

/// The files of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What they are kept under.
    pub hash: String,
    /// Each of them, the widest first.
    pub renditions: Vec<Rendition>,
}

/// A picture in one size and format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// Its format.
    pub format: Format,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A picture that is to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImage {
    /// What its file is.
    pub content_type: UploadType,
    /// How long its file is: the upload has to be of this length.
    #[schema(minimum = 1, maximum = 20_971_520, example = 482_113)]
    pub bytes: u64,
    /// What it shows, for those who cannot see it.
    #[schema(min_length = 1, max_length = 300, example = "A blue stoneware mug on a table")]
    pub alt: String,
}

/// What can be uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub enum UploadType {
    /// A photograph, usually.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A drawing, usually.
    #[serde(rename = "image/png")]
    Png,
    /// Either.
    #[serde(rename = "image/webp")]
    WebP,
}

impl UploadType {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

impl NewImage {
    /// The longest alternative text, in characters: a reader reads it aloud.
    pub const LONGEST_ALT: usize = 300;

    /// The same, if it is what it must be.
    pub fn checked(self) -> Result<Self, Wrong> {
        let alt = line(&self.alt, Self::LONGEST_ALT).map_err(|why| Wrong::at("/alt", why))?;
        if !(1..=u64::try_from(MOST_BYTES).unwrap_or(u64::MAX)).contains(&self.bytes) {
            return Err(Wrong::at("/bytes", format!("must be 1 to {MOST_BYTES}")));
        }
        Ok(Self { alt, ..self })
    }
}

impl Image {
    /// Whether it is seen.
    pub fn is_ready(&self) -> bool {
        matches!(self.state, ImageState::Ready(_))
    }

    /// Whether its file is still to come.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, ImageState::Pending { .. })
    }

    /// Whether its file has not come in time.
    fn is_overdue(&self, now: Timestamp) -> bool {
        matches!(self.state, ImageState::Pending { until } if until <= now)
    }
}

impl Picture {
    /// Where one of its files lies: never another one there.
    pub fn key(&self, rendition: &Rendition) -> String {
        key(&self.hash, rendition.width, rendition.format)
    }
}

impl Product {
    /// The most pictures, those to come and those refused among them: a page shows them all.
    pub const MOST_IMAGES: usize = 20;

    /// A picture is to come. Those that were waited for in vain make way; none when there are too many all the same.
    pub fn announce(&mut self, image: Image, now: Timestamp) -> Option<()> {
        self.images.retain(|image| !image.is_overdue(now));
        (self.images.len() < Self::MOST_IMAGES).then(|| self.images.push(image))
    }

    /// A picture that was waited for is there, or never will be. False where none was waited for: it has been settled
    /// before, or removed.
    pub fn settle(&mut self, id: ImageId, state: ImageState) -> bool {
        match self.images.iter_mut().find(|image| image.id == id && image.is_pending()) {
            Some(image) => {
                image.state = state;
                true
            }
            None => false,
        }
    }

    /// Takes a picture away. False where there is none such.
    pub fn remove_image(&mut self, id: ImageId) -> bool {
        let before = self.images.len();
        self.images.retain(|image| image.id != id);
        self.images.len() < before
    }

    /// The picture that stands for the product.
    pub fn first_image(&self) -> Option<&Image> {
        self.images.iter().find(|image| image.is_ready())
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::{Id, ProductId, VariantId};
    use serde_json::json;

    use super::*;
    use crate::domain::NewArticle;

    fn id(nth: u8) -> ImageId {
        ImageId::from_bytes([nth; 16])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn pending(nth: u8, until: i64) -> Image {
        Image { id: id(nth), alt: "A mug".to_owned(), state: ImageState::Pending { until: at(until) } }
    }

    fn ready() -> ImageState {
        let renditions = vec![Rendition { format: Format::WebP, width: 320, height: 240 }];
        ImageState::Ready(Picture { hash: "00ff".to_owned(), renditions })
    }

    fn product() -> Product {
        let body = json!({"title": "Mug", "variants": [{"sku": "MUG", "price": {"amount": 1, "currency": "USD"}}]});
        let new: NewArticle = serde_json::from_value(body).unwrap();
        new.create(ProductId::from_bytes([0; 16]), |_| VariantId::from_bytes([0; 16]), at(0)).unwrap().product
    }

    #[test]
    fn a_picture_is_settled_once_and_a_removed_one_never() {
        let mut product = product();
        product.announce(pending(1, 60), at(0)).unwrap();
        product.announce(pending(2, 60), at(0)).unwrap();
        assert_eq!(product.first_image(), None);
        assert!(product.settle(id(2), ready()));
        assert_eq!(product.first_image().map(|image| image.id), Some(id(2)));
        assert!(!product.settle(id(2), ImageState::Refused { reason: Refused::Damaged }));
        assert!(product.images[1].is_ready());
        assert!(product.remove_image(id(1)) && !product.remove_image(id(1)));
        assert!(!product.settle(id(1), ready()));
    }

    #[test]
    fn what_was_waited_for_in_vain_makes_way() {
        let mut product = product();
        for nth in 0..20 {
            assert_eq!(product.announce(pending(nth, 60), at(0)), Some(()));
        }
        assert_eq!(product.announce(pending(20, 120), at(59)), None);
        assert!(product.settle(id(0), ready()));
        assert_eq!(product.announce(pending(20, 120), at(60)), Some(()));
        assert_eq!(product.images.iter().map(|image| image.id).collect::<Vec<_>>(), [id(0), id(20)]);
    }

    #[test]
    fn a_late_file_is_taken_all_the_same() {
        let mut product = product();
        product.announce(pending(1, 60), at(0)).unwrap();
        assert!(product.settle(id(1), ready()));
    }

    #[test]
    fn an_upload_says_what_it_is() {
        let new = |bytes: u64, alt: &str| {
            let new = NewImage { content_type: UploadType::Png, bytes, alt: alt.to_owned() };
            new.checked().map_err(|wrong| wrong.pointer)
        };
        assert_eq!(new(20 * 1024 * 1024, " A mug ").map(|new| new.alt), Ok("A mug".to_owned()));
        assert_eq!(new(20 * 1024 * 1024 + 1, "A mug"), Err("/bytes".to_owned()));
        assert_eq!(new(0, "A mug"), Err("/bytes".to_owned()));
        assert!(new(1, &"a".repeat(300)).is_ok());
        for alt in ["", " ", "a\nb", &"a".repeat(301)] {
            assert_eq!(new(1, alt), Err("/alt".to_owned()), "{alt:?}");
        }
    }

    #[test]
    fn states_are_stored_like_this() {
        let image = |state| serde_json::to_value(Image { state, ..pending(0, 60) }).unwrap();
        let own = json!({"id": "img_00000000000000000000000000", "alt": "A mug"});
        let with = |more: serde_json::Value| {
            let mut all = own.clone();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        let until = ImageState::Pending { until: at(60) };
        assert_eq!(image(until), with(json!({"status": "PENDING", "until": "1970-01-01T00:01:00Z"})));
        let files = json!([{"format": "webp", "width": 320, "height": 240}]);
        assert_eq!(image(ready()), with(json!({"status": "READY", "hash": "00ff", "renditions": files})));
        let refused = ImageState::Refused { reason: Refused::NotAPicture };
        assert_eq!(image(refused), with(json!({"status": "REFUSED", "reason": "not_a_picture"})));
    }
}
