//! Floor 4: which lane moves next.
