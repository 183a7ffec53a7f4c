/** What the page asks of the composer while that is not open. */
import type { Composed } from '../actions';
import { edited } from './edits';

/** A small machine with two CPUs of one process, and nothing to run yet. */
export const FRESH: Composed = {
  said: 'A new scenario with two CPUs.',
  text: `format = 1
title = "New scenario"
about = """
What races here, and why it matters.
"""

[kernel]
base = "v5.17"

# Pages 2 and 3 are of a CMA area; the process maps page 2.
[machine]
pageblock_pages = 2
blocks = ["movable", "cma:area0", "movable", "unmovable"]

[[process]]
name = "A"
map = ["a = page 2 anon rw"]

[[cpu]]
process = "A"
run = []

[[cpu]]
process = "A"
run = []
`,
};

/** A text without its schedule. */
export const unscheduled = (text: string): Composed => ({
  text: edited(text, { do: 'remove_one', name: 'schedule' }),
  said: 'The schedule is taken out.',
});
