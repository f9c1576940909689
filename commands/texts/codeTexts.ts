import ts from 'typescript';
import type { Text } from './texts.ts';

const words = /[A-Za-z]{2,}[,;:]? \(?[“"'‘]?[A-Za-z]{2,}/;
const label = /^[A-Z][a-z]+…?$/;
const sql =
  /\b(?:select|from|where|join|update|insert|delete|returning|coalesce|order by|group by|limit|union|exists|array|values|set|and|or|on|as|null|using|lateral|create|alter|drop|index|table|begin|then|case|lock|with|bigint|integer|jsonb|default|cross|language|trigger|schema|extension|role|database|by)\b/g;

/** The texts in a TypeScript or JavaScript file: its strings that have words, without SQL. `…` stands for what is filled in. */
export function codeTexts(file: string, source: string): Text[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const texts: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    const text = textOf(node);
    if (text !== null && isProse(text)) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      texts.push({ file, line: line + 1, text: text.trim().replaceAll(/\s+/g, ' ') });
    }
    node.forEachChild(visit);
  };
  visit(tree);
  return texts;
}

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

function isProse(text: string): boolean {
  if (label.test(text)) return true;
  if (!words.test(text)) return false;
  // What a person reads begins with a capital or has few of the words of SQL.
  const found = text.match(sql)?.length ?? 0;
  if (/\$\d|::|--|=>|\(\)|;\n/.test(text) && found > 0) return false;
  return found / text.split(/\s+/).length < (/^[A-Z]/.test(text) ? 0.5 : 0.2);
}
