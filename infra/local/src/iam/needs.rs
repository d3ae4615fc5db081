//! What AWS checks of each call: actions on resources. A call that is not listed is refused, never let through.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::template::model::{ACCOUNT, REGION};

/// An action on a resource's ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// `dynamodb:PutItem`.
    pub action: &'static str,
    /// The ARN.
    pub resource: String,
}

/// A call of which nobody said what it needs.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownCall {
    /// The operation is not listed here.
    #[error("{service}:{operation} is not an operation that the local host knows")]
    Operation {
        /// `dynamodb`.
        service: String,
        /// `GetItem`, or a method and what it was asked of.
        operation: String,
    },
    /// The request does not name what it is about.
    #[error("{service}:{operation} without {field}")]
    Field {
        /// `dynamodb`.
        service: String,
        /// `GetItem`.
        operation: String,
        /// `TableName`.
        field: &'static str,
    },
}

/// The ARN of a queue, by its name.
pub fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// What a call needs. The service is named as in its ARNs (`dynamodb`, `sqs`, `events`, `ses`, `sns`, `ssm`), the
/// request is the call's body as JSON. S3 has its own: [`needs_s3`].
pub fn needs(service: &str, operation: &str, request: &Value) -> Result<Vec<Need>, UnknownCall> {
    let call = Call { service, operation, request };
    match service {
        "dynamodb" => call.dynamodb(),
        "sqs" => call.sqs(),
        "events" => call.events(),
        "ses" => call.ses(),
        "sns" => call.sns(),
        "ssm" => call.ssm(),
        _ => Err(call.unknown()),
    }
}

struct Call<'a> {
    service: &'a str,
    operation: &'a str,
    request: &'a Value,
}

impl Call<'_> {
    fn unknown(&self) -> UnknownCall {
        UnknownCall::Operation { service: self.service.to_owned(), operation: self.operation.to_owned() }
    }

    fn without(&self, field: &'static str) -> UnknownCall {
        UnknownCall::Field { service: self.service.to_owned(), operation: self.operation.to_owned(), field }
    }

    fn text(&self, field: &'static str) -> Result<&str, UnknownCall> {
        self.request.get(field).and_then(Value::as_str).ok_or_else(|| self.without(field))
    }

    fn list(&self, field: &'static str) -> Result<&[Value], UnknownCall> {
        match self.request.get(field) {
            Some(Value::Array(elements)) => Ok(elements),
            Some(_) | None => Err(self.without(field)),
        }
    }

    fn dynamodb(&self) -> Result<Vec<Need>, UnknownCall> {
        let action = match self.operation {
            "GetItem" => "dynamodb:GetItem",
            "PutItem" => "dynamodb:PutItem",
            "UpdateItem" => "dynamodb:UpdateItem",
            "DeleteItem" => "dynamodb:DeleteItem",
            "DescribeTable" => "dynamodb:DescribeTable",
            "Scan" => "dynamodb:Scan",
            "Query" => {
                let table = table_arn(self.text("TableName")?);
                let resource = match self.request.get("IndexName").and_then(Value::as_str) {
                    Some(index) => format!("{table}/index/{index}"),
                    None => table,
                };
                return Ok(vec![Need { action: "dynamodb:Query", resource }]);
            }
            "BatchGetItem" => return self.batch("dynamodb:BatchGetItem"),
            "BatchWriteItem" => return self.batch("dynamodb:BatchWriteItem"),
            "TransactGetItems" => return self.transaction(&[("Get", "dynamodb:GetItem")]),
            "TransactWriteItems" => {
                return self.transaction(&[
                    ("ConditionCheck", "dynamodb:ConditionCheckItem"),
                    ("Delete", "dynamodb:DeleteItem"),
                    ("Put", "dynamodb:PutItem"),
                    ("Update", "dynamodb:UpdateItem"),
                ]);
            }
            _ => return Err(self.unknown()),
        };
        Ok(vec![Need { action, resource: table_arn(self.text("TableName")?) }])
    }

    fn batch(&self, action: &'static str) -> Result<Vec<Need>, UnknownCall> {
        match self.request.get("RequestItems") {
            Some(Value::Object(tables)) if !tables.is_empty() => {
                Ok(distinct(tables.keys().map(|table| Need { action, resource: table_arn(table) })))
            }
            Some(_) | None => Err(self.without("RequestItems")),
        }
    }

    fn transaction(&self, kinds: &[(&str, &'static str)]) -> Result<Vec<Need>, UnknownCall> {
        let mut needs = Vec::new();
        for item in self.list("TransactItems")? {
            let kind = kinds.iter().find_map(|(kind, action)| Some((item.get(kind)?, *action)));
            let (operation, action) = kind.ok_or_else(|| self.without("an action that is known"))?;
            let table = operation.get("TableName").and_then(Value::as_str).ok_or_else(|| self.without("TableName"))?;
            needs.push(Need { action, resource: table_arn(table) });
        }
        if needs.is_empty() { Err(self.without("TransactItems")) } else { Ok(distinct(needs.into_iter())) }
    }

    fn sqs(&self) -> Result<Vec<Need>, UnknownCall> {
        let action = match self.operation {
            "SendMessage" | "SendMessageBatch" => "sqs:SendMessage",
            "ReceiveMessage" => "sqs:ReceiveMessage",
            "DeleteMessage" | "DeleteMessageBatch" => "sqs:DeleteMessage",
            "ChangeMessageVisibility" | "ChangeMessageVisibilityBatch" => "sqs:ChangeMessageVisibility",
            "GetQueueAttributes" => "sqs:GetQueueAttributes",
            _ => return Err(self.unknown()),
        };
        let name = self.text("QueueUrl")?.rsplit('/').next().unwrap_or_default();
        Ok(vec![Need { action, resource: queue_arn(name) }])
    }

    fn events(&self) -> Result<Vec<Need>, UnknownCall> {
        if self.operation != "PutEvents" {
            return Err(self.unknown());
        }
        let bus = |entry: &Value| {
            let bus = entry.get("EventBusName").and_then(Value::as_str).unwrap_or("default");
            let resource = if bus.starts_with("arn:") {
                bus.to_owned()
            } else {
                format!("arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}")
            };
            Need { action: "events:PutEvents", resource }
        };
        match self.list("Entries")? {
            [] => Err(self.without("Entries")),
            entries => Ok(distinct(entries.iter().map(bus))),
        }
    }

    /// The verified identity is the sender's domain.
    fn ses(&self) -> Result<Vec<Need>, UnknownCall> {
        if self.operation != "SendEmail" {
            return Err(self.unknown());
        }
        let resource = match self.request.get("FromEmailAddressIdentityArn").and_then(Value::as_str) {
            Some(arn) => arn.to_owned(),
            None => {
                let from = self.text("FromEmailAddress")?.trim_end_matches('>');
                let (_, domain) =
                    from.rsplit_once('@').ok_or_else(|| self.without("an address in FromEmailAddress"))?;
                format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{}", domain.to_ascii_lowercase())
            }
        };
        let identity = Need { action: "ses:SendEmail", resource };
        let set = self.request.get("ConfigurationSetName").and_then(Value::as_str).map(|set| {
            let resource = format!("arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{set}");
            Need { action: "ses:SendEmail", resource }
        });
        Ok(std::iter::once(identity).chain(set).collect())
    }

    fn sns(&self) -> Result<Vec<Need>, UnknownCall> {
        // IAM knows SNS's topics by their ARNs, and neither applications nor what belongs to them.
        let unscoped = |action| Ok(vec![Need { action, resource: "*".to_owned() }]);
        match self.operation {
            "Publish" => {}
            "CreatePlatformEndpoint" => return unscoped("sns:CreatePlatformEndpoint"),
            "DeleteEndpoint" => return unscoped("sns:DeleteEndpoint"),
            _ => return Err(self.unknown()),
        }
        let target = ["TopicArn", "TargetArn"].into_iter().find_map(|field| self.request.get(field)?.as_str());
        let resource = match target {
            Some(arn) => arn.to_owned(),
            // An SMS has no ARN.
            None => self.text("PhoneNumber").map(|_| "*".to_owned())?,
        };
        Ok(vec![Need { action: "sns:Publish", resource }])
    }

    fn ssm(&self) -> Result<Vec<Need>, UnknownCall> {
        match self.operation {
            "GetParameter" => {
                Ok(vec![Need { action: "ssm:GetParameter", resource: parameter_arn(self.text("Name")?) }])
            }
            "GetParameters" => match self.list("Names")? {
                [] => Err(self.without("Names")),
                names => {
                    let names = names.iter().map(|name| name.as_str().ok_or_else(|| self.without("Names")));
                    let need = |name| Need { action: "ssm:GetParameters", resource: parameter_arn(name) };
                    Ok(distinct(names.collect::<Result<Vec<_>, _>>()?.into_iter().map(need)))
                }
            },
            _ => Err(self.unknown()),
        }
    }
}

fn distinct(needs: impl Iterator<Item = Need>) -> Vec<Need> {
    needs.collect::<BTreeSet<_>>().into_iter().collect()
}

fn table_arn(name: &str) -> String {
    if name.starts_with("arn:") { name.to_owned() } else { format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}") }
}

fn parameter_arn(name: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{}", name.trim_start_matches('/'))
    }
}

/// What an S3 call needs: `path` is `/bucket/key` (not decoded), `query` without its `?`, `copied` the header
/// `x-amz-copy-source`.
pub fn needs_s3(method: &str, path: &str, query: &str, copied: Option<&str>) -> Result<Vec<Need>, UnknownCall> {
    let (bucket, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    // The SDKs name the operation in the query; signatures travel there too and say nothing of it.
    let asks = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let subresource = |known: &[&str]| {
        let names = query.split('&').filter_map(|pair| pair.split('=').next());
        let plain = ["", "x-id", "versionId", "response-content-type", "response-content-disposition"];
        names.into_iter().all(|name| {
            plain.contains(&name) || known.contains(&name) || name.to_ascii_lowercase().starts_with("x-amz-")
        })
    };
    let action = match (method, key.is_empty()) {
        ("GET", true)
            if subresource(&[
                "list-type",
                "prefix",
                "delimiter",
                "max-keys",
                "continuation-token",
                "start-after",
                "encoding-type",
                "fetch-owner",
            ]) =>
        {
            "s3:ListBucket"
        }
        ("HEAD", true) if subresource(&[]) => "s3:ListBucket",
        ("GET" | "HEAD", false) if subresource(&[]) => "s3:GetObject",
        ("PUT", false) if subresource(&["partNumber", "uploadId"]) => "s3:PutObject",
        ("POST", false) if asks("uploads") || asks("uploadId") => "s3:PutObject",
        ("DELETE", false) if asks("uploadId") => "s3:AbortMultipartUpload",
        ("DELETE", false) if subresource(&[]) => "s3:DeleteObject",
        _ => {
            return Err(UnknownCall::Operation {
                service: "s3".to_owned(),
                operation: format!("{method} {path}?{query}"),
            });
        }
    };
    let object = |path: &str| format!("arn:aws:s3:::{path}");
    let resource = if key.is_empty() { object(bucket) } else { object(&format!("{bucket}/{key}")) };
    let mut needs = vec![Need { action, resource }];
    if let Some(source) = copied {
        needs.push(Need { action: "s3:GetObject", resource: object(source.trim_start_matches('/')) });
    }
    Ok(needs)
}

#[cfg(test)]
mod tests;
