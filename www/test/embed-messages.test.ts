import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard } from '../src/embed/messages';

const ours = (fields: object) => heard({ pagerace: 1, ...fields });
const wish = (fields: object) => ours(fields)?.wish;

test('what is not for us is ignored, whatever it is', () => {
  const others = [undefined, null, 1, 'hello', [], {}, { type: 'hello' }, { pagerace: 2 }];
  for (const data of [...others, { pagerace: '1', type: 'hello' }, new Map([['pagerace', 1]])])
    assert.equal(heard(data), null);
});

test('unknown types are ignored, and those that objects have anyway', () => {
  for (const type of ['eval', 'constructor', '__proto__', 'toString', 1, null, ['hello'], {}])
    assert.equal(ours({ type }), null);
});

test('good messages are taken apart', () => {
  assert.deepEqual(ours({ type: 'hello', id: 'a' }), {
    id: 'a',
    type: 'hello',
    wish: { type: 'hello' },
  });
  assert.deepEqual(wish({ type: 'step', choice: '1i' }), { type: 'step', choice: '1i' });
  assert.deepEqual(wish({ type: 'step' }), { type: 'step', choice: null });
  assert.deepEqual(wish({ type: 'seek', at: 3 }), { type: 'seek', at: 3 });
  assert.deepEqual(wish({ type: 'load', gallery: 'cma-longterm-pin' }), {
    type: 'load',
    scenario: { gallery: 'cma-longterm-pin' },
    at: null,
  });
});

test('ids are short words or whole numbers', () => {
  for (const id of ['x'.repeat(65), 1.5, Number.NaN, {}, [], true, null])
    assert.equal(ours({ type: 'hello', id })?.id, null);
  assert.equal(ours({ type: 'hello', id: 7 })?.id, 7);
});

for (const [what, fields] of Object.entries({
  'an address for a link': { type: 'load', link: 'https://example.org/#1abc' },
  'code for a link': { type: 'load', link: 'javascript:alert(1)' },
  'a link with more behind it': { type: 'load', link: '1abc&home=https' },
  'a path for a name': { type: 'load', gallery: '../../whole' },
  'an address for a name': { type: 'load', gallery: 'https://example.org/x' },
  'no scenario': { type: 'load' },
  'two scenarios': { type: 'load', text: 'a', gallery: 'b' },
  'a text that is none': { type: 'load', text: { toString: 'x' } },
  'a text that is too long': { type: 'load', text: 'x'.repeat(256 * 1024 + 1) },
  'a link that is too long': { type: 'load', link: '1'.repeat(64 * 1024 + 1) },
  'a step below none': { type: 'seek', at: -1 },
  'half a step': { type: 'seek', at: 0.5 },
  'a step without end': { type: 'seek', at: Number.POSITIVE_INFINITY },
  'a number in words': { type: 'seek', at: '3' },
  'no CPU': { type: 'step', choice: 'all' },
  'a list of CPUs': { type: 'step', choice: ['0'] },
  'a schedule that is too long': { type: 'run', schedule: '0 '.repeat(64 * 1024) },
  'states without end': { type: 'explore', maxStates: 1e12 },
  'a theme that is a style': { type: 'theme', theme: 'dark; background: url(//example.org)' },
})) {
  test(`${what} is refused, and told why`, () => {
    const found = wish(fields);
    assert.ok(found && 'why' in found && found.why.length > 0);
  });
}
