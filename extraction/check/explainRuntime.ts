interface Known {
  readonly said: RegExp;
  explain(match: RegExpExecArray): string;
}

const known: readonly Known[] = [
  {
    said: /Opset (\d+) is under development.*official support for domain ([\w.]+) is till opset (\d+)/s,
    explain: ([, opset = '', domain = '', most = '']) =>
      `it uses opset ${opset} of ${domain}, but this onnxruntime supports at most ${most}: export it with an older one`,
  },
  {
    said: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    explain: ([, version = '', most = '']) =>
      `it uses ONNX IR version ${version}, but this onnxruntime supports at most ${most}: export it with an older one`,
  },
  {
    said: /No Op registered for (\S+)/,
    explain: ([, operator = '']) => `it needs an operator that this onnxruntime does not have: ${operator}`,
  },
  {
    said: /External data path does not exist: "?([^"\n]*)/,
    explain: ([, file = '']) => `its weights are in a separate file, which is missing: ${file}`,
  },
  { said: /Protobuf parsing failed/, explain: () => 'the file is damaged' },
];

/** ONNX Runtime names places in its own source; what an administrator can do something about is said before its words. */
export function explainRuntime(detail: string): string {
  const words = detail.trim().replace(/\s+/g, ' ');
  for (const { said, explain } of known) {
    const match = said.exec(words);
    if (match !== null) return `${explain(match)} (${withoutSource(words)})`;
  }
  return withoutSource(words);
}

/** Without the file that is loaded, and without file, line and signature of the function that speaks. */
const withoutSource = (words: string): string =>
  words
    .replace(/^Load model from .*? failed: ?/, '')
    .replace(/^\/onnxruntime_src\/\S+:\d+ .*?\)(?: const)? (?=[A-Z])/, '');
