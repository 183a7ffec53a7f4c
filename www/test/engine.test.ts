import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineClient, EngineLost, type FromWorker, type Port, type ToWorker } from '../src/engine';
import type { Reply, Request } from '../src/protocol';

/** A worker that answers what it is told to, when it is told to. */
class FakePort {
  onmessage: Port['onmessage'] = null;
  onerror: Port['onerror'] = null;
  posted: ToWorker[] = [];
  terminated = false;
  postMessage(message: ToWorker): void {
    this.posted.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(data: FromWorker): void {
    this.onmessage?.({ data } as MessageEvent<FromWorker>);
  }
}

function client(patience?: number) {
  const ports: FakePort[] = [];
  const start = () => {
    const port = new FakePort();
    ports.push(port);
    return port as unknown as Port;
  };
  return { engine: new EngineClient(start, patience), ports };
}

const reply: Reply = { type: 'shared', text: 'x' };

test('replies find their calls', async () => {
  const { engine, ports } = client();
  const first = engine.call({ type: 'catalogue' });
  const second = engine.call({ type: 'share' });
  assert.deepEqual(
    ports[0]?.posted.map((it) => it.request.type),
    ['catalogue', 'share'],
  );
  ports[0]?.say({ id: ports[0].posted[0]?.id ?? 0, reply: { ...reply, text: 'first' } });
  ports[0]?.say({ id: ports[0].posted[1]?.id ?? 0, reply });
  assert.deepEqual([await first, await second], [{ ...reply, text: 'first' }, reply]);
});

test('a trap fails every open call, and the next call gets a fresh worker', async () => {
  const { engine, ports } = client();
  const open = [engine.call({ type: 'catalogue' }), engine.call({ type: 'share' })];
  ports[0]?.say({ id: 1, trap: 'RuntimeError: unreachable' });
  for (const call of open) await assert.rejects(call, EngineLost);
  assert.ok(ports[0]?.terminated);
  const next = engine.call({ type: 'catalogue' });
  assert.equal(ports.length, 2);
  ports[0]?.say({ id: 3, trap: 'late, from the dead' });
  ports[1]?.say({ id: 3, reply });
  assert.deepEqual(await next, reply);
});

test('a hang counts as a loss', async () => {
  const { engine, ports } = client(10);
  await assert.rejects(engine.call({ type: 'advance', fuel: 1 }), /no answer to "advance"/);
  assert.ok(ports[0]?.terminated);
});

test('pages that are not told again stay what they were', async () => {
  const { engine, ports } = client();
  const page = (pfn: number, refcount: number) => ({ pfn, refcount });
  const told = async (request: Request, type: string, pages: object[]) => {
    const answer = engine.call(request);
    const id = ports[0]?.posted.at(-1)?.id ?? 0;
    ports[0]?.say({ id, reply: { type, state: { pages } } as unknown as Reply });
    const reply = await answer;
    return 'state' in reply ? reply.state.pages : [];
  };
  const open: Request = { type: 'open', text: 'x' };
  const before = await told(open, 'opened', [page(0, 1), page(1, 1), page(2, 0)]);
  const after = await told({ type: 'seek', cursor: 1 }, 'moved', [page(1, 2)]);
  assert.deepEqual(after, [page(0, 1), page(1, 2), page(2, 0)]);
  assert.deepEqual(before, [page(0, 1), page(1, 1), page(2, 0)]);
  assert.equal(after[2], before[2]);
  assert.deepEqual(await told(open, 'opened', [page(0, 5)]), [page(0, 5)]);
});
