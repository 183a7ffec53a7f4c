//! Floor 7: the thin door to the browser.
