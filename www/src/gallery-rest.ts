/** The texts of all scenarios but the front one, in a file of their own. */
export const files = import.meta.glob<string>(
  ['../../scenarios/*.toml', '!../../scenarios/cma-longterm-pin.toml'],
  { query: '?raw', import: 'default', eager: true },
);
