/** Values as TOML has them. */

/** What the composer writes into a text. */
export type Value =
  | string
  | number
  | boolean
  | readonly (string | number)[]
  | { readonly [key in string]: Value };

/** A value's literal. */
export function literal(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map((it) => literal(it)).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([key, it]) => `${key} = ${literal(it)}`)
    .join(', ')} }`;
}

/** A basic string; over several lines where the text has them. */
function quoted(text: string): string {
  if (text.includes('\n')) {
    const lines = text.trimEnd().replace(/\\/g, '\\\\').replace(/"""/g, '""\\"');
    return `"""\n${lines}\n"""`;
  }
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, (control) => {
    const code = control.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
