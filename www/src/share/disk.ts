/** The browser's own windows for files: one to choose, one to save. */

/** One for all times, as browsers may collect an input that nothing holds. */
const picker = document.createElement('input');
picker.type = 'file';
picker.accept = '.toml,application/toml,text/plain';

/** Lets the reader choose files; never resolves if none is chosen. */
export function pick(): Promise<readonly File[]> {
  // The same file may be chosen again.
  picker.value = '';
  return new Promise((resolve) => {
    picker.onchange = () => resolve([...(picker.files ?? [])]);
    picker.click();
  });
}

/** Hands a file to the browser's downloads. */
export function save(made: string | Blob, name: string, mime: string): void {
  const url = URL.createObjectURL(new Blob([made], { type: mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser may not have begun to read it yet.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
