import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A passkey without a device (WebAuthn level 3, ES256): it signs whatever it is asked to. */
export function createSoftwarePasskey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(16).toString('base64url');
  let signCount = 0;
  return {
    id,
    /** As a COSE key: kind EC2, algorithm ES256, curve P-256, and the point. */
    publicKey: Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]),

    /** What the browser would send, as JSON. */
    answer: (challenge: string, origin: string): string => {
      signCount += 1;
      const count = Buffer.alloc(4);
      count.writeUInt32BE(signCount);
      // The user was there and is verified.
      const flags = Buffer.of(0b101);
      const authenticatorData = Buffer.concat([sha256(new URL(origin).hostname), flags, count]);
      const client = Buffer.from(
        JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }),
      );
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(client)]), privateKey);
      return JSON.stringify({
        ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
        response: {
          authenticatorData: authenticatorData.toString('base64url'),
          clientDataJSON: client.toString('base64url'),
          signature: signature.toString('base64url'),
        },
      });
    },
  };
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
