/** The editor of the text with all its help: CodeMirror in an element's shadow root. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { type Diagnostic as Fault, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, type Extension, Transaction } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Catalogue, Diagnostic } from '../protocol';
import { offsetOf, reach } from '../text';
import { asSentence } from '../wording';
import { change } from './change';
import { completions } from './complete';
import { helpAt, render } from './help';
import { marks, wordsOf } from './marks';
import { overtype } from './overtype';
import { theme } from './theme';

/** What the element around the editor has to do with it. */
export interface Around {
  /** The id of what names the field, and of what describes it. */
  label: string;
  description: string;
  catalogue(): Catalogue | null;
  edited(text: string): void;
  /** Ctrl+Enter. */
  apply(): void;
  /** Shift+Alt+F. */
  format(): void;
}

/** A text that came from outside: nobody needs to be told. */
const fromOutside = Annotation.define<boolean>();

const helpOnHover = (catalogueOf: () => Catalogue | null) =>
  hoverTooltip((view, at) => {
    const catalogue = catalogueOf();
    const { doc } = view.state;
    const found = catalogue && helpAt(catalogue, wordsOf(doc), doc.toString(), at);
    return (
      found && {
        pos: found.from,
        end: found.to,
        above: true,
        create: () => ({ dom: render(found.help) }),
      }
    );
  });

/** Tab leaves the field; what is in `defaultKeymap` without it stays so. */
function keys(around: Around): Extension {
  const done = (work: () => void) => () => {
    work();
    return true;
  };
  return keymap.of([
    { key: 'Mod-Enter', run: done(() => around.apply()), preventDefault: true },
    { key: 'Shift-Alt-f', run: done(() => around.format()), preventDefault: true },
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...lintKeymap,
    ...defaultKeymap,
  ]);
}

function extensions(around: Around): Extension {
  return [
    keys(around),
    history(),
    lineNumbers(),
    lintGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    search({ top: true }),
    indentUnit.of('    '),
    EditorState.tabSize.of(4),
    EditorState.languageData.of(() => [
      { commentTokens: { line: '#' }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
    ]),
    autocompletion({ override: [completions(() => around.catalogue())], icons: false }),
    helpOnHover(() => around.catalogue()),
    overtype,
    marks,
    theme,
    EditorView.contentAttributes.of({
      'aria-labelledby': around.label,
      'aria-describedby': around.description,
      tabindex: '0',
      spellcheck: 'false',
      autocapitalize: 'off',
      autocorrect: 'off',
    }),
    EditorView.updateListener.of((update) => {
      const told = update.transactions.some((it) => it.annotation(fromOutside));
      if (update.docChanged && !told) around.edited(update.state.doc.toString());
    }),
  ];
}

/** What is wrong, where it stands. */
function fault(text: string, { line, column, message, hint }: Diagnostic): Fault {
  const from = offsetOf(text, line, column);
  const end = column > 0 ? reach(text, from) : text.indexOf('\n', from);
  const to = end < 0 ? text.length : end;
  const words = [message, hint].flatMap((it) => (it === null ? [] : [asSentence(it)]));
  return { from, to: Math.max(from, to), severity: 'error', message: words.join(' ') };
}

/** The editor while it stands in the page. */
export class Writing {
  readonly #view: EditorView;
  readonly #around: Around;

  /** Stands in `parent`, with the text, the selection and the focus of the plain field there. */
  constructor(parent: Element, field: HTMLTextAreaElement, root: ShadowRoot, around: Around) {
    this.#around = around;
    this.#view = new EditorView({ parent, root, state: this.#state(field.value) });
    const selection = { anchor: field.selectionStart, head: field.selectionEnd };
    const focused = root.activeElement === field;
    this.#view.dispatch({ selection, scrollIntoView: focused });
    if (focused) this.#view.focus();
  }

  #state(doc: string): EditorState {
    return EditorState.create({ doc, extensions: extensions(this.#around) });
  }

  /** The text, as it stands there. */
  get text(): string {
    return this.#view.state.doc.toString();
  }

  /**
   * Shows a text from outside as one change, so that the cursor and what is in sight stay. It is
   * nothing to undo: that is for what was typed. Another text altogether starts anew.
   */
  show(text: string): void {
    const next = text.replace(/\r\n?/g, '\n');
    const changes = change(this.text, next);
    if (!changes) return;
    const known = new Set(this.text.split('\n'));
    const lines = next.split('\n');
    const kept = lines.filter((line) => known.has(line)).length;
    const annotations = [fromOutside.of(true), Transaction.addToHistory.of(false)];
    if (kept < lines.length / 2) this.#view.setState(this.#state(next));
    else this.#view.dispatch({ changes, annotations });
  }

  /** Replaces the text as if it had been typed: it can be undone. */
  replace(text: string): void {
    const changes = change(this.text, text);
    if (changes) this.#view.dispatch({ changes, userEvent: 'input.format' });
  }

  /** Marks what is wrong. */
  complain(diagnostics: readonly Diagnostic[]): void {
    const { text } = this;
    const faults = diagnostics.filter((it) => it.line > 0).map((it) => fault(text, it));
    this.#view.dispatch(setDiagnostics(this.#view.state, faults));
    this.#view.dom.classList.toggle('wrong', diagnostics.length > 0);
    this.#view.contentDOM.setAttribute('aria-invalid', String(diagnostics.length > 0));
  }

  /** Shows a place of the text: from 1; 0 for unknown. */
  goto(line: number, column: number): void {
    const { text } = this;
    const anchor = offsetOf(text, line, column);
    const selection = { anchor, head: reach(text, anchor) };
    this.#view.dispatch({
      selection,
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
    });
    this.#view.focus();
    this.#view.dom.scrollIntoView({ block: 'nearest' });
  }
}
