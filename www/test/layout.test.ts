import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { format } from '@wasm-fmt/taplo_fmt/node';
import { Engine, initSync } from '../../pkg/whole/pagerace.js';
import { LAYOUT, saysTheSame } from '../src/write/layout';

initSync({ module: readFileSync('pkg/whole/pagerace_bg.wasm') });

/** All that the engine makes of a text, apart from places. */
function meaning(text: string): string {
  const { text: _, ...reply } = new Engine().request({ type: 'open', text });
  assert.equal(reply.type, 'opened', JSON.stringify(reply.diagnostics));
  return JSON.stringify(reply);
}

/** The same scenario as somebody in a hurry writes it. */
const messy = (text: string) =>
  text
    .replace(/^ {4}(?=["{])/gm, '\t')
    .replace(/^(\w+) = /gm, '$1   =  ')
    .replace(/^(\w+ += .*[\]}"0-9])$/gm, '  $1  ')
    .replace(/\n+$/, '');

const scenarios = readdirSync('scenarios')
  .filter((name) => name.endsWith('.toml'))
  .map((name) => [name, readFileSync(`scenarios/${name}`, 'utf8')] as const);

test('the gallery is laid out', () => {
  assert.ok(scenarios.length > 200);
  for (const [name, text] of scenarios) assert.equal(format(text, LAYOUT), text, name);
});

test('a layout changes no meaning, and keeps the comments', () => {
  const comments = (text: string) => text.match(/^\s*#.*/gm)?.map((it) => it.trim());
  for (const [name, text] of scenarios) {
    const mess = messy(text);
    assert.notEqual(mess, text, name);
    const laid = format(mess, LAYOUT);
    assert.equal(meaning(laid), meaning(mess), name);
    assert.deepEqual(comments(laid), comments(text), name);
    assert.ok(saysTheSame(mess, laid), name);
    assert.equal(format(laid, LAYOUT), laid, name);
  }
});

test('what says something else is told from another layout', () => {
  assert.ok(saysTheSame('a=1 # b', '  a = 1   # b\n'));
  for (const other of ['a = 2 # b', 'b = 1 # b', 'a = 1', '[x]\na = 1 # b', 'a = "1" # b'])
    assert.ok(!saysTheSame('a = 1 # b', other), other);
});
