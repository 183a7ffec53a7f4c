/** Lays a text out; loaded when that is asked for. */
import init, { format as taplo } from '@wasm-fmt/taplo_fmt/vite';
import { LAYOUT } from './layout';

/** The text with one layout; it throws where the text is no TOML. */
export async function format(text: string): Promise<string> {
  await init();
  return taplo(text, LAYOUT);
}
