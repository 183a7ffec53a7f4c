//! Floor 4: every interleaving.
