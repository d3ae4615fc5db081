//! What deliveries are signed with. **No secret is stored**: each is computed from the context's own key, so that reading the
//! table tells nobody how to sign.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_core::{WebhookEndpointId, keyed, server_key};
use holdfast_runtime::{FromInit, Init, InitError};

/// The key that endpoints' secrets are computed from.
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl FromInit for SecretKey {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        const NAME: &str = "WEBHOOK_KEY_PARAMETER";
        let key = server_key(init.aws.secret(NAME).await?.expose());
        key.map(Self).map_err(|error| InitError::Invalid { name: NAME.to_owned(), reason: error.to_string() })
    }
}

impl SecretKey {
    /// An endpoint's secret of a generation.
    pub fn secret(&self, endpoint: WebhookEndpointId, generation: u32) -> String {
        let bytes = keyed(&self.0, &["webhook-secret", &endpoint.to_string(), &generation.to_string()]);
        format!("whsec_{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::Id;

    use super::*;

    #[test]
    fn each_endpoint_and_generation_has_its_own() {
        let (one, other) = (WebhookEndpointId::from_bytes([1; 16]), WebhookEndpointId::from_bytes([2; 16]));
        let key = SecretKey([7; 32]);
        let secret = key.secret(one, 1);
        assert!(secret.starts_with("whsec_") && secret.len() == 6 + 43, "{secret}");
        assert_eq!(secret, key.secret(one, 1));
        for another in [key.secret(one, 2), key.secret(other, 1), SecretKey([8; 32]).secret(one, 1)] {
            assert_ne!(secret, another);
        }
    }
}
