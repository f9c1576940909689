/** The server's trouble, or what looks like it: worth another try, and no fault of the sample as far as is known. */
export class RemoteTrouble extends Error {
  override readonly name = 'RemoteTrouble';
  /** For how long the server asks to be left alone, milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    { retryAfterMs = null, ...options }: ErrorOptions & { readonly retryAfterMs?: number | null } = {},
  ) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** No try helps now: the server is another than its entry says, or asks to be left alone. */
export class RemoteUnusable extends Error {
  override readonly name = 'RemoteUnusable';
}
