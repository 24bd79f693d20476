/** Counters of what happened in a soak, for its report. */
export class Counts {
  joins = 0
  namelessVisits = 0
  quits = 0
  halfCloses = 0
  resets = 0
  kicks = 0
  cutOff = 0
  cutOffAndTold = 0
  stalls = 0
  stallsIntact = 0
  messages = 0
  actions = 0
  whispers = 0
  renames = 0
  notices = 0
  whoPages = 0
  refusals = 0
  throttled = 0
  roomEvents = 0
  crowds = 0
  nativeLines = 0
  plainLines = 0
  quietPoints = 0
  goodbyes = 0
  /** Goodbyes that overtook the last messages before them, because the server was busy. */
  goodbyesTooEarly = 0
}
