/**
 * Version check: every entry point of the library imports this module before
 * its other modules are linked. They are written for effect 3; with another
 * version the first missing import would fail with an error that does not say
 * so.
 */
const found = await import("effect/ModuleVersion").then(
  ({ getCurrentVersion }) => getCurrentVersion(),
  () => "another version"
)

if (!found.startsWith("3.")) {
  throw new Error(`brusio is built on effect 3 and found ${found}: install the one it wants with: npm install effect@3`)
}

export {}
