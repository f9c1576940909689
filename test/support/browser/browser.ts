import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Chromium from '@sparticuz/chromium';
import { chromium, type Browser, type BrowserServer } from 'playwright-core';

export interface LaunchedBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

export interface StartedBrowser {
  readonly address: string;
  stop(): Promise<void>;
}

/** This machine, by a name that browsers trust as little as any other that is reached without TLS. */
export const plainHost = 'luna.test';

/** The browser of this test run, which a file leaves with all its windows; one of its own where the run has none. */
export async function launchBrowser(): Promise<LaunchedBrowser> {
  const address = process.env['TEST_BROWSER'];
  const own = address === undefined ? await startBrowser() : null;
  const browser = await chromium.connect(own?.address ?? address ?? '');
  return {
    browser,
    close: async () => {
      await browser.close();
      await own?.stop();
    },
  };
}

/**
 * A headless Chromium, which ends when this process is told to, or else is `stop`ped: `CHROMIUM_PATH`, `chromium` or
 * `google-chrome` on the PATH, the one in the npm package (Linux on x64), or the one that
 * `npx playwright install chromium` has put in place. Throws when there is none.
 */
export async function startBrowser({ endsBySignal = true } = {}): Promise<StartedBrowser> {
  const found =
    process.env['CHROMIUM_PATH'] ?? onPath('chromium') ?? onPath('google-chrome') ?? (await packaged());
  const server = await chromium.launchServer({
    args: [...sandboxArgs(), '--disable-gpu', `--host-resolver-rules=MAP ${plainHost} 127.0.0.1`],
    // Otherwise Playwright would end the whole process.
    ...{ handleSIGINT: endsBySignal, handleSIGTERM: endsBySignal, handleSIGHUP: endsBySignal },
    ...(found === undefined ? {} : { executablePath: found }),
  });
  return { address: server.wsEndpoint(), stop: () => closeServer(server) };
}

// The packaged Chromium once in some hundred times does not end when it is told to (github.com/Sparticuz/chromium,
// issue 85), and Playwright waits for it without a limit.
const closeWithinMs = 10_000;

async function closeServer(server: BrowserServer): Promise<void> {
  const { pid } = server.process();
  const closed = server.close();
  const left = new AbortController();
  const inTime = await Promise.race([
    closed.then(() => true),
    delay(closeWithinMs, false, { signal: left.signal }),
  ]);
  left.abort();
  if (inTime || pid === undefined) return;
  // It leads a group of its own, with all its helpers.
  process.kill(-pid, 'SIGKILL');
  await closed;
}

// Its recommended arguments are skipped: they switch off web security, which these tests are about, and run
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
