import type { Model } from '../model';

/** The name of a file with such an end, after the gallery's name or the title. */
export function fileName({ entry, scenario }: Model, extension: string): string {
  const words = (entry ?? scenario?.title ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const name = words.slice(0, 60).replace(/^-+|-+$/g, '');
  return `${name || 'pagerace'}.${extension}`;
}
