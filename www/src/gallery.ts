/** The scenarios that ship with the page, by file name. */
const files = import.meta.glob<string>('../../scenarios/*.toml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

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

/** All scenarios, by name. */
export const gallery: readonly GalleryEntry[] = Object.entries(files)
  .map(([path, text]) => {
    const name = path.replace(/^.*\//, '').replace(/\.toml$/, '');
    return { name, title: titleOf(text) ?? name, text };
  })
  .sort((a, b) => a.name.localeCompare(b.name));

/** The race that the page opens on. */
export const FRONT = 'cma-longterm-pin';

/** The scenario of a name. */
export const inGallery = (name: string): GalleryEntry | undefined =>
  gallery.find((entry) => entry.name === name);

/** The scenario that a bare address opens. */
export const front = (): GalleryEntry | undefined => inGallery(FRONT) ?? gallery[0];
