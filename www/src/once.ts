/** Long questions about a text, each with a thread of its own, so that one can be given up. */
import type { GuideView, JudgedView, RacesView } from './protocol';

/** What can be asked: for tour and challenge, for a verdict on a try, for data races. */
export type Question =
  | { kind: 'guide'; text: string }
  | { kind: 'judge'; text: string; given: string }
  | { kind: 'races'; text: string };

/** What is answered. */
export interface Answers {
  guide: GuideView;
  judge: JudgedView;
  races: RacesView;
}

/** Why there is no answer. */
export type Unanswered = { why: string };

/** A question under way; once it is given up, no answer comes. */
export interface Asked<Answer> {
  readonly answer: Promise<{ found: Answer } | Unanswered>;
  giveUp(): void;
}

/** Asks; the thread ends with its answer. */
export function once<Kind extends Question['kind']>(
  question: Extract<Question, { kind: Kind }>,
): Asked<Answers[Kind]> {
  const worker = new Worker(new URL('./once-worker.ts', import.meta.url), {
    type: 'module',
    name: `pagerace ${question.kind}`,
  });
  const answer = new Promise<{ found: Answers[Kind] } | Unanswered>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve({ why: 'the engine stopped' });
  });
  void answer.then(() => worker.terminate());
  worker.postMessage(question);
  const giveUp = () => {
    worker.onmessage = null;
    worker.terminate();
  };
  return { answer, giveUp };
}
