//! Floor 7: the thin door to the browser: one object, one function, plain data both ways.
// The bindings that the macro makes are the one place where unsafe code is allowed.
#![allow(unsafe_code)]

use std::collections::BTreeMap;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

#[cfg(feature = "whole")]
use crate::explore::Limits;
use crate::view::protocol::{Diagnostic, Fields, Reply, Request};
use crate::view::session::Session;
#[cfg(feature = "whole")]
use crate::view::watch::Watch;
#[cfg(feature = "whole")]
use crate::view::{guide, kcsan};

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
        let reply = match Request::read(&request) {
            Ok(request) => self.session.handle(request),
            Err(why) => {
                let message = format!("not a request: {why}");
                let diagnostic = Diagnostic { line: 0, column: 0, message, hint: None };
                Reply::Refused { diagnostics: vec![diagnostic] }
            }
        };
        plain(&reply)
    }
}

/// The data races of a scenario text, a `RacesView` of `protocol.ts`; it throws why there is no
/// answer. It needs no engine, and takes as long as it takes: it is for a worker of its own.
///
/// # Errors
/// Why there is no answer.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn races(text: &str, max_states: u32) -> Result<JsValue, JsValue> {
    let limits = Limits { max_states: max_states as usize, ..Limits::default() };
    let races = kcsan::races_of(text, limits).map_err(|why| JsValue::from_str(&why))?;
    Ok(plain(&races))
}

/// What the gallery says of a scenario text, a `CardView`; it throws what is wrong with it.
///
/// # Errors
/// What is wrong with the text.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn card(text: &str) -> Result<JsValue, JsValue> {
    match guide::card(text) {
        Ok(card) => Ok(plain(&card)),
        Err(diagnostics) => Err(plain(&diagnostics)),
    }
}

/// The tour and the challenge of a scenario text, a `GuideView`.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn guide(text: &str) -> JsValue {
    plain(&guide::guide(text))
}

/// Judges a text by the challenge of the one that was given, a `JudgedView`. It takes as long as it
/// takes: it is for a worker of its own.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn judge(given: &str, own: &str, max_states: u32) -> JsValue {
    let limits = Limits { max_states: max_states as usize, ..Limits::default() };
    plain(&guide::judged(given, own, limits))
}

/// A trace to be looked at closely. It needs no engine: a scenario text and a schedule.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub struct Trace {
    watch: Watch,
}

#[cfg(feature = "whole")]
#[wasm_bindgen]
impl Trace {
    /// The trace of a text under a schedule; it throws why there is none.
    ///
    /// # Errors
    /// Why there is none.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str, schedule: &str) -> Result<Trace, JsValue> {
        let watch = Watch::open(text, schedule).map_err(|why| JsValue::from_str(&why))?;
        Ok(Trace { watch })
    }

    /// Where two lanes meet: each a `ConflictView`.
    pub fn conflicts(&self) -> JsValue {
        plain(&self.watch.conflicts())
    }

    /// A `HistoryView`.
    pub fn history(&self, subject: &str) -> JsValue {
        plain(&self.watch.history(subject))
    }

    /// Each a `ReasonView`.
    pub fn why(&self, subject: &str, field: &str, cursor: u32) -> JsValue {
        plain(&self.watch.why(subject, field, cursor))
    }

    /// A `ReferencesView`, or null where there is no such page.
    pub fn references(&mut self, page: u32) -> JsValue {
        plain(&self.watch.references(page))
    }
}

fn plain(view: &impl serde::Serialize) -> JsValue {
    let text = serde_json::to_string(view).expect("a view is plain data");
    js_sys::JSON::parse(&text).expect("it is JSON")
}

impl Fields for JsValue {
    fn text(&self, name: &str) -> Option<String> {
        field(self, name)?.as_string()
    }

    fn number(&self, name: &str) -> Option<u32> {
        let number = field(self, name)?.as_f64()?;
        let whole = number as u32;
        (f64::from(whole) == number).then_some(whole)
    }

    fn texts(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let object: Object = field(self, name)?.dyn_into().ok()?;
        let mut texts = BTreeMap::new();
        for pair in Object::entries(&object) {
            let pair: Array = pair.unchecked_into();
            texts.insert(pair.get(0).as_string()?, pair.get(1).as_string()?);
        }
        Some(texts)
    }
}

fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok()
}
