import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ModelFormat } from '../../domain/networks/report.ts';

/** In pieces: a model may be larger than what can be read at once. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

// protobuf: a field begins with its number and one of these.
const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
// onnx.proto: fields of ModelProto and of OperatorSetIdProto.
const modelFields = { irVersion: 1, graph: 7, opsetImport: 8 } as const;
const opsetFields = { domain: 1, version: 2 } as const;
// An import has a name and a number. More than that is no ONNX.
const longestImport = 1_024;

/**
 * Walks the outermost fields of an ONNX file; the graph itself, nearly all of it, is not read.
 * @throws Error in a sentence: it breaks off, or is something else
 */
export async function readModelFormat(file: string): Promise<ModelFormat> {
  const handle = await open(file);
  try {
    return await walk(handle, (await handle.stat()).size);
  } finally {
    await handle.close();
  }
}

async function walk(handle: FileHandle, size: number): Promise<ModelFormat> {
  if (size === 0) throw new Error('the file is empty');
  let irVersion: number | null = null;
  let opset: number | null = null;
  let hasGraph = false;
  for (let at = 0; at < size;) {
    const { buffer } = await handle.read(Buffer.alloc(20), 0, 20, at);
    const reader = { bytes: buffer, at: 0 };
    const tag = readVarint(reader);
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    const value = lengthOfValue(reader, wire);
    const end = at + reader.at + value.skip;
    if (field === 0 || field > 31 || Number.isNaN(end)) throw new Error('the file is not an ONNX model');
    if (end > size) {
      // A text begins with what could be a field, too.
      if (irVersion === null) throw new Error('the file is not an ONNX model');
      throw new Error(`the file is incomplete: it has ${size} bytes of at least ${end}`);
    }
    if (field === modelFields.irVersion) irVersion = value.number;
    if (field === modelFields.graph) hasGraph = true;
    if (field === modelFields.opsetImport && value.skip <= longestImport) {
      const { buffer: bytes } = await handle.read(Buffer.alloc(value.skip), 0, value.skip, end - value.skip);
      opset = readOwnOpset(bytes) ?? opset;
    }
    at = end;
  }
  if (!hasGraph) throw new Error('the file is not an ONNX model: it has no graph');
  // Whoever writes a model writes these behind the graph.
  if (opset === null) throw new Error('the file is incomplete after its graph: it has no operator version');
  return { irVersion, opset };
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

/** NaN where none is. */
function readVarint(reader: Reader): number {
  let value = 0;
  for (let place = 0; place < 8; place++) {
    const byte = reader.bytes[reader.at++] ?? Number.NaN;
    value += (byte % 128) * 128 ** place;
    if (byte < 128 || Number.isNaN(byte)) return value;
  }
  return Number.NaN;
}

/** A number is read, anything longer is left where it is. */
function lengthOfValue(reader: Reader, wire: number): { number: number | null; skip: number } {
  if (wire === wireTypes.varint) return { number: readVarint(reader), skip: 0 };
  if (wire === wireTypes.bytes) return { number: null, skip: readVarint(reader) };
  if (wire === wireTypes.fixed64) return { number: null, skip: 8 };
  return { number: null, skip: wire === wireTypes.fixed32 ? 4 : Number.NaN };
}

/** Null for the operators of somebody else. */
function readOwnOpset(bytes: Buffer): number | null {
  const reader = { bytes, at: 0 };
  let domain = '';
  let version: number | null = null;
  while (reader.at < bytes.length) {
    const tag = readVarint(reader);
    const { number, skip } = lengthOfValue(reader, tag % 8);
    if (Number.isNaN(skip)) return null;
    const field = Math.floor(tag / 8);
    if (field === opsetFields.domain) domain = bytes.toString('utf8', reader.at, reader.at + skip);
    if (field === opsetFields.version) version = number;
    reader.at += skip;
  }
  return domain === '' || domain === 'ai.onnx' ? version : null;
}
