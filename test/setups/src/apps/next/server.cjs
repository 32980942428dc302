// As the server of Next.js: runs the bundle of instrumentation.ts, then that of a page.
const { pathToFileURL } = require('node:url')
const load = name => import(pathToFileURL(`${__dirname}/out/${name}.cjs`))

void load('instrumentation')
  .then(({ default: instrumentation }) => instrumentation.register())
  .then(() => load('page'))
  .then(({ default: page }) => page.load())
