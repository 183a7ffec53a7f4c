/** A function on the bench: its lines as the reader has arranged them, and the edits that say so. */
import type { RoutineView, RowView } from './protocol';

/** A line of the function. */
export interface Line {
  readonly label: string;
  readonly text: string;
  /** Where it goes when it jumps. */
  readonly target: string | null;
  /** Of a line that the kernel does not have, what the patch says of it. */
  readonly insert: string | null;
  readonly dropped: boolean;
}

/** Something that can be put between the lines. */
export interface Offer {
  readonly insert: string;
  readonly label: string;
  readonly text: string;
  /** It compares, and needs a label to go to where it finds something else. */
  readonly compares: boolean;
}

const lineOf = ({ label, text, target, insert, mark }: RowView): Line => ({
  label,
  text,
  target,
  insert: mark === 'inserted' ? insert : null,
  dropped: mark === 'dropped',
});

/** The lines as the patch on the stage has them. */
export const linesOf = ({ rows }: RoutineView): Line[] => rows.map(lineOf);

/** The lines of the kernel itself. */
export const baseOf = ({ base }: RoutineView): Line[] => base.map(lineOf);

/** The same lines with one of them elsewhere; as they are where it cannot go. */
export function moved(lines: readonly Line[], from: number, to: number): Line[] {
  const line = lines[from];
  const rest = lines.filter((_, index) => index !== from);
  const place = Math.min(Math.max(to, 0), rest.length);
  return line ? rest.toSpliced(place, 0, line) : [...lines];
}

/** A line of the kernel does not run any more, or does again; an inserted one goes. */
export const dropped = (lines: readonly Line[], at: number): Line[] =>
  lines[at]?.insert
    ? lines.filter((_, index) => index !== at)
    : lines.map((it, index) => (index === at ? { ...it, dropped: !it.dropped } : it));

/** With a new line at a place, under a label that is not taken. */
export function inserted(lines: readonly Line[], at: number, offer: Offer, goto: string): Line[] {
  const taken = new Set(lines.map((it) => it.label));
  let label = offer.label;
  for (let number = 2; taken.has(label); number++) label = `${offer.label}${number}`;
  const { text, compares } = offer;
  const insert = compares ? `${offer.insert}, goto = "${goto}"` : offer.insert;
  const target = compares ? goto : null;
  const line = { label, text, target, insert, dropped: false };
  return lines.toSpliced(at, 0, line);
}

/** What may be inserted: the stock, and the function's own lines once more. */
export function offers({ stock, base }: RoutineView): Offer[] {
  const again = base
    .filter((it) => it.again)
    .map((it) => ({
      insert: `again = "${it.label}"`,
      label: 'again',
      text: it.text,
      compares: false,
    }));
  const same = base
    .filter((it) => it.same)
    .map((it) => ({
      insert: `same = "${it.label}"`,
      label: 'same',
      text: `if changed: ${it.text}`,
      compares: true,
    }));
  return [...stock.map((it) => ({ ...it, compares: false })), ...again, ...same];
}

/** The labels that stand in the order of the kernel; those of the others must be moved. */
function kept(base: readonly Line[], lines: readonly Line[]): Set<string> {
  const place = new Map(base.map((it, index) => [it.label, index]));
  const own = lines.filter((it) => it.insert === null && !it.dropped);
  // The longest row of rising places: for each line the best row that ends with it.
  const best: { length: number; before: number }[] = [];
  own.forEach((line, index) => {
    let [length, before] = [1, -1];
    for (let earlier = 0; earlier < index; earlier++) {
      const rises = (place.get(own[earlier]?.label ?? '') ?? 0) < (place.get(line.label) ?? 0);
      const longer = (best[earlier]?.length ?? 0) + 1;
      if (rises && longer > length) [length, before] = [longer, earlier];
    }
    best.push({ length, before });
  });
  const longest = Math.max(0, ...best.map((it) => it.length));
  const labels = new Set<string>();
  for (let at = best.findIndex((it) => it.length === longest); at >= 0; at = best[at]?.before ?? -1)
    labels.add(own[at]?.label ?? '');
  return labels;
}

/** The edits of a `[[patch]]` that make the one of the other, each as the text has it. */
export function editsOf(base: readonly Line[], lines: readonly Line[]): string[] {
  const stay = kept(base, lines);
  const edits: string[] = [];
  const running = lines.filter((it) => !it.dropped);
  const anchor = running.find((it) => stay.has(it.label))?.label ?? base[0]?.label ?? '';
  running.forEach(({ label, insert }, index) => {
    if (stay.has(label)) return;
    const before = running[index - 1]?.label;
    const spot = before === undefined ? `before = "${anchor}"` : `after = "${before}"`;
    edits.push(
      insert === null
        ? `{ move = "${label}", ${spot} }`
        : `{ insert = "${label}", ${insert}, ${spot} }`,
    );
  });
  for (const { label } of lines.filter((it) => it.dropped)) edits.push(`{ drop = "${label}" }`);
  return edits;
}

/** A list of edits as the text has it; nothing for none. */
export const editsText = (edits: readonly string[]): string =>
  edits.length === 0 ? '' : `[\n${edits.map((it) => `    ${it},\n`).join('')}]`;

/** The label that an edit of the text is about. */
export const labelIn = (line: string): string | null =>
  /\b(?:drop|move|insert) = "([^"]+)"/.exec(line)?.[1] ?? null;

/** A line of a unified diff. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** The unified diff of the function's lines. */
export function diff(base: readonly Line[], lines: readonly Line[]): DiffLine[] {
  const stay = kept(base, lines);
  const result: DiffLine[] = [];
  const running = lines.filter((it) => !it.dropped);
  const put = (sign: DiffLine['sign'], { label, text, target }: Line) =>
    result.push({
      sign,
      text: `${`${label}:`.padEnd(12)} ${text}${target === null ? '' : ` -> ${target}`}`,
    });
  let at = 0;
  for (const old of base) {
    if (!stay.has(old.label)) {
      put('-', old);
      continue;
    }
    for (let line = running[at]; line && line.label !== old.label; line = running[++at])
      put('+', line);
    put(' ', old);
    at++;
  }
  for (const line of running.slice(at)) put('+', line);
  return result;
}
