//! Floor 7: the thin door to the browser: one object, one function, plain data both ways.
// The bindings that the macro makes are the one place where unsafe code is allowed.
#![allow(unsafe_code)]

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::view::protocol::{Diagnostic, Reply};
use crate::view::session::Session;

/// Panics reach the console with their message.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// The engine: holds one scenario and answers requests.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    session: Session,
}

#[wasm_bindgen]
impl Engine {
    /// An engine with nothing open.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Engine {
        Engine::default()
    }

    /// Answers a `Request` of `protocol.ts` with a `Reply`; a request that is none is refused.
    pub fn request(&mut self, request: JsValue) -> JsValue {
        let reply = match serde_wasm_bindgen::from_value(request) {
            Ok(request) => self.session.handle(request),
            Err(error) => Reply::Refused {
                diagnostics: vec![Diagnostic {
                    line: 0,
                    column: 0,
                    message: format!("not a request: {error}"),
                    hint: None,
                }],
            },
        };
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        reply.serialize(&serializer).expect("a reply is plain data")
    }
}
