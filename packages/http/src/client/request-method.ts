/** The methods that telemetry names, as the semantic conventions list them; `_OTHER` stands for the rest. */
export const methodNames = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'QUERY',
  'TRACE',
  'CONNECT',
  '_OTHER',
] as const

const OTHER = methodNames.length - 1

/** The place of a method in {@link methodNames}. Most requests are found at the first comparison. */
export function methodIndex(method: unknown): number {
  for (let at = 0; at < OTHER; at++) if (method === methodNames[at]) return at
  return OTHER
}
