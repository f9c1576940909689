import type { Page } from 'playwright-core';

/** Opens the groups of rare fields of a form. */
export async function unfold(page: Page): Promise<void> {
  const closed = page.locator('details.field-group:not([open]) > summary');
  await page.locator('form.form-panel').waitFor();
  while ((await closed.count()) > 0) await closed.first().click();
}
