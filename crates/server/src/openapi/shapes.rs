//! What the macros leave out of schemas, put in for all of them.

use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, SchemaType, Type};
use utoipa::openapi::{Components, Ref, RefOr, Schema};

/// What every text of a body must be: the domain refuses control characters.
const PRINTABLE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

/// What the schema of a list is called, before the name of what it lists.
const LIST: &str = "List_";

/// Completes the schemas. A schema that refuses unknown members is a body's.
pub(super) fn complete(components: &mut Components) {
    close_variants(components);
    name_items(components);
    for schema in components.schemas.values_mut() {
        if let RefOr::T(Schema::Object(body)) = schema
            && is_closed(body)
        {
            bound_texts(body);
        }
    }
}

/// A body is closed, a variant of one too; the macro says so of structs only.
fn close_variants(components: &mut Components) {
    if let Some(RefOr::T(Schema::OneOf(discount))) = components.schemas.get_mut("NewDiscount") {
        for variant in &mut discount.items {
            if let RefOr::T(Schema::Object(variant)) = variant {
                variant.additional_properties =
                    Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
    }
}

/// A list names what it lists, so that a generator makes one type of it and not
/// two; the macro writes it out.
fn name_items(components: &mut Components) {
    let names: Vec<_> = components.schemas.keys().cloned().collect();
    for name in names {
        let Some(item) = name.strip_prefix(LIST) else {
            continue;
        };
        if !components.schemas.contains_key(item) {
            continue;
        }
        if let Some(RefOr::T(Schema::Object(list))) = components.schemas.get_mut(&name)
            && let Some(RefOr::T(Schema::Array(items))) = list.properties.get_mut("items")
        {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
        }
    }
}

fn is_closed(schema: &Object) -> bool {
    matches!(
        schema.additional_properties.as_deref(),
        Some(AdditionalProperties::FreeForm(false))
    )
}

fn bound_texts(body: &mut Object) {
    for property in body.properties.values_mut() {
        if let RefOr::T(Schema::Object(text)) = property
            && is_text(&text.schema_type)
            && text.pattern.is_none()
            && text.format.is_none()
            && text.enum_values.is_none()
        {
            text.pattern = Some(PRINTABLE.to_owned());
        }
    }
}

fn is_text(kind: &SchemaType) -> bool {
    match kind {
        SchemaType::Type(kind) => *kind == Type::String,
        SchemaType::Array(kinds) => kinds.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn schemas() -> serde_json::Map<String, Value> {
        let description = serde_json::to_value(crate::openapi()).unwrap();
        description["components"]["schemas"]
            .as_object()
            .unwrap()
            .clone()
    }

    #[test]
    fn a_list_names_what_it_lists_so_that_it_is_one_type() {
        let schemas = schemas();
        let lists = schemas
            .iter()
            .filter_map(|(name, schema)| Some((name.strip_prefix(super::LIST)?, schema)));
        let mut seen = 0;
        for (item, list) in lists.filter(|(item, _)| schemas.contains_key(*item)) {
            let reference = json!({"$ref": format!("#/components/schemas/{item}")});
            assert_eq!(list["properties"]["items"]["items"], reference, "{item}");
            seen += 1;
        }
        assert!(seen > 5, "only {seen} lists were looked at");
    }

    #[test]
    fn a_text_of_a_body_says_which_characters_it_takes() {
        let mut seen = 0;
        for (name, schema) in schemas() {
            if schema["additionalProperties"] != false {
                continue;
            }
            for (member, property) in schema["properties"].as_object().into_iter().flatten() {
                if !property["type"].to_string().contains("string") {
                    continue;
                }
                let said = ["pattern", "format", "enum"];
                assert!(
                    said.iter().any(|it| !property[it].is_null()),
                    "{member} of {name} takes any character"
                );
                seen += 1;
            }
        }
        assert!(seen > 5, "only {seen} texts were looked at");
    }
}
