import { createHash, randomBytes } from 'node:crypto';

const codes = 10;
// 120 bits: nobody has a dictionary of them, so a fast hash is enough.
const codeBytes = 15;

/** Ten codes, such as `3f2a9-0c1de-88b7a-f0431-5b6c7-d8e9f`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: codes }, () =>
    randomBytes(codeBytes)
      .toString('hex')
      .replaceAll(/(.{5})(?=.)/g, '$1-'),
  );
}

export function hashOfCode(code: string): Buffer {
  return createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^0-9a-f]/g, ''))
    .digest();
}
