/**
 * Held by every entry of the library, before any of its other modules is looked
 * at: they are written for effect 3, and with another version the first import
 * that is missing there would fail in words that tell nobody why.
 */
const found = await import("effect/ModuleVersion").then(
  ({ getCurrentVersion }) => getCurrentVersion(),
  () => "another version"
)

if (!found.startsWith("3.")) {
  throw new Error(`brusio is built on effect 3 and found ${found}: install the one it wants with: npm install effect@3`)
}

export {}
