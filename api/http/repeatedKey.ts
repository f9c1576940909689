interface Level {
  /** null: an array. */
  readonly keys: Set<string> | null;
  /** What the value stands at: a key, or a number in an array. */
  at: string | number;
  expectsKey: boolean;
}

const longestPath = 200;

/**
 * The path of a key that comes twice in one object of a text that is JSON; null: each comes once. `JSON.parse` lets the last
 * one win, and whoever reads the text the first.
 */
export function findRepeatedKey(text: string): string | null {
  // No recursion: a megabyte of brackets is a million levels.
  const levels: Level[] = [];
  for (let place = 0; place < text.length; place += 1) {
    const level = levels.at(-1);
    switch (text.charAt(place)) {
      case '{':
        levels.push({ keys: new Set(), at: '', expectsKey: true });
        break;
      case '[':
        levels.push({ keys: null, at: 0, expectsKey: false });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (typeof level?.at === 'number') level.at += 1;
        else if (level !== undefined) level.expectsKey = true;
        break;
      case '"': {
        const end = endOfString(text, place);
        if (level?.expectsKey === true) {
          // The same key may be written with and without escapes.
          level.at = JSON.parse(text.slice(place, end + 1)) as string;
          level.expectsKey = false;
          if (level.keys?.has(level.at) === true) return pathOf(levels);
          level.keys?.add(level.at);
        }
        place = end;
        break;
      }
      default:
    }
  }
  return null;
}

/** Of the quotation mark that ends the string. */
function endOfString(text: string, start: number): number {
  let place = start + 1;
  while (place < text.length && text[place] !== '"') place += text[place] === '\\' ? 2 : 1;
  return place;
}

function pathOf(levels: readonly Level[]): string {
  const path = levels.map(({ at }) => at).join('.');
  return path.length <= longestPath ? path : `…${path.slice(-longestPath)}`;
}
