import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;
const markBytes = 4;

export type SecretBox = ReturnType<typeof createSecretBox>;

/**
 * Encrypts small secrets that are kept in the database: AES-256-GCM, under a key that HKDF derives from the first of these
 * texts. What was encrypted under another one of them is still read. Another algorithm derives its key for another purpose.
 */
export function createSecretBox(texts: readonly string[], purpose: string) {
  const keys = texts.map((text) => {
    const key = Buffer.from(hkdfSync('sha256', text, 'luna-admin', purpose, 32));
    return { key, mark: createHash('sha256').update(key).digest().subarray(0, markBytes) };
  });
  const [first] = keys;
  if (first === undefined) throw new Error('a box of secrets needs a key');

  return {
    /** `owner`: whose secret it is; for another one it cannot be opened. */
    seal: (secret: Uint8Array, owner: string): Buffer => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv).setAAD(Buffer.from(owner));
      const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
      return Buffer.concat([first.mark, iv, cipher.getAuthTag(), sealed]);
    },

    /** null: it was sealed under a key that is not given any more, or was changed. `isCurrent`: under the first key. */
    open: (
      sealed: Buffer,
      owner: string,
    ): { readonly secret: Buffer; readonly isCurrent: boolean } | null => {
      const found = keys.find(({ mark }) => mark.equals(sealed.subarray(0, markBytes)));
      if (found === undefined) return null;
      const iv = sealed.subarray(markBytes, markBytes + ivBytes);
      const tag = sealed.subarray(markBytes + ivBytes, markBytes + ivBytes + tagBytes);
      try {
        // What is too short is refused here already.
        const decipher = createDecipheriv('aes-256-gcm', found.key, iv, { authTagLength: tagBytes })
          .setAAD(Buffer.from(owner))
          .setAuthTag(tag);
        const body = sealed.subarray(markBytes + ivBytes + tagBytes);
        return {
          secret: Buffer.concat([decipher.update(body), decipher.final()]),
          isCurrent: found === first,
        };
      } catch {
        return null;
      }
    },
  };
}
