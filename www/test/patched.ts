/** A scenario with two patches of its own. */
export const PATCHED = `format = 1
title = "A patch of the reader's own"
about = "The type is read under the lock of the zone, which helps nobody."

[kernel]
base = "v5.17"
patch = "locked"

[[patch]]
name = "locked"
function = "is_pinnable_page"
edits = [
    { insert = "lock", acquire = "zone->lock", before = "read" },
    { insert = "unlock", release = "zone->lock", after = "read" },
]

[[patch]]
name = "never"
function = "is_pinnable_page"
edits = [{ move = "no", before = "yes" }, { drop = "yes" }]

[machine]
pageblock_pages = 2
blocks = ["movable", "cma:area0", "movable", "unmovable"]

[[process]]
name = "B"
map = ["a = page 2 anon rw"]

[[cpu]]
run = ["cma_alloc(area0, 2)"]

[[cpu]]
process = "B"
run = ["p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM)"]

[schedule]
steps = "1*5 0*2"
`;
