// Loaded before the program: on SIGUSR2 something goes wrong that nobody catches.
// FAULT says what: `exception` or `rejection`.
process.on("SIGUSR2", () => {
  setImmediate(() => {
    if (process.env["FAULT"] === "rejection") void Promise.reject(new Error("a fault from outside"))
    else throw new Error("a fault from outside")
  })
})
