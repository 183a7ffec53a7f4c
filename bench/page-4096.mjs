// A scenario of as many pages as a machine may have.
const pins = (name) =>
  Array.from({ length: 8 }, (_, at) => [
    `"${name}${at} = pin_user_pages_fast(a, FOLL_WRITE)"`,
    `"unpin_user_page(${name}${at})"`,
  ])
    .flat()
    .join(', ');

export const text = `format = 1
title = "4,096 pages"
about = "Two CPUs pin and unpin a page, over and over."

[kernel]
base = "v5.17"

[machine]
pageblock_pages = 512
blocks = [${'"movable", '.repeat(7)}"unmovable"]

[[process]]
name = "B"
map = ["a = page 2 anon rw"]

[[cpu]]
process = "B"
run = [${pins('p')}]

[[cpu]]
process = "B"
run = [${pins('q')}]

[schedule]
steps = "${'0*3 1*2 '.repeat(30)}"
`;
