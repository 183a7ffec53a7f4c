/** The part with all routines and searches, and what shows their outcomes. */
import module from '../../../pkg/whole/pagerace_bg.wasm?packed';
import { handOver } from './parts';
import '../elements/outcomes';
import WholeWorker from './whole-worker?worker&inline';

handOver('whole.js', { start: () => new WholeWorker({ name: 'page-race search' }), module });
