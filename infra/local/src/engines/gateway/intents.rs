//! Payment intents: made, confirmed, authenticated, called off, and brought to their end by time.

use holdfast_core::Currency;
use rusqlite::Error::QueryReturnedNoRows;
use serde_json::{Map, Value, json};

use super::cards::{Card, Pays};
use super::desk::{Desk, Job};
use super::form::Form;
use super::objects::{Charge, Intent, IntentStatus};
use super::refused::{Refused, Trouble};

/// The least that is charged, in minor units: what less would cost is more than it brings.
const LEAST: u64 = 50;
/// The most that is charged, in minor units: eight digits.
const MOST: u64 = 99_999_999;
impl Desk<'_> {
    /// `POST /v1/payment_intents`
    pub(super) fn create_intent(&self, mut form: Form) -> Result<Value, Trouble> {
        let amount = form.number("amount")?.ok_or_else(|| Refused::missing("amount"))?;
        let currency = form.wanted("currency")?.to_ascii_lowercase();
        if currency.to_ascii_uppercase().parse::<Currency>().is_err() {
            return Err(Refused::parameter("currency", None, "must be an ISO 4217 currency code.").into());
        }
        if amount < LEAST {
            return Err(Refused::parameter("amount", Some("amount_too_small"), "must be 50 at least.").into());
        }
        if amount > MOST {
            return Err(Refused::parameter("amount", Some("amount_too_large"), "must be 99999999 at most.").into());
        }
        let ways = form.list("payment_method_types")?;
        if let Some(way) = ways.iter().find(|way| *way != "card") {
            let reason = format!("has {way}, and card is all there is here.");
            return Err(Refused::parameter("payment_method_types", None, &reason).into());
        }
        let automatic = automatic_ways(&mut form)?;
        if automatic.is_some() && !ways.is_empty() {
            let reason = "cannot be there beside automatic_payment_methods.";
            return Err(Refused::parameter("payment_method_types", None, reason).into());
        }
        form.one_of("capture_method", &["automatic", "automatic_async"])?;
        form.one_of("confirmation_method", &["automatic"])?;
        let (metadata, description) = (form.metadata()?, form.text("description")?);
        let go = form.flag("confirm")?.unwrap_or(false);
        let payment_method = card_of(&mut form)?.map(|(id, _)| id);
        let return_url = form.text("return_url")?;
        form.nothing_else()?;
        if return_url.is_some() && !go {
            return Err(Refused::parameter("return_url", None, "goes with confirm=true only.").into());
        }
        let id = self.id("pi");
        let mut intent = Intent {
            client_secret: self.id(&format!("{id}_secret")),
            id,
            amount,
            amount_capturable: 0,
            amount_received: 0,
            automatic_payment_methods: automatic,
            canceled_at: None,
            cancellation_reason: None,
            capture_method: "automatic_async".to_owned(),
            confirmation_method: "automatic".to_owned(),
            created: self.now_s(),
            currency,
            customer: None,
            description,
            last_payment_error: None,
            latest_charge: None,
            livemode: false,
            metadata,
            next_action: None,
            status: match payment_method {
                None => IntentStatus::RequiresPaymentMethod,
                Some(_) => IntentStatus::RequiresConfirmation,
            },
            payment_method,
            payment_method_types: vec!["card".to_owned()],
        };
        if go {
            return self.attempt(&mut intent, return_url);
        }
        self.keep(&intent)?;
        Ok(json!(intent))
    }

    /// `POST /v1/payment_intents/{id}/confirm`
    pub(super) fn confirm_intent(&self, id: &str, mut form: Form) -> Result<Value, Trouble> {
        let chosen = card_of(&mut form)?;
        let return_url = form.text("return_url")?;
        form.nothing_else()?;
        let mut intent: Intent = self.find(id, "intent")?;
        match intent.status {
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction => {
            }
            IntentStatus::Processing | IntentStatus::Succeeded | IntentStatus::Canceled => {
                return Err(Refused::unexpected_state(&intent, "confirmed").into());
            }
        }
        if let Some((id, _)) = chosen {
            intent.payment_method = Some(id);
        }
        self.attempt(&mut intent, return_url)
    }

    /// `POST /v1/payment_intents/{id}/cancel`
    pub(super) fn cancel_intent(&self, id: &str, mut form: Form) -> Result<Value, Trouble> {
        let reasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
        let reason = form.one_of("cancellation_reason", &reasons)?;
        form.nothing_else()?;
        let mut intent: Intent = self.find(id, "intent")?;
        match intent.status {
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction => {
            }
            IntentStatus::Processing | IntentStatus::Succeeded | IntentStatus::Canceled => {
                return Err(Refused::unexpected_state(&intent, "canceled").into());
            }
        }
        intent.status = IntentStatus::Canceled;
        intent.canceled_at = Some(self.now_s());
        intent.cancellation_reason = reason;
        intent.next_action = None;
        self.keep(&intent)?;
        self.tell("payment_intent.canceled", &intent)?;
        Ok(json!(intent))
    }

    /// The customer has authenticated, or could not.
    pub(super) fn authenticated(&self, id: &str, well: bool) -> Result<Intent, Trouble> {
        let mut intent: Intent = self.find(id, "intent")?;
        if intent.status != IntentStatus::RequiresAction {
            return Err(Refused::unexpected_state(&intent, "authenticated").into());
        }
        if well {
            let charge = self.charge(&mut intent, "succeeded")?;
            self.succeed(&mut intent, charge)?;
        } else {
            let code = "payment_intent_authentication_failure";
            let error = Refused::invalid(Some(code), "The customer could not be authenticated.");
            self.fail(&mut intent, &error)?;
        }
        Ok(intent)
    }

    /// A payment that was under way comes to its end.
    pub(super) fn end_payment(&self, id: &str, well: bool) -> Result<(), Trouble> {
        let mut intent: Intent = self.find(id, "intent")?;
        let latest = intent.latest_charge.clone().ok_or(QueryReturnedNoRows)?;
        let mut charge: Charge = self.find(&latest, "charge")?;
        if well {
            charge.status = "succeeded".to_owned();
            return self.succeed(&mut intent, charge);
        }
        let error = declined("generic_decline");
        self.decline(&mut intent, charge, error).map(drop)
    }

    /// Asks the bank.
    fn attempt(&self, intent: &mut Intent, return_url: Option<String>) -> Result<Value, Trouble> {
        let Some(method) = intent.payment_method.clone() else {
            let message = "There is no payment method to confirm this PaymentIntent with.";
            return Err(Refused::invalid(Some("payment_intent_unexpected_state"), message).into());
        };
        let card = Card::find(&method).ok_or_else(|| Refused::not_found("PaymentMethod", &method, "payment_method"))?;
        intent.last_payment_error = None;
        intent.next_action = None;
        match card.pays {
            Pays::AtOnce | Pays::Unheard => {
                let charge = self.charge(intent, "succeeded")?;
                self.succeed(intent, charge)?;
                self.unheard.set(card.pays == Pays::Unheard);
            }
            Pays::Later { well } => {
                let charge = self.charge(intent, "pending")?;
                self.keep(&charge)?;
                intent.status = IntentStatus::Processing;
                self.keep(intent)?;
                self.tell("payment_intent.processing", intent)?;
                self.later(self.late, &Job::Pay { intent: intent.id.clone(), well })?;
            }
            Pays::Declined(reason) => {
                let charge = self.charge(intent, "failed")?;
                let refused = self.decline(intent, charge, declined(reason))?;
                return Err(refused.into());
            }
            Pays::Asks => {
                intent.status = IntentStatus::RequiresAction;
                let url = format!("{}/dev/gateway/pay/{}", self.base, intent.id);
                let to = json!({"return_url": return_url, "url": url});
                intent.next_action = Some(json!({"type": "redirect_to_url", "redirect_to_url": to}));
                self.keep(intent)?;
                self.tell("payment_intent.requires_action", intent)?;
            }
        }
        Ok(json!(intent))
    }

    fn charge(&self, intent: &mut Intent, status: &str) -> Result<Charge, Trouble> {
        let charge = Charge {
            id: self.id("ch"),
            amount: intent.amount,
            amount_captured: 0,
            amount_refunded: 0,
            captured: false,
            created: self.now_s(),
            currency: intent.currency.clone(),
            disputed: false,
            failure_code: None,
            failure_message: None,
            livemode: false,
            metadata: intent.metadata.clone(),
            paid: false,
            payment_intent: intent.id.clone(),
            payment_method: intent.payment_method.clone().unwrap_or_default(),
            refunded: false,
            status: status.to_owned(),
        };
        intent.latest_charge = Some(charge.id.clone());
        Ok(charge)
    }

    fn succeed(&self, intent: &mut Intent, mut charge: Charge) -> Result<(), Trouble> {
        charge.amount_captured = charge.amount;
        (charge.captured, charge.paid) = (true, true);
        self.keep(&charge)?;
        intent.status = IntentStatus::Succeeded;
        intent.amount_received = intent.amount;
        intent.next_action = None;
        self.keep(intent)?;
        self.tell("payment_intent.succeeded", intent)
    }

    /// Nothing is paid; the customer may try again with something else.
    fn decline(&self, intent: &mut Intent, mut charge: Charge, error: Refused) -> Result<Refused, Trouble> {
        charge.status = "failed".to_owned();
        charge.failure_code = error.code.clone();
        charge.failure_message = Some(error.message.clone());
        self.keep(&charge)?;
        let mut error = error;
        error.more.insert("charge".to_owned(), json!(charge.id));
        self.fail(intent, &error)?;
        error.more.insert("payment_intent".to_owned(), json!(intent));
        Ok(error)
    }

    fn fail(&self, intent: &mut Intent, error: &Refused) -> Result<(), Trouble> {
        intent.status = IntentStatus::RequiresPaymentMethod;
        let mut said = error.body().get_mut("error").map(Value::take).unwrap_or_default();
        if let (Some(said), Some(method)) = (said.as_object_mut(), intent.payment_method.take()) {
            said.insert("payment_method".to_owned(), json!({"id": method, "object": "payment_method", "type": "card"}));
        }
        intent.last_payment_error = Some(said);
        intent.next_action = None;
        self.keep(intent)?;
        self.tell("payment_intent.payment_failed", intent)
    }
}

/// The bank's no, as an error of the API.
fn declined(reason: &str) -> Refused {
    let (code, message) = match reason {
        "expired_card" => (reason, "The card has expired."),
        "incorrect_cvc" => (reason, "The card's security code is wrong."),
        "processing_error" => (reason, "The bank could not work on the card."),
        _ => ("card_declined", "The card was declined."),
    };
    let more = Map::from_iter([("decline_code".to_owned(), json!(reason))]);
    Refused { more, begun: true, ..Refused::new(402, "card_error", Some(code), message) }
}

/// The payment method that a form names, if it names one.
fn card_of(form: &mut Form) -> Result<Option<(String, Card)>, Refused> {
    let Some(id) = form.text("payment_method")? else { return Ok(None) };
    match Card::find(&id) {
        Some(card) => Ok(Some((id, card))),
        None => Err(Refused::not_found("PaymentMethod", &id, "payment_method")),
    }
}

fn automatic_ways(form: &mut Form) -> Result<Option<Value>, Refused> {
    let mut group = form.group("automatic_payment_methods")?;
    if group.is_empty() {
        return Ok(None);
    }
    let enabled = match group.remove("enabled").as_deref() {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(Refused::missing("automatic_payment_methods[enabled]")),
    };
    let redirects = group.remove("allow_redirects").unwrap_or_else(|| "always".to_owned());
    let known = ["always", "never"].contains(&redirects.as_str());
    if !known || !group.is_empty() {
        return Err(Refused::parameter("automatic_payment_methods", None, "has enabled and allow_redirects only."));
    }
    Ok(enabled.then(|| json!({"allow_redirects": redirects, "enabled": true})))
}
