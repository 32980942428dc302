// An application that knows nothing of OpenTelemetry or of Homeostat, and ends after a moment.
setTimeout(() => console.log('done'), Number(process.env.RUNS_MS))
