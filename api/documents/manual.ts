import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Marked } from 'marked';
import { getHeadingList, gfmHeadingId } from 'marked-gfm-heading-id';

export interface ManualPage {
  readonly title: string;
  /** Ours from end to end: it is put into pages as it is. */
  readonly html: string;
  /** Its chapters, to lead to; empty where there is little to choose from. */
  readonly chapters: readonly { readonly id: string; readonly html: string }[];
}

export interface Manual {
  /** By address below /docs/dev/. */
  readonly pages: ReadonlyMap<string, ManualPage>;
  /** Pictures, by address, with their path on the disk. */
  readonly files: ReadonlyMap<string, string>;
}

const folder = fileURLToPath(new URL('../../docs/', import.meta.url));
const fewChapters = 5;
const pictures = /\.(png|svg|jpe?g)$/;

/** The development manual, docs/ of the repository, rendered. */
export async function readManual(): Promise<Manual> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort();
  const sources = names.filter((name) => name.endsWith('.md'));
  const pages = new Map<string, ManualPage>();
  for (const name of sources) {
    const text = await readFile(join(folder, name), 'utf8');
    pages.set(addressOf(name), { title: titleOf(text, name), ...(await render(text, posix.dirname(name))) });
  }
  const sections = ['.', ...new Set(sources.map((name) => posix.dirname(name)))];
  for (const section of new Set(sections)) {
    const index = posix.join(section, 'index.html');
    if (!pages.has(index)) pages.set(index, indexOf(section, pages));
  }
  const files = names.filter((name) => pictures.test(name));
  return { pages, files: new Map(files.map((name) => [name, join(folder, name)])) };
}

function addressOf(source: string): string {
  return source.replace(/\.md$/, '.html');
}

function titleOf(text: string, name: string): string {
  return /^#\s+(.+)$/m.exec(text)?.[1] ?? name;
}

/**
 * Links between sources become links between pages; a folder's link leads to its index. What lies outside docs/ is in
 * the repository and not served: its name stays.
 */
async function render(text: string, section: string): Promise<Pick<ManualPage, 'html' | 'chapters'>> {
  const marked = new Marked(gfmHeadingId(), {
    walkTokens: (token) => {
      if (token.type !== 'link' || /^(\w+:|#|\/)/.test(String(token.href))) return;
      if (posix.join(section, String(token.href)).startsWith('..')) {
        Object.assign(token, { type: 'codespan' });
        return;
      }
      token.href = String(token.href)
        .replace(/\.md(?=$|#)/, '.html')
        .replace(/\/$/, '/index.html');
    },
  });
  const html = await marked.parse(text);
  const chapters = getHeadingList()
    .filter(({ level }) => level === 2)
    .map(({ id, text: words }) => ({ id, html: words }));
  return {
    // What is wide scrolls by itself, and a keyboard has to reach it.
    html: html
      .replaceAll(
        '<table>',
        '<div class="scrolls" tabindex="0" role="region" aria-label="Table"><table class="table">',
      )
      .replaceAll('</table>', '</table></div>')
      .replaceAll('<pre>', '<pre tabindex="0">'),
    chapters: chapters.length < fewChapters ? [] : chapters,
  };
}

function indexOf(section: string, pages: ReadonlyMap<string, ManualPage>): ManualPage {
  const list = (of: string) =>
    [...pages]
      .filter(([address]) => posix.dirname(address) === of && !address.endsWith('index.html'))
      .map(([address, { title }]) => `<li><a href="${posix.relative(section, address)}">${title}</a></li>`)
      .join('\n');
  const below = [...new Set([...pages.keys()].map((address) => posix.dirname(address)))]
    .filter((of) => of !== section && posix.dirname(of) === section)
    .map((of) => `<h2>${nameOf(of)}</h2>\n<ul>\n${list(of)}\n</ul>\n`);
  const title = section === '.' ? 'Development manual' : nameOf(section);
  return { title, html: `<h1>${title}</h1>\n<ul>\n${list(section)}\n</ul>\n${below.join('')}`, chapters: [] };
}

function nameOf(section: string): string {
  const name = posix.basename(section);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
