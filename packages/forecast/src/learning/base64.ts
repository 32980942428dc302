/** An array's bytes as text. */
export function base64(array: ArrayBufferView): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64')
}

/** The bytes of {@link base64} in a buffer of their own, whose size is exactly theirs. */
export function bytesOf(text: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(text, 'base64')).buffer
}
