// Playwright's global set-up: dist/ under a sub-path, as a project's pages on a shared host are.
import { serve } from './serve.mjs';

export default async function setUp() {
  const { url, close } = await serve({ folder: 'dist', prefix: '/some/sub/path/' });
  process.env.PAGERACE_TEST_URL = url;
  return close;
}
