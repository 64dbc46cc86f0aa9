//! Entity tags: the header that carries one, and those that name some.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::openapi::{Header, RefOr, Required};

use super::text;

/// Operations whose success carries the tag of a product.
const TAGGED: [&str; 2] = ["getProduct", "putProduct"];

/// Operations that are done only where the product is as expected.
const CONDITIONAL: [&str; 1] = ["putProduct"];

const TAG_PATTERN: &str = r#"^"[0-9a-f]{32}"$"#;

/// `*`, or one to twenty tags, as a client writes them; the server reads every
/// list of RFC 9110.
const TAGS_PATTERN: &str = r#"^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*"){0,19})$"#;

/// Adds the headers of entity tags to an operation that has them.
pub(super) fn complete(operation: &mut Operation, name: &str) {
    if CONDITIONAL.contains(&name) {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.extend([if_match(), if_none_match()].map(Into::into));
    }
    if !TAGGED.contains(&name) {
        return;
    }
    for (status, response) in &mut operation.responses.responses {
        if let (RefOr::T(response), true) = (response, status.starts_with('2')) {
            let tag = entity_tag().into();
            response.headers.insert("ETag".to_owned(), tag);
        }
    }
}

fn entity_tag() -> Header {
    let schema = text().pattern(Some(TAG_PATTERN)).build();
    HeaderBuilder::new()
        .schema(Some(Schema::Object(schema)))
        .description(Some(
            "The tag of the name, the price, `active` and `maxPerUser`, for `If-Match`. The stock \
             is not in it.",
        ))
        .build()
}

fn if_match() -> Parameter {
    let schema = text()
        .pattern(Some(TAGS_PATTERN))
        .examples([r#""6f0c2f1f8e3a4f0d9b7a5c3e1d2b4a68""#]);
    let description = "Up to 20 values of `ETag`: the product is changed only if it has one of \
         these tags now. `*`: only if it is there.";
    parameter("If-Match", schema, description)
}

fn if_none_match() -> Parameter {
    let schema = text().enum_values(Some(["*"]));
    let description =
        "`*`: the product is created only if it is not there. Not together with `If-Match`.";
    parameter("If-None-Match", schema, description)
}

fn parameter(name: &str, schema: ObjectBuilder, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
