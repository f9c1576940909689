import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { XMLParser } from 'fast-xml-parser';
import type { Client } from 'minio';
import { BusyError } from './trouble.ts';

export interface DeletedObjects {
  readonly deleted: readonly string[];
  /** The code that S3 gives of each that is not. */
  readonly refused: ReadonlyMap<string, string>;
}

/** As many as a request takes. */
export const deletedAtOnce = 1_000;

const lists = new Set(['DeleteResult.Deleted', 'DeleteResult.Error']);
const parser = new XMLParser({ parseTagValue: false, isArray: (_name, path) => lists.has(String(path)) });

interface Answer {
  readonly DeleteResult?: {
    readonly Deleted?: readonly { readonly Key: string }[];
    readonly Error?: readonly { readonly Key: string; readonly Code: string }[];
  };
}

/**
 * One request for many. Asks to be told of each: minio's own asks only for what failed, and takes any answer without
 * failures, such as a page of a proxy, for success. Names contain nothing that XML would have to escape.
 */
export async function deleteObjects(
  client: Client,
  bucketName: string,
  names: readonly string[],
): Promise<DeletedObjects> {
  const objects = names.map((name) => `<Object><Key>${name}</Key></Object>`).join('');
  const body = Buffer.from(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects}</Delete>`);
  const headers = { 'Content-MD5': createHash('md5').update(body).digest('base64') };
  const answer = await client.makeRequestAsync(
    { method: 'POST', bucketName, query: 'delete', headers },
    body,
  );
  const { DeleteResult } = parser.parse(await text(answer)) as Answer;
  if (DeleteResult === undefined) throw new BusyError(answer.statusCode ?? 0, null);
  return {
    deleted: DeleteResult.Deleted?.map(({ Key }) => Key) ?? [],
    refused: new Map(DeleteResult.Error?.map(({ Key, Code }) => [Key, Code])),
  };
}
