/**
 * Typing over a selection. Left to the browser, it keeps the look of what it deletes in a `style`
 * attribute, which the page's policy refuses aloud in the console.
 */
import { EditorView } from '@codemirror/view';

export const overtype = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    const { main } = state.selection;
    const { data } = event;
    if (event.inputType !== 'insertText' || !data || main.empty || view.composing) return false;
    const typed = () =>
      state.update(state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    const taken = state
      .facet(EditorView.inputHandler)
      .some((handler) => handler(view, main.from, main.to, data, typed));
    if (!taken) view.dispatch(typed());
    event.preventDefault();
    return true;
  },
});
