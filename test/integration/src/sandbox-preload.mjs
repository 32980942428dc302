// What an application preloads with --import; children of sandboxed processors inherit it.
import { homeostat } from 'homeostat'

globalThis.homeostatOfApplication = homeostat({ mode: 'act', log: false, intervalMs: 50 })
