import * as Schema from "effect/Schema"

/** What somebody may do in a room, as programs are told: its owner rules it, its operators help with that, and all others are members. */
export const ToldRole = Schema.Literal("owner", "operator", "member")
export type ToldRole = typeof ToldRole.Type

/** What somebody may do in a room. Who has a voice is a member that may speak where only some may. */
export const Role = Schema.Literal(...ToldRole.literals, "voice")
export type Role = typeof Role.Type

/** Who rules: somebody with a role, or the server, which is above all. */
export type Rank = Role | "server"

const heights: Readonly<Record<Rank, number>> = { server: 4, owner: 3, operator: 2, voice: 1, member: 0 }

/** Whether one is higher than the other: one may act only on who is lower. */
export const isAbove = (one: Rank, other: Rank): boolean => heights[one] > heights[other]

/** Whether one is as high as the other, or higher. */
export const isAtLeast = (one: Rank, other: Rank): boolean => heights[one] >= heights[other]

/** A role as programs are told it. Those of before know no voice, and a role that they do not know would make them miss the whole event. */
export const toldRole = (role: Role): ToldRole => (role === "voice" ? "member" : role)
