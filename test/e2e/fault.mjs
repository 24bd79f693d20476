// Loaded before the program: on SIGUSR1, which the program itself ignores, something goes wrong that nobody catches.
// FAULT says what: `exception` or `rejection`.
process.on("SIGUSR1", () => {
  setImmediate(() => {
    if (process.env["FAULT"] === "rejection") void Promise.reject(new Error("a fault from outside"))
    else throw new Error("a fault from outside")
  })
})
