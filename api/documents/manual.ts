import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Marked } from 'marked';

export interface ManualPage {
  readonly title: string;
  /** Ours from end to end: it is put into pages as it is. */
  readonly html: string;
}

export interface Manual {
  /** By address below /docs/dev/. */
  readonly pages: ReadonlyMap<string, ManualPage>;
  /** Pictures, by address, with their path on the disk. */
  readonly files: ReadonlyMap<string, string>;
}

const folder = fileURLToPath(new URL('../../docs/', import.meta.url));
const pictures = /\.(png|svg|jpe?g)$/;

/** The development manual, docs/ of the repository, rendered once. */
export async function readManual(): Promise<Manual> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort();
  const sources = names.filter((name) => name.endsWith('.md'));
  const pages = new Map<string, ManualPage>();
  for (const name of sources) {
    const text = await readFile(join(folder, name), 'utf8');
    pages.set(addressOf(name), { title: titleOf(text, name), html: await render(text, posix.dirname(name)) });
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
async function render(text: string, section: string): Promise<string> {
  const marked = new Marked({
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
  return html.replaceAll('<table>', '<table class="table table-sm">');
}

function indexOf(section: string, pages: ReadonlyMap<string, ManualPage>): ManualPage {
  const items = [...pages]
    .filter(([address]) => section === '.' || address.startsWith(`${section}/`))
    .map(([address, { title }]) => `<li><a href="${posix.relative(section, address)}">${title}</a></li>`);
  const title = section === '.' ? 'Development manual' : section;
  return { title, html: `<h1>${title}</h1>\n<ul>\n${items.join('\n')}\n</ul>\n` };
}
