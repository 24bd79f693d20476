// Loaded before the program: the clock of its machine is an hour ahead.
const { now } = Date
Date.now = () => now() + 3_600_000
