// Checks that all checkers say the same of a workload.

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const numbers = (outcomes) => outcomes.map(Number).sort((one, other) => one - other);

/** Where two rows that must agree differ. */
function differences(one, other, fields) {
  const of = fields.filter((field) => !same(one[field], other[field]));
  return of.map((field) => `${other.label}: ${field} ${other[field]}; ${one.label}: ${one[field]}`);
}

/** A stateless checker sees outcomes, and all of them if it got to the end. */
function wrongOutcomes(sizes, expected, row) {
  const [threads, iterations] = sizes;
  const [known, found] = [numbers(expected), numbers(row.outcomes)];
  const wrong = [];
  if (!same(row.counters, [threads * iterations])) wrong.push(`counters ${row.counters}`);
  if (row.exhaustive ? !same(found, known) : !found.every((racy) => known.includes(racy))) {
    wrong.push(`outcomes ${found}, not ${known}`);
  }
  return wrong.map((what) => `${row.label}: ${what}`);
}

/** Where two of a workload's rows contradict each other, in words; nowhere, if all is well. */
export function contradictions({ name, sizes }, all) {
  const rows = all.filter((row) => !row.leaves);
  const wrong = [];
  for (const counts of ['full', 'quotient']) {
    const [first, ...others] = rows.filter((row) => row.counts === counts);
    wrong.push(...others.flatMap((row) => differences(first, row, ['states', 'transitions'])));
  }
  const full = rows.find((row) => row.counts === 'full');
  const fewer = ['quotient', 'reduced', 'reduced quotient', 'lossy'];
  for (const row of rows.filter((row) => fewer.includes(row.counts))) {
    if (row.states > full.states) wrong.push(`${row.label}: ${row.states} states, more than all`);
  }
  const withOutcomes = rows.filter((row) => row.tool.startsWith('Pagerace'));
  const [first, ...others] = withOutcomes;
  wrong.push(...others.flatMap((row) => differences(first, row, ['outcomes'])));
  for (const row of rows.filter((row) => row.counts === 'executions')) {
    wrong.push(...wrongOutcomes(sizes, first.outcomes, row));
  }
  return wrong.map((what) => `${name}: ${what}`);
}
