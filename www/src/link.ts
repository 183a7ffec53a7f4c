/**
 * The link: a scenario text as what stands behind `#`. Version 1: the character `1`, then the
 * text, deflated (RFC 1951), in base64url without padding (RFC 4648). The browser has all of it.
 */
import { PAYLOAD_LIMIT } from './hash';

/** The most bytes that a payload may unpack to: the longest text that the engine reads. */
export const UNPACKED_LIMIT = 256 * 1024;

/** Why a text has no link, or a link no text. */
export interface NoLink {
  why: string;
}

const VERSION = '1';
const FORMAT = 'deflate-raw';

/** The payload of a text, unless one of the two is over its limit. */
export async function pack(text: string): Promise<{ payload: string } | NoLink> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > UNPACKED_LIMIT) return TOO_MUCH;
  const packed = await through(bytes, new CompressionStream(FORMAT));
  const binary = Array.from(packed, (byte) => String.fromCharCode(byte)).join('');
  const digits = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const payload = VERSION + digits;
  return payload.length > PAYLOAD_LIMIT ? tooLong(payload) : { payload };
}

/** The text in a payload, which may be anything. */
export async function unpack(payload: string): Promise<{ text: string } | NoLink> {
  if (payload.length > PAYLOAD_LIMIT) return tooLong(payload);
  const [version] = payload;
  if (version === undefined) return { why: 'the link carries nothing' };
  if (version !== VERSION) {
    const reads = `this Pagerace reads version "${VERSION}"`;
    return { why: `the link is of version "${version}", and ${reads}` };
  }
  const wrong = /[^A-Za-z0-9_-]/u.exec(payload);
  if (wrong) {
    const place = `character ${wrong.index + 1} of the link`;
    return { why: `${place}, "${wrong[0]}", cannot be in one` };
  }
  const digits = payload.slice(1).replaceAll('-', '+').replaceAll('_', '/');
  let bytes: Uint8Array;
  try {
    const packed = Uint8Array.from(atob(digits), (character) => character.charCodeAt(0));
    bytes = await through(packed, new DecompressionStream(FORMAT));
  } catch {
    return { why: 'the link is cut off or damaged' };
  }
  if (bytes.length > UNPACKED_LIMIT) return TOO_MUCH;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { why: 'the link does not unpack to text' };
  }
}

/** What comes out of a stream; no more is asked for once it is more than any text has. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (length <= UNPACKED_LIMIT) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  await reader.cancel();
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

const TOO_MUCH: NoLink = { why: `the link unpacks to more than ${UNPACKED_LIMIT / 1024} KiB` };

const tooLong = (payload: string): NoLink => ({
  why: `the link has ${payload.length} characters, and ${PAYLOAD_LIMIT} is the limit`,
});
