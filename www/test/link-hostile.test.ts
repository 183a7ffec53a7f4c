// Whatever stands in an address: refused with words, or a text within its limits; nothing thrown.
// What stands behind the end of a stream is refused by browsers (links.spec.ts), and not by Node 20.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { PAYLOAD_LIMIT, parseHash } from '../src/hash';
import { pack, UNPACKED_LIMIT, unpack } from '../src/link';

const RUNS = 400;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Marsaglia's xorshift: the same numbers each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const textOf = (length: number, letter: () => string): string =>
  Array.from({ length }, letter).join('');

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Either way is told; what a payload unpacks to is within the limit. */
async function answered(payload: string): Promise<'text' | 'why'> {
  const found = await unpack(payload);
  if ('why' in found) {
    assert.ok(found.why.length > 10 && found.why.length < 120, found.why);
    return 'why';
  }
  assert.ok(new TextEncoder().encode(found.text).length <= UNPACKED_LIMIT);
  return 'text';
}

async function packed(text: string): Promise<string> {
  const made = await pack(text);
  return 'payload' in made ? made.payload : assert.fail(made.why);
}

const SAMPLE = `format = 1\ntitle = "${'ab'.repeat(40)}"\n${'run = ["cma_alloc(area0, 2)"]\n'.repeat(9)}`;

test('random characters', async () => {
  const below = numbers(1);
  for (let run = 0; run < RUNS; run++) {
    const text = textOf(below(60), () => String.fromCodePoint(below(0x3000)));
    await answered(text);
    const address = parseHash(`#${text}`);
    if (address.kind === 'payload') await answered(address.payload);
    if (address.kind === 'bad') assert.ok(address.why.length > 10);
  }
});

test('random bytes behind the version', async () => {
  const below = numbers(2);
  for (let run = 0; run < RUNS; run++) {
    await answered(`1${base64url(Uint8Array.from({ length: below(300) }, () => below(256)))}`);
  }
});

test('random digits of the alphabet behind the version', async () => {
  const below = numbers(3);
  for (let run = 0; run < RUNS; run++) {
    await answered(`1${textOf(below(300), () => DIGITS[below(64)] ?? '')}`);
  }
});

test('links that are cut, and links with a stretch missing', async () => {
  const whole = await packed(SAMPLE);
  const below = numbers(4);
  for (let end = 0; end < whole.length; end++) {
    assert.equal(await answered(whole.slice(0, end)), 'why', `cut at ${end}`);
  }
  for (let run = 0; run < RUNS; run++) {
    const from = 1 + below(whole.length - 2);
    await answered(whole.slice(0, from) + whole.slice(from + 1 + below(20)));
  }
});

test('links with a character changed, doubled, or put behind the end', async () => {
  const whole = await packed(SAMPLE);
  const below = numbers(5);
  for (let run = 0; run < RUNS; run++) {
    const at = 1 + below(whole.length - 1);
    const digit = DIGITS[below(64)] ?? '';
    await answered(whole.slice(0, at) + digit + whole.slice(at + 1));
    await answered(whole.slice(0, at) + digit + whole.slice(at));
  }
  await answered(`${whole}${'A'.repeat(400)}`);
});

test('bombs: much from little, in one stream or in one behind the other', async () => {
  const zeros = (length: number) => deflateRawSync(new Uint8Array(length), { level: 9 });
  for (const length of [UNPACKED_LIMIT + 1, 2 ** 22, 48 * 2 ** 20]) {
    const payload = `1${base64url(zeros(length))}`;
    assert.ok(payload.length <= PAYLOAD_LIMIT);
    assert.match(JSON.stringify(await unpack(payload)), /more than 256 KiB/);
  }
  const twice = Buffer.concat([zeros(UNPACKED_LIMIT), zeros(UNPACKED_LIMIT)]);
  await answered(`1${base64url(twice)}`);
  assert.deepEqual(await answered(`1${base64url(zeros(UNPACKED_LIMIT))}`), 'text');
});

test('any text within the limits survives', async () => {
  const below = numbers(6);
  for (let run = 0; run < RUNS / 4; run++) {
    const text = textOf(below(2_000), () => String.fromCodePoint(below(0xd800)));
    assert.deepEqual(await unpack(await packed(text)), { text });
    assert.equal(await packed(text), await packed(text));
  }
});
