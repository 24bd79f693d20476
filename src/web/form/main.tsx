import { render } from "preact"
import { Behind } from "./behind.ts"
import { Form } from "./form.tsx"

const root = document.getElementById("root")
if (root !== null) render(<Form behind={new Behind(location.hash.slice(1))} />, root)

// A page that comes back from the cache has lost the program behind it.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload()
})
