//! The API description (OpenAPI 3.1): what the handlers say of themselves,
//! and what holds for all of them.

mod answers;
mod rights;
mod shapes;

use std::sync::LazyLock;

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

use crate::problem::ProblemView;

/// The groups of operations, in the order of the reference.
const TAGS: [(&str, &str); 12] = [
    (
        "Orders",
        "Stock, coupon and balance, taken together or not at all.",
    ),
    ("Users", "Shoppers. Identity lives elsewhere."),
    ("Balance", "Prepaid money and its ledger."),
    ("Products", "What is for sale."),
    ("Stock", "Pieces on hand and their history."),
    ("Campaigns", "Numbers of coupons for whoever comes first."),
    ("Coupons", "One user's coupon of a campaign."),
    ("Events", "What the data platforms are told."),
    (
        "Platforms",
        "What each data platform has, lacks and failed to take.",
    ),
    ("Access", "Who may do what, and who did it."),
    ("Operations", "What operators and their tools ask."),
    ("Reference", "This description, and pages for people."),
];

const INTRODUCTION: &str = "The order and payment core of a shop.\n\n\
    - Bodies are JSON in camelCase. A member that the endpoint does not know is refused; `null` is \
    the same as absent.\n\
    - Money is an integer in the minor unit of the deployment's one currency. Integers stay within \
    ±(2^53 − 1).\n\
    - Times are RFC 3339 in UTC.\n\
    - With an `Idempotency-Key`, a request has its effect once however often it is sent; a repeat \
    gets the first answer, marked `Idempotent-Replayed: true`.\n\
    - Errors are `application/problem+json` (RFC 9457). Decide by `code`; `title` and `detail` \
    follow `Accept-Language` (English, Korean).";

/// What is said of tokens.
const BEARER: &str = "A token that `jumun token create` or `POST /tokens` made, or a JSON Web Token \
    of the shop's identity provider where the server takes those. Each operation names the scope \
    that it needs; `admin` includes all. Operations for users take the user's own token, too. A \
    server on a loopback address may run open, without tokens.";

/// What is said before any operation.
pub(crate) fn frame() -> OpenApi {
    let license = LicenseBuilder::new()
        .name("MIT OR Apache-2.0")
        .identifier(Some("MIT OR Apache-2.0"));
    let info = InfoBuilder::new()
        .title("Jumun")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(INTRODUCTION))
        .license(Some(license.build()))
        .build();
    let tag =
        |(name, text): (&str, &str)| TagBuilder::new().name(name).description(Some(text)).build();
    // The server that served it: a shop has the address that its operator gave it.
    let server = ServerBuilder::new().url("/").build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([server]))
        .tags(Some(TAGS.map(tag)))
        .build()
}

/// Adds what holds for many operations: problems, keys, headers.
pub(crate) fn finish(mut description: OpenApi) -> OpenApi {
    let components = description.components.get_or_insert_default();
    let mut schemas = vec![(
        ProblemView::name().into_owned(),
        <ProblemView as utoipa::PartialSchema>::schema(),
    )];
    ProblemView::schemas(&mut schemas);
    components.schemas.extend(schemas);
    shapes::complete(components);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(BEARER))
        .build();
    components.add_security_scheme(rights::SCHEME, SecurityScheme::Http(bearer));
    for (path, item) in &mut description.paths.paths {
        let operations = [
            (false, &mut item.get),
            (true, &mut item.put),
            (true, &mut item.post),
            (true, &mut item.delete),
        ];
        for (writes, operation) in operations {
            if let Some(operation) = operation {
                answers::complete(operation, path, writes);
                rights::complete(operation);
            }
        }
    }
    description
}

/// The API description.
pub fn openapi() -> OpenApi {
    crate::api::description()
}

/// The API description as JSON, as `/openapi.json` serves it.
pub fn openapi_json() -> String {
    // A description of plain maps and texts always serialises.
    let mut json = openapi().to_pretty_json().unwrap_or_default();
    json.push('\n');
    json
}

/// The JSON Schema of an event's data: the order of the API, by itself.
pub(crate) fn order_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let description = serde_json::to_value(openapi()).unwrap_or_default();
        let all = &description["components"]["schemas"];
        let mut schema = local(&all["Order"]);
        let definitions = ["Currency", "Id", "OrderLine", "Time"]
            .map(|name| (name.to_owned(), local(&all[name])));
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        schema["$id"] = json!(crate::view::DATA_SCHEMA);
        schema["$defs"] = definitions.into_iter().collect();
        schema
    });
    &SCHEMA
}

/// The schema with references into its own `$defs`.
fn local(schema: &Value) -> Value {
    match schema {
        Value::String(text) => json!(text.replace("#/components/schemas/", "#/$defs/")),
        Value::Array(items) => items.iter().map(local).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), local(value)))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_event_data_names_nothing_outside_itself() {
        let text = order_schema().to_string();
        assert!(!text.contains("#/components"));
        for reference in text.split("#/$defs/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(
                order_schema()["$defs"][name].is_object(),
                "{name} is not defined"
            );
        }
    }
}
