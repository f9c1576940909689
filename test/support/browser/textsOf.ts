import type { Locator } from 'playwright-core';

/**
 * The words of each element of a page that is there as a whole, as one line.
 * Not `allInnerTexts`: a live page may swap a region between their being found and being read, and what has left the
 * page has no layout, on which an `innerText` depends.
 */
export async function textsOf(locator: Locator): Promise<string[]> {
  await locator.page().waitForLoadState('domcontentloaded');
  const texts = await locator.allTextContents();
  return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
}
