import { homeostat, type Homeostat } from 'homeostat'

export { products } from './ioredis.ts'

export const h: Homeostat = homeostat()

export const app: { get(path: string, answer: () => unknown): void } = { get: (_path, answer) => void answer() }
