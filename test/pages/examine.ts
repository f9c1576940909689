import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { Visitor } from '../support/browser/visitor.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
// Nothing looks at them but people: SCREENSHOTS=1 makes them, for a quarter more time.
const folder = process.env['SCREENSHOTS'] === undefined ? null : 'test/screenshots';

/** Looks at pages of a window that is so wide: light and dark, whether they fit, and whether nothing went wrong on them. */
export function createLook({ page, complaints }: Visitor, width: number) {
  if (folder !== null) mkdirSync(folder, { recursive: true });
  return async (name: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      // Without frames of its own a page needs no second, empty one to put the findings together.
      // What it finds in order is many times as much, and would be named element by element.
      const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
      const { violations } = await (
        colorScheme === 'light'
          ? axe.withTags(rules)
          : // Only colours are others.
            axe.withRules(['color-contrast'])
      ).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
      assert.deepEqual(found, [], `${name} has faults of accessibility, ${colorScheme}`);
      if (folder !== null)
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
    const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(overhang <= 0, `${name} scrolls sideways by ${overhang} pixels`);
    assert.notEqual(await page.title(), 'pwned', `${name} ran what was planted`);
    assert.deepEqual(complaints, [], `${name} made the browser complain`);
  };
}
