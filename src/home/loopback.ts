/**
 * Whether the text is the address of an API on this machine: `http://127.x.y.z:port` or `http://[::1]:port`, and
 * nothing before or after.
 */
export function isLoopbackUrl(text: string): boolean {
  // Names are not taken: who answers for `localhost` is decided elsewhere.
  const port = /^http:\/\/(?:127(?:\.(?:0|[1-9]\d{0,2})){3}|\[::1\]):([1-9]\d{0,4})$/.exec(text)?.[1]
  return port !== undefined && Number(port) <= 65_535 && URL.canParse(text)
}
