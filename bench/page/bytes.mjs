// How many bytes a first load takes, and each part that comes later.
import { basename } from 'node:path';
import { packedSize, partsOf } from '../../www/tools/dist.mjs';

/** What a reader does that makes a part come; the others are named by who asks for them. */
const WHEN = {
  'whole-worker': 'the page is idle, or something is explored',
  whole: 'the small module cannot do what is asked',
  notice: 'the race stands on the page',
  tools: 'the race stands on the page',
  watching: 'the pointer, the focus or a key comes to the page',
  'trace-worker': 'the same: meetings, histories and why',
  write: 'the editor comes into sight',
  format: 'the text is laid out',
  catalogue: 'help on operations, toggles and kernels is looked at',
  compose: 'the composer opens',
  fresh: 'a new scenario is made',
  'gallery-dialog': 'the gallery opens',
  'gallery-rest': 'another scenario of the gallery opens',
  guide: 'a tour or a challenge begins',
  'guide-worker': 'the same: its steps and its judge',
  bench: 'the patch bench opens',
  compare: 'two kernels are compared',
  matrix: 'kernels by outcomes are looked at',
  pool: 'the other kernels are searched',
  races: 'data races are looked for',
  'races-worker': 'the same: the search',
  predict: 'the reader guesses outcomes first',
  sampling: 'the controls of sampling open',
  dialogs: 'keys or a link are shown',
  moving: 'a step is moved',
  list: 'the gallery opens, or a tour ends',
  reference: 'what calls there are is looked up',
  compounds: 'a machine has huge pages or sections',
  contents: 'a scenario reads or writes what pages hold',
};

const nameOf = (file) => basename(file).replace(/-[\w-]{8}\.\w+$/, '');
const kilobytes = (files) =>
  Number((files.reduce((sum, file) => sum + packedSize(file), 0) / 1000).toFixed(1));

const row = (part, files, when) => ({
  part,
  'kB gzipped': kilobytes(files),
  files: files.length,
  'comes when': when,
});

/** A row for the first load and one for each part, the largest first. */
export function bytes(folder) {
  const { first, parts } = partsOf(folder);
  const isWhole = (file) => /pagerace_bg[^/]*\.wasm$/.test(file) && !first.includes(file);
  const whole = [...new Set([...parts.values()].flatMap(({ files }) => files).filter(isWhole))];
  const rows = [...parts].map(([file, { askedBy, files }]) => {
    const when = WHEN[nameOf(file)] ?? `${askedBy.map(nameOf).join(', ')} asks for it`;
    const own = files.filter((other) => !isWhole(other));
    return row(nameOf(file), own, own.length < files.length ? `${when}; with the module` : when);
  });
  rows.push(row('the module with all routines', whole, 'the first of those below that needs it'));
  rows.sort((one, other) => other['kB gzipped'] - one['kB gzipped']);
  return [row('first load', first, 'the page opens'), ...rows];
}
