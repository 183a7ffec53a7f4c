/** Which table of the catalogue a place of a text belongs to. */
import type { Catalogue, SectionHelp } from '../protocol';
import type { Around } from './scan';

/** The tables that are claims. */
const CLAIM_HEADS: readonly string[] = ['[[expect]]', '[[challenge.goal]]'];
const CLAIMS = /^(never|sometimes|always)$/;

/** The table of the catalogue whose keys stand here. */
export function sectionAt(
  catalogue: Catalogue,
  { head, path }: Pick<Around, 'head' | 'path'>,
): SectionHelp | undefined {
  const named = (name: string) => catalogue.sections.find((it) => it.head === name);
  const [outer] = path;
  if (outer === undefined) return named(head);
  if (CLAIM_HEADS.includes(head) && outer === 'kernel') return named('[kernel]');
  if (CLAIM_HEADS.includes(head) && CLAIMS.test(outer)) return named('never');
  if (head === '[[patch]]' && outer === 'edits') return named('edits');
  if (head === '[challenge]' && outer === 'may') return named('may');
  return head === '' ? named(`[${outer}]`) : undefined;
}
