// Keys by which the server knows a repeated request again. The console and the widget make them alike.

/** Random, for the lifetime of one intention: kept by whoever retries it. `crypto.randomUUID` is missing without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
