/** How long places are kept, and how much of what happens meanwhile. Times are in ms, sizes in bytes. */
export interface Keep {
  /** How long a place is kept for somebody whose connection was lost; 0: not at all. */
  readonly for: number
  /** How long nobody is told that a connection was lost: whoever comes back sooner was never away. */
  readonly quietFor: number
  /** How many places are kept at once at most, in all and for those of one neighbourhood (`Place.neighbourhood`). */
  readonly most: number
  readonly mostOfNeighbourhood: number
  /** How soon after coming back one may come back again. */
  readonly resumeEvery: number
  /** The window of what is told to a whole room, but for moves, and that of its moves. */
  readonly room: WindowLimits
  readonly moves: WindowLimits
  /** The window of what is told to one person alone. */
  readonly own: WindowLimits
  /** How much all windows hold together. */
  readonly bytes: number
  /** How much is told again at most to somebody who comes back. */
  readonly replayBytes: number
}

/** How much a window of last events holds at most. */
export interface WindowLimits {
  readonly events: number
  readonly bytes: number
}

/** How long after a connection has broken that may still be noticed: so much longer than the place itself is what happens kept. */
const noticedWithin = 60_000

/** How much the windows of persons hold together, of all that is kept: the rest is the rooms'. */
export const ownBytesOf = ({ bytes }: Keep): number => Math.floor(bytes / 4)

/** What each of two windows of each of so many rooms is sure of, however much others would keep. */
export const shareOf = (keep: Keep, rooms: number): number => Math.floor((keep.bytes - ownBytesOf(keep)) / (2 * rooms))

/** How old an event in a window may become, ms. */
export const ageOf = (keep: Keep): number => keep.for + noticedWithin

/** Bounds for a server that keeps a place for so many ms, and as many places as it has clients. */
export const keepFor = (millis: number, most: number, mostOfNeighbourhood: number): Keep => ({
  for: millis,
  quietFor: Math.min(500, millis),
  most,
  mostOfNeighbourhood,
  resumeEvery: 1000,
  room: { events: 256, bytes: 262_144 },
  moves: { events: 256, bytes: 65_536 },
  own: { events: 64, bytes: 65_536 },
  bytes: 16_777_216,
  replayBytes: 524_288
})

/** No place is kept. */
export const noKeep: Keep = keepFor(0, 0, 0)
