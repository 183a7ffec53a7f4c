/**
 * Puts a text in the place of all that stands in the editor, as by pasting it.
 * @param {import('@playwright/test').Locator} field
 * @param {string} text
 */
export async function paste(field, text) {
  await field.press('Control+a');
  await field.evaluate((it, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    const paste = { clipboardData, bubbles: true, cancelable: true };
    it.dispatchEvent(new ClipboardEvent('paste', paste));
  }, text);
}
