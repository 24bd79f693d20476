import * as Schema from "effect/Schema"

/** What somebody may do in a room: its owner rules it, its operators help with that, and all others are members. */
export const Role = Schema.Literal("owner", "operator", "member")
export type Role = typeof Role.Type

/** Who rules: somebody with a role, or the server, which is above all. */
export type Rank = Role | "server"

const heights: Readonly<Record<Rank, number>> = { server: 3, owner: 2, operator: 1, member: 0 }

/** Whether one is higher than the other: one may act only on who is lower. */
export const isAbove = (one: Rank, other: Rank): boolean => heights[one] > heights[other]

/** Whether one is as high as the other, or higher. */
export const isAtLeast = (one: Rank, other: Rank): boolean => heights[one] >= heights[other]
