// The table of the measurements, in Markdown.

const PEERS = ['SPIN', 'Stateright', 'Shuttle', 'Loom'];
/** SPIN's clock shows hundredths: what is less than a few of them is no base for a ratio. */
const LEAST_SECONDS_OF_SPIN = 0.03;

const HEAD = [
  'workload',
  'checker',
  'states',
  'transitions',
  'executions',
  'outcomes',
  's',
  'M states/s',
  'MB',
  ...PEERS.map((peer) => `x ${peer}`),
];

const count = (number) => number?.toLocaleString('en') ?? '';

function decimals(number, digits = 3) {
  if (number === undefined || !Number.isFinite(number)) return '';
  const whole = Math.floor(Math.log10(Math.max(number, 1e-9))) + 1;
  return number.toFixed(Math.min(6, Math.max(0, digits - whole)));
}

/**
 * A peer's fastest row that loses nothing; of a row for the symmetric quotient one that is such
 * too, if the peer has one.
 */
function reference(rows, peer, { counts }) {
  const own = rows.filter((row) => row.tool === peer && row.seconds && row.counts !== 'lossy');
  const alike = own.filter((row) => (row.counts === 'quotient') === counts.includes('quotient'));
  const choice = alike.length > 0 ? alike : own.filter((row) => row.counts !== 'quotient');
  return choice.toSorted((one, other) => one.seconds - other.seconds)[0];
}

/** How many times as fast as the peer the row is; at least so many, if the peer did not finish. */
function ratio(rows, peer, row) {
  const base = reference(rows, peer, row);
  const tooShort = peer === 'SPIN' && base?.seconds < LEAST_SECONDS_OF_SPIN;
  if (!base || !row.seconds || row.exhaustive === false || tooShort) return '';
  const times = decimals(base.seconds / row.seconds, 2);
  return base.exhaustive === false ? `> ${times}` : times;
}

/** SPIN says 0.00 of what takes less than half of its clock's hundredths. */
function clock({ seconds }) {
  return seconds === 0 ? '< 0.01' : decimals(seconds);
}

function cells(workload, rows, row) {
  if (row.leaves) return [workload, row.label, row.leaves, ...Array(HEAD.length - 3).fill('')];
  const { states, transitions, executions, outcomes, seconds, exhaustive } = row;
  return [
    workload,
    row.label,
    count(states),
    count(transitions),
    count(executions),
    count(outcomes?.length),
    exhaustive === false ? `not done in ${decimals(seconds, 2)}` : clock(row),
    seconds ? decimals(states / seconds / 1e6) : '',
    row.bytes ? decimals(row.bytes / 1e6) : '',
    ...PEERS.map((peer) => ratio(rows, peer, row)),
  ];
}

/** `all` is a list of pairs: a workload's name and its rows. */
export function table(all) {
  const body = all.flatMap(([name, rows]) => rows.map((row) => cells(name, rows, row)));
  const widths = HEAD.map((word, at) =>
    Math.max(word.length, ...body.map((row) => row[at].length)),
  );
  const line = (row) =>
    `| ${row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(' | ')} |`;
  const rule = widths.map((width, at) =>
    at < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [HEAD, rule, ...body].map(line).join('\n');
}
