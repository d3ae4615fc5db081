//! SSM's Parameter Store: the secrets that functions read when they start.

use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

use super::{EngineError, Refusal, text};
use crate::store::Store;
use crate::template::model::{ACCOUNT, REGION};

/// The parameters.
#[derive(Debug)]
pub struct Parameters {
    store: Store,
}

impl Parameters {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Sets a parameter.
    pub fn put(&self, name: &str, value: &str) -> Result<(), EngineError> {
        self.store.with(|db| {
            let sql = "INSERT INTO parameters VALUES (?1, ?2, 1)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = version + 1";
            db.prepare_cached(sql)?.execute(params![name, value]).map(drop)
        })
    }

    /// A parameter's value.
    pub fn get(&self, name: &str) -> Result<Option<String>, EngineError> {
        Ok(self.versioned(name)?.map(|(value, _)| value))
    }

    fn versioned(&self, name: &str) -> Result<Option<(String, i64)>, EngineError> {
        self.store.with(|db| {
            let mut one = db.prepare_cached("SELECT value, version FROM parameters WHERE name = ?1")?;
            one.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
    }

    fn described(&self, name: &str) -> Result<Option<Value>, EngineError> {
        Ok(self.versioned(name)?.map(|(value, version)| {
            json!({
                "Name": name,
                "Type": "SecureString",
                "Value": value,
                "Version": version,
                "DataType": "text",
                "ARN": format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{}", name.trim_start_matches('/')),
            })
        }))
    }

    /// Carries out an operation of the API.
    pub(crate) fn call(&self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        match operation {
            "GetParameter" => {
                let found = self.described(text(request, "Name").unwrap_or_default())?;
                found
                    .map(|parameter| json!({"Parameter": parameter}))
                    .ok_or_else(|| Refusal::new("ParameterNotFound", ""))
            }
            "GetParameters" => {
                let (mut found, mut invalid) = (Vec::new(), Vec::new());
                for name in request["Names"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    match self.described(name)? {
                        Some(parameter) => found.push(parameter),
                        None => invalid.push(name),
                    }
                }
                Ok(json!({"Parameters": found, "InvalidParameters": invalid}))
            }
            unknown => Err(Refusal::unknown(unknown)),
        }
    }
}
