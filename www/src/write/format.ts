/** Lays a text out; loaded when that is asked for. */
import init, { format as taplo } from '@wasm-fmt/taplo_fmt/vite';
import { LAYOUT, saysTheSame } from './layout';

/** The text with one layout; it throws where half a text would become another one. */
export async function format(text: string): Promise<string> {
  await init();
  const laid = taplo(text, LAYOUT);
  if (!saysTheSame(text, laid)) throw new Error('it says something else');
  return laid;
}
