import * as Schema from "effect/Schema"
import { clean } from "../../domain/Text.ts"

/** Why a node cannot be one of the cluster, or must not go on. */
export const Why = Schema.Literal("too-old", "too-new", "other-settings", "given-up", "superseded", "behind", "unknown", "unreadable", "differs", "away")
export type Why = typeof Why.Type

const sentences: Readonly<Record<Why, string>> = {
  "too-old": "This version of brusio is too old for the cluster: its other nodes speak a later language. Install theirs",
  "too-new": "This version of brusio is too new for the cluster: its oldest node does not speak its language. Install the version between the two on all nodes first",
  "other-settings": "The cluster has other settings: --keep, --max-rooms, --history, --max-line and --max-name have to be the same on all nodes",
  "given-up": "The others have given this node up: it was silent for more than 10 s",
  superseded: "The cluster has begun anew without this node",
  behind: "This node was so far behind that the log has been cut before it could read it",
  unknown: "A record of the cluster's log cannot be read",
  unreadable: "The state that this node was sent cannot be read: the others are of another version of brusio, which has it in another form. Install the same one",
  differs: "This node has come to another state than the eldest one, which is a fault of the program. Please report it",
  away: "The rest of the cluster could not be reached for a minute"
}

/** After these the server can be a node again, as a new one: nothing is wrong with it. */
export const comesBack: ReadonlySet<string> = new Set<Why>(["given-up", "superseded", "behind", "away"])

/** The same in words, with what to do. */
export const words = (why: Why, detail?: string): string => `${sentences[why]}${detail === undefined ? "" : `: ${clean(detail)}`}.`

/** The other nodes do not take this one in. */
export class NodeRefused extends Schema.TaggedError<NodeRefused>()("NodeRefused", { why: Why, detail: Schema.optional(Schema.String) }) {
  override get message(): string {
    return words(this.why, this.detail)
  }
}
