/** NAMEDATALEN of Postgres, without the NUL: a longer name is cut. */
const MOST_BYTES = 63

/** A name without quotes as Postgres looks it up: it folds the letters of ASCII alone. */
export function foldName(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => letter.toLowerCase())
}

/** A name as Postgres keeps it: no longer than 63 bytes. */
export function cutName(name: string): string {
  if (name.length <= MOST_BYTES / 4) return name
  const bytes = Buffer.from(name)
  if (bytes.length <= MOST_BYTES) return name
  let end = MOST_BYTES
  // Never within a character.
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
