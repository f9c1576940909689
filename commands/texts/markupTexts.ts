import { loadAll } from 'js-yaml';
import type { Text } from './texts.ts';

const attributes =
  /\b(?:aria-label|title|placeholder|alt|data-(?:verb|name|name-of|done))="([^"]*[A-Za-z][^"]*)"/g;

/** The texts of a Nunjucks template: what stands between its tags, and in the attributes that people read. */
export function templateTexts(file: string, source: string): Text[] {
  const texts: Text[] = [];
  const add = (offset: number, text: string): void => {
    const words = text.trim().replaceAll(/\s+/g, ' ');
    if (/[A-Za-z]{2,}/.test(words.replaceAll(/&\w+;/g, ''))) {
      const start = offset + text.length - text.trimStart().length;
      texts.push({ file, line: source.slice(0, start).split('\n').length, text: words });
    }
  };
  const blank = (found: string): string => found.replaceAll(/[^\n]/g, ' ');
  const plain = source
    .replaceAll(/\{#.*?#\}/gs, blank)
    .replaceAll(/\{%.*?%\}/gs, blank)
    .replaceAll(/\{\{.*?\}\}/gs, (found) => '…'.padEnd(found.length));
  for (const { index, 0: tag } of plain.matchAll(/<[^>]*>/gs)) {
    for (const { index: place, 1: text = '' } of tag.matchAll(attributes)) add(index + place, text);
  }
  for (const { index, 0: text } of plain.matchAll(/(?<=>)[^<>]+(?=<)|^[^<>]+(?=<)/g)) add(index, text);
  return texts;
}

const told = new Set(['summary', 'description', 'title']);

/** The texts of a YAML or JSON document, by the keys that people read. The line is that of the first words. */
export function documentTexts(file: string, source: string): Text[] {
  const texts: Text[] = [];
  const lines = source.split('\n');
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (told.has(key) && typeof inner === 'string' && /[A-Za-z]{2,}/.test(inner)) {
        const start = inner.split(/\s+/).slice(0, 2).join(' ');
        const line = lines.findIndex((text) => text.includes(start)) + 1;
        texts.push({ file, line, text: inner.trim().replaceAll(/\s+/g, ' ') });
      } else visit(inner);
    }
  };
  visit(file.endsWith('.json') ? JSON.parse(source) : loadAll(source));
  return texts;
}

/** The lines of a Markdown document that are prose. */
export function markdownTexts(file: string, source: string): Text[] {
  let isCode = false;
  return source.split('\n').flatMap((text, place) => {
    if (text.startsWith('```')) isCode = !isCode;
    const prose = text.replaceAll(/`[^`]*`|\]\([^)]*\)/g, '…').trim();
    return isCode || !/[A-Za-z]{2,}/.test(prose) ? [] : [{ file, line: place + 1, text: prose }];
  });
}
