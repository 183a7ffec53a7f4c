import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatHash, PAYLOAD_LIMIT, parseHash } from '../src/hash';

test('an empty address opens the front race', () => {
  assert.deepEqual(parseHash(''), { kind: 'none', at: null, view: null, guide: null });
  assert.deepEqual(parseHash('#'), { kind: 'none', at: null, view: null, guide: null });
});

test('a gallery name, with how it is looked at', () => {
  const address = parseHash('#g=cma-longterm-pin&at=12&view=memory');
  assert.deepEqual(address, {
    kind: 'gallery',
    name: 'cma-longterm-pin',
    at: 12,
    view: 'memory',
    guide: null,
  });
});

test('a payload stays as it is', () => {
  assert.deepEqual(parseHash('#1ab_C-9'), {
    kind: 'payload',
    payload: '1ab_C-9',
    at: null,
    view: null,
    guide: null,
  });
});

test('only the look may be given', () => {
  assert.deepEqual(parseHash('#at=3'), { kind: 'none', at: 3, view: null, guide: null });
});

test('a look that makes no sense is left out', () => {
  const { at, view } = parseHash('#g=x&at=-1&view=kitchen&at=1e9');
  assert.deepEqual({ at, view }, { at: null, view: null });
});

for (const hash of ['#g=', '#g=../x', '#hello', '#1ab%20c', `#1${'a'.repeat(PAYLOAD_LIMIT)}`]) {
  test(`bad: ${hash.slice(0, 12)}`, () => {
    const address = parseHash(hash);
    assert.equal(address.kind, 'bad');
    assert.ok(address.kind === 'bad' && address.raw === hash.slice(1) && address.why.length > 10);
  });
}

test('writing and reading agree', () => {
  const hash = formatHash('g=x', { at: 4, view: 'text', guide: null });
  assert.equal(hash, '#g=x&at=4&view=text');
  assert.deepEqual(parseHash(hash), {
    kind: 'gallery',
    name: 'x',
    at: 4,
    view: 'text',
    guide: null,
  });
  assert.equal(formatHash('1abc', { at: null, view: 'lanes', guide: null }), '#1abc');
});

test('what leads through a scenario', () => {
  const address = parseHash('#g=x&at=4&guide=tour');
  assert.deepEqual(address, { kind: 'gallery', name: 'x', at: 4, view: null, guide: 'tour' });
  assert.equal(parseHash('#g=x&guide=nobody').guide, null);
  assert.equal(
    formatHash('g=x', { at: 4, view: null, guide: 'challenge' }),
    '#g=x&at=4&guide=challenge',
  );
});

test('a link may ask to predict first, and says so again', () => {
  const address = parseHash('#g=cma-short-pin&at=3&predict=1');
  assert.deepEqual(address, {
    kind: 'gallery',
    name: 'cma-short-pin',
    at: 3,
    view: null,
    guide: null,
    predict: true,
  });
  assert.equal(formatHash('g=cma-short-pin', address), '#g=cma-short-pin&at=3&predict=1');
  assert.equal(parseHash('#predict=1').kind, 'none');
});
