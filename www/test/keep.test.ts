import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keeper, type Shelf } from '../src/keep';

const WORK = { title: 'A race', text: 'format = 1', draft: null };

function shelf(start: Record<string, string> = {}): Shelf {
  const items = new Map(Object.entries(start));
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

const refused: Shelf = {
  getItem: () => {
    throw new Error('refused');
  },
  setItem: () => {
    throw new Error('full');
  },
  removeItem: () => {
    throw new Error('refused');
  },
};

test('work is there after a reload, until it is forgotten', () => {
  const lasting = shelf();
  new Keeper(lasting, shelf()).keep({ ...WORK, draft: 'x' });
  const later = new Keeper(lasting, shelf());
  assert.deepEqual(later.last(), { ...WORK, draft: 'x' });
  later.forget();
  assert.equal(later.last(), null);
});

test('a text that is longer than any is not kept in place of one', () => {
  const keeper = new Keeper(shelf(), null);
  keeper.keep(WORK);
  keeper.keep({ ...WORK, text: '#'.repeat(256 * 1024 + 1) });
  assert.deepEqual(keeper.last(), WORK);
});

test('what is not ours is not taken for work', () => {
  for (const found of ['', '{', '[]', '{"title":"x"}', '{"title":1,"text":"x"}', 'null']) {
    assert.equal(new Keeper(shelf({ 'pagerace-kept': found }), null).last(), null, found);
  }
});

test('the text at which a tab ended is known, and no other', () => {
  const tab = shelf();
  new Keeper(null, tab).begins('bad');
  const second = new Keeper(null, tab);
  assert.ok(second.stoppedAt('bad'));
  assert.ok(!second.stoppedAt('good'));
  // A reload of the page that did not open it still does not.
  const third = new Keeper(null, tab);
  assert.ok(third.stoppedAt('bad'));
  third.begins('bad');
  third.ends();
  assert.ok(!new Keeper(null, tab).stoppedAt('bad'));
});

test('without storage nothing is kept and nothing fails', () => {
  for (const none of [null, refused]) {
    const keeper = new Keeper(none, none);
    keeper.keep(WORK);
    keeper.begins('x');
    keeper.ends();
    keeper.forget();
    assert.equal(keeper.last(), null);
    assert.ok(!keeper.stoppedAt('x'));
  }
});
