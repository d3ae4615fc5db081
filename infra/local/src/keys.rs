//! The secrets that an operator puts into SSM before the first deployment, made here at the first start.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_auth::{CodeKey, KeySet};
use holdfast_core::{Ambient, SystemClock};

use crate::clock::SeededEntropy;
use crate::data::DataFolder;
use crate::engines::{EngineError, Parameters, gateway};
use crate::store::Store;
use crate::template::{self, Stack, TemplateError};
use crate::world::StartError;

/// Where functions read which parameter holds their secret.
const SIGNING_KEYS: &str = "AUTH_SIGNING_KEYS_PARAMETER";
const CODE_KEY: &str = "CODE_KEY_PARAMETER";
const SERVER_KEY: &str = "SERVER_KEY_PARAMETER";
const CARRIER_SECRET: &str = "CARRIER_SECRET_PARAMETER";
const GATEWAY_KEY: &str = "GATEWAY_KEY_PARAMETER";
const WEBHOOK_SECRET: &str = "GATEWAY_WEBHOOK_SECRET_PARAMETER";
const WEBHOOK_KEY: &str = "WEBHOOK_KEY_PARAMETER";

/// A stack, and the signing keys whose public halves its environment was resolved with, where they are new.
#[derive(Clone, Debug)]
pub struct Blueprint {
    stack: Arc<Stack>,
    minted: Option<Minted>,
}

#[derive(Clone, Debug)]
struct Minted {
    /// The parameter for the public halves.
    jwks: String,
    keys: KeySet,
}

impl Blueprint {
    /// Reads a template. Public keys come from `known` parameters, or from new keys drawn from `ambient`.
    pub fn load(
        path: &Path,
        overrides: &BTreeMap<String, String>,
        known: &dyn Fn(&str) -> Option<String>,
        ambient: &Ambient,
    ) -> Result<Self, TemplateError> {
        Self::resolve(known, ambient, |ssm| template::load(path, overrides, ssm))
    }

    /// Reads a template for a world on disk, whose keys are those of its first start.
    pub fn kept(
        path: &Path,
        overrides: &BTreeMap<String, String>,
        data: &DataFolder,
        ambient: &Ambient,
    ) -> Result<Self, StartError> {
        // At the first start there is nothing to open yet, and making it twice would cost time.
        let kept = Store::exists(data.path()).then(|| Store::open(data.path())).transpose()?.map(Parameters::new);
        // What cannot be read now cannot be read by the engines either, and they say so.
        let known = |name: &str| kept.as_ref()?.get(name).ok().flatten();
        Ok(Self::load(path, overrides, &known, ambient)?)
    }

    /// Reads a template from its text, for a world in memory whose keys are always the same.
    pub fn from_text(text: &str, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        Self::resolve(&|_| None, &rehearsal(), |ssm| template::load_str("template.yaml", text, overrides, ssm))
    }

    /// Reads a template for worlds in memory, whose keys are always the same.
    pub fn rehearse(path: &Path, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        Self::load(path, overrides, &|_| None, &rehearsal())
    }

    fn resolve(
        known: &dyn Fn(&str) -> Option<String>,
        ambient: &Ambient,
        load: impl FnOnce(&dyn Fn(&str) -> Option<String>) -> Result<Stack, TemplateError>,
    ) -> Result<Self, TemplateError> {
        let minted = RefCell::new(None);
        let stack = load(&|name| {
            known(name).or_else(|| {
                // The public keys are the one thing that a template takes from SSM.
                let minted = &mut *minted.borrow_mut();
                let fresh = || Minted { jwks: name.to_owned(), keys: KeySet::generate(ambient) };
                name.ends_with("/jwks").then(|| minted.get_or_insert_with(fresh).keys.jwks())
            })
        })?;
        Ok(Self { stack: Arc::new(stack), minted: minted.into_inner() })
    }

    /// The stack.
    pub fn stack(&self) -> &Arc<Stack> {
        &self.stack
    }

    /// Puts into SSM what is not there yet.
    pub(crate) fn provide(&self, ssm: &Parameters, ambient: &Ambient) -> Result<(), EngineError> {
        for name in self.named_by(CODE_KEY) {
            provide(ssm, name, || CodeKey::generate(ambient).parameter())?;
        }
        for name in self.named_by(SERVER_KEY).into_iter().chain(self.named_by(WEBHOOK_KEY)) {
            provide(ssm, name, || URL_SAFE_NO_PAD.encode(ambient.bytes::<32>()))?;
        }
        for name in self.named_by(CARRIER_SECRET) {
            provide(ssm, name, || URL_SAFE_NO_PAD.encode(ambient.bytes::<32>()))?;
        }
        // The payment gateway's are its own, and not made here.
        for (variable, secret) in [(GATEWAY_KEY, gateway::API_KEY), (WEBHOOK_SECRET, gateway::WEBHOOK_SECRET)] {
            for name in self.named_by(variable) {
                provide(ssm, name, || secret.to_owned())?;
            }
        }
        if let Some(minted) = &self.minted {
            for name in self.named_by(SIGNING_KEYS) {
                ssm.put(name, &minted.keys.signing_parameter())?;
            }
            // Last, because their presence says that the private ones are there too.
            ssm.put(&minted.jwks, &minted.keys.jwks())?;
        }
        Ok(())
    }

    fn named_by(&self, variable: &str) -> BTreeSet<&str> {
        let functions = self.stack.functions.iter();
        functions.filter_map(|function| function.environment.get(variable)).map(String::as_str).collect()
    }
}

fn provide(ssm: &Parameters, name: &str, secret: impl FnOnce() -> String) -> Result<(), EngineError> {
    match ssm.get(name)? {
        Some(_) => Ok(()),
        None => ssm.put(name, &secret()),
    }
}

/// Tests share keys, so that one parsed template serves them all.
fn rehearsal() -> Ambient {
    Ambient::new(Arc::new(SystemClock), Arc::new(SeededEntropy::new(0)))
}
