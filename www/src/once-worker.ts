/** Answers one question about a text, on a thread of its own that can be thrown away. */
import init, { guide, judge, races } from '../../pkg/whole/pagerace.js';
import wasm from '../../pkg/whole/pagerace_bg.wasm?url';
import type { Answers, Question, Unanswered } from './once';

const MOST_STATES = 1_000_000;

const ready = init({ module_or_path: wasm });
ready.catch(() => {});

function answerTo(question: Question): unknown {
  switch (question.kind) {
    case 'guide':
      return guide(question.text);
    case 'judge':
      return judge(question.given, question.text, MOST_STATES);
    case 'races':
      return races(question.text, MOST_STATES);
  }
}

const send = (message: { found: Answers[keyof Answers] } | Unanswered): void =>
  self.postMessage(message);

self.onmessage = async ({ data }: MessageEvent<Question>) => {
  try {
    await ready;
    send({ found: answerTo(data) as Answers[keyof Answers] });
  } catch (error) {
    send({ why: String(error) });
  }
};
