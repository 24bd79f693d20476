/**
 * Makes the page an app that a browser can install: where it came encrypted, as no browser installs others. On this machine
 * itself, where a port is one server's today and another's tomorrow, nothing is left behind.
 */
declare global {
  interface Window {
    /** Where a browser has it, the policy of the page says what may become the address of a script. */
    readonly trustedTypes?: {
      readonly createPolicy: (name: string, rules: { readonly createScriptURL: (url: string) => string }) => { readonly createScriptURL: (url: string) => string }
    }
  }
}

if (location.protocol === "https:" && "serviceWorker" in navigator) {
  const url = window.trustedTypes?.createPolicy("brusio", { createScriptURL: (path) => path }).createScriptURL("/worker.js") ?? "/worker.js"
  // Where the certificate is not trusted, the page works without.
  navigator.serviceWorker.register(url).catch(() => undefined)
}
