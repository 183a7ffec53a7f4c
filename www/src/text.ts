/** Places in a text, as the engine names them: lines and columns from 1, columns in characters. */

/** The offset of a place in UTF-16 units; clamped to the text. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const before = lines.slice(0, index).reduce((sum, it) => sum + it.length + 1, 0);
  const characters = [...(lines[index] ?? '')].slice(0, Math.max(column, 1) - 1);
  return before + characters.join('').length;
}

/** Where the word that starts at an offset ends; the line's end where there is none. */
export function reach(text: string, offset: number): number {
  const [word] = /^[\w-]+/.exec(text.slice(offset)) ?? [];
  if (word) return offset + word.length;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}
