/** The texts of all scenarios but the front one, in a file of their own. The embed fetches each
 * when it is asked for (`embed/gallery-rest.ts`). */
const files = import.meta.glob<string>(
  ['../../scenarios/*.toml', '!../../scenarios/cma-longterm-pin.toml'],
  { query: '?raw', import: 'default', eager: true },
);

/** The text of a name. */
export const textOf = async (name: string): Promise<string | undefined> =>
  files[`../../scenarios/${name}.toml`];
