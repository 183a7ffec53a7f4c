/** The scenarios that ship with the page, by file name. The front one comes with the first load. */
import frontText from '../../scenarios/cma-longterm-pin.toml?raw';

/** One scenario of the gallery. */
export interface GalleryEntry {
  /** The file name without its ending; `#g=NAME` opens it. */
  name: string;
  /** Its `title`. */
  title: string;
  /** The whole file. */
  text: string;
}

/** The `title` of a scenario text, read without the engine: the gallery is listed before it runs. */
export function titleOf(text: string): string | null {
  const match = /^title\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*')/m.exec(text);
  if (!match?.[1]) return null;
  const quoted = match[1];
  return quoted.startsWith("'") ? quoted.slice(1, -1) : quoted.slice(1, -1).replace(/\\(.)/g, '$1');
}

const entry = (name: string, text: string): GalleryEntry => ({
  name,
  title: titleOf(text) ?? name,
  text,
});

/** The race that the page opens on. */
export const front: GalleryEntry = entry('cma-longterm-pin', frontText);

/** All scenarios, by name. */
export async function gallery(): Promise<readonly GalleryEntry[]> {
  const { files } = await import('./gallery-rest');
  const rest = Object.entries(files).map(([path, text]) =>
    entry(path.replace(/^.*\//, '').replace(/\.toml$/, ''), text),
  );
  return [front, ...rest].sort((a, b) => a.name.localeCompare(b.name));
}

/** The scenario of a name. */
export const inGallery = async (name: string): Promise<GalleryEntry | undefined> =>
  name === front.name ? front : (await gallery()).find((it) => it.name === name);
