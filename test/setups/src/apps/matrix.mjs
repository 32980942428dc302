// The same as an ES module.
import { runMatrixApplication } from './matrix-application.cjs'

await runMatrixApplication(async name => {
  const { default: whole, ...named } = await import(name)
  return { ...whole, ...named }
})
