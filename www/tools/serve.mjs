// A static file server for trying and testing dist/: plain files, no special headers.
//   node www/tools/serve.mjs FOLDER [--port N] [--prefix /some/sub/path/]
// Without --port any free port is taken; with it, the first free one from N up.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.toml': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** What a static host on the network says beside. */
const PACKED = { 'content-encoding': 'gzip', 'cache-control': 'max-age=600' };

/** The file that a request names, or undefined if there is none below `root`. */
async function findFile(root, path) {
  let file = resolve(root, `.${sep}${path}`);
  if (file !== root && !file.startsWith(root + sep)) return undefined;
  let info = await stat(file).catch(() => undefined);
  if (info?.isDirectory()) {
    file = join(file, 'index.html');
    info = await stat(file).catch(() => undefined);
  }
  return info?.isFile() ? { file, size: info.size } : undefined;
}

function decodePath(url) {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
}

async function answer({ root, prefix, packed }, request, response) {
  const fail = (code, text) => response.writeHead(code, { 'content-type': 'text/plain' }).end(text);
  if (request.method !== 'GET' && request.method !== 'HEAD') return fail(405, 'only GET and HEAD');
  const path = decodePath(request.url);
  if (path === undefined) return fail(400, 'bad address');
  if (`${path}/` === prefix) return response.writeHead(301, { location: prefix }).end();
  const found = path.startsWith(prefix) && (await findFile(root, path.slice(prefix.length)));
  if (!found) return fail(404, 'not found');
  response.writeHead(200, {
    'content-type': TYPES[extname(found.file)] ?? 'application/octet-stream',
    ...(packed ? PACKED : { 'content-length': found.size, 'cache-control': 'no-cache' }),
  });
  if (request.method === 'HEAD') return response.end();
  const file = createReadStream(found.file).on('error', () => response.destroy());
  if (packed) file.pipe(createGzip({ level: 9 })).pipe(response);
  else file.pipe(response);
}

function listen(server, port) {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', fail);
      done();
    });
  });
}

/**
 * Serves `folder` on this machine alone.
 * @param {{ folder: string, port?: number, prefix?: string, packed?: boolean }} options
 *   `packed`: as a static host on the network does it, gzipped and kept for a while.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ folder, port = 0, prefix = '/', packed = false }) {
  const site = { root: resolve(folder), prefix, packed };
  const server = createServer((request, response) => {
    answer(site, request, response).catch(() => response.destroy());
  });
  const last = port === 0 ? 0 : port + 20;
  for (let next = port; ; next += 1) {
    try {
      await listen(server, next);
      break;
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || next >= last) throw error;
    }
  }
  return {
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '0' }, prefix: { type: 'string', default: '/' } },
  });
  const port = Number(values.port);
  if (positionals.length !== 1 || !Number.isInteger(port) || !/^\/(.*\/)?$/.test(values.prefix)) {
    console.error('usage: serve.mjs FOLDER [--port N] [--prefix /some/sub/path/]');
    process.exit(2);
  }
  const { url } = await serve({ folder: positionals[0], port, prefix: values.prefix });
  console.log(url);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
