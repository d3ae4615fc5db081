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

#[cfg(test)]
mod tests {
    use crate::engines::testing::world;

    #[tokio::test]
    async fn a_parameter_is_read_by_the_sdk() {
        let (engines, config) = world();
        let client = aws_sdk_ssm::Client::new(&config);
        let missing = client.get_parameter().name("/shop/key").send().await.unwrap_err().into_service_error();
        assert!(missing.is_parameter_not_found());
        engines.ssm.put("/shop/key", "one").unwrap();
        engines.ssm.put("/shop/key", "two").unwrap();
        let got = client.get_parameter().name("/shop/key").with_decryption(true).send().await.unwrap();
        let parameter = got.parameter.unwrap();
        assert_eq!((parameter.value(), parameter.version()), (Some("two"), 2));
        let several = client.get_parameters().names("/shop/key").names("/shop/none").send().await.unwrap();
        assert_eq!((several.parameters().len(), several.invalid_parameters()), (1, &["/shop/none".to_owned()][..]));
    }
}
