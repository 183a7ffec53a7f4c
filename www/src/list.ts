/** What the gallery lists, as the build has read it in the scenarios, and how it is searched. */
import groups from '../../pkg/gallery.json';
import type { CardView } from './protocol';

/** One scenario. */
export interface Listed extends CardView {
  name: string;
  /** What happens, in a line; may hold Markdown inline marks. */
  what: string;
}

/** Scenarios of one kind. */
export interface Group {
  heading: string;
  /** The mail that its races come from. */
  mail: string | null;
  entries: readonly Listed[];
}

/** Some groups under one heading. */
export interface Part {
  heading: string;
  groups: readonly Group[];
}

const all = groups as readonly Group[];
const isChallenge = ({ task }: Listed): boolean => task !== null;

/** Challenges first, as there are few; then the groups of the mails, then the others. */
export const PARTS: readonly Part[] = [
  { heading: 'To solve', groups: all.filter((group) => group.entries.every(isChallenge)) },
  { heading: 'By mail', groups: all.filter((group) => group.mail !== null) },
  {
    heading: 'By subject',
    groups: all.filter((group) => group.mail === null && !group.entries.every(isChallenge)),
  },
];

/** All scenarios. */
export const LISTED: readonly Listed[] = all.flatMap((group) => group.entries);

const haystacks = new Map(
  LISTED.map((it) => [
    it,
    [it.name, it.title, it.what, it.about, it.task, ...it.functions, ...it.kernels, ...it.refs]
      .join('\n')
      .toLowerCase(),
  ]),
);

/** The parts with the scenarios in which every word stands; empty groups are left out. */
export function found(words: string): readonly Part[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return PARTS;
  const has = (it: Listed) => wanted.every((word) => haystacks.get(it)?.includes(word));
  return PARTS.map((part) => ({
    ...part,
    groups: part.groups
      .map((group) => ({ ...group, entries: group.entries.filter(has) }))
      .filter((group) => group.entries.length > 0),
  })).filter((part) => part.groups.length > 0);
}

/** The kernels as few words: presets alone, where there is one; three, and how many more. */
export function inShort(kernels: readonly string[]): string {
  const presets = kernels.filter((name) => !name.includes(' '));
  const names = presets.length > 0 ? presets : kernels;
  const more = names.length - 3;
  return names.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
