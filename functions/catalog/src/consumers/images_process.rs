//! images-process: makes what was uploaded into what is shown.

use std::net::{IpAddr, Ipv4Addr};

use holdfast_core::{Ambient, ImageId, ProductId, RequestId};
use holdfast_events::{ConsumeError, NewObject, ObjectConsumer, objects};
use holdfast_http::{Origin, Problem};
use holdfast_runtime::{FromInit, Function, Init, InitError};

use crate::domain::{ImageState, Picture, Rendition};
use crate::events::Happened;
use crate::store::{Bucket, BucketError, Catalog, Change, Shown};
use holdfast_renditions::{RenditionError, Renditions, render};

/// What an upload's key begins with. Product and image follow.
const FOLDER: &str = "uploads";

/// Where a picture is uploaded to.
pub(crate) fn upload_key(product: ProductId, image: ImageId) -> String {
    format!("{FOLDER}/{product}/{image}")
}

fn read_key(key: &str) -> Option<(ProductId, ImageId)> {
    let (product, image) = key.strip_prefix(FOLDER)?.strip_prefix('/')?.split_once('/')?;
    Some((product.parse().ok()?, image.parse().ok()?))
}

/// Makes pictures.
#[derive(Clone, Debug)]
pub struct Darkroom {
    catalog: Catalog,
    bucket: Bucket,
    ambient: Ambient,
}

impl FromInit for Darkroom {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let (catalog, bucket) = (Catalog::from_init(init).await?, Bucket::open(init, "MEDIA_BUCKET")?);
        Ok(Self { catalog, bucket, ambient: init.ambient.clone() })
    }
}

impl ObjectConsumer for Darkroom {
    async fn handle(&self, object: NewObject) -> Result<(), ConsumeError> {
        let (product, image) = read_key(&object.key).ok_or_else(|| poison("its key names no product and image"))?;
        // Before the file is looked at: one that is settled or removed may be gone already.
        if self.waits_for(product, image).await? {
            let state = self.develop(&object.key).await?;
            self.record(product, image, state, &self.origin(&object)).await?;
        }
        // It may hold what nobody wants to publish: where it was taken, for one.
        Ok(self.bucket.discard(&object.key).await?)
    }
}

impl Darkroom {
    async fn waits_for(&self, product: ProductId, image: ImageId) -> Result<bool, ConsumeError> {
        let found = self.catalog.article(product).await?;
        let mut images = found.into_iter().flat_map(|shown| shown.article.product.images);
        Ok(images.any(|known| known.id == image && known.is_pending()))
    }

    /// Renditions, stored; or why there are none.
    async fn develop(&self, key: &str) -> Result<ImageState, ConsumeError> {
        let upload = self.bucket.read(key).await?;
        // Seconds of work: others on this thread would wait for it.
        let rendered = tokio::task::spawn_blocking(move || render(&upload)).await;
        let rendered = rendered.map_err(|_| poison("rendering panicked"))?;
        let Renditions { hash, renditions, .. } = match rendered {
            Ok(renditions) => renditions,
            Err(RenditionError::Refused(reason)) => return Ok(ImageState::Refused { reason }),
            Err(RenditionError::Failed(reason)) => return Err(ConsumeError::Poison(reason)),
        };
        let mut kept = Vec::with_capacity(renditions.len());
        for file in renditions.into_iter().rev() {
            self.bucket.keep_for_ever(&file.key, file.format.media_type(), file.bytes).await?;
            kept.push(Rendition { format: file.format, width: file.width, height: file.height });
        }
        Ok(ImageState::Ready(Picture { hash, renditions: kept }))
    }

    async fn record(
        &self,
        product: ProductId,
        image_id: ImageId,
        state: ImageState,
        origin: &Origin,
    ) -> Result<(), ConsumeError> {
        let decide = |shown: &mut Shown| {
            let happened = match &state {
                ImageState::Refused { reason } => Happened::ImageRefused { image_id, reason: *reason },
                ImageState::Ready(_) | ImageState::Pending { .. } => Happened::ImageShown { image_id },
            };
            // Settled or removed meanwhile: nothing happens.
            let settled = shown.article.product.settle(image_id, state.clone());
            Ok::<_, Problem>(Change { happened: settled.then_some(happened), answer: () })
        };
        let recorded = self.catalog.change(product, origin, None, decide).await;
        recorded.map(drop).map_err(|problem| ConsumeError::Retry(format!("the product was not changed: {problem:?}")))
    }

    /// The upload was a request of its own, to S3.
    fn origin(&self, object: &NewObject) -> Origin {
        let request_id = match object.request_id.as_str() {
            "" => self.ambient.id::<RequestId>().to_string(),
            known => known.to_owned(),
        };
        Origin { request_id, source_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), traceparent: None }
    }
}

impl From<BucketError> for ConsumeError {
    fn from(error: BucketError) -> Self {
        Self::Retry(error.to_string())
    }
}

fn poison(why: &str) -> ConsumeError {
    ConsumeError::Poison(why.to_owned())
}

/// images-process.
pub fn function() -> Function {
    objects::<Darkroom>("images-process")
}

#[cfg(test)]
mod tests {
    use holdfast_core::Id;

    use super::*;

    #[test]
    fn a_key_names_product_and_image() {
        let (product, image) = (ProductId::from_bytes([0; 16]), ImageId::from_bytes([0; 16]));
        let key = upload_key(product, image);
        assert_eq!(key, "uploads/prd_00000000000000000000000000/img_00000000000000000000000000");
        assert_eq!(read_key(&key), Some((product, image)));
        for strange in [key.replace("uploads", "images"), format!("{key}.png"), format!("{key}/x"), "uploads/".into()] {
            assert_eq!(read_key(&strange), None, "{strange}");
        }
    }
}
