/** Light, dark, or as the system says. */
export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'pagerace-theme';
const isTheme = (word: unknown): word is Theme =>
  word === 'light' || word === 'dark' || word === 'auto';

/** The stored choice. Storage may be forbidden; then it is `auto`. */
export function storedTheme(): Theme {
  try {
    const word = localStorage.getItem(KEY);
    return isTheme(word) ? word : 'auto';
  } catch {
    return 'auto';
  }
}

/** Whether the page is dark right now. */
export const isDark = (theme: Theme): boolean =>
  theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);

/** Puts a theme on the page and remembers it. */
export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'auto') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Not remembered, then.
  }
}
