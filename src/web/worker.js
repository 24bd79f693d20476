// The worker of an installed page: opens the page also where its server cannot be reached, as it was last served. The page then
// says so itself, and tries again. Nothing else is kept: no message, and nothing of the operator's window.
const kept = /^\/$|\.[0-9A-Z]{8}\.(?:js|css|svg)$/u

const answer = async (request, path) => {
  const cache = await caches.open("page")
  try {
    const response = await fetch(request)
    if (response.ok) await cache.put(path, response.clone())
    return response
  } catch (error) {
    const last = await cache.match(path)
    if (last === undefined) throw error
    return last
  }
}

self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()))
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url)
  if (event.request.method === "GET" && origin === location.origin && kept.test(pathname)) event.respondWith(answer(event.request, pathname))
})
