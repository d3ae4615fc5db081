//! `holdfast doctor`: what is configured, and whether it answers. A line each; what is not well begins with `NO`.

use std::collections::BTreeSet;
use std::io::Write;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_runtime::Aws;

use crate::site::Site;
use crate::{Error, site};

/// Lines, and whether all of them are well.
struct Findings<'a> {
    out: &'a mut dyn Write,
    well: bool,
}

impl Findings<'_> {
    fn note(&mut self, what: &str, finding: Result<String, String>) -> Result<(), Error> {
        match finding {
            Ok(says) => writeln!(self.out, "ok  {what}: {says}")?,
            Err(reason) => {
                self.well = false;
                writeln!(self.out, "NO  {what}: {}", reason.replace('\n', " "))?;
            }
        }
        Ok(())
    }

    /// What may be missing, and what that means.
    fn choice(&mut self, name: &str, value: Option<&String>, without: &str) -> Result<(), Error> {
        match value.filter(|value| !value.is_empty()) {
            Some(value) => writeln!(self.out, "ok  {name}: {value}")?,
            None => writeln!(self.out, "--  {name}: not set, {without}")?,
        }
        Ok(())
    }
}

/// Looks at everything that the shop stands on.
pub(crate) async fn examine(site: &Site, out: &mut dyn Write) -> Result<bool, Error> {
    let aws = site.aws()?;
    let mut findings = Findings { out: &mut *out, well: true };
    configured(site, &mut findings)?;
    if let Some(api) = site.api() {
        let health = site::get(site, "/health").await;
        let health = health.map(|health| health.to_string()).map_err(|error| error.to_string());
        findings.note(&format!("api {api}"), health)?;
    }
    for table in &site.stack().tables {
        findings.note(&format!("table {}", table.name), table_answers(&aws, &table.name).await)?;
    }
    for bus in &site.stack().buses {
        let answer = aws.eventbridge().describe_event_bus().name(&bus.name).send().await;
        let answer = answer.map(|_| "answers".to_owned()).map_err(|error| DisplayErrorContext(error).to_string());
        findings.note(&format!("bus {}", bus.name), answer)?;
    }
    for queue in &site.stack().queues {
        let dead_letters = queue.logical_id.ends_with("DeadLetters");
        let depth = depth(&aws, &queue.name).await;
        let finding = depth.and_then(|depth| match depth {
            0 => Ok("empty".to_owned()),
            depth if dead_letters => Err(format!("{depth} messages: docs/runbooks/dead-letters.md")),
            depth => Ok(format!("{depth} messages")),
        });
        findings.note(&format!("queue {}", queue.logical_id), finding)?;
    }
    for (function, variable, parameter) in secrets(site) {
        let found = site.init(&function)?.aws.secret(&variable).await;
        let found = found.map(|_| "is there".to_owned()).map_err(|error| error.to_string());
        findings.note(&format!("parameter {parameter}"), found)?;
    }
    let well = findings.well;
    writeln!(out, "doctor: {}", if well { "all is well" } else { "not all is well" })?;
    Ok(well)
}

fn configured(site: &Site, findings: &mut Findings<'_>) -> Result<(), Error> {
    let parameters = &site.stack().parameters;
    for (name, without) in [
        ("Stage", ""),
        ("StorefrontUrl", ""),
        ("MailSender", ""),
        ("AlarmEmail", "nobody is woken by alarms"),
        ("LowStockAlertAddress", "nobody hears that an article runs low"),
        ("OtlpEndpoint", "no spans are exported"),
    ] {
        findings.choice(name, parameters.get(name), without)?;
    }
    Ok(())
}

/// Asks for an item that is not there: what every function may do.
async fn table_answers(aws: &Aws, table: &str) -> Result<String, String> {
    let nowhere = || AttributeValue::S("DOCTOR".to_owned());
    let call = aws.dynamodb().get_item().table_name(table).key("pk", nowhere()).key("sk", nowhere());
    call.send().await.map(|_| "answers".to_owned()).map_err(|error| DisplayErrorContext(error).to_string())
}

/// How many messages a queue holds.
async fn depth(aws: &Aws, name: &str) -> Result<u64, String> {
    let reason = |error: &dyn std::error::Error| DisplayErrorContext(error).to_string();
    let sqs = aws.sqs();
    let url = sqs.get_queue_url().queue_name(name).send().await.map_err(|error| reason(&error))?;
    let call = sqs.get_queue_attributes().set_queue_url(url.queue_url).attribute_names(QueueAttributeName::All);
    let attributes = call.send().await.map_err(|error| reason(&error))?.attributes.unwrap_or_default();
    let count =
        |name: QueueAttributeName| attributes.get(&name).and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
    Ok([
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ]
    .map(count)
    .iter()
    .sum())
}

/// Each secret once: a function that reads it, the variable that names it there, its name.
fn secrets(site: &Site) -> Vec<(String, String, String)> {
    let mut seen = BTreeSet::new();
    let all = site.stack().functions.iter().flat_map(|function| {
        let parameters = function.environment.iter().filter(|(variable, _)| variable.ends_with("_PARAMETER"));
        parameters.map(|(variable, name)| (function.bin.clone(), variable.clone(), name.clone()))
    });
    all.filter(|(_, _, name)| seen.insert(name.clone())).collect()
}
