//! What infra/samconfig.toml gives a stage's parameters: the same values that `sam deploy` reads.

use std::collections::BTreeMap;
use std::path::Path;

use super::TemplateError;

/// The `parameter_overrides` of `[<stage>.deploy.parameters]`.
pub fn stage_overrides(path: &Path, stage: &str) -> Result<BTreeMap<String, String>, TemplateError> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => overrides(&text, stage).map_err(|(line, message)| TemplateError::Refused { file, line, message }),
        Err(source) => Err(TemplateError::Unreadable { file, source }),
    }
}

fn overrides(text: &str, stage: &str) -> Result<BTreeMap<String, String>, (usize, String)> {
    let config: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.get(..span.start).unwrap_or("").matches('\n').count() + 1);
        (line, format!("not TOML: {}", error.message()))
    })?;
    let parameters = |name: &str| config.get(name)?.get("deploy")?.get("parameters")?.get("parameter_overrides");
    let Some(toml::Value::Array(overrides)) = parameters(stage) else {
        return Err((1, format!("[{stage}.deploy.parameters] has no list `parameter_overrides`")));
    };
    overrides
        .iter()
        .map(|entry| match entry.as_str().and_then(|entry| entry.split_once('=')) {
            Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
            None => Err((1, format!("[{stage}.deploy.parameters] has {entry:?}, which is not \"Name=value\""))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_stage_that_is_asked_for() {
        let text = "version = 0.1\n[a.deploy.parameters]\nparameter_overrides = [\"X=1\", \"Y=a=b,c\"]\n[b.deploy.parameters]\n";
        let read = overrides(text, "a").unwrap();
        assert_eq!(read.into_iter().collect::<Vec<_>>(), [("X".into(), "1".into()), ("Y".into(), "a=b,c".into())]);
        assert!(overrides(text, "b").unwrap_err().1.contains("[b.deploy.parameters]"));
        assert!(overrides(text, "none").unwrap_err().1.contains("[none.deploy.parameters]"));
    }

    #[test]
    fn what_is_broken_is_one_clear_line() {
        let (line, message) = overrides("version = 0.1\n[a\n", "a").unwrap_err();
        assert_eq!(line, 2);
        assert!(message.starts_with("not TOML: ") && !message.contains('\n'), "{message}");
        let text = "[a.deploy.parameters]\nparameter_overrides = [\"X\"]";
        assert!(overrides(text, "a").unwrap_err().1.contains("which is not \"Name=value\""));
    }
}
