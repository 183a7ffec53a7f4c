/** Documents of another origin that embed races. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FrameLocator, Page } from '@playwright/test';
import { test as base } from './page';

/** Puts a document on a server of its own, and answers with its address. */
export type Host = (body: string, policy?: string) => Promise<string>;

export const test = base.extend<{ host: Host }>({
  host: async ({ baseURL: _ }, use) => {
    const documents: { body: string; policy: string | undefined }[] = [];
    const server = createServer(({ url }, response) => {
      const { body, policy } = documents[Number(url?.slice(1))] ?? { body: '', policy: undefined };
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        ...(policy && { 'content-security-policy': policy }),
      });
      response.end(
        `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,">${body}`,
      );
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    await use(async (body, policy) => {
      documents.push({ body, policy });
      return `http://127.0.0.1:${port}/${documents.length - 1}`;
    });
    server.closeAllConnections();
    server.close();
  },
});

/** The address of a file of the embed. */
export const embed = (file = ''): string => `${process.env.PAGERACE_TEST_URL}embed/${file}`;

/** The script, as documents load it. */
export const script = (): string => `<script src="${embed('page-race.js')}"></script>`;

/** A race in a document, with what stands in it for readers without it. */
export const race = (attributes = 'g="cma-longterm-pin"'): string =>
  `<page-race ${attributes}><pre>CPU0   CPU1, as commit messages draw it</pre></page-race>`;

/** The frame of a race in a sandbox, and the messages that it sends, in `window.heard`. */
export const frame = (hash: string): string =>
  `<script>window.heard = []; addEventListener('message', ({ data }) => heard.push(data));</script>
   <iframe title="A race" sandbox="allow-scripts" width="900" height="700" src="${embed('index.html')}${hash}"></iframe>`;

/** The race in a document, or in its frame. */
export const inFrame = (page: Page): FrameLocator => page.frameLocator('iframe');

/** Says something to the frame. */
export const say = (page: Page, message: unknown): Promise<void> =>
  page.evaluate((message) => frames[0]?.postMessage(message, '*'), message);

/** What the frame has said of a type, or in answer to something. */
export const heard = (page: Page, wanted: Record<string, unknown>): Promise<Message[]> =>
  page.evaluate((wanted) => {
    const { heard } = window as unknown as { heard: Message[] };
    return heard.filter((it) => Object.entries(wanted).every(([key, value]) => it[key] === value));
  }, wanted);

/** A message of a frame. */
export type Message = Record<string, unknown>;
