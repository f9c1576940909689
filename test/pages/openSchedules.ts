import { afterEach } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';

/** A site without schedules after each test, and the way to their page. */
export function openSchedules() {
  const site = openSite();
  afterEach(() => site.server.db.query('truncate schedules restart identity cascade'));

  async function schedules(options: { javaScriptEnabled?: boolean } = {}): Promise<Page> {
    const page = await site.signedIn(options);
    await page.goto('/');
    await page.getByRole('link', { name: 'Schedules' }).click();
    await page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor();
    return page;
  }

  return { site, schedules };
}
