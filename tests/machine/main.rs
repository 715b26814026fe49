//! What other programs read: events as lines of JSON, the report as JSON, `JUnit` XML.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

mod events;
mod junit;
mod promise;
mod provoke;
mod report;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// A JSON Schema.
struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn new(schema: Value) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("mem:///schema.json", schema).unwrap();
        let index = compiler.compile("mem:///schema.json", &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    /// The schema as it is published, but nothing passes that it doesn't name: neither fields nor words.
    fn strict(schema: &str) -> Self {
        let mut schema = json(schema);
        tighten(&mut schema, true);
        Self::new(schema)
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        self.schemas.validate(value, self.index).map_err(|error| format!("{error}\nof {value:#}"))
    }

    fn hold(&self, value: &Value) {
        self.check(value).unwrap_or_else(|error| panic!("{error}"));
    }
}

fn tighten(schema: &mut Value, is_top: bool) {
    let Value::Object(fields) = schema else {
        return;
    };
    // The rules of the events are applied to the same object as those that all have in common.
    let is_shared = is_top && fields.contains_key("allOf");
    if fields.contains_key("properties") && !is_shared && fields.get("type").is_some() {
        fields.insert("additionalProperties".to_owned(), false.into());
    }
    if let Some(words) = fields.remove("examples") {
        let mut words = words.as_array().unwrap().clone();
        if fields["type"].is_array() {
            words.push(Value::Null);
        }
        fields.insert("enum".to_owned(), words.into());
    }
    for (name, field) in fields.iter_mut() {
        match name.as_str() {
            "properties" | "$defs" => field.as_object_mut().unwrap().values_mut().for_each(|each| tighten(each, false)),
            "items" => tighten(field, false),
            _ => {}
        }
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
