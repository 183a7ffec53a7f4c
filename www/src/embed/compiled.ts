/** Modules of WebAssembly that came in a script, deflated and in base64. */

const known = new Map<string, Promise<WebAssembly.Module>>();

/** The module, compiled once. */
export function compiled(packed: string): Promise<WebAssembly.Module> {
  const module = known.get(packed) ?? compile(packed);
  known.set(packed, module);
  return module;
}

function compile(packed: string): Promise<WebAssembly.Module> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const headers = { 'content-type': 'application/wasm' };
  return WebAssembly.compileStreaming(new Response(stream, { headers }));
}
