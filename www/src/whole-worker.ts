/** The thread of an engine beside the one of the stage, for what only the larger module answers. */
import { serve } from './serve';
import { whole } from './whole';

const engine = whole();
// Whoever asks is told; until then a failed start is not an unhandled rejection.
engine.catch(() => {});

serve(async (request) => (await engine).request(request));
