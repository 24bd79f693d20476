/** What IRC tells of a person. */
import type { Person } from "../../../domain/Chat.ts"

/** The user name of a person, which identifies nobody. */
export const userOf = ({ member, profile }: Person<unknown>): string => `~${profile?.user ?? member.id}`

/** What a person is called in full: its name, where it has said nothing else. */
export const realOf = ({ member, profile }: Person<unknown>): string => profile?.real ?? member.name

/** Whether a person is here, as all others have been told: clients of IRC are told that who is lost has left. */
export const isHere = ({ attachment }: Person<unknown>): boolean => attachment._tag === "Here" || !attachment.told
