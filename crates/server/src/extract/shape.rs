//! What is wrong with the shape of a body, told by its own API description.
//!
//! Only a body that could not be read comes here. It is walked beside the
//! schema that the API documents, so that messages and documentation agree.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::rules;
use super::tree::Tree;
use crate::problem::{FieldError, Issue, MAX_ERRORS, Problem, quoted};

/// Bytes of a pointer to a place that no documented name leads to.
const MAX_POINTER_BYTES: usize = 256;

/// Everything that keeps `bytes` from being a `T`.
pub(super) fn problem<T: ToSchema>(bytes: &[u8]) -> Problem {
    let tree = match parse(bytes) {
        Ok(tree) => tree,
        Err(error) => return Problem::invalid(vec![error]),
    };
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    let named = schemas
        .into_iter()
        .map(|(name, schema)| (name, to_value(&schema)))
        .collect();
    let mut walk = Walk {
        named,
        errors: Vec::new(),
        count: 0,
    };
    walk.value(&to_value(&T::schema()), &tree, "");
    if walk.errors.is_empty() {
        walk.fail("", Issue::Shape);
    }
    Problem::invalid_at(walk.errors, walk.count)
}

fn to_value(schema: &impl serde::Serialize) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

/// The body as a tree, or why and where it is no JSON.
fn parse(bytes: &[u8]) -> Result<Tree, FieldError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let failed = match Tree::deserialize(tracked) {
        Ok(tree) => match deserializer.end() {
            Ok(()) => return Ok(tree),
            Err(error) => error,
        },
        Err(error) => error,
    };
    // The parser tells these two apart from other syntax only in its words.
    let words = failed.to_string();
    let issue = if words.starts_with("number out of range") {
        return Err(FieldError::body(
            pointer(&track.path()),
            Issue::NumberTooLarge,
        ));
    } else if words.starts_with("recursion limit") {
        Issue::TooDeep
    } else if failed.is_eof() {
        Issue::EndsEarly
    } else {
        Issue::Syntax {
            line: failed.line(),
            column: failed.column(),
        }
    };
    Err(FieldError::body("", issue))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        if pointer.len() > MAX_POINTER_BYTES {
            pointer.push('…');
            break;
        }
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// A member's name as a part of a JSON pointer (RFC 6901, section 3), cut if it is long.
fn escaped(name: &str) -> String {
    quoted(name).replace('~', "~0").replace('/', "~1")
}

struct Walk {
    named: Vec<(String, Value)>,
    /// At most [`MAX_ERRORS`] of them.
    errors: Vec<FieldError>,
    /// How many there are.
    count: usize,
}

impl Walk {
    fn fail(&mut self, pointer: &str, issue: Issue) {
        self.count += 1;
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(FieldError::body(pointer, issue));
        }
    }

    fn value(&mut self, schema: &Value, tree: &Tree, pointer: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default();
            let found = self.named.iter().find(|(known, _)| known == name);
            if let Some(schema) = found.map(|(_, schema)| schema.clone()) {
                self.value(&schema, tree, pointer);
            }
            return;
        }
        if let Some(variants) = schema["oneOf"].as_array() {
            return self.variant(variants, tree, pointer);
        }
        match (type_of(schema), tree) {
            ("integer", Tree::Integer(value)) => self.integer(schema, Some(*value), pointer),
            ("integer", Tree::HugeInteger) => self.integer(schema, None, pointer),
            ("string", Tree::Text(text)) => {
                if let Some(issue) = rules::of_text(schema, text) {
                    self.fail(pointer, issue);
                }
            }
            ("boolean", Tree::Boolean) => {}
            ("array", Tree::List(items)) => {
                if let Some(issue) = rules::of_list(schema, items.len()) {
                    self.fail(pointer, issue);
                }
                for (index, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, &format!("{pointer}/{index}"));
                }
            }
            ("object", Tree::Object(members)) => self.object(schema, members, pointer),
            (name, _) => self.fail(pointer, Issue::WrongType(name)),
        }
    }

    /// The variant that the member `type` names.
    fn variant(&mut self, variants: &[Value], tree: &Tree, pointer: &str) {
        let Tree::Object(members) = tree else {
            return self.fail(pointer, Issue::WrongType("object"));
        };
        let place = format!("{pointer}/type");
        let tag = members
            .iter()
            .find(|(name, _)| name == "type")
            .map(|(_, tree)| tree);
        let named = |variant: &Value| {
            variant["properties"]["type"]["enum"][0]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        match tag {
            None | Some(Tree::Null) => self.fail(&place, Issue::Required),
            Some(Tree::Text(tag)) => match variants.iter().find(|it| named(it) == *tag) {
                Some(variant) => self.object(variant, members, pointer),
                None => self.fail(
                    &place,
                    Issue::NotOneOf(variants.iter().map(named).collect()),
                ),
            },
            Some(_) => self.fail(&place, Issue::WrongType("string")),
        }
    }

    fn object(&mut self, schema: &Value, members: &[(String, Tree)], pointer: &str) {
        let mut seen = HashSet::new();
        for (name, tree) in members {
            let place = format!("{pointer}/{}", escaped(name));
            let property = &schema["properties"][name];
            if property.is_null() {
                self.fail(&place, Issue::UnknownMember);
            } else if !seen.insert(name) {
                self.fail(&place, Issue::Duplicate);
            } else if *tree != Tree::Null {
                self.value(property, tree, &place);
            }
        }
        for name in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            let given = members
                .iter()
                .any(|(member, tree)| member == name && *tree != Tree::Null);
            if !given {
                self.fail(&format!("{pointer}/{name}"), Issue::Required);
            }
        }
    }

    fn integer(&mut self, schema: &Value, value: Option<i64>, pointer: &str) {
        if let Some(issue) = rules::of_integer(schema, value) {
            self.fail(pointer, issue);
        }
    }
}

/// The type that is not `null`.
fn type_of(schema: &Value) -> &'static str {
    let is = |name: &str| match &schema["type"] {
        Value::String(only) => only == name,
        Value::Array(several) => several.iter().any(|it| it == name),
        _ => false,
    };
    ["integer", "string", "boolean", "array"]
        .into_iter()
        .find(|name| is(name))
        .unwrap_or("object")
}
