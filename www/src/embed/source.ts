/** What an element in a document says of its race: which one, and where it is at home. */
import { pack } from '../link';
import type { Scenario } from './messages';
import { folder } from './parts';

/** A scenario as what stands behind `#`; or why it cannot be. */
export async function headOf(scenario: Scenario): Promise<{ head: string } | { why: string }> {
  if ('gallery' in scenario) return { head: `g=${scenario.gallery}` };
  if ('link' in scenario) return { head: scenario.link };
  const packed = await pack(scenario.text);
  return 'why' in packed ? packed : { head: packed.payload };
}

/** What an element holds or names: a text in it, else a link, else a name. */
export async function source(
  element: Element,
  href: string | null,
  name: string | null,
): Promise<{ head: string } | { why: string }> {
  const script = element.querySelector(':scope > script[type="text/plain"]');
  const linked = href !== null || name !== null;
  const text = script ?? (linked || element.childElementCount > 0 ? null : element);
  const written = text?.textContent?.trim();
  if (written) return headOf({ text: `${written}\n` });
  const fragment = /#(.+)$/.exec(href ?? '')?.[1];
  if (fragment) return { head: fragment };
  return name ? headOf({ gallery: name }) : { why: 'there is no scenario in it' };
}

/** Whether there is something to read where the race cannot run. */
export const tellsItself = (element: Element): boolean =>
  [...element.childNodes].some(
    (node) => node.nodeName !== 'SCRIPT' && node.textContent?.trim() !== '',
  );

/** The address of the Pagerace that opens the race: `home`, that of the link, or above the script. */
export function homeOf(home: string | null, href: string | null): string | null {
  const page = document.baseURI;
  return (
    address(home, page) ??
    (href?.startsWith('#') ? null : address(href, page)) ??
    (folder === null ? null : address('../', folder))
  );
}

function address(written: string | null, base: string): string | null {
  if (written === null || !URL.canParse(written, base)) return null;
  const url = new URL(written, base);
  url.hash = '';
  return ['http:', 'https:', 'file:'].includes(url.protocol) ? url.href : null;
}
