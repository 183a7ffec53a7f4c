/** Forms that the engine makes, in a thread of its own with the whole module. */
import type { Model } from '../model';
import { scheduleOf } from '../schedule';
import { wholeEngine } from '../whole-engine';
import { fileName } from './name';

const engine = wholeEngine();

/** What `pagerace export --as FORM` makes of the race; rejects with the reason why not. */
export async function exported(
  model: Model,
  form: string,
  given: { readonly [option in string]: string } = {},
): Promise<string> {
  const { text, trace, state, shared, entry } = model;
  const cursor = state?.cursor ?? 0;
  const schedule = scheduleOf(trace);
  const opened = await engine.call({ type: 'take_over', text, schedule, cursor });
  if (opened.type === 'refused') throw new Error(opened.diagnostics[0]?.message);
  const options = {
    ...(shared && 'url' in shared.link && { link: shared.link.url }),
    ...(entry !== null && { gallery: entry }),
    ...given,
  };
  const made = await engine.call({ type: 'export', form, options });
  if (made.type === 'exported') return made.text;
  throw new Error(made.type === 'refused' ? made.diagnostics[0]?.message : 'no answer');
}

/** A document names the file of its picture. */
export const documented = (model: Model, form: string): Promise<string> =>
  exported(model, form, { file: fileName(model, 'svg') });

/** Ends the thread; the next form starts another. */
export function rest(): void {
  engine.lose('the share menu was closed');
}
