/** Values as TOML has them. */

/** What the composer writes into a text. */
export type Value = string | number | boolean | readonly (string | number)[];

/** A value's literal. */
export function literal(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  return `[${value.map((it) => literal(it)).join(', ')}]`;
}

/** A basic string. */
function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, (control) => {
    const code = control.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
