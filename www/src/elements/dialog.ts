/** Opens and closes the one dialog of an element, natively modal. */
export function show(root: ParentNode, open: boolean): HTMLDialogElement | null {
  const dialog = root.querySelector('dialog');
  if (open && dialog && !dialog.open) dialog.showModal();
  if (!open && dialog?.open) dialog.close();
  return dialog;
}
