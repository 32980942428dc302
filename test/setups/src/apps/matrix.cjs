// A sample application of `npm run matrix`, as a CommonJS module. Variables name the web framework and what else is there.
const { runMatrixApplication } = require('./matrix-application.cjs')

void runMatrixApplication(async name => require(name))
