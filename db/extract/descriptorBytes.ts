/** Little-endian float32, as every reader of the table expects; a view when the machine's order is the same. */
export function toBytes(descriptor: Float32Array): Buffer {
  return Buffer.from(descriptor.buffer, descriptor.byteOffset, descriptor.byteLength);
}

/** Copied, because the driver's buffers need not be aligned for floats. What is no row of floats has none. */
export function toFloats(bytes: Buffer): Float32Array {
  if (bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) return new Float32Array();
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
