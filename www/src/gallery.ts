/** The scenarios that ship with the page, by file name. The front one comes with the first load. */
import frontText from '../../scenarios/cma-longterm-pin.toml?raw';

/** One scenario of the gallery. */
export interface GalleryEntry {
  /** The file name without its ending; `#g=NAME` opens it. */
  name: string;
  /** The whole file. */
  text: string;
}

/** The race that the page opens on. */
export const front: GalleryEntry = { name: 'cma-longterm-pin', text: frontText };

/** The scenario of a name. */
export async function inGallery(name: string): Promise<GalleryEntry | undefined> {
  if (name === front.name) return front;
  const { files } = await import('./gallery-rest');
  const text = files[`../../scenarios/${name}.toml`];
  return text === undefined ? undefined : { name, text };
}
