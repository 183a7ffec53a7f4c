/** The thread of an engine of the small module. */
import init, { Engine } from '../../../pkg/pagerace.js';
import { serve } from '../serve';
import { module } from './module';

const engine = init({ module_or_path: module }).then(() => new Engine());
// Whoever asks is told; until then a failed start is not an unhandled rejection.
engine.catch(() => {});

serve(async (request) => (await engine).request(request));
