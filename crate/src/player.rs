//! Floor 5: playback with a cursor.
