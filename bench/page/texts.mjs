// Scenarios for measuring the page, as large as the format lets them be.
import { deflateRawSync } from 'node:zlib';

const list = (length, make) => Array.from({ length }, (_, at) => make(at));
const quoted = (words) => words.map((word) => `"${word}"`).join(', ');

const text = ({ title, about, machine, lanes, steps }) => `format = 1
title = "${title}"
about = "${about}"

[kernel]
base = "v5.17"

[machine]
${machine}
${lanes.join('\n')}
[schedule]
steps = "${steps}"
`;

/** As many pages as a machine may have. */
const LARGEST = `pageblock_pages = 512
blocks = [${quoted(list(8, () => 'movable'))}]
`;

const PROCESS = `[[process]]
name = "B"
map = ["a = page 2 anon rw"]
`;

const lane = (calls, process = '') => `[[cpu]]\n${process}run = [${quoted(calls)}]\n`;

const pins = (name) =>
  list(8, (at) => [
    `${name}${at} = pin_user_pages_fast(a, FOLL_WRITE)`,
    `unpin_user_page(${name}${at})`,
  ]).flat();

/** Four CPUs allocate and free a page, over and over, two steps at a time. */
export const thousandSteps = text({
  title: '1,000 steps',
  about: 'Four CPUs allocate and free a page, over and over.',
  machine: 'pageblock_pages = 4\nblocks = ["movable", "movable"]\n',
  lanes: list(4, (cpu) =>
    lane(
      list(32, (at) => [
        `p${cpu}_${at} = alloc_pages(GFP_HIGHUSER_MOVABLE, 0)`,
        `__free_pages(p${cpu}_${at}, 0)`,
      ]).flat(),
    ),
  ),
  steps: '0*2 1*2 2*2 3*2 '.repeat(125).trim(),
});

/** Two CPUs pin and unpin a page, over and over; all others are free, in large blocks. */
export const freePages = text({
  title: '4,096 pages, free',
  about: 'Two CPUs pin and unpin a page, over and over.',
  machine: LARGEST,
  lanes: [PROCESS, ...['p', 'q'].map((name) => lane(pins(name), 'process = "B"\n'))],
  steps: '0*3 1*2 '.repeat(30).trim(),
});

/** As many pages in use as calls can take; then two CPUs pin and unpin a page. */
export const usedPages = text({
  title: '4,096 pages, in use',
  about: 'Six CPUs allocate all they can, two pin and unpin a page, over and over.',
  machine: LARGEST,
  lanes: [
    PROCESS,
    ...['p', 'q'].map((name) => lane(pins(name), 'process = "B"\n')),
    ...list(6, (cpu) =>
      lane(list(2, (at) => `b${cpu}_${at} = alloc_pages(GFP_HIGHUSER_MOVABLE, ${9 - at})`)),
    ),
  ],
  steps: `${list(6, (cpu) => `${cpu + 2}*`).join(' ')} ${'0*3 1*2 '.repeat(30).trim()}`,
});

/** What stands behind `#` in a link to a text. */
export const payload = (text) => `1${deflateRawSync(text).toString('base64url')}`;
