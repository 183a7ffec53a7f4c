/** How a scenario is laid out: the options of taplo under which the gallery is as it stands. */
import type { Options } from '@wasm-fmt/taplo_fmt/vite';
import { scan } from './scan';

/** Nothing is reordered, no array that fits or does not is broken or joined. */
export const LAYOUT: Options = {
  column_width: 100,
  indent_string: '    ',
  array_auto_expand: false,
  array_auto_collapse: false,
  inline_table_expand: false,
  compact_arrays: true,
  compact_inline_tables: false,
  align_comments: true,
  align_single_comments: false,
  align_entries: false,
  allowed_blank_lines: 2,
  reorder_keys: false,
  reorder_arrays: false,
  trailing_newline: true,
  crlf: false,
};

/** Whether two texts say the same, comments included, and differ in layout alone. */
export function saysTheSame(one: string, other: string): boolean {
  const words = (text: string) =>
    scan(text).map((it) => [it.kind, it.head, it.path, text.slice(it.from, it.to).trimEnd()]);
  return JSON.stringify(words(one)) === JSON.stringify(words(other));
}
