/** The thread of an engine that searches: it has the whole module from the start. */
import { serve } from './serve';
import { whole } from './whole';

const engine = whole();
// Whoever asks is told; until then a failed start is not an unhandled rejection.
engine.catch(() => {});

serve(async (request) => (await engine).request(request));
