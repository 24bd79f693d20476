/** The words of what somebody is like. */
import { lengthOf } from "./lengths.ts"
import type { Members } from "./Event.ts"
import type { Member } from "./Member.ts"
import type { AwaySet, Profile, Remark } from "./PersonEvent.ts"
import { dim, type Line, name, text } from "./spans.ts"

/** What somebody is told who is away from now on, or is there again. */
export const awaySet = ({ reason }: AwaySet): Line =>
  reason === undefined ? [dim("You are there again.")] : [dim("You are away until you type /away: "), text(reason)]

// Who asks wants to know about how long: seconds are of no use.
const since = (millis: number): string => (millis < 60_000 ? "a moment" : lengthOf(millis))

/** Who somebody is, in two lines at most. */
export const profile = ({ at, away, came, irc, lost, member, real, rooms, spoke }: Profile): ReadonlyArray<Line> => {
  const marks = [...(member.bot === true ? ["bot"] : []), ...(irc === true ? ["irc"] : []), ...(lost === true ? ["lost, may come back"] : [])]
  const where = rooms.length === 0 ? "" : `, in ${rooms.map(({ room }) => `#${room}`).join(", ")}`
  return [
    [
      name(member),
      ...(real === undefined ? [] : [dim(` is ${real}`)]),
      dim(`${marks.length === 0 ? "" : ` (${marks.join(", ")})`}: here for ${since(at - came)}, has last said something ${since(at - spoke)} ago${where}`)
    ],
    ...(away === undefined ? [] : [[name(member), dim(" is away: "), text(away)]])
  ]
}

/** The names of a page of members, each with what there is to say of it. */
export const remarked = ({ members, remarks = [] }: Pick<Members, "members" | "remarks">): Line => {
  const said = new Map(remarks.map((remark) => [remark.id, remark]))
  return members.flatMap((member, index) => {
    const marks = marksOf(member, said.get(member.id))
    return [...(index === 0 ? [] : [dim(", ")]), name(member), ...(marks === "" ? [] : [dim(` (${marks})`)])]
  })
}

const marksOf = ({ bot }: Member, remark: Remark | undefined): string =>
  [...(bot === true ? ["bot"] : []), ...(remark?.irc === true ? ["irc"] : []), ...(remark?.away === undefined ? [] : [`away: ${remark.away}`])].join(", ")
