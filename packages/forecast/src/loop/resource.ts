/** What a forecast is about; the pretrained model knows the same four kinds. */
export type Resource = 'cpu' | 'memory' | 'database' | 'network'

/** In the order in which they are reported. */
export const RESOURCES: readonly Resource[] = ['cpu', 'memory', 'database', 'network']

export function isResource(word: unknown): word is Resource {
  return RESOURCES.includes(word as Resource)
}
