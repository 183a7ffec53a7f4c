import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNPACKED_LIMIT } from '../src/link';
import { inFile } from '../src/share/files';

const file = (...parts: BlobPart[]) => new File(parts, 'mine.toml');

async function whyNot(...files: File[]): Promise<string> {
  const read = await inFile(files);
  return 'why' in read ? read.why : assert.fail(`${read.name} has a text`);
}

test('a text comes as it is, with Unix line ends and without a byte order mark', async () => {
  assert.deepEqual(await inFile([file('format = 1\n# ä\n')]), {
    name: 'mine.toml',
    text: 'format = 1\n# ä\n',
  });
  const windows = await inFile([file('\u{feff}format = 1\r\n')]);
  assert.deepEqual(windows, { name: 'mine.toml', text: 'format = 1\n' });
});

test('what is too large is not read', async () => {
  const read = async () => assert.fail('it was read');
  const size = UNPACKED_LIMIT + 1;
  const found = await inFile([{ name: 'huge.toml', size, arrayBuffer: read }]);
  assert.deepEqual(found, {
    name: 'huge.toml',
    why: 'it has 257 KiB, and a scenario has at most 256',
  });
  assert.ok('text' in (await inFile([file('x'.repeat(UNPACKED_LIMIT))])));
});

test('what is not text says which line is none', async () => {
  assert.equal(await whyNot(file(Uint8Array.of(0x89, 0x50))), 'line 1 is not UTF-8 text');
  const late = file('a = "ä"\n\n', Uint8Array.of(0x62, 0xe4, 0x0a), 'c');
  assert.equal(await whyNot(late), 'line 3 is not UTF-8 text');
  assert.equal(await whyNot(file('a\n', Uint8Array.of(0xc3))), 'line 2 is not UTF-8 text');
});

test('one file, and one that can be read', async () => {
  assert.match(await whyNot(), /no file/);
  assert.match(await whyNot(file(''), file('')), /one scenario/);
  const gone = { name: 'gone', size: 1, arrayBuffer: () => Promise.reject(new Error('gone')) };
  assert.match(JSON.stringify(await inFile([gone])), /cannot read it/);
});
