/** Counters of what happened among those who go from room to room, for the report of a soak. */
export class RoomCounts {
  comers = 0
  saidInRooms = 0
  entered = 0
  exited = 0
  moderations = 0
  removals = 0
  roomRefusals = 0
  drops = 0
  blackHoles = 0
  absences = 0
  resumes = 0
  resumesWithGaps = 0
  numbersMissed = 0
  newLives = 0
  givenBack = 0
  linesCompared = 0
  comparisons = 0
}
