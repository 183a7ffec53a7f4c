import { css } from 'lit';

/** How every dialog looks. */
export const dialogStyles = css`
  dialog {
    color: var(--ink);
    background: var(--raised);
    border: 1px solid var(--strong-line);
    border-radius: 8px;
    box-shadow: 0 10px 40px light-dark(#0003, #000a);
  }
  dialog::backdrop {
    background: light-dark(#1b1c1e40, #00000080);
  }
`;

/** Opens and closes the one dialog of an element, natively modal. */
export function show(root: ParentNode, open: boolean): HTMLDialogElement | null {
  const dialog = root.querySelector('dialog');
  if (open && dialog && !dialog.open) dialog.showModal();
  if (!open && dialog?.open) dialog.close();
  return dialog;
}
