// Controls (C0, C1, delete), halves of a character, line ends of Unicode, and what turns the direction of writing.
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * For a terminal: what it would obey or hide is written out, as `\x1b` or `\u{202e}`. Names of files and what people
 * typed may hold anything.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0);
    return code <= 0xff ? byte(code) : `\\u{${code.toString(16)}}`;
  });
}

/** `printable` for what has lines of its own, such as the message of an error. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** `printable` for a path; bytes where it is not UTF-8, each of which is then written out as `\xff`. */
export function printablePath(path: string | Uint8Array): string {
  if (typeof path === 'string') return printable(path);
  const bytes = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
  return bytes.toString('latin1').split('/').map(printableName).join('/');
}

function printableName(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return printable(text);
  return printable(latin1).replace(/[\u0080-\u00ff]/g, (character) => byte(character.charCodeAt(0)));
}

const byte = (code: number): string => `\\x${code.toString(16).padStart(2, '0')}`;
