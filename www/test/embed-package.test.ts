import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { PageRaceElement, PageRaceMessage } from '../embed/page-race';
import type { PageRace } from '../src/embed/race';
import type { Sent } from '../src/embed/talk';

const FOLDER = 'dist/embed';
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const manifest = read(join(FOLDER, 'package.json'));

test('the types say what the element is', () => {
  type Fits<Wide, Narrow extends Wide> = Narrow;
  type Attributes = Pick<PageRace, 'href' | 'g' | 'home' | 'ro' | 'at' | 'link' | 'start'>;
  type Element = Fits<Pick<PageRaceElement, keyof Attributes>, Attributes>;
  type Message = Fits<Pick<PageRaceMessage, 'pagerace' | 'type' | 'id'>, Sent>;
  const both: [Element?, Message?] = [];
  assert.deepEqual(both, []);
});

test('everything that the package exports is there', () => {
  const targets = Object.values(manifest.exports).flatMap((it) =>
    typeof it === 'string' ? [it] : Object.values(it as Record<string, string>),
  );
  for (const target of [...targets, manifest.main, manifest.types])
    if (!target.includes('*')) assert.ok(existsSync(join(FOLDER, target)), target);
  assert.equal(manifest.version, read('package.json').version);
});

test('npm packs it, with the gallery and nothing else', () => {
  const out = execFileSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: FOLDER,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(out) as [{ files: { path: string }[] }];
  const paths = files.map((it) => it.path);
  const rest = paths.filter((path) => !path.startsWith('gallery/'));
  assert.deepEqual(rest.sort(), [
    'README.md',
    'frame.css',
    'index.html',
    'package.json',
    'page-race.d.ts',
    'page-race.js',
    'whole.js',
  ]);
  assert.ok(paths.includes('gallery/cma-longterm-pin.js'));
});

test('a documentation tool may load it on a server, where it does nothing', () => {
  const load = createRequire(resolve(FOLDER, 'package.json'));
  load('page-race');
  load('page-race/whole');
  assert.ok(!('customElements' in globalThis));
});
