/** The gallery beside the script: each text comes when it is asked for. In the place of
 * `../gallery.ts`. */
import type { GalleryEntry } from '../gallery';
import { part } from './parts';

/** What the stage holds where nothing else could be opened; it is not shown. */
export const front: GalleryEntry = {
  name: '',
  text: `format = 1
title = "Nothing"
about = "Nothing was opened."
[kernel]
base = "v5.17"
[machine]
pageblock_pages = 2
blocks = ["movable"]
[[cpu]]
run = []
`,
};

/** The scenario of a name; none where it is not there or cannot be loaded. */
export const inGallery = (name: string): Promise<GalleryEntry | undefined> =>
  part(`gallery/${name}.js`).then(
    (text) => ({ name, text }),
    () => undefined,
  );
