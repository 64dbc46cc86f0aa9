//! A request of each operation to paste into a terminal, made of the examples
//! that the API description gives.

use serde_json::{Map, Value};

/// Stands for the host in a page that is made once; replaced in each answer.
pub(super) const HOST: &str = "{host}";

/// The command for an operation.
pub(super) fn command(description: &Value, path: &str, method: &str, operation: &Value) -> String {
    let mut lines = Vec::new();
    let url = format!("{HOST}{}", target(path, operation));
    let verb = match method {
        "get" => String::new(),
        other => format!("-X {} ", other.to_uppercase()),
    };
    lines.push(format!("curl {verb}{}", quoted(&url)));
    if parameters(operation).any(|it| it["name"] == "Idempotency-Key") {
        // In double quotes, for the shell to put a fresh one.
        lines.push("-H \"Idempotency-Key: $(uuidgen)\"".to_owned());
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    if let Some(body) = example(description, schema) {
        lines.push("-H 'Content-Type: application/json'".to_owned());
        lines.push(format!("-d {}", quoted(&body.to_string())));
    }
    lines.join(" \\\n  ")
}

fn parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    operation["parameters"].as_array().into_iter().flatten()
}

/// The path with its parameters filled in, and what the query has to have.
fn target(path: &str, operation: &Value) -> String {
    let mut target = path.to_owned();
    let mut query = Vec::new();
    for parameter in parameters(operation).filter(|it| it["required"] == true) {
        let name = parameter["name"].as_str().unwrap_or_default();
        let value = match &parameter["example"] {
            Value::Null => plain(&parameter["schema"]["example"]),
            given => plain(given),
        };
        if parameter["in"] == "path" {
            target = target.replace(&format!("{{{name}}}"), &value);
        } else if parameter["in"] == "query" {
            query.push(format!("{name}={value}"));
        }
    }
    if query.is_empty() {
        target
    } else {
        format!("{target}?{}", query.join("&"))
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value that fits the schema, if it has examples.
fn example(description: &Value, schema: &Value) -> Option<Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = description.pointer(reference.strip_prefix('#')?)?;
        return example(description, target);
    }
    if let Some(variants) = schema["oneOf"].as_array() {
        return variants.iter().find_map(|it| example(description, it));
    }
    // The id of a coupon that does not exist would only fail.
    if schema["format"] == "uuid" {
        return None;
    }
    // Of a whole is given what its parts do not tell: which go together.
    if !schema["example"].is_null() {
        return Some(schema["example"].clone());
    }
    if let Some(properties) = schema["properties"].as_object() {
        let members = properties
            .iter()
            .filter_map(|(name, property)| Some((name.clone(), example(description, property)?)));
        return Some(Value::Object(members.collect::<Map<_, _>>()));
    }
    if schema["items"].is_object() {
        return Some(Value::Array(vec![example(description, &schema["items"])?]));
    }
    let given = [&schema["examples"][0], &schema["enum"][0]];
    given.into_iter().find(|it| !it.is_null()).cloned()
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "/:.-_{}".contains(c);
    if text.chars().all(bare) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_shell_is_quoted_where_it_must_be() {
        for (text, word) in [("a/7", "a/7"), ("a?b&c", "'a?b&c'"), ("it's", "'it'\\''s'")] {
            assert_eq!(quoted(text), word);
        }
    }
}
