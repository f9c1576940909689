import { createHash } from 'node:crypto';

export type IdHash = ReturnType<typeof createIdHash>;

/** SHA-256 over ids, a line each: of the lines of a COPY, or of the text of a gc's result. */
export function createIdHash() {
  const hash = createHash('sha256');
  let isInList = false;
  return {
    takeLines: (piece: Buffer): void => {
      hash.update(piece);
    },
    /** Pieces may begin and end anywhere. */
    takeResult: (piece: Buffer): void => {
      let text = piece.toString('latin1');
      if (!isInList) {
        const start = text.indexOf('[');
        if (start < 0) return;
        isInList = true;
        text = text.slice(start + 1);
      }
      hash.update(text.replaceAll('"', '').replaceAll(',', '\n').replace(']', '\n').replace('}', ''));
    },
    digest: (): string => hash.digest('hex'),
  };
}
