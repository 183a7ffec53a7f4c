/** Scenarios from files. */
import { UNPACKED_LIMIT } from '../link';

/** What a file has, or why it has no text. */
export type InFile = { name: string; text: string } | { name: string; why: string };

/** The part of a file that is needed. */
export type FileLike = Pick<File, 'name' | 'size' | 'arrayBuffer'>;

const KIB = 1024;

/** The text of the one file that is meant; what is too large is not read. */
export async function inFile(files: readonly FileLike[]): Promise<InFile> {
  const [file, ...others] = files;
  if (!file) return { name: 'What was dropped', why: 'it is no file' };
  const { name, size } = file;
  if (others.length > 0)
    return { name: `${files.length} files`, why: 'one scenario is opened at a time' };
  if (size > UNPACKED_LIMIT) {
    const limit = `a scenario has at most ${UNPACKED_LIMIT / KIB}`;
    return {
      name,
      why: `it has ${Math.ceil(size / KIB).toLocaleString('en-US')} KiB, and ${limit}`,
    };
  }
  try {
    return { name, ...decoded(new Uint8Array(await file.arrayBuffer())) };
  } catch {
    return { name, why: 'the browser cannot read it; a folder, or moved meanwhile?' };
  }
}

/** As text with Unix line ends, or the line that is none. */
function decoded(bytes: Uint8Array): { text: string } | { why: string } {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  try {
    return { text: utf8.decode(bytes).replaceAll('\r\n', '\n') };
  } catch {
    return { why: `line ${firstBad(bytes)} is not UTF-8 text` };
  }
}

/** No byte of another character is a line end, so lines can be tried one by one. */
function firstBad(bytes: Uint8Array): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(from, to));
    } catch {
      break;
    }
    from = to + 1;
  }
  return line;
}
