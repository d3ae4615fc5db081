//! Somebody who uses a shop, and asks again until there is an answer.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use holdfast_core::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::line::{Answer, Line, Place};

/// How often somebody asks again that has heard no answer.
const PATIENCE: u32 = 80;
/// An answer takes no longer: the API itself gives up after 30 seconds.
const LONGEST: Duration = Duration::from_secs(40);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(4);

/// Something that should not have been answered, or was not answered at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble(pub String);

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// Connections to one shop, used again.
#[derive(Debug)]
struct Lines {
    place: Place,
    idle: Mutex<Vec<Line>>,
}

/// Somebody who uses a shop. Whoever asks with a key may ask as often as they like: the shop promises one effect.
#[derive(Clone, Debug)]
pub struct Person {
    lines: Arc<Lines>,
    headers: Vec<(String, String)>,
    login: Option<Arc<Login>>,
}

/// An account, and the token that it was given last.
#[derive(Debug)]
struct Login {
    email: String,
    password: String,
    bearer: Mutex<String>,
}

impl Person {
    /// Somebody without an account.
    pub fn guest(place: &Place) -> Self {
        let lines = Lines { place: place.clone(), idle: Mutex::default() };
        Self { lines: Arc::new(lines), headers: Vec::new(), login: None }
    }

    /// The same, with an account.
    pub async fn log_in(&self, email: &str, password: &str) -> Result<Self, Trouble> {
        let login = Login { email: email.to_owned(), password: password.to_owned(), bearer: Mutex::default() };
        let person = Self { login: Some(Arc::new(login)), ..self.clone() };
        person.logs_in_again().await?;
        Ok(person)
    }

    /// The same, sending one header more.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut person = self.clone();
        person.headers.retain(|(other, _)| other != name);
        person.headers.push((name.to_owned(), value.to_owned()));
        person
    }

    /// The same, sending an Idempotency-Key.
    #[must_use]
    pub fn keyed(&self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Result<Answer, Trouble> {
        self.ask("GET", path, None).await
    }

    /// POST with JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        self.ask("POST", path, Some(body)).await
    }

    /// PATCH with JSON.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        self.ask("PATCH", path, Some(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Result<Answer, Trouble> {
        self.ask("DELETE", path, None).await
    }

    /// GET, which has to be answered with 200.
    pub async fn sees(&self, path: &str) -> Result<Value, Trouble> {
        expect(200, "GET", path, &self.get(path).await?)
    }

    /// POST, which has to be answered so.
    pub async fn posts(&self, path: &str, body: &Value, status: u16) -> Result<Value, Trouble> {
        expect(status, "POST", path, &self.post(path, body).await?)
    }

    /// Asks until there is an answer that another try would not change: what failed or was throttled is no answer.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Trouble> {
        let json = if body.is_some() { "content-type: application/json\r\n" } else { "" };
        let body = body.map(Value::to_string).unwrap_or_default();
        let (mut logged_in, mut last) = (false, String::new());
        for _ in 0..PATIENCE {
            match self.once(method, path, json, &body).await {
                Ok(answer) if answer.status == 401 && self.login.is_some() && !logged_in => {
                    self.logs_in_again().await?;
                    logged_in = true;
                    continue;
                }
                Ok(answer) if is_final(&answer) => return Ok(answer),
                Ok(answer) => last = format!("{} {}", answer.status, answer.text),
                Err(error) => last = error.to_string(),
            }
            SystemClock.sleep(PAUSE).await;
        }
        Err(Trouble(format!("{method} {path} has no answer after {PATIENCE} tries; the last was {last}")))
    }

    /// Asks once, whatever comes of it. Each of the headers ends with a line's end.
    pub async fn once(&self, method: &str, path: &str, headers: &str, body: &str) -> std::io::Result<Answer> {
        let mut all = headers.to_owned();
        for (name, value) in &self.headers {
            all.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(login) = self.login.as_ref().filter(|_| !headers.contains("authorization")) {
            all.push_str(&format!("authorization: Bearer {}\r\n", held(&login.bearer)));
        }
        let idle = held(&self.lines.idle).pop();
        let mut line = match idle {
            Some(line) => line,
            None => Line::open(&self.lines.place).await?,
        };
        let answer = tokio::time::timeout(LONGEST, line.sends(method, path, &all, body)).await??;
        held(&self.lines.idle).push(line);
        Ok(answer)
    }

    /// Shows the password anew: a token ends after a quarter of an hour of the shop's time.
    async fn logs_in_again(&self) -> Result<(), Trouble> {
        let Some(login) = &self.login else { return Ok(()) };
        let body = json!({"email": login.email, "password": login.password});
        let anonymous = Self { login: None, headers: Vec::new(), ..self.clone() };
        let answer = Box::pin(anonymous.posts("/v1/auth/login", &body, 200)).await?;
        *held(&login.bearer) = text(&answer, "access_token")?;
        Ok(())
    }
}

/// Whether another try would hear the same. The gateway in front of the shop throttles without a code; the shop has one.
fn is_final(answer: &Answer) -> bool {
    answer.status < 500 && (answer.status != 429 || !answer.code().is_empty())
}

/// What has to be answered so.
pub fn expect(status: u16, method: &str, path: &str, answer: &Answer) -> Result<Value, Trouble> {
    if answer.status == status {
        return Ok(answer.json());
    }
    Err(unexpected(method, path, answer))
}

/// Nobody should hear this.
pub fn unexpected(method: &str, path: &str, answer: &Answer) -> Trouble {
    Trouble(format!("{method} {path} was answered {}: {}", answer.status, answer.text))
}

/// A text in an answer.
pub fn text(value: &Value, name: &str) -> Result<String, Trouble> {
    let found = value[name].as_str().map(str::to_owned);
    found.ok_or_else(|| Trouble(format!("there is no text {name} in {value}")))
}

/// A whole number in an answer, by its pointer.
pub fn number(value: &Value, pointer: &str) -> Result<i64, Trouble> {
    let found = value.pointer(pointer).and_then(Value::as_i64);
    found.ok_or_else(|| Trouble(format!("there is no number {pointer} in {value}")))
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_no_answer() {
        let answer = |status, text: &str| Answer { status, text: text.to_owned() };
        assert!(is_final(&answer(409, "{}")) && is_final(&answer(429, r#"{"code": "too_many_requests"}"#)));
        assert!(!is_final(&answer(503, "{}")) && !is_final(&answer(429, r#"{"message": "Too Many Requests"}"#)));
    }
}
