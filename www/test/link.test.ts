import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { PAYLOAD_LIMIT } from '../src/hash';
import { pack, UNPACKED_LIMIT, unpack } from '../src/link';

async function payloadOf(text: string): Promise<string> {
  const packed = await pack(text);
  return 'payload' in packed ? packed.payload : assert.fail(packed.why);
}

async function whyNot(payload: string): Promise<string> {
  const unpacked = await unpack(payload);
  return 'why' in unpacked ? unpacked.why : assert.fail(`${payload} has a text`);
}

test('a text survives', async () => {
  for (const text of ['', 'format = 1\n', '\u{feff}ä\u{10ffff}\0', 'ab'.repeat(100_000)]) {
    assert.deepEqual(await unpack(await payloadOf(text)), { text });
  }
});

// Made by the first release: it must open for ever.
test('the first link opens for ever', async () => {
  assert.deepEqual(await unpack('1S8svyk0sUbBVMOQCAA'), { text: 'format = 1\n' });
});

// The corpus of docs/link-format.md, which the engine's reader has, too.
test('each link of a release opens for ever, to the byte', async () => {
  const folder = 'crate/tests/links';
  const names = readdirSync(folder).filter((name) => name.endsWith('.link'));
  assert.ok(names.length > 0);
  for (const name of names) {
    const payload = readFileSync(`${folder}/${name}`, 'utf8').trim();
    const text = readFileSync(`${folder}/${name.replace(/\.link$/, '.txt')}`, 'utf8');
    assert.deepEqual(await unpack(payload), { text }, name);
  }
  assert.match(await whyNot(readFileSync(`${folder}/bomb.bad`, 'utf8').trim()), /256 KiB/);
});

test('bad links say what is wrong', async () => {
  const deflated = (bytes: Uint8Array) => `1${deflateRawSync(bytes).toString('base64url')}`;
  const bomb = deflated(new Uint8Array(UNPACKED_LIMIT + 1));
  assert.ok(bomb.length < 1000);
  for (const [payload, why] of [
    ['', /carries nothing/],
    ['2abc', /version "2"/],
    ['1ab%20', /character 4 of the link, "%"/],
    ['1'.repeat(PAYLOAD_LIMIT + 1), /65537 characters/],
    [bomb, /more than 256 KiB/],
    [deflated(Uint8Array.of(0xff, 0xfe)), /not unpack to text/],
  ] as const) {
    assert.match(await whyNot(payload), why);
  }
  const whole = await payloadOf('a scenario, or so it says, of some length: 0123456789');
  for (let end = 1; end < whole.length; end++) {
    assert.match(await whyNot(whole.slice(0, end)), /cut off/);
  }
});

test('what is too long for a link has none', async () => {
  assert.match(JSON.stringify(await pack('a'.repeat(UNPACKED_LIMIT + 1))), /more than 256 KiB/);
  let noise = '';
  for (let seed = 1; noise.length < UNPACKED_LIMIT / 2; ) {
    seed = (seed * 48_271) % 0x7fffffff;
    noise += String.fromCharCode(33 + (seed % 94));
  }
  assert.match(JSON.stringify(await pack(noise)), /characters, and 65536 is the limit/);
});
