import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import Chromium from '@sparticuz/chromium';
import { chromium, type Browser } from 'playwright-core';

/**
 * A headless Chromium: `CHROMIUM_PATH`, `chromium` or `google-chrome` on the PATH, the one in the npm package
 * (Linux on x64), or the one that `npx playwright install chromium` has put in place. Throws when there is none.
 */
export async function launchBrowser(): Promise<Browser> {
  const found =
    process.env['CHROMIUM_PATH'] ?? onPath('chromium') ?? onPath('google-chrome') ?? (await packaged());
  return chromium.launch({
    args: [...sandboxArgs(), '--disable-gpu'],
    ...(found === undefined ? {} : { executablePath: found }),
  });
}

// Its recommended arguments are left out: they switch off web security, which these tests are about, and run
// everything in one process, which ends with its first page.
async function packaged(): Promise<string | undefined> {
  return process.platform === 'linux' && process.arch === 'x64' ? Chromium.executablePath() : undefined;
}

/** Chromium refuses its own sandbox to root, which is who runs in most containers. */
function sandboxArgs(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
