/**
 * Modules of Node that are loaded at their first use. Instrumentations patch them, which has to come before somebody's first import, and
 * most applications never warm an edge.
 */
export const late = {
  get dns(): typeof import('node:dns') {
    return process.getBuiltinModule('node:dns')
  },
  get http(): typeof import('node:http') {
    return process.getBuiltinModule('node:http')
  },
  get https(): typeof import('node:https') {
    return process.getBuiltinModule('node:https')
  },
  get net(): typeof import('node:net') {
    return process.getBuiltinModule('node:net')
  },
}
