use super::*;
use serde_json::json;

/// A small API, of which each test changes one thing.
fn released() -> Value {
    json!({
        "paths": {
            "/things": {
                "post": {
                    "security": [{"access_token": []}],
                    "parameters": [
                        {"in": "query", "name": "dry", "required": false, "schema": {"type": "boolean"}},
                        {"in": "header", "name": "idempotency-key", "required": true, "schema": {"type": "string", "maxLength": 255}}
                    ],
                    "requestBody": {
                        "required": true,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}}
                    },
                    "responses": {
                        "201": {
                            "headers": {"etag": {"schema": {"type": "string"}}},
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
                        },
                        "422": {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
                    }
                }
            },
            "/health": {"get": {"security": [{}], "responses": {"200": {"description": "Up"}}}}
        },
        "components": {"schemas": {
            "NewThing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 100},
                    "kind": {"type": "string", "enum": ["large", "small"]},
                    "weight": {"type": ["integer", "null"], "minimum": 0}
                }
            },
            "Thing": {
                "type": "object",
                "required": ["id", "made_at", "price"],
                "properties": {
                    "id": {"type": "string"},
                    "made_at": {"type": "string", "format": "date-time"},
                    "note": {"type": "string"},
                    "price": {"$ref": "#/components/schemas/Money"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "owner": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Thing"}]}
                }
            },
            "Money": {
                "allOf": [
                    {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}}},
                    {"type": "object", "required": ["currency"], "properties": {"currency": {"type": "string"}}}
                ]
            }
        }}
    })
}

const THING: &str = "/components/schemas/Thing";
const NEW_THING: &str = "/components/schemas/NewThing";
const POST: &str = "/paths/~1things/post";

/// What breaks when the value at a pointer becomes another; null takes it away.
fn changed(pointer: &str, value: Value) -> Vec<String> {
    let mut current = released();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = &*name.replace("~1", "/");
    let parent = current.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(fields), Value::Null) => {
            fields.shift_remove(name).unwrap();
        }
        (Value::Object(fields), value) => {
            fields.insert(name.to_owned(), value);
        }
        (Value::Array(items), Value::Null) => {
            items.remove(name.parse().unwrap());
        }
        (parent, value) => parent[name.parse::<usize>().unwrap()] = value,
    }
    breaks(&released(), &current)
}

fn one(line: &str) -> Vec<String> {
    vec![line.to_owned()]
}

#[test]
fn the_same_breaks_nothing() {
    assert_eq!(breaks(&released(), &released()), [""; 0]);
}

#[test]
fn what_is_added_breaks_nothing() {
    let string = || json!({"type": "string"});
    assert_eq!(changed(&format!("{THING}/properties/colour"), string()), [""; 0]);
    assert_eq!(changed(&format!("{NEW_THING}/properties/colour"), string()), [""; 0]);
    assert_eq!(changed("/paths/~1others", json!({"get": {"responses": {}}})), [""; 0]);
    assert_eq!(changed(&format!("{POST}/responses/409"), json!({"description": "No"})), [""; 0]);
    let all = json!(["large", "small", "tiny"]);
    assert_eq!(changed(&format!("{NEW_THING}/properties/kind/enum"), all), [""; 0]);
    let cursor = json!({"in": "query", "name": "cursor", "required": false, "schema": string()});
    assert_eq!(changed("/paths/~1health/get/parameters", json!([cursor])), [""; 0]);
    assert_eq!(changed(&format!("{NEW_THING}/properties/name/maxLength"), json!(200)), [""; 0]);
    assert_eq!(changed(&format!("{NEW_THING}/required"), json!([])), [""; 0]);
    assert_eq!(changed(&format!("{THING}/required"), json!(["id", "made_at", "price", "note"])), [""; 0]);
}

#[test]
fn an_operation_that_is_gone() {
    assert_eq!(changed("/paths/~1health", Value::Null), one("GET /health is gone"));
    assert_eq!(changed(POST, Value::Null), one("POST /things is gone"));
}

#[test]
fn a_property_of_an_answer_that_is_gone_renamed_or_optional() {
    let gone = one("POST /things: /note of the answer 201 is gone");
    assert_eq!(changed(&format!("{THING}/properties/note"), Value::Null), gone);
    let gone = one("POST /things: /price/currency of the answer 201 is gone");
    assert_eq!(changed("/components/schemas/Money/allOf/1", json!({"type": "object"})), gone);
    let optional = one("POST /things: /id of the answer 201 may be missing now");
    assert_eq!(changed(&format!("{THING}/required"), json!(["made_at", "price"])), optional);
}

#[test]
fn a_property_of_an_answer_with_another_type() {
    let retyped = |value: Value| changed(&format!("{THING}/properties/id"), value);
    let was = |is: &str| one(&format!("POST /things: /id of the answer 201 was string and is {is}"));
    assert_eq!(retyped(json!({"type": "integer"})), was("integer"));
    assert_eq!(retyped(json!({"type": ["string", "null"]})), was("null"));
    assert_eq!(retyped(json!({})), was("anything"));
    let plain = changed(&format!("{THING}/properties/made_at"), json!({"type": "string"}));
    assert_eq!(plain, one("POST /things: /made_at of the answer 201 was string (date-time) and is string"));
    let amount = json!({"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}});
    let retyped = changed("/components/schemas/Money/allOf/0", amount);
    assert_eq!(retyped, one("POST /things: /price/amount of the answer 201 was integer and is number"));
    let items = changed(&format!("{THING}/properties/parts/items"), json!({"type": "string"}));
    assert_eq!(items, one("POST /things: /parts/* of the answer 201 was object and is string"));
}

#[test]
fn what_must_be_sent_now() {
    let property = changed(&format!("{NEW_THING}/required"), json!(["name", "kind"]));
    assert_eq!(property, one("POST /things: /kind of the body must be sent now"));
    let parameter = changed(&format!("{POST}/parameters/0/required"), json!(true));
    assert_eq!(parameter, one("POST /things: the query parameter dry must be given now"));
    let body = json!({"required": true, "content": {}});
    let body = changed("/paths/~1health/get/requestBody", body);
    assert_eq!(body, one("GET /health: a body must be sent now"));
}

#[test]
fn what_is_not_taken_any_more() {
    let of_body = |says: &str| one(&format!("POST /things: {says}"));
    let property = changed(&format!("{NEW_THING}/properties/weight"), Value::Null);
    assert_eq!(property, of_body("/weight of the body is not taken any more"));
    let null = changed(&format!("{NEW_THING}/properties/weight"), json!({"type": "integer", "minimum": 0}));
    assert_eq!(null, of_body("/weight of the body was null and is integer"));
    let value = changed(&format!("{NEW_THING}/properties/kind/enum"), json!(["large"]));
    assert_eq!(value, of_body("/kind of the body is refused when it is \"small\""));
    let longer = changed(&format!("{NEW_THING}/properties/name/maxLength"), json!(99));
    assert_eq!(longer, of_body("/name of the body has a tighter maxLength"));
    let lower = changed(&format!("{NEW_THING}/properties/weight/minimum"), json!(1));
    assert!(lower.contains(&"POST /things: /weight of the body has a tighter minimum".to_owned()), "{lower:?}");
    let pattern = changed(&format!("{NEW_THING}/properties/name/pattern"), json!("^a"));
    assert_eq!(pattern, of_body("/name of the body has another pattern"));
    let chosen = changed(&format!("{NEW_THING}/properties/name/enum"), json!(["a"]));
    assert_eq!(chosen, of_body("/name of the body was anything and is one of [\"a\"]"));
    let parameter = changed(&format!("{POST}/parameters/0"), Value::Null);
    assert_eq!(parameter, of_body("the query parameter dry is not taken any more"));
    let retyped = changed(&format!("{POST}/parameters/0/schema/type"), json!("integer"));
    assert_eq!(retyped, of_body("the query parameter dry was boolean and is integer"));
    let kind = changed(&format!("{POST}/requestBody/content/application~1json"), json!(null));
    assert_eq!(kind, of_body("a body of application/json is not taken any more"));
}

#[test]
fn another_success() {
    let created = released().pointer(&format!("{POST}/responses/201")).unwrap().clone();
    let responses = json!({"200": created});
    assert_eq!(changed(&format!("{POST}/responses"), responses), one("POST /things: the answer 201 is gone"));
    let both = changed(&format!("{POST}/responses/202"), json!({"description": "Later"}));
    assert_eq!(both, one("POST /things: the answer 202 is new"));
    let headers = changed(&format!("{POST}/responses/201/headers"), json!({}));
    assert_eq!(headers, one("POST /things: the answer 201 has no header etag any more"));
    let text = changed(&format!("{POST}/responses/201/content"), json!({"text/plain": {}}));
    assert_eq!(text, one("POST /things: the answer 201 is not application/json any more"));
}

#[test]
fn another_security() {
    let open = changed(&format!("{POST}/security"), json!([{}]));
    assert_eq!(open, one(r#"POST /things: its security was [{"access_token":[]}] and is [{}]"#));
    let shut = changed("/paths/~1health/get/security", json!([{"access_token": []}]));
    assert_eq!(shut, one(r#"GET /health: its security was [{}] and is [{"access_token":[]}]"#));
}
