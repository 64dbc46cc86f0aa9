//! The API reference, made from the API description.

use std::fmt::Write;

use serde_json::Value;

use super::{curl, escape, markdown, shell};
use crate::problem::Language;

/// Writing comes first: a reader wants to make a thing before looking for it.
const METHODS: [&str; 4] = ["put", "post", "get", "delete"];

/// Shown where a request names no plain host: where `serve` listens by default.
const DEFAULT_HOST: &str = "127.0.0.1:8080";

/// The page with the commands for this host, as the reader's browser names it.
pub(crate) fn at_host(page: &str, host: Option<&str>) -> String {
    let plain = |it: &&str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        !it.is_empty() && it.chars().all(known)
    };
    page.replace(curl::HOST, host.filter(plain).unwrap_or(DEFAULT_HOST))
}

/// The page of all operations and schemas.
pub(crate) fn reference() -> String {
    let description = serde_json::to_value(crate::openapi()).unwrap_or_default();
    let mut body = String::new();
    let version = text(&description["info"]["version"]);
    let introduction = markdown::render(
        description["info"]["description"].as_str().unwrap_or(""),
        "",
    );
    line(
        &mut body,
        format_args!("<header><h1>Jumun API <small>{version}</small></h1></header>"),
    );
    line(
        &mut body,
        format_args!("<nav>{}</nav>", contents(&description)),
    );
    line(&mut body, format_args!("<main>{introduction}"));
    line(
        &mut body,
        format_args!(
            "<p>For tools: <a href=\"/openapi.json\">/openapi.json</a>. What each error means: \
             <a href=\"/problems\">/problems</a></p>"
        ),
    );
    for tag in description["tags"].as_array().into_iter().flatten() {
        section(&mut body, &description, tag);
    }
    line(
        &mut body,
        format_args!("<section><h2 id=\"schemas\">Schemas</h2>"),
    );
    for (name, schema) in members(&description["components"]["schemas"]) {
        schema_article(&mut body, name, schema);
    }
    line(&mut body, format_args!("</section></main>"));
    shell("API reference", Language::English, &body)
}

fn line(body: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(body, "{text}");
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The operations of a tag: path, method and operation.
fn operations<'a>(
    description: &'a Value,
    tag: &'a Value,
) -> impl Iterator<Item = (&'a String, &'static str, &'a Value)> {
    members(&description["paths"])
        .flat_map(|(path, item)| METHODS.map(|method| (path, method, &item[method])))
        .filter(|(_, _, operation)| operation.is_object())
        .filter(move |(_, _, operation)| operation["tags"][0] == tag["name"])
}

fn contents(description: &Value) -> String {
    let mut list = String::new();
    for tag in items(&description["tags"]) {
        let name = text(&tag["name"]);
        let _ = write!(list, "<p><a href=\"#{name}\">{name}</a></p>\n<ul>");
        for (path, method, operation) in operations(description, tag) {
            let _ = write!(
                list,
                "<li>{} <a href=\"#{}\"><code>{}</code></a> {}</li>",
                badge(method),
                text(&operation["operationId"]),
                escape(path),
                text(&operation["summary"]),
            );
        }
        list.push_str("</ul>\n");
    }
    list.push_str("<p><a href=\"#schemas\">Schemas</a></p>");
    list
}

/// The method in its colour.
fn badge(method: &str) -> String {
    format!("<b class=\"{method}\">{}</b>", method.to_uppercase())
}

fn section(body: &mut String, description: &Value, tag: &Value) {
    let name = text(&tag["name"]);
    line(body, format_args!("<section><h2 id=\"{name}\">{name}</h2>"));
    line(body, format_args!("<p>{}</p>", text(&tag["description"])));
    for (path, method, operation) in operations(description, tag) {
        operation_article(body, description, path, method, operation);
    }
    line(body, format_args!("</section>"));
}

fn operation_article(
    body: &mut String,
    description: &Value,
    path: &str,
    method: &str,
    operation: &Value,
) {
    let id = text(&operation["operationId"]);
    line(
        body,
        format_args!(
            "<article><h3 id=\"{id}\">{}</h3>",
            text(&operation["summary"])
        ),
    );
    line(
        body,
        format_args!("<p><code>{} {}</code></p>", badge(method), escape(path)),
    );
    body.push_str(&markdown::render(
        operation["description"].as_str().unwrap_or_default(),
        "",
    ));
    let command = curl::command(description, path, method, operation);
    line(
        body,
        format_args!("<pre><code>{}</code></pre>", escape(&command)),
    );
    if operation["parameters"].is_array() {
        line(body, format_args!("<h4>Parameters</h4><dl>"));
        for it in items(&operation["parameters"]) {
            let required = if it["required"] == true {
                ", required"
            } else {
                ""
            };
            let (name, place) = (text(&it["name"]), text(&it["in"]));
            let kind = kind(&it["schema"]);
            line(
                body,
                format_args!("<dt><code>{name}</code> {kind}, {place}{required}</dt>"),
            );
            line(body, format_args!("<dd>{}</dd>", text(&it["description"])));
        }
        line(body, format_args!("</dl>"));
    }
    let request = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !request.is_null() {
        line(body, format_args!("<h4>Body</h4><p>{}</p>", kind(request)));
    }
    line(body, format_args!("<h4>Answers</h4><dl>"));
    for (status, response) in members(&operation["responses"]) {
        let schema = members(&response["content"])
            .map(|(_, content)| &content["schema"])
            .next();
        let shape = schema.map(kind).unwrap_or_default();
        line(
            body,
            format_args!("<dt><b>{}</b> {shape}</dt>", escape(status)),
        );
        let text = markdown::render(response["description"].as_str().unwrap_or_default(), "");
        line(body, format_args!("<dd>{}</dd>", linked(&text)));
    }
    line(body, format_args!("</dl></article>"));
}

/// Makes each code of a problem a link to its page.
fn linked(html: &str) -> String {
    crate::problem::Code::ALL
        .iter()
        .fold(html.to_owned(), |html, code| {
            let name = code.name();
            let link = format!("<a href=\"/problems/{name}\"><code>{name}</code></a>");
            html.replace(&format!("<code>{name}</code>"), &link)
        })
}

fn schema_article(body: &mut String, name: &str, schema: &Value) {
    let name = escape(name);
    line(
        body,
        format_args!("<article><h3 id=\"schema-{name}\">{name}</h3>"),
    );
    body.push_str(&markdown::render(
        schema["description"].as_str().unwrap_or_default(),
        "",
    ));
    if !schema["properties"].is_object() && !schema["oneOf"].is_array() {
        line(body, format_args!("<p>{}</p>", kind(schema)));
    }
    properties(body, schema);
    for variant in items(&schema["oneOf"]).chain(items(&schema["allOf"])) {
        properties(body, variant);
    }
    line(body, format_args!("</article>"));
}

fn properties(body: &mut String, schema: &Value) {
    if !schema["properties"].is_object() {
        return;
    }
    line(body, format_args!("<dl>"));
    for (name, property) in members(&schema["properties"]) {
        let required = items(&schema["required"]).any(|it| it == name);
        let required = if required { "" } else { ", optional" };
        let kind = kind(property);
        line(
            body,
            format_args!("<dt><code>{}</code> {kind}{required}</dt>", escape(name)),
        );
        let text = property["description"].as_str().unwrap_or_default();
        line(
            body,
            format_args!("<dd>{}</dd>", markdown::render(text, "")),
        );
    }
    line(body, format_args!("</dl>"));
}

/// A schema in a few words, with links to the named ones.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = escape(reference.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for several in ["oneOf", "allOf", "anyOf"] {
        if schema[several].is_array() {
            return items(&schema[several])
                .map(kind)
                .collect::<Vec<_>>()
                .join(" or ");
        }
    }
    let mut words = match &schema["type"] {
        Value::String(name) => escape(name),
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => "any value".to_owned(),
    };
    if schema["items"].is_object() {
        let _ = write!(words, " of {}", kind(&schema["items"]));
    }
    if schema["enum"].is_array() {
        let names: Vec<_> = items(&schema["enum"])
            .map(|it| escape(&it.to_string()))
            .collect();
        let _ = write!(words, ": {}", names.join(", "));
    }
    let _ = match (&schema["minimum"], &schema["maximum"]) {
        (Value::Number(min), Value::Number(max)) => write!(words, ", {min} to {max}"),
        (Value::Number(min), _) => write!(words, ", at least {min}"),
        (_, Value::Number(max)) => write!(words, ", at most {max}"),
        _ => Ok(()),
    };
    if let Some(format) = schema["format"]
        .as_str()
        .filter(|format| !format.starts_with("int"))
    {
        let _ = write!(words, " ({})", escape(format));
    }
    words
}
