import { createHash, randomBytes } from 'node:crypto';

const codes = 10;
// 128 bits: nobody has a dictionary of them, so a fast hash is enough.
const codeBytes = 16;

/** Ten codes, such as `3f2a-90c1-de88-b7af-0431-5b6c-7d8e-9fa2`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: codes }, () =>
    randomBytes(codeBytes)
      .toString('hex')
      .replaceAll(/(.{4})(?=.)/g, '$1-'),
  );
}

export function hashOfCode(code: string): Buffer {
  return createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^0-9a-f]/g, ''))
    .digest();
}
