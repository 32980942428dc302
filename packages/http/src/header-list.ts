/** The members of a header that is a list. */
export function listOf(value: unknown): string[] {
  const text = Array.isArray(value) ? value.join(',') : value
  if (typeof text !== 'string') return []
  return text
    .split(',')
    .map(member => member.trim())
    .filter(member => member !== '')
}
