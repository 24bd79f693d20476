import * as Schema from "effect/Schema"

/** What programs say to each other beside a message, by names that begin with `+`: nobody reads it. */
export const Tags = Schema.Record({ key: Schema.String, value: Schema.String })
export type Tags = typeof Tags.Type

/** About how many bytes these take. */
export const sizeOfTags = (tags: Tags | undefined): number => (tags === undefined ? 0 : Object.entries(tags).reduce((sum, [name, value]) => sum + name.length + value.length + 6, 10))
