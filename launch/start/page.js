const element = (id) => document.getElementById(id)
const began = Date.now()
let phase = "starting"

const words = {
  building: "The first start installs and builds brusio (npm ci), which may take some minutes.",
  starting: "It is installed. Starting …",
  going: "It is there.",
  failed: "That did not work."
}
const foot = () => {
  const seconds = Math.floor((Date.now() - began) / 1000)
  element("foot").textContent = phase === "building" ? `${seconds} s. Closing this window stops it.` : ""
}
setInterval(foot, 1000)

const events = new EventSource("events")
events.addEventListener("message", ({ data }) => {
  const state = JSON.parse(data)
  phase = state.phase
  element("doing").textContent = words[phase]
  element("failed").hidden = phase !== "failed"
  element("failed").textContent = state.words ?? ""
  const output = element("output")
  output.hidden = (state.output ?? "") === ""
  output.textContent = state.output ?? ""
  output.scrollTop = output.scrollHeight
  foot()
  if (phase === "going") {
    events.close()
    location.replace(state.link)
  }
})
// The program that shows this page has ended: there is nothing more to come.
events.addEventListener("error", () => {
  events.close()
  if (phase === "building" || phase === "starting") element("doing").textContent = "It was stopped. Start it again."
})
